"""Bags worn on the body: they lie on the outermost garment and move with the spine."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from dropmodel.synthetic.drawing.geometry import PARTS, Array, Surface
from dropmodel.synthetic.people.figure import Layer
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe import luggage as make
from dropmodel.synthetic.wardrobe.crown import Lock, merged
from dropmodel.synthetic.wardrobe.garments.cutting import Field, Sheet, rimmed
from dropmodel.synthetic.wardrobe.garments.fit import Fit
from dropmodel.synthetic.wardrobe.items import Carried, cloth, own_side


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
    plain = cloth(carried.tint)
    trim = cloth(carried.second if random.random() < 0.35 else carried.tint, shade=0.62)
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
    side = own_side(carried)
    wide, tall, deep = (float(v) * fit.size for v in random.uniform((0.20, 0.16, 0.06), (0.32, 0.26, 0.10)))
    point = _hip_point(fit, mantle, side, 0.97, 20)
    center = (float(point[0]) + side * (deep / 2 - 0.012), float(point[1]), float(point[2]) - 0.3 * tall)
    bag = make.box((deep, wide, tall), center, 6.0, 0.05)
    flap = make.box(
        (deep * 1.08, wide * 0.98, tall * 0.55),
        (center[0] + side * 0.004, center[1], center[2] + tall * 0.24),
        6.0,
    )
    plain = cloth(carried.tint, 0.05)
    bones = {"root": 0.6, "spine05": 0.4}

    def strap(s: Sheet) -> Array:
        x, _, z = s.spot.T
        over = np.abs(0.879 * (x * side + 0.09) + 0.477 * (z - 1.44))
        return _trunk(s, np.minimum(0.017 - over, z - 0.97))

    return (
        _on_body(bag, plain, fit, bones, 0),
        _on_body(flap, cloth(carried.tint, 0.05, 0.8), fit, bones, 0),
        _strap(mantle, strap, cloth(carried.tint, 0.03, 0.75)),
    )


def _shoulder(fit: Fit, carried: Carried, mantle: Sheet) -> tuple[Layer, ...]:
    random = stream("shoulder bag", carried.number)
    side = own_side(carried)
    wide, tall, deep = (float(v) * fit.size for v in random.uniform((0.26, 0.22, 0.08), (0.38, 0.34, 0.13)))
    point = _hip_point(fit, mantle, side, 1.06, -8)
    z = float(point[2]) - 0.35 * tall
    center = (float(point[0]) + side * (deep / 2 + 0.004), float(point[1]) + 0.03, z)
    bag = make.box((deep, wide, tall), center, 5.0, 0.12, 0.05)
    plain = cloth(carried.tint, 0.05)
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
        _on_body(merged(straps), cloth(carried.tint, 0.05, 0.8), fit, {"spine03": 0.4, "spine01": 0.6}, 0),
    )


def _belt_bag(fit: Fit, carried: Carried, mantle: Sheet) -> tuple[Layer, ...]:
    x, y, z = mantle.spot.T
    front = mantle.points[(np.abs(x) < 0.05) & (np.abs(z - 1.0) < 0.03) & (y < -0.05) & (mantle.arm < 0.2)]
    center = (0.0, float(front[:, 1].min()) - 0.02, float(front[:, 2].mean()))
    bag = make.box((0.24 * fit.size, 0.07, 0.12 * fit.size), center, 4.0)

    def strap(s: Sheet) -> Array:
        return _trunk(s, 0.016 - np.abs(s.spot[:, 2] - 1.0))

    bones = {"root": 0.6, "spine05": 0.4}
    return _on_body(bag, cloth(carried.tint), fit, bones, 0), _strap(
        mantle, strap, cloth(carried.tint, 0.03, 0.7)
    )


Worn = Callable[[Fit, Carried, Sheet], tuple[Layer, ...]]
WORN: Mapping[str, Worn] = MappingProxyType({
    "backpack": _backpack, "small backpack": _backpack, "trekking backpack": _backpack,
    "cross-body bag": _cross_body, "shoulder bag": _shoulder, "belt bag": _belt_bag,
})  # fmt: skip


"""Kind of thing -> what makes its layers on a body and its outermost garment."""
