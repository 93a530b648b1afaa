"""Tests of the model versions of a library."""
