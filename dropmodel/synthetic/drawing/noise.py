"""Smooth noise in three dimensions, with its slope: grain of cloth, bumps of bark, clouds."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[np.float32]

_MASK = 0xFFFFFFFF


@njit(cache=True, inline="always")
def _corner(i: int, j: int, k: int, seed: int) -> float:
    """A number in -1..1 for a grid corner; the constants are odd 32-bit primes that mix all bits."""
    n = (i * 374761393 + j * 668265263 + k * 1440662683 + seed * 1274126177) & _MASK
    n = ((n ^ (n >> 13)) * 1103515245) & _MASK
    n = ((n ^ (n >> 16)) * 2654435761) & _MASK
    return ((n >> 8) & 0xFFFF) / 32767.5 - 1.0


@njit(cache=True, fastmath=True)
def noise(x: float, y: float, z: float, seed: int) -> tuple[float, float, float, float]:
    """Value noise of wave length about 2 at a point: height in -1..1 and its slope along x, y and z."""
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    a, b, c = x - i, y - j, z - k
    i, j, k = int(i), int(j), int(k)
    da, db, dc = 6 * a * (1 - a), 6 * b * (1 - b), 6 * c * (1 - c)
    a, b, c = a * a * (3 - 2 * a), b * b * (3 - 2 * b), c * c * (3 - 2 * c)
    n000, n100 = _corner(i, j, k, seed), _corner(i + 1, j, k, seed)
    n010, n110 = _corner(i, j + 1, k, seed), _corner(i + 1, j + 1, k, seed)
    n001, n101 = _corner(i, j, k + 1, seed), _corner(i + 1, j, k + 1, seed)
    n011, n111 = _corner(i, j + 1, k + 1, seed), _corner(i + 1, j + 1, k + 1, seed)
    x00, x10 = n000 + (n100 - n000) * a, n010 + (n110 - n010) * a
    x01, x11 = n001 + (n101 - n001) * a, n011 + (n111 - n011) * a
    y0, y1 = x00 + (x10 - x00) * b, x01 + (x11 - x01) * b
    slope_x = (
        ((n100 - n000) * (1 - b) + (n110 - n010) * b) * (1 - c)
        + ((n101 - n001) * (1 - b) + (n111 - n011) * b) * c
    ) * da
    slope_y = ((x10 - x00) * (1 - c) + (x11 - x01) * c) * db
    return y0 + (y1 - y0) * c, slope_x, slope_y, (y1 - y0) * dc
