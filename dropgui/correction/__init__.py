"""Correcting masks by hand, without a window: the mask in hand, its tools, and what a correction does."""
