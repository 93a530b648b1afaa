"""How long until the window is usable: a new process, a library of 100,000 crops.

    python -m tests.benchmarks.startup [--crops N] [--runs N] [--json]

Each run starts ``dropgui --library`` anew and takes the time from the start of the process to the window on
screen, to the gallery's crops in it, and to the model ready; and the longest that the window's event loop
stood still meanwhile. The pictures do not exist: the gallery shows placeholders, as for a drive not plugged
in. Runs where Qt finds a display, else off screen.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.own_home import own_home

_CHILD = "--child"


def make_library(path: Path, crops: int) -> None:
    """A library of crops that were scanned and not indexed."""
    from sqlalchemy import Connection, insert

    from dropgui.library.library import Library
    from dropgui.library.schema import Crop, Folder, Image

    def fill(connection: Connection) -> None:
        connection.execute(insert(Folder), [{"id": 1, "path": str(path.parent / "gone"), "name": "gone"}])
        images = [
            {
                "id": i,
                "folder_id": 1,
                "relative_path": f"{i % 997:04d}_c{i % 6}_{i:06d}.jpg",
                "size": 1,
                "mtime_ns": 1,
            }
            for i in range(1, crops + 1)
        ]
        connection.execute(insert(Image), images)
        connection.execute(insert(Crop), [{"id": i, "image_id": i} for i in range(1, crops + 1)])

    with Library.create(path) as library:
        library.write(fill)


def child(library: str, started: float) -> None:
    """Start the program, note when things are there, close it, print the times."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    application = QApplication(["dropgui"])
    times: dict[str, float] = {}
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        if "window_s" in times:
            times["longest_stall_ms"] = max(times.get("longest_stall_ms", 0.0), (now - last) * 1000)
        last = now
        from dropgui.main_window import MainWindow

        windows = [w for w in application.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()]
        if not windows:
            return
        window, elapsed = windows[0], time.time() - started
        times.setdefault("window_s", elapsed)
        if len(window.gallery_model.ids):
            times.setdefault("gallery_s", elapsed)
        if window.model_ready:
            times.setdefault("model_s", elapsed)
        if {"gallery_s", "model_s"} <= times.keys():
            timer.stop()
            window.close()

    timer = QTimer(application, interval=5)
    timer.timeout.connect(tick)
    timer.start()
    from dropgui.cli import main

    code = main(["--library", library])
    print(json.dumps({**times, "code": code}))


def main() -> None:
    """Print the medians of several starts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--crops", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with own_home() as folder:
        library = folder / "big.droplib"
        make_library(library, options.crops)
        runs = []
        for _ in range(options.runs):
            command = [
                sys.executable,
                "-m",
                "tests.benchmarks.startup",
                _CHILD,
                str(library),
                str(time.time()),
            ]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            runs.append(json.loads(output.splitlines()[-1]))
    medians = {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0] if key != "code"}
    result = {"crops": options.crops, "runs": options.runs, **medians}
    if options.json:
        print(json.dumps(result))
        return
    print(f"{options.crops:,} crops, median of {options.runs} starts")
    print(f"  window on screen     {result['window_s']:.2f} s")
    print(f"  gallery filled       {result['gallery_s']:.2f} s")
    print(f"  model ready          {result['model_s']:.2f} s")
    print(f"  longest UI stall     {result['longest_stall_ms']:.0f} ms")


if __name__ == "__main__":
    if sys.argv[1:2] == [_CHILD]:
        child(sys.argv[2], float(sys.argv[3]))
    else:
        main()
