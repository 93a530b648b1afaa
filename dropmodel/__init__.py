"""DROP: occluded person re-identification with human parsing decoupled from it (arXiv 2401.18032)."""
