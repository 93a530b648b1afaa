"""Output: data sets, whole frames, protocols and contact sheets on disk."""
