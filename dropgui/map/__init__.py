"""The map: the library's crops as points in the plane, near each other where a chosen part looks alike."""
