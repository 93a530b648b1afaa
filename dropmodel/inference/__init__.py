"""Loading a model and extracting features with it."""
