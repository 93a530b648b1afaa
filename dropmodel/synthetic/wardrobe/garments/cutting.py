"""Sheets of cloth and the scissors: cutting a surface along a smooth line, and giving its edge a
thickness."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.geometry import Array, Indices
from dropmodel.synthetic.drawing.surfaces import edges

Field = Callable[["Sheet"], npt.NDArray[Any]]
"""Signed metres to a cutting line for each vertex of a sheet: what is negative falls away."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A surface at rest with all that its vertices know; one row a vertex in every array but ``faces``.

    ``spot`` are canonical coordinates, ``arm``/``along``/``leg``/``down`` as in the body's pieces, ``coords``
    where patterns are anchored, ``borders`` [V, C] 1 where the c-th cut made the vertex.
    """

    points: Array
    normals: Array
    faces: Indices
    spot: Array
    arm: Array
    along: Array
    leg: Array
    down: Array
    coords: Array
    parts: Array
    bones: npt.NDArray[np.int16]
    weights: Array
    borders: Array

    def cut(self, field: Field) -> "Sheet":
        """What is left where ``field`` is not negative; the new edge becomes the last border."""
        height = field(self).astype(np.float32)
        inside = height >= 0
        count = inside[self.faces].sum(axis=1)
        whole = self.faces[count == 3]
        mixed = self.faces[(count == 1) | (count == 2)]
        lonely = inside[mixed].sum(axis=1) == 1
        # Turn each triangle so that its odd corner comes first.
        odd = np.where(lonely[:, None], inside[mixed], ~inside[mixed]).argmax(axis=1)
        turned = np.take_along_axis(mixed, (odd[:, None] + np.arange(3)) % 3, axis=1)
        pairs = np.concatenate([turned[:, [0, 1]], turned[:, [0, 2]]])
        span = len(self.points) + 1
        key = pairs.min(axis=1).astype(np.int64) * span + pairs.max(axis=1)
        keys, inverse = np.unique(key, return_inverse=True)
        first, second = keys // span, keys % span
        share = height[first] / (height[first] - height[second])
        grown = self._grown(first, second, share.astype(np.float32))
        ab, ac = (inverse.reshape(2, -1) + len(self.points)).astype(np.int32)
        a, b, c = turned.T
        one = np.stack([a, ab, ac], axis=1)[lonely]
        two = [np.stack(corners, axis=1)[~lonely] for corners in ((ab, b, c), (ab, c, ac))]
        return replace(grown, faces=np.concatenate([whole, one, *two]).astype(np.int32)).compact()

    def _grown(self, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], share: Array) -> "Sheet":
        """With new vertices ``share`` of the way from ``first`` to ``second`` and a border for them."""

        def longer(rows: Array) -> Array:
            part = share.reshape((-1,) + (1,) * (rows.ndim - 1))
            return np.concatenate([rows, rows[first] * (1 - part) + rows[second] * part])

        bones, weights = _blended(self, first, second, share)
        fresh = np.zeros((len(self.points) + len(first), 1), np.float32)
        fresh[len(self.points) :] = 1
        return Sheet(
            longer(self.points), longer(self.normals), self.faces, longer(self.spot), longer(self.arm),
            longer(self.along), longer(self.leg), longer(self.down), longer(self.coords), longer(self.parts),
            np.concatenate([self.bones, bones]), np.concatenate([self.weights, weights]),
            np.concatenate([longer(self.borders), fresh], axis=1),
        )  # fmt: skip

    def taken(self, rows: npt.NDArray[np.intp], faces: Indices) -> "Sheet":
        """The vertices ``rows`` (repeats allowed) with triangles of their own."""
        return Sheet(
            self.points[rows], self.normals[rows], faces, self.spot[rows], self.arm[rows], self.along[rows],
            self.leg[rows], self.down[rows], self.coords[rows], self.parts[rows], self.bones[rows],
            self.weights[rows], self.borders[rows],
        )  # fmt: skip

    def compact(self) -> "Sheet":
        """Without the vertices no triangle uses."""
        used = np.zeros(len(self.points), bool)
        used[self.faces] = True
        number = np.cumsum(used) - 1
        return self.taken(np.nonzero(used)[0], number[self.faces].astype(np.int32))

    def without(self, hidden: npt.NDArray[np.bool_]) -> "Sheet":
        """Without the triangles all of whose corners are ``hidden``."""
        return replace(self, faces=self.faces[~hidden[self.faces].all(axis=1)]).compact()

    def kept(self, field: Field) -> "Sheet":
        """Only whole triangles where ``field`` is not negative: quick, for edges nobody sees."""
        return replace(self, faces=self.faces[(field(self)[self.faces] >= 0).all(axis=1)]).compact()

    def lifted(self, height: float | Array) -> "Sheet":
        """Moved along the normals by ``height`` metres."""
        lift = np.broadcast_to(np.asarray(height, np.float32), (len(self.points),))
        return replace(self, points=self.points + self.normals * lift[:, None])

    def border(self, index: int) -> Indices:
        """Open edges [E, 2] along the ``index``-th cut; the sheet lies to the same side of all of them."""
        mine = self.borders[:, index] > 0.999
        near = self.faces[mine[self.faces].sum(axis=1) >= 2]
        if not len(near):
            return np.zeros((0, 2), np.int32)
        pairs, counts, of_face = edges(near)
        chosen = (counts == 1) & mine[pairs].all(axis=1)
        face, corner = np.nonzero(chosen[of_face])
        return np.stack([near[face, corner], near[face, (corner + 1) % 3]], axis=1)

    def bordered(self) -> Indices:
        """All open edges [E, 2] made by any cut."""
        if not self.borders.shape[1]:
            return np.zeros((0, 2), np.int32)
        return np.concatenate([self.border(index) for index in range(self.borders.shape[1])])


def _blended(
    sheet: Sheet, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], share: Array
) -> tuple[npt.NDArray[np.int16], Array]:
    """Bones and weights between two vertices: the heaviest of both."""
    width = sheet.bones.shape[1]
    dense = np.zeros((len(first), int(sheet.bones.max(initial=0)) + width + 1), np.float32)
    rows = np.arange(len(first))[:, None]
    np.add.at(dense, (rows, sheet.bones[first].astype(np.intp)), sheet.weights[first] * (1 - share)[:, None])
    np.add.at(dense, (rows, sheet.bones[second].astype(np.intp)), sheet.weights[second] * share[:, None])
    bones = np.argpartition(-dense, width, axis=1)[:, :width]
    weights = np.take_along_axis(dense, bones, axis=1)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    limit = int(sheet.bones.max(initial=0))
    return np.minimum(bones, limit).astype(np.int16), weights


def joined(sheets: list[Sheet]) -> Sheet:
    """One sheet of several; borders are forgotten."""
    starts = np.cumsum([0] + [len(sheet.points) for sheet in sheets])
    stacked = {
        name: np.concatenate([getattr(sheet, name) for sheet in sheets])
        for name in (
            "points", "normals", "spot", "arm", "along", "leg", "down", "coords", "parts", "bones", "weights",
        )
    }  # fmt: skip
    faces = np.concatenate([s.faces + np.int32(k) for s, k in zip(sheets, starts, strict=False)])
    return Sheet(faces=faces, borders=np.zeros((int(starts[-1]), 0), np.float32), **stacked)


def ribbon(sheet: Sheet, border: Indices, rows: list[tuple[float, float, float]] | Array) -> Sheet:
    """A strip sewn to ``border``: collars, cuffs, rims.

    Each row is (onward, out, up) in metres from the edge: ``onward`` leads away from the sheet within its
    surface, ``out`` along its normal, ``up`` along z. An array [R, V', 3] gives each used vertex its own,
    where V' are the sorted vertices of the border.
    """
    used, inverse = np.unique(border, return_inverse=True)
    pairs = inverse.reshape(-1, 2)
    onward = _onward(sheet, border, used, pairs)
    steps = np.asarray(rows, np.float32)
    if steps.ndim == 2:
        steps = np.repeat(steps[:, None, :], len(used), axis=1)
    base, normal = sheet.points[used], sheet.normals[used]
    up = np.array([0, 0, 1], np.float32)
    points = [base + s[:, :1] * onward + s[:, 1:2] * normal + s[:, 2:] * up for s in steps]
    count = len(used)
    faces = []
    for row in range(len(steps) - 1):
        low, high = pairs + row * count, pairs + (row + 1) * count
        faces += [
            np.stack([low[:, 1], low[:, 0], high[:, 0]], 1),
            np.stack([low[:, 1], high[:, 0], high[:, 1]], 1),
        ]
    strip = sheet.taken(np.tile(used, len(steps)), np.concatenate(faces).astype(np.int32))
    # Patterns go on in the direction of the strip as far as they can.
    rise = np.concatenate([s[:, 0] + s[:, 2] for s in steps])
    coords = strip.coords.copy()
    coords[:, 2] += rise
    return replace(strip, points=np.concatenate(points).astype(np.float32), coords=coords)


def _onward(sheet: Sheet, border: Indices, used: npt.NDArray[np.int32], pairs: npt.NDArray[np.intp]) -> Array:
    """Unit directions at ``used`` vertices: in the surface, square to the edge, away from the sheet."""
    along = sheet.points[border[:, 1]] - sheet.points[border[:, 0]]
    across = np.cross(along, sheet.normals[border].sum(axis=1))
    total = np.zeros((len(used), 3), np.float32)
    for end in (0, 1):
        np.add.at(total, pairs[:, end], across)
    normal = sheet.normals[used]
    total -= (total * normal).sum(axis=1, keepdims=True) * normal
    # Neighbours share their direction so that a strip does not fray where the edge is short or bent.
    for _ in range(2):
        mean = np.zeros_like(total)
        np.add.at(mean, pairs[:, 0], total[pairs[:, 1]])
        np.add.at(mean, pairs[:, 1], total[pairs[:, 0]])
        total = total + 0.5 * mean
    length = np.linalg.norm(total, axis=1, keepdims=True)
    value: Array = (total / np.maximum(length, 1e-9)).astype(np.float32)
    return value


def rimmed(sheet: Sheet, depth: float) -> Sheet:
    """With every cut edge turned inwards by ``depth``, so that cloth has a thickness."""
    border = sheet.bordered()
    if not len(border):
        return sheet
    return joined([sheet, ribbon(sheet, border, [(0, 0, 0), (0.15 * depth, -depth, 0)])])
