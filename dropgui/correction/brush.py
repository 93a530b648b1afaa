"""The brush: a disc, and the line that a disc leaves between two places of the pointer.

A pixel is painted where its centre lies in the shape or on its edge, and always where the point itself
lies, so that the smallest brush paints one pixel and a line of it has no gaps.
"""

import math

import numpy as np
import numpy.typing as npt

from dropgui.correction.region import Box, Point, Region, Shape

LEAST_RADIUS = 0.5
"""Of a brush of one pixel."""

_Rows = npt.NDArray[np.float64]


def pressed_radius(radius: float, pressure: float) -> float:
    """Radius of a brush of ``radius`` under a pen's ``pressure`` in 0..1, one pixel at least."""
    return max(radius * min(max(pressure, 0.0), 1.0), LEAST_RADIUS)


def stamp(center: Point, radius: float, shape: Shape) -> Region:
    """The disc of ``radius`` pixels around ``center``, as far as it lies in a picture of ``shape``."""
    return segment(center, center, radius, radius, shape)


def segment(start: Point, end: Point, start_radius: float, end_radius: float, shape: Shape) -> Region:
    """What a disc covers on its straight way from ``start`` to ``end`` while its radius goes with it.

    That is the convex hull of the two discs, so each row of pixels is one run: the time goes with the
    height of the box, the memory with its area.
    """
    radii = max(start_radius, LEAST_RADIUS), max(end_radius, LEAST_RADIUS)
    ends = tuple(zip((start, end), radii, strict=True))
    box = Box(
        math.floor(min(point.y - radius for point, radius in ends)),
        math.floor(min(point.x - radius for point, radius in ends)),
        math.ceil(max(point.y + radius for point, radius in ends)) + 1,
        math.ceil(max(point.x + radius for point, radius in ends)) + 1,
    ).clipped(shape)
    if box.is_empty:
        return Region.empty()
    rows: _Rows = np.arange(box.top, box.bottom, dtype=np.float64) + 0.5
    runs = [_disc_run(rows, point, radius) for point, radius in ends]
    runs += [_edge_run(rows, a, b) for a, b in _tangents(start, end, *radii)]
    left = np.minimum.reduce([low for low, _ in runs])
    right = np.maximum.reduce([high for _, high in runs])
    columns: _Rows = np.arange(box.left, box.right, dtype=np.float64) + 0.5
    mask = (columns >= left[:, None]) & (columns <= right[:, None])
    for point, _ in ends:
        if point.lies_in(shape):
            row, column = point.pixel
            mask[row - box.top, column - box.left] = True
    return Region(box, mask)


def _disc_run(rows: _Rows, center: Point, radius: float) -> tuple[_Rows, _Rows]:
    """First and last x of the disc at each y of ``rows``; none (inf, -inf) where it does not reach."""
    square = radius**2 - (rows - center.y) ** 2
    half = np.sqrt(np.maximum(square, 0))
    return np.where(square >= 0, center.x - half, np.inf), np.where(square >= 0, center.x + half, -np.inf)


def _edge_run(rows: _Rows, a: Point, b: Point) -> tuple[_Rows, _Rows]:
    """Where the straight edge from ``a`` to ``b`` crosses each y of ``rows``, as first and last x."""
    if a.y == b.y:
        on = rows == a.y
        return np.where(on, min(a.x, b.x), np.inf), np.where(on, max(a.x, b.x), -np.inf)
    on = (rows >= min(a.y, b.y)) & (rows <= max(a.y, b.y))
    x = a.x + (rows - a.y) / (b.y - a.y) * (b.x - a.x)
    return np.where(on, x, np.inf), np.where(on, x, -np.inf)


def _tangents(start: Point, end: Point, start_radius: float, end_radius: float) -> list[tuple[Point, Point]]:
    """The two outer tangents of two discs, touching point to touching point; none where one holds the other.

    A tangent's unit normal m has m . u = (r0 - r1) / d, u the unit vector from the one centre to the other
    and d their distance. The discs between the touching points and the tangents make up the hull.
    """
    dx, dy = end.x - start.x, end.y - start.y
    length = math.hypot(dx, dy)
    if length <= abs(start_radius - end_radius):
        return []
    ux, uy = dx / length, dy / length
    cosine = (start_radius - end_radius) / length
    sine = math.sqrt(max(1 - cosine**2, 0.0))
    edges = []
    for side in (sine, -sine):
        mx, my = ux * cosine - uy * side, uy * cosine + ux * side
        edges.append(
            (
                Point(start.x + start_radius * mx, start.y + start_radius * my),
                Point(end.x + end_radius * mx, end.y + end_radius * my),
            )
        )
    return edges
