"""Painted tiles: what a surface looks like from near, with smaller copies for far away.

Painters work on plain arrays, sRGB in 0..1 as an artist would name colours; :func:`tile` turns the result
into a :class:`Texture` the renderer can sample without shimmer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """A square tile of side ``size`` (a power of two) and its halvings.

    ``levels`` is uint8 ``[2 * size - 1, size, 4]``, sRGB and alpha: level 0 in the first ``size`` rows, level
    1 (half the side, left-aligned) in the next ``size / 2``, down to one pixel. Row 0 is the tile's top.
    """

    size: int
    levels: npt.NDArray[np.uint8]


def tile(painting: npt.NDArray[np.floating]) -> Texture:
    """Texture of a painting ``[S, S, 3]`` or ``[S, S, 4]`` with sRGB values (and alpha) in 0..1.

    ``S`` is a power of two; halvings are averaged in linear light so that far stripes keep their brightness,
    and weighted by alpha so that what is transparent does not bleed.
    """
    size = painting.shape[0]
    if painting.ndim != 3 or painting.shape[:2] != (size, size) or painting.shape[2] not in (3, 4):
        raise ValueError(f"a tile is square with 3 or 4 channels, this one is {painting.shape}")
    if size < 1 or size & (size - 1):
        raise ValueError(f"a tile's side is a power of two, not {size}")
    image = np.ones((size, size, 4), np.float32)
    image[..., : painting.shape[2]] = np.clip(painting, 0, 1)
    image[..., :3] = linear(image[..., :3])
    levels = np.zeros((2 * size - 1, size, 4), np.uint8)
    row = 0
    while True:
        side = image.shape[0]
        coded = np.concatenate([encoded(image[..., :3]), image[..., 3:]], axis=2)
        levels[row : row + side, :side] = np.round(coded * 255)
        if side == 1:
            return Texture(size, levels)
        row += side
        image = _halved(image)


def _halved(image: Array) -> Array:
    side = image.shape[0] // 2
    blocks = image.reshape(side, 2, side, 2, 4)
    alpha = blocks[..., 3:]
    weight = alpha.sum(axis=(1, 3))
    color = (blocks[..., :3] * alpha).sum(axis=(1, 3)) / np.maximum(weight, 1e-6)
    plain = blocks[..., :3].mean(axis=(1, 3))
    color = np.where(weight > 1e-3, color, plain)
    return np.concatenate([color, weight / 4], axis=2).astype(np.float32)


def linear(srgb: npt.ArrayLike) -> Array:
    """Linear light of sRGB values in 0..1 (IEC 61966-2-1)."""
    value = np.asarray(srgb, np.float32)
    low = value <= 0.04045
    return np.where(low, value / 12.92, ((np.maximum(value, 0.04045) + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def encoded(light: npt.ArrayLike) -> Array:
    """The sRGB values in 0..1 of linear light, clipped to what a screen shows (IEC 61966-2-1)."""
    value = np.clip(np.asarray(light, np.float32), 0, 1)
    low = value <= 0.0031308
    return np.where(low, value * 12.92, 1.055 * np.maximum(value, 0.0031308) ** (1 / 2.4) - 0.055).astype(
        np.float32
    )


def cloudy(size: int, cells: tuple[int, int], random: np.random.Generator, octaves: int = 3) -> Array:
    """Seamless value noise ``[size, size]`` in about -1..1 with ``cells`` (down, across) bumps.

    Each further octave doubles the cells and halves the height; the result tiles without a seam.
    """
    total = np.zeros((size, size), np.float32)
    height = 1.0
    reach = 0.0
    for octave in range(octaves):
        rows, columns = (min(size, count << octave) for count in cells)
        grid = random.uniform(-1, 1, (rows, columns)).astype(np.float32)
        total += height * _stretched(_stretched(grid, size, 0), size, 1)
        reach += height
        height /= 2
    return total / np.float32(reach)


def _stretched(grid: Array, size: int, axis: int) -> Array:
    count = grid.shape[axis]
    position = (np.arange(size) + 0.5) * count / size - 0.5
    low = np.floor(position).astype(int)
    part = (position - low).astype(np.float32)
    part = part * part * (3 - 2 * part)
    shape = [1, 1]
    shape[axis] = size
    part = part.reshape(shape)
    mixed: Array = grid.take(low % count, axis) * (1 - part) + grid.take((low + 1) % count, axis) * part
    return mixed
