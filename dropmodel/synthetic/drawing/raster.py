"""Which triangle every sample of a picture sees, and which points a light sees."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

NEAR = 0.15
"""Metres before the camera at which things end; a triangle reaching behind it is not drawn."""


class Hits(NamedTuple):
    """What each sample sees first, all [H, W]: 1 / depth (0 where nothing), triangle (-1 where nothing), and
    the weights of the triangle's second and third corner, right in perspective.
    """

    nearness: Array
    face: Indices
    second: Array
    third: Array

    def part(self, rows: slice, columns: slice) -> "Hits":
        """The samples of some rows and columns."""
        return Hits(
            np.ascontiguousarray(self.nearness[rows, columns]),
            np.ascontiguousarray(self.face[rows, columns]),
            np.ascontiguousarray(self.second[rows, columns]),
            np.ascontiguousarray(self.third[rows, columns]),
        )


def no_hits(width: int, height: int) -> Hits:
    """Samples that see nothing yet."""
    shape = (height, width)
    return Hits(
        np.zeros(shape, np.float32),
        np.full(shape, -1, np.int32),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.float32),
    )


@njit(cache=True, fastmath=True)
def screen_points(
    points: Array, position: Array, axes: Array, scale: tuple[float, float], shift: tuple[float, float]
) -> Array:
    """Sample x, sample y and 1 / depth of world points [V, 3]; 1 / depth is -1 before :data:`NEAR`.

    ``scale`` is the focal length in samples along x and y, ``shift`` the sample the camera's axis meets.
    """
    result = np.empty((len(points), 3), np.float32)
    for n in range(len(points)):
        x, y, z = points[n, 0] - position[0], points[n, 1] - position[1], points[n, 2] - position[2]
        depth = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
        if depth < NEAR:
            result[n, 0], result[n, 1], result[n, 2] = 0, 0, -1
            continue
        nearness = 1 / depth
        result[n, 0] = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) * nearness * scale[0] + shift[0]
        result[n, 1] = (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) * nearness * scale[1] + shift[1]
        result[n, 2] = nearness
    return result


@njit(cache=True, fastmath=True)
def rasterise(screen: Array, cut: Array, faces: Indices, hits: Hits) -> None:
    """Write into ``hits`` what is nearer than what is there; samples sit in the middles of squares.

    ``screen`` [V, 3] from :func:`screen_points`. A sample is drawn only where the interpolated ``cut`` [V] is
    >= 0, which gives cloth its hems without cutting triangles.
    """
    height, width = hits.nearness.shape
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        if za <= 0 or zb <= 0 or zc <= 0:
            continue
        # Most triangles of a person lie between the samples: they leave here, before anything costs.
        x0, x1, x2 = screen[a, 0], screen[b, 0], screen[c, 0]
        first_x = max(0, math.ceil(min(x0, x1, x2) - 0.5))
        last_x = min(width - 1, math.floor(max(x0, x1, x2) - 0.5))
        if first_x > last_x:
            continue
        y0, y1, y2 = screen[a, 1], screen[b, 1], screen[c, 1]
        first_y = max(0, math.ceil(min(y0, y1, y2) - 0.5))
        last_y = min(height - 1, math.floor(max(y0, y1, y2) - 0.5))
        if first_y > last_y:
            continue
        ka, kb, kc = cut[a], cut[b], cut[c]
        if ka < 0 and kb < 0 and kc < 0:
            continue
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0:
            continue
        inverse = 1 / area
        hemmed = ka < 0 or kb < 0 or kc < 0
        u_step, v_step = (y2 - y0) * inverse, -(y1 - y0) * inverse
        for y in range(first_y, last_y + 1):
            dy = y + 0.5 - y0
            u = (first_x + 0.5 - x0) * u_step - (x2 - x0) * dy * inverse
            v = (first_x + 0.5 - x0) * v_step + (x1 - x0) * dy * inverse
            for x in range(first_x, last_x + 1):
                w = 1 - u - v
                if u >= 0 and v >= 0 and w >= 0:
                    z = w * za + u * zb + v * zc
                    if z > hits.nearness[y, x]:
                        pu, pv = u * zb / z, v * zc / z
                        if not hemmed or (1 - pu - pv) * ka + pu * kb + pv * kc >= 0:
                            hits.nearness[y, x] = z
                            hits.face[y, x] = f
                            hits.second[y, x] = pu
                            hits.third[y, x] = pv
                u += u_step
                v += v_step


@njit(cache=True, fastmath=True)
def heights_towards(
    points: Array, faces: Indices, cut: Array, axes: Array, center: Array, scale: float, heights: Array
) -> None:
    """Shadow map: per square of ``heights`` [R, R], how far towards the light its outermost triangle lies.

    ``axes`` [3, 3] are the map's right, up and the direction to the light; ``scale`` is squares per metre,
    ``center`` the world point in the map's middle. Squares without a triangle keep what they hold.
    """
    side = len(heights)
    middle = side / 2
    seen = np.empty((len(points), 3), np.float32)
    for n in range(len(points)):
        x, y, z = points[n, 0] - center[0], points[n, 1] - center[1], points[n, 2] - center[2]
        seen[n, 0] = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) * scale + middle
        seen[n, 1] = (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) * scale + middle
        seen[n, 2] = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        if cut[a] < 0 or cut[b] < 0 or cut[c] < 0:
            continue
        x0, x1, x2 = seen[a, 0], seen[b, 0], seen[c, 0]
        y0, y1, y2 = seen[a, 1], seen[b, 1], seen[c, 1]
        low, high, top, bottom = min(x0, x1, x2), max(x0, x1, x2), min(y0, y1, y2), max(y0, y1, y2)
        if high < 0 or bottom < 0 or low >= side or top >= side:
            continue
        if high - low < 1.5 and bottom - top < 1.5:
            x, y = int((x0 + x1 + x2) / 3), int((y0 + y1 + y2) / 3)
            if 0 <= x < side and 0 <= y < side:
                heights[y, x] = max(heights[y, x], seen[a, 2], seen[b, 2], seen[c, 2])
            continue
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0:
            continue
        inverse = 1 / area
        for y in range(max(0, int(top)), min(side - 1, int(bottom)) + 1):
            for x in range(max(0, int(low)), min(side - 1, int(high)) + 1):
                dx, dy = x + 0.5 - x0, y + 0.5 - y0
                u = (dx * (y2 - y0) - (x2 - x0) * dy) * inverse
                v = ((x1 - x0) * dy - dx * (y1 - y0)) * inverse
                w = 1 - u - v
                # A little over the edge, so that neighbours leave no pin-holes of light.
                if u < -0.05 or v < -0.05 or w < -0.05:
                    continue
                z = w * seen[a, 2] + u * seen[b, 2] + v * seen[c, 2]
                heights[y, x] = max(heights[y, x], z)


@njit(cache=True, fastmath=True)
def heights_of_points(points: Array, axes: Array, center: Array, scale: float, heights: Array) -> None:
    """Like :func:`heights_towards` for every one of many directions ``axes`` [D, 3, 3], from points alone.

    ``heights`` [D, R, R]. For squares a few times wider than the points are apart.
    """
    side = heights.shape[1]
    middle = side / 2
    reach = 1.5 * middle / scale
    for n in range(len(points)):
        x, y, z = points[n, 0] - center[0], points[n, 1] - center[1], points[n, 2] - center[2]
        if abs(x) > reach or abs(y) > reach:
            continue
        for d in range(len(axes)):
            column = int((axes[d, 0, 0] * x + axes[d, 0, 1] * y + axes[d, 0, 2] * z) * scale + middle)
            row = int((axes[d, 1, 0] * x + axes[d, 1, 1] * y + axes[d, 1, 2] * z) * scale + middle)
            if 0 <= column < side and 0 <= row < side:
                height = axes[d, 2, 0] * x + axes[d, 2, 1] * y + axes[d, 2, 2] * z
                if height > heights[d, row, column]:
                    heights[d, row, column] = height


def light_axes(direction: npt.NDArray[np.floating]) -> Array:
    """Right, up and ``direction`` (unit, to the light) as rows: the axes of its shadow map."""
    toward = np.asarray(direction, np.float64) / np.linalg.norm(direction)
    aside = np.array([0.0, 0.0, 1.0]) if abs(toward[2]) < 0.95 else np.array([1.0, 0.0, 0.0])
    right = np.cross(toward, aside)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(right, toward), toward]).astype(np.float32)
