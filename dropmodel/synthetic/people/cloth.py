"""What happens to a person's surfaces when it moves: skinning, folds where cloth is squeezed, normals."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from dropmodel.synthetic.drawing.geometry import Array, Indices
from dropmodel.synthetic.drawing.noise import noise

_STILL = 0.3
"""Share of a fold's height that is there in every pose: cloth is never quite smooth."""

_HALF = 0.09
"""Squeeze (share of length lost) at which folds are half as high as they get."""


@njit(cache=True, fastmath=True)
def skinned(rest: Array, bones: npt.NDArray[np.int16], weights: Array, moves: Array) -> Array:
    """Rest vertices [V, 3] moved by the weighted mean of their bones' ``moves`` [J, 3, 4]."""
    moved = np.empty_like(rest)
    for n in range(len(rest)):
        x, y, z = rest[n, 0], rest[n, 1], rest[n, 2]
        a = np.float32(0)
        b = np.float32(0)
        c = np.float32(0)
        for k in range(bones.shape[1]):
            w = weights[n, k]
            if w == 0:
                continue
            m = moves[bones[n, k]]
            a += w * (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3])
            b += w * (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3])
            c += w * (m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3])
        moved[n, 0], moved[n, 1], moved[n, 2] = a, b, c
    return moved


@njit(cache=True, fastmath=True)
def normals_of(vertices: Array, faces: Indices) -> Array:
    """Unit normals [V, 3], area-weighted."""
    normals = np.zeros_like(vertices)
    for f in range(len(faces)):
        i, j, k = faces[f]
        ux, uy, uz = (
            vertices[j, 0] - vertices[i, 0],
            vertices[j, 1] - vertices[i, 1],
            vertices[j, 2] - vertices[i, 2],
        )
        vx, vy, vz = (
            vertices[k, 0] - vertices[i, 0],
            vertices[k, 1] - vertices[i, 1],
            vertices[k, 2] - vertices[i, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for c in range(3):
            n = faces[f, c]
            normals[n, 0] += nx
            normals[n, 1] += ny
            normals[n, 2] += nz
    for n in range(len(normals)):
        length = math.sqrt(normals[n, 0] ** 2 + normals[n, 1] ** 2 + normals[n, 2] ** 2) + 1e-12
        normals[n, 0] /= length
        normals[n, 1] /= length
        normals[n, 2] /= length
    return normals


@njit(cache=True, fastmath=True)
def lengths(vertices: Array, faces: Indices) -> Array:
    """The three edges' lengths of each face, [F, 3]: ab, bc, ca."""
    found = np.empty((len(faces), 3), np.float32)
    for f in range(len(faces)):
        for e in range(3):
            a, b = faces[f, e], faces[f, (e + 1) % 3]
            found[f, e] = math.sqrt(
                (vertices[a, 0] - vertices[b, 0]) ** 2
                + (vertices[a, 1] - vertices[b, 1]) ** 2
                + (vertices[a, 2] - vertices[b, 2]) ** 2
            )
    return found


@njit(cache=True, fastmath=True)
def squeezed(vertices: Array, faces: Indices, rest: Array) -> Array:
    """How much shorter the surface round each vertex is than at ``rest`` (:func:`lengths`), 0..1, [V]."""
    total = np.zeros(len(vertices), np.float32)
    count = np.zeros(len(vertices), np.float32)
    for f in range(len(faces)):
        worst = np.float32(0)
        for e in range(3):
            if rest[f, e] < 1e-6:
                continue
            a, b = faces[f, e], faces[f, (e + 1) % 3]
            long = math.sqrt(
                (vertices[a, 0] - vertices[b, 0]) ** 2
                + (vertices[a, 1] - vertices[b, 1]) ** 2
                + (vertices[a, 2] - vertices[b, 2]) ** 2
            )
            worst = max(worst, np.float32(1 - long / rest[f, e]))
        for c in range(3):
            n = faces[f, c]
            total[n] += worst
            count[n] += 1
    for n in range(len(total)):
        if count[n] > 0:
            total[n] /= count[n]
    # One step of averaging over the faces: folds end softly.
    soft = np.zeros(len(vertices), np.float32)
    for f in range(len(faces)):
        i, j, k = faces[f]
        mean = (total[i] + total[j] + total[k]) / 3
        soft[i] += mean
        soft[j] += mean
        soft[k] += mean
    for n in range(len(soft)):
        if count[n] > 0:
            soft[n] /= count[n]
    return soft


@njit(cache=True, fastmath=True)
def fold_heights(coords: Array, seed: int) -> tuple[Array, Array]:
    """Two fixed reliefs in about -1..1, [V] each: loose drape, and the sharper folds of squeezed cloth.

    Folds of squeezed cloth run round a limb (short waves of 6 cm along z in the coords of a limb, long ones
    across); drape has slanting waves of 7 to 15 cm. Both are bent so that no two folds are parallel.
    """
    loose = np.empty(len(coords), np.float32)
    tight = np.empty(len(coords), np.float32)
    for n in range(len(coords)):
        x, y, z = coords[n, 0], coords[n, 1], coords[n, 2]
        bend, _, _, _ = noise(x * 8, y * 8, z * 8, seed + 71)
        slant, _, _, _ = noise(x * 5, y * 5, z * 4, seed + 29)
        a, _, _, _ = noise(x * 20 + 1.6 * slant, y * 20 + bend, (z + 0.6 * x) * 13 + bend, seed)
        b, _, _, _ = noise(x * 30, y * 30, z * 26 + bend, seed + 7)
        ring, _, _, _ = noise(x * 9, y * 9, (z + 0.3 * y) * 33 + 1.5 * bend + 1.2 * slant, seed + 13)
        # The crest of a fold is round and its valley narrow.
        loose[n] = 0.8 * (1 - 2 * math.sqrt(abs(a) + 0.01)) + 0.35 * b
        tight[n] = 1 - 2 * math.sqrt(abs(ring) + 0.01)
    return loose, tight


@njit(cache=True, fastmath=True)
def folded(vertices: Array, normals: Array, fold: Array, squeeze: Array, loose: Array, tight: Array) -> Array:
    """Vertices moved along their normals: ``fold`` [V] metres where cloth is squeezed most, else less."""
    moved = np.empty_like(vertices)
    for n in range(len(vertices)):
        height = np.float32(0)
        if fold[n] > 0:
            share = squeeze[n] / (squeeze[n] + np.float32(_HALF))
            height = fold[n] * (
                np.float32(_STILL) * (1 - share) * (np.float32(0.9) * loose[n] + np.float32(0.2))
                + share * (np.float32(0.68) * tight[n] + np.float32(0.32))
            )
        for c in range(3):
            moved[n, c] = vertices[n, c] + height * normals[n, c]
    return moved
