"""All that is SQLite's own: pragmas, transactions, compaction, backup. Everything else is SQLAlchemy.

Measured reasons are in docs/performance.md, "Store", and docs/habits.md.
"""

import sqlite3
import unicodedata
from pathlib import Path, PurePath

from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, func
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.pool import QueuePool, StaticPool

from dropgui.library.faults import BusyLibraryError

APPLICATION_ID = 0x44524F50
"""``DROP`` in ASCII, in the file's header: tells a library from any other SQLite file."""

BUSY_SECONDS = 5.0
"""How long a connection waits for another process before it says that the library is busy."""

_PAGE_SIZE = 32768
_CACHE_KIB = 16384
_READERS = 16


def prepare_file(path: Path) -> None:
    """Makes ``path`` an empty SQLite file with our page size and WAL, or leaves an existing one alone."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size={_PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def is_blank(path: Path) -> bool:
    """Whether ``path`` has no content yet: what a kill between making a file and its tables leaves."""
    connection = _connect(path)
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        connection.close()
    return (application_id, tables) == (0, 0)


def reader_engine(path: Path) -> Engine:
    """Connections for any thread that see one committed state each and cannot write.

    Errors hide their parameters: a log must not keep the paths that a library forgets.
    """
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, "query_only=ON"),
        poolclass=QueuePool,
        pool_size=_READERS,
        hide_parameters=True,
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def writer_engine(path: Path) -> Engine:
    """The one connection that writes. It takes the write lock at BEGIN and zeroes what it deletes."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, "secure_delete=ON"),
        poolclass=StaticPool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def file_uri(path: PurePath) -> str:
    """``path``, absolute, as SQLite reads it.

    A server's share is ``file:////server/share`` to it; it refuses Python's ``file://server/share``.
    """
    uri = path.as_uri()
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def _connect(path: Path, *extra: str) -> sqlite3.Connection:
    """A connection to an existing file, with transactions left to us (``isolation_level=None``)."""
    connection = sqlite3.connect(
        f"{file_uri(path.absolute())}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in ("foreign_keys=ON", "synchronous=NORMAL", f"cache_size=-{_CACHE_KIB}", *extra):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("fold", 1, _fold, deterministic=True)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def has_text(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Whether a column has ``text`` in it, upper and lower case alike."""
    if text.isascii():
        return column.icontains(text, autoescape=True)
    # SQLite knows the case of ASCII letters only; a call into Python for every row costs twice the time.
    return func.fold(column).contains(_fold(text), autoescape=True)


def _fold(text: str) -> str:
    """``text`` so that what differs in case, or in how its accents are stored, becomes the same."""
    return unicodedata.normalize("NFC", text.casefold())


def driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection below a SQLAlchemy one, for what may not run in a transaction."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def read_pragma(connection: Connection, name: str) -> int:
    """The value of a numeric pragma."""
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def data_version(connection: Connection) -> int:
    """Changes when any other connection commits, in this process or another one."""
    (version,) = driver(connection).execute("PRAGMA data_version").fetchone()
    return int(version)


def set_identity(connection: Connection, version: int) -> None:
    """Writes the application id and the schema's version into the file's header."""
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={version}")


def has_no_tables(connection: Connection) -> bool:
    """True for a file that holds nothing yet."""
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    return int(tables) == 0


def compact(raw: sqlite3.Connection, path: Path) -> None:
    """Rewrites the file without its free pages and empties the write-ahead log.

    Raises :class:`BusyLibraryError` where another process keeps the old pages alive.
    """
    raw.execute("VACUUM")
    (busy, _, _) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise BusyLibraryError(
            f"{path} is being read by another program, so its old content could not be wiped yet. "
            "Close the other program."
        )


def backup(raw: sqlite3.Connection, target: Path) -> None:
    """Writes a complete copy of the library to ``target``, replacing it only once the copy is whole."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    copy = sqlite3.connect(partial)
    try:
        raw.backup(copy)
    finally:
        copy.close()
    partial.replace(target)
