"""Names, notes, the tree of versions, and dropping them."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, func, insert, select

from dropgui.errors import UserError
from dropgui.library import Library
from dropgui.library.embeddings import add_embeddings, features_of
from dropgui.library.jobs import start_job
from dropgui.library.model_files import keep_file, kept_file, models_dir
from dropgui.library.models import (
    activate_model,
    add_metrics,
    crops_behind,
    model_version,
    model_versions,
    note_version,
    previous_version,
    register_model,
    rename_version,
)
from dropgui.library.names import UnfitNameError
from dropgui.library.rows import CORRECTED, ModelVersionRow
from dropgui.library.schema import Embedding, Event, Mask
from dropgui.versions.drop import VersionNeededError, drop_vectors, drop_version
from dropgui.versions.tree import version_tree
from dropgui.versions.use import JOB, use_version
from tests.unit.library.made import add_crops, made_features
from tests.unit.versions.made import MadeSession, add_version, first_crop, ranking, two_versions


def row(library: Library, version: int) -> ModelVersionRow:
    with library.read() as connection:
        return model_version(connection, version)


def test_names_notes_and_metrics(library: Library) -> None:
    first, second = add_version(library, "one"), add_version(library, "two")
    again = register_model(
        library,
        name="one",
        schema=row(library, first).schema,
        dim=8,
        weights_hash="other",
        trained=True,
        metrics={"map": 0.5},
        calibration={"kind": "isotonic"},
        data="9 persons",
        notes="from the card",
    )
    assert (again.name, again.data, again.notes) == ("one 2", "9 persons", "from the card")
    rename_version(library, second, " jackets ")
    note_version(library, second, "better at jackets\n")
    add_metrics(library, again.id, {"rank1": 0.75})
    assert (row(library, second).name, row(library, second).notes) == ("jackets", "better at jackets")
    assert row(library, again.id).metrics == {"map": 0.5, "rank1": 0.75}, "a calibration is no measure"
    with pytest.raises(UserError, match="'one' already"):
        rename_version(library, second, "one")
    with pytest.raises(UnfitNameError):
        rename_version(library, second, " ")
    rename_version(library, second, "jackets")
    for change in (rename_version, note_version):
        with pytest.raises(KeyError):
            change(library, 99, "x")


def test_the_tree(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 4)
    grandchild = add_version(library, "grandchild", parent=new)
    sister = add_version(library, "sister", parent=old)
    with session:
        use_version(session, new)
        tree = {version.row.id: version for version in version_tree(library)}
    assert [(i, v.depth) for i, v in tree.items()] == [(old, 0), (new, 1), (grandchild, 2), (sister, 1)]
    assert tree[old].children == (new, sister)
    assert [v.crops for v in tree.values()] == [4, 4, 0, 0]
    assert [v.behind for v in tree.values()] == [0, 0, 4, 4]
    assert [v.is_ready for v in tree.values()] == [True, True, False, False]
    assert [v.is_previous for v in tree.values()] == [True, False, False, False]
    assert "answers searches" in (tree[new].why_stays or "")
    assert tree[old].why_vectors_stay is None
    assert "'new', 'sister' were taught from 'old'" in (tree[old].why_stays or "")
    assert tree[sister].why_stays is None


def test_a_version_is_dropped_with_all_that_was_of_it(library: Library, folder: Path, tmp_path: Path) -> None:
    session, old, new = two_versions(library, folder, 30)
    weights = tmp_path / "some.safetensors"
    weights.write_bytes(b"weights")
    keep_file(library, "new", weights)
    keep_file(library, "old", weights)
    with session:
        before = ranking(session, first_crop(library))
        use_version(session, new)
        with pytest.raises(VersionNeededError, match="in use"):
            drop_version(library, new)
        session.switch(old)
        assert (library.cache_dir / str(new)).exists()
        dropped = drop_version(library, new)
        assert dropped.crops == 30
        assert [version.id for version in model_versions(library)] == [old]
        assert not kept_file(library, "new").exists()
        assert kept_file(library, "old").exists()
        assert not (library.cache_dir / str(new)).exists()
        assert ranking(session, first_crop(library)) == before
        assert previous_version(library) is None
        with pytest.raises(KeyError):
            drop_version(library, new)
    with library.read() as connection:
        for table in (Embedding, Mask):
            own = select(func.count()).where(table.model_version_id != old)
            assert connection.execute(own).scalar_one() == 0
        said = connection.execute(select(Event.action).order_by(Event.id.desc())).scalars().first()
        assert said == "model dropped"


def test_dropped_vectors_are_made_anew_and_are_the_same(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 12)
    with session:
        use_version(session, new)
        after = ranking(session, first_crop(library))
        with pytest.raises(VersionNeededError):
            drop_vectors(library, new)
        session.switch(old)
        assert drop_vectors(library, new).crops == 12
        assert drop_vectors(library, new).crops == 0
        session.networks.clear()
        assert use_version(session, new).embedded == 12
        assert ranking(session, first_crop(library)) == after


def test_a_version_that_is_worked_on_or_needed_stays(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 2)
    session.close()
    add_version(library, "grandchild", parent=new)
    with pytest.raises(VersionNeededError, match="'grandchild' was taught from 'new'"):
        drop_version(library, new)
    start_job(library, JOB, model_version_id=new)
    with pytest.raises(VersionNeededError, match="being worked on"):
        drop_vectors(library, new)
    assert len(model_versions(library)) == 3
    assert row(library, old).active


def test_strays_are_swept_and_young_files_stay(library: Library, tmp_path: Path) -> None:
    add_version(library, "one")
    two = add_version(library, "two")
    weights = tmp_path / "some.safetensors"
    weights.write_bytes(b"weights")
    for name in ("one", "gone", "coming"):
        keep_file(library, name, weights)
    cut = models_dir(library) / "cut.part"
    notes = models_dir(library) / "mine.txt"
    for path in (cut, notes):
        path.write_text("x")
    long_ago = time.time() - 7200
    for path in models_dir(library).iterdir():
        if path != kept_file(library, "coming"):
            os.utime(path, (long_ago, long_ago))
    drop_version(library, two)
    left = {path.name for path in models_dir(library).iterdir()}
    assert left == {"one.safetensors", "coming.safetensors", "mine.txt"}


Made = tuple[Library, list[int], list[int]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A library with three versions and six crops; every example leaves it without vectors."""
    with Library.create(tmp_path_factory.mktemp("behind") / "some.droplib") as library:
        yield library, [add_version(library, name) for name in "abc"], add_crops(library, 6)


crops = st.lists(st.booleans(), min_size=6, max_size=6)
revisions = st.lists(st.integers(0, 3), min_size=6, max_size=6)


@given(active=crops, own=crops, third=crops, corrected=revisions, pooled=revisions, of_parts=crops)
@settings(max_examples=40)
def test_what_a_version_lacks(
    made: Made,
    active: list[bool],
    own: list[bool],
    third: list[bool],
    corrected: list[int],
    pooled: list[int],
    of_parts: list[bool],
) -> None:
    library, versions, ids = made
    first, second, other = versions
    parts = row(library, second).schema.name

    def fill(connection: Connection) -> None:
        for version, chosen in ((first, active), (other, third)):
            some = [crop for crop, there in zip(ids, chosen, strict=True) if there]
            add_embeddings(connection, version, some, made_features(len(some)))
        some = [place for place, there in enumerate(own) if there]
        revisions = [pooled[place] for place in some]
        add_embeddings(
            connection, second, [ids[place] for place in some], made_features(len(some)), revisions
        )
        for place, crop in enumerate(ids):
            for revision in range(1, corrected[place] + 1):
                latest = revision == corrected[place]
                values = {
                    "crop_id": crop,
                    "origin": CORRECTED,
                    "revision": revision,
                    "schema_name": parts if of_parts[place] or not latest else "others",
                    "png": b"",
                }
                connection.execute(insert(Mask).values(values))

    try:
        library.write(fill)
        activate_model(library, first)
        wanted = [corrected[i] if of_parts[i] else 0 for i in range(6)]
        lacks = [not own[i] or pooled[i] < wanted[i] for i in range(6)]
        with library.read() as connection:
            found = crops_behind(connection, second)
            found_of_any = crops_behind(connection, second, any_version=True)
        assert found == [crop for i, crop in enumerate(ids) if active[i] and lacks[i]]
        assert found_of_any == [
            crop for i, crop in enumerate(ids) if (active[i] or third[i] or own[i]) and lacks[i]
        ]
    finally:
        library.write(lambda c: (c.execute(delete(Embedding)), c.execute(delete(Mask))))


def test_features_of_a_dropped_version_are_gone(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 3)
    with session:
        use_version(session, new)
        drop_vectors(library, old)
        with pytest.raises(UserError, match="not indexed under the model 'old'"):
            features_of(library, [first_crop(library)], old)
    with MadeSession(library) as later:
        assert len(later.index) == 3
