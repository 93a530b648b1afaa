"""Bringing a library file to this program's schema, step by step, after a backup."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, insert

from dropgui.library import sqlite
from dropgui.library.faults import NewerLibraryError, NotALibraryError
from dropgui.library.schema import Base, Meta

Step = Callable[[Connection], None]


def _to_version_2(connection: Connection) -> None:
    """What was seen of saved searches, the past queries, and quicker ways to decisions and times."""
    for statement in (
        "ALTER TABLE saved_searches ADD COLUMN seen_embedding_id INTEGER DEFAULT 0 NOT NULL",
        """
        CREATE TABLE seen_crops (
            saved_search_id INTEGER NOT NULL REFERENCES saved_searches (id) ON DELETE CASCADE,
            crop_id INTEGER NOT NULL REFERENCES crops (id) ON DELETE CASCADE,
            PRIMARY KEY (saved_search_id, crop_id)
        )
        """,
        "CREATE INDEX seen_crops_by_crop ON seen_crops (crop_id)",
        """
        CREATE TABLE past_queries (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            "query" JSON NOT NULL,
            asked_at DATETIME NOT NULL
        )
        """,
        "CREATE INDEX decisions_by_person ON decisions (person_id)",
        "DROP INDEX images_by_camera",
        "CREATE INDEX images_by_camera_and_time ON images (camera_id, captured_at)",
    ):
        connection.exec_driver_sql(statement)


STEPS: tuple[Step, ...] = (_to_version_2,)
"""``STEPS[i]`` turns version i + 1 into version i + 2. Steps are never changed once released."""


def latest_version() -> int:
    """The schema version that this program writes."""
    return 1 + len(STEPS)


def create_tables(connection: Connection) -> None:
    """Makes an empty file a library of the latest version; a file that already is one stays as it is.

    Runs inside one transaction that holds the write lock, so two programs may race and a kill leaves
    either nothing or everything.
    """
    if not sqlite.has_no_tables(connection):
        return
    Base.metadata.create_all(connection)
    connection.execute(insert(Meta).values(key="library_id", value=str(uuid4())))
    sqlite.set_identity(connection, latest_version())


def migrate(connection: Connection, path: Path) -> Path | None:
    """Brings the library to the latest version; returns the backup made before, None if none was needed.

    Each step commits with its version number, so a kill in between resumes where it was. Raises
    :class:`NotALibraryError` and :class:`NewerLibraryError` before anything is written.
    """
    latest = latest_version()
    version = _version(connection, path)
    connection.rollback()
    if version > latest:
        raise NewerLibraryError(
            f"{path} was written by a newer DROP (library version {version}, this one reads {latest}). "
            "Update DROP to open it."
        )
    if version == latest:
        return None
    target = path.with_name(f"{path.name}.v{version}.backup")
    sqlite.backup(sqlite.driver(connection), target)
    for number in range(version, latest):
        with connection.begin():
            # Another program may have migrated while we waited for the lock.
            if _version(connection, path) == number:
                STEPS[number - 1](connection)
                sqlite.set_identity(connection, number + 1)
    return target


def _version(connection: Connection, path: Path) -> int:
    if sqlite.read_pragma(connection, "application_id") != sqlite.APPLICATION_ID:
        raise NotALibraryError(f"{path} is not a DROP library. Choose a file that ends in .droplib.")
    return sqlite.read_pragma(connection, "user_version")
