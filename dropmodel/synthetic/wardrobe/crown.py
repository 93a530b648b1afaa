"""The head as a hatter measures it: how far the scalp is in each direction, and shells built on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from dropmodel.synthetic.drawing.geometry import PARTS, Indices, Surface
from dropmodel.synthetic.people.cloth import normals_of
from dropmodel.synthetic.people.figure import Layer
from dropmodel.synthetic.wardrobe.garments.fit import Fit, step

Array = npt.NDArray[Any]

COLUMNS = 56
"""Directions round the head; the first looks forward (-y), they go on towards the person's left."""

RINGS = np.linspace(88, -62, 31, dtype=np.float32)
"""Elevations of a shell's rings in degrees, from the crown down."""

AZIMUTH: Array = ((np.arange(COLUMNS) * (360 / COLUMNS) + 180) % 360 - 180).astype(np.float32)
"""Degrees of the columns, -180..180, 0 in front."""

_CENTER = np.array([0.0, -0.03, 1.612], np.float32)

Field = Callable[[Array, Array], Array]
"""A function of azimuth and elevation in degrees, [rings, columns] each."""


@dataclass(frozen=True, slots=True, eq=False)
class Lock:
    """Some triangles on the head, before they are a layer: hair, hats, glasses.

    ``hold`` [V] is 1 what follows the head and 0 what lies on the shoulders; ``cut`` as in a mesh.
    """

    vertices: Array
    faces: Indices
    coords: Array
    cut: Array
    hold: Array


class Crown:
    """One person's head: its center, size and radius in every direction.

    ``backs`` are points of what the person wears, which long hair lies on.
    """

    def __init__(self, fit: Fit, backs: Array) -> None:
        self.fit = fit
        near = (np.abs(backs[:, 0]) < 0.13) & (backs[:, 1] > fit.axis[0])
        self._back = backs[near]
        piece = fit.body.pieces["body"]
        points = fit.raw["body"]
        mine = piece.parts[:, 1] > 0.6
        normals = normals_of(points, piece.faces)[mine]
        # The canonical head's centre, carried over by the vertices round it.
        canonical, own = piece.coords[mine], points[mine]
        low, high = own.min(axis=0), own.max(axis=0)
        lowest, highest = canonical.min(axis=0), canonical.max(axis=0)
        self.size: float = float((high[2] - low[2]) / (highest[2] - lowest[2]))
        share = (_CENTER - lowest) / (highest - lowest)
        self.center: Array = (low + share * (high - low)).astype(np.float32)
        self.center[0] = 0
        away = own - self.center
        length = np.linalg.norm(away, axis=1)
        facing = away / np.maximum(length, 1e-6)[:, None]
        skull = (facing * normals).sum(axis=1) > 0.35
        self._tree = cKDTree(facing[skull])
        self._length: Array = length[skull]
        self.radius: Array = self._measured()

    def _measured(self) -> Array:
        azimuth, elevation = grid()
        _, near = self._tree.query(directions(azimuth, elevation).reshape(-1, 3), k=6)
        # At the ears the smallest of a few neighbours, the head behind them; the largest above,
        # for thin hair.
        high = step(elevation, 8, 20)
        lengths = self._length[near].reshape(*azimuth.shape, -1)
        radius = lengths.min(axis=2) * (1 - high) + lengths[..., :4].max(axis=2) * high
        for _ in range(2):
            padded = np.pad(np.pad(radius, ((1, 1), (0, 0)), mode="edge"), ((0, 0), (1, 1)), mode="wrap")
            radius = 0.4 * radius + 0.15 * (
                padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
            )
        found: Array = radius.astype(np.float32)
        return found

    def shell(self, thickness: Array, cut: Array) -> Lock:
        """A cap ``thickness`` metres above the scalp [rings, columns], drawn where ``cut`` is >= 0.

        Its pattern runs from the crown: coords go round the head and down along the scalp.
        """
        azimuth, elevation = grid()
        radius = self.radius + thickness * self.size
        points = self.center + directions(azimuth, elevation) * radius[..., None]
        crown = self.center + np.array([0, 0, 1], np.float32) * radius[0].mean() * 1.001
        vertices = np.concatenate([points.reshape(-1, 3), crown[None]])
        steps = np.diff(points, axis=0, prepend=points[:1])
        down = np.cumsum(np.linalg.norm(steps, axis=2), axis=0)
        coords = np.stack(
            [0.1 * np.sin(np.radians(azimuth)), -0.1 * np.cos(np.radians(azimuth)), 1.7 - down], axis=2
        ).reshape(-1, 3)
        coords = np.concatenate([coords, [[0, 0, 1.7]]])
        shown = np.concatenate([cut.ravel(), cut[0].max(keepdims=True)])
        return Lock(
            vertices.astype(np.float32), shell_faces(len(RINGS)), coords.astype(np.float32),
            shown.astype(np.float32), np.ones(len(vertices), np.float32),
        )  # fmt: skip

    def reach(self, azimuth: float, elevation: float, lift: float) -> Array:
        """The point ``lift`` metres above the scalp in one direction, [3]."""
        row = np.interp(-elevation, -RINGS, np.arange(len(RINGS)))
        column = (azimuth % 360) / (360 / COLUMNS)
        i, j = min(int(row), len(RINGS) - 2), int(column)
        a, b, k = row - i, column - j, (j + 1) % COLUMNS
        r = self.radius
        radius = (r[i, j] * (1 - b) + r[i, k] * b) * (1 - a) + (r[i + 1, j] * (1 - b) + r[i + 1, k] * b) * a
        way = directions(np.float32(azimuth), np.float32(elevation))
        point: Array = (self.center + way * (radius + lift * self.size)).astype(np.float32)
        return point

    def under(self, points: Array, lock: Lock, margin: float) -> npt.NDArray[np.bool_]:
        """Which ``points`` [V, 3] lie inside a shell's drawn part, at least ``margin`` from its edge."""
        away = points - self.center
        length = np.linalg.norm(away, axis=1)
        count = len(RINGS) * COLUMNS
        shell = np.linalg.norm(lock.vertices[:count] - self.center, axis=1).reshape(-1, COLUMNS)
        azimuth = np.degrees(np.arctan2(away[:, 0], -away[:, 1]))
        elevation = np.degrees(np.arcsin(np.clip(away[:, 2] / np.maximum(length, 1e-6), -1, 1)))
        row = np.clip(np.round((RINGS[0] - elevation) / (RINGS[0] - RINGS[1])).astype(int), 0, len(RINGS) - 1)
        column = np.round((azimuth % 360) / (360 / COLUMNS)).astype(int) % COLUMNS
        drawn = lock.cut[:count].reshape(-1, COLUMNS)[row, column] > margin
        inside: npt.NDArray[np.bool_] = (
            drawn & (length < shell[row, column] - 0.0005) & (elevation > RINGS[-1])
        )
        return inside

    def behind(self, height: Array) -> Array:
        """y just behind the back's clothes at heights [...]."""
        top = float(self.fit.joint("neck01")[2]) + 0.06
        levels = np.arange(26) * -0.03 + top
        rows = np.round((top - self._back[:, 2]) / 0.03).astype(int)
        reach = np.full(26, self.fit.axis[0] + 0.04)
        inside = (rows >= 0) & (rows < 26)
        np.maximum.at(reach, rows[inside], self._back[inside, 1])
        wide = np.maximum(np.maximum(reach, np.roll(reach, 1)), np.roll(reach, -1))
        found: Array = (np.interp(-height, -levels, wide) + 0.012).astype(np.float32)
        return found

    def layer(self, lock: Lock, surface: Surface, part: int = 1) -> Layer:
        """A lock as a layer of the figure, moved by the head (and the chest where it does not hold)."""
        place = self.fit.body.place
        count = len(lock.vertices)
        bones = np.tile(np.array([place["head"], place["neck02"], place["spine01"]], np.int16), (count, 1))
        hold = lock.hold
        weights = np.stack([hold, (1 - hold) * hold * 0.6, (1 - hold) * (1 - 0.6 * hold)], axis=1)
        parts = np.zeros((count, PARTS), np.float32)
        parts[:, part] = 1
        return Layer(
            lock.vertices, lock.faces, lock.coords, lock.cut, parts, bones, weights.astype(np.float32),
            surface,
            np.zeros(count, np.float32),
        )  # fmt: skip


def grid() -> tuple[Array, Array]:
    """Azimuth and elevation in degrees of a shell's vertices, [rings, columns] each."""
    elevation, azimuth = np.meshgrid(RINGS, AZIMUTH, indexing="ij")
    return azimuth, elevation


def directions(azimuth: npt.ArrayLike, elevation: npt.ArrayLike) -> Array:
    """Unit vectors [..., 3]."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)], axis=-1).astype(np.float32)


def shell_faces(rings: int) -> Indices:
    """Triangles of ``rings`` rings of :data:`COLUMNS`, closed by one last vertex at the crown."""
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(COLUMNS), indexing="ij")
    a, b = (i * COLUMNS + j).ravel(), (i * COLUMNS + (j + 1) % COLUMNS).ravel()
    top = rings * COLUMNS
    around = np.arange(COLUMNS)
    fan = np.stack([np.full(COLUMNS, top), around, (around + 1) % COLUMNS], axis=1)
    return np.concatenate([
        np.stack([a, a + COLUMNS, b], 1), np.stack([b, a + COLUMNS, b + COLUMNS], 1), fan,
    ]).astype(np.int32)  # fmt: skip


def strip(rows: Array, coords: Array, cut: Array, hold: Array, closed: bool) -> Lock:
    """A surface of a net of points [R, C, 3]; ``closed`` joins the last column to the first."""
    count, columns = rows.shape[:2]
    last = columns if closed else columns - 1
    i, j = np.meshgrid(np.arange(count - 1), np.arange(last), indexing="ij")
    a, b = (i * columns + j).ravel(), (i * columns + (j + 1) % columns).ravel()
    faces = np.concatenate([np.stack([a, a + columns, b], 1), np.stack([b, a + columns, b + columns], 1)])
    return Lock(
        rows.reshape(-1, 3).astype(np.float32), faces.astype(np.int32), coords.reshape(-1,
        3).astype(np.float32),
        cut.ravel().astype(np.float32), hold.ravel().astype(np.float32),
    )  # fmt: skip


def tube(path: Array, radius: npt.ArrayLike, hold: npt.ArrayLike, sides: int = 8, twist: float = 0.0) -> Lock:
    """A tube of ``radius`` [P] along ``path`` [P, 3]; ``twist`` > 0 gives it a braid's bulges."""
    count = len(path)
    girth = np.broadcast_to(np.asarray(radius, np.float32), (count,))
    ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-6)
    across = np.cross(ahead, [0.0, 1.0, 0.25])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    other = np.cross(ahead, across)
    turn = np.arange(sides) * (2 * np.pi / sides)
    bulge = 1 + twist * np.abs(np.sin(np.arange(count)[:, None] * 1.3 + turn[None, :] * 0.5))
    ring = across[:, None, :] * np.cos(turn)[None, :, None] + other[:, None, :] * np.sin(turn)[None, :, None]
    points = path[:, None, :] + ring * (girth[:, None] * bulge)[..., None]
    length = np.cumsum(np.linalg.norm(np.diff(path, axis=0, prepend=path[:1]), axis=1))
    coords = np.stack(
        [
            np.broadcast_to(0.1 * np.sin(turn), (count, sides)),
            np.broadcast_to(-0.1 * np.cos(turn), (count, sides)),
            np.broadcast_to(-length[:, None], (count, sides)),
        ],
        axis=2,
    )
    held = np.broadcast_to(np.asarray(hold, np.float32)[..., None], (count, sides))
    return strip(points, coords, np.ones((count, sides), np.float32), held, True)


def ball(center: Array, size: tuple[float, float, float], rings: int = 8, sides: int = 14) -> Lock:
    """A rounded lump at ``center`` with half axes ``size``."""
    e = np.linspace(90, -90, rings)
    a = np.arange(sides) * (360 / sides)
    elevation, azimuth = np.meshgrid(e, a, indexing="ij")
    way = directions(azimuth, elevation)
    points = center + way * np.asarray(size, np.float32)
    whole = np.ones((rings, sides), np.float32)
    return strip(points, way * np.float32(0.1), whole, whole, True)


def merged(locks: list[Lock]) -> Lock:
    """One lock of several."""
    starts = np.cumsum([0] + [len(lock.vertices) for lock in locks])
    return Lock(
        np.concatenate([lock.vertices for lock in locks]),
        np.concatenate([lock.faces + np.int32(k) for lock, k in zip(locks, starts, strict=False)]),
        np.concatenate([lock.coords for lock in locks]),
        np.concatenate([lock.cut for lock in locks]),
        np.concatenate([lock.hold for lock in locks]),
    )


def line(azimuth: Array, degrees: tuple[float, ...], heights: tuple[float, ...]) -> Array:
    """A line round the head, the same on both sides: its elevation at ``azimuth``, smoothly joined."""
    found: Array = np.interp(np.abs(azimuth), degrees, heights).astype(np.float32)
    return found


__all__ = [
    "AZIMUTH", "COLUMNS", "RINGS", "Crown", "Lock", "ball", "directions", "grid", "line", "merged", "step",
    "strip", "tube",
]  # fmt: skip
