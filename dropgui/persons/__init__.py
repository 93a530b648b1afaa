"""The page where suggested persons are looked at, one after the other, and accepted or not."""
