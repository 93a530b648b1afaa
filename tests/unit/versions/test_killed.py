"""kill -9 while another version is made ready and while it is switched to."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dropgui.library import Library
from dropgui.library.embeddings import embedded_crops
from dropgui.library.jobs import interrupted_jobs, jobs
from dropgui.library.models import active_model
from dropgui.versions.use import JOB, use_version
from tests.unit.versions.made import MadeSession, first_crop, ranking, two_versions

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


def start(library: Path, version: int, where: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.unit.versions.slow_use", str(library), str(version), where]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def check_whole(library: Library) -> None:
    with library.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


@pytest.mark.parametrize("batches", [1, 4])
def test_killed_while_embedding(library: Library, folder: Path, batches: int) -> None:
    session, old, new = two_versions(library, folder, 100)
    with session:
        before = ranking(session, first_crop(library))
    process = start(library.path, new, "embedding")
    assert process.stdout is not None
    for _ in range(batches):
        process.stdout.readline()
    process.kill()
    shown = [*process.stdout.readlines()]
    process.stdout.close()
    process.wait()
    check_whole(library)
    with library.read() as connection:
        kept = len(embedded_crops(connection, new))
    assert kept < 100
    assert kept >= 8 * (batches + len(shown) - 3), "a batch at work and two on their way are lost at most"
    (job,) = interrupted_jobs(library)
    assert (job.kind, job.model_version_id, job.folder) == (JOB, new, None)
    with MadeSession(library) as session:
        assert session.index.model.id == old
        assert ranking(session, first_crop(library)) == before
        report = use_version(session, new)
        assert (report.embedded, report.switched) == (100 - kept, True)
    assert interrupted_jobs(library) == []
    assert [job.state for job in jobs(library)][:2] == ["finished", "interrupted"]


@pytest.mark.parametrize("where", ["switching", "switched"])
def test_killed_while_switching(library: Library, folder: Path, where: str) -> None:
    session, old, new = two_versions(library, folder, 12)
    with session:
        before = ranking(session, first_crop(library))
    process = start(library.path, new, where)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    check_whole(library)
    active = active_model(library)
    assert active is not None
    assert active.id == (old if where == "switching" else new), "all of the switch or nothing"
    with MadeSession(library) as session:
        answer = ranking(session, first_crop(library))
        assert len(answer) == 11
        assert (answer == before) is (where == "switching")
        report = use_version(session, new)
        assert (report.embedded, report.version.active) == (0, True)
        assert interrupted_jobs(library) == []
