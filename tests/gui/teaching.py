"""What tests of teaching in the window share: libraries, a made-up engine, and ways to click."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from dropgui.dialogs.notice import NoticeBar
from dropgui.finetuning import runs
from dropgui.finetuning.folder import Folder
from dropgui.library import Library
from dropgui.library.queries import crop_ids
from dropgui.main_window import MainWindow
from dropgui.search import VectorQuery
from dropgui.training.page import TeachPage
from tests.gui.drive import run_main, wait_until
from tests.gui.library import TORCH_MS, command
from tests.unit.finetuning.made import copied, correct, crops_of, make_library, name

ROOT = Path(__file__).parents[2]
Fake = Callable[..., None]


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_library(tmp_path_factory.mktemp("indexed"))


@pytest.fixture
def bare(indexed: Path, tmp_path: Path) -> Path:
    """Nobody was named."""
    return copied(indexed, tmp_path)


@pytest.fixture
def library(bare: Path) -> Path:
    """With persons and corrected masks, enough of both."""
    with Library.open(bare) as opened:
        name(opened)
        correct(opened, [crop for identity in range(6, 14) for crop in crops_of(opened, identity)[:2]])
    return bare


def made_up(library: Library, folder: Path) -> list[str]:
    """The command of a worker whose engine only pretends."""
    return [sys.executable, "-m", "tests.unit.finetuning.fake_worker", str(library.path), str(folder)]


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Sets how the made-up engine behaves; the window loads no model of its own accord."""

    def behave(**values: Any) -> None:
        monkeypatch.setenv("FAKE_ENGINE", json.dumps(values))

    monkeypatch.setattr(MainWindow, "_load_model", lambda _: None)
    monkeypatch.setattr(runs, "worker_command", made_up)
    monkeypatch.chdir(ROOT)
    behave()
    return behave


def opened_page(window: MainWindow) -> TeachPage:
    """The page, with what there is to teach with."""
    command(window, "Fine-tune").trigger()
    page = window.model_rooms.teaching.page
    assert page is not None
    wait_until(lambda: page.plan.measured, "the plan is read")
    return page


def click(button: QPushButton) -> None:
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def started(window: MainWindow) -> TeachPage:
    """A run goes on and has made a step."""
    page = opened_page(window)
    click(page.plan.start)
    teacher = window.model_rooms.teaching.teacher
    wait_until(lambda: teacher.story.step > 1 or page.plan.error.text(), "there are steps", TORCH_MS)
    assert page.shows_run
    return page


def worker_of(window: MainWindow) -> int:
    """The process of the run that goes on."""
    run = window.model_rooms.teaching.teacher.run
    assert run is not None
    folder = Folder(run.folder)
    return int(folder.read(folder.state)["process"].split(":")[0])


def answer(window: MainWindow) -> list[tuple[int, float]]:
    """What a search finds, to the last digit."""
    session = window.session
    features = session.features_of_crop(int(crop_ids(session.library)[0]))
    found = session.search(VectorQuery(features, {"foreground": 1.0}))
    return [(match.crop_id, match.score) for match in found.matches]


def ended(window: MainWindow, page: TeachPage) -> None:
    wait_until(lambda: not window.model_rooms.teaching.busy, "the run has ended", TORCH_MS)
    wait_until(lambda: page.run.outcome.isVisible(), "its outcome is there")


def play(library: Path, script: Callable[[MainWindow], None]) -> None:
    """Run ``script``; whatever comes of it, no run is left that would keep the window from closing."""

    def guarded(window: MainWindow) -> None:
        try:
            script(window)
        finally:
            window.model_rooms.teaching.teacher.leave(going_on=False)

    assert run_main(["--library", str(library)], guarded) == 0


def agree(notice: NoticeBar) -> None:
    """Click what a line offers."""
    (offer,) = notice.findChildren(QPushButton)
    click(offer)
