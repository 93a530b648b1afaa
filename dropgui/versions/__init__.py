"""Model versions of a library: using one, going back, comparing, handing on, dropping. No Qt."""
