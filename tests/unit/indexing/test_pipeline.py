"""A run over a folder, with real files and a small made-up model."""

import os
import threading
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from sqlalchemy import insert, select, update

from dropgui.errors import UserError
from dropgui.indexing import CancelToken, Failure, Progress, pipeline
from dropgui.indexing.decode import Outcome, read_item
from dropgui.indexing.plan import Item
from dropgui.indexing.roots import FolderError
from dropgui.library import Change, Library
from dropgui.library.corrections import add_correction, labels_of, revisions, unpooled
from dropgui.library.faults import DiskFullError
from dropgui.library.jobs import interrupted_jobs, jobs
from dropgui.library.masks import Labels, encode_mask
from dropgui.library.queries import (
    Counts,
    active_model,
    camera_rows,
    counts,
    crop_ids,
    crop_rows,
    faults,
    features_of,
    folder_rows,
    mask_of,
)
from dropgui.library.rows import CORRECTED
from dropgui.library.schema import Crop, Embedding, Image, Mask, Person
from dropmodel.parts import PartSchema
from tests.unit.indexing.fake import SCHEMA, FakeExtractor, features_of_pixels, picture, pictures, run


def names(library: Library) -> list[str]:
    ids = crop_ids(library)
    rows = crop_rows(library, ids)
    return [rows[crop_id].relative_path for crop_id in ids.tolist()]


def by_name(library: Library) -> dict[str, int]:
    return {row.relative_path: row.id for row in crop_rows(library, crop_ids(library)).values()}


def check_embedded(library: Library) -> None:
    """Every crop on show has the embeddings of the file as it is on the disk now."""
    model = active_model(library)
    assert model is not None
    ids = crop_ids(library).tolist()
    rows = crop_rows(library, ids)
    found = features_of(library, ids, model.id)
    for number, crop_id in enumerate(ids):
        pixels = np.asarray(Pillow.open(rows[crop_id].path).convert("RGB"))
        np.testing.assert_allclose(
            found.vectors[number],
            features_of_pixels(pixels).vectors[0],
            atol=2e-3,
            err_msg=str(rows[crop_id]),
        )


# A first run and the next ones ----------------------------------------------------------------------


def test_a_first_run_takes_everything_in(library: Library, folder: Path) -> None:
    pictures(folder / "cam1", 11)
    pictures(folder / "cam2", 9, seed=1)
    seen: list[Progress] = []
    network = FakeExtractor()
    report = run(library, folder, network, on_progress=seen.append)
    assert (report.indexed, report.skipped, report.failed, report.cancelled) == (20, 0, [], False)
    assert (report.relinked, report.missing) == (0, 0)
    assert counts(library) == Counts(crops=20, indexed=20, images=20, faults=0)
    assert [(row.name, row.crops) for row in camera_rows(library)] == [("cam1", 11), ("cam2", 9)]
    assert names(library)[:2] == ["cam1/0000.png", "cam1/0001.png"]
    check_embedded(library)
    mask = mask_of(library, int(crop_ids(library)[0]))
    assert mask is not None
    assert mask.labels[:, 0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert (mask.origin, mask.confidence) == ("model", 0.5)
    (job,) = jobs(library)
    assert (job.state, job.done, job.total, job.folder) == ("finished", 20, 20, folder)
    phases = [progress.phase for progress in seen]
    assert phases == sorted(phases, key=["scanning", "indexing", "finishing"].index)
    assert [p.done for p in seen if p.phase == "indexing"][-1] == 20
    assert all(p.total == 20 and p.rate > 0 for p in seen if p.phase == "indexing")
    assert seen[-1].eta_seconds == 0


def test_a_second_run_does_nothing(library: Library, folder: Path) -> None:
    pictures(folder, 5)
    run(library, folder)
    before = crop_ids(library).tolist()
    network = FakeExtractor()
    report = run(library, folder, network)
    assert (report.indexed, report.skipped, network.pictures) == (0, 5, 0)
    assert crop_ids(library).tolist() == before


def test_the_gallery_shows_crops_before_the_model_is_loaded(library: Library, folder: Path) -> None:
    """The model waits until every crop was announced; without that it would wait for ever."""
    pictures(folder, 30)
    announced: list[int] = []
    complete = threading.Event()

    def listen(change: Change) -> None:
        announced.extend(change.crops_added)
        if len(announced) == 30:
            complete.set()

    library.subscribe(listen)
    network = FakeExtractor()

    def load() -> FakeExtractor:
        assert complete.wait(20)
        assert counts(library) == Counts(crops=30, indexed=0, images=30, faults=0)
        return network

    def version() -> int:
        return pipeline_version(library)

    report = pipeline.index_folder(library, folder, load, version)
    assert (report.indexed, sorted(announced)) == (30, crop_ids(library).tolist())


def pipeline_version(library: Library) -> int:
    from dropgui.library.models import register_model

    return register_model(library, name="f", schema=SCHEMA, dim=8, weights_hash="f", trained=False).id


def test_changes_name_the_crops_that_were_indexed(library: Library, folder: Path) -> None:
    pictures(folder, 20)
    (folder / "broken.png").write_bytes(b"no")
    heard: list[Change] = []
    library.subscribe(heard.append)
    run(library, folder)
    total = Change.union(heard)
    assert sorted(total.crops_changed) == crop_ids(library).tolist()
    assert len(total.crops_added) == 21
    assert set(total.crops_added) - set(total.crops_changed) == set(total.crops_removed)
    assert total.folders
    assert total.cameras
    assert total.faults
    assert total.jobs


def test_a_new_model_embeds_everything_again(library: Library, folder: Path) -> None:
    pictures(folder, 5)
    run(library, folder)
    network = FakeExtractor()
    assert run(library, folder, network, model="other").indexed == 5
    assert network.pictures == 5


def test_batches_stay_short_on_slow_machines(library: Library, folder: Path) -> None:
    """At 0.1 s a picture a batch of 32 would be 3.2 s of work to lose."""
    pictures(folder, 40)
    network = FakeExtractor(batch_size=32, seconds=0.1)
    run(library, folder, network)
    assert max(network.batches) * network.seconds < 1
    assert min(network.batches) >= 8, "smaller ones would cost more than they save"
    fast = FakeExtractor(batch_size=32)
    run(library, folder, fast, model="other")
    assert max(fast.batches) == 32


# Files that are not as they should be ---------------------------------------------------------------


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
    odd = Pillow.Exif()
    odd[0x0112] = 77
    odd.get_ifd(0x8769)[0x9003] = "0000:00:00 00:00:00"
    picture(folder / "odd.jpg", exif=odd)
    picture(folder / "torn.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff")
    report = run(library, folder)
    assert report.failed == []
    rows = {row.relative_path: row for row in crop_rows(library, crop_ids(library)).values()}
    turned = rows["turned.jpg"]
    assert (turned.width, turned.height, turned.orientation) == (20, 40, 6)
    assert turned.captured_at == datetime(2023, 5, 6, 7, 8, 9)  # noqa: DTZ001
    for name in ("odd.jpg", "torn.jpg"):
        assert (rows[name].width, rows[name].height, rows[name].orientation) == (16, 32, 1)
        assert rows[name].captured_at is None


def test_large_pictures_keep_their_own_size_in_the_library(library: Library, folder: Path) -> None:
    """They are decoded at an eighth for the network; the library tells the file's size."""
    picture(folder / "large.jpg", size=(512, 1024))
    run(library, folder)
    (row,) = crop_rows(library, crop_ids(library)).values()
    assert (row.width, row.height) == (512, 1024)


# Moves, changes, disappearances ---------------------------------------------------------------------


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


# Folders --------------------------------------------------------------------------------------------


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


# Stopping -------------------------------------------------------------------------------------------


def test_cancel_keeps_what_was_done_and_the_next_run_goes_on(library: Library, folder: Path) -> None:
    pictures(folder, 60)
    cancel = CancelToken()
    network = FakeExtractor()
    network.after_batch = lambda: cancel.cancel() if network.pictures >= 16 else None
    report = run(library, folder, network, cancel=cancel)
    assert report.cancelled
    assert 16 <= report.indexed == network.pictures < 60
    assert counts(library) == Counts(crops=60, indexed=report.indexed, images=60, faults=0)
    assert jobs(library)[0].state == "cancelled"
    assert interrupted_jobs(library) == []
    rest = run(library, folder)
    assert rest.indexed == 60 - report.indexed
    check_embedded(library)


def test_cancelled_before_it_starts(library: Library, folder: Path) -> None:
    pictures(folder, 3)
    cancel = CancelToken()
    cancel.cancel()
    report = run(library, folder, cancel=cancel)
    assert (report.cancelled, report.indexed, report.missing) == (True, 0, 0)


def test_a_cancelled_scan_marks_nothing_as_missing(library: Library, folder: Path) -> None:
    pictures(folder, 3)
    run(library, folder)
    cancel = CancelToken()
    cancel.cancel()
    assert run(library, folder, cancel=cancel).missing == 0
    assert not any(row.missing for row in crop_rows(library, crop_ids(library)).values())


def test_a_bug_in_the_model_is_loud_and_ends_the_job(library: Library, folder: Path) -> None:
    pictures(folder, 30)
    network = FakeExtractor()

    def fail() -> None:
        if network.pictures > 8:
            raise ZeroDivisionError("bug in the model")

    network.after_batch = fail
    threads = threading.active_count()
    with pytest.raises(ZeroDivisionError, match="bug in the model"):
        run(library, folder, network)
    assert threading.active_count() == threads
    assert (jobs(library)[0].state, jobs(library)[0].message) == (
        "failed",
        "ZeroDivisionError: bug in the model",
    )
    assert counts(library).indexed == 8
    assert run(library, folder).indexed == 22


def test_a_disk_that_fills_up_stops_the_run_soundly(library: Library, folder: Path) -> None:
    pictures(folder, 64)
    network = FakeExtractor()

    def fill() -> None:
        if network.pictures == 24:
            library.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1"))

    network.after_batch = fill
    network.dim = 8
    big = "x" * 40_000
    library.write(lambda c: c.execute(insert(Person).values(name=big)))
    with pytest.raises(DiskFullError, match="Free some space"):
        run_until_full(library, folder, network)
    library.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000"))
    with library.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    done = counts(library).indexed
    assert 0 < done < 64
    assert run(library, folder).indexed == 64 - done
    check_embedded(library)


def run_until_full(library: Library, folder: Path, network: FakeExtractor) -> None:
    """Runs with masks so large that every batch needs new pages."""
    from dropgui.indexing import store
    from dropgui.library.masks import encode_mask as real

    def large(labels: Labels, schema: PartSchema) -> bytes:
        return real(labels, schema) + os.urandom(20_000)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "encode_mask", large)
        run(library, folder, network)


def test_a_user_error_of_the_model_comes_out_as_it_is(library: Library, folder: Path) -> None:
    pictures(folder, 2)

    def load() -> FakeExtractor:
        raise UserError("no such model")

    with pytest.raises(UserError, match="no such model"):
        pipeline.index_folder(library, folder, load, lambda: 1)
    assert (jobs(library)[0].state, jobs(library)[0].message) == ("failed", "no such model")
    assert counts(library).crops == 2
