"""Polygons and lassos: the pixels whose centres lie inside."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from dropgui.correction.region import Box, Point, Region, Shape

Rule = Literal["nonzero", "evenodd"]
"""What counts as inside where the outline crosses itself: everything it goes round, or every second field."""


def polygon(points: Sequence[Point], shape: Shape, rule: Rule = "nonzero") -> Region:
    """The inside of the closed outline through ``points``, as far as it lies in a picture of ``shape``.

    A centre on a left or upper edge is inside, one on a right or lower edge is not, so that two polygons
    that share an edge share no pixel and leave none out. Fewer than three points enclose nothing.
    """
    if len(points) < 3:
        return Region.empty()
    corners = np.array(points, np.float64)
    (left, top), (right, bottom) = np.floor(corners.min(0)), np.ceil(corners.max(0))
    box = Box(int(top), int(left), int(bottom), int(right)).clipped(shape)
    if box.is_empty:
        return Region.empty()
    winding = _winding(corners, box)
    return Region(box, (winding & 1 if rule == "evenodd" else winding) != 0).tight()


def _winding(corners: npt.NDArray[np.float64], box: Box) -> npt.NDArray[np.int32]:
    """How often the outline goes round each pixel's centre, int32 [box.height, box.width].

    Where an edge crosses a row of centres, everything right of the crossing winds once more, or once less.
    """
    starts, ends = corners, np.roll(corners, -1, 0)
    down = starts[:, 1] < ends[:, 1]
    upper, lower = np.where(down, starts.T, ends.T), np.where(down, ends.T, starts.T)
    first = np.clip(np.ceil(upper[1] - 0.5), box.top, box.bottom).astype(np.intp)
    last = np.clip(np.ceil(lower[1] - 0.5), box.top, box.bottom).astype(np.intp)
    counts = last - first
    edge = np.repeat(np.arange(len(corners)), counts)
    rows = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    run, fall = lower[0] - upper[0], lower[1] - upper[1]
    x = upper[0, edge] + (rows + 0.5 - upper[1, edge]) / fall[edge] * run[edge]
    columns = np.clip(np.ceil(x - 0.5), box.left, box.right).astype(np.intp)
    turns = np.zeros((box.height, box.width + 1), np.int32)
    np.add.at(turns, (rows - box.top, columns - box.left), np.where(down, 1, -1)[edge])
    return np.cumsum(turns[:, :-1], 1, dtype=np.int32)
