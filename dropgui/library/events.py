"""The log of who did what, when."""

import getpass

from sqlalchemy import Connection, insert, select

from dropgui.library.library import Library
from dropgui.library.rows import EventRow
from dropgui.library.schema import Event


def log_event(connection: Connection, action: str, detail: str | None = None) -> None:
    """Adds an event by the person at this computer, in the transaction that does what it tells of."""
    connection.execute(insert(Event).values(action=action, detail=detail, actor=_actor()))


def log_anonymous_event(connection: Connection, action: str) -> None:
    """Adds an event that says when something was done, but not by whom or to what."""
    connection.execute(insert(Event).values(action=action, detail=None, actor=None))


def events(library: Library, last: int = 1000) -> list[EventRow]:
    """The newest ``last`` events, newest first."""
    query = select(Event).order_by(Event.id.desc()).limit(last)
    with library.read() as connection:
        return [EventRow(row.at, row.actor, row.action, row.detail) for row in connection.execute(query)]


def _actor() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user: containers, services
        return None
