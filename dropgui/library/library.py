"""A library: one open ``.droplib`` file with any number of readers and one writer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, select

from dropgui.library import migrations, sqlite
from dropgui.library.changes import NOTHING, Change
from dropgui.library.faults import LibraryError, LibraryMissingError, NotALibraryError, told_kindly
from dropgui.library.schema import Meta
from dropgui.library.writer import Subscriber, Writer

T = TypeVar("T")

FILE_SUFFIX = ".droplib"


class Library:
    """Everything known about some folders. Safe to use from any thread; close it when done.

    Several processes may have one library open. Every method raises :class:`LibraryError` for what a
    user can mend (a full disk, a damaged file) and ``RuntimeError`` after :meth:`close`.
    """

    def __init__(self, path: Path) -> None:
        """Opens the library at ``path``; use :meth:`open`, :meth:`create` or :meth:`open_or_create`."""
        self._path = path.absolute()
        self._closed = False
        with told_kindly(self._path):
            engine = sqlite.writer_engine(self._path)
            _bring_up_to_date(engine, self._path)
            self._writer_engine = engine
            self._writer = Writer(engine, self._path)
            self._readers = sqlite.reader_engine(self._path)
            self._watcher = self._readers.connect()
            self._watching = threading.Lock()
        with self.read() as connection:
            query = select(Meta.value).where(Meta.key == "library_id")
            self._id: str = connection.execute(query).scalar_one()
        self._seen_version = self._data_version()

    @classmethod
    def create(cls, path: Path) -> "Library":
        """Makes a new, empty library; :class:`LibraryError` if something is there already."""
        if path.exists():
            raise LibraryError(f"{path} exists already. Open it, or choose another name.")
        if path.suffix != FILE_SUFFIX:
            raise LibraryError(
                f"A library's name ends in {FILE_SUFFIX}: use {path.with_suffix(FILE_SUFFIX)} instead."
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"The folder {path.parent} could not be made: {error.strerror}.") from error
        return cls._set_up(path)

    @classmethod
    def open(cls, path: Path) -> "Library":
        """Opens an existing library, migrating it first if an older program wrote it.

        A file that holds nothing yet becomes an empty library: its maker was killed before it was done.
        """
        if not path.exists():
            raise LibraryMissingError(f"There is no library at {path}. Check the name, or make a new one.")
        if not path.is_file():
            raise NotALibraryError(f"{path} is not a file. Choose a file that ends in {FILE_SUFFIX}.")
        with told_kindly(path.absolute()):
            blank = sqlite.is_blank(path)
        return cls._set_up(path) if blank else cls(path)

    @classmethod
    def open_or_create(cls, path: Path) -> "Library":
        """Opens the library at ``path``, or makes it where there is none."""
        return cls.open(path) if path.exists() else cls.create(path)

    @classmethod
    def _set_up(cls, path: Path) -> "Library":
        with told_kindly(path):
            sqlite.prepare_file(path)
            engine = sqlite.writer_engine(path)
            try:
                with engine.begin() as connection:
                    migrations.create_tables(connection)
            finally:
                engine.dispose()
        return cls(path)

    @property
    def path(self) -> Path:
        """The library file, absolute."""
        return self._path

    @property
    def id(self) -> str:
        """The library's own name for itself, a UUID; a copy of the file keeps it."""
        return self._id

    @property
    def cache_dir(self) -> Path:
        """Where disposable files made from this library live; may not exist yet."""
        return self._path.with_name(self._path.name + ".cache")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one committed state for the whole block and cannot write."""
        if self._closed:
            raise RuntimeError(f"{self._path} is closed")
        with told_kindly(self._path), self._readers.begin() as connection:
            yield connection

    def write(
        self, work: Callable[[Connection], T], *, change: Change | Callable[[T], Change] = NOTHING
    ) -> T:
        """Runs ``work`` in a write transaction on the writer thread and waits for its result.

        ``change`` says what will be different, directly or from the result; subscribers hear it after
        the commit. If ``work`` raises, nothing is written or told and the error comes out here. Called
        from inside another write it joins that transaction.
        """
        return self._writer.transaction(work, change)

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Calls ``callback`` with every :class:`Change`, on the writer thread; returns how to stop that."""
        return self._writer.subscribe(callback)

    def notice_other_processes(self) -> bool:
        """Whether another process wrote since the last call; subscribers then hear ``Change(elsewhere)``.

        Costs some microseconds: a view may ask every second.
        """

        def look() -> bool:
            seen, self._seen_version = self._seen_version, self._data_version()
            changed = seen != self._seen_version
            if changed:
                self.write(lambda _: None, change=Change(elsewhere=True))
            return changed

        with told_kindly(self._path):
            return self._writer.run(look)

    def state(self) -> int:
        """A number that changes with every commit, of this process or another one.

        Costs some microseconds. What is kept of an earlier answer holds as long as the number, asked for
        before the question, is the same.
        """
        with told_kindly(self._path), self._watching:
            if self._closed:
                raise RuntimeError(f"{self._path} is closed")
            return sqlite.data_version(self._watcher)

    def compact(self) -> None:
        """Gives free space back to the disk and wipes what was deleted from the file and its log."""
        with told_kindly(self._path):
            self._writer.run(lambda: sqlite.compact(sqlite.driver(self._writer.connection), self._path))

    def close(self) -> None:
        """Finishes the writes that were handed in and lets go of the file. May be called twice."""
        self._closed = True
        self._writer.close()
        self._writer_engine.dispose()
        with self._watching:
            self._watcher.close()
        self._readers.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _data_version(self) -> int:
        """Changes when any connection but the writer's commits, that is, when another process does."""
        return self._writer.run(lambda: sqlite.data_version(self._writer.connection))


def _bring_up_to_date(engine: Engine, path: Path) -> None:
    try:
        with engine.connect() as connection:
            migrations.migrate(connection, path)
    except BaseException:
        engine.dispose()
        raise
