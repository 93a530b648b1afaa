"""Search: exact, part by part, over a part-major cache."""
