"""Polygons of other tools as pixels: those whose centre lies inside, by the even-odd rule."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.bool_]


def filled(points: Sequence[tuple[float, float]], height: int, width: int) -> Pixels:
    """The pixels of a polygon with corners (x, y), bool [height, width]; what lies outside is cut off.

    Pixel [row, column] has its centre at (column + 0.5, row + 0.5). A centre on an edge is inside where the
    edge is a left one, so that polygons that share an edge share no pixel. ``ValueError`` for fewer than
    three corners or one that is no number.
    """
    corners = np.array(points, dtype=np.float64)
    if corners.ndim != 2 or corners.shape[0] < 3 or corners.shape[1] != 2 or not np.isfinite(corners).all():
        raise ValueError("a polygon has at least three corners of two numbers")
    # How often the outline is crossed on the way from the left to each centre decides.
    crossings = np.zeros((height, width + 1), np.int64)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        first, last = (int(np.clip(np.ceil(y - 0.5), 0, height)) for y in sorted((y0, y1)))
        rows = np.arange(first, last)
        x = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
        columns = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
        np.add.at(crossings, (rows, columns), 1)
    inside: Pixels = np.cumsum(crossings[:, :width], axis=1) % 2 == 1
    return inside
