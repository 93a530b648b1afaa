"""Folders and crops that leave the library, or move in it, while they are being indexed."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from dropgui.errors import UserError
from dropgui.indexing import moves
from dropgui.indexing.catalogue import Catalogue
from dropgui.indexing.roots import FolderError, ForgottenFolderError, find_root
from dropgui.library import Library
from dropgui.library.forget import forget_crops, forget_folder
from dropgui.library.jobs import jobs
from dropgui.library.queries import counts, crop_ids, crop_rows, folder_rows
from dropgui.library.schema import Image
from tests.unit.indexing.fake import FakeExtractor, pictures, run

SAID = r"was forgotten while it was being indexed; nothing of it was kept\.$"


def once(action: object) -> FakeExtractor:
    """A network that does ``action`` after its first batch."""
    network = FakeExtractor(batch_size=8)

    def after() -> None:
        if len(network.batches) == 1:
            assert callable(action)
            action()

    network.after_batch = after
    return network


def test_a_folder_forgotten_while_it_is_embedded(library: Library, folder: Path) -> None:
    pictures(folder, 60)
    network = once(lambda: forget_folder(library, folder_rows(library)[0].id))
    with pytest.raises(ForgottenFolderError, match=SAID) as caught:
        run(library, folder, network)
    assert isinstance(caught.value, UserError)
    assert str(folder) in str(caught.value)
    assert network.pictures < 60
    assert (counts(library).images, counts(library).indexed) == (0, 0)
    assert (folder_rows(library), jobs(library)) == ([], [])
    assert run(library, folder).indexed == 60


def test_a_folder_forgotten_with_its_last_batch(library: Library, folder: Path) -> None:
    pictures(folder, 5)
    with pytest.raises(ForgottenFolderError, match=SAID):
        run(library, folder, once(lambda: forget_folder(library, folder_rows(library)[0].id)))


def test_a_folder_forgotten_while_it_is_scanned(library: Library, folder: Path) -> None:
    pictures(folder, 250)
    with pytest.raises(ForgottenFolderError, match=SAID):
        run(
            library, folder, on_progress=lambda _: forget_folder(library, 1) if folder_rows(library) else None
        )
    assert (counts(library).images, folder_rows(library)) == (0, [])


def test_a_folder_forgotten_before_its_first_file_is_taken_in(library: Library, folder: Path) -> None:
    root = find_root(library, folder)
    catalogue = Catalogue(library, root)
    forget_folder(library, root.folder_id)
    with pytest.raises(ForgottenFolderError, match=SAID):
        catalogue.add([])


def test_a_folder_that_became_part_of_another(library: Library, folder: Path) -> None:
    catalogue = Catalogue(library, find_root(library, folder))
    find_root(library, folder.parent)
    with pytest.raises(FolderError, match=f"became part of the folder {folder.parent}"):
        catalogue.add([])


def test_crops_forgotten_while_they_are_embedded_stay_forgotten(library: Library, folder: Path) -> None:
    pictures(folder, 24)
    gone: list[int] = []

    def forget() -> None:
        gone.extend(crop_ids(library)[[1, 4, 20]].tolist())
        forget_crops(library, gone)

    run(library, folder, once(forget))
    rows = crop_rows(library, crop_ids(library))
    assert len(rows) == 21
    assert all(row.indexed for row in rows.values())
    assert not rows.keys() & set(gone)


@pytest.mark.parametrize("other", ["relinked elsewhere", "forgot the old one", "removed the new one"])
def test_a_move_that_another_program_saw_first(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    pictures(folder, 3)
    run(library, folder)
    (old,) = [
        row for row in crop_rows(library, crop_ids(library)).values() if row.relative_path == "0001.png"
    ]
    (folder / "0001.png").rename(folder / "new.png")
    real = moves._relink

    def meanwhile(connection: Connection, found: list[moves._Move]) -> object:
        if other == "relinked elsewhere":
            there = update(Image).where(Image.id == old.image_id).values(relative_path="there.png")
            connection.execute(there)
        elif other == "forgot the old one":
            connection.execute(delete(Image).where(Image.id == old.image_id))
        else:
            connection.execute(delete(Image).where(Image.id == found[0].new))
        return real(connection, found)

    monkeypatch.setattr(moves, "_relink", meanwhile)
    assert run(library, folder).relinked == 0
    with library.read() as connection:
        found = connection.execute(select(Image.relative_path, Image.id)).all()
    known = {row.relative_path: row.id for row in found}
    if other == "relinked elsewhere":
        assert known["there.png"] == old.image_id
    assert ("new.png" in known) == (other != "removed the new one")
