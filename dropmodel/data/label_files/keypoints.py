"""Body parts drawn from joints: capsules along limbs, a polygon for the trunk, a disc for the head.

COCO-17 joints come from a COCO person_keypoints file, OpenPose-18 joints from OpenPose's
``*_keypoints.json``. What is drawn is only roughly the body, so a rim around each part, where body and
background cannot be told apart, is ``IGNORE``; beyond it is background. A joint that was not seen draws
nothing. COCO's hidden joints (visibility 1) do draw: files of detections mark all of theirs so.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from dropmodel.data.label_files.outlines import find_image, load_json
from dropmodel.errors import DataError
from dropmodel.parts import EIGHT, FIVE_V, IGNORE, PartSchema

Labels = npt.NDArray[np.uint8]
Joints = dict[str, tuple[float, float]]
"""Seen joints by name: x and y in pixels of the result."""

COCO_17 = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee",
    "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
OPENPOSE_18 = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow",
    "left_wrist", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip

_HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_LIMBS = (
    ("hip", "knee", 0.17, ("leg", "legs")),
    ("knee", "ankle", 0.13, ("leg", "legs")),
    ("shoulder", "elbow", 0.12, ("arm", "upper_torso")),
    ("elbow", "wrist", 0.10, ("arm", "lower_torso")),
)
"""From joint, to joint, radius in lengths of the trunk, part in ``eight`` and in ``five_v``."""
_HEAD_RADIUS, _FOOT_RADIUS, _FOOT_LENGTH = 0.26, 0.10, 0.22
_RIM = 0.07
"""Width of the rim and thickness of the trunk beyond its joints, in lengths of the trunk."""
_TRUNK_OF_PICTURE = 0.28
"""Length of the trunk in heights of the picture, where shoulders or hips are not seen."""
_LEAST = 0.05


def read_coco_keypoints(
    path: Path, picture: Path, size: tuple[int, int], schema: PartSchema
) -> Labels | None:
    """Parts of ``picture`` at ``size`` (height, width) from a COCO person_keypoints file; None if not listed.

    Of several persons the one with the largest box over its joints counts.
    """
    image = find_image(path, picture)
    if image is None:
        return None
    try:
        scale = size[1] / image.width, size[0] / image.height
        people = [
            _seen(row["keypoints"], COCO_17, scale, least=1)
            for row in image.annotations
            if "keypoints" in row
        ]
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise DataError(f"{path}: not a file of COCO keypoints ({error!r})") from error
    return drawn(max(people, key=_extent), size, schema) if any(people) else None


def read_openpose(
    path: Path, picture_size: tuple[int, int], size: tuple[int, int], schema: PartSchema
) -> Labels | None:
    """Parts at ``size`` from OpenPose's JSON of a picture of ``picture_size`` (heights and widths)."""
    content = load_json(path)
    try:
        scale = size[1] / picture_size[1], size[0] / picture_size[0]
        people = [
            _seen(person["pose_keypoints_2d"], OPENPOSE_18, scale, _LEAST) for person in content["people"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not OpenPose's 18 joints ({error!r})") from error
    return drawn(max(people, key=_extent), size, schema) if any(people) else None


def _seen(values: Any, names: tuple[str, ...], scale: tuple[float, float], least: float) -> Joints:
    if len(values) != 3 * len(names):
        raise ValueError(f"{len(values) // 3} joints, not {len(names)}")
    rows = zip(names, values[0::3], values[1::3], values[2::3], strict=True)
    return {name: (x * scale[0], y * scale[1]) for name, x, y, sure in rows if sure >= least}


def _extent(joints: Joints) -> float:
    if not joints:
        return 0.0
    points = np.array(list(joints.values()))
    width, height = points.max(axis=0) - points.min(axis=0)
    return float(height + width)


def drawn(joints: Joints, size: tuple[int, int], schema: PartSchema) -> Labels:
    """Labels uint8 [H, W] at ``size`` (height, width) of ``eight`` or ``five_v`` from seen joints."""
    if schema not in (EIGHT, FIVE_V):
        raise ValueError(f"joints are drawn in eight or five_v, not in {schema.name!r}")
    canvas = Image.new("L", (size[1], size[0]))
    trunk = _trunk_length(joints, size[0])
    for rim in (_RIM * trunk, 0.0):
        brush = _Brush(canvas, schema, trunk, rim)
        brush.trunk(joints)
        for side in ("left", "right"):
            brush.limbs(joints, side)
        brush.head(joints)
    return np.array(canvas)


class _Brush:
    """Draws the shapes, wider by ``rim`` and as ``IGNORE`` where that is not 0."""

    def __init__(self, canvas: Image.Image, schema: PartSchema, trunk: float, rim: float) -> None:
        self._draw = ImageDraw.Draw(canvas)
        self._schema, self._trunk, self._rim = schema, trunk, rim
        self._column = 0 if schema == EIGHT else 1

    def _fill(self, names: tuple[str, str]) -> int:
        return IGNORE if self._rim else self._schema.label(names[self._column])

    def trunk(self, joints: Joints) -> None:
        corners = [f"{side}_{joint}" for joint in ("shoulder", "hip") for side in ("left", "right")]
        if not all(corner in joints for corner in corners):
            return
        a, b, c, d = (np.array(joints[corner]) for corner in corners)
        # Shoulder left, shoulder right, hip right, hip left; the waist between them parts five_v's halves.
        left, right = (a + c) / 2, (b + d) / 2
        self._polygon([a, b, right, left], ("torso", "upper_torso"))
        self._polygon([left, right, d, c], ("torso", "lower_torso"))

    def limbs(self, joints: Joints, side: str) -> None:
        for start, end, radius, (eight, five) in _LIMBS:
            a, b = joints.get(f"{side}_{start}"), joints.get(f"{side}_{end}")
            if a and b:
                self._capsule(a, b, radius * self._trunk, self._fill((f"{side}_{eight}", five)))
        knee, ankle = joints.get(f"{side}_knee"), joints.get(f"{side}_ankle")
        if ankle:
            fill = self._fill((f"{side}_foot", "feet"))
            dx, dy = (ankle[0] - knee[0], ankle[1] - knee[1]) if knee else (0.0, 1.0)
            length = _FOOT_LENGTH * self._trunk / max(math.hypot(dx, dy), 1e-6)
            self._capsule(
                ankle, (ankle[0] + dx * length, ankle[1] + dy * length), _FOOT_RADIUS * self._trunk, fill
            )

    def head(self, joints: Joints) -> None:
        points = [joints[name] for name in _HEAD if name in joints]
        if points:
            x, y = np.mean(points, axis=0)
            self._disc(float(x), float(y), _HEAD_RADIUS * self._trunk, self._fill(("head", "head")))

    def _polygon(self, points: list[npt.NDArray[np.float64]], names: tuple[str, str]) -> None:
        fill = self._fill(names)
        corners = [(float(x), float(y)) for x, y in points]
        self._draw.polygon(corners, fill=fill)
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            self._capsule(a, b, _RIM * self._trunk, fill)

    def _capsule(self, a: tuple[float, float], b: tuple[float, float], radius: float, fill: int) -> None:
        wide = radius + self._rim
        self._draw.line([a, b], fill=fill, width=max(round(2 * wide), 1))
        for x, y in (a, b):
            self._disc(x, y, radius, fill)

    def _disc(self, x: float, y: float, radius: float, fill: int) -> None:
        wide = radius + self._rim
        self._draw.ellipse((x - wide, y - wide, x + wide, y + wide), fill=fill)


def _trunk_length(joints: Joints, height: int) -> float:
    """From the middle of the seen shoulders to that of the hips, in pixels."""
    middles = [
        [joints[f"{side}_{joint}"] for side in ("left", "right") if f"{side}_{joint}" in joints]
        for joint in ("shoulder", "hip")
    ]
    if not all(middles):
        return _TRUNK_OF_PICTURE * height
    (x0, y0), (x1, y1) = (np.mean(points, axis=0) for points in middles)
    # Seen from above a trunk is short, but limbs keep their thickness.
    return max(math.hypot(x1 - x0, y1 - y0), 0.5 * _TRUNK_OF_PICTURE * height)
