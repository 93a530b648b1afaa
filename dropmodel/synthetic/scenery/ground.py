"""Painters of ground: tiles that repeat without a seam, seen from above.

Each takes a generator and returns a painting; the metres one tile covers are in :mod:`.atlas`.
"""

import numpy as np
from scipy.spatial import cKDTree

from dropmodel.synthetic.drawing.textures import cloudy
from dropmodel.synthetic.scenery.brush import (
    Mask,
    Painting,
    Shade,
    coursed,
    dim,
    each,
    flat,
    lay,
    mottle,
    speckle,
    spots,
    strokes,
    tint,
    varied,
    wander,
)

Random = np.random.Generator


def _gum(painting: Painting, random: Random, count: int, dark: bool = True) -> None:
    cover = spots(len(painting), random, count, (0.004, 0.009))
    lay(painting, 0.45 * cover, (45, 44, 43) if dark else (205, 202, 196))


def asphalt(random: Random) -> Painting:
    """Even road surface with fine stones."""
    painting = flat(256, varied((92, 92, 94), random, 0.3, 0.02))
    speckle(painting, random, 0.11, 0.015)
    mottle(painting, random, 0.1, (3, 3))
    lay(painting, 0.25 * spots(256, random, 3, (0.03, 0.12)), (48, 47, 46))
    return painting


def old_asphalt(random: Random) -> Painting:
    """Bleached, cracked, with sealed joints."""
    painting = flat(256, varied((126, 124, 119), random, 0.2, 0.02))
    speckle(painting, random, 0.15, 0.02)
    mottle(painting, random, 0.14, (2, 3), 4)
    cracks = [wander(random, 40, random.uniform(0.4, 1.2)) for _ in range(int(random.integers(2, 7)))]
    dim(painting, 0.55 * strokes(256, cracks, 0.8))
    if random.uniform() < 0.5:
        lay(painting, 0.75 * strokes(256, [wander(random, 14, 0.9, 0.25)], 3), (48, 47, 48))
    _gum(painting, random, 5)
    return painting


def patched_asphalt(random: Random) -> Painting:
    """Road mended in squares of another grey."""
    painting = old_asphalt(random)
    axis = (np.arange(256) + 0.5) / 256
    for _ in range(int(random.integers(1, 4))):
        x, y, w, h = random.uniform(0, 1), random.uniform(0, 1), *random.uniform(0.12, 0.5, 2)
        inside = ((axis - x) % 1 < w)[None] & ((axis - y) % 1 < h)[:, None]
        rim = inside & ~(
            ((axis - x - 0.008) % 1 < w - 0.016)[None] & ((axis - y - 0.008) % 1 < h - 0.016)[:, None]
        )
        patch = flat(256, varied((100, 99, 98), random, 0.22))
        speckle(patch, random, 0.1)
        painting[inside] = patch[inside]
        painting[rim] *= 0.55
    return painting


def _slabs(
    random: Random,
    shade: Shade,
    rows: int,
    columns: int,
    shifts: tuple[float, ...],
    spread: float,
    joint: float,
    joint_shade: float,
    size: int = 256,
) -> Painting:
    numbers, joints, _ = coursed(size, rows, columns, joint, shifts)
    painting = flat(size, shade)
    painting *= each(numbers, np.exp(random.normal(0, spread, rows * columns)))[..., None]
    hue = random.normal(0, spread / 9, (rows * columns, 3))
    painting *= 1 + each(numbers, hue)
    speckle(painting, random, 0.05, 0.01)
    mottle(painting, random, 0.1, (4, 4), 4)
    dim(painting, joints * (1 - joint_shade))
    return painting


def concrete_slabs(random: Random) -> Painting:
    """Pavement slabs with dark joints and chewing gum."""
    shade = varied((150, 147, 140), random, 0.18, 0.03)
    shift = ((0.0,), (0.0, 0.5), (0.0, 0.33, 0.66))[int(random.integers(3))]
    painting = _slabs(
        random, shade, int(random.integers(3, 7)), int(random.integers(2, 6)), shift, 0.06, 1.6, 0.5
    )
    _gum(painting, random, int(random.integers(5, 40)))
    return painting


def paving(random: Random) -> Painting:
    """Small concrete stones: grey, reddish or mixed."""
    shades: tuple[Shade, ...] = ((142, 138, 132), (142, 118, 108), (122, 119, 117), (158, 146, 122))
    shade = varied(shades[int(random.integers(4))], random, 0.15)
    return _slabs(random, shade, 24, 12, (0.0, 0.5), random.uniform(0.06, 0.16), 1.3, 0.55)


def bricks_flat(random: Random) -> Painting:
    """Clinker laid flat in a basket or running bond."""
    shade = varied((124, 94, 82), random, 0.2, 0.05)
    if random.uniform() < 0.5:
        return _slabs(random, shade, 24, 12, (0.0, 0.5), 0.14, 1.4, 0.45)
    across = _slabs(random, shade, 16, 8, (0.0,), 0.14, 1.4, 0.45)
    along = np.ascontiguousarray(across.transpose(1, 0, 2))
    axis = np.arange(256) * 8 // 256
    odd = ((axis[:, None] + axis[None]) % 2).astype(bool)
    across[odd] = along[odd]
    return across


def _stones(size: int, count: int, random: Random, jitter: float) -> tuple[np.ndarray, Mask]:
    """Number of the nearest stone and how near the joint is (0 on it, 1 in a stone's middle)."""
    grid = (np.arange(count) + 0.5) / count
    x, y = np.meshgrid(grid, grid)
    x = x + np.where(np.arange(count) % 2, 0.5 / count, 0)[:, None]
    seeds = np.stack([x, y], -1).reshape(-1, 2) + random.uniform(-jitter, jitter, (count**2, 2)) / count
    axis = (np.arange(size) + 0.5) / size
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    distance, index = cKDTree(seeds % 1.0, boxsize=1.0).query(points, k=2)
    edge = ((distance[:, 1] - distance[:, 0]) * count).reshape(size, size).astype(np.float32)
    return index[:, 0].reshape(size, size), edge


def cobbles(random: Random) -> Painting:
    """Worn granite setts."""
    numbers, edge = _stones(256, int(random.integers(12, 22)), random, 0.28)
    painting = flat(256, varied((122, 117, 112), random, 0.2, 0.04))
    painting *= each(numbers, np.exp(random.normal(0, 0.12, 499)))[..., None]
    painting *= 1 + each(numbers, random.normal(0, 0.014, (499, 3)))
    dim(painting, 0.5 * np.clip(1 - edge / 0.3, 0, 1) ** 1.5)
    speckle(painting, random, 0.07)
    mottle(painting, random, 0.08, (3, 3))
    return painting


def flagstones(random: Random) -> Painting:
    """Big irregular slabs with sandy joints."""
    numbers, edge = _stones(256, int(random.integers(3, 6)), random, 0.4)
    painting = flat(256, varied((148, 138, 122), random, 0.15, 0.05))
    painting *= each(numbers, np.exp(random.normal(0, 0.1, 97)))[..., None]
    mottle(painting, random, 0.16, (8, 8), 4)
    lay(painting, np.clip(1 - edge / 0.07, 0, 1), varied((104, 98, 86), random))
    speckle(painting, random, 0.05)
    return painting


def gravel(random: Random) -> Painting:
    """Loose small stones."""
    numbers, edge = _stones(256, 52, random, 0.45)
    painting = flat(256, varied((150, 142, 128), random, 0.2, 0.05))
    painting *= each(numbers, np.exp(random.normal(0, 0.22, 997)))[..., None]
    dim(painting, 0.5 * np.clip(1 - edge / 0.35, 0, 1))
    mottle(painting, random, 0.1, (3, 3))
    return painting


def _blades(random: Random, green: Shade, tips: Shade, dry: float) -> Painting:
    size = 256
    painting = flat(size, green)
    fine = cloudy(size, (64, 128), random, 2)
    painting *= (1 + 0.5 * fine)[..., None]
    lay(painting, np.clip(0.35 + 1.1 * cloudy(size, (40, 90), random, 2), 0, 1) * 0.5, tips)
    tint(painting, random, (142, 128, 78), (5, 5), dry)
    tint(painting, random, (52, 66, 30), (4, 4), 0.35)
    speckle(painting, random, 0.16, 0.03)
    return painting


def grass(random: Random) -> Painting:
    """A mown lawn in spring green."""
    return _blades(random, varied((86, 100, 58), random, 0.2, 0.06), (122, 134, 82), 0.2)


def dry_grass(random: Random) -> Painting:
    """Trodden, half yellow grass with bare earth."""
    painting = _blades(random, varied((118, 114, 66), random, 0.15, 0.06), (160, 148, 98), 0.5)
    bare = np.clip(2.2 * cloudy(256, (3, 3), random, 4) - 0.35, 0, 1)
    lay(painting, 0.8 * bare, (126, 106, 82))
    speckle(painting, random, 0.05)
    return painting


def _strew(painting: Painting, random: Random, shades: tuple[Shade, ...], count: int, reach: float) -> None:
    for shade in shades:
        lines = []
        for _ in range(count):
            x, y, way = *random.uniform(0, 1, 2), random.uniform(0, 6.3)
            lines.append([(x, y), (x + reach * np.cos(way), y + reach * np.sin(way))])
        lay(painting, 0.85 * strokes(len(painting), lines, reach * 150), varied(shade, random))


def leafy_grass(random: Random) -> Painting:
    """A lawn under autumn leaves."""
    painting = grass(random)
    _strew(painting, random, ((150, 98, 42), (122, 78, 38), (172, 138, 62)), 55, 0.012)
    return painting


def leafy_asphalt(random: Random) -> Painting:
    """A road under fallen leaves."""
    painting = asphalt(random)
    _strew(painting, random, ((138, 96, 48), (104, 74, 44), (160, 130, 70)), 26, 0.012)
    return painting


def sand(random: Random) -> Painting:
    """Beach sand with foot prints."""
    painting = flat(256, varied((202, 184, 148), random, 0.1, 0.03))
    mottle(painting, random, 0.14, (12, 12), 3)
    dim(painting, 0.22 * spots(256, random, 60, (0.008, 0.025)))
    speckle(painting, random, 0.06, 0.01)
    return painting


def dirt(random: Random) -> Painting:
    """A trodden path of earth and small stones."""
    painting = flat(256, varied((140, 118, 92), random, 0.18, 0.05))
    mottle(painting, random, 0.2, (4, 4), 5)
    lay(painting, spots(256, random, 70, (0.003, 0.010)) * 0.6, (172, 162, 146))
    speckle(painting, random, 0.09, 0.01)
    return painting


def packed_earth(random: Random) -> Painting:
    """Building ground with tyre tracks and puddles dried up."""
    painting = dirt(random)
    for _ in range(3):
        x = random.uniform()
        track = strokes(256, [[(x, 0), (x + 0.02, 0.5), (x, 1)]], random.uniform(8, 14))
        teeth = (np.arange(256) // 5 % 2)[:, None] * np.ones(256)
        dim(painting, track * (0.14 + 0.14 * teeth))
    return painting


def poured_concrete(random: Random) -> Painting:
    """Big cast plates with stains."""
    painting = flat(256, varied((158, 155, 149), random, 0.14, 0.02))
    mottle(painting, random, 0.13, (3, 3), 5)
    joints = strokes(256, [[(0, 0.5), (1, 0.5)], [(0.5, 0), (0.5, 1)]], 1.5)
    dim(painting, 0.5 * joints)
    lay(painting, 0.35 * spots(256, random, 4, (0.02, 0.09)), (92, 88, 82))
    speckle(painting, random, 0.05)
    return painting


def oily_concrete(random: Random) -> Painting:
    """The floor of a car park or works yard: dark spots where engines stood."""
    painting = poured_concrete(random)
    dim(painting, 0.5 * spots(256, random, 6, (0.03, 0.1)) * (0.6 + 0.4 * cloudy(256, (9, 9), random)))
    lines = [wander(random, 20, 1.0, 0.12) for _ in range(3)]
    dim(painting, 0.18 * strokes(256, lines, 9))
    return painting


def painted_floor(random: Random) -> Painting:
    """Coated garage floor, one dull colour, scratched."""
    shades: tuple[Shade, ...] = ((120, 134, 128), (138, 128, 118), (116, 122, 134))
    painting = flat(256, varied(shades[int(random.integers(3))], random, 0.15))
    mottle(painting, random, 0.08, (3, 3), 4)
    dim(painting, 0.2 * strokes(256, [wander(random, 12, 0.7, 0.1) for _ in range(9)], 0.7))
    speckle(painting, random, 0.03)
    return painting


def board_walk(random: Random) -> Painting:
    """Wooden boards of a pier or terrace."""
    numbers, joints, _ = coursed(256, 16, 2, 1.8, (0.0, 0.4, 0.75, 0.2))
    painting = flat(256, varied((142, 122, 100), random, 0.18, 0.04))
    painting *= each(numbers, np.exp(random.normal(0, 0.12, 32)))[..., None]
    mottle(painting, random, 0.16, (64, 3), 3)
    dim(painting, 0.7 * joints)
    speckle(painting, random, 0.05)
    return painting


def rubber(random: Random) -> Painting:
    """Coloured rubber crumb of a playground."""
    shades: tuple[Shade, ...] = ((138, 78, 62), (74, 96, 84), (76, 92, 120), (160, 138, 96))
    painting = flat(256, varied(shades[int(random.integers(4))], random, 0.12))
    speckle(painting, random, 0.15, 0.06)
    mottle(painting, random, 0.07, (3, 3))
    return painting


def bark(random: Random) -> Painting:
    """Bark chips."""
    painting = flat(256, varied((112, 84, 60), random, 0.15))
    _strew(painting, random, ((138, 104, 74), (84, 60, 44), (156, 124, 92), (66, 48, 38)), 130, 0.016)
    speckle(painting, random, 0.1)
    return painting
