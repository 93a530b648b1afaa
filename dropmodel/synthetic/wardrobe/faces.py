"""Faces: painted brows, eyes, lips and beards, masks and glasses.

A head is 30 pixels high in most crops, so a face is its big shapes: dark brows and eye sockets, a shadow
under
the nose, the mouth, cheeks. They are painted once on the canonical head and stick to every other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.geometry import Decal, Surface
from dropmodel.synthetic.drawing.surfaces import smoothed
from dropmodel.synthetic.drawing.textures import Texture, cloudy, tile
from dropmodel.synthetic.people.cloth import normals_of
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe.crown import Crown, Lock, merged, tube
from dropmodel.synthetic.wardrobe.garments.cutting import Sheet, rimmed
from dropmodel.synthetic.wardrobe.garments.fit import Fit, step
from dropmodel.synthetic.wardrobe.palette import Tint

_BOX = (-0.085, 1.485, 0.085, 1.695)
_SIZE = 128

BEARDS: Mapping[str, float] = MappingProxyType({
    "": 5.0, "stubble": 2.4, "full beard": 1.3, "short beard": 1.4, "moustache": 0.5, "goatee": 0.6,
})  # fmt: skip
GLASSES: Mapping[str, float] = MappingProxyType(
    {"": 7.0, "glasses": 1.6, "round glasses": 0.5, "sunglasses": 0.6}
)

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Face:
    """A face: ``beard`` of :data:`BEARDS`, ``glasses`` of :data:`GLASSES`, ``mask`` its colour or None.

    ``make_up`` 0..1 colours lips and lashes; ``age`` 0..1 deepens folds; ``brow`` the brows' weight.
    """

    beard: str = ""
    glasses: str = ""
    mask: Tint | None = None
    make_up: float = 0.0
    age: float = 0.3
    brow: float = 0.6
    number: int = 0


def skin_surface(skin: Tint, hair: Tint, face: Face) -> Surface:
    """The look of skin with the face painted on."""
    return Surface(
        skin.light,
        decals=(Decal(_painted(skin, hair, face), _BOX, -1),),
        grain=0.07,
        grain_size=0.05,
        bump=0.03,
        bump_size=(0.01, 0.01, 0.01),
        gloss=0.05,
        sharpness=12,
        wrap=0.18,
    )


def eye_surface(number: int) -> Surface:
    """White with an iris."""
    return Surface(
        (0.30, 0.27, 0.26), decals=(Decal(_iris(number % 4), (-0.045, 1.594, 0.045, 1.624), 0),), gloss=0.3
    )


@lru_cache(4)
def _iris(number: int) -> Texture:
    at = (np.arange(64) + 0.5) / 64
    z, x = np.meshgrid(1.624 - 0.03 * at, -0.045 + 0.09 * at, indexing="ij")
    away = np.hypot(np.abs(x) - 0.0305, z - 1.6085)
    color = ((0.16, 0.09, 0.05), (0.10, 0.06, 0.04), (0.25, 0.32, 0.40), (0.26, 0.26, 0.16))[number]
    painting = np.zeros((64, 64, 4), np.float32)
    painting[..., :3] = np.where((away < 0.0028)[..., None], 0.02, color)
    painting[..., 3] = step(away, 0.0068, 0.0058)
    return tile(painting)


class _Canvas:
    """An RGBA picture of the face with soft shapes given in metres on the canonical head."""

    def __init__(self) -> None:
        at = (np.arange(_SIZE, dtype=np.float32) + 0.5) / _SIZE
        left, bottom, right, top = _BOX
        self.z, self.x = np.meshgrid(top + (bottom - top) * at, left + (right - left) * at, indexing="ij")
        self.image: Array = np.zeros((_SIZE, _SIZE, 4), np.float32)

    def lay(self, color: Array, amount: Array) -> None:
        """Put ``color`` over what is there, as opaque as ``amount`` [S, S] 0..1 says."""
        amount = np.clip(amount, 0, 1)
        alpha = self.image[..., 3] * (1 - amount) + amount
        mixed = self.image[..., :3] * (self.image[..., 3] * (1 - amount))[..., None]
        mixed = mixed + np.asarray(color, np.float32) * amount[..., None]
        self.image[..., :3] = mixed / np.maximum(alpha, 1e-4)[..., None]
        self.image[..., 3] = alpha

    def blob(self, x: float, z: float, wide: float, high: float, soft: float = 0.5) -> Array:
        """1 inside an ellipse at (+-x, z), falling to 0 over ``soft`` of its size."""
        away = np.hypot((np.abs(self.x) - x) / wide, (self.z - z) / high)
        return step(away, 1 + soft / 2, 1 - soft / 2)


@lru_cache(256)
def _painted(skin: Tint, hair: Tint, face: Face) -> Texture:
    random = stream("face", face.number)
    tone, ink = np.array(skin.srgb), np.array(hair.srgb)
    dark = float(tone.mean())
    shadow = tone * np.array([0.62, 0.52, 0.50])
    c = _Canvas()
    wide, tall = random.uniform(0.94, 1.06), random.uniform(-0.002, 0.002)
    # Broad light and shade first: sockets, nose, cheeks, under lip and chin.
    c.lay(shadow, 0.36 * c.blob(0.031 * wide, 1.614, 0.024, 0.017, 1.0))
    c.lay(shadow, (0.10 + 0.25 * face.age) * c.blob(0.031, 1.594, 0.016, 0.006, 1.2))
    c.lay(shadow, 0.30 * c.blob(0.0135, 1.590, 0.0055, 0.026, 1.4))
    c.lay(shadow, 0.55 * c.blob(0.0, 1.5585, 0.017, 0.0048, 1.0))
    c.lay(shadow * 0.6, 0.7 * c.blob(0.0075, 1.5605, 0.0042, 0.0026, 0.8))
    c.lay(shadow, (0.12 + 0.4 * max(face.age - 0.5, 0)) * c.blob(0.028, 1.556, 0.004, 0.016, 1.5))
    c.lay(tone * [1.02, 0.80, 0.78], (0.28 if dark > 0.4 else 0.1) * c.blob(0.045, 1.578, 0.020, 0.018, 1.6))
    c.lay(np.minimum(tone * 1.12, 1), 0.25 * c.blob(0.0, 1.585, 0.0045, 0.024, 1.2))
    c.lay(np.minimum(tone * 1.06, 1), 0.3 * c.blob(0.0, 1.655, 0.04, 0.014, 1.4))
    # Brows: an arch that rises to its outer third.
    arch = (
        1.6315
        + tall
        + 0.14 * np.minimum(np.abs(c.x) - 0.014, 0.026)
        - 0.30 * np.maximum(np.abs(c.x) - 0.042, 0)
    )
    weight = (0.0026 + 0.0026 * face.brow) * step(np.abs(c.x), 0.056, 0.040)
    brow = step(np.abs(c.z - arch), weight + 0.0018, weight * 0.5) * step(np.abs(c.x), 0.010, 0.016)
    c.lay(0.65 * ink + 0.12 * tone, 0.92 * brow * step(np.abs(c.x), 0.056, 0.050))
    # Lids and lashes.
    lid = 1.6155 - 7.5 * (np.abs(c.x) - 0.030) ** 2 * 2.0
    within = step(np.abs(np.abs(c.x) - 0.030), 0.020, 0.016)
    lash = step(np.abs(c.z - lid), 0.0026 + 0.001 * face.make_up, 0.0008) * within
    c.lay(np.array([0.05, 0.035, 0.03]), (0.75 + 0.25 * face.make_up) * lash)
    c.lay(shadow * 0.8, 0.35 * step(np.abs(c.z - lid + 0.0135), 0.0022, 0.0006) * within)
    _lips(c, tone, face)
    _beard(c, ink, tone, face, random)
    return tile(c.image)


def _lips(c: _Canvas, tone: Array, face: Face) -> None:
    natural = tone * np.array([0.90, 0.62, 0.62])
    red = np.array([0.62, 0.14, 0.17]) * (0.6 + 0.6 * tone.mean())
    color = natural * (1 - face.make_up) + red * face.make_up
    inside = np.clip(1 - (np.abs(c.x) / 0.0265) ** 2, 0, 1)
    upper = 1.5395 + 0.0068 * inside**0.7 - 0.0016 * np.exp(-((c.x / 0.004) ** 2))
    lower = 1.5375 - 0.0088 * inside**0.8
    c.lay(
        color,
        0.85
        * step(c.z, upper + 0.001, upper - 0.001)
        * step(c.z, lower - 0.001, lower + 0.001)
        * (inside > 0),
    )
    c.lay(tone * 0.28, 0.75 * step(np.abs(c.z - 1.5385), 0.0017, 0.0004) * (inside > 0.04))
    c.lay(tone * [0.62, 0.52, 0.50], 0.38 * c.blob(0.0, 1.5245, 0.014, 0.0035, 1.4))


def _beard(c: _Canvas, ink: Array, tone: Array, face: Face, random: np.random.Generator) -> None:
    if not face.beard:
        return
    jaw = step(
        c.z,
        1.574 - 3.0 * np.maximum(0.062 - np.abs(c.x), 0) ** 1.55,
        1.556 - 3.0 * np.maximum(0.062 - np.abs(c.x), 0) ** 1.55,
    )
    lip = (np.abs(c.x) < 0.024) * step(np.abs(c.z - 1.5505), 0.0075, 0.004)
    mouth = c.blob(0, 1.5385, 0.024, 0.0085, 0.3)
    chin = c.blob(0, 1.515, 0.024, 0.020, 0.5)
    shape = {
        "stubble": np.maximum(jaw, lip), "full beard": np.maximum(jaw, lip), "short beard": np.maximum(jaw,
        lip),
        "moustache": lip, "goatee": np.maximum(chin, lip),
    }[face.beard]  # fmt: skip
    shape = shape * (1 - mouth) * step(c.z, 1.486, 1.508)
    rough = 1 + 0.25 * cloudy(_SIZE, (24, 24), random, 2)
    strength = {"stubble": 0.34, "short beard": 0.8}.get(face.beard, 0.94)
    c.lay(0.8 * ink + 0.04 * tone, strength * np.clip(shape * rough, 0, 1))


def mask_line(s: Sheet) -> Array:
    """Metres inside a medical mask's edge, negative outside."""
    x, y, z = np.abs(s.spot[:, 0]), s.spot[:, 1], s.spot[:, 2]
    top = 1.588 - 0.35 * np.maximum(x - 0.012, 0)
    bottom = 1.502 + 0.5 * np.maximum(x - 0.02, 0)
    shown = np.minimum(np.minimum(top - z, z - bottom), -0.052 - y - 0.1 * x)
    return np.where(s.parts[:, 1] > 0.2, shown, -1.0).astype(np.float32)


def mask_sheet(fit: Fit) -> Sheet:
    """A medical mask: the lower face, smoothed and lifted."""
    sheet = fit.skin()
    piece = fit.body.pieces["body"]
    points = smoothed(sheet.points, piece.smoothing, 20, 0.8)
    normals = normals_of(points, piece.faces)
    whole = replace(sheet, points=points + normals * np.float32(0.010), normals=normals)
    return rimmed(whole.kept(lambda s: mask_line(s) + 0.03).cut(mask_line), 0.008)


def beard_sheet(fit: Fit, deep: float) -> Sheet:
    """A full beard's volume round the jaw."""
    sheet = fit.skin()

    def field(s: Sheet) -> Array:
        x, y, z = np.abs(s.spot[:, 0]), s.spot[:, 1], s.spot[:, 2]
        top = 1.527 + 2.2 * np.maximum(x - 0.026, 0)
        shown: Array = np.minimum(np.minimum(top - z, -0.045 - y), z - (1.492 + 0.25 * x))
        return np.where(s.parts[:, 1] > 0.2, shown, -1.0).astype(np.float32)

    rough = sheet.kept(lambda s: field(s) + 0.02)
    lift = deep * step(field(rough), -0.004, 0.014)
    return rough.lifted(lift - 0.001).cut(field)


def glasses(crown: Crown, kind: str) -> Lock:
    """A frame with temples; dark panes in sunglasses come from the caller's surface."""
    s = crown.size
    eyes = {side: crown.fit.joint(f"eye.{side}") for side in "LR"}
    locks = []
    turn = np.linspace(0, 2 * np.pi, 15)
    high, wide = (0.021, 0.022) if kind == "round glasses" else (0.019, 0.026)
    power = 1.0 if kind == "round glasses" else 0.62
    for side, sign in (("L", 1), ("R", -1)):
        middle = eyes[side] + np.array([sign * 0.003, -0.026, -0.002]) * s
        x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power * wide * s
        z = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power * high * s
        bend = 0.16 * np.abs(middle[0] + x - eyes[side][0] * 0.7)
        rim = np.stack([middle[0] + x, middle[1] + bend, middle[2] + z], axis=1).astype(np.float32)
        if kind == "sunglasses":
            locks.append(_pane(rim))
        locks.append(tube(rim, 0.0021 * s, np.ones(len(rim)), 4))
        corner = middle + np.array([sign * wide * s, 0.010 * s, 0.006 * s])
        ear = crown.reach(sign * 92, 2, 0.004)
        path = np.linspace(corner, ear, 5).astype(np.float32)
        locks.append(tube(path, 0.0018 * s, np.ones(5), 4))
    bridge = np.linspace(
        eyes["L"] + np.array([-0.017, -0.030, 0]) * s, eyes["R"] + np.array([0.017, -0.030, 0]) * s, 3
    )
    locks.append(tube(bridge.astype(np.float32), 0.0018 * s, np.ones(3), 4))
    return merged(locks)


def _pane(rim: Array) -> Lock:
    count = len(rim)
    points = np.concatenate([rim, rim.mean(axis=0, keepdims=True)])
    faces = np.stack([np.arange(count - 1), np.arange(1, count), np.full(count - 1, count)], axis=1)
    whole = np.ones(count + 1, np.float32)
    return Lock(points.astype(np.float32), faces.astype(np.int32), points.astype(np.float32), whole, whole)
