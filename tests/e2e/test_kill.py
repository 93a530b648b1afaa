"""kill -9 while a folder is indexed: the library opens, the window offers to resume, nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dropgui.library.library import Library
from dropgui.library.queries import counts
from dropgui.main_window import MainWindow
from tests.gui.drive import run_main, wait_until
from tests.support.people import make_folder

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("qapp")
def test_killed_while_indexing(tmp_path: Path) -> None:
    make_folder(tmp_path / "people", identities=80, cameras=6)
    path = tmp_path / "library.droplib"
    index = subprocess.Popen(
        [sys.executable, "-m", "dropgui", "index", str(tmp_path / "people"), "--library", str(path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists() and path.stat().st_size:
            with Library.open(path) as library:
                if counts(library).indexed:
                    break
        time.sleep(0.02)
    os.kill(index.pid, signal.SIGKILL)
    index.wait(10)
    with Library.open(path) as library:
        done = counts(library).indexed
    assert 0 < done < 480, "it was killed in the middle"

    def script(window: MainWindow) -> None:
        wait_until(lambda: "did not finish" in window.notice.text, "the window offers to resume")
        reports = []
        window.jobs.finished.connect(lambda _, report: reports.append(report))
        window.notice._action.click()
        wait_until(lambda: reports, "the run completes")
        assert reports[0].skipped == done, "what was done is not done again"
        assert reports[0].indexed == 480 - done
        assert not reports[0].failed

    assert run_main(["--library", str(path)], script) == 0
