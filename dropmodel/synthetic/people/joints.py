"""Key points and limbs of a posed body, for meta data and for checking labels."""

from dataclasses import dataclass

import numpy as np

from dropmodel.synthetic.drawing.geometry import Array
from dropmodel.synthetic.people.body import Shape, load_body
from dropmodel.synthetic.people.skeleton import carried

JOINTS = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow",
    "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
"""The 18 joints in the order of OpenPose's COCO model; left and right are the person's own."""

_BONES = {
    "shoulder": "upperarm01",
    "elbow": "lowerarm01",
    "wrist": "wrist",
    "hip": "upperleg01",
    "knee": "lowerleg01",
    "ankle": "foot",
}


@dataclass(frozen=True, slots=True)
class Limb:
    """A straight piece of a person: ``radius`` metres of flesh round the line from ``start`` to ``end``.

    ``part`` is its label, 1 to 8 in the order of :data:`dropmodel.parts.EIGHT`.
    """

    name: str
    part: int
    start: Array
    end: Array
    radius: float


class Landmarks:
    """The points of one body at rest that joints and limbs are read from."""

    def __init__(self, shape: Shape) -> None:
        body = load_body()
        self._place = body.place
        self._points: dict[str, tuple[int, Array]] = {}
        for side, letter in (("left", "L"), ("right", "R")):
            for name, bone in _BONES.items():
                index = body.place[f"{bone}.{letter}"]
                self._points[f"{side}_{name}"] = (index, shape.joints[index])
        skin, canonical = shape.vertices["body"], body.pieces["body"].coords
        head = body.place["head"]
        centre = body.joint("head")
        near = np.abs(canonical[:, 0]) < 0.02
        level = np.abs(canonical[:, 2] - centre[2]) < 0.04
        tip = int(np.argmin(np.where(near & level, canonical[:, 1], np.inf)))
        self._points["nose"] = (head, skin[tip])
        ears = (np.abs(canonical[:, 2] - centre[2] - 0.02) < 0.04) & (np.abs(canonical[:, 1]) < 0.1)
        eyes, glass = shape.vertices["eyes"], body.pieces["eyes"].coords
        for side, sign in (("left", 1), ("right", -1)):
            outmost = int(np.argmax(np.where(ears, sign * canonical[:, 0], -np.inf)))
            self._points[f"{side}_ear"] = (head, skin[outmost])
            front = int(np.argmin(np.where(sign * glass[:, 0] > 0, glass[:, 1], np.inf)))
            self._points[f"{side}_eye"] = (head, eyes[front])
        crown = int(np.argmax(canonical[:, 2]))
        self._points["crown"] = (head, skin[crown])
        for side, letter in (("left", "L"), ("right", "R")):
            self._points[f"{side}_toes"] = (
                body.place[f"toes.{letter}"],
                shape.joints[body.place[f"toes.{letter}"]],
            )
            knuckle = shape.joints[body.place[f"finger3-1.{letter}"]]
            self._points[f"{side}_hand"] = (body.place[f"wrist.{letter}"], knuckle)
        self._points["belly"] = (body.place["spine04"], shape.joints[body.place["spine03"]])
        self._scale = float(np.ptp(skin[:, 2])) / 1.72

    def at(self, name: str, moves: Array) -> Array:
        """Where the point ``name`` is once bones carried it by ``moves`` [J, 3, 4]."""
        bone, point = self._points[name]
        return carried(moves, bone, point).astype(np.float32)

    def joints(self, moves: Array) -> Array:
        """The 18 joints, [18, 3], in the order of :data:`JOINTS`."""
        neck = _mean(self.at("left_shoulder", moves), self.at("right_shoulder", moves))
        return np.stack([neck if name == "neck" else self.at(name, moves) for name in JOINTS])

    def limbs(self, moves: Array) -> tuple[Limb, ...]:
        """The straight pieces of the body whose pixels must carry their part's label."""
        eyes: Array = _mean(self.at("left_eye", moves), self.at("right_eye", moves))
        ears: Array = _mean(self.at("left_ear", moves), self.at("right_ear", moves))
        shoulders: Array = _mean(self.at("left_shoulder", moves), self.at("right_shoulder", moves))
        hips: Array = _mean(self.at("left_hip", moves), self.at("right_hip", moves))
        scale = self._scale
        found = [
            Limb("head", 1, _mean(eyes, ears), _mean(ears, self.at("crown", moves)), 0.05 * scale),
            Limb("torso", 2, shoulders, self.at("belly", moves), 0.09 * scale),
            Limb("waist", 2, self.at("belly", moves), hips, 0.09 * scale),
        ]
        for k, side in enumerate(("left", "right")):
            chain = [
                ("upper_arm", 3, "shoulder", "elbow", 0.03),
                ("forearm", 3, "elbow", "wrist", 0.025),
                ("hand", 3, "wrist", "hand", 0.02),
                ("thigh", 5, "hip", "knee", 0.05),
                ("shank", 5, "knee", "ankle", 0.035),
                ("foot", 7, "ankle", "toes", 0.025),
            ]
            for name, part, start, end, radius in chain:
                found.append(
                    Limb(
                        f"{side}_{name}", part + k,
                        self.at(f"{side}_{start}", moves), self.at(f"{side}_{end}", moves), radius * scale,
                    )
                )  # fmt: skip
        return tuple(found)


def _mean(a: Array, b: Array) -> Array:
    return ((a + b) / 2).astype(np.float32)
