"""Teaching in the window, through the real ``main()``: the worker is a process, its engine made up."""

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QProgressBar, QSpinBox

from dropgui.finetuning import runs
from dropgui.finetuning.follow import Story
from dropgui.library import Library
from dropgui.library.models import active_model, model_versions
from dropgui.main_window import MainWindow
from dropgui.training.curves import Curves
from tests.gui.drive import run_main, wait_until
from tests.gui.library import TORCH_MS, command
from tests.gui.teaching import (
    Fake,
    agree,
    bare,
    click,
    ended,
    fake,
    indexed,
    library,
    opened_page,
    play,
    started,
    worker_of,
)

__all__ = ["bare", "fake", "indexed", "library"]


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
        bar = page.edge.area.verticalScrollBar()
        window.resize(900, 600)
        wait_until(lambda: bar.maximum() > 0, "it scrolls")
        assert page.plan.start.visibleRegion().boundingRect() == page.plan.start.rect(), "it is in view"
        page.plan.form.choose("expert")
        (seed,) = [field for field in page.plan.findChildren(QSpinBox) if field.accessibleName() == "Seed"]
        wait_until(lambda: not seed.visibleRegion().isEmpty(), "the fields are seen")
        bar.setValue(0)
        cut = page.edge.grab().toImage().pixelColor(4, 0)
        bar.setValue(bar.maximum())
        assert page.edge.grab().toImage().pixelColor(4, 0) != cut, "a line only where it goes on underneath"

    play(bare, script)


@pytest.mark.parametrize("held_out", [0, 25])
def test_no_empty_chart_of_what_cannot_be_measured(application: object, held_out: int) -> None:
    curves = Curves()
    curves.show()
    curves.show_story(Story(gathered={"event": "gathered", "held_out": held_out}))
    assert curves.loss.isVisible()
    assert curves.held_out.isVisible() is bool(held_out)
    curves.deleteLater()


def test_a_run_from_the_menu_to_the_new_version_and_back(library: Path, fake: Fake) -> None:
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
        agree(page.notice)
        wait_until(lambda: "'starter' answers" in page.notice.text, "that is taken back")
        wait_until(lambda: page.run.outcome.drop.isVisible(), "the page knows")
        wait_until(lambda: page.run.outcome.drop.isEnabled(), "nothing else is done")
        click(page.run.outcome.drop)
        assert "cannot be undone" in page.notice.text
        assert len(model_versions(window.session.library)) == 2, "nothing is dropped unasked"
        agree(page.notice)
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
        (bar,) = page.run.findChildren(QProgressBar)
        assert not bar.isVisible(), "an empty one would say that nothing was done"

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
        os.kill(worker_of(window), signal.SIGKILL)
        ended(window, page)
        click(page.run.outcome.back)
        wait_until(lambda: "cut short" in page.plan.last_words, "it is told of")
        fake(steps=3)
        click(page.plan.delete_button)
        wait_until(lambda: not page.plan.last_words, "it is forgotten")
        assert not runs.runs(window.session.library)

    play(library, script)
