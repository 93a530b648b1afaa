"""What a lens and a chip do to light, as kernels over small pictures.

Pictures are float32 [H, W, 3], C-contiguous. The kernels are single-threaded and add in a fixed order, so
that they give the same bits wherever they are run by the same numba.
"""

import math

import numba
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


@numba.njit(cache=True)
def reduced(image: Array, height: int, width: int) -> Array:
    """``image`` at a smaller size: every pixel is the mean of the area it covers, as on a coarser chip."""
    return _rows_reduced(_columns_reduced(image, width), height)


@numba.njit(cache=True)
def _columns_reduced(image: Array, width: int) -> Array:
    rows, columns, channels = image.shape
    out = np.zeros((rows, width, channels), np.float32)
    step = columns / width
    for x in range(width):
        first, last = x * step, min((x + 1) * step, float(columns))
        for source in range(int(first), min(columns, math.ceil(last))):
            share = np.float32((min(last, source + 1.0) - max(first, float(source))) / step)
            for y in range(rows):
                for c in range(channels):
                    out[y, x, c] += share * image[y, source, c]
    return out


@numba.njit(cache=True)
def _rows_reduced(image: Array, height: int) -> Array:
    rows, columns, channels = image.shape
    out = np.zeros((height, columns, channels), np.float32)
    step = rows / height
    for y in range(height):
        first, last = y * step, min((y + 1) * step, float(rows))
        for source in range(int(first), min(rows, math.ceil(last))):
            share = np.float32((min(last, source + 1.0) - max(first, float(source))) / step)
            for x in range(columns):
                for c in range(channels):
                    out[y, x, c] += share * image[source, x, c]
    return out


@numba.njit(cache=True)
def blurred(image: Array, sigma: float) -> Array:
    """``image`` under a Gaussian of ``sigma`` pixels; the border is repeated outwards."""
    radius = max(1, math.ceil(2.5 * sigma))
    weights = np.empty(2 * radius + 1, np.float32)
    for k in range(2 * radius + 1):
        weights[k] = math.exp(-0.5 * ((k - radius) / max(sigma, 1e-3)) ** 2)
    weights /= weights.sum()
    rows, columns, channels = image.shape
    # Flat rows with the border repeated: the inner loops run over neighbours in memory.
    length = columns * channels
    wide = np.empty(length + 2 * radius * channels, np.float32)
    across = np.zeros((rows, length), np.float32)
    for y in range(rows):
        for x in range(columns + 2 * radius):
            source = min(max(x - radius, 0), columns - 1)
            for c in range(channels):
                wide[x * channels + c] = image[y, source, c]
        for k in range(2 * radius + 1):
            weight, start = weights[k], k * channels
            for i in range(length):
                across[y, i] += weight * wide[start + i]
    out = np.zeros((rows, length), np.float32)
    for y in range(rows):
        for k in range(2 * radius + 1):
            weight, source = weights[k], min(max(y + k - radius, 0), rows - 1)
            for i in range(length):
                out[y, i] += weight * across[source, i]
    return out.reshape(image.shape)


@numba.njit(cache=True)
def shifted(image: Array, dx: float, dy: float) -> Array:
    """``image`` moved by ``dx`` to the right and ``dy`` down, in pixels with fractions."""
    rows, columns, channels = image.shape
    left, top = math.floor(-dx), math.floor(-dy)
    right_share, low_share = np.float32(-dx - left), np.float32(-dy - top)
    out = np.empty_like(image)
    for y in range(rows):
        y0 = min(max(y + top, 0), rows - 1)
        y1 = min(max(y + top + 1, 0), rows - 1)
        for x in range(columns):
            x0 = min(max(x + left, 0), columns - 1)
            x1 = min(max(x + left + 1, 0), columns - 1)
            for c in range(channels):
                upper = image[y0, x0, c] + right_share * (image[y0, x1, c] - image[y0, x0, c])
                lower = image[y1, x0, c] + right_share * (image[y1, x1, c] - image[y1, x0, c])
                out[y, x, c] = upper + low_share * (lower - upper)
    return out


def streaked(image: Array, dx: float, dy: float) -> Array:
    """``image`` smeared along a motion of ``dx``, ``dy`` pixels during the exposure."""
    # Eight copies look smooth: what is smeared far has been softened by the lens before.
    count = min(8, 1 + math.ceil(max(abs(dx), abs(dy))))
    total = np.zeros_like(image)
    for k in range(count):
        part = (k + 0.5) / count - 0.5
        total += shifted(image, part * dx, part * dy)
    total /= np.float32(count)
    return total


@numba.njit(cache=True)
def luminance(image: Array) -> Array:
    """Rec. 709 luminance [H, W] of linear light [H, W, 3]."""
    rows, columns, _ = image.shape
    out = np.empty((rows, columns), np.float32)
    for y in range(rows):
        for x in range(columns):
            out[y, x] = (
                np.float32(0.2126) * image[y, x, 0]
                + np.float32(0.7152) * image[y, x, 1]
                + np.float32(0.0722) * image[y, x, 2]
            )
    return out


@numba.njit(cache=True)
def mixed(image: Array, matrix: Array, falloff: float, window: tuple[float, float, float, float]) -> Array:
    """Every pixel through the colour ``matrix`` [3, 3], darker by ``falloff`` towards the frame's corners.

    ``window`` is where the picture lies in its frame: left, top, right, bottom in 0..1.
    """
    rows, columns, _ = image.shape
    out = np.empty_like(image)
    left, top, right, bottom = window
    for y in range(rows):
        v = top + (bottom - top) * (y + 0.5) / rows - 0.5
        for x in range(columns):
            u = left + (right - left) * (x + 0.5) / columns - 0.5
            light = np.float32(1.0 - falloff * 2.0 * (u * u + v * v))
            for c in range(3):
                out[y, x, c] = light * (
                    matrix[c, 0] * image[y, x, 0]
                    + matrix[c, 1] * image[y, x, 1]
                    + matrix[c, 2] * image[y, x, 2]
                )
    return out


@numba.njit(cache=True)
def noisy(image: Array, grain: Array, blotches: Array, shot: float, read: float) -> Array:
    """Linear light with ``grain`` [H, W, 1] and half-size ``blotches``, unit noise, scaled to the light.

    Photon noise grows with the root of the light, ``read`` noise is there in the dark too.
    """
    rows, columns, _ = image.shape
    out = np.empty_like(image)
    for y in range(rows):
        for x in range(columns):
            for c in range(3):
                value = image[y, x, c]
                spread = math.sqrt(shot * shot * max(value, np.float32(0.0)) + read * read)
                out[y, x, c] = value + np.float32(spread) * (grain[y, x, 0] + blotches[y >> 1, x >> 1, c])
    return out


@numba.njit(cache=True)
def developed(
    image: Array, curve: Array, contrast: float, black: float, saturation: float, shoulder: float
) -> Array:
    """Linear light as coded values 0..255: soft highlights, tone ``curve`` (0..1 in 4096 steps), contrast.

    Light above ``shoulder`` is bent towards white; ``black`` lifts the darkest value; without ``saturation``
    all is grey.
    """
    rows, columns, _ = image.shape
    out = np.empty_like(image)
    top = len(curve) - 1
    room = max(1.0 - shoulder, 1e-6)
    for y in range(rows):
        for x in range(columns):
            for c in range(3):
                value = max(image[y, x, c], np.float32(0.0))
                if value > shoulder:
                    value = np.float32(shoulder + room * (1.0 - math.exp((shoulder - value) / room)))
                place = min(value, np.float32(1.0)) * top
                low = min(int(place), top - 1)
                coded = curve[low] + (place - low) * (curve[low + 1] - curve[low])
                bent = coded * coded * (np.float32(3.0) - np.float32(2.0) * coded)
                out[y, x, c] = black + (1.0 - black) * (coded + contrast * (bent - coded))
            grey = (
                np.float32(0.299) * out[y, x, 0]
                + np.float32(0.587) * out[y, x, 1]
                + np.float32(0.114) * out[y, x, 2]
            )
            for c in range(3):
                value = grey + np.float32(saturation) * (out[y, x, c] - grey)
                out[y, x, c] = np.float32(255.0) * min(max(value, np.float32(0.0)), np.float32(1.0))
    return out


@numba.njit(cache=True)
def calmed(image: Array, threshold: float) -> Array:
    """Noise reduction as cameras do it: each value becomes the mean of the 3 x 3 neighbours like it.

    Neighbours count less the further their value is, not at all from ``threshold`` (of 255) on: edges stay,
    fine texture turns waxy.
    """
    rows, columns, channels = image.shape
    out = np.empty_like(image)
    scale = np.float32(1.0 / threshold)
    for y in range(rows):
        for x in range(columns):
            for c in range(channels):
                middle = image[y, x, c]
                total, weight = middle, np.float32(1.0)
                for dy in range(-1, 2):
                    v = min(max(y + dy, 0), rows - 1)
                    for dx in range(-1, 2):
                        other = image[v, min(max(x + dx, 0), columns - 1), c]
                        share = np.float32(1.0) - abs(other - middle) * scale
                        if share > 0:
                            total += share * other
                            weight += share
                out[y, x, c] = total / weight
    return out


@numba.njit(cache=True)
def combed(image: Array, motion: float) -> Array:
    """Odd rows from a moment later: moved by ``motion`` pixels to the right, as interlaced video shows it."""
    out = image.copy()
    later = shifted(image, motion, 0.0)
    for y in range(1, image.shape[0], 2):
        out[y] = later[y]
    return out
