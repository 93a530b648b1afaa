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


def carried(moves: Array, bone: int, point: npt.NDArray[np.floating]) -> Matrix:
    """Where ``bone`` carries a rest point [3]."""
    moved: Matrix = moves[bone, :, :3].astype(np.float64) @ point + moves[bone, :, 3]
    return moved


def about(axis: npt.NDArray[np.floating], degrees: float) -> Matrix:
    """Rotation about an axis of any length, right-handed."""
    x, y, z = unit(axis)
    angle = math.radians(degrees)
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn: Matrix = np.eye(3) + math.sin(angle) * skew + (1 - math.cos(angle)) * skew @ skew
    return turn


def between(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating], share: float = 1.0) -> Matrix:
    """``share`` of the smallest rotation from direction ``a`` to ``b``."""
    axis = cross(unit(a), unit(b))
    if np.linalg.norm(axis) < 1e-9:
        return np.eye(3)
    return about(axis, share * angle_between(a, b))


def angle_between(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    """Degrees between two directions, 0..180."""
    return math.degrees(math.acos(float(np.clip(unit(a) @ unit(b), -1, 1))))


def angle_about(axis: Matrix, a: Matrix, b: Matrix) -> float:
    """Degrees, -180..180, that turn ``a`` to ``b`` about ``axis`` once both lie across it."""
    n = unit(axis)
    a, b = a - (a @ n) * n, b - (b @ n) * n
    return math.degrees(math.atan2(float(cross(a, b) @ n), float(a @ b)))


def frame(direction: npt.NDArray[np.floating], hinge: npt.NDArray[np.floating]) -> Matrix:
    """Columns: ``direction``, ``hinge`` made square to it, and their cross product; a rotation."""
    first = unit(direction)
    second = unit(hinge - (hinge @ first) * first)
    return np.stack([first, second, cross(first, second)], axis=1)


def unit(vector: npt.NDArray[np.floating]) -> Matrix:
    """``vector`` at length one."""
    length = math.sqrt(float(vector @ vector))
    scaled: Matrix = np.asarray(vector, np.float64) / max(length, 1e-12)
    return scaled


def cross(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> Matrix:
    """Cross product of two vectors [3]; numpy's own is ten times slower for so few."""
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]], np.float64
    )


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
