"""A stack of cards that somebody goes through: the page, the line above it, the keys below."""
