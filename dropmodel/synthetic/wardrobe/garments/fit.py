"""The body as a tailor measures it: where cloth would lie on it, close or hanging.

Close-fitting cloth is the body's smoothed shell. Loose cloth of a torso hangs from what stands out: each
horizontal slice of the body is replaced by its convex outline, and outlines are let fall from chest, back and
belly to the hem. Loose cloth of a limb is a tube round the limb's axis.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from dropmodel.synthetic.drawing.geometry import PARTS, Array, Indices
from dropmodel.synthetic.drawing.surfaces import smoothed
from dropmodel.synthetic.people.body import Body, Phenotype, Piece, load_body
from dropmodel.synthetic.people.cloth import normals_of
from dropmodel.synthetic.wardrobe.garments.cutting import Sheet

ANGLES = 48
"""Directions a slice's outline is known in."""

HEIGHTS = np.arange(0.06, 1.46, 0.02, dtype=np.float32)
"""Canonical heights of the slices, metres."""

AXIS = -0.03
"""Canonical y of the axis the torso's angles are measured round."""

ROBE = np.linspace(1.08, 0.07, 44, dtype=np.float32)
"""Canonical heights of the rings that skirts and coat tails are cut from."""

ROBE_ANGLES = 80

_PHI = np.arange(ANGLES) * (2 * np.pi / ANGLES)
_ARM_BINS, _LEG_BINS = 24, 40


def step(value: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Array:
    """Smooth 0..1 as ``value`` goes from ``low`` to ``high`` (which may be the smaller)."""
    start = np.asarray(low)
    share = np.clip((np.asarray(value) - start) / (np.asarray(high) - start), 0, 1)
    eased: Array = (share * share * (3 - 2 * share)).astype(np.float32)
    return eased


class Fit:
    """One person's measures: sheets of cloth before they are cut."""

    def __init__(self, phenotype: Phenotype) -> None:
        self.body: Body = load_body()
        shape = self.body.shaped(phenotype)
        self.shape = shape
        self.joints: Array = shape.joints
        self.raw: dict[str, Array] = shape.vertices
        tights = self.body.pieces["tights"]
        self.close: Array = smoothed(shape.vertices["tights"], tights.smoothing, 8, 0.6)
        self.size: float = float(np.ptp(shape.vertices["body"][:, 2]) / 1.72)

    def joint(self, bone: str) -> Array:
        """Where a bone of this person turns at rest, [3]."""
        point: Array = self.joints[self.body.place[bone]]
        return point

    @cached_property
    def draped(self) -> Array:
        """The tights' vertices as soft cloth lies: hollows bridged, heights kept."""
        tights = self.body.pieces["tights"]
        soft = smoothed(self.close, tights.smoothing, 24, 0.8)
        share = np.where(tights.arm > 0.3, 0.25, 1.0) * step(tights.coords[:, 2], 0.55, 0.80)
        share = share * (1 - 0.6 * step(tights.coords[:, 2], 1.28, 1.42))
        moved = self.close + (soft - self.close) * share[:, None]
        moved[:, 2] = np.where(tights.arm > 0.3, moved[:, 2], self.close[:, 2])
        return moved.astype(np.float32)

    @cached_property
    def heights(self) -> Array:
        """This person's heights of the canonical slices, float32 [Z]."""
        tights = self.body.pieces["tights"]
        trunk = tights.arm < 0.3
        canonical, own = tights.coords[trunk, 2], self.close[trunk, 2]
        bins = np.clip(np.round((canonical - HEIGHTS[0]) / 0.02).astype(int), 0, len(HEIGHTS) - 1)
        shift = np.bincount(bins, own - canonical * self.size, len(HEIGHTS))
        count = np.bincount(bins, minlength=len(HEIGHTS))
        known = count > 0
        mean = np.interp(HEIGHTS, HEIGHTS[known], shift[known] / count[known])
        smooth = np.convolve(np.pad(mean, 3, mode="edge"), np.ones(7) / 7, "valid")
        return (HEIGHTS * self.size + smooth).astype(np.float32)

    @cached_property
    def axis(self) -> Array:
        """This person's y of the axis at the canonical slices, [Z]."""
        tights = self.body.pieces["tights"]
        own = self.close[(tights.arm < 0.3) & (tights.coords[:, 2] > 0.95) & (tights.coords[:, 2] < 1.3), 1]
        return np.full(len(HEIGHTS), (own.min() + own.max()) / 2, np.float32)

    @cached_property
    def support(self) -> Array:
        """How far each slice reaches from the axis in each direction, [Z, ANGLES]."""
        tights = self.body.pieces["tights"]
        trunk = (tights.arm < 0.4) & (tights.down < 1.02)
        points = self.close[trunk]
        rows = np.clip(
            np.round((tights.coords[trunk, 2] - HEIGHTS[0]) / 0.02).astype(int), 0, len(HEIGHTS) - 1
        )
        order = np.argsort(rows, kind="stable")
        starts = np.searchsorted(rows[order], np.arange(len(HEIGHTS)))
        y = points[:, 1] - self.axis[0]
        reach = points[:, :1] * np.sin(_PHI) - y[:, None] * np.cos(_PHI)
        best = np.maximum.reduceat(reach[order], np.minimum(starts, len(order) - 1), axis=0)
        empty = np.diff(np.append(starts, len(order))) == 0
        best[empty] = 0
        wide = np.pad(best, ((1, 1), (0, 0)), mode="edge")
        found: Array = np.maximum(np.maximum(wide[:-2], wide[1:-1]), wide[2:]).astype(np.float32)
        return found

    def outline(self, ease: Array, fall: float, top: float = 1.36) -> Array:
        """Radius [Z, ANGLES] of cloth that hangs on the slices with ``ease`` [Z] metres to spare.

        ``fall`` is how much it draws in on its way down, metres a metre; negative flares.
        """
        hanging = self.support + ease[:, None]
        start = int(np.searchsorted(HEIGHTS, top))
        for row in range(start - 1, -1, -1):
            drop = (self.heights[row + 1] - self.heights[row]) * fall
            hanging[row] = np.maximum(hanging[row], hanging[row + 1] - drop)
        turn = np.cos(_PHI[:, None] - _PHI[None, :])
        within = np.where(turn > 0.25, 1 / np.maximum(turn, 0.25), np.inf)
        radius: Array = np.stack([(row[None, :] * within).min(axis=1) for row in hanging]).astype(np.float32)
        return radius

    def tights(self, soft: bool, half: str = "") -> Sheet:
        """The shell of torso, arms and legs before it is cut, draped (``soft``) or close to the body.

        ``half`` is "upper" (crotch and up), "lower" (waist and down) or "feet" (knee and down).
        """
        sheet = self._soft if soft else self._tight
        return sheet.taken(*_half(half)) if half else sheet

    @cached_property
    def _soft(self) -> Sheet:
        faces = self.body.pieces["tights"].faces
        return replace(_tights_sheet(), points=self.draped, normals=normals_of(self.draped, faces))

    @cached_property
    def _tight(self) -> Sheet:
        faces = self.body.pieces["tights"].faces
        return replace(_tights_sheet(), points=self.close, normals=normals_of(self.close, faces))

    def skin(self) -> Sheet:
        """The body itself."""
        piece = self.body.pieces["body"]
        points = self.raw["body"]
        return replace(_skin_sheet(), points=points, normals=normals_of(points, piece.faces))

    def hung(self, sheet: Sheet, outline: Array, weight: Array) -> Sheet:
        """A sheet moved out to ``outline`` and level where ``weight`` [V] is 1."""
        offset = sheet.points[:, :2] - [0, self.axis[0]]
        own = np.linalg.norm(offset, axis=1)
        angle = np.arctan2(offset[:, 0], -offset[:, 1])
        radius = np.maximum(sampled(outline, sheet.spot[:, 2], angle), own)
        scale = 1 + weight * (radius / np.maximum(own, 1e-3) - 1)
        points = sheet.points.copy()
        points[:, :2] = offset * scale[:, None] + [0, self.axis[0]]
        # Lines of one canonical height are level, so that hems are.
        level = np.interp(sheet.spot[:, 2], HEIGHTS, self.heights)
        points[:, 2] += weight * (level - points[:, 2])
        return replace(sheet, points=points.astype(np.float32))

    def robe(self, outline: Array, waves: Array) -> Sheet:
        """A tube from the waist to the ankles at ``outline`` plus ``waves`` [rows, angles] metres."""
        sheet = _robe_sheet()
        angle = np.tile(np.arange(ROBE_ANGLES) * (2 * np.pi / ROBE_ANGLES), len(ROBE))
        radius = sampled(outline, sheet.spot[:, 2], angle) + waves.ravel()
        height = np.interp(sheet.spot[:, 2], HEIGHTS, self.heights)
        points = np.stack([radius * np.sin(angle), self.axis[0] - radius * np.cos(angle), height], axis=1)
        points = points.astype(np.float32)
        return replace(sheet, points=points, normals=normals_of(points, sheet.faces))

    def tube(
        self, sheet: Sheet, limb: str, along: Sequence[float], radius: Sequence[float], weight: Array
    ) -> Sheet:
        """A sheet widened round the arms or legs (``limb``) where ``weight`` [V] is 1.

        ``radius`` are metres to spare round the limb's mean girth at shares ``along`` of its length.
        """
        bones, share, ring = self._limb(limb)
        side = sheet.spot[:, 0] >= 0
        place = sheet.along if limb == "arm" else sheet.down
        axis = np.where(
            side[:, None], self._axis_point(bones, "L", place), self._axis_point(bones, "R", place)
        )
        offset = sheet.points - axis
        own = np.linalg.norm(offset, axis=1)
        girth = np.interp(place, share, ring) + np.interp(place, along, radius) * self.size
        wanted = np.maximum(own + 0.004, girth)
        scale = 1 + weight * (wanted / np.maximum(own, 1e-3) - 1)
        return replace(sheet, points=(axis + offset * scale[:, None]).astype(np.float32))

    def _axis_point(self, bones: tuple[str, str, str], side: str, place: Array) -> Array:
        points = np.stack([self.joint(f"{bone}.{side}") for bone in bones])
        return np.stack([np.interp(place, [0, 0.5, 1.0], points[:, k]) for k in range(3)], axis=1).astype(
            np.float32
        )

    def _limb(self, limb: str) -> tuple[tuple[str, str, str], Array, Array]:
        return self._arm_rings if limb == "arm" else self._leg_rings

    @cached_property
    def _arm_rings(self) -> tuple[tuple[str, str, str], Array, Array]:
        tights = self.body.pieces["tights"]
        return self._rings(("upperarm01", "lowerarm01", "wrist"), tights.along, tights.arm > 0.5, _ARM_BINS)

    @cached_property
    def _leg_rings(self) -> tuple[tuple[str, str, str], Array, Array]:
        tights = self.body.pieces["tights"]
        chosen = (tights.leg > 0.5) & (tights.down < 0.97)
        return self._rings(("upperleg01", "lowerleg01", "foot"), tights.down, chosen, _LEG_BINS)

    def _rings(
        self, bones: tuple[str, str, str], place: Array, chosen: npt.NDArray[np.bool_], bins: int
    ) -> tuple[tuple[str, str, str], Array, Array]:
        left = self.body.pieces["tights"].coords[:, 0] >= 0
        total, count = np.zeros(bins), np.zeros(bins)
        for side, mine in (("L", left), ("R", ~left)):
            rows = chosen & mine & (place > 0) & (place < 1)
            away = np.linalg.norm(self.close[rows] - self._axis_point(bones, side, place[rows]), axis=1)
            number = np.minimum((place[rows] * bins).astype(int), bins - 1)
            total += np.bincount(number, away, bins)
            count += np.bincount(number, minlength=bins)
        share = (np.arange(bins) + 0.5) / bins
        known = count > 0
        return bones, share[known].astype(np.float32), (total[known] / count[known]).astype(np.float32)


def sampled(outline: Array, height: Array, angle: Array) -> Array:
    """``outline`` [Z, ANGLES] at canonical heights and angles (0 in front, towards the left positive)."""
    row = np.clip((height - HEIGHTS[0]) / 0.02, 0, len(HEIGHTS) - 1.001)
    column = (angle % (2 * np.pi)) * (ANGLES / (2 * np.pi))
    i, j = row.astype(int), column.astype(int) % ANGLES
    a, b = row - i, column % ANGLES - j
    k = (j + 1) % ANGLES
    low = outline[i, j] * (1 - b) + outline[i, k] * b
    high = outline[i + 1, j] * (1 - b) + outline[i + 1, k] * b
    value: Array = (low * (1 - a) + high * a).astype(np.float32)
    return value


@cache
def _tights_sheet() -> Sheet:
    piece = load_body().pieces["tights"]
    return _sheet(piece, _pattern_coords(piece))


@cache
def _half(name: str) -> tuple[npt.NDArray[np.intp], Indices]:
    """Vertices and triangles of a part of the tights."""
    sheet = _tights_sheet()
    height = sheet.spot[:, 2]
    inside = {
        "upper": height > 0.78,
        "lower": (height < 1.24) & (sheet.arm < 0.4),
        "feet": (height < 0.56) & (sheet.arm < 0.4),
    }[name]
    faces = sheet.faces[inside[sheet.faces].all(axis=1)]
    rows, inverse = np.unique(faces, return_inverse=True)
    return rows.astype(np.intp), inverse.reshape(-1, 3).astype(np.int32)


@cache
def _skin_sheet() -> Sheet:
    piece = load_body().pieces["body"]
    return _sheet(piece, piece.coords)


def _sheet(piece: Piece, coords: Array) -> Sheet:
    count = len(piece.coords)
    nothing = np.zeros((0, 0), np.float32)
    return Sheet(
        nothing, nothing, piece.faces, piece.coords, piece.arm, piece.along, piece.leg, piece.down,
        coords.astype(np.float32), piece.parts, piece.bones, piece.weights, np.zeros((count, 0), np.float32),
    )  # fmt: skip


def _pattern_coords(piece: Piece) -> Array:
    """Where patterns are anchored: round the trunk, on along the sleeves and trouser legs at true scale.

    A limb's girth is laid out from its outer side, so that stripes meet the trunk's at the seam; the cut is
    on the inner side, where a real seam is.
    """
    side = np.where(piece.coords[:, 0] >= 0, 1.0, -1.0)
    trunk = piece.coords - np.array([0, AXIS, 0], np.float32)

    def laid(frame: Array, share: float, radius: float, top: float) -> Array:
        angle = np.arctan2(frame[:, 0] * side, -frame[:, 1]) - np.pi / 2
        angle = np.pi / 2 + (angle - 2 * np.pi * np.round(angle / (2 * np.pi))) * share
        across, front = radius * np.sin(angle) * side, -radius * np.cos(angle)
        return np.stack([across, front, top + frame[:, 2]], axis=1)

    sleeve = laid(piece.sleeve, 0.31, 0.30, 1.38)
    trouser = laid(piece.trouser, 0.5, 0.19, 0.905)
    arm = step(piece.arm, 0.3, 0.7)[:, None]
    leg = (step(piece.leg, 0.4, 0.8) * step(piece.down, 0.05, 0.25))[:, None]
    mixed: Array = (trunk * (1 - arm) * (1 - leg) + sleeve * arm + trouser * leg * (1 - arm)).astype(
        np.float32
    )
    return mixed


@cache
def _robe_sheet() -> Sheet:
    """The tube's topology, skinning and labels."""
    body = load_body()
    angle = np.tile(np.arange(ROBE_ANGLES) * (2 * np.pi / ROBE_ANGLES), len(ROBE))
    height = np.repeat(ROBE, ROBE_ANGLES)
    spot = np.stack([0.19 * np.sin(angle), AXIS - 0.15 * np.cos(angle), height], axis=1).astype(np.float32)
    i, j = np.meshgrid(np.arange(len(ROBE) - 1), np.arange(ROBE_ANGLES), indexing="ij")
    a, b = (i * ROBE_ANGLES + j).ravel(), (i * ROBE_ANGLES + (j + 1) % ROBE_ANGLES).ravel()
    c, d = a + ROBE_ANGLES, b + ROBE_ANGLES
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)
    bones, weights = _robe_skin(body, spot)
    leg = step(height, 0.96, 0.80)
    parts = np.zeros((len(spot), PARTS), np.float32)
    lower = step(height, 0.93, 0.87)
    left = step(spot[:, 0], -0.01, 0.01)
    parts[:, 2], parts[:, 5], parts[:, 6] = 1 - lower, lower * left, lower * (1 - left)
    count = len(spot)
    return Sheet(
        spot, spot, faces, spot, np.zeros(count, np.float32), np.full(count, -1, np.float32), leg,
        ((0.905 - height) / 0.83).astype(np.float32), (spot - [0, AXIS, 0]).astype(np.float32), parts, bones,
        weights, np.zeros((count, 0), np.float32),
    )  # fmt: skip


def _robe_skin(body: Body, spot: Array) -> tuple[npt.NDArray[np.int16], Array]:
    """Above the hips like the tights next to it; below, each side follows its thigh and partly its shin.

    A skirt does not bend like a knee, yet a leg that swings back must not come through it: 0.55 of the shin.
    """
    tights = body.pieces["tights"]
    trunk = np.nonzero(tights.arm < 0.2)[0]
    _, nearest = cKDTree(tights.coords[trunk]).query(spot)
    dense = np.zeros((len(spot), len(body.bones)), np.float32)
    rows = np.arange(len(spot))[:, None]
    np.add.at(dense, (rows, tights.bones[trunk[nearest]].astype(np.intp)), tights.weights[trunk[nearest]])
    follow = step(spot[:, 2], 0.96, 0.76)
    shin = 0.55 * step(spot[:, 2], 0.60, 0.36)
    left = step(spot[:, 0], -0.13, 0.13)
    legs = np.zeros_like(dense)
    for name, share in (("L", left), ("R", 1 - left)):
        legs[:, body.place[f"upperleg02.{name}"]] += share * (1 - shin)
        legs[:, body.place[f"lowerleg01.{name}"]] += share * shin
    dense = dense * (1 - follow[:, None]) + legs * follow[:, None]
    bones = np.argsort(-dense, axis=1, kind="stable")[:, : tights.bones.shape[1]]
    weights = np.take_along_axis(dense, bones, axis=1)
    return bones.astype(np.int16), (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
