"""Tests of measuring a model version on a library."""
