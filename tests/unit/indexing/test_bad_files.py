"""Pictures that cannot be read, and those that are read with care: turned, dated, very large."""

from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image as Pillow

from dropgui.indexing import Failure, pipeline
from dropgui.indexing.decode import Outcome, read_item
from dropgui.indexing.plan import Item
from dropgui.library import Library
from dropgui.library.queries import (
    Counts,
    counts,
    crop_ids,
    crop_rows,
    faults,
    folder_rows,
)
from tests.unit.indexing.fake import picture, pictures, run
from tests.unit.indexing.looked import check_embedded, names


@pytest.fixture
def bad_files(folder: Path) -> dict[str, str]:
    """File names and a word that their reason must have."""
    good = picture(folder / "good.jpg", size=(30, 60)).read_bytes()
    (folder / "empty.jpg").touch()
    (folder / "cut.jpg").write_bytes(good[: len(good) // 2])
    (folder / "text.png").write_text("hello")
    picture(folder / "tiny.png", size=(1, 1))
    (folder / "folder.jpg").mkdir()
    bomb = Pillow.new("1", (20_000, 20_000))
    bomb.save(folder / "bomb.png")
    return {
        "empty.jpg": "empty", "cut.jpg": "cut short", "text.png": "not a picture", "tiny.png": "1 x 1",
        "bomb.png": "million pixels",
    }  # fmt: skip


def test_bad_files_are_listed_and_the_run_goes_on(
    library: Library, folder: Path, bad_files: dict[str, str]
) -> None:
    report = run(library, folder)
    assert report.indexed == 1
    reasons = {failure.path.name: failure.reason for failure in report.failed}
    assert reasons.keys() == bad_files.keys()
    for name, word in bad_files.items():
        assert word in reasons[name]
    assert names(library) == ["good.jpg"]
    assert {fault.path.name: fault.reason for fault in faults(library)} == reasons
    assert folder_rows(library)[0].faults == len(bad_files)
    check_embedded(library)


def test_bad_files_are_read_again_only_when_they_change(
    library: Library, folder: Path, bad_files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(library, folder)
    read: list[str] = []

    def noting(item: Item, size: tuple[int, int]) -> Outcome:
        read.append(item.path.name)
        return read_item(item, size)

    monkeypatch.setattr(pipeline, "read_item", noting)
    report = run(library, folder)
    assert read == []
    assert (report.skipped, sorted(report.failed, key=str)) == (1, sorted(first.failed, key=str))
    picture(folder / "text.png", seed=5)
    report = run(library, folder)
    assert read == ["text.png"]
    assert (report.indexed, len(report.failed)) == (1, len(bad_files) - 1)
    assert names(library) == ["good.jpg", "text.png"]
    read.clear()
    report = run(library, folder, retry_faults=True)
    assert sorted(read) == sorted(bad_files.keys() - {"text.png"})
    assert len(report.failed) == len(bad_files) - 1


def test_a_picture_that_broke_is_not_shown_or_found_any_more(library: Library, folder: Path) -> None:
    pictures(folder, 3)
    run(library, folder)
    (folder / "0001.png").write_bytes(b"broken now")
    report = run(library, folder)
    assert [failure.path.name for failure in report.failed] == ["0001.png"]
    assert names(library) == ["0000.png", "0002.png"]
    assert counts(library) == Counts(crops=2, indexed=2, images=3, faults=1)


def test_a_file_that_may_not_be_read_is_a_fault(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures(folder, 3)
    real = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "0001.png":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    report = run(library, folder)
    assert report.failed == [Failure(folder / "0001.png", "it could not be read: Permission denied")]
    assert report.indexed == 2


def test_exif_turns_dates_and_broken_exif(library: Library, folder: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2023:05:06 07:08:09"
    picture(folder / "turned.jpg", size=(40, 20), exif=exif)
    picture(folder / "turned.tif", size=(40, 20), exif=exif)
    picture(folder / "20240131_120301 named otherwise.jpg", exif=exif)
    picture(folder / "20240131_120301.jpg")
    odd = Pillow.Exif()
    odd[0x0112] = 77
    odd.get_ifd(0x8769)[0x9003] = "0000:00:00 00:00:00"
    picture(folder / "odd.jpg", exif=odd)
    picture(folder / "torn.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff")
    report = run(library, folder)
    assert report.failed == []
    rows = {row.relative_path: row for row in crop_rows(library, crop_ids(library)).values()}
    for turned in (rows["turned.tif"], rows["turned.jpg"]):
        assert (turned.width, turned.height, turned.orientation) == (20, 40, 6)
    assert turned.captured_at == datetime(2023, 5, 6, 7, 8, 9)  # noqa: DTZ001
    assert rows["20240131_120301 named otherwise.jpg"].captured_at == turned.captured_at
    assert rows["20240131_120301.jpg"].captured_at == datetime(2024, 1, 31, 12, 3, 1)  # noqa: DTZ001
    for name in ("odd.jpg", "torn.jpg"):
        assert (rows[name].width, rows[name].height, rows[name].orientation) == (16, 32, 1)
        assert rows[name].captured_at is None


def test_large_pictures_keep_their_own_size_in_the_library(library: Library, folder: Path) -> None:
    """They are decoded at an eighth for the network; the library tells the file's size."""
    picture(folder / "large.jpg", size=(512, 1024))
    run(library, folder)
    (row,) = crop_rows(library, crop_ids(library)).values()
    assert (row.width, row.height) == (512, 1024)
