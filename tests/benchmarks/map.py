"""How fluid the map is, and how long laying it out takes.

    python -m tests.benchmarks.map [--crops N] [--quick] [--no-tsne] [--json]

Random but clustered dots: the time of a frame while the map is moved and zoomed (everything of a paint
event), the same picture by pyqtgraph's scatter plot, what the pointer costs, then principal components and
t-SNE of clustered vectors of a library.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication, QWidget

from dropgui.library import Library
from dropgui.map.coloring import shades
from dropgui.map.scatter import Scatter
from dropgui.search import PartIndex
from dropgui.search.projection import Arrangement, cloud_of
from dropgui.settings import Appearance
from dropgui.style import apply_appearance
from tests.benchmarks.own_home import screen
from tests.support.crowd import make_crowd

_SIZE = 1200, 800
_FRAMES = 60
_CLUSTERS = 300


def clustered(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points float32 [N, 2] around some hundred centres, and the cluster of each."""
    rng = np.random.default_rng(0)
    cluster = rng.integers(0, _CLUSTERS, count)
    centres = rng.uniform(-1, 1, (_CLUSTERS, 2))
    points = centres[cluster] + rng.normal(0, 0.02, (count, 2))
    return points.astype(np.float32), cluster


def frames(widget: QWidget, step: Callable[[int], None]) -> list[float]:
    """Milliseconds of each frame, from the change to the picture on the screen."""
    times = []
    for frame in range(_FRAMES):
        start = time.perf_counter()
        step(frame)
        widget.repaint()
        times.append((time.perf_counter() - start) * 1000)
    return times


def told(name: str, times: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {f"{name}_ms": statistics.median(times), f"{name}_p95_ms": float(np.percentile(times, 95))}


def drawing(count: int) -> dict[str, float]:
    """Frame times of our own drawing."""
    points, cluster = clustered(count)
    scatter = Scatter()
    scatter.resize(*_SIZE)
    scatter.set_points(np.arange(count, dtype=np.int64), points)
    lines = (cluster % 19).astype(np.int16)
    scatter.set_colors(lines, lines, shades(scatter.palette()))
    scatter.show()
    QApplication.processEvents()
    middle = QPointF(_SIZE[0] / 2, _SIZE[1] / 2)
    result = told("move", frames(scatter, lambda f: scatter._look(scatter.viewport.panned(7 * (-1) ** f, 3))))
    scatter.fit()
    result |= told(
        "zoom", frames(scatter, lambda f: scatter.zoom(1.1 if f < _FRAMES // 2 else 1 / 1.1, middle))
    )
    scatter.fit()
    scatter.set_selected(list(range(count // 2)))
    result |= told(
        "move_half_selected", frames(scatter, lambda _: scatter._look(scatter.viewport.panned(1, 1)))
    )
    result |= told("hover", frames(scatter, lambda f: scatter._hover(scatter.crop_at(QPointF(5 * f, 5 * f)))))
    outline = [QPointF(100, 100), QPointF(900, 120), QPointF(700, 700)]
    result |= told("lasso", frames(scatter, lambda _: scatter._pick(scatter.inside(outline), add=False)))
    scatter.close()
    return result


def pyqtgraph(count: int) -> dict[str, float]:
    """Frame times of pyqtgraph's scatter plot with the same dots."""
    import pyqtgraph as pg

    points, cluster = clustered(count)
    plot = pg.PlotWidget()
    plot.resize(*_SIZE)
    brushes = [pg.mkBrush(color) for color in shades(plot.palette())]
    item = pg.ScatterPlotItem(
        points[:, 0], points[:, 1], size=3, pen=None, brush=[brushes[c % 19] for c in cluster]
    )
    plot.addItem(item)
    plot.show()
    QApplication.processEvents()
    box = plot.getViewBox()
    times = frames(plot.viewport(), lambda f: box.translateBy(x=0.01 * (-1) ** f, y=0))
    plot.close()
    return told("pyqtgraph_move", times)


def laying_out(count: int, *, tsne: bool) -> dict[str, float]:
    """Seconds of the steps from a library to the plane."""
    with tempfile.TemporaryDirectory() as folder, Library.create(Path(folder, "crowd.droplib")) as library:
        index = PartIndex.open(library, make_crowd(library, count))
        cloud_of(index)  # loads torch
        start = time.perf_counter()
        cloud = cloud_of(index)
        result = {"principal_components_s": time.perf_counter() - start}
        if tsne:
            first: list[float] = []
            start = time.perf_counter()
            Arrangement(library, cloud).run(lambda *_: first.append(time.perf_counter() - start))
            result |= {"tsne_first_layout_s": first[0], "tsne_s": time.perf_counter() - start}
        index.close()
    return result


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--crops", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="10,000 crops")
    parser.add_argument("--no-tsne", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    screen()
    application = QApplication(["dropgui"])
    apply_appearance(application, Appearance.LIGHT)
    count = 10_000 if options.quick else options.crops
    result = {"crops": float(count), **drawing(count), **pyqtgraph(count)}
    result |= laying_out(count, tsne=not options.no_tsne)
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:>26}  {value:,.2f}")


if __name__ == "__main__":
    main()
