"""Files that moved, went, came back or changed keep what is known of them."""

import os
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert, select, update

from dropgui.library import Change, Library
from dropgui.library.corrections import add_correction, labels_of, revisions, unpooled
from dropgui.library.masks import encode_mask
from dropgui.library.queries import (
    counts,
    crop_ids,
    crop_rows,
    features_of,
    mask_of,
)
from dropgui.library.rows import CORRECTED
from dropgui.library.schema import Crop, Embedding, Image, Mask, Person
from tests.unit.indexing.fake import SCHEMA, FakeExtractor, picture, pictures, run
from tests.unit.indexing.looked import by_name, check_embedded, names


def test_moved_files_keep_their_crop_person_and_embeddings(library: Library, folder: Path) -> None:
    pictures(folder / "cam1", 4)
    run(library, folder)
    before = by_name(library)
    moved = before["cam1/0002.png"]
    library.write(lambda c: c.execute(insert(Person).values(id=1, name="Ada")))
    library.write(lambda c: c.execute(update(Crop).where(Crop.id == moved).values(person_id=1)))
    (folder / "cam2").mkdir()
    (folder / "cam1" / "0002.png").rename(folder / "cam2" / "renamed.png")
    heard: list[Change] = []
    library.subscribe(heard.append)
    network = FakeExtractor()
    report = run(library, folder, network)
    assert (report.relinked, report.indexed, report.missing, network.pictures) == (1, 0, 1, 0)
    after = by_name(library)
    assert after == {**{k: v for k, v in before.items() if v != moved}, "cam2/renamed.png": moved}
    row = crop_rows(library, [moved])[moved]
    assert (row.person, row.camera, row.indexed, row.missing) == ("Ada", "cam2", True, False)
    total = Change.union(heard)
    assert moved in total.crops_changed
    assert set(total.crops_added) == set(total.crops_removed)
    assert counts(library).images == 4


def test_a_move_between_folders_of_the_library_is_one_too(library: Library, tmp_path: Path) -> None:
    first, second = pictures(tmp_path / "first", 3), pictures(tmp_path / "second", 3, seed=1)
    run(library, first)
    run(library, second)
    (crop,) = [
        row.id for row in crop_rows(library, crop_ids(library)).values() if row.path == first / "0001.png"
    ]
    (first / "0001.png").rename(second / "here.png")
    assert run(library, second).relinked == 1
    row = crop_rows(library, [crop])[crop]
    assert (row.path, row.indexed, row.missing) == (second / "here.png", True, False)
    assert counts(library).crops == 6


def test_a_copy_is_not_a_move(library: Library, folder: Path) -> None:
    pictures(folder, 2)
    run(library, folder)
    (folder / "copy.png").write_bytes((folder / "0000.png").read_bytes())
    report = run(library, folder)
    assert (report.relinked, report.indexed) == (0, 1)
    assert len(names(library)) == 3


def test_gone_files_are_missing_until_they_come_back(library: Library, folder: Path) -> None:
    pictures(folder, 3)
    run(library, folder)
    crop = by_name(library)["0001.png"]
    content = (folder / "0001.png").read_bytes()
    times = (folder / "0001.png").stat()
    (folder / "0001.png").unlink()
    assert run(library, folder).missing == 1
    assert crop_rows(library, [crop])[crop].missing
    assert run(library, folder).missing == 0
    (folder / "0001.png").write_bytes(content)
    os.utime(folder / "0001.png", ns=(times.st_atime_ns, times.st_mtime_ns))
    network = FakeExtractor()
    assert run(library, folder, network).skipped == 3
    assert not crop_rows(library, [crop])[crop].missing
    assert network.pictures == 0


def test_a_folder_that_cannot_be_listed_loses_nothing(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures(folder / "open", 2)
    pictures(folder / "shut", 2)
    run(library, folder)
    real = os.scandir

    def refuse(path: str | Path) -> object:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refuse)
        report = run(library, folder)
    assert report.missing == 0
    assert [failure.path for failure in report.failed] == [folder / "shut"]
    assert not any(row.missing for row in crop_rows(library, crop_ids(library)).values())


def test_changed_pictures_are_embedded_again(library: Library, folder: Path) -> None:
    pictures(folder, 3)
    run(library, folder)
    run(library, folder, model="second")
    crop = by_name(library)["0001.png"]
    png = encode_mask(np.zeros((4, 2), np.uint8), SCHEMA)
    values = {"crop_id": crop, "origin": CORRECTED, "schema_name": SCHEMA.name, "png": png}
    library.write(lambda c: c.execute(insert(Mask).values(values)))
    picture(folder / "0001.png", seed=77)
    network = FakeExtractor()
    report = run(library, folder, network)
    assert (report.indexed, report.skipped, network.pictures) == (1, 2, 1)
    assert by_name(library)["0001.png"] == crop
    check_embedded(library)
    mask = mask_of(library, crop)
    assert mask is not None
    assert mask.origin == "model", "a mask drawn on other pixels must not stay"
    assert run(library, folder, model="second").indexed == 1, "vectors of other pixels must not stay"


def test_what_people_drew_comes_back_with_the_picture(library: Library, folder: Path) -> None:
    """A picture that is replaced, or broken for a while, must not cost somebody's work."""
    pictures(folder, 2)
    run(library, folder)
    crop = by_name(library)["0001.png"]

    def draw(label: int) -> int:
        labels = np.full((32, 16), label, np.uint8)
        return add_correction(library, crop, labels, SCHEMA, base_revision=0).revision

    def drawn() -> list[tuple[int, int]]:
        rows = revisions(library, crop)
        return [(row.revision, int(labels_of(library, row)[0, 0])) for row in rows]

    def state() -> str:
        return crop_rows(library, [crop])[crop].review_state

    assert [draw(1), draw(2)] == [1, 2]
    original = (folder / "0001.png").read_bytes()
    picture(folder / "0001.png", seed=77)
    other = (folder / "0001.png").read_bytes()
    run(library, folder)
    assert (drawn(), state()) == ([], "unseen"), "they are of other pixels"
    assert draw(3) == 3, "no number twice"
    (folder / "0001.png").write_bytes(b"half a copy")
    run(library, folder)
    assert drawn() == []
    (folder / "0001.png").write_bytes(original)
    run(library, folder)
    assert (drawn(), state()) == ([(2, 2), (1, 1)], "corrected")
    assert unpooled(library) == [crop]
    (folder / "0001.png").write_bytes(other)
    run(library, folder)
    assert (drawn(), state()) == ([(3, 3)], "corrected")


def test_new_vectors_are_of_the_masks_that_people_made(library: Library, folder: Path) -> None:
    """Under any model version with these parts; and of the whole picture where it is another one now."""
    pictures(folder, 3)
    run(library, folder)
    names = by_name(library)
    labels = np.zeros((32, 16), np.uint8)
    labels[:8] = 1
    for crop in (names["0000.png"], names["0001.png"]):
        add_correction(library, crop, labels, SCHEMA, base_revision=0)
    picture(folder / "0001.png", seed=77)
    second = run(library, folder, model="second")
    assert second.indexed == 3
    with library.read() as connection:
        query = select(Embedding.crop_id, Embedding.mask_revision).where(Embedding.model_version_id == 2)
        revisions_of = {row.crop_id: row.mask_revision for row in connection.execute(query)}
        unsure = connection.execute(select(Mask.uncertainty).where(Mask.model_version_id == 2)).scalars()
        assert sorted(value for value in unsure if value is not None) == [0, 0.5, 1]
    assert revisions_of == {names["0000.png"]: 1, names["0001.png"]: 0, names["0002.png"]: 0}
    seen = features_of(library, [names["0000.png"]], 2).visibility[0]
    assert seen[2:].tolist() == [0.25, 0, 0]


def test_a_touched_file_is_not_embedded_again(library: Library, folder: Path) -> None:
    pictures(folder, 2)
    run(library, folder)
    os.utime(folder / "0000.png", ns=(5, 5))
    network = FakeExtractor()
    report = run(library, folder, network)
    assert (report.indexed, report.skipped, network.pictures) == (0, 2, 0)
    with library.read() as connection:
        times = set(connection.execute(select(Image.mtime_ns)).scalars())
    assert 5 in times
