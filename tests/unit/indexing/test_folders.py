"""Which folders there are: inside each other, linked, gone, called anything."""

from pathlib import Path

import pytest

from dropgui.indexing.roots import FolderError
from dropgui.library import Library
from dropgui.library.jobs import jobs
from dropgui.library.queries import (
    crop_ids,
    crop_rows,
    folder_rows,
)
from tests.unit.indexing.fake import FakeExtractor, picture, pictures, run
from tests.unit.indexing.looked import check_embedded


def test_a_subfolder_belongs_to_its_folder(library: Library, folder: Path) -> None:
    pictures(folder / "sub", 2)
    pictures(folder / "sub0", 2)
    pictures(folder / "other", 2)
    run(library, folder)
    before = crop_ids(library).tolist()
    pictures(folder / "sub", 3)
    pictures(folder / "other", 3)
    (folder / "sub" / "0000.png").unlink()
    (folder / "other" / "0000.png").unlink()
    report = run(library, folder / "sub")
    assert [row.path for row in folder_rows(library)] == [folder]
    assert (report.indexed, report.skipped, report.missing) == (1, 1, 1)
    assert set(before) < set(crop_ids(library).tolist())
    rows = {row.relative_path: row for row in crop_rows(library, crop_ids(library)).values()}
    assert rows["sub/0000.png"].missing
    assert not rows["other/0000.png"].missing, "it is outside what was scanned"
    assert "other/0002.png" not in rows


def test_a_parent_takes_its_folders_over(library: Library, folder: Path) -> None:
    pictures(folder / "a", 2)
    pictures(folder / "b", 2, seed=1)
    pictures(folder / "c", 2, seed=2)
    run(library, folder / "a")
    run(library, folder / "b")
    before = {row.path: row.id for row in crop_rows(library, crop_ids(library)).values()}
    network = FakeExtractor()
    report = run(library, folder, network)
    assert [row.path for row in folder_rows(library)] == [folder]
    assert (report.indexed, report.skipped, network.pictures) == (2, 4, 2)
    after = {row.path: row.id for row in crop_rows(library, crop_ids(library)).values()}
    assert len(after) == 6
    assert before.items() < after.items()
    assert len(jobs(library)) == 3


def test_a_link_to_a_known_folder_is_that_folder(library: Library, folder: Path, tmp_path: Path) -> None:
    pictures(folder, 2)
    run(library, folder)
    (tmp_path / "link").symlink_to(folder)
    assert run(library, tmp_path / "link").skipped == 2
    assert len(folder_rows(library)) == 1


def test_paths_that_are_no_folder_are_refused(library: Library, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"no folder .*nowhere"):
        run(library, tmp_path / "nowhere")
    with pytest.raises(FolderError, match=r"is a picture, not a folder\. Add the folder it is in"):
        run(library, picture(tmp_path / "one.JPG"))
    (tmp_path / "file.txt").touch()
    with pytest.raises(FolderError, match="is not a folder"):
        run(library, tmp_path / "file.txt")
    (folder / "notes.txt").touch()
    with pytest.raises(FolderError, match="no pictures in"):
        run(library, folder)
    assert (folder_rows(library), jobs(library)) == ([], [])


def test_a_known_folder_that_has_gone_is_marked(library: Library, folder: Path, tmp_path: Path) -> None:
    pictures(folder, 2)
    run(library, folder)
    folder.rename(tmp_path / "away")
    with pytest.raises(FolderError, match="connect the drive"):
        run(library, folder)
    assert folder_rows(library)[0].missing
    (tmp_path / "away").rename(folder)
    run(library, folder)
    assert not folder_rows(library)[0].missing


def test_names_of_all_kinds(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "größe 人 %_'"
    for name in ("ä ö.png", "%.png", "_.png", "quote'\".png", "new\nline.png", "👟.png"):
        picture(folder / name, seed=len(name))
    report = run(library, folder)
    assert (report.indexed, report.failed) == (6, [])
    assert run(library, folder).skipped == 6
    check_embedded(library)
