"""Wardrobe: who people are and what they wear and carry."""
