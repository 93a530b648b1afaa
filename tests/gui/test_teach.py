"""Teaching in the window, through the real ``main()``: the worker is a process, its engine made up."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from dropgui.finetuning import runs
from dropgui.finetuning.folder import Folder
from dropgui.library import Library
from dropgui.library.models import active_model, model_versions
from dropgui.main_window import MainWindow
from dropgui.training.page import TeachPage
from tests.gui.drive import run_main, wait_until
from tests.gui.library import TORCH_MS, command
from tests.unit.finetuning.made import copied, correct, crops_of, make_library, name

ROOT = Path(__file__).parents[2]
Fake = Callable[..., None]


@pytest.fixture(scope="module")
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


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Sets how the made-up engine behaves; the window loads no model of its own accord."""

    def made_up(library: Library, folder: Path) -> list[str]:
        module = "tests.unit.finetuning.fake_worker"
        return [sys.executable, "-m", module, str(library.path), str(folder)]

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


def test_too_little_is_said_with_what_is_missing(bare: Path) -> None:
    def script(window: MainWindow) -> None:
        page = opened_page(window)
        assert page.plan.sources == ("adapt",)
        assert not page.plan.box("persons").isEnabled()
        assert "8 more persons with two crops each" in page.plan.words("persons")
        assert "8 more corrected masks" in page.plan.words("masks")
        assert "Nobody is held out" in page.plan.measured
        click_box = page.plan.box("adapt")
        click_box.click()
        assert not page.plan.start.isEnabled(), "nothing is ticked"
        click_box.click()
        assert page.plan.start.isEnabled()

    play(bare, script)


def test_a_run_from_the_menu_to_the_new_version(library: Path, fake: Fake) -> None:
    fake(model=True, steps=12, seconds=0.02)

    def script(window: MainWindow) -> None:
        page = opened_page(window)
        assert page.plan.sources == ("persons", "masks")
        assert "Measured on" in page.plan.measured
        click(page.plan.start)
        ended(window, page)
        assert page.run.state == "Done"
        assert "Step 12 of 12" in page.run.line
        x, y = page.run.curves.loss.lines["Near and far"]
        assert x == list(range(1, 13))
        assert y[0] > y[-1]
        assert page.run.curves.held_out.lines["mAP"] == ([0.0, 1.0], [50.0, 60.0])
        assert "60.0 %" in page.run.curves.held_out.legend
        assert "Two batches were tried" in page.run.log.toPlainText()
        assert "was added" in page.run.outcome.words
        assert page.run.outcome.table == [["mAP", "50.0 %", "60.0 %", "+10.0"]]
        before = active_model(window.session.library)
        click(page.run.outcome.keep)
        assert not page.shows_run
        wait_until(lambda: page.plan.last_words, "the last run is told of")
        assert active_model(window.session.library) == before, "nothing changes unasked"
        click(page.plan.show_button)
        wait_until(lambda: page.shows_run and page.run.outcome.isVisible(), "it is shown again")
        click(page.run.outcome.use)
        assert page.run.outcome.status.startswith("Embedding with starter 2…")
        assert not page.run.outcome.drop.isEnabled()
        wait_until(lambda: "answers searches now" in page.notice.text, "it is used", TORCH_MS)
        wait_until(lambda: "is in use" in page.run.outcome.status, "the page knows")
        assert not page.run.outcome.use.isVisible()
        now = active_model(window.session.library)
        assert now is not None
        assert before is not None
        assert now.parent_id == before.id

    play(library, script)


def test_a_new_version_can_be_dropped(library: Path, fake: Fake) -> None:
    fake(model=True, steps=3)

    def script(window: MainWindow) -> None:
        page = opened_page(window)
        click(page.plan.start)
        ended(window, page)
        assert len(model_versions(window.session.library)) == 2
        click(page.run.outcome.drop)
        assert "cannot be undone" in page.notice.text
        assert len(model_versions(window.session.library)) == 2, "nothing is dropped unasked"
        (agree,) = page.notice.findChildren(QPushButton)
        click(agree)
        wait_until(lambda: "was dropped" in page.run.outcome.status, "it is dropped")
        assert "was dropped" in page.notice.text
        assert len(model_versions(window.session.library)) == 1
        click(page.run.outcome.back)
        assert not page.shows_run

    play(library, script)


def test_pause_go_on_stop(library: Path, fake: Fake) -> None:
    fake(steps=5000, seconds=0.02)

    def script(window: MainWindow) -> None:
        page = started(window)
        click(page.run.pause)
        assert page.run.state.startswith("Pausing"), "answered at once"
        wait_until(lambda: page.run.state == "Paused", "it waits")
        step = window.model_rooms.teaching.teacher.story.step
        click(page.run.pause)
        wait_until(lambda: window.model_rooms.teaching.teacher.story.step > step + 1, "it goes on")
        click(page.run.stop)
        assert page.run.state.startswith("Stopping")
        ended(window, page)
        assert page.run.state == "Stopped early"

    play(library, script)


def test_aborted_and_resumed(library: Path, fake: Fake) -> None:
    fake(steps=60, seconds=0.02)

    def script(window: MainWindow) -> None:
        page = started(window)
        click(page.run.abort)
        ended(window, page)
        assert page.run.state == "Aborted"
        steps = window.model_rooms.teaching.teacher.story.step
        click(page.run.outcome.resume)
        wait_until(lambda: "goes on from where it was" in page.run.log.toPlainText(), "it goes on")
        ended(window, page)
        x, _ = page.run.curves.loss.lines["Near and far"]
        assert x == list(range(1, 61)), "one curve"
        assert steps < 60

    play(library, script)


def test_too_little_memory_offers_something_smaller(library: Path, fake: Fake) -> None:
    fake(steps=9, fail="memory", at=4)

    def script(window: MainWindow) -> None:
        page = opened_page(window)
        click(page.plan.start)
        ended(window, page)
        assert "not enough memory" in page.run.outcome.error.text()
        assert "a batch of 16" in page.run.outcome.retry.text()
        fake(steps=3)
        click(page.run.outcome.retry)
        wait_until(lambda: page.run.state == "Starting…" or window.model_rooms.teaching.busy, "it begins")
        ended(window, page)
        assert page.run.state == "Done"
        assert runs.runs(window.session.library)[0].recipe.batch == 16

    play(library, script)


def test_a_killed_worker_can_be_resumed(library: Path, fake: Fake) -> None:
    fake(steps=40, seconds=0.02, fail="kill", at=20)

    def script(window: MainWindow) -> None:
        page = opened_page(window)
        click(page.plan.start)
        ended(window, page)
        assert page.run.state == "Cut short"
        assert "without a word" in page.run.outcome.error.text()
        fake(steps=40)
        click(page.run.outcome.resume)
        wait_until(lambda: window.model_rooms.teaching.teacher.story.step == 40, "it goes on", TORCH_MS)
        ended(window, page)

    play(library, script)


def test_a_run_outlives_the_window_and_is_found_again(library: Path, fake: Fake) -> None:
    fake(steps=100_000, seconds=0.02)
    seen: list[int] = []

    def first(window: MainWindow) -> None:
        page = started(window)
        assert not window.close(), "it is asked what is to become of the run"
        assert page.closing.isVisible()
        click(page.closing.stay)
        assert not page.closing.isVisible()
        assert not window.close()
        seen.append(window.model_rooms.teaching.teacher.story.step)
        click(page.closing.go_on)
        assert not window.isVisible()

    assert run_main(["--library", str(library)], first) == 0

    def second(window: MainWindow) -> None:
        teaching = window.model_rooms.teaching
        wait_until(lambda: teaching.teacher.story.step > seen[0] + 5, "it is followed again")
        assert "being taught" in window.notice.text
        page = teaching.page
        assert page is not None
        assert page.shows_run
        command(window, "Fine-tune").trigger()
        assert not window.close()
        click(page.closing.end)

    assert run_main(["--library", str(library)], second) == 0
    with Library.open(library) as opened:
        wait_until(lambda: runs.running(opened) is None, "it has ended")
        (one,) = runs.runs(opened)
        assert one.state == "aborted"
        assert one.resumable


def test_closing_and_ending_it(library: Path, fake: Fake) -> None:
    fake(steps=100_000, seconds=0.02)

    def script(window: MainWindow) -> None:
        page = started(window)
        assert not window.close()
        click(page.closing.end)

    assert run_main(["--library", str(library)], script) == 0
    with Library.open(library) as opened:
        wait_until(lambda: runs.running(opened) is None, "it has ended")
        assert runs.runs(opened)[0].resumable


def test_a_run_that_died_can_be_forgotten(library: Path, fake: Fake) -> None:
    fake(steps=100_000, seconds=0.02)

    def script(window: MainWindow) -> None:
        page = started(window)
        run = window.model_rooms.teaching.teacher.run
        assert run is not None
        process = int(Folder(run.folder).read(Folder(run.folder).state)["process"].split(":")[0])
        os.kill(process, signal.SIGKILL)
        ended(window, page)
        click(page.run.outcome.back)
        wait_until(lambda: "cut short" in page.plan.last_words, "it is told of")
        fake(steps=3)
        click(page.plan.delete_button)
        wait_until(lambda: not page.plan.last_words, "it is forgotten")
        assert not runs.runs(window.session.library)

    play(library, script)
