"""Painted tiles of grounds, walls and what hangs on them."""
