"""Measurements of one dressed body that poses must respect: where its surface is, how long its limbs are."""

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.geometry import Array
from dropmodel.synthetic.people.body import CANONICAL_HEIGHT, Shape, load_body
from dropmodel.synthetic.people.skeleton import Matrix, unit

SIDES = ("L", "R")

_SLICE = 0.02
_SQUARE = 2.6
"""Exponent of the cross-section: 2 is an ellipse, more is squarer."""


class Build:
    """Surface profile, limbs and soles of one figure at rest.

    ``vertices`` [V, 3] are all that shows of skin and clothes at rest, ``parts`` [V, 9] their labels,
    ``weights`` and ``bones`` [V, B] what moves them.
    """

    def __init__(
        self, shape: Shape, vertices: Array, parts: Array, weights: Array, bones: npt.NDArray[np.int16]
    ) -> None:
        body = load_body()
        self.place = body.place
        self.parents: npt.NDArray[np.int32] = np.array(body.parents, np.int32)
        self.joints = shape.joints
        skin = shape.vertices["body"]
        self.scale = float(np.ptp(skin[:, 2])) / CANONICAL_HEIGHT
        """Stature against the canonical adult's."""
        self.shoulder = float(self.joint("upperarm01.L")[2])
        self.hip = float(self.joint("upperleg01.L")[2])
        self._profile(vertices[parts[:, 2] + parts[:, 5] + parts[:, 6] > 0.7])
        self.arm_radius = self._arm_radius(vertices, weights, bones)
        self.soles = tuple(self._sole(vertices[parts[:, 7 + k] > 0.5], skin, k) for k in range(2))
        self.ankles = tuple(
            float(self.joint(f"foot.{side}")[2] - self.soles[k][:, 2].min()) for k, side in enumerate(SIDES)
        )
        """Height of each ankle's joint above the ground, shoe included."""
        self.closest = self._closest(shape)
        self.seat = 0.09 * self.scale * (0.6 + 0.4 * self.depth(self.hip) / (0.24 * self.scale))
        """Height of the hip joints above a seat sat upon."""

    def joint(self, bone: str) -> Matrix:
        """The rest place of a bone's joint, [3]."""
        point: Matrix = self.joints[self.place[bone]].astype(np.float64)
        return point

    def width(self, z: float) -> float:
        """Half the width of trunk and clothes at rest height ``z``."""
        return float(np.interp(z, self._z, self._width))

    def front(self, z: float) -> float:
        """y of the front surface in the middle of the body at rest height ``z``."""
        return float(np.interp(z, self._z, self._front))

    def back(self, z: float) -> float:
        """y of the back at rest height ``z``."""
        return float(np.interp(z, self._z, self._back))

    def depth(self, z: float) -> float:
        """Metres from front to back at rest height ``z``."""
        return self.back(z) - self.front(z)

    def sunk(self, point: Matrix, margin: float, axis: float = 0.0) -> bool:
        """Whether a point of the rest space lies within ``margin`` of trunk or thigh, or inside.

        ``axis`` is the x of the middle of what is looked at: 0 for the trunk, a thigh's own for a thigh.
        """
        x, y, z = (float(value) for value in point)
        if not self._z[0] <= z <= self._z[-1]:
            return False
        across = abs(x - axis) / (self.width(z) - abs(axis) + margin)
        middle = (self.front(z) + self.back(z)) / 2
        deep = abs(y - middle) / (self.depth(z) / 2 + margin)
        return bool(across**_SQUARE + deep**_SQUARE < 1)

    def _profile(self, trunk: Array) -> None:
        bottom, top = 0.62 * self.hip, self.shoulder - 0.16 * self.scale
        self._z = np.arange(bottom, top, _SLICE)
        low, front, back = (np.zeros(len(self._z)) for _ in range(3))
        for i, z in enumerate(self._z):
            here = trunk[np.abs(trunk[:, 2] - z) < 0.75 * _SLICE]
            if len(here) < 8:
                low[i], front[i], back[i] = 0.15 * self.scale, -0.1 * self.scale, 0.1 * self.scale
                continue
            low[i] = np.abs(here[:, 0]).max()
            front[i], back[i] = here[:, 1].min(), here[:, 1].max()
        self._width, self._front, self._back = low, front, back

    def _arm_radius(self, vertices: Array, weights: Array, bones: npt.NDArray[np.int16]) -> float:
        lower = np.isin(bones, [self.place["lowerarm01.L"], self.place["lowerarm02.L"]])
        mine = vertices[(weights * lower).sum(axis=1) > 0.8]
        if len(mine) < 8:
            return 0.04 * self.scale
        elbow, wrist = self.joint("lowerarm01.L"), self.joint("wrist.L")
        line = unit(wrist - elbow)
        away = mine - elbow
        return float(np.quantile(np.linalg.norm(away - np.outer(away @ line, line), axis=1), 0.8))

    def _sole(self, foot: Array, skin: Array, side: int) -> Matrix:
        """The few points of a foot that can touch the ground, [N, 3], found by rolling it over the ground."""
        if len(foot) < 8:
            own = skin[(np.sign(skin[:, 0]) == 1 - 2 * side) & (skin[:, 2] < 0.12 * self.scale)]
            foot = own
        found = set()
        for pitch in np.radians(np.arange(-85, 50, 7.5)):
            for roll in np.radians([-12, 0, 12]):
                down = np.array([np.sin(roll), np.sin(pitch), -np.cos(pitch)])
                found.add(int(np.argmax(foot @ down)))
        points: Matrix = foot[sorted(found)].astype(np.float64)
        return points

    def _closest(self, shape: Shape) -> float:
        """Degrees that a thigh can come inwards from its rest direction before the thighs meet."""
        legs = load_body().pieces["tights"]
        knee = float(self.joint("lowerleg01.L")[2])
        own = (legs.leg > 0.9) & (legs.coords[:, 0] > 0)
        points = shape.vertices["tights"][own]
        points = points[(points[:, 2] > knee) & (points[:, 2] < 0.88 * self.hip)]
        angle = (points[:, 0] - 0.006) / (self.hip - points[:, 2])
        return float(np.degrees(np.clip(angle.min(), -0.05, 0.2)))
