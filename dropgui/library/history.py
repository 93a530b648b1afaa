"""The queries that were asked last, for the list that leads back to them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.rows import PastQueryRow
from dropgui.library.schema import PastQuery

KEPT = 200
"""So many queries are remembered; the oldest go."""

_CHANGED = Change(searches=True)


def remember_query(library: Library, query: Mapping[str, Any]) -> int:
    """Puts a query, plain data for JSON (:mod:`dropgui.library.stored_queries`), on top of the list; its id.

    One that is equal to an older one takes its place.
    """
    asked = dict(query)

    def work(connection: Connection) -> int:
        past = connection.execute(select(PastQuery).order_by(PastQuery.id.desc())).all()
        equal = [row.id for row in past if row.query == asked]
        others = [row.id for row in past if row.query != asked]
        gone = [*equal, *others[KEPT - 1 :]]
        connection.execute(delete(PastQuery).where(PastQuery.id.in_(gone)))
        return connection.execute(insert(PastQuery).values(query=asked).returning(PastQuery.id)).scalar_one()

    return library.write(work, change=_CHANGED)


def past_queries(library: Library) -> list[PastQueryRow]:
    """The last :data:`KEPT` queries, newest first."""
    query = select(PastQuery).order_by(PastQuery.id.desc())
    with library.read() as connection:
        return [PastQueryRow(row.id, row.query, row.asked_at) for row in connection.execute(query)]


def forget_queries(library: Library) -> None:
    """Empties the list."""
    library.write(lambda connection: connection.execute(delete(PastQuery)), change=_CHANGED)
