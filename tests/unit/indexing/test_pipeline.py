"""A run over a folder, with real files and a small made-up model: first, again, cancelled, cut short."""

import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert

from dropgui.errors import UserError
from dropgui.indexing import CancelToken, Progress, pipeline
from dropgui.library import Change, Library
from dropgui.library.faults import DiskFullError
from dropgui.library.jobs import interrupted_jobs, jobs
from dropgui.library.masks import Labels
from dropgui.library.queries import (
    Counts,
    camera_rows,
    counts,
    crop_ids,
    crop_rows,
    mask_of,
)
from dropgui.library.schema import Person
from dropmodel.parts import PartSchema
from tests.unit.indexing.fake import SCHEMA, FakeExtractor, pictures, run
from tests.unit.indexing.looked import check_embedded, names


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
