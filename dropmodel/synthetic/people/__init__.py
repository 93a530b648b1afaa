"""People: bodies, skeletons, poses, and figures that move their clothes."""
