"""The mechanism of migrations: backup, steps, versions. Version 1 has no steps of its own yet."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from dropgui.library import Library, migrations
from dropgui.library.faults import NewerLibraryError
from dropgui.library.migrations import Step


def version(path: Path) -> int:
    import sqlite3

    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.droplib"
    Library.create(path).close()
    return path


def add_column(name: str) -> Step:
    def step(connection: Connection) -> None:
        connection.exec_driver_sql(f"ALTER TABLE cameras ADD COLUMN {name} TEXT DEFAULT 'new'")

    return step


def with_steps(monkeypatch: pytest.MonkeyPatch, *steps: Step) -> None:
    monkeypatch.setattr(migrations, "STEPS", steps)


def test_steps_run_in_order_after_a_backup(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[int] = []

    def second(connection: Connection) -> None:
        order.append(2)
        connection.exec_driver_sql("UPDATE cameras SET a = 'both'")

    def first(connection: Connection) -> None:
        order.append(1)
        add_column("a")(connection)

    with_steps(monkeypatch, first, second)
    with Library.open(old) as library, library.read() as connection:
        assert order == [1, 2]
        assert "a" in [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(cameras)")]
    assert version(old) == 3
    backup = old.with_name("old.droplib.v1.backup")
    assert version(backup) == 1
    Library.open(old).close()
    assert order == [1, 2]


def test_an_up_to_date_library_is_not_backed_up(old: Path) -> None:
    Library.open(old).close()
    assert [path.name for path in old.parent.iterdir()] == ["old.droplib"]


def test_a_step_that_fails_changes_nothing_and_the_next_start_goes_on(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(connection: Connection) -> None:
        add_column("half")(connection)
        raise RuntimeError("bug in step")

    with_steps(monkeypatch, add_column("a"), broken)
    with pytest.raises(RuntimeError, match="bug in step"):
        Library.open(old)
    assert version(old) == 2
    with_steps(monkeypatch, add_column("never run again"), add_column("b"))
    with Library.open(old) as library, library.read() as connection:
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(cameras)")]
    assert columns[-2:] == ["a", "b"]


def test_a_newer_library_is_refused_untouched(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_steps(monkeypatch, add_column("a"))
    Library.open(old).close()
    content = old.read_bytes()
    with_steps(monkeypatch)
    with pytest.raises(NewerLibraryError, match=r"version 2, this one reads 1.*Update"):
        Library.open(old)
    assert old.read_bytes() == content
