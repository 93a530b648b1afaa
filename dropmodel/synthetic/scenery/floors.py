"""Painters of indoor floors and of the marks on roads and platforms."""

import numpy as np

from dropmodel.synthetic.drawing.textures import cloudy
from dropmodel.synthetic.scenery.brush import (
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
    varied,
    wander,
)

Random = np.random.Generator


def _tiles(random: Random, shade: Shade, count: int, joint: float, spread: float) -> Painting:
    numbers, joints, _ = coursed(256, count, count, joint)
    painting = flat(256, shade)
    painting *= each(numbers, np.exp(random.normal(0, spread, count**2)))[..., None]
    mottle(painting, random, 0.05, (5, 5), 4)
    lay(painting, 0.7 * joints, (118, 114, 108))
    return painting


def terrazzo(random: Random) -> Painting:
    """Polished stone chips in pale cement, big plates."""
    shade = varied((188, 182, 172), random, 0.12, 0.03)
    painting = _tiles(random, shade, 3, 1.0, 0.02)
    chips = spots(256, random, 260, (0.003, 0.008))
    tone = cloudy(256, (40, 40), random, 2)[..., None]
    painting *= 1 + chips[..., None] * 0.4 * tone
    speckle(painting, random, 0.05, 0.01)
    return painting


def marble(random: Random) -> Painting:
    """Veined stone plates."""
    shades: tuple[Shade, ...] = ((204, 198, 188), (176, 164, 146), (148, 144, 142))
    painting = _tiles(random, varied(shades[int(random.integers(3))], random, 0.08), 4, 1.0, 0.04)
    veins = [wander(random, 40, random.uniform(0.4, 1.3), 0.35) for _ in range(9)]
    dim(painting, 0.16 * strokes(256, veins, 1.4))
    mottle(painting, random, 0.07, (6, 6), 5)
    return painting


def granite(random: Random) -> Painting:
    """Dark speckled plates."""
    shades: tuple[Shade, ...] = ((112, 110, 110), (134, 124, 116), (88, 90, 94))
    painting = _tiles(
        random, varied(shades[int(random.integers(3))], random, 0.1), int(random.integers(3, 6)), 0.9, 0.05
    )
    speckle(painting, random, 0.13, 0.02)
    return painting


def chequered(random: Random) -> Painting:
    """Two colours of square tiles in turn."""
    count = 2 * int(random.integers(2, 4))
    axis = np.arange(256) * count // 256
    odd = ((axis[:, None] + axis[None]) % 2).astype(np.float32)
    painting = _tiles(random, varied((190, 184, 172), random, 0.1), count, 1.0, 0.03)
    darks: tuple[Shade, ...] = ((84, 82, 82), (122, 82, 70), (86, 100, 96))
    lay(painting, 0.9 * odd, varied(darks[int(random.integers(3))], random))
    mottle(painting, random, 0.07, (5, 5), 4)
    return painting


def ceramic(random: Random) -> Painting:
    """Square glazed floor tiles."""
    shades: tuple[Shade, ...] = ((176, 166, 150), (150, 150, 150), (168, 150, 136))
    return _tiles(
        random, varied(shades[int(random.integers(3))], random, 0.12), int(random.integers(4, 9)), 1.2, 0.05
    )


def lino(random: Random) -> Painting:
    """Sheet floor with soft flecks and scuffs."""
    shades: tuple[Shade, ...] = ((170, 164, 152), (138, 148, 146), (150, 150, 158), (176, 158, 132))
    painting = flat(256, varied(shades[int(random.integers(4))], random, 0.12))
    speckle(painting, random, 0.05, 0.02)
    painting *= (1 + 0.06 * cloudy(256, (40, 40), random, 2))[..., None]
    dim(painting, 0.12 * strokes(256, [wander(random, 8, 0.15, 0.2) for _ in range(14)], 1.0))
    return painting


def shop_lino(random: Random) -> Painting:
    """Pale vinyl squares of a supermarket, worn along the middle."""
    painting = _tiles(random, varied((196, 192, 182), random, 0.08), 8, 0.7, 0.025)
    dim(painting, 0.15 * strokes(256, [wander(random, 10, 0.3, 0.3) for _ in range(12)], 1.0))
    dim(painting, 0.1 * np.clip(cloudy(256, (2, 2), random, 3), 0, 1))
    return painting


def carpet(random: Random) -> Painting:
    """Loop pile in carpet squares."""
    shades: tuple[Shade, ...] = ((86, 90, 98), (104, 92, 86), (70, 82, 104), (100, 100, 96), (112, 80, 76))
    numbers, _, _ = coursed(256, 4, 4, 0)
    painting = flat(256, varied(shades[int(random.integers(5))], random, 0.18))
    painting *= each(numbers, np.exp(random.normal(0, 0.035, 16)))[..., None]
    speckle(painting, random, 0.15, 0.03)
    return painting


def patterned_carpet(random: Random) -> Painting:
    """Hall carpet with a repeated figure."""
    painting = carpet(random)
    axis = (np.arange(256) + 0.5) / 256 * 2 * np.pi * int(random.integers(3, 6))
    figure = np.sin(axis)[:, None] * np.cos(axis)[None] + 0.4 * np.sin(2 * axis)[None]
    lay(painting, 0.5 * (figure > random.uniform(0.2, 0.6)), varied((150, 132, 104), random, 0.3, 0.1))
    speckle(painting, random, 0.08)
    return painting


def parquet(random: Random) -> Painting:
    """Strip wood in a ship's-deck or basket pattern."""
    shade = varied((150, 120, 90), random, 0.22, 0.05)
    numbers, joints, _ = coursed(256, 20, 4, 1.0, tuple(random.uniform(0, 1, 20)))
    painting = flat(256, shade)
    painting *= each(numbers, np.exp(random.normal(0, 0.11, 80)))[..., None]
    mottle(painting, random, 0.14, (80, 4), 2)
    dim(painting, 0.4 * joints)
    if random.uniform() < 0.5:
        turned = np.ascontiguousarray(painting.transpose(1, 0, 2))
        axis = np.arange(256) * 4 // 256
        odd = ((axis[:, None] + axis[None]) % 2).astype(bool)
        painting[odd] = turned[odd]
    return painting


def studded(random: Random) -> Painting:
    """Black rubber with round studs, as in stations and trains."""
    painting = flat(256, varied((66, 66, 68), random, 0.2))
    axis = ((np.arange(256) + 0.5) / 256 * 24) % 1 - 0.5
    ring = np.sqrt(axis[:, None] ** 2 + axis[None] ** 2)
    painting *= (1 + 0.25 * np.clip((0.33 - ring) * 8, -0.5, 0.5))[..., None]
    mottle(painting, random, 0.15, (3, 3), 4)
    speckle(painting, random, 0.05)
    return painting


def chequer_plate(random: Random) -> Painting:
    """Metal with raised bars lying crosswise."""
    painting = flat(256, varied((138, 140, 142), random, 0.15, 0.01))
    axis = np.arange(256) / 16
    x, y = axis[None] % 1 - 0.5, axis[:, None] % 1 - 0.5
    odd = (np.floor(axis)[None] + np.floor(axis)[:, None]) % 2
    along = np.where(odd > 0, x + y, x - y)
    across = np.where(odd > 0, x - y, x + y)
    bar = np.clip(1 - (along / 0.55) ** 2 - (across / 0.16) ** 2, 0, 1)
    painting *= (0.85 + 0.4 * bar)[..., None]
    mottle(painting, random, 0.12, (3, 3), 4)
    return painting


def tactile(random: Random) -> Painting:
    """Raised warning dots of a platform's edge, one slab 0.4 m wide."""
    size = 128
    shades: tuple[Shade, ...] = ((206, 176, 74), (196, 192, 182), (176, 172, 164))
    painting = flat(size, varied(shades[int(random.integers(3))], random, 0.1))
    axis = ((np.arange(size) + 0.5) / size * 6) % 1 - 0.5
    ring = np.sqrt(axis[:, None] ** 2 + axis[None] ** 2)
    painting *= (1 + 0.5 * np.clip((0.3 - ring) * 5, -0.35, 0.3))[..., None]
    mottle(painting, random, 0.14, (3, 3), 3)
    edge = np.minimum(np.arange(size), np.arange(size)[::-1])
    dim(painting, 0.4 * np.maximum(edge[:, None] < 2, edge[None] < 2))
    return painting


def road_paint(random: Random) -> Painting:
    """White road paint, worn: for lines and crossings."""
    painting = flat(128, varied((206, 205, 200), random, 0.1, 0.01))
    worn = np.clip(2.4 * cloudy(128, (10, 10), random, 4) + 0.1 - random.uniform(0, 0.5), 0, 1)
    lay(painting, 0.75 * worn, (104, 103, 102))
    speckle(painting, random, 0.07)
    return painting


def yellow_paint(random: Random) -> Painting:
    """Yellow road paint, worn."""
    return road_paint(random) * np.array([0.98, 0.8, 0.3], np.float32)


def bike_lane(random: Random) -> Painting:
    """Red or green coated asphalt."""
    shade: Shade = (132, 76, 66) if random.uniform() < 0.7 else (84, 112, 88)
    painting = flat(256, varied(shade, random, 0.15))
    speckle(painting, random, 0.1)
    mottle(painting, random, 0.12, (3, 3), 4)
    return painting


def manhole(random: Random) -> Painting:
    """A cast iron cover in its square of ground: drawn as a square plate."""
    painting = flat(128, varied((82, 80, 78), random, 0.2))
    axis = ((np.arange(128) + 0.5) / 128 * 10) % 1 - 0.5
    raised = np.maximum(np.abs(axis)[:, None], np.abs(axis)[None]) < 0.32
    painting *= (0.75 + 0.4 * raised)[..., None]
    edge = np.minimum(np.arange(128), np.arange(128)[::-1])
    rim = np.minimum(edge[:, None], edge[None])
    dim(painting, 0.5 * ((rim > 5) & (rim < 9)))
    speckle(painting, random, 0.08)
    return painting
