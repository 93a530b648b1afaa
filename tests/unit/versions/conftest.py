"""An open library beside an empty folder for pictures."""

from tests.unit.indexing.conftest import folder, library

__all__ = ["folder", "library"]
