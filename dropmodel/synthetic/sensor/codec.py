"""What video compression leaves of a picture: an approximation of H.264 between two frames.

A real coder predicts each block from the frame before and keeps only the quantised difference. Here the
frame before is the picture itself, moved a little and softened; the difference goes through an 8 x 8 cosine
transform with one step for all frequencies and a dead zone, colour at half size and more coarsely, and a weak
filter over the block edges. What is missing against a real coder: motion search, 4 x 4 and 16 x 16 blocks,
rate control. What is there: smeared texture, ghosts behind moving edges, blocks in flat places, dull colour.
"""

import math

import numba
import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.sensor.optics import blurred, shifted

Array = npt.NDArray[np.float32]
BLOCK = 8


def _cosines() -> Array:
    k, n = np.mgrid[:BLOCK, :BLOCK]
    rows = np.cos(math.pi * (2 * n + 1) * k / (2 * BLOCK)) * math.sqrt(2 / BLOCK)
    rows[0] /= math.sqrt(2)
    table: Array = rows.astype(np.float32)
    return table


_DCT = _cosines()


def recoded(image: Array, step: float, grid: tuple[int, int], motion: tuple[float, float]) -> Array:
    """``image`` float32 [H, W, 3] in 0..255 after lossy coding with quantiser ``step`` (8 fine, 50 coarse).

    ``grid`` (x, y in 0..7) is where blocks begin: a crop cuts them anywhere. ``motion`` (pixels) is how far
    the scene moved since the frame before.
    """
    before = blurred(shifted(image, -motion[0], -motion[1]), 0.7)
    now, old = _to_ycc(image), _to_ycc(before)
    light = _plane(now[..., 0], old[..., 0], step, grid[0], grid[1], _DCT)
    half = (grid[0] // 2, grid[1] // 2)
    blue, red = (
        _plane(_halved(now[..., c]), _halved(old[..., c]), 1.5 * step, half[0], half[1], _DCT) for c in (1, 2)
    )
    return _from_ycc(light, blue, red)


@numba.njit(cache=True)
def _plane(now: Array, before: Array, step: float, left: int, top: int, dct: Array) -> Array:
    rows, columns = now.shape
    out = np.empty((rows, columns), np.float32)
    block = np.empty((BLOCK, BLOCK), np.float32)
    half = np.empty((BLOCK, BLOCK), np.float32)
    for y0 in range(-top, rows, BLOCK):
        for x0 in range(-left, columns, BLOCK):
            for i in range(BLOCK):
                y = min(max(y0 + i, 0), rows - 1)
                for j in range(BLOCK):
                    x = min(max(x0 + j, 0), columns - 1)
                    block[i, j] = now[y, x] - before[y, x]
            if _quantised(block, half, step, dct):
                _restored(block, half, dct)
            for i in range(max(0, -y0), min(BLOCK, rows - y0)):
                for j in range(max(0, -x0), min(BLOCK, columns - x0)):
                    out[y0 + i, x0 + j] = before[y0 + i, x0 + j] + block[i, j]
    _smooth_edges(out, step, left, top)
    return out


@numba.njit(cache=True)
def _quantised(block: Array, half: Array, step: float, dct: Array) -> bool:
    """Replaces ``block`` by its quantised cosine coefficients; whether any is left."""
    for k in range(BLOCK):
        for j in range(BLOCK):
            total = np.float32(0.0)
            for i in range(BLOCK):
                total += dct[k, i] * block[i, j]
            half[k, j] = total
    left = False
    for k in range(BLOCK):
        for m in range(BLOCK):
            total = np.float32(0.0)
            for j in range(BLOCK):
                total += half[k, j] * dct[m, j]
            # Rounded down from 0.7 of a step: coders of moving pictures prefer zeros.
            level = math.floor(abs(total) / step + 0.3)
            left = left or level > 0
            block[k, m] = np.float32(math.copysign(level * step, total))
    return left


@numba.njit(cache=True)
def _restored(block: Array, half: Array, dct: Array) -> None:
    for i in range(BLOCK):
        for m in range(BLOCK):
            total = np.float32(0.0)
            for k in range(BLOCK):
                total += dct[k, i] * block[k, m]
            half[i, m] = total
    for i in range(BLOCK):
        for j in range(BLOCK):
            total = np.float32(0.0)
            for m in range(BLOCK):
                total += half[i, m] * dct[m, j]
            block[i, j] = total


@numba.njit(cache=True)
def _smooth_edges(plane: Array, step: float, left: int, top: int) -> None:
    """The weak deblocking filter of H.264 on both kinds of edges; real edges (large steps) stay."""
    rows, columns = plane.shape
    limit, most = np.float32(1.2 * step), np.float32(0.25 * step)
    for x in range(BLOCK - left, columns - 1, BLOCK):
        if x < 2:
            continue
        for y in range(rows):
            a, b = plane[y, x - 1], plane[y, x]
            if abs(b - a) < limit:
                change = ((b - a) * 4 + plane[y, x - 2] - plane[y, x + 1]) / np.float32(8.0)
                change = min(max(change, -most), most)
                plane[y, x - 1], plane[y, x] = a + change, b - change
    for y in range(BLOCK - top, rows - 1, BLOCK):
        if y < 2:
            continue
        for x in range(columns):
            a, b = plane[y - 1, x], plane[y, x]
            if abs(b - a) < limit:
                change = ((b - a) * 4 + plane[y - 2, x] - plane[y + 1, x]) / np.float32(8.0)
                change = min(max(change, -most), most)
                plane[y - 1, x], plane[y, x] = a + change, b - change


@numba.njit(cache=True)
def _to_ycc(image: Array) -> Array:
    out = np.empty_like(image)
    rows, columns, _ = image.shape
    for y in range(rows):
        for x in range(columns):
            r, g, b = image[y, x, 0], image[y, x, 1], image[y, x, 2]
            light = np.float32(0.299) * r + np.float32(0.587) * g + np.float32(0.114) * b
            out[y, x, 0] = light
            out[y, x, 1] = np.float32(0.564) * (b - light)
            out[y, x, 2] = np.float32(0.713) * (r - light)
    return out


@numba.njit(cache=True)
def _halved(plane: Array) -> Array:
    rows, columns = (plane.shape[0] + 1) // 2, (plane.shape[1] + 1) // 2
    out = np.empty((rows, columns), np.float32)
    for y in range(rows):
        y1 = min(2 * y + 1, plane.shape[0] - 1)
        for x in range(columns):
            x1 = min(2 * x + 1, plane.shape[1] - 1)
            total = plane[2 * y, 2 * x] + plane[2 * y, x1] + plane[y1, 2 * x] + plane[y1, x1]
            out[y, x] = total * np.float32(0.25)
    return out


@numba.njit(cache=True)
def _from_ycc(light: Array, blue: Array, red: Array) -> Array:
    rows, columns = light.shape
    out = np.empty((rows, columns, 3), np.float32)
    for y in range(rows):
        for x in range(columns):
            cb = _between(blue, y, x)
            cr = _between(red, y, x)
            out[y, x, 0] = light[y, x] + np.float32(1.403) * cr
            out[y, x, 1] = light[y, x] - np.float32(0.344) * cb - np.float32(0.714) * cr
            out[y, x, 2] = light[y, x] + np.float32(1.773) * cb
    return out


@numba.njit(cache=True)
def _between(plane: Array, y: int, x: int) -> np.float32:
    """The half-size ``plane`` at full-size pixel (y, x), between its four nearest."""
    rows, columns = plane.shape
    y0, x0 = y >> 1, x >> 1
    y1 = min(max(y0 + (1 if y & 1 else -1), 0), rows - 1)
    x1 = min(max(x0 + (1 if x & 1 else -1), 0), columns - 1)
    near = np.float32(0.75) * plane[y0, x0] + np.float32(0.25) * plane[y0, x1]
    far = np.float32(0.75) * plane[y1, x0] + np.float32(0.25) * plane[y1, x1]
    value: np.float32 = np.float32(0.75) * near + np.float32(0.25) * far
    return value
