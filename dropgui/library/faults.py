"""SQLite's failures that a user can mend, told as :class:`LibraryError`; all others stay bugs."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from dropgui.errors import UserError


class LibraryError(UserError):
    """A library file that cannot be opened, read or written."""


class LibraryMissingError(LibraryError):
    """There is no such file."""


class NotALibraryError(LibraryError):
    """The file is something else."""


class NewerLibraryError(LibraryError):
    """The file was written by a newer program."""


class DamagedLibraryError(LibraryError):
    """The file's content is broken."""


class ReadOnlyLibraryError(LibraryError):
    """The file or its folder cannot be written."""


class DiskFullError(LibraryError):
    """The disk holding the file has no room left or refuses to take more."""


class BusyLibraryError(LibraryError):
    """Another program kept the file locked for longer than we wait."""


# Primary result codes (the low byte of SQLite's extended codes) that are nobody's bug.
_FAULTS: dict[int, tuple[type[LibraryError], str]] = {
    sqlite3.SQLITE_FULL: (
        DiskFullError,
        "The disk is full: {path} could not grow. Free some space and start again; what was saved is safe.",
    ),
    sqlite3.SQLITE_IOERR: (
        DiskFullError,
        "The disk refused {path} ({detail}). Check that it is connected and has room, then start again.",
    ),
    sqlite3.SQLITE_READONLY: (
        ReadOnlyLibraryError,
        "{path} is read-only. Make the file and its folder writable, or copy the library somewhere else.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        ReadOnlyLibraryError,
        "{path} could not be opened. Check that the folder exists and that you may write in it.",
    ),
    sqlite3.SQLITE_PERM: (
        ReadOnlyLibraryError,
        "You may not write {path}. Make it writable, or copy the library somewhere else.",
    ),
    sqlite3.SQLITE_BUSY: (
        BusyLibraryError,
        "{path} is in use by another program. Wait until it has finished, then try again.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        DamagedLibraryError,
        "{path} is damaged ({detail}). Restore it from a backup, or index your folders into a new library.",
    ),
    sqlite3.SQLITE_NOTADB: (
        NotALibraryError,
        "{path} is not a DROP library. Choose a file that ends in .droplib.",
    ),
}


def as_fault(error: BaseException, path: Path) -> LibraryError | None:
    """``error`` as a fault the user can mend, or None where it is a bug."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    if not isinstance(original, sqlite3.Error) or code is None or code & 0xFF not in _FAULTS:
        return None
    kind, text = _FAULTS[code & 0xFF]
    return kind(text.format(path=path, detail=original))


@contextmanager
def told_kindly(path: Path) -> Iterator[None]:
    """Raises SQLite's mendable failures inside the block as :class:`LibraryError`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        fault = as_fault(error, path)
        if fault is None:
            raise
        raise fault from error
