"""Long id lists in pieces that fit one statement's parameters."""

from collections.abc import Iterable, Iterator
from itertools import islice

_SIZE = 10_000


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """``ids`` as plain ints in lists of at most 10,000 (SQLite allows 32,766 parameters)."""
    remaining = (int(i) for i in ids)
    while piece := list(islice(remaining, _SIZE)):
        yield piece
