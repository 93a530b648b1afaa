"""Forward kinematics and the few rotations that posing needs."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from dropmodel.synthetic.drawing.geometry import Array

Matrix = npt.NDArray[np.float64]
"""A rotation [3, 3] or a vector [3]."""


def rest_rotations(bones: int) -> Matrix:
    """Every bone as it is at rest, [J, 3, 3]."""
    return np.tile(np.eye(3), (bones, 1, 1))


@njit(cache=True)
def transforms(rotations: Matrix, joints: Array, parents: npt.NDArray[np.int32]) -> Array:
    """Where each bone carries its rest space: float32 [J, 3, 4], for points as columns.

    ``rotations`` [J, 3, 3] turn each bone about its own joint (``joints`` [J, 3], rest) in the axes of the
    world at rest, before its parents move it; parents come before their children, the first has parent -1.
    """
    count = len(joints)
    world = np.empty((count, 3, 4), np.float64)
    for i in range(count):
        parent = parents[i]
        for r in range(3):
            moved = 0.0
            for c in range(3):
                moved += rotations[i, r, c] * joints[i, c]
            world[i, r, 3] = joints[i, r] - moved
            for c in range(3):
                world[i, r, c] = rotations[i, r, c]
        if parent < 0:
            continue
        own = world[i].copy()
        for r in range(3):
            for c in range(4):
                total = world[parent, r, 3] if c == 3 else 0.0
                for k in range(3):
                    total += world[parent, r, k] * own[k, c]
                world[i, r, c] = total
    return world.astype(np.float32)


@njit(cache=True)
def carried(moves: Array, bone: int, point: npt.NDArray[np.floating]) -> Matrix:
    """Where ``bone`` carries a rest point [3]."""
    moved = np.empty(3, np.float64)
    for r in range(3):
        total = float(moves[bone, r, 3])
        for c in range(3):
            total += moves[bone, r, c] * point[c]
        moved[r] = total
    return moved


@njit(cache=True)
def about(axis: npt.NDArray[np.floating], degrees: float) -> Matrix:
    """Rotation about an axis of any length, right-handed."""
    x, y, z = unit(axis)
    angle = math.radians(degrees)
    s, v = math.sin(angle), 1 - math.cos(angle)
    turn = np.empty((3, 3), np.float64)
    turn[0, 0], turn[0, 1], turn[0, 2] = 1 - v * (y * y + z * z), v * x * y - s * z, v * x * z + s * y
    turn[1, 0], turn[1, 1], turn[1, 2] = v * x * y + s * z, 1 - v * (x * x + z * z), v * y * z - s * x
    turn[2, 0], turn[2, 1], turn[2, 2] = v * x * z - s * y, v * y * z + s * x, 1 - v * (x * x + y * y)
    return turn


@njit(cache=True)
def between(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating], share: float = 1.0) -> Matrix:
    """``share`` of the smallest rotation from direction ``a`` to ``b``."""
    axis = cross(unit(a), unit(b))
    if _dot(axis, axis) < 1e-18:
        return np.eye(3)
    return about(axis, share * angle_between(a, b))


@njit(cache=True)
def angle_between(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    """Degrees between two directions, 0..180."""
    return math.degrees(math.acos(min(1.0, max(-1.0, _dot(unit(a), unit(b))))))


@njit(cache=True)
def angle_about(axis: Matrix, a: Matrix, b: Matrix) -> float:
    """Degrees, -180..180, that turn ``a`` to ``b`` about ``axis`` once both lie across it."""
    n = unit(axis)
    a, b = a - _dot(a, n) * n, b - _dot(b, n) * n
    return math.degrees(math.atan2(_dot(cross(a, b), n), _dot(a, b)))


@njit(cache=True)
def frame(direction: npt.NDArray[np.floating], hinge: npt.NDArray[np.floating]) -> Matrix:
    """Columns: ``direction``, ``hinge`` made square to it, and their cross product; a rotation."""
    first = unit(direction)
    second = unit(hinge - _dot(hinge, first) * first)
    third = cross(first, second)
    columns = np.empty((3, 3), np.float64)
    for k in range(3):
        columns[k, 0], columns[k, 1], columns[k, 2] = first[k], second[k], third[k]
    return columns


@njit(cache=True)
def cross(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> Matrix:
    """Cross product of two vectors [3]; numpy's takes fifty times as long for so little."""
    product = np.empty(3, np.float64)
    product[0] = a[1] * b[2] - a[2] * b[1]
    product[1] = a[2] * b[0] - a[0] * b[2]
    product[2] = a[0] * b[1] - a[1] * b[0]
    return product


@njit(cache=True)
def unit(vector: npt.NDArray[np.floating]) -> Matrix:
    """``vector`` at length one."""
    length = max(math.sqrt(_dot(vector, vector)), 1e-12)
    scaled = np.empty(3, np.float64)
    for k in range(3):
        scaled[k] = vector[k] / length
    return scaled


@njit(cache=True)
def _dot(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


def middle_joint(
    start: Matrix, end: Matrix, upper: float, lower: float, pole: npt.NDArray[np.floating]
) -> tuple[Matrix, Matrix]:
    """Knee or elbow of a limb of two lengths from ``start`` to ``end``, bent to ``pole``; the end reached.

    An end out of reach is drawn in to 99.5 % of the limb's length, one too near is pushed out.
    """
    way = end - start
    distance = float(np.clip(np.linalg.norm(way), abs(upper - lower) * 1.05 + 1e-4, (upper + lower) * 0.995))
    line = unit(way)
    along = (distance**2 + upper**2 - lower**2) / (2 * distance)
    out = math.sqrt(max(upper**2 - along**2, 0))
    side = unit(pole - (pole @ line) * line)
    return start + along * line + out * side, start + distance * line
