"""The brush's pixels against its rule, pixel by pixel."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.correction.brush import pressed_radius, segment, stamp
from dropgui.correction.region import Box, Point, Region

SHAPE = (24, 32)
places = st.builds(Point, st.floats(-12, 44, width=32), st.floats(-12, 36, width=32))
radii = st.floats(0.5, 14, width=32)


def text(region: Region) -> list[str]:
    return ["".join(".#"[int(pixel)] for pixel in row) for row in region.tight().mask]


def depth(start: Point, end: Point, r0: float, r1: float) -> npt.NDArray[np.float64]:
    """How deep each pixel's centre lies in the union of discs on the way, in pixels (below 0: outside)."""
    rows, columns = np.indices(SHAPE) + 0.5
    best = np.full(SHAPE, -np.inf)
    dx, dy, dr = end.x - start.x, end.y - start.y, r1 - r0
    square = dx**2 + dy**2 - dr**2
    ends = [np.zeros(SHAPE), np.ones(SHAPE)]
    if square > 1e-9:
        # The best disc is where the derivative of r(t) - distance(t) is 0.
        u, length = np.array([dx, dy]) / math.hypot(dx, dy), math.hypot(dx, dy)
        along = (columns - start.x) * u[0] + (rows - start.y) * u[1]
        across = np.abs((columns - start.x) * u[1] - (rows - start.y) * u[0])
        slope = dr / length
        shift = across * slope / math.sqrt(1 - slope**2) if abs(slope) < 1 else np.zeros(SHAPE)
        ends.append(np.clip((along + shift) / length, 0, 1))
    for t in ends:
        distance = np.hypot(columns - start.x - t * dx, rows - start.y - t * dy)
        best = np.maximum(best, r0 + t * dr - distance)
    return best


def test_a_disc_of_radius_two_and_a_half() -> None:
    region = stamp(Point(10.5, 10.5), 2.5, SHAPE)
    assert text(region) == [".###.", "#####", "#####", "#####", ".###."]
    assert region.tight().box == Box(8, 8, 13, 13)


def test_the_smallest_brush_paints_the_pixel_under_the_pointer() -> None:
    for point in (Point(3.0, 5.0), Point(3.99, 5.99), Point(3.5, 5.5)):
        assert stamp(point, 0.1, SHAPE).tight().box == Box(5, 3, 6, 4)


def test_a_thin_line_and_a_growing_one() -> None:
    assert text(segment(Point(1.5, 1.5), Point(5.5, 3.5), 0.5, 0.5, SHAPE)) == ["##...", ".###.", "...##"]
    assert text(segment(Point(4.5, 4.5), Point(11.5, 4.5), 0.5, 3.0, SHAPE)) == [
        ".......#...",
        "....######.",
        "..########.",
        "###########",
        "..########.",
        "....######.",
        ".......#...",
    ]


@pytest.mark.parametrize("point", [Point(-20.0, 5.0), Point(5.0, 900.0)])
def test_outside_of_the_picture_nothing_is_painted(point: Point) -> None:
    assert not stamp(point, 3, SHAPE)


@given(places, places, radii, radii)
def test_every_pixel_follows_the_rule(start: Point, end: Point, r0: float, r1: float) -> None:
    found = segment(start, end, r0, r1, SHAPE).full(SHAPE)
    inside = depth(start, end, r0, r1)
    rule = inside >= 0
    for point in (start, end):
        row, column = math.floor(point.y), math.floor(point.x)
        if 0 <= row < SHAPE[0] and 0 <= column < SHAPE[1]:
            rule[row, column] = True
    clear = np.abs(inside) > 1e-4  # the edge itself, to rounding
    assert (found == rule)[clear].all()


@given(places, places)
def test_the_thinnest_line_has_no_gaps(start: Point, end: Point) -> None:
    mask = segment(start, end, 0.5, 0.5, SHAPE).full(SHAPE)
    steps = max(abs(end.x - start.x), abs(end.y - start.y), 1)
    for t in np.linspace(0, 1, int(4 * steps)):
        x, y = start.x + t * (end.x - start.x), start.y + t * (end.y - start.y)
        row, column = math.floor(y), math.floor(x)
        if 1 <= row < SHAPE[0] - 1 and 1 <= column < SHAPE[1] - 1:
            assert mask[row - 1 : row + 2, column - 1 : column + 2].any()


def test_pressure_is_the_radius() -> None:
    assert pressed_radius(20, 0.25) == 5
    assert pressed_radius(20, 0) == 0.5
    assert pressed_radius(20, 3) == 20
