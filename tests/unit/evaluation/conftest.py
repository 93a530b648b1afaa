"""An open library."""

from tests.unit.search.conftest import library

__all__ = ["library"]
