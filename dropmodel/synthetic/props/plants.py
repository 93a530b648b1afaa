"""Trees, bushes, hedges, planters."""

import math
from dataclasses import replace

import numpy as np

from dropmodel.synthetic.drawing.geometry import Mesh, Surface
from dropmodel.synthetic.props.primitives import blob, box, cylinder, joined, lathe, rounded, scraps, tube
from dropmodel.synthetic.props.tones import Random, Tones, plain
from dropmodel.synthetic.scenery.atlas import surface
from dropmodel.synthetic.scenery.brush import Shade, ink, varied

_EARTH = plain((72, 58, 46), 0.0, 0.4)


def _bark(random: Random, tones: Tones) -> Surface:
    value = float(random.uniform(0.5, 1.2))
    return surface("tree_bark", tones.tile(random), (value, value * 0.97, value * 0.93))


def _foliage(random: Random, tones: Tones, autumn: bool = False) -> tuple[Surface, Surface]:
    """Leaves in the light and the dark inside of a crown."""
    value = float(random.uniform(0.75, 1.35))
    color = (value * random.uniform(0.85, 1.15), value, value * random.uniform(0.8, 1.1))
    kind = "autumn_leaves" if autumn else "leaves"
    look = surface(kind, tones.tile(random), color)
    lit = Surface(color, look.texture, look.mapping, look.tile_size, wrap=0.5, grain=0.3, gloss=0.04)
    dark: Shade = (78, 58, 30) if autumn else (34, 42, 22)
    return lit, Surface(
        ink(varied(dark, random)), grain=0.5, grain_size=0.12, wrap=0.3, bump=0.5, bump_size=(0.12,) * 3
    )


def _crown(
    random: Random,
    lumps: list[tuple[tuple[float, float, float], tuple[float, float, float]]],
    leaves: int,
    size: float,
    look: tuple[Surface, Surface],
) -> list[Mesh]:
    """Lumps ((middle), (radii)) of leaves: scraps in a shell round dark cores."""
    pieces = []
    total = sum(radii[0] * radii[2] for _, radii in lumps)
    for middle, radii in lumps:
        pieces.append(blob(tuple(0.72 * radius for radius in radii), look[1], middle, random, 0.16, 1))  # type: ignore[arg-type]
        count = max(8, round(leaves * radii[0] * radii[2] / total))
        way = random.normal(0, 1, (count, 3))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        reach = random.uniform(0.66, 1.06, (count, 1))
        points = np.asarray(middle) + way * reach * np.asarray(radii)
        pieces.append(scraps(points, way, size, look[0], random))
    return pieces


def _limbs(
    random: Random, bark: Surface, height: float, girth: float, count: int, spread: float
) -> list[Mesh]:
    lean = random.normal(0, 0.04 * height, 2)
    path = [(0, 0, 0), (lean[0] * 0.4, lean[1] * 0.4, height * 0.5), (lean[0], lean[1], height)]
    pieces = [tube(path, (girth, girth * 0.8, girth * 0.6), bark, 8)]
    for k in range(count):
        way = 2 * math.pi * (k + random.uniform(0, 0.7)) / count
        out = spread * random.uniform(0.6, 1.0)
        start = np.array(path[2]) * random.uniform(0.75, 1.0)
        end = np.array(
            [
                path[2][0] + out * math.cos(way),
                path[2][1] + out * math.sin(way),
                height + spread * random.uniform(0.4, 1.1),
            ]
        )
        bend = (start + end) / 2 + random.normal(0, 0.1 * spread, 3)
        pieces.append(tube([start, bend, end], (girth * 0.45, girth * 0.3, girth * 0.12), bark, 5))
    return pieces


def tree(random: Random, tones: Tones, autumn: bool = False) -> Mesh:
    """A street tree, 5 to 8 m."""
    height, spread = random.uniform(2.3, 3.2), random.uniform(1.3, 2.2)
    pieces = _limbs(random, _bark(random, tones), height, random.uniform(0.1, 0.2), 4, spread * 0.8)
    lumps = []
    for _ in range(int(random.integers(6, 10))):
        way, out = random.uniform(0, 2 * math.pi), spread * 0.65 * math.sqrt(random.uniform())
        middle = (out * math.cos(way), out * math.sin(way), height + spread * random.uniform(0.1, 1.5))
        radius = spread * random.uniform(0.38, 0.62)
        lumps.append((middle, (radius, radius, radius * random.uniform(0.7, 0.95))))
    return joined([*pieces, *_crown(random, lumps, 2100, 0.1, _foliage(random, tones, autumn))])


def autumn_tree(random: Random, tones: Tones) -> Mesh:
    """A street tree in October."""
    return tree(random, tones, autumn=True)


def bare_tree(random: Random, tones: Tones) -> Mesh:
    """A tree in winter."""
    bark = _bark(random, tones)
    height, girth = random.uniform(2.2, 3.2), random.uniform(0.1, 0.18)
    pieces = [
        tube(
            [(0, 0, 0), (0.03, 0.02, height * 0.6), (0, 0.05, height + 0.6)],
            (girth, girth * 0.85, girth * 0.5),
            bark,
            8,
        )
    ]
    tips: list[tuple[np.ndarray, np.ndarray, float]] = []
    for _ in range(9):
        start = np.array([0, 0, random.uniform(0.65, 1.15) * height])
        way = np.array([*random.normal(0, 0.8, 2), random.uniform(0.5, 1.3)])
        tips.append((start, way / np.linalg.norm(way), girth * 0.45))
    for level in range(3):
        grown = []
        for start, way, thick in tips:
            reach = random.uniform(0.9, 1.5) * 0.75**level
            end = start + way * reach
            pieces.append(
                tube(
                    [start, (start + end) / 2 + random.normal(0, 0.05, 3), end],
                    (thick, thick * 0.8, thick * 0.6),
                    bark,
                    4 if level else 5,
                )
            )
            for _ in range(2 if level < 2 else 0):
                bend = way + random.normal(0, 0.45, 3) + [0, 0, 0.1]
                grown.append(
                    (
                        start + way * reach * random.uniform(0.6, 1.0),
                        bend / np.linalg.norm(bend),
                        thick * 0.55,
                    )
                )
        tips = grown
    return joined(pieces)


def conifer(random: Random, tones: Tones) -> Mesh:
    """A narrow evergreen, 4 to 6 m."""
    height, reach = random.uniform(3.8, 6), random.uniform(0.8, 1.3)
    lumps = []
    for k in range(6):
        share = k / 6
        radius = reach * (1 - share) + 0.12
        lumps.append(((0.0, 0.0, 0.7 + share * height * 0.9), (radius, radius, height * 0.13)))
    trunk = tube([(0, 0, 0), (0, 0, 1.2)], 0.11, _bark(random, tones), 7)
    return joined([trunk, *_crown(random, lumps, 1500, 0.09, _foliage(random, tones))])


def bush(random: Random, tones: Tones, leaves: int = 620, leaf: float = 0.055) -> Mesh:
    """A shrub about a metre high, for the background."""
    lumps = []
    size = random.uniform(0.75, 1.3)
    for _ in range(int(random.integers(3, 6))):
        radius = size * random.uniform(0.28, 0.42)
        middle = (
            float(random.normal(0, 0.28 * size)),
            float(random.normal(0, 0.2 * size)),
            radius * random.uniform(0.7, 1.3),
        )
        lumps.append((middle, (radius, radius, radius * 0.95)))
    return joined(_crown(random, lumps, leaves, leaf, _foliage(random, tones, random.uniform() < 0.12)))


def near_bush(random: Random, tones: Tones) -> Mesh:
    """A shrub with leaves of their true size, for the foreground."""
    return bush(random, tones, 2400, 0.03)


def near_hedge(random: Random, tones: Tones) -> Mesh:
    """A clipped hedge for the foreground."""
    return hedge(random, tones, 2900, 0.03)


def hedge(random: Random, tones: Tones, count: int = 900, leaf: float = 0.05) -> Mesh:
    """A clipped hedge, 2.4 m long, for the background."""
    height, deep = random.uniform(0.8, 1.6), random.uniform(0.5, 0.8)
    lit, dark = _foliage(random, tones)
    core = box((2.3, deep - 0.1, height - 0.05), dark)
    points = random.uniform(-0.5, 0.5, (count, 3)) * [2.4, deep, height]
    face = random.integers(0, 5, count)
    outward = np.zeros((count, 3))
    for side, (axis, sign) in enumerate(((1, -1), (1, 1), (2, 1), (0, -1), (0, 1))):
        chosen = face == side
        points[chosen, axis] = sign * np.array([2.4, deep, height])[axis] / 2
        outward[chosen, axis] = sign
    points[:, 2] += height / 2
    return joined([core, scraps(points + random.normal(0, 0.02, points.shape), outward, leaf, lit, random)])


def _sprays(random: Random, tones: Tones, base: float, width: float, height: float) -> list[Mesh]:
    lumps = []
    for _ in range(4):
        radius = width * random.uniform(0.25, 0.45)
        middle = (
            float(random.normal(0, width * 0.22)),
            float(random.normal(0, width * 0.1)),
            base + random.uniform(0.3, 0.9) * height,
        )
        lumps.append((middle, (radius, radius * 0.8, height * 0.4)))
    return _crown(random, lumps, 460, 0.04, _foliage(random, tones))


def planter(random: Random, tones: Tones) -> Mesh:
    """A trough of concrete, wood or steel with a shrub."""
    how = int(random.integers(3))
    height = random.uniform(0.42, 0.7)
    if how == 0:
        trough = rounded(
            (random.uniform(0.7, 1.4), 0.6, height),
            surface("formwork", tones.tile(random), metres=(2, 1.4)),
            0.04,
        )
    elif how == 1:
        trough = box((random.uniform(0.7, 1.4), 0.55, height), tones.wood(random), top_scale=1.06)
    else:
        trough = lathe(
            [(0.3, 0), (0.42, height), (0.36, height), (0.36, height - 0.05)], tones.painted(random), sides=14
        )
    earth = box((0.55, 0.4, 0.02), _EARTH, (0, 0, height - 0.03))
    return joined([trough, earth, *_sprays(random, tones, height, 0.7, random.uniform(0.35, 0.8))])


def potted_palm(random: Random, tones: Tones) -> Mesh:
    """An indoor plant with long leaves in a pot."""
    pot = cylinder(0.19, 0.4, tones.painted(random), top=0.24, sides=14)
    lit, _ = _foliage(random, tones)
    pieces = [pot, cylinder(0.2, 0.02, _EARTH, (0, 0, 0.36))]
    for _ in range(int(random.integers(9, 15))):
        way, out = random.uniform(0, 2 * math.pi), random.uniform(0.25, 0.7)
        rise = random.uniform(0.5, 1.2)
        step = np.linspace(0, 1, 6)
        line = np.stack(
            [out * step * math.cos(way), out * step * math.sin(way), 0.38 + rise * np.sin(step * 2.1) / 0.95],
            1,
        )
        across = np.array([-math.sin(way), math.cos(way), 0.0])
        wide = 0.06 * np.sin(np.pi * np.clip(step + 0.12, 0, 1))[:, None]
        net = np.stack([line - wide * across, line + wide * across], 1)
        pieces.append(Mesh.of(net.reshape(-1, 3), [[k, k + 1, k + 2] for k in range(10)], lit))
    return joined(pieces)


def branches(random: Random, tones: Tones) -> Mesh:
    """A low bough hanging into the picture: 1.6 m wide, from 1.2 m up, on a thin trunk at its side."""
    lumps = []
    for k in range(6):
        radius = random.uniform(0.25, 0.4)
        lumps.append(
            (
                (-0.7 + 0.28 * k, float(random.normal(0, 0.12)), random.uniform(1.5, 2.5)),
                (radius, radius, radius),
            )
        )
    trunk = tube([(1.1, 0, 0), (1.05, 0, 1.6), (0.2, 0, 2.2)], (0.08, 0.06, 0.03), _bark(random, tones), 6)
    return joined([trunk, *_crown(random, lumps, 2300, 0.042, _foliage(random, tones))])


def thicket(random: Random, tones: Tones) -> Mesh:
    """Far trees as a few rough lumps, 7 m wide and 4 to 8 m high."""
    look, dark = _foliage(random, tones)
    far = replace(look, tile_size=(3.5, 3.5), grain=0.6, grain_size=0.25, bump=0.6, bump_size=(0.4,) * 3)
    pieces = []
    for k in range(4):
        radius, height = random.uniform(1.3, 2.3), random.uniform(2.2, 4)
        pieces.append(
            blob(
                (radius, radius, height * 0.9),
                far,
                (-2.7 + 1.8 * k, random.normal(0, 0.6), height),
                random,
                0.1,
                level=1,
            )
        )
    return joined([*pieces, box((7.5, 0.6, 1.4), dark)])
