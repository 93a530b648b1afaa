"""Shadow maps: where the key light and the open sky reach, near people and in a whole place."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from dropmodel.synthetic.drawing.geometry import Mesh
from dropmodel.synthetic.drawing.raster import heights_of_points, heights_towards, light_axes
from dropmodel.synthetic.drawing.shading import Shadows

Array = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

_REACH = 1.7
"""Metres round a person within which contact shadows are looked up."""
_SKY_SIDE = 64
_KEY_SIDE = 256
_ROUGH_KEY_SIDE = 128
_KEY_REACH = 1.5
_FAR_SIDE = 512
_FAR_REACH = 24.0
_NOTHING = np.float32(-1e6)


def _upper_hemisphere(count: int) -> Array:
    """Axes [count, 3, 3] of directions spread evenly over the sky: a Fibonacci spiral."""
    golden = (math.sqrt(5) - 1) / 2
    axes = []
    for n in range(count):
        rise = 0.12 + 0.86 * (n + 0.5) / count
        turn = 2 * math.pi * golden * n
        flat = math.sqrt(1 - rise * rise)
        axes.append(light_axes(np.array([flat * math.cos(turn), flat * math.sin(turn), rise])))
    return np.stack(axes)


_SKY = _upper_hemisphere(11)
_ROUGH_SKY = _upper_hemisphere(8)


def far_shadow(place: Mesh, direction: Sequence[float], center: Sequence[float]) -> Array:
    """The key light's shadow map of what stands still, [512, 512], 24 m round ``center``."""
    heights = np.full((_FAR_SIDE, _FAR_SIDE), _NOTHING, np.float32)
    heights_towards(
        place.vertices,
        place.faces,
        place.cut,
        light_axes(np.asarray(direction)),
        np.asarray(center, np.float32),
        _FAR_SIDE / 2 / _FAR_REACH,
        heights,
    )
    return heights


def no_far_shadow() -> Array:
    """A far shadow map that hides nothing, for light without a direction."""
    return np.full((1, 1), _NOTHING, np.float32)


def cast(
    vertices: Array,
    faces: Indices,
    cut: Array,
    centers: Array,
    direction: Sequence[float],
    key_width: float,
    far: Array,
    far_center: Sequence[float],
    *,
    rough: bool,
) -> Shadows:
    """Shadow maps round ``centers`` [Z, 3] of the ``faces`` that may throw shadows there.

    ``key_width`` is the key light's angular radius in degrees; its shadow's edge is as soft as that radius
    makes it 0.8 m behind what throws it. ``rough`` maps will do for small pictures.
    """
    directions, key_side = (_ROUGH_SKY, _ROUGH_KEY_SIDE) if rough else (_SKY, _KEY_SIDE)
    axes = light_axes(np.asarray(direction))
    key_scale = key_side / 2 / _KEY_REACH
    sky_scale = _SKY_SIDE / 2 / _REACH
    key = np.full((len(centers), key_side, key_side), _NOTHING, np.float32)
    sky = np.full((len(centers), len(directions), _SKY_SIDE, _SKY_SIDE), _NOTHING, np.float32)
    points = outer_points(vertices, faces, cut, 0.05)
    for zone, center in enumerate(centers):
        heights_towards(vertices, faces, cut, axes, center, key_scale, key[zone])
        heights_of_points(points, directions, center, sky_scale, sky[zone])
    return Shadows(
        np.ascontiguousarray(centers, np.float32),
        directions,
        sky,
        sky_scale,
        axes,
        key,
        key_scale,
        max(0.006, 0.8 * math.tan(math.radians(key_width))),
        np.asarray(far_center, np.float32),
        far,
        _FAR_SIDE / 2 / _FAR_REACH,
    )


@njit(cache=True)
def middle(points: Array) -> Array:
    """Middle of the box round points [N, 3]."""
    low, high = points[0].copy(), points[0].copy()
    for n in range(len(points)):
        for k in range(3):
            low[k], high[k] = min(low[k], points[n, k]), max(high[k], points[n, k])
    half: Array = (low + high) / np.float32(2)
    return half


@njit(cache=True)
def close_faces(vertices: Array, faces: Indices, centers: Array) -> Indices:
    """The faces with a corner within 2.4 m of a centre along every axis.

    What lies flat on the ground throws no shadow and is left out.
    """
    close = np.zeros(len(vertices), np.bool_)
    for n in range(len(vertices)):
        if vertices[n, 2] <= 0.005:
            continue
        for z in range(len(centers)):
            x = abs(vertices[n, 0] - centers[z, 0])
            y = abs(vertices[n, 1] - centers[z, 1])
            if max(x, y, abs(vertices[n, 2] - centers[z, 2])) < 2.4:
                close[n] = True
                break
    kept = np.empty_like(faces)
    count = 0
    for f in range(len(faces)):
        if close[faces[f, 0]] or close[faces[f, 1]] or close[faces[f, 2]]:
            kept[count] = faces[f]
            count += 1
    return kept[:count].copy()


@njit(cache=True, fastmath=True)
def outer_points(vertices: Array, faces: Indices, cut: Array, spacing: float) -> Array:
    """Points [N, 3] about ``spacing`` metres apart on the triangles that are drawn."""
    total = 0
    counts = np.zeros(len(faces), np.int32)
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        if cut[a] < 0 or cut[b] < 0 or cut[c] < 0:
            continue
        longest = 0.0
        for k in range(3):
            p, q = faces[f, k], faces[f, (k + 1) % 3]
            x = vertices[p, 0] - vertices[q, 0]
            y = vertices[p, 1] - vertices[q, 1]
            z = vertices[p, 2] - vertices[q, 2]
            longest = max(longest, x * x + y * y + z * z)
        # The sky is coarse: of small triangles every fourth one is enough.
        if longest < (0.5 * spacing) ** 2 and f % 4:
            continue
        steps = max(1, min(40, math.ceil(math.sqrt(longest) / spacing)))
        counts[f] = steps
        total += steps * (steps + 1) // 2
    points = np.empty((total, 3), np.float32)
    n = 0
    for f in range(len(faces)):
        steps = counts[f]
        for i in range(steps):
            for j in range(steps - i):
                u, v = (i + 1 / 3) / steps, (j + 1 / 3) / steps
                for k in range(3):
                    points[n, k] = (
                        (1 - u - v) * vertices[faces[f, 0], k]
                        + u * vertices[faces[f, 1], k]
                        + v * vertices[faces[f, 2], k]
                    )
                n += 1
    return points
