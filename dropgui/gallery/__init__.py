"""The gallery: the grid of crops, whether the library or ranked matches."""
