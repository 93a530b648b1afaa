"""What a surface reflects: tiles, decals and grain, as one table that the shading kernel reads."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, typed

from dropmodel.synthetic.drawing.geometry import Mapping, Surface
from dropmodel.synthetic.drawing.noise import noise
from dropmodel.synthetic.drawing.textures import Texture, linear

Array = npt.NDArray[np.float32]

# Columns of the table the kernel reads surfaces from.
_COLOR, _TILE, _MAPPING, _REPEAT, _SHIFT, _RADIUS = 0, 3, 4, 5, 7, 9
_GRAIN, _GRAIN_RATE, BUMP, BUMP_RATE = 10, 11, 12, 13
GLOSS, SHARPNESS, WRAP, GLOW, _DECALS, _DECAL, _DECAL_WIDTH = 16, 17, 18, 19, 20, 21, 6
_COLUMNS = _DECAL + 3 * _DECAL_WIDTH

_LINEAR = linear(np.arange(256, dtype=np.float32) / 255)
_FLAT, _AROUND = int(Mapping.FLAT), int(Mapping.AROUND)


class Looks:
    """The surfaces of what stands still, and for a while those of others, as the kernel reads them.

    ``tiles`` is a numba list of the tiles' levels, each tile once.
    """

    def __init__(self, surfaces: Sequence[Surface]) -> None:
        # numba must know what a list holds before it is read.
        self.tiles: Any = typed.List([np.zeros((1, 1, 4), np.uint8)])
        self._numbers: dict[int, int] = {}
        self._rows = self._told(surfaces)

    @contextmanager
    def before(self, surfaces: Sequence[Surface]) -> Iterator[Array]:
        """Rows [S, columns] of ``surfaces`` and then of what stands still; their tiles stay until the end."""
        known, numbers = len(self.tiles), dict(self._numbers)
        try:
            yield np.concatenate([self._told(surfaces), self._rows])
        finally:
            self._numbers = numbers
            while len(self.tiles) > known:
                self.tiles.pop()

    def _number(self, texture: Texture) -> int:
        if id(texture) not in self._numbers:
            self._numbers[id(texture)] = len(self.tiles)
            self.tiles.append(texture.levels)
        return self._numbers[id(texture)]

    def _told(self, surfaces: Sequence[Surface]) -> Array:
        table = np.zeros((len(surfaces), _COLUMNS), np.float32)
        for row, look in zip(table, surfaces, strict=True):
            row[_COLOR : _COLOR + 3] = look.color
            row[_TILE] = -1 if look.texture is None else self._number(look.texture)
            row[_MAPPING] = look.mapping
            row[_REPEAT : _REPEAT + 2] = 1 / look.tile_size[0], 1 / look.tile_size[1]
            row[_SHIFT : _SHIFT + 2] = look.tile_shift
            row[_RADIUS] = look.radius
            row[_GRAIN], row[_GRAIN_RATE] = look.grain, 2 / look.grain_size
            row[BUMP] = look.bump
            row[BUMP_RATE : BUMP_RATE + 3] = [2 / size for size in look.bump_size]
            row[GLOSS : GLOW + 1] = look.gloss, look.sharpness, look.wrap, look.glow
            row[_DECALS] = len(look.decals)
            for place, decal in enumerate(look.decals):
                left, bottom, right, top = decal.box
                start = _DECAL + place * _DECAL_WIDTH
                row[start : start + _DECAL_WIDTH] = (
                    self._number(decal.texture),
                    left,
                    bottom,
                    1 / (right - left),
                    1 / (top - bottom),
                    decal.side,
                )
        return table


@njit(cache=True, fastmath=True)
def _sampled(levels: Any, u: float, v: float, pixels: float) -> tuple[float, float, float, float]:
    """Linear colour and alpha of a tile at (u, v), which repeat every 1; ``pixels`` of the tile per pixel."""
    side = levels.shape[1]
    row = 0
    while pixels > 1.4 and side > 1:
        row += side
        side //= 2
        pixels *= 0.5
    x = (u - math.floor(u)) * side - 0.5
    y = (1 - (v - math.floor(v))) * side - 0.5
    i, j = math.floor(x), math.floor(y)
    a, b = x - i, y - j
    i0, j0 = int(i) % side, int(j) % side
    i1, j1 = (i0 + 1) % side, (j0 + 1) % side
    j0 += row
    j1 += row
    w00, w10, w01, w11 = (1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b
    red = (
        w00 * _LINEAR[levels[j0, i0, 0]]
        + w10 * _LINEAR[levels[j0, i1, 0]]
        + w01 * _LINEAR[levels[j1, i0, 0]]
        + w11 * _LINEAR[levels[j1, i1, 0]]
    )
    green = (
        w00 * _LINEAR[levels[j0, i0, 1]]
        + w10 * _LINEAR[levels[j0, i1, 1]]
        + w01 * _LINEAR[levels[j1, i0, 1]]
        + w11 * _LINEAR[levels[j1, i1, 1]]
    )
    blue = (
        w00 * _LINEAR[levels[j0, i0, 2]]
        + w10 * _LINEAR[levels[j0, i1, 2]]
        + w01 * _LINEAR[levels[j1, i0, 2]]
        + w11 * _LINEAR[levels[j1, i1, 2]]
    )
    alpha = (
        w00 * levels[j0, i0, 3] + w10 * levels[j0, i1, 3] + w01 * levels[j1, i0, 3] + w11 * levels[j1, i1, 3]
    )
    return red, green, blue, alpha / 255


@njit(cache=True, fastmath=True)
def albedo(
    look: Any, tiles: Any, c0: float, c1: float, c2: float, pixel: float
) -> tuple[float, float, float]:
    """Light reflected at coords (c0, c1, c2), where a pixel is ``pixel`` metres wide."""
    red, green, blue = look[_COLOR], look[_COLOR + 1], look[_COLOR + 2]
    tile = int(look[_TILE])
    if tile >= 0:
        mapping = int(look[_MAPPING])
        u, v = c0, c2
        if mapping == _FLAT:
            v = c1
        elif mapping == _AROUND:
            u = look[_RADIUS] * math.atan2(c0, -c1)
        levels = tiles[tile]
        r, g, b, _ = _sampled(
            levels,
            u * look[_REPEAT] + look[_SHIFT],
            v * look[_REPEAT + 1] + look[_SHIFT + 1],
            pixel * min(look[_REPEAT], look[_REPEAT + 1]) * levels.shape[1],
        )
        red, green, blue = red * r, green * g, blue * b
    if look[_GRAIN] > 0:
        rate = look[_GRAIN_RATE]
        strength = look[_GRAIN] * min(1.0, 1 / (rate * pixel + 1e-6))
        value, _, _, _ = noise(c0 * rate + 0.3, c1 * rate + 0.7, c2 * rate + 0.1, 11)
        factor = max(0.0, 1 + strength * value)
        red, green, blue = red * factor, green * factor, blue * factor
    for place in range(int(look[_DECALS])):
        start = _DECAL + place * _DECAL_WIDTH
        side = look[start + 5]
        if side != 0 and (c1 > 0) != (side > 0):
            continue
        u = (c0 - look[start + 1]) * look[start + 3]
        v = (c2 - look[start + 2]) * look[start + 4]
        if u < 0 or u >= 1 or v < 0 or v >= 1:
            continue
        if side > 0:
            u = 1 - u - 1e-6  # seen from behind, a print still reads from left to right
        levels = tiles[int(look[start])]
        r, g, b, alpha = _sampled(
            levels, u, v, pixel * min(look[start + 3], look[start + 4]) * levels.shape[1]
        )
        red, green, blue = red + (r - red) * alpha, green + (g - green) * alpha, blue + (b - blue) * alpha
    return red, green, blue
