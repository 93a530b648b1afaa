"""Ranking a library by chosen body parts: an exact scan over part-major matrices (docs/decisions/0023)."""

from dropgui.search.index import PartIndex
from dropgui.search.many import search_many
from dropgui.search.query import Answer, Match, VectorQuery
from dropgui.search.question import Apart, Query
from dropgui.search.scan import search

__all__ = ["Answer", "Apart", "Match", "PartIndex", "Query", "VectorQuery", "search", "search_many"]
