"""Indexing: scan, decode, embed, write."""
