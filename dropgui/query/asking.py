"""Asks the session for the window: what stays the same while a weight moves is resolved once."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dropgui.query.subjects import Pictures
from dropgui.search.query import Answer, VectorQuery
from dropgui.search.question import Query
from dropgui.search.resolve import resolve
from dropgui.session import Session


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """An answer with the question it is to, as people ask it and as vectors: what a report needs."""

    question: Query
    vectors: VectorQuery
    answer: Answer


@dataclass(frozen=True, slots=True, eq=False)
class _Resolved:
    """The vectors of ``query``, and of any with the same views, negatives and exclusions, in a ``state``."""

    query: Query
    state: int
    asked: VectorQuery


class Asker:
    """Safe to use from any thread."""

    def __init__(self, session: Session, pictures: Pictures) -> None:
        self._session = session
        self._pictures = pictures
        self._lock = threading.Lock()
        self._last: _Resolved | None = None

    def ask(self, query: Query) -> Asked:
        """The answer to ``query``; errors as in :meth:`Session.search`."""
        asked = replace(
            self._resolved(query),
            crop_filter=query.crop_filter,
            top=query.top,
            least_score=query.least_score,
        )
        if query.parts is not None:
            asked = replace(asked, weights=dict(query.parts))
        return Asked(query, asked, self._session.ask(query, asked))

    def _resolved(self, query: Query) -> VectorQuery:
        """The vectors of ``query`` with the weights of "as visible"."""
        state = self._session.library.state()
        with self._lock:
            last = self._last
        if last is not None and last.state == state and _same(last.query, query):
            return last.asked
        model = self._session.index.model
        asked = resolve(replace(query, parts=None), self._session.library, model, self._pictures.features)
        with self._lock:
            self._last = _Resolved(query, state, asked)
        return asked


def _same(one: Query, other: Query) -> bool:
    """Whether two questions resolve to the same vectors and exclusions; pictures in memory by identity."""
    return (
        (one.crops, one.persons, one.apart, one.push) == (other.crops, other.persons, other.apart, other.push)
        and _same_items(one.images, other.images)
        and _same_items(one.negatives, other.negatives)
    )


def _same_items(one: Sequence[object], other: Sequence[object]) -> bool:
    return len(one) == len(other) and all(
        a is b or (isinstance(a, int | str | Path) and a == b) for a, b in zip(one, other, strict=True)
    )
