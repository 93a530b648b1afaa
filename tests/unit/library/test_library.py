"""Opening, writing, telling: what every room relies on."""

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from dropgui.library import Change, Library, LibraryError
from dropgui.library import faults as kinds
from dropgui.library.schema import Base, Camera, Crop
from dropgui.library.sqlite import file_uri, prepare_file

NAMES_OF_THE_DESIGN = {
    "images", "crops", "persons", "decisions", "cameras", "tags", "masks", "model_versions", "embeddings",
    "saved_searches", "jobs", "training_runs", "events", "folders", "meta",
}  # fmt: skip


def add_camera(name: str) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        return connection.execute(insert(Camera).values(name=name).returning(Camera.id)).scalar_one()

    return work


def cameras(library: Library) -> list[str]:
    with library.read() as connection:
        return list(connection.execute(select(Camera.name).order_by(Camera.id)).scalars())


def test_a_new_library_has_all_tables_and_the_measured_settings(library: Library) -> None:
    assert set(Base.metadata.tables) >= NAMES_OF_THE_DESIGN
    with library.read() as connection:
        tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_size", "journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert tables >= NAMES_OF_THE_DESIGN
    assert pragma == {
        "page_size": 32768, "journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 5000,
    }  # fmt: skip


def test_reopening_finds_the_same_library(tmp_path: Path) -> None:
    path = tmp_path / "größe 人.droplib"
    with Library.create(path) as library:
        library_id = library.id
        library.write(add_camera("door"))
    with Library.open(path) as library:
        assert (library.id, cameras(library), library.path) == (library_id, ["door"], path)
        assert library.cache_dir == tmp_path / "größe 人.droplib.cache"
    with Library.open_or_create(path) as library:
        assert library.id == library_id


def test_open_or_create_makes_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "new.droplib"
    Library.open_or_create(path).close()
    assert path.is_file()
    empty = tmp_path / "killed.droplib"  # what a kill between creating the file and its tables leaves
    empty.touch()
    Library.open_or_create(empty).close()
    Library.open(empty).close()


@pytest.mark.parametrize("opened", [Library.open, Library.open_or_create])
def test_a_library_whose_making_was_killed_is_made_whole(
    tmp_path: Path, opened: Callable[[Path], Library]
) -> None:
    path = tmp_path / "killed.droplib"
    prepare_file(path)
    assert path.stat().st_size > 0
    with opened(path) as library:
        library.write(add_camera("door"))
        with library.read() as connection:
            assert connection.exec_driver_sql("PRAGMA page_size").scalar_one() == 32768
    with Library.open(path) as library:
        assert cameras(library) == ["door"]


def test_an_empty_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.droplib"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id=7")
    connection.close()
    check_kind(kinds.NotALibraryError, path, "not a DROP library")


def test_closing_twice_is_fine_and_ends_the_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    library = Library.create(tmp_path / "some.droplib")
    assert threading.active_count() == before + 1
    library.close()
    library.close()
    assert threading.active_count() == before
    assert [path.name for path in tmp_path.iterdir()] == ["some.droplib"]
    with pytest.raises(RuntimeError, match="closed"):
        library.write(add_camera("late"))
    with pytest.raises(RuntimeError, match="closed"), library.read():
        pass


# Faults of files ------------------------------------------------------------------------------------


def check_kind(kind: type[LibraryError], path: Path, said: str) -> None:
    before = threading.active_count()
    with pytest.raises(kind) as caught:
        Library.open(path)
    assert type(caught.value) is kind
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert threading.active_count() == before


def test_what_is_no_library_is_refused(tmp_path: Path) -> None:
    check_kind(kinds.LibraryMissingError, tmp_path / "none.droplib", "no library")
    check_kind(kinds.NotALibraryError, tmp_path, "not a file")
    text = tmp_path / "text.droplib"
    text.write_text("hello " * 5000)
    check_kind(kinds.NotALibraryError, text, "not a DROP library")
    assert text.read_text() == "hello " * 5000
    other = tmp_path / "other.droplib"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    content = other.read_bytes()
    check_kind(kinds.NotALibraryError, other, "not a DROP library")
    assert other.read_bytes() == content


def test_a_library_on_a_share_has_an_address_that_sqlite_takes() -> None:
    """SQLite refuses ``file://server/...`` on every system."""
    share = PureWindowsPath(r"\\server\share\größe\some.droplib")
    assert file_uri(share) == "file:////server/share/gr%C3%B6%C3%9Fe/some.droplib"
    assert file_uri(PureWindowsPath(r"C:\a b\some.droplib")) == "file:///C:/a%20b/some.droplib"
    assert file_uri(PurePosixPath("/a?b#c/some.droplib")) == "file:///a%3Fb%23c/some.droplib"


def test_create_never_overwrites_and_wants_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "mine.droplib"
    path.write_text("precious")
    with pytest.raises(LibraryError, match="exists already"):
        Library.create(path)
    assert path.read_text() == "precious"
    with pytest.raises(LibraryError, match=r"use .*mine\.droplib instead"):
        Library.create(tmp_path / "mine.db")
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="could not be made"):
        Library.create(tmp_path / "file" / "mine.droplib")


def test_a_damaged_library_is_told_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "some.droplib"
    with Library.create(path) as library:
        library.write(lambda c: c.execute(insert(Camera), [{"name": f"camera {i}" * 9} for i in range(5000)]))
    content = bytearray(path.read_bytes())
    content[200:] = b"\xa5" * (len(content) - 200)  # the header survives, no page does
    path.write_bytes(content)
    check_kind(kinds.DamagedLibraryError, path, "backup")


def test_a_read_only_library_is_told_as_read_only(
    open_folder: Path, read_only: Callable[[Path], AbstractContextManager[None]]
) -> None:
    path = open_folder / "some.droplib"
    Library.create(path).close()
    with read_only(open_folder):
        check_kind(kinds.ReadOnlyLibraryError, path, "writ")
    Library.open(path).close()


def test_a_full_disk_is_told_and_loses_nothing_committed(library: Library) -> None:
    library.write(add_camera("kept"))

    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
        connection.execute(insert(Camera), [{"name": f"{i}" * 500} for i in range(2000)])

    with pytest.raises(kinds.DiskFullError, match="Free some space"):
        library.write(fill)
    library.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000"))
    library.write(add_camera("after"))
    assert cameras(library) == ["kept", "after"]


def test_a_file_that_may_not_grow_is_told_as_a_full_disk(tmp_path: Path) -> None:
    """The operating system's own refusal, not SQLite's: a limit on the size of files."""
    script = f"""
import resource
from sqlalchemy import insert
from dropgui.library import Library
from dropgui.library.schema import Camera
library = Library.create(__import__("pathlib").Path({str(tmp_path / "some.droplib")!r}))
library.write(lambda c: c.execute(insert(Camera), [dict(name="kept")]))
resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))
try:
    for n in range(100):
        rows = [dict(name=f"{{n}}-{{i}}" * 99) for i in range(2000)]
        library.write(lambda c: c.execute(insert(Camera), rows))
except Exception as error:
    print(type(error).__name__)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "DiskFullError", told
    with Library.open(tmp_path / "some.droplib") as library:
        assert cameras(library)[0] == "kept"
        with library.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


# Writing and telling --------------------------------------------------------------------------------


def test_subscribers_hear_after_the_commit_on_the_writer_thread(library: Library) -> None:
    heard: list[tuple[Change, list[str], str]] = []
    stop = library.subscribe(
        lambda change: heard.append((change, cameras(library), threading.current_thread().name))
    )
    change = Change(crops_added=(3,), folders=True)
    assert library.write(add_camera("door"), change=change) == 1
    assert heard == [(change, ["door"], "library-writer")]
    library.write(add_camera("yard"), change=lambda camera_id: Change(crops_changed=(camera_id,)))
    assert heard[1][0] == Change(crops_changed=(2,))
    library.write(add_camera("silent"))
    stop()
    stop()
    library.write(add_camera("unheard"), change=change)
    assert len(heard) == 2


def test_a_failed_write_leaves_nothing_and_tells_nobody(library: Library) -> None:
    heard: list[Change] = []
    library.subscribe(heard.append)

    def fail(connection: Connection) -> None:
        add_camera("half")(connection)
        library.write(add_camera("nested"), change=Change(folders=True))
        raise KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        library.write(fail, change=Change(jobs=True))
    with pytest.raises(IntegrityError):  # a bug, not a fault: it keeps its own class
        library.write(lambda c: c.execute(insert(Crop).values(image_id=99)))
    assert (cameras(library), heard) == ([], [])
    library.write(add_camera("whole"), change=Change(jobs=True))
    assert (cameras(library), heard) == (["whole"], [Change(jobs=True)])


def test_nested_writes_are_one_transaction_and_one_change(library: Library) -> None:
    heard: list[Change] = []
    library.subscribe(heard.append)

    def failing(connection: Connection) -> None:
        add_camera("lost")(connection)
        raise ValueError

    def outer(connection: Connection) -> None:
        add_camera("first")(connection)
        library.write(add_camera("second"), change=Change(crops_added=(1,)))
        with pytest.raises(ValueError):  # noqa: PT011
            library.write(failing, change=Change(models=True))
        assert not heard

    library.write(outer, change=Change(crops_added=(2,), jobs=True))
    assert cameras(library) == ["first", "second"]
    assert heard == [Change(crops_added=(1, 2), jobs=True)]


def test_a_subscriber_may_write_and_all_hear_in_order(library: Library) -> None:
    heard: list[tuple[str, Change]] = []

    def writes_back(change: Change) -> None:
        heard.append(("a", change))
        if change.jobs:
            library.write(add_camera("echo"), change=Change(models=True))

    library.subscribe(writes_back)
    library.subscribe(lambda change: heard.append(("b", change)))
    library.write(add_camera("call"), change=Change(jobs=True))
    first, second = Change(jobs=True), Change(models=True)
    assert heard == [("a", first), ("b", first), ("a", second), ("b", second)]


@pytest.mark.noisy
def test_a_failing_subscriber_is_logged_and_the_others_hear(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Change] = []
    library.subscribe(lambda _: 1 / 0)  # type: ignore[arg-type]
    library.subscribe(heard.append)
    library.write(add_camera("door"), change=Change(jobs=True))
    assert heard == [Change(jobs=True)]
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None


def test_readers_see_whole_commits_while_threads_write(library: Library) -> None:
    """Every write adds two rows; no reader may ever see one of them alone."""
    stop = threading.Event()
    odd: list[int] = []

    def read() -> None:
        while not stop.is_set():
            with library.read() as connection:
                count = connection.execute(select(func.count()).select_from(Camera)).scalar_one()
                if count % 2:
                    odd.append(count)

    def write(name: str) -> None:
        for i in range(50):
            library.write(lambda c, i=i: [add_camera(f"{name}{i}{side}")(c) for side in "ab"])  # type: ignore[misc]

    readers = [threading.Thread(target=read) for _ in range(3)]
    writers = [threading.Thread(target=write, args=(name,)) for name in "xyz"]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    assert not odd
    assert len(cameras(library)) == 300


def test_reading_connections_cannot_write(library: Library) -> None:
    with pytest.raises(kinds.ReadOnlyLibraryError), library.read() as connection:
        add_camera("sneaky")(connection)
    assert cameras(library) == []


def test_another_process_can_write_and_is_noticed(library: Library) -> None:
    heard: list[Change] = []
    library.subscribe(heard.append)
    library.write(add_camera("ours"))
    assert not library.notice_other_processes()
    script = f"""
from pathlib import Path
from sqlalchemy import insert
from dropgui.library import Library
from dropgui.library.schema import Camera
with Library.open(Path({str(library.path)!r})) as library:
    library.write(lambda connection: connection.execute(insert(Camera).values(name="theirs")))
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert library.notice_other_processes()
    assert heard == [Change(elsewhere=True)]
    assert cameras(library) == ["ours", "theirs"]
    assert not library.notice_other_processes()


def test_the_state_changes_with_every_commit(library: Library) -> None:
    states = [library.state()]
    cameras(library)
    assert library.state() == states[0]
    for name in ("one", "two"):
        library.write(add_camera(name))
        states.append(library.state())
    with Library.open(library.path) as other:
        other.write(add_camera("three"))
        states.append(library.state())
    assert len(set(states)) == 4
    library.close()
    with pytest.raises(RuntimeError, match="closed"):
        library.state()


def test_ids_are_never_used_again(library: Library) -> None:
    library.write(add_camera("one"))
    library.write(lambda c: c.exec_driver_sql("DELETE FROM cameras"))
    assert library.write(add_camera("two")) == 2


def test_a_change_of_nothing_is_false() -> None:
    assert not Change()
    assert Change(crops_removed=(1,))
    assert Change.union([Change(folders=True), Change(folders=True, jobs=True)]) == Change(
        folders=True, jobs=True
    )
    assert Change.union([]) == Change()


def test_importing_the_lower_rooms_loads_neither_torch_nor_qt() -> None:
    script = (
        "import sys, dropgui.library, dropgui.search, dropgui.session, dropgui.cli\n"
        "print([name for name in ('torch', 'PySide6', 'timm') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
