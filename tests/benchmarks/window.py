"""How the window holds up while a large folder is dropped on it and indexed.

    python -m tests.benchmarks.window [--files N] [--seconds S] [--json]

Makes N small pictures, drops their folder through the real ``main()``, searches while they are being indexed,
scrolls through all of them, and reports when crops appeared and the longest that the event loop stood still.
"""

import argparse
import io
import json
import os
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from dropgui.main_window import GALLERY, MainWindow
from tests.gui.drive import click_card, drop, pause, run_main, wait_until
from tests.support.people import person

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
    """Notes the longest pause between two beats of the event loop."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000)
        self._last = now


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


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long to let it index")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["DROPGUI_HOME"] = home
        make_files(Path(home, "pictures"), options.files)
        application = QApplication(["dropgui"])
        result = measure(Path(home, "pictures"), Path(home, "big.droplib"), options.files, options.seconds)
        application.quit()
    if options.json:
        print(json.dumps({"files": options.files, **result}))
        return
    print(f"{options.files:,} files dropped")
    print(f"  first rows           {result['first_rows_s']:.2f} s")
    print(f"  all rows             {result['all_rows_s']:.2f} s")
    print(f"  click to matches     {result['click_to_matches_s']:.2f} s while indexing")
    print(f"  longest UI stall     {result['longest_stall_ms']:.0f} ms")


if __name__ == "__main__":
    main()
