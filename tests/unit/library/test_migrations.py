"""Migrations: their mechanism (backup, steps, versions) with made-up steps, then every step of our own."""

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert

from dropgui.library import Library, migrations
from dropgui.library.faults import NewerLibraryError
from dropgui.library.ignored import ignore_group, ignored_groups
from dropgui.library.migrations import Step
from dropgui.library.queries import CropFilter, crop_ids, crop_rows
from dropgui.library.reviews import review_order, review_rows, set_uncertainty
from dropgui.library.saved_searches import saved_searches
from dropgui.library.schema import Crop, Image


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of a program whose only version is 1."""
    monkeypatch.setattr(migrations, "STEPS", ())
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


# Our own steps ----------------------------------------------------------------------------------------

Shape = dict[str, list[tuple[object, ...]]]


def shape(path: Path) -> Shape:
    """Columns, foreign keys, indexes and their columns of every table, without the order of indexes."""
    connection = sqlite3.connect(path)

    def ask(pragma: str, name: str) -> list[tuple[object, ...]]:
        return connection.execute(f"SELECT * FROM pragma_{pragma}('{name}')").fetchall()

    found: Shape = {}
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        indexes = [row[1:] for row in ask("index_list", table)]
        found[table] = [
            *ask("table_info", table),
            *sorted(row[2:] for row in ask("foreign_key_list", table)),
            *sorted((*index, *ask("index_info", str(index[0]))) for index in indexes),
        ]
    connection.close()
    return found


@pytest.fixture
def version_1(tmp_path: Path) -> Path:
    path = tmp_path / "first.droplib"
    connection = sqlite3.connect(path)
    connection.executescript(Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


def test_a_migrated_library_is_built_like_a_new_one(version_1: Path, tmp_path: Path) -> None:
    Library.open(version_1).close()
    Library.create(tmp_path / "new.droplib").close()
    assert version(version_1) == migrations.latest_version() == version(tmp_path / "new.droplib")
    assert shape(version_1) == shape(tmp_path / "new.droplib")
    assert version(version_1.with_name("first.droplib.v1.backup")) == 1


def test_a_library_of_version_1_keeps_what_it_knew(version_1: Path) -> None:
    with Library.open(version_1) as library:
        assert crop_ids(library, CropFilter(persons=frozenset({7}))).tolist() == [1]
        row = crop_rows(library, [1])[1]
        assert (row.person, row.camera, row.review_state) == ("Ada", "door", "unseen")
        assert row.captured_at == datetime(2024, 2, 29, 12, 30, 5)  # noqa: DTZ001 - a camera's own clock
        with library.read() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            saved = connection.exec_driver_sql("SELECT * FROM saved_searches").first()
            assert connection.exec_driver_sql("SELECT verdict FROM decisions").scalar_one() == "confirmed"
    assert saved == (1, "the red jacket", '{"crops": [1]}', "2025-01-02 03:04:05.000000", 0)


@pytest.fixture
def version_2(version_1: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", migrations.STEPS[:1])
        Library.open(version_1).close()
    assert version(version_1) == 2
    return version_1


def test_a_library_of_version_2_keeps_what_refers_to_its_crops(version_2: Path) -> None:
    """The crops are copied into a table with other review states; nothing may fall off them."""
    with Library.open(version_2) as library:
        rows = crop_rows(library, [1, 2])
        assert rows[1].tags == ("umbrella",)
        assert [rows[crop_id].review_state for crop_id in (1, 2)] == ["unseen", "unseen"], "nobody is marked"
        assert rows[1].indexed
        with library.read() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
            unsure = connection.exec_driver_sql("SELECT uncertainty, confidence FROM masks").one()
            assert tuple(unsure) == (None, 0.75), "certainty is another scale"
        added = library.write(lambda c: c.execute(insert(Crop).values(image_id=2).returning(Crop.id))
                              .scalar_one())  # fmt: skip
        assert added == 10, "the id of a crop that is gone is not used again"
        library.write(lambda c: c.execute(delete(Image).where(Image.id == 1)))
        with library.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM embeddings").scalar_one() == 0
    assert version(version_2.with_name("first.droplib.v2.backup")) == 2


def test_a_search_for_marked_crops_still_opens(version_2: Path) -> None:
    with Library.open(version_2) as library:
        query = saved_searches(library)[0].query
    assert query["crop_filter"] == {"review_states": ["accepted", "unseen"]}
    CropFilter.from_dict(query["crop_filter"])


def test_duplicates_can_be_ignored_in_a_library_of_version_3(
    version_1: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", migrations.STEPS[:2])
        Library.open(version_1).close()
    assert version(version_1) == 3
    with Library.open(version_1) as library:
        ignore_group(library, [1, 2])
        assert list(ignored_groups(library).values()) == [frozenset({1, 2})]
    assert version(version_1.with_name("first.droplib.v3.backup")) == 3


def test_masks_of_before_version_3_do_not_mix_with_later_ones(
    version_1: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library of version 4 has both scales: entropies, and what was copied from certainties."""
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", migrations.STEPS[:3])
        with Library.open(version_1) as library, library.read() as connection:
            (old,) = connection.exec_driver_sql("SELECT uncertainty FROM masks").scalars()
        assert old == 0.25
        with Library.open(version_1) as library:
            library.write(
                lambda c: c.exec_driver_sql(
                    "INSERT INTO masks (crop_id, confidence, uncertainty, origin, model_version_id, "
                    "schema_name, revision, png, created_at) SELECT 2, 0.5, 0.2, origin, model_version_id, "
                    "schema_name, revision, png, created_at FROM masks"
                )
            )
            assert review_order(library).tolist() == [1, 2], "by two scales"
    with Library.open(version_1) as library:
        assert review_order(library).tolist() == [2, 1], "what is not known comes last"
        assert [review_rows(library, [i])[i].uncertainty for i in (1, 2)] == [None, 0.2]
        set_uncertainty(library, 1, 1, 0.9)
        assert review_order(library).tolist() == [1, 2]


def test_a_crop_that_was_not_copied_is_noticed(version_2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that loses rows others refer to is a bug that must not be committed."""

    def loses(connection: Connection) -> None:
        connection.exec_driver_sql("DELETE FROM images")

    with_steps(monkeypatch, *migrations.STEPS[:1], loses)
    with pytest.raises(RuntimeError, match="step to version 3"):
        Library.open(version_2)
    assert version(version_2) == 2
