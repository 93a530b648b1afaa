"""What lies on the ground where people walk: leaves, puddles, mended spots, covers, mats, marks."""

import math
from collections.abc import Sequence

import numpy as np

from dropmodel.synthetic.drawing.geometry import Mapping, Mesh, Surface
from dropmodel.synthetic.places.place import Walk
from dropmodel.synthetic.places.plan import Plan
from dropmodel.synthetic.props.primitives import scraps
from dropmodel.synthetic.scenery.atlas import surface
from dropmodel.synthetic.scenery.brush import Shade, ink, varied

Random = np.random.Generator
_STAINS = ((52, 50, 48), (78, 72, 66), (120, 112, 104), (66, 58, 50))
_SPILT = ((150, 142, 132), (126, 122, 118), (168, 160, 148))
_RUBBISH = ((206, 202, 194), (150, 132, 104), (96, 110, 120), (170, 60, 50), (120, 118, 60))


def lie_about(plan: Plan, walks: Sequence[Walk]) -> list[Mesh]:
    """Meshes of what lies on and beside the walks, a few millimetres above the ground."""
    random = plan.random("litter")
    spots = _about(random, walks, 40, 2.5)
    pieces: list[Mesh] = []
    if plan.indoor:
        pieces += _blots(random, spots, int(random.integers(0, 3)), 0.2, _SPILT)
        if random.uniform() < 0.35:
            pieces += _plates(plan, random, spots, "floor", (0.9, 1.8), 1)
        if random.uniform() < 0.3:
            pieces += _plates(plan, random, spots, "manhole", (0.4, 0.7), 2)
        return pieces
    pieces += _blots(random, spots, int(random.integers(1, 7)), 0.5, _STAINS)
    if random.uniform() < 0.6:
        pieces += _plates(plan, random, spots, "manhole", (0.35, 0.75), int(random.integers(1, 4)))
    if random.uniform() < 0.2:
        pieces += _plates(plan, random, spots, "road", (0.4, 1.3), int(random.integers(1, 3)))
    if random.uniform() < 0.5:
        pieces.append(_leaves(plan, random, walks, int(random.integers(40, 420))))
    if random.uniform() < 0.4:
        pieces.append(_rubbish(random, walks, int(random.integers(3, 20))))
    return pieces


def _about(random: Random, walks: Sequence[Walk], count: int, spread: float) -> np.ndarray:
    """Chance spots [count, 2] on the walks and up to ``spread`` metres beside them."""
    spots = np.empty((count, 2))
    for k in range(count):
        walk = walks[int(random.integers(len(walks)))]
        start, end = np.asarray(walk.start), np.asarray(walk.end)
        spots[k] = start + random.uniform(-0.1, 1.1) * (end - start)
    return spots + random.normal(0, spread / 1.5, (count, 2))


def _flat(outline: np.ndarray, look: Surface, height: float) -> Mesh:
    """A level shape round its middle."""
    middle = outline.mean(axis=0, keepdims=True)
    points = np.concatenate([outline, middle])
    count = len(outline)
    order = np.arange(count)
    faces = np.stack([order, (order + 1) % count, np.full(count, count)], 1)
    return Mesh.of(np.column_stack([points, np.full(count + 1, height)]), faces, look)


def _blots(
    random: Random, spots: np.ndarray, count: int, size: float, shades: tuple[Shade, ...]
) -> list[Mesh]:
    """Stains, oil and puddles of any outline."""
    meshes = []
    for k in range(count):
        shade = varied(shades[int(random.integers(len(shades)))], random, 0.3)
        wet = random.uniform() < 0.4
        look = Surface(ink(shade), gloss=0.5 if wet else 0.03, grain=0.25, grain_size=0.06)
        angle = np.linspace(0, 2 * math.pi, 15, endpoint=False)
        reach = size * random.uniform(0.3, 1.3) * (1 + 0.3 * np.sin(2 * angle + random.uniform(0, 6)))
        reach *= 1 + 0.2 * np.sin(5 * angle + random.uniform(0, 6))
        ring = np.stack([np.cos(angle), random.uniform(0.4, 1) * np.sin(angle)], 1) * reach[:, None]
        meshes.append(_flat(spots[k % len(spots)] + ring, look, 0.005 + 0.0004 * k))
    return meshes


def _plates(
    plan: Plan, random: Random, spots: np.ndarray, role: str, size: tuple[float, float], count: int
) -> list[Mesh]:
    """Covers, mended spots, mats: rectangles turned with the place or a little askew."""
    meshes = []
    for k in range(count):
        wide, long = random.uniform(*size), random.uniform(*size)
        if role == "manhole":
            long = wide
            look = surface("manhole", plan.tones.tile(random), mapping=Mapping.FLAT, metres=(wide, wide))
        else:
            look = plan.ground(role, random)
        turn = random.normal(0, 3) if random.uniform() < 0.7 else random.uniform(0, 90)
        corners = np.array([(-wide, -long), (wide, -long), (wide, long), (-wide, long)]) / 2
        c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        outline = corners @ np.array([[c, s], [-s, c]]) + spots[-1 - k]
        meshes.append(_flat(outline, look, 0.008 + 0.0004 * k))
    return meshes


def _leaves(plan: Plan, random: Random, walks: Sequence[Walk], count: int) -> Mesh:
    kind = "autumn_leaves" if random.uniform() < 0.75 else "leaves"
    value = float(random.uniform(0.6, 1.3))
    look = surface(kind, plan.tones.tile(random), (value, value, value))
    return _lying(random, walks, count, float(random.uniform(0.025, 0.05)), look)


def _rubbish(random: Random, walks: Sequence[Walk], count: int) -> Mesh:
    look = Surface(ink(varied(_RUBBISH[int(random.integers(len(_RUBBISH)))], random, 0.3, 0.1)))
    return _lying(random, walks, count, float(random.uniform(0.02, 0.06)), look)


def _lying(random: Random, walks: Sequence[Walk], count: int, size: float, look: Surface) -> Mesh:
    spots = _about(random, walks, count, 3.5)
    points = np.column_stack([spots, np.full(count, 0.012)])
    mesh = scraps(points, np.tile([0.0, 0.0, 1.0], (count, 1)), size, look, random)
    vertices = mesh.vertices.copy()
    vertices[:, 2] = 0.01 + 0.25 * (vertices[:, 2] - 0.012)
    return mesh.replaced(vertices, mesh.normals)
