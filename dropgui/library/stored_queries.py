"""The queries that a library keeps, saved or past, and what they refer to.

A query is kept as the dictionary that the search made of it. Of that, this room knows what names rows and
files: ``crops`` and ``persons`` (ids), ``images`` (paths), ``negatives`` (crop ids and paths), and the
``persons`` of ``crop_filter``.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, delete, select, update

from dropgui.library.chunks import chunks
from dropgui.library.schema import Crop, PastQuery, Person, SavedSearch

QueryKey = tuple[str, int]
"""The table of a stored query and its id there."""

_TABLES = {table.__tablename__: table for table in (SavedSearch, PastQuery)}
_CROP_LISTS = ("crops", "negatives")
_FILE_LISTS = ("images", "negatives")
_VIEWS = ("crops", "images", "persons")


def read_queries(connection: Connection) -> dict[QueryKey, dict[str, Any]]:
    """All stored queries."""
    return {
        (name, row.id): row.query
        for name, table in _TABLES.items()
        for row in connection.execute(select(table.id, table.query))
    }


def write_queries(connection: Connection, queries: Mapping[QueryKey, dict[str, Any]]) -> None:
    """Stores these queries in place of those of the same keys."""
    for (name, row_id), query in queries.items():
        table = _TABLES[name]
        connection.execute(update(table).where(table.id == row_id).values(query=query))


def join_persons(connection: Connection, into: int, others: Iterable[int]) -> None:
    """Makes every stored query mean the person ``into`` where it meant one of ``others``."""
    gone = set(others)

    def joined(persons: list[int]) -> list[int]:
        return list(dict.fromkeys(into if person_id in gone else person_id for person_id in persons))

    changed = {}
    for key, query in read_queries(connection).items():
        new = _with_list(query, "persons", joined)
        if "crop_filter" in new:
            new["crop_filter"] = _with_list(new["crop_filter"], "persons", joined)
        if new != query:
            changed[key] = new
    write_queries(connection, changed)


def forget_lost(connection: Connection, folder: str | None = None) -> None:
    """Takes out of saved searches what the library has forgotten; all past queries go, being disposable.

    That is crops and persons that are gone, and files in ``folder``. A saved search that looks for nothing
    any more goes too.
    """
    connection.execute(delete(PastQuery))
    saved = read_queries(connection)
    crops = _living(connection, Crop, (i for query in saved.values() for i in _ids(query, _CROP_LISTS)))
    persons = _living(connection, Person, (i for query in saved.values() for i in _ids(query, ("persons",))))
    changed = {}
    for key, query in saved.items():
        new = query
        for name in _CROP_LISTS:
            new = _with_list(new, name, lambda items: [i for i in items if type(i) is not int or i in crops])
        for name in _FILE_LISTS:
            new = _with_list(new, name, lambda items: [i for i in items if not _inside(i, folder)])
        new = _with_list(new, "persons", lambda items: [i for i in items if i in persons])
        if new == query:
            continue
        if any(new.get(name) for name in _VIEWS):
            changed[key] = new
        else:
            connection.execute(delete(SavedSearch).where(SavedSearch.id == key[1]))
    write_queries(connection, changed)


def _with_list(query: Mapping[str, Any], name: str, edit: Callable[[list[Any]], list[Any]]) -> dict[str, Any]:
    """A copy of ``query`` with one of its lists edited, where it has it."""
    return {key: edit(value) if key == name else value for key, value in query.items()}


def _ids(query: Mapping[str, Any], lists: Iterable[str]) -> Iterable[int]:
    return (item for name in lists for item in query.get(name, ()) if type(item) is int)


def _living(connection: Connection, table: type[Crop] | type[Person], ids: Iterable[int]) -> set[int]:
    return {
        found
        for piece in chunks(set(ids))
        for found in connection.execute(select(table.id).where(table.id.in_(piece))).scalars()
    }


def _inside(item: object, folder: str | None) -> bool:
    return folder is not None and isinstance(item, str) and PurePath(item).is_relative_to(folder)
