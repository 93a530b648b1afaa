"""How the window holds up with a large library.

    python -m tests.benchmarks.window [--files N] [--seconds S] [--only dropping|selecting|ranking]
        [--json]

*Dropping*: makes N small pictures, drops their folder through the real ``main()``, searches while they are
being indexed, scrolls through all of them, and reports when crops appeared and the longest that the event
loop stood still. *Selecting*, in a library of N made-up crops: 40 % of them, scattered, then the others, all,
and one more; the first picture of the map; a lasso on it. Of these acts the longest that the event loop stood
still, and the most time of a processor that the window's own thread spent between two beats of 5 ms, which a
busy machine does not change. *Ranking*, in a library of N made-up crops: milliseconds from another weight,
another choice of parts, or another word of the filter until the new ranking is painted, the middle and the
longest of twenty.
"""

import argparse
import io
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dropgui.library import Library
from dropgui.main_window import GALLERY, MAP, MainWindow
from dropgui.map.page import MapPage
from dropgui.search import PartIndex
from tests.benchmarks.own_home import own_home
from tests.gui.drive import click_card, drop, pause, run_main, wait_until
from tests.support.crowd import make_crowd
from tests.support.people import person

_DIM = 64  # of the made-up crops' vectors: none of the acts is the dearer for longer ones
_RANKED_DIM = 256  # the starter's
_TURNS = 20
_DISTINCT = 200  # pictures that are encoded; the rest differ from them in bytes after the image only


def make_files(folder: Path, count: int) -> None:
    """``count`` JPEGs of different content hash."""
    folder.mkdir()
    encoded = []
    for identity in range(min(_DISTINCT, count)):
        buffer = io.BytesIO()
        person(identity, 0).save(buffer, "JPEG")
        encoded.append(buffer.getvalue())
    for i in range(count):
        name = f"{i % 700:04d}_c{i % 6 + 1}s1_{i:06d}_00.jpg"
        (folder / name).write_bytes(encoded[i % len(encoded)] + i.to_bytes(4, "little"))


class Pulse:
    """Notes the longest pause between two beats of the event loop, and its thread's longest work in one."""

    def __init__(self) -> None:
        self.longest_ms = self.most_work_ms = 0.0
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.longest_ms = self.most_work_ms = 0.0
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000)
        self.most_work_ms = max(self.most_work_ms, (worked - self._worked) * 1000)
        self._last, self._worked = now, worked


def measure(folder: Path, library: Path, count: int, seconds: float) -> dict[str, float]:
    """Seconds until rows and matches were there, counted from the drop; the longest stall in ms."""
    result: dict[str, float] = {}

    def script(window: MainWindow) -> None:
        wait_until(lambda: window.welcome.isVisible() and window.model_ready, "the window is ready")
        pulse = Pulse()
        pulse.start()
        start = time.perf_counter()
        drop(window, folder)
        wait_until(lambda: len(window.gallery_model.ids), "the first rows are there")
        result["first_rows_s"] = time.perf_counter() - start
        wait_until(lambda: len(window.gallery_model.ids) >= count, "all rows are there")
        result["all_rows_s"] = time.perf_counter() - start
        wait_until(lambda: window._counts.indexed > 0, "the first crops are indexed")
        asked = time.perf_counter()
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids), "there are matches")
        result["click_to_matches_s"] = time.perf_counter() - asked
        pause(round(seconds * 1000))
        window._show_tab(GALLERY)
        bar = window.gallery.verticalScrollBar()
        for step in range(21):
            bar.setValue(bar.maximum() * step // 20)
            pause(50)
        pulse.stop()
        result["longest_stall_ms"] = pulse.longest_ms

    run_main(["--library", str(library)], script)
    return result


def measure_selecting(path: Path, count: int) -> dict[str, float]:
    """Of each act the longest stall and the most work of the window's thread, ms."""
    with Library.create(path) as library:
        PartIndex.open(library, make_crowd(library, count, dim=_DIM)).close()
    result: dict[str, float] = {}

    def script(window: MainWindow) -> None:
        wait_until(lambda: len(window.gallery_model.ids) == count, "all rows are there")
        wait_until(lambda: window.status.model_text != "Loading model…", "no model is loaded any more")
        ids, gallery, pulse = window.gallery_model.ids, window.gallery, Pulse()
        some = np.sort(np.random.default_rng(0).choice(ids, count * 2 // 5, replace=False))

        def act(name: str, do: Callable[[], object], ready: Callable[[], object] = lambda: True) -> None:
            pulse.start()
            do()
            wait_until(ready, name)
            pause(300)
            pulse.stop()
            result[f"{name}_stall_ms"], result[f"{name}_work_ms"] = pulse.longest_ms, pulse.most_work_ms

        act("select_scattered", lambda: gallery.select_crops(some))
        act("select_others", gallery.select_others)
        act("select_one_more", lambda: click_card(gallery, 3, Qt.KeyboardModifier.ControlModifier))
        act("select_all", gallery.selectAll)
        act("select_one", lambda: gallery.select(int(ids[5])))
        act("map", lambda: window._show_tab(MAP), lambda: len(_map(window).scatter.ids) == count)
        scatter = _map(window).scatter
        outline = [QPointF(0, 0), QPointF(scatter.width() * 0.6, 0), QPointF(scatter.width() * 0.6, 9999)]
        outline.append(QPointF(0, 9999))
        act("map_lasso", lambda: scatter._pick(scatter.inside(outline), add=False))
        act(
            "map_select_all",
            lambda: QTest.keyClick(scatter, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier),
        )
        act("back_to_gallery", lambda: window._show_tab(GALLERY))

    run_main(["--library", str(path)], script)
    return result


class Answered(QObject):
    """When the window painted the matches of the answer that was waited for."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.painted = 0.0  # 0: not yet
        self._answered = False
        self._grid = window.matches.viewport()
        window.controller.answered.connect(self._on_answer)
        self._grid.installEventFilter(self)

    def expect(self) -> float:
        """From now on the next answer counts; the time."""
        self.painted, self._answered = 0.0, False
        return time.perf_counter()

    def _on_answer(self) -> None:
        self._answered = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if self._answered and not self.painted and event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._note)
        return super().eventFilter(watched, event)

    def _note(self) -> None:
        self.painted = self.painted or time.perf_counter()


def measure_ranking(path: Path, count: int) -> dict[str, float]:
    """Of each way to ask anew the middle and the longest time until the answer is painted, in ms."""
    root = path.with_suffix("")
    for folder in ("north", "south"):
        (root / folder).mkdir(parents=True)
    with Library.create(path) as library:
        PartIndex.open(library, make_crowd(library, count, dim=_RANKED_DIM, root=root)).close()
    result: dict[str, float] = {}

    def script(window: MainWindow) -> None:
        wait_until(lambda: len(window.gallery_model.ids) == count, "all rows are there")
        wait_until(lambda: window.status.model_text != "Loading model…", "no model is loaded any more")
        crop_id = int(window.gallery_model.ids[0])
        person(0, 0).save(root / ("north", "south")[crop_id % 2] / f"{crop_id:08}.jpg")
        answered = Answered(window)
        click_card(window.gallery, 0)
        wait_until(lambda: answered.painted, "there are matches")
        pause(1000)

        def act(name: str, ask: Callable[[int], object]) -> None:
            waited = []
            for turn in range(_TURNS):
                start = answered.expect()
                ask(turn)
                wait_until(lambda: answered.painted, name)
                waited.append((answered.painted - start) * 1000)
                pause(100)
            result[f"{name}_ms"], result[f"{name}_longest_ms"] = float(np.median(waited)), max(waited)

        selection, line = window.selection, window.query_room.filter_line
        act("weight", lambda turn: selection.set_weight("torso", 0.9 - 0.04 * turn))
        act("part", lambda _: selection.toggle("head"))
        act("filter", lambda turn: line.setText(f"camera:{turn % 6 + 1}"))

    run_main(["--library", str(path)], script)
    return result


def _map(window: MainWindow) -> MapPage:
    assert window.late.map is not None
    return window.late.map


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long to let it index")
    parser.add_argument("--only", choices=("dropping", "selecting", "ranking"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with own_home() as home:
        application = QApplication(["dropgui"])
        result: dict[str, float] = {}
        if options.only in {None, "dropping"}:
            folder = home / "pictures"
            make_files(folder, options.files)
            result |= measure(folder, home / "big.droplib", options.files, options.seconds)
        if options.only in {None, "selecting"}:
            result |= measure_selecting(home / "crowd.droplib", options.files)
        if options.only in {None, "ranking"}:
            result |= measure_ranking(home / "ranked.droplib", options.files)
        application.quit()
    if options.json:
        print(json.dumps({"files": options.files, **result}))
        return
    print(f"{options.files:,} crops")
    for name, value in result.items():
        print(f"{name:>26}  {value:,.2f}")


if __name__ == "__main__":
    main()
