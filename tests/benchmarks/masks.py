"""How quick the brush of the mask editor is in the real window, and what its history takes.

    python -m tests.benchmarks.masks [--quick] [--json]

Opens a picture of 1920 x 1080 and one of 3840 x 2160 through the real ``main()``, draws on them with the
mouse and measures each move from the event until the window is painted. Then drags a part that takes a fifth
of the picture, draws many strokes and reports what the undo history holds and what the process grew by.
"""

import argparse
import json
import math
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from dropgui.correction.region import Box, Point
from dropgui.library.queries import crop_rows
from dropgui.main_window import MainWindow
from dropgui.masks.history import BUDGET
from dropgui.masks.move import MovePart
from dropgui.masks.tools import Touch
from tests.benchmarks.own_home import own_home
from tests.gui.drive import drop, pause, run_main, wait_until
from tests.support.people import person

SIZES = {"1080p": (1920, 1080, 24.0), "4K": (3840, 2160, 48.0)}
"""Width and height of the pictures, and the brush's radius on them, in pixels."""

_AIMS_MS = {"1080p": 2.0, "4K": 4.0}
_DRAG_AIM_MS = 16.0
_NONE = Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True, slots=True)
class Moves:
    """Milliseconds of single moves."""

    median: float
    p99: float
    painted: int
    moves: int


def make_pictures(folder: Path) -> None:
    """A figure in a wide frame for each size, with grain so that nothing is easier than in a photo."""
    folder.mkdir()
    for name, (width, height, _) in SIZES.items():
        frame = np.random.default_rng(1).integers(90, 150, (height, width, 3), np.uint8)
        figure = np.asarray(person(3, 0, height * 3 // 4, width // 5))
        top, left = height // 8, width * 2 // 5
        frame[top : top + figure.shape[0], left : left + figure.shape[1]] = figure
        Image.fromarray(frame).save(folder / f"{name}.jpg", quality=90)


class _Mouse:
    """Moves over the canvas; each move is over when the window is painted."""

    def __init__(self, window: MainWindow) -> None:
        self._canvas = window.masks.page.canvas

    def send(self, kind: QEvent.Type, at: QPointF) -> float:
        """Milliseconds until the event is dealt with and what it changed is on the screen."""
        pressed = (
            Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        )
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, self._canvas.mapToGlobal(at), button, pressed, _NONE)
        start = time.perf_counter()
        QApplication.sendEvent(self._canvas, event)
        QApplication.processEvents()
        return (time.perf_counter() - start) * 1000


class _Paints(QWidget):
    """Counts how often a widget was painted."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__()
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, _: object, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        self.count += event.type() == QEvent.Type.Paint
        return False


def measure_moves(window: MainWindow, radius: float, count: int, scale: float | None) -> Moves:
    """``count`` moves along a spiral at the zoom ``scale``, None for all of the picture in view."""
    canvas, options = window.masks.page.canvas, window.masks.options
    options.pick(2)
    options.set_radius(radius)
    if scale is None:
        canvas.fit()
    else:
        canvas.zoom_to(scale)
    pause(300)
    mouse, paints = _Mouse(window), _Paints(canvas)
    middle = QPointF(canvas.rect().center())
    reach = min(canvas.width(), canvas.height()) * 0.4
    way = []
    for step in range(count):
        turn, out = step * 0.08, reach * (0.3 + 0.7 * step / count)
        way.append(middle + QPointF(out * math.cos(turn), out * math.sin(turn)))
    mouse.send(QEvent.Type.MouseButtonPress, way[0])
    before = paints.count
    times = [mouse.send(QEvent.Type.MouseMove, at) for at in way[1:]]
    painted = paints.count - before
    mouse.send(QEvent.Type.MouseButtonRelease, way[-1])
    pause(200)
    times.sort()
    return Moves(statistics.median(times), times[math.ceil(0.99 * len(times)) - 1], painted, len(times))


def measure_drag(window: MainWindow, count: int) -> tuple[Moves, float]:
    """``count`` moves of a very large part, all of the picture in view; the milliseconds of letting it go."""
    masks = window.masks
    canvas, document = masks.page.canvas, masks.history.document
    assert document is not None
    height, width = document.shape
    top, left = height // 8, width // 3
    document.labels[top : top + height * 3 // 4, left : left + width // 4] = 2
    masks.history.drawn.emit(Box.whole(document.shape))
    (move,) = (tool for tool in masks.commands.tools if isinstance(tool, MovePart))
    before = masks.page.tool
    masks.page.strip.choose(move)
    masks.options.pick(2)
    canvas.fit()
    pause(300)
    mouse, paints = _Mouse(window), _Paints(canvas)
    start = canvas.placement.to_canvas(Point(left + width / 8, height / 2))
    mouse.send(QEvent.Type.MouseButtonPress, start)
    mouse.send(QEvent.Type.MouseMove, start)  # what is beneath is painted once
    seen = paints.count
    way = [start + QPointF(60 * math.sin(step * 0.1), step * 0.2) for step in range(count)]
    times = sorted(mouse.send(QEvent.Type.MouseMove, at) for at in way)
    painted = paints.count - seen
    let_go = mouse.send(QEvent.Type.MouseButtonRelease, way[-1])
    masks.page.strip.choose(before)
    return Moves(statistics.median(times), times[math.ceil(0.99 * count) - 1], painted, count), let_go


def measure_strokes(window: MainWindow, count: int) -> dict[str, float]:
    """What ``count`` strokes leave in memory, and how long one takes to be drawn, without painting."""
    masks = window.masks
    document, tool = masks.history.document, masks.page.tool
    assert document is not None
    height, width = document.shape
    random = np.random.default_rng(0)
    before = _resident()
    start = time.perf_counter()
    for step in range(count):
        masks.options.pick(1 + step % 8)
        x, y = float(random.uniform(0, width)), float(random.uniform(0, height))
        tool.press(Touch(Point(x, y)))
        for _ in range(4):
            x, y = x + float(random.normal(0, 40)), y + float(random.normal(0, 40))
            tool.move(Touch(Point(x, y)))
        tool.release()
        if step % 500 == 499:
            masks.editing.save()
            QApplication.processEvents()
    seconds = time.perf_counter() - start
    held = masks.history.nbytes
    wait_until(lambda: not masks.busy, "everything is saved")
    return {
        "strokes": count,
        "stroke_ms": seconds / count * 1000,
        "history_mib": held / 2**20,
        "budget_mib": BUDGET / 2**20,
        "grown_mib": (_resident() - before) / 2**20,
        "steps": masks.history.stack.count(),
    }


def _resident() -> int:
    """Bytes of memory that the process has; the most it ever had where that cannot be told."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def measure(folder: Path, library: Path, *, moves: int, strokes: int) -> dict[str, object]:
    """Every figure, by name."""
    result: dict[str, object] = {}
    let_go: dict[str, float] = {}

    def script(window: MainWindow) -> None:
        window.resize(1600, 1000)
        drop(window, folder)
        wait_until(lambda: len(window.gallery_model.ids) == len(SIZES), "the pictures are there")
        wait_until(lambda: window.jobs.current is None and window.model_ready, "they are indexed")
        rows = crop_rows(window.session.library, window.gallery_model.ids.tolist())
        by_name = {row.path.stem: row.id for row in rows.values()}
        for name, (_, _, radius) in SIZES.items():
            window.masks.edit(by_name[name])
            wait_until(lambda: not window.masks.busy, "the picture is open")
            for view, scale in (("whole", None), ("pixel for pixel", 1.0)):
                result[f"{name}, {view}"] = measure_moves(window, radius, moves, scale)
            result[f"{name}, dragging a part"], let_go[name] = measure_drag(window, moves // 4)
            wait_until(lambda: not window.masks.busy, "it is saved")
        result["letting go"] = let_go
        window.masks.edit(by_name["1080p"])
        wait_until(lambda: not window.masks.busy, "the picture is open")
        window.masks.options.set_radius(SIZES["1080p"][2])
        result["history"] = measure_strokes(window, strokes)

    run_main(["--library", str(library)], script)
    return result


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer moves, under a minute")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with own_home() as home:
        make_pictures(home / "pictures")
        application = QApplication(["dropgui"])
        found = measure(
            home / "pictures",
            home / "masks.droplib",
            moves=300 if options.quick else 2000,
            strokes=10_000,
        )
        application.quit()
    if options.json:
        print(json.dumps({name: _plain(value) for name, value in found.items()}))
        return
    for name, value in found.items():
        if isinstance(value, Moves):
            aim = _DRAG_AIM_MS if "drag" in name else _AIMS_MS[name.split(",")[0]]
            print(f"{name:24} a move {value.median:5.2f} ms, p99 {value.p99:5.2f} ms (aim {aim:.0f} ms); "
                  f"{value.painted} of {value.moves} painted")  # fmt: skip
    print(f"letting the part go, milliseconds: {found['letting go']}")
    history = found["history"]
    assert isinstance(history, dict)
    print(
        f"{history['strokes']:,.0f} strokes of {history['stroke_ms']:.2f} ms: {history['steps']:,.0f} steps, "
        f"{history['history_mib']:.1f} of {history['budget_mib']:.0f} MiB; "
        f"the process grew by {history['grown_mib']:.0f} MiB"
    )


def _plain(value: object) -> object:
    if isinstance(value, Moves):
        return {
            "median_ms": value.median,
            "p99_ms": value.p99,
            "painted": value.painted,
            "moves": value.moves,
        }
    return value


if __name__ == "__main__":
    main()
