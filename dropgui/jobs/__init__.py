"""Long work, seen from Qt: runner, progress, cancel."""
