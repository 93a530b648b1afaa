"""What people carry, push and pull, as layers of a dressed figure.

Bags worn on the body lie on the outermost garment and move with the spine; what is held hangs from the hand
and
stays upright (:attr:`~dropmodel.synthetic.figure.Layer.hang`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from dropmodel.synthetic import luggage as make
from dropmodel.synthetic import palette as hues
from dropmodel.synthetic.crown import Lock, merged
from dropmodel.synthetic.figure import Layer
from dropmodel.synthetic.garments.cutting import Field, Sheet, rimmed
from dropmodel.synthetic.garments.fit import Fit
from dropmodel.synthetic.geometry import PARTS, Array, Color, Surface
from dropmodel.synthetic.palette import Tint
from dropmodel.synthetic.seeds import stream

Hand = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of thing to carry: who carries it, in which poses (none: in all), in what colours."""

    prior: hues.Prior
    poses: tuple[str, ...] = ()
    men: float = 1.0
    women: float = 1.0
    held: bool = False


_WALK = ("walk", "walk", "stand", "turn", "walk", "phone")

ITEMS: Mapping[str, Item] = MappingProxyType({
    "backpack": Item(hues.BAG, ("walk", "walk", "stand", "turn", "phone", "strap", "call"), 6, 4),
    "small backpack": Item(hues.BAG, ("walk", "walk", "stand", "turn", "phone"), 1, 2.5),
    "trekking backpack": Item(hues.BAG, ("walk", "stand", "strap"), 0.7, 0.5),
    "cross-body bag": Item(hues.BAG, _WALK, 2, 4),
    "shoulder bag": Item(hues.BAG, _WALK, 0.6, 4),
    "belt bag": Item(hues.BAG, _WALK, 0.6, 0.4),
    "hand bag": Item(hues.BAG, ("carry",), 0.1, 3.5, True),
    "paper bag": Item({"brown": 4, "white": 3, "beige": 3, "black": 1, "red": 1}, ("carry",), 0.8, 1.6, True),
    "plastic bag": Item({"white": 4, "light blue": 1, "yellow": 1, "green": 1, "grey": 1}, ("carry",), 1.3,
    1.3, True),
    "briefcase": Item(hues.LEATHER, ("carry",), 1.2, 0.4, True),
    "sports bag": Item(hues.BAG, ("carry",), 0.7, 0.4, True),
    "suitcase": Item(hues.BAG, ("pull",), 1.1, 1.1, True),
    "shopping trolley": Item(hues.DRESS, ("pull",), 0.2, 0.6, True),
    "umbrella": Item({"black": 6, "navy": 2, "red": 1, "green": 0.6, "white": 0.5, "blue": 1, "grey": 1},
    ("umbrella",),
                     0.8, 1.1, True),
    "closed umbrella": Item({"black": 6, "navy": 2, "red": 1, "brown": 1}, ("carry",), 0.4, 0.4, True),
    "phone": Item({"black": 5, "white": 1, "grey": 1}, ("phone", "phone", "call"), 3, 3, True),
    "cup": Item({"white": 4, "brown": 2, "green": 1, "red": 0.5}, ("holding",), 0.8, 0.9, True),
    "folder": Item({"white": 2, "blue": 1, "beige": 1, "grey": 1, "black": 1}, ("holding",), 0.3, 0.4, True),
    "walking stick": Item({"brown": 4, "black": 2}, ("carry",), 0.4, 0.4, True),
    "push-chair": Item(hues.BAG, ("push",), 0.5, 1.1, True),
    "bicycle": Item({**hues.BAG, "white": 6}, ("push",), 0.9, 0.6, True),
    "dog on a lead": Item({"brown": 4, "black": 3, "beige": 3, "white": 2, "grey": 1}, ("carry",), 0.5, 0.6,
    True),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Carried:
    """One person's thing: its kind, colours, the hand that holds it, and a number for its details."""

    kind: str
    tint: Tint
    second: Tint
    hand: Hand
    number: int


def carried_layers(fit: Fit, carried: Carried, mantle: Sheet) -> tuple[Layer, ...]:
    """The layers of a thing; ``mantle`` is the outermost garment's surface before it was cut."""
    build = _WORN.get(carried.kind)
    if build is not None:
        return build(fit, carried, mantle)
    return tuple(_held(lock, surface, carried.hand) for lock, surface in _HELD[carried.kind](fit, carried))


# ------------------------------------------------------------------ worn


def _cloth(tint: Tint, gloss: float = 0.03, shade: float = 1.0) -> Surface:
    red, green, blue = tint.light
    color: Color = (red * shade, green * shade, blue * shade)
    return Surface(
        color, grain=0.12, grain_size=0.015, bump=0.10, bump_size=(0.05, 0.05, 0.05), gloss=gloss, wrap=0.05
    )


def _on_body(lock: Lock, surface: Surface, fit: Fit, bones: dict[str, float], part: int) -> Layer:
    count = len(lock.vertices)
    places = np.tile(np.array([fit.body.place[name] for name in bones], np.int16), (count, 1))
    weights = np.tile(np.array(list(bones.values()), np.float32), (count, 1))
    parts = np.zeros((count, PARTS), np.float32)
    parts[:, part] = 1
    return Layer(lock.vertices, lock.faces, lock.coords, lock.cut, parts, places, weights, surface,
                 np.zeros(count, np.float32))  # fmt: skip


def _strap(mantle: Sheet, field: Field, surface: Surface, lift: float = 0.007) -> Layer:
    """A strip of the outermost garment's surface, lifted from it."""
    sheet = mantle.kept(lambda s: field(s) + 0.06)
    sheet = rimmed(sheet.lifted(lift).cut(field), lift)
    parts = np.zeros_like(sheet.parts)
    parts[:, 2] = 1
    count = len(sheet.points)
    return Layer(sheet.points, sheet.faces, sheet.coords, np.ones(count, np.float32), parts, sheet.bones,
                 sheet.weights, surface, np.zeros(count, np.float32))  # fmt: skip


def _trunk(sheet: Sheet, shown: Array) -> Array:
    away: Array = np.where(sheet.arm > 0.35, -1.0, shown).astype(np.float32)
    return away


def _behind(mantle: Sheet, low: float, high: float) -> Array:
    """The mantle's back between two canonical heights: the point that stands out most, [3]."""
    x, _, z = mantle.spot.T
    chosen = (np.abs(x) < 0.09) & (z > low) & (z < high) & (mantle.arm < 0.3)
    points = mantle.points[chosen]
    found: Array = np.array([0, points[:, 1].max(), points[:, 2].mean()], np.float32)
    return found


def _backpack(fit: Fit, carried: Carried, mantle: Sheet) -> tuple[Layer, ...]:
    random = stream("backpack", carried.number)
    size = fit.size * {"backpack": 1.0, "small backpack": 0.78, "trekking backpack": 1.2}[carried.kind]
    wide, deep, tall = (float(v) * size for v in random.uniform((0.28, 0.14, 0.40), (0.32, 0.19, 0.47)))
    if carried.kind == "trekking backpack":
        tall *= 1.25
    back = _behind(mantle, 1.18, 1.38)
    y = float(back[1]) + deep / 2 - 0.004
    z = fit.joint("neck01")[2] - tall / 2 - 0.02 * size
    body = make.box(
        (wide, deep, tall), (0, y, z), float(random.uniform(4, 7)), float(random.uniform(0, 0.12))
    )
    pocket_tall = tall * float(random.uniform(0.36, 0.5))
    pocket = make.box(
        (wide * 0.8, 0.35 * deep, pocket_tall), (0, y + deep * 0.52, z - tall / 2 + pocket_tall * 0.62), 5.0
    )
    bones = {"spine01": 0.6, "spine02": 0.4}
    plain = _cloth(carried.tint)
    trim = _cloth(carried.second if random.random() < 0.35 else carried.tint, shade=0.62)
    loop = make.arch(
        (-0.03, y - deep * 0.3, z + tall / 2 - 0.01), (0.03, y - deep * 0.3, z + tall / 2 - 0.01), 0.04, 0.008
    )
    seam = make.box((wide * 0.94, deep * 0.98, 0.012), (0, y + 0.004, z + tall * 0.22), 5.0)
    layers = [_on_body(body, plain, fit, bones, 2), _on_body(merged([loop, seam]), trim, fit, bones, 2),
              _on_body(pocket, trim if random.random() < 0.4 else plain, fit, bones, 2)]  # fmt: skip
    if carried.kind == "trekking backpack":
        roll = make.rod(
            [
                (-wide * 0.6, y, z + tall / 2 + 0.06),
                (0, y, z + tall / 2 + 0.065),
                (wide * 0.6, y, z + tall / 2 + 0.06),
            ],
            0.06,
            10,
        )
        layers.append(_on_body(roll, trim, fit, bones, 2))
    half = float(random.uniform(0.020, 0.030))

    def strap(s: Sheet) -> Array:
        x, depth, height = np.abs(s.spot[:, 0]), s.spot[:, 1], s.spot[:, 2]
        middle = np.interp(height, [1.12, 1.30, 1.45], [0.135, 0.105, 0.080])
        band = half - np.abs(x - middle)
        return _trunk(s, np.minimum(band, height - np.where(depth < -0.02, 1.15, 1.30)))

    layers.append(_strap(mantle, strap, trim, 0.010))
    return tuple(layers)


def _side(carried: Carried) -> float:
    return 1.0 if carried.hand == "left" else -1.0


def _hip_point(fit: Fit, mantle: Sheet, side: float, height: float, turn: float) -> Array:
    """A point on the mantle's side, ``turn`` degrees forwards, at a canonical height."""
    angle = np.degrees(np.arctan2(mantle.spot[:, 0] * side, -mantle.spot[:, 1] - 0.03))
    chosen = (
        (np.abs(mantle.spot[:, 2] - height) < 0.05) & (mantle.arm < 0.2) & (np.abs(angle - 90 + turn) < 22)
    )
    points = mantle.points[chosen] if chosen.any() else mantle.points[mantle.arm < 0.2]
    far = points[np.argmax(np.abs(points[:, 0]))]
    del fit
    found: Array = far.astype(np.float32)
    return found


def _cross_body(fit: Fit, carried: Carried, mantle: Sheet) -> tuple[Layer, ...]:
    random = stream("cross-body", carried.number)
    side = _side(carried)
    wide, tall, deep = (float(v) * fit.size for v in random.uniform((0.20, 0.16, 0.06), (0.32, 0.26, 0.10)))
    point = _hip_point(fit, mantle, side, 0.97, 20)
    center = (float(point[0]) + side * (deep / 2 - 0.012), float(point[1]), float(point[2]) - 0.3 * tall)
    bag = make.box((deep, wide, tall), center, 6.0, 0.05)
    flap = make.box(
        (deep * 1.08, wide * 0.98, tall * 0.55),
        (center[0] + side * 0.004, center[1], center[2] + tall * 0.24),
        6.0,
    )
    plain = _cloth(carried.tint, 0.05)
    bones = {"root": 0.6, "spine05": 0.4}

    def strap(s: Sheet) -> Array:
        x, _, z = s.spot.T
        over = np.abs(0.879 * (x * side + 0.09) + 0.477 * (z - 1.44))
        return _trunk(s, np.minimum(0.017 - over, z - 0.97))

    return (
        _on_body(bag, plain, fit, bones, 0),
        _on_body(flap, _cloth(carried.tint, 0.05, 0.8), fit, bones, 0),
        _strap(mantle, strap, _cloth(carried.tint, 0.03, 0.75)),
    )


def _shoulder(fit: Fit, carried: Carried, mantle: Sheet) -> tuple[Layer, ...]:
    random = stream("shoulder bag", carried.number)
    side = _side(carried)
    wide, tall, deep = (float(v) * fit.size for v in random.uniform((0.26, 0.22, 0.08), (0.38, 0.34, 0.13)))
    point = _hip_point(fit, mantle, side, 1.06, -8)
    z = float(point[2]) - 0.35 * tall
    center = (float(point[0]) + side * (deep / 2 + 0.004), float(point[1]) + 0.03, z)
    bag = make.box((deep, wide, tall), center, 5.0, 0.12, 0.05)
    plain = _cloth(carried.tint, 0.05)
    top = fit.joint(f"shoulder01.{'L' if side > 0 else 'R'}")
    over = (
        float(top[0]) + side * 0.035,
        float(top[1]) + 0.01,
        float(
            mantle.points[(np.abs(mantle.spot[:, 0] * side - 0.13) < 0.02) & (mantle.arm < 0.5)][:, 2].max()
        )
        + 0.008,
    )
    straps = []
    for shift in (-0.10, 0.10):
        low = (center[0], center[1] + shift * wide / 0.3, z + tall * 0.42)
        bend = (
            0.5 * (low[0] + over[0]) + side * 0.045,
            0.6 * low[1] + 0.4 * over[1],
            0.45 * low[2] + 0.55 * over[2],
        )
        high = (over[0] + side * 0.02, over[1] + shift * 0.25, over[2] - 0.012)
        straps.append(make.rod([low, bend, high, over], 0.007, 5))
    bones = {"spine05": 0.5, "spine03": 0.5}
    return (
        _on_body(bag, plain, fit, bones, 0),
        _on_body(merged(straps), _cloth(carried.tint, 0.05, 0.8), fit, {"spine03": 0.4, "spine01": 0.6}, 0),
    )


def _belt_bag(fit: Fit, carried: Carried, mantle: Sheet) -> tuple[Layer, ...]:
    x, y, z = mantle.spot.T
    front = mantle.points[(np.abs(x) < 0.05) & (np.abs(z - 1.0) < 0.03) & (y < -0.05) & (mantle.arm < 0.2)]
    center = (0.0, float(front[:, 1].min()) - 0.02, float(front[:, 2].mean()))
    bag = make.box((0.24 * fit.size, 0.07, 0.12 * fit.size), center, 4.0)

    def strap(s: Sheet) -> Array:
        return _trunk(s, 0.016 - np.abs(s.spot[:, 2] - 1.0))

    bones = {"root": 0.6, "spine05": 0.4}
    return _on_body(bag, _cloth(carried.tint), fit, bones, 0), _strap(
        mantle, strap, _cloth(carried.tint, 0.03, 0.7)
    )


_Worn = Callable[[Fit, Carried, Sheet], tuple[Layer, ...]]
_WORN: Mapping[str, _Worn] = MappingProxyType({
    "backpack": _backpack, "small backpack": _backpack, "trekking backpack": _backpack,
    "cross-body bag": _cross_body, "shoulder bag": _shoulder, "belt bag": _belt_bag,
})  # fmt: skip


# ------------------------------------------------------------------ held

_Things = list[tuple[Lock, Surface]]
_BLACK = Surface((0.015, 0.015, 0.016), gloss=0.1)
_METAL = Surface((0.32, 0.33, 0.34), gloss=0.35, sharpness=30)


def _held(lock: Lock, surface: Surface, hand: Hand) -> Layer:
    count = len(lock.vertices)
    parts = np.zeros((count, PARTS), np.float32)
    parts[:, 0] = 1
    return Layer(
        lock.vertices, lock.faces, lock.coords, lock.cut, parts, np.zeros((count, 1), np.int16),
        np.ones((count, 1), np.float32), surface, np.zeros(count, np.float32), hang=hand,
    )  # fmt: skip


def _hand_bag(fit: Fit, carried: Carried) -> _Things:
    del fit
    random = stream("hand bag", carried.number)
    wide, tall, deep = (float(v) for v in random.uniform((0.24, 0.18, 0.09), (0.36, 0.28, 0.14)))
    drop = float(random.uniform(0.08, 0.16))
    bag = make.box((deep, wide, tall), (0, 0, -drop - tall / 2), 5.0, 0.18, 0.04)
    loops = [
        make.arch((x, -wide * 0.26, -drop - 0.02), (x, wide * 0.26, -drop - 0.02), drop + 0.02, 0.007)
        for x in (-0.25 * deep, 0.25 * deep)
    ]
    return [(bag, _cloth(carried.tint, 0.08)), (merged(loops), _cloth(carried.tint, 0.08, 0.7))]


def _paper_bag(fit: Fit, carried: Carried) -> _Things:
    del fit
    random = stream("paper bag", carried.number)
    wide, tall, deep = (float(v) for v in random.uniform((0.22, 0.26, 0.09), (0.34, 0.42, 0.14)))
    bag = make.box((deep, wide, tall), (0, 0, -0.12 - tall / 2), 12.0)
    loops = [make.arch((x, -0.06, -0.13), (x, 0.06, -0.13), 0.13, 0.004) for x in (-deep * 0.4, deep * 0.4)]
    label = make.box((deep * 1.02, wide * 0.5, tall * 0.3), (0, 0, -0.12 - tall * 0.45), 12.0)
    return [(merged([bag, *loops]), _cloth(carried.tint, 0.03)), (label, _cloth(carried.second))]


def _plastic_bag(fit: Fit, carried: Carried) -> _Things:
    del fit
    random = stream("plastic bag", carried.number)
    wide, tall = float(random.uniform(0.24, 0.32)), float(random.uniform(0.30, 0.40))
    bag = make.box((0.15, wide, tall), (0, 0, -0.10 - tall / 2), 2.6, 0.55, 0.05)
    loops = [make.arch((0, y - 0.02, -0.16), (0, y + 0.02, -0.16), 0.16, 0.010) for y in (-0.03, 0.03)]
    look = replace(_cloth(carried.tint, 0.12), bump=0.5, bump_size=(0.04, 0.04, 0.06))
    return [(merged([bag, *loops]), look)]


def _briefcase(fit: Fit, carried: Carried) -> _Things:
    del fit
    bag = make.box((0.10, 0.40, 0.29), (0, 0, -0.055 - 0.145), 9.0)
    handle = make.arch((0, -0.06, -0.055), (0, 0.06, -0.055), 0.055, 0.010, 0.5)
    flap = make.box((0.104, 0.38, 0.14), (0, 0, -0.055 - 0.075), 9.0)
    return [(bag, _cloth(carried.tint, 0.12)), (merged([handle, flap]), _cloth(carried.tint, 0.12, 0.75))]


def _sports_bag(fit: Fit, carried: Carried) -> _Things:
    del fit
    bag = make.box((0.26, 0.52, 0.26), (0, 0, -0.14 - 0.13), 3.2)
    bands = [make.box((0.265, 0.035, 0.265), (0, y, -0.14 - 0.13), 3.2) for y in (-0.12, 0.12)]
    loops = [make.arch((x, -0.12, -0.16), (x, 0.12, -0.16), 0.16, 0.009) for x in (-0.05, 0.05)]
    return [(bag, _cloth(carried.tint)), (merged([*bands, *loops]), _cloth(carried.second, shade=0.8))]


def _reach_down(fit: Fit) -> float:
    """Height of the grip of a hanging hand above the sole: the wrist's, less half a hand."""
    shoulder, elbow, wrist = (fit.joint(f"{b}.L") for b in ("upperarm01", "lowerarm01", "wrist"))
    arm = np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)
    return float(shoulder[2] - 0.97 * arm - 0.035 * fit.size + 0.02)


def _suitcase(fit: Fit, carried: Carried) -> _Things:
    random = stream("suitcase", carried.number)
    wide, tall, deep = (float(v) for v in random.uniform((0.36, 0.50, 0.22), (0.46, 0.66, 0.28)))
    floor = -_reach_down(fit) - 0.07
    y = 0.16 + deep / 2
    shell = make.box((wide, deep, tall), (0, y, floor + 0.05 + tall / 2), 7.0)
    ribs = [
        make.box((0.02, deep * 1.03, tall * 0.96), (x * wide, y, floor + 0.05 + tall / 2), 7.0)
        for x in (-0.3, -0.1, 0.1, 0.3)
    ]
    top = floor + 0.05 + tall
    bars = [make.rod([(x, 0.0, 0.0), (x, y - deep * 0.3, top)], 0.007) for x in (-0.08, 0.08)]
    grip = make.rod([(-0.09, 0, 0), (0.09, 0, 0)], 0.013)
    wheels = [
        lock
        for x in (-0.4, 0.4)
        for yy in (-0.35, 0.35)
        for lock in make.wheel((x * wide, y + yy * deep, floor + 0.028), 0.02, 0.010)
    ]
    return [(shell, _cloth(carried.tint, 0.16)), (merged(ribs), _cloth(carried.tint, 0.16, 0.85)),
            (merged(bars), _METAL), (merged([grip, *wheels]), _BLACK)]  # fmt: skip


def _trolley(fit: Fit, carried: Carried) -> _Things:
    floor = -_reach_down(fit) - 0.07
    y = 0.26
    sack = make.box((0.34, 0.24, 0.58), (0, y, floor + 0.12 + 0.29), 5.0, 0.0, 0.05)
    flap = make.box((0.36, 0.26, 0.14), (0, y, floor + 0.12 + 0.54), 5.0)
    bars = [make.rod([(x, 0, 0), (x, y - 0.14, floor + 0.1)], 0.009) for x in (-0.12, 0.12)]
    wheels = [lock for x in (-0.19, 0.19) for lock in make.wheel((x, y, floor + 0.085), 0.07, 0.014)]
    grip = make.rod([(-0.12, 0, 0), (0.12, 0, 0)], 0.013)
    return [(sack, _cloth(carried.tint)), (flap, _cloth(carried.second)), (merged(bars), _METAL),
            (merged([grip, *wheels]), _BLACK)]  # fmt: skip


def _umbrella(fit: Fit, carried: Carried) -> _Things:
    random = stream("umbrella", carried.number)
    side = _side(carried)
    radius = float(random.uniform(0.46, 0.60))
    top = (-side * 0.10, 0.13, 0.62 * fit.size)
    cloth = make.canopy(top, radius, 0.42 * radius)
    shaft = make.rod([(0.012 * side, -0.016, -0.09), (0, 0, 0), (top[0], top[1], top[2] + 0.05)], 0.007)
    ribs = [
        make.rod(
            [
                top,
                (
                    top[0] + radius * 0.97 * float(np.sin(a)),
                    top[1] - radius * 0.97 * float(np.cos(a)),
                    top[2] - 0.41 * radius,
                ),
            ],
            0.003,
            3,
        )
        for a in np.arange(8) * (np.pi / 4)
    ]
    look = replace(_cloth(carried.tint, 0.08), wrap=0.3)
    return [(cloth, look), (merged([shaft, *ribs]), _BLACK)]


def _closed_umbrella(fit: Fit, carried: Carried) -> _Things:
    del fit
    share = np.linspace(0, 1, 8)
    path = np.stack([0 * share, 0.06 * share, -0.06 - 0.62 * share], axis=1).astype(np.float32)
    cloth = make.strip_tube(path, 0.030 * np.sin(np.pi * (0.15 + 0.8 * share)))
    handle = make.rod([(0, 0.03, -0.02), (0, -0.01, 0.03), (0, 0, -0.06), (0, 0.06, -0.70)], 0.007)
    return [(cloth, _cloth(carried.tint)), (handle, _BLACK)]


def _phone(fit: Fit, carried: Carried) -> _Things:
    del fit
    body = make.box((0.072, 0.012, 0.146), (0, -0.012, 0.035), 8.0)
    return [(body, _cloth(carried.tint, 0.3))]


def _cup(fit: Fit, carried: Carried) -> _Things:
    del fit
    path = np.array([(0, -0.005, -0.07), (0, -0.005, 0.0), (0, -0.005, 0.05)], np.float32)
    cup = make.strip_tube(path, np.array([0.026, 0.032, 0.038]))
    lid = make.strip_tube(
        np.array([(0, -0.005, 0.05), (0, -0.005, 0.062)], np.float32), np.array([0.040, 0.034])
    )
    return [(cup, _cloth(carried.tint)), (lid, Surface((0.5, 0.5, 0.5)))]


def _folder(fit: Fit, carried: Carried) -> _Things:
    del fit
    return [(make.box((0.22, 0.018, 0.31), (0, -0.01, 0.05), 9.0), _cloth(carried.tint, 0.05))]


def _stick(fit: Fit, carried: Carried) -> _Things:
    low = -_reach_down(fit) - 0.02
    stick = make.rod([(0, -0.04, 0.01), (0, 0.05, 0.012), (0, 0.0, -0.01), (0, -0.10, low)], 0.011)
    return [(stick, _cloth(carried.tint, 0.1))]


def _push_chair(fit: Fit, carried: Carried) -> _Things:
    side = _side(carried)
    middle = -side * 0.20 * (1.0 if fit.size > 0.8 else 0.8)
    floor = -1.02

    def at(x: float, y: float, z: float) -> make.Point:
        return middle + x, y, floor + z

    seat = make.box((0.40, 0.42, 0.30), at(0, -0.52, 0.52), 4.0, -0.1)
    hood = make.box((0.42, 0.36, 0.34), at(0, -0.40, 0.82), 2.6)
    basket = make.box((0.36, 0.46, 0.14), at(0, -0.50, 0.24), 6.0)
    child = make.ball(np.array(at(0, -0.60, 0.76), np.float32), (0.065, 0.075, 0.075))
    frame = [
        make.rod([at(x, 0.0, 1.02), at(x, -0.18, 0.86), at(x, -0.52, 0.45), at(x, -0.86, 0.14)], 0.012)
        for x in (-0.25, 0.25)
    ]
    frame += [make.rod([at(x, -0.52, 0.45), at(x, -0.16, 0.14)], 0.011) for x in (-0.25, 0.25)]
    grip = make.rod([at(-0.25, 0.0, 1.02), at(0.25, 0.0, 1.02)], 0.015)
    wheels = [
        lock
        for x in (-0.27, 0.27)
        for y, r in ((-0.16, 0.14), (-0.86, 0.11))
        for lock in make.wheel(at(x, y, r), r - 0.02, 0.018, 5)
    ]
    return [(hood, _cloth(carried.tint)), (seat, _cloth(carried.tint, shade=0.55)), (merged([basket, grip,
    *wheels]), _BLACK),
            (merged(frame), _METAL), (child, Surface((0.42, 0.27, 0.20), wrap=0.2))]  # fmt: skip


def _bicycle(fit: Fit, carried: Carried) -> _Things:
    side = _side(carried)
    del fit
    middle, floor = -side * 0.20, -1.02

    def at(y: float, z: float, x: float = 0.0) -> make.Point:
        return middle + x, y, floor + z

    frame = merged([
        make.rod([at(0.02, 0.90), at(-0.04, 0.72), at(0.42, 0.30), at(0.58, 0.80)], 0.017),
        make.rod([at(-0.02, 0.78), at(0.55, 0.72)], 0.016), make.rod([at(0.42, 0.30), at(0.86, 0.34),
        at(0.56, 0.74)], 0.011),
        make.rod([at(-0.04, 0.72), at(-0.18, 0.34)], 0.014),
    ])  # fmt: skip
    parts = [lock for y in (-0.18, 0.86) for lock in make.wheel(at(y, 0.34), 0.325, 0.016, 12)]
    parts += [make.rod([at(0.06, 1.02, -0.27), at(0.0, 1.0, -0.1), at(0.0, 1.0, 0.1), at(0.06, 1.02, 0.27)],
    0.013),
              make.box((0.14, 0.26, 0.05), at(0.60, 0.86), 3.0),
              make.rod([at(0.42, 0.30, -0.10), at(0.42, 0.30, 0.10)], 0.012),
              make.box((0.09, 0.06, 0.02), at(0.46, 0.16, 0.12), 6.0)]  # fmt: skip
    return [(frame, _cloth(carried.tint, 0.25)), (merged(parts), _BLACK)]


def _dog(fit: Fit, carried: Carried) -> _Things:
    random = stream("dog", carried.number)
    side = _side(carried)
    floor = -_reach_down(fit) - 0.02
    size = float(random.uniform(0.7, 1.25))
    spot = (side * 0.22, -0.55, floor)
    lead = make.rod(
        [
            (0, 0, 0),
            (spot[0] * 0.6, -0.3, floor * 0.45),
            (spot[0], spot[1] - 0.24 * size, floor + 0.46 * size),
        ],
        0.006,
        4,
    )
    return [
        (make.dog(spot, size), replace(_cloth(carried.tint), bump=0.4, bump_size=(0.03, 0.05, 0.03))),
        (lead, _BLACK),
    ]


_HELD: Mapping[str, Callable[[Fit, Carried], _Things]] = MappingProxyType({
    "hand bag": _hand_bag, "paper bag": _paper_bag, "plastic bag": _plastic_bag, "briefcase": _briefcase,
    "sports bag": _sports_bag, "suitcase": _suitcase, "shopping trolley": _trolley, "umbrella": _umbrella,
    "closed umbrella": _closed_umbrella, "phone": _phone, "cup": _cup, "folder": _folder, "walking stick":
    _stick,
    "push-chair": _push_chair, "bicycle": _bicycle, "dog on a lead": _dog,
})  # fmt: skip
