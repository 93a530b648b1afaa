"""Rendered crops a second: ``python -m tests.benchmarks.synthesis [--json] [--quick]``.

First by size and style in one process of one thread, without files; ``start_s`` is the time from opening the
studio to the end of the first persons, in which numba's code is loaded or compiled, tiles are painted, things
built and passers-by dressed: once a process, however large the set. Then whole data sets,
files and start included, by processes. Last the sensor alone.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dropmodel.synthetic.output.crew import worked_off
from dropmodel.synthetic.output.dataset import studio, write_dataset
from dropmodel.synthetic.output.recipe import STYLES, simple
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.sensor.sensor import draw_sensor
from dropmodel.synthetic.sensor.sensor_styles import TRAIN

SIZES = ((64, 128), (128, 256))
"""Width and height."""

CAMERAS, FRAMES = 6, 3
_KILO = 1024 if sys.platform != "darwin" else 1024 * 1024


@dataclass(frozen=True)
class Core:
    """One process: crops a second once it runs, and the most memory it took."""

    size: str
    style: str
    start_s: float
    crops_per_s: float
    peak_mb: float


@dataclass(frozen=True)
class Whole:
    """A data set by several processes, from nothing to the last file."""

    size: str
    processes: int
    crops: int
    seconds: float
    crops_per_s: float
    bytes_per_crop: float


@dataclass(frozen=True)
class SensorTime:
    """Median and 95th percentile over cameras, in milliseconds a crop."""

    size: str
    median_ms: float
    slow_ms: float


@dataclass(frozen=True)
class _Piece:
    style: str
    size: tuple[int, int]
    first: int
    persons: int


def rendered(piece: _Piece) -> Core:
    """Crops of some persons at some cameras, frame after frame."""
    begun = time.perf_counter()
    opened = studio(piece.style, 11, piece.size)
    count = 0
    started = begun
    for person in range(piece.first + piece.persons):
        for camera in range(1, CAMERAS + 1):
            count += len(list(opened.shots(person + 1, camera, FRAMES)))
        if person == piece.first - 1:
            started = time.perf_counter()
            count = 0
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILO / 2**20
    return Core(_named(piece.size), piece.style, started - begun, count / took, peak)


def whole(size: tuple[int, int], processes: int, persons: int) -> Whole:
    """A data set written and measured."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set"
        begun = time.perf_counter()
        crops = write_dataset(simple(persons, CAMERAS, FRAMES, size, "train", 12), out, workers=processes)
        took = time.perf_counter() - begun
        total = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return Whole(_named(size), processes, crops, took, crops / took, total / crops)


def sensed(size: tuple[int, int], cameras: int) -> SensorTime:
    """The sensor on smooth light, which costs what any light does."""
    rows = np.linspace(0.05, 0.6, size[1], dtype=np.float32)
    light = np.ascontiguousarray(np.repeat(np.repeat(rows[:, None, None], size[0], 1), 3, 2))
    times = []
    for number in range(cameras):
        sensor = draw_sensor(TRAIN, stream(number))
        sensor.picture(light, stream(number))
        begun = time.perf_counter()
        sensor.picture(light, stream(number))
        times.append(1000 * (time.perf_counter() - begun))
    return SensorTime(_named(size), statistics.median(times), statistics.quantiles(times, n=20)[-1])


def _named(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"


def _table(rows: list[Core] | list[Whole] | list[SensorTime]) -> None:
    names = list(asdict(rows[0]))
    print("  ".join(f"{name:>14}" for name in names))
    for row in rows:
        values = asdict(row).values()
        cells = [f"{value:,.2f}" if isinstance(value, float) else str(value) for value in values]
        print("  ".join(f"{cell:>14}" for cell in cells))
    print()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few persons")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    first, persons, cores = (1, 2, [1]) if arguments.quick else (12, 12, sorted({1, 2, os.cpu_count() or 1}))
    # A process for each, so that memory is told apart.
    core = [
        result
        for size in SIZES
        for style in STYLES
        for _, result in worked_off([_Piece(style, size, first, persons)], rendered, 1)
    ]
    sets = [whole(size, processes, 3 * persons) for size in SIZES for processes in cores]
    sensors = [sensed(size, 20 if arguments.quick else 200) for size in SIZES]
    if arguments.json:
        tables = {"core": core, "set": sets, "sensor": sensors}
        print(json.dumps({name: [asdict(row) for row in rows] for name, rows in tables.items()}))
        return
    _table(core)
    _table(sets)
    _table(sensors)


if __name__ == "__main__":
    main()
