"""Bringing a library file to this program's schema, step by step, after a backup."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def _to_version_3(connection: Connection) -> None:
    """Other review states, how unsure the model is of a mask, and masks of pixels that are away.

    No program ever wrote the state "marked"; a crop that somebody marked by other means waits for review.
    Masks of before are as unsure as they are not certain, which is another scale but nearly the same order.
    """
    _rebuild_crops(connection)
    _widen_versions(connection)
    for statement in (
        "ALTER TABLE masks ADD COLUMN uncertainty DOUBLE",
        "UPDATE masks SET uncertainty = 1 - confidence WHERE origin = 'model'",
        "CREATE INDEX masks_by_uncertainty ON masks (model_version_id, uncertainty DESC, crop_id)",
        """
        CREATE TABLE aside_masks (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            crop_id INTEGER NOT NULL REFERENCES crops (id) ON DELETE CASCADE,
            content_hash BLOB,
            schema_name VARCHAR NOT NULL,
            revision INTEGER NOT NULL,
            png BLOB NOT NULL,
            created_at DATETIME NOT NULL
        )
        """,
        "CREATE INDEX aside_masks_by_crop ON aside_masks (crop_id)",
    ):
        connection.exec_driver_sql(statement)
    for table in ("saved_searches", "past_queries"):
        for row_id, text in connection.exec_driver_sql(f'SELECT id, "query" FROM {table}').all():  # noqa: S608
            query = json.loads(text)
            states = query.get("crop_filter", {}).get("review_states", ())
            if "marked" in states:
                renamed = {"unseen" if state == "marked" else state for state in states}
                query["crop_filter"]["review_states"] = sorted(renamed)
                statement = f'UPDATE {table} SET "query" = ? WHERE id = ?'  # noqa: S608
                connection.exec_driver_sql(statement, (json.dumps(query), row_id))


def _rebuild_crops(connection: Connection) -> None:
    """A constraint cannot be changed in its place: the table is copied, with what ids were ever given."""
    for statement in (
        """
        CREATE TABLE new_crops (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            image_id INTEGER NOT NULL,
            "left" INTEGER,
            top INTEGER,
            "right" INTEGER,
            bottom INTEGER,
            person_id INTEGER,
            review_state VARCHAR DEFAULT 'unseen' NOT NULL,
            CONSTRAINT crops_review_state
                CHECK (review_state IN ('unseen', 'accepted', 'corrected', 'skipped')),
            FOREIGN KEY(image_id) REFERENCES images (id) ON DELETE CASCADE,
            FOREIGN KEY(person_id) REFERENCES persons (id) ON DELETE SET NULL
        )
        """,
        """
        INSERT INTO new_crops
            SELECT id, image_id, "left", top, "right", bottom, person_id,
                CASE review_state WHEN 'marked' THEN 'unseen' ELSE review_state END
            FROM crops
        """,
        "DELETE FROM sqlite_sequence WHERE name = 'new_crops'",
        "INSERT INTO sqlite_sequence SELECT 'new_crops', seq FROM sqlite_sequence WHERE name = 'crops'",
        "DROP TABLE crops",
        "ALTER TABLE new_crops RENAME TO crops",
        "CREATE INDEX crops_by_image ON crops (image_id)",
        "CREATE INDEX crops_by_person ON crops (person_id)",
    ):
        connection.exec_driver_sql(statement)


def _widen_versions(connection: Connection) -> None:
    """What is known of model versions, jobs that are for one, and who is held out of teaching."""
    for statement in (
        "ALTER TABLE model_versions ADD COLUMN data VARCHAR DEFAULT '' NOT NULL",
        "ALTER TABLE model_versions ADD COLUMN notes VARCHAR DEFAULT '' NOT NULL",
        "ALTER TABLE model_versions ADD COLUMN activated_at DATETIME",
        """
        ALTER TABLE jobs ADD COLUMN model_version_id INTEGER
            REFERENCES model_versions (id) ON DELETE CASCADE
        """,
        """
        CREATE TABLE sides (
            kind VARCHAR NOT NULL,
            row_id INTEGER NOT NULL,
            held_out BOOLEAN NOT NULL,
            PRIMARY KEY (kind, row_id),
            CONSTRAINT sides_kind CHECK (kind IN ('person', 'crop'))
        )
        """,
    ):
        connection.exec_driver_sql(statement)


def _to_version_4(connection: Connection) -> None:
    """Duplicates that are to be listed no more."""
    for statement in (
        """
        CREATE TABLE ignored_groups (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            ignored_at DATETIME NOT NULL
        )
        """,
        """
        CREATE TABLE ignored_crops (
            group_id INTEGER NOT NULL REFERENCES ignored_groups (id) ON DELETE CASCADE,
            crop_id INTEGER NOT NULL REFERENCES crops (id) ON DELETE CASCADE,
            PRIMARY KEY (group_id, crop_id)
        )
        """,
        "CREATE INDEX ignored_crops_by_crop ON ignored_crops (crop_id)",
    ):
        connection.exec_driver_sql(statement)


def _to_version_5(connection: Connection) -> None:
    """How unsure the model is of a mask of before version 3 is not known: what stood there is another scale.

    Mixed with the entropies of later masks it put half of a library before the other in the order of review.
    A mask without a person is wholly unsure on either scale.
    """
    connection.exec_driver_sql(
        "UPDATE masks SET uncertainty = NULL "
        "WHERE origin = 'model' AND uncertainty = 1 - confidence AND confidence > 0"
    )


STEPS: tuple[Step, ...] = (_to_version_2, _to_version_3, _to_version_4, _to_version_5)
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
    with _keys_at_rest(connection):
        for number in range(version, latest):
            with connection.begin():
                # Another program may have migrated while we waited for the lock.
                if _version(connection, path) == number:
                    STEPS[number - 1](connection)
                    if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise RuntimeError(f"the step to version {number + 1} lost what {lost} refers to")
                    sqlite.set_identity(connection, number + 1)
    return target


@contextmanager
def _keys_at_rest(connection: Connection) -> Iterator[None]:
    """Tables may be copied and dropped inside the block without taking along what refers to them.

    SQLite heeds this only outside of transactions.
    """
    raw = sqlite.driver(connection)
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _version(connection: Connection, path: Path) -> int:
    if sqlite.read_pragma(connection, "application_id") != sqlite.APPLICATION_ID:
        raise NotALibraryError(f"{path} is not a DROP library. Choose a file that ends in .droplib.")
    return sqlite.read_pragma(connection, "user_version")
