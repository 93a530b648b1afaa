"""Data for the model: label sets of other datasets and tools."""
