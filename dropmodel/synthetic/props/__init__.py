"""Things that stand in a place: small meshes at the origin, in metres, facing -y."""
