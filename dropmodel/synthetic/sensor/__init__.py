"""Sensors: from light to the pictures and boxes a surveillance camera hands out."""
