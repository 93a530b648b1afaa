"""The query: the chosen crop, its mask, and which parts count."""
