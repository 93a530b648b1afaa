"""An open library."""

from tests.unit.indexing.conftest import library

__all__ = ["library"]
