"""How the window holds up while a model learns: ``python -m tests.benchmarks.teaching [--seconds S]``.

The demo gallery is indexed with the starter model and all of its persons are named. In the real window, first
at rest and then while a worker teaches the starter with them, a timer of 10 ms beats for S seconds; meanwhile
the curves of the run are on screen, then the gallery is scrolled, then persons are searched for, in turns.
Told are the pauses between beats: half of them and 99 in 100 are no longer than that, and the longest.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from dropgui.demo import demo_folder
from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.main_window import GALLERY, MainWindow
from dropgui.session import Session
from dropmodel.inference import starter_path
from tests.benchmarks.own_home import own_home
from tests.gui.drive import click_card, pause, run_main, wait_until
from tests.gui.library import command

BEAT_MS = 10
PATIENCE_MS = 300_000


def make_library(path: Path) -> None:
    """The demo gallery, everybody named after the first word of the files' names."""
    with Library.create(path) as library:
        with Session(library, model=starter_path(), device="cpu") as session:
            session.index_folder(demo_folder())
        ids = crop_ids(library).tolist()
        rows = crop_rows(library, ids)
        persons = defaultdict(list)
        for crop in ids:
            persons[rows[crop].path.name.split("_")[0]].append(crop)
        for crops in persons.values():
            confirm(library, crops)


class Beats:
    """Pauses between beats of the event loop, ms."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def told(self) -> dict[str, float]:
        """Ends it."""
        self._timer.stop()
        names = ("median_ms", "p99_ms", "longest_ms")
        return dict(zip(names, np.percentile(self.pauses, (50, 99, 100)).tolist(), strict=True))

    def _beat(self) -> None:
        now = time.perf_counter()
        self.pauses.append((now - self._last) * 1000)
        self._last = now


def use(window: MainWindow, seconds: float, goes_on: Callable[[], bool] = lambda: True) -> dict[str, float]:
    """What a user does meanwhile, a second each in turns; how the beats were."""
    start, turn = time.perf_counter(), 0
    beats = Beats()
    bar = window.gallery.verticalScrollBar()
    while time.perf_counter() < start + seconds and goes_on():
        if turn % 3 == 0:
            command(window, "Fine-tune").trigger()
            pause(1000)
        elif turn % 3 == 1:
            window._show_tab(GALLERY)
            for step in range(20):
                bar.setValue(bar.maximum() * step // 20)
                pause(50)
        else:
            bar.setValue(0)
            click_card(window.gallery, turn // 3 % 8)
            pause(1000)
        turn += 1
    return {"seconds": time.perf_counter() - start, **beats.told()}


def measure(path: Path, seconds: float) -> dict[str, dict[str, float]]:
    result: dict[str, dict[str, float]] = {}

    def script(window: MainWindow) -> None:
        wait_until(lambda: window.model_ready and len(window.gallery_model.ids), "the window is ready")
        command(window, "Fine-tune").trigger()
        rooms = window.model_rooms.teaching
        page = rooms.page
        assert page is not None
        wait_until(lambda: page.plan.measured and page.plan.start.isEnabled(), "there is a plan")
        result["at rest"] = use(window, seconds)
        page.plan.start.click()
        try:
            wait_until(
                lambda: rooms.teacher.story.step > 0 or page.plan.error.text(), "it learns", PATIENCE_MS
            )
            assert rooms.busy, page.plan.error.text()
            result["while a model learns"] = use(window, seconds, lambda: rooms.busy)
        finally:
            rooms.teacher.leave(going_on=False)

    if run_main(["--library", str(path)], script):
        raise SystemExit(1)
    return result


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description="How the window holds up while a model learns.")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="how long each is measured, at most as long as it learns"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with own_home() as home:
        application = QApplication(["dropgui"])
        path = home / "demo.droplib"
        make_library(path)
        result = measure(path, options.seconds)
        application.quit()
    if options.json:
        print(json.dumps(result))
        return
    for name, values in result.items():
        print(f"{name:>22}  " + "  ".join(f"{key} {value:.1f}" for key, value in values.items()))


if __name__ == "__main__":
    main()
