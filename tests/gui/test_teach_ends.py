"""Teaching in the window when things end otherwise than they should, and what is told before they begin.

The model in use answers as before, the window says what happened and what to do, and doing it works.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dropgui.finetuning import runs
from dropgui.finetuning.runs import Run
from dropgui.library import Library
from dropgui.library.models import active_model, model_versions
from dropgui.main_window import MainWindow
from dropgui.training.page import TeachPage
from tests.gui.drive import wait_until
from tests.gui.library import TORCH_MS
from tests.gui.teaching import (
    ROOT,
    Fake,
    agree,
    answer,
    bare,
    click,
    ended,
    fake,
    indexed,
    library,
    opened_page,
    play,
)
from tests.unit.finetuning.test_worker import RECIPE

__all__ = ["bare", "fake", "indexed", "library"]


def last(window: MainWindow) -> Run:
    return runs.runs(window.session.library)[0]


def page_of(window: MainWindow) -> TeachPage:
    page = window.model_rooms.teaching.page
    assert page is not None
    return page


def test_what_goes_wrong_is_said_with_what_to_do_and_that_works(library: Path, fake: Fake) -> None:
    fake(steps=9, fail="memory", at=4)

    def script(window: MainWindow) -> None:
        before, model = answer(window), active_model(window.session.library)
        page = opened_page(window)
        outcome = page.run.outcome

        def unharmed() -> None:
            assert answer(window) == before
            assert active_model(window.session.library) == model
            assert len(model_versions(window.session.library)) == 1

        click(page.plan.start)
        ended(window, page)
        assert "not enough memory" in outcome.error.text()
        assert "a batch of 16" in outcome.retry.text()
        unharmed()
        fake(steps=9, fail="numbers", at=3)
        click(outcome.retry)
        ended(window, page)
        assert last(window).recipe.batch == 16
        assert "not a finite number" in outcome.error.text()
        assert "a rate of 7.5e-05" in outcome.retry.text()
        unharmed()
        fake(steps=9, fail="full", at=5)
        click(outcome.retry)
        ended(window, page)
        assert last(window).recipe.rate == pytest.approx(7.5e-5)
        assert "disk is full" in outcome.error.text()
        assert "resume" in outcome.error.text()
        assert outcome.retry.isHidden()
        unharmed()
        fake(steps=9, fail="kill", at=7)
        click(outcome.resume)
        ended(window, page)
        assert page.run.state == "Cut short"
        assert "without a word" in outcome.error.text()
        unharmed()
        fake(steps=9)
        click(outcome.resume)
        ended(window, page)
        assert page.run.state == "Done"
        x, _ = page.run.curves.loss.lines["Near and far"]
        assert x == list(range(1, 10)), "one curve, nothing twice"
        unharmed()

    play(library, script)


@pytest.mark.parametrize("both", [False, True], ids=["the window", "both"])
def test_killed_without_warning_told_at_the_next_start_and_resumed(
    library: Path, fake: Fake, *, both: bool
) -> None:
    fake(steps=100_000, seconds=0.02)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.gui.teach_window", str(library)], cwd=ROOT, stdout=subprocess.PIPE
    ) as window:
        assert window.stdout is not None
        worker = int(window.stdout.readline())
        if both:
            os.kill(worker, signal.SIGKILL)
        window.kill()
    with Library.open(library) as opened:
        wait_until(lambda: runs.running(opened) is None, "the worker has heard of it")
        steps = runs.runs(opened)[0].story().step
    fake(steps=steps + 5)

    def script(window: MainWindow) -> None:
        said = "cut short" if both else "ended before it was done"
        wait_until(lambda: said in window.notice.text, "it is told of")
        assert "It can be resumed." in window.notice.text
        assert answer(window)[0][1] == pytest.approx(1, abs=1e-3), "the model in use answers"
        agree(window.notice)
        page = page_of(window)
        wait_until(lambda: page.shows_run and page.run.outcome.resume.isVisible(), "it is shown")
        assert page.isVisible()
        click(page.run.outcome.resume)
        ended(window, page)
        assert page.run.state == "Done"
        x, _ = page.run.curves.loss.lines["Near and far"]
        assert len(x) == steps + 5

    play(library, script)


def test_a_run_that_ended_meanwhile_is_told_of_once(library: Path, fake: Fake) -> None:
    fake(steps=3)
    with Library.open(library) as opened:
        one = runs.prepare(opened, RECIPE)
        with runs.launch(opened, one, stay=True) as worker:
            worker.wait(60)

    def first(window: MainWindow) -> None:
        wait_until(lambda: "Teaching has ended." in window.notice.text, "it is told of")
        assert "nothing that was learnt is better" in window.notice.text
        agree(window.notice)
        wait_until(lambda: page_of(window).run.outcome.isVisible(), "its outcome is shown")
        assert page_of(window).run.line.startswith("Step 3 of 3")

    def second(window: MainWindow) -> None:
        page = opened_page(window)
        wait_until(lambda: "better" in page.plan.last_words, "the page knows it still")
        assert not window.notice.text

    play(library, first)
    play(library, second)


def test_how_long_it_takes_is_told_before_the_start(library: Path, fake: Fake) -> None:
    fake(steps=600, seconds=1.0)

    def script(window: MainWindow) -> None:
        page = opened_page(window)
        line, estimator = page.plan.estimate, window.model_rooms.teaching.estimator
        assert not line.words
        click(line.button)
        assert "Trying" in line.words
        wait_until(lambda: "10 min on this machine" in line.words, "it is known", TORCH_MS)
        assert "600 steps" in line.words
        assert not runs.runs(window.session.library), "nothing was begun"
        fake(steps=30, seconds=1.0)
        page.plan.form.choose("thorough")
        assert "10 min" not in line.words, "what was said is of another recipe"
        wait_until(lambda: "1 min on this machine" in line.words, "it is known anew", TORCH_MS)
        fake(probe_seconds=600)
        page.plan.form.choose("quick")
        wait_until(lambda: estimator.busy, "it is tried")
        fake(fail="memory")
        page.plan.form.choose("thorough")
        wait_until(lambda: "not enough memory" in line.words, "only the last one counts", TORCH_MS)
        fake(probe_seconds=600)
        click(line.button)
        wait_until(lambda: estimator.busy, "it is tried")
        click(line.button)
        wait_until(lambda: not estimator.busy, "it has stopped at once")
        assert not line.words
        left = {path.name for path in runs.runs_dir(window.session.library).iterdir()}
        assert not left, "nothing is kept"

    play(library, script)


def test_the_devices_that_are_here_are_offered(bare: Path) -> None:
    def script(window: MainWindow) -> None:
        form = opened_page(window).plan.form
        assert form.devices == ["auto"], "nothing waits for torch"
        wait_until(lambda: len(form.devices) > 1, "they are known", TORCH_MS)
        assert form.devices[:2] == ["auto", "cpu"]
        assert form.recipe(("adapt",)).device == "auto"

    play(bare, script)
