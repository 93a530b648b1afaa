"""Runs in processes of their own: killed without warning, and two at a time."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from dropgui.indexing import CancelToken
from dropgui.library import Change, Library
from dropgui.library.jobs import interrupted_jobs, jobs
from dropgui.library.queries import counts
from tests.unit.indexing.fake import FakeExtractor, pictures, run

ROOT = Path(__file__).parents[3]


def start(library: Path, folder: Path, seconds: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.unit.indexing.slow_run", str(library), str(folder), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("batches", [1, 3, 6])
def test_a_killed_run_loses_less_than_two_seconds_and_resumes(
    tmp_path: Path, folder: Path, batches: int
) -> None:
    path = tmp_path / "some.droplib"
    Library.create(path).close()
    pictures(folder, 300)
    process = start(path, folder, 0.02)
    assert process.stdout is not None
    done = [process.stdout.readline() for _ in range(batches)]
    process.kill()
    killed = time.monotonic()
    done += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    finished = [line.split() for line in done if line.endswith("\n")]
    old_enough = [int(count) for at, count in finished if float(at) < killed - 2]
    with Library.open(path) as library:
        with library.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        kept = counts(library).indexed
        assert max(old_enough, default=0) <= kept < 300
        assert int(finished[-1][1]) - kept <= 2 / 0.02, "two seconds of work at this speed"
        assert counts(library).crops == 300
        (job,) = interrupted_jobs(library)
        assert (job.kind, job.folder, job.state) == ("index", folder, "running")
        report = run(library, folder)
        assert report.indexed == 300 - kept
        assert interrupted_jobs(library) == []
        assert [job.state for job in jobs(library)] == ["finished", "interrupted"]
        network = FakeExtractor()
        assert run(library, folder, network).indexed == network.pictures == 0


def test_a_job_of_a_living_process_is_not_interrupted(library: Library, folder: Path) -> None:
    pictures(folder, 64)
    process = start(library.path, folder, 0.02)
    assert process.stdout is not None
    process.stdout.readline()
    assert [job.state for job in jobs(library)] == ["running"]
    assert interrupted_jobs(library) == []
    process.communicate()
    assert process.returncode == 0
    assert [job.state for job in jobs(library)] == ["finished"]


def test_two_processes_may_index_one_folder(library: Library, folder: Path) -> None:
    """They do some work twice, but nothing is there twice and nothing fails."""
    pictures(folder, 150)
    heard: list[Change] = []
    library.subscribe(heard.append)
    process = start(library.path, folder, 0.005)
    assert process.stdout is not None
    process.stdout.readline()
    assert library.notice_other_processes()
    assert Change(elsewhere=True) in heard
    report = run(library, folder, FakeExtractor(seconds=0.005))
    process.communicate()
    assert process.returncode == 0
    assert report.failed == []
    assert (counts(library).crops, counts(library).indexed, counts(library).images) == (150, 150, 150)


def test_a_cancel_from_another_thread_is_heard_at_once(library: Library, folder: Path) -> None:
    import threading

    pictures(folder, 200)
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    started = time.perf_counter()
    report = run(library, folder, FakeExtractor(seconds=0.02), cancel=cancel)
    assert report.cancelled
    assert time.perf_counter() - started < 2
