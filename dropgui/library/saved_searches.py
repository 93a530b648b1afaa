"""Queries under a name, to be asked again, and what was seen of their answers.

What matches a saved search is found out by asking it again; :meth:`SavedSearchRow.unseen` then tells which
matches are new. Only with embeddings above ``seen_embedding_id`` can there be any.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, literal, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropgui.library.changes import Change
from dropgui.library.chunks import chunks
from dropgui.library.events import log_event
from dropgui.library.library import Library
from dropgui.library.names import UnfitNameError, clean_name, name_order
from dropgui.library.rows import SavedSearchRow
from dropgui.library.schema import Crop, SavedSearch, SeenCrop

_CHANGED = Change(searches=True)


def save_search(library: Library, name: str, query: Mapping[str, Any]) -> int:
    """Keeps a query, plain data for JSON (:mod:`dropgui.library.stored_queries`), under a name; its id.

    :class:`UnfitNameError` for a name that is taken or empty.
    """

    def work(connection: Connection) -> int:
        values = {"name": _free_name(connection, name), "query": dict(query)}
        log_event(connection, "search saved")
        return connection.execute(insert(SavedSearch).values(values).returning(SavedSearch.id)).scalar_one()

    return library.write(work, change=_CHANGED)


def saved_searches(library: Library) -> list[SavedSearchRow]:
    """All saved searches, by name."""
    with library.read() as connection:
        seen: dict[int, set[int]] = {}
        for row in connection.execute(select(SeenCrop)):
            seen.setdefault(row.saved_search_id, set()).add(row.crop_id)
        rows = [
            SavedSearchRow(
                id=row.id,
                name=row.name,
                query=row.query,
                created_at=row.created_at,
                seen_embedding_id=row.seen_embedding_id,
                seen_crops=frozenset(seen.get(row.id, ())),
            )
            for row in connection.execute(select(SavedSearch))
        ]
    return sorted(rows, key=lambda row: name_order(row.name))


def rename_search(library: Library, search_id: int, name: str) -> None:
    """Gives a saved search another name; errors as in :func:`save_search`, ``KeyError`` if it is gone."""

    def work(connection: Connection) -> None:
        _check(connection, search_id)
        fit = _free_name(connection, name, search_id)
        connection.execute(update(SavedSearch).where(SavedSearch.id == search_id).values(name=fit))
        log_event(connection, "search renamed")

    library.write(work, change=_CHANGED)


def delete_search(library: Library, search_id: int) -> None:
    """Keeps a saved search no longer; ``KeyError`` if there is no such search."""

    def work(connection: Connection) -> None:
        _check(connection, search_id)
        connection.execute(delete(SavedSearch).where(SavedSearch.id == search_id))
        log_event(connection, "saved search deleted")

    library.write(work, change=_CHANGED)


def mark_seen(library: Library, search_id: int, crop_ids: Iterable[int], up_to_embedding_id: int) -> None:
    """Notes that somebody looked at these matches, found when that embedding was the newest.

    What was seen before stays seen. Crops that are gone are ignored; ``KeyError`` if the search is gone.
    """
    wanted = list(crop_ids)

    def work(connection: Connection) -> None:
        _check(connection, search_id)
        for piece in chunks(wanted):
            living = select(literal(search_id), Crop.id).where(Crop.id.in_(piece))
            seen = upsert(SeenCrop).from_select(["saved_search_id", "crop_id"], living)
            connection.execute(seen.on_conflict_do_nothing())
        row = update(SavedSearch).where(
            SavedSearch.id == search_id, SavedSearch.seen_embedding_id < up_to_embedding_id
        )
        connection.execute(row.values(seen_embedding_id=up_to_embedding_id))

    library.write(work, change=_CHANGED)


def _check(connection: Connection, search_id: int) -> None:
    if connection.execute(select(SavedSearch.id).where(SavedSearch.id == search_id)).first() is None:
        raise KeyError(f"no saved search {search_id}")


def _free_name(connection: Connection, name: str, search_id: int | None = None) -> str:
    """``name`` as it is stored, where no other search than ``search_id`` has it."""
    fit = clean_name(name)
    owner = connection.execute(select(SavedSearch.id).where(SavedSearch.name == fit)).scalar()
    if owner not in (None, search_id):
        raise UnfitNameError(f"Another search is called {fit!r} already. Choose another name.")
    return fit
