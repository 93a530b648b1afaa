"""The page on which a model version is measured on the library's own persons, and percentages are fitted."""
