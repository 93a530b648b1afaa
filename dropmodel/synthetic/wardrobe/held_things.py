"""What is held in a hand, pushed or pulled: it hangs from the grip and stays upright."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from dropmodel.synthetic.drawing.geometry import Surface
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe import luggage as make
from dropmodel.synthetic.wardrobe.crown import Lock, merged
from dropmodel.synthetic.wardrobe.garments.fit import Fit
from dropmodel.synthetic.wardrobe.items import Carried, cloth, own_side

Things = list[tuple[Lock, Surface]]
_BLACK = Surface((0.015, 0.015, 0.016), gloss=0.1)
_METAL = Surface((0.32, 0.33, 0.34), gloss=0.35, sharpness=30)


def _hand_bag(fit: Fit, carried: Carried) -> Things:
    del fit
    random = stream("hand bag", carried.number)
    wide, tall, deep = (float(v) for v in random.uniform((0.24, 0.18, 0.09), (0.36, 0.28, 0.14)))
    drop = float(random.uniform(0.08, 0.16))
    bag = make.box((deep, wide, tall), (0, 0, -drop - tall / 2), 5.0, 0.18, 0.04)
    loops = [
        make.arch((x, -wide * 0.26, -drop - 0.02), (x, wide * 0.26, -drop - 0.02), drop + 0.02, 0.007)
        for x in (-0.25 * deep, 0.25 * deep)
    ]
    return [(bag, cloth(carried.tint, 0.08)), (merged(loops), cloth(carried.tint, 0.08, 0.7))]


def _paper_bag(fit: Fit, carried: Carried) -> Things:
    del fit
    random = stream("paper bag", carried.number)
    wide, tall, deep = (float(v) for v in random.uniform((0.22, 0.26, 0.09), (0.34, 0.42, 0.14)))
    bag = make.box((deep, wide, tall), (0, 0, -0.12 - tall / 2), 12.0)
    loops = [make.arch((x, -0.06, -0.13), (x, 0.06, -0.13), 0.13, 0.004) for x in (-deep * 0.4, deep * 0.4)]
    label = make.box((deep * 1.02, wide * 0.5, tall * 0.3), (0, 0, -0.12 - tall * 0.45), 12.0)
    return [(merged([bag, *loops]), cloth(carried.tint, 0.03)), (label, cloth(carried.second))]


def _plastic_bag(fit: Fit, carried: Carried) -> Things:
    del fit
    random = stream("plastic bag", carried.number)
    wide, tall = float(random.uniform(0.24, 0.32)), float(random.uniform(0.30, 0.40))
    bag = make.box((0.15, wide, tall), (0, 0, -0.10 - tall / 2), 2.6, 0.55, 0.05)
    loops = [make.arch((0, y - 0.02, -0.16), (0, y + 0.02, -0.16), 0.16, 0.010) for y in (-0.03, 0.03)]
    look = replace(cloth(carried.tint, 0.12), bump=0.5, bump_size=(0.04, 0.04, 0.06))
    return [(merged([bag, *loops]), look)]


def _briefcase(fit: Fit, carried: Carried) -> Things:
    del fit
    bag = make.box((0.10, 0.40, 0.29), (0, 0, -0.055 - 0.145), 9.0)
    handle = make.arch((0, -0.06, -0.055), (0, 0.06, -0.055), 0.055, 0.010, 0.5)
    flap = make.box((0.104, 0.38, 0.14), (0, 0, -0.055 - 0.075), 9.0)
    return [(bag, cloth(carried.tint, 0.12)), (merged([handle, flap]), cloth(carried.tint, 0.12, 0.75))]


def _sports_bag(fit: Fit, carried: Carried) -> Things:
    del fit
    bag = make.box((0.26, 0.52, 0.26), (0, 0, -0.14 - 0.13), 3.2)
    bands = [make.box((0.265, 0.035, 0.265), (0, y, -0.14 - 0.13), 3.2) for y in (-0.12, 0.12)]
    loops = [make.arch((x, -0.12, -0.16), (x, 0.12, -0.16), 0.16, 0.009) for x in (-0.05, 0.05)]
    return [(bag, cloth(carried.tint)), (merged([*bands, *loops]), cloth(carried.second, shade=0.8))]


def _reach_down(fit: Fit) -> float:
    """Height of the grip of a hanging hand above the sole: the wrist's, less half a hand."""
    shoulder, elbow, wrist = (fit.joint(f"{b}.L") for b in ("upperarm01", "lowerarm01", "wrist"))
    arm = np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)
    return float(shoulder[2] - 0.97 * arm - 0.035 * fit.size + 0.02)


def _suitcase(fit: Fit, carried: Carried) -> Things:
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
    return [(shell, cloth(carried.tint, 0.16)), (merged(ribs), cloth(carried.tint, 0.16, 0.85)),
            (merged(bars), _METAL), (merged([grip, *wheels]), _BLACK)]  # fmt: skip


def _trolley(fit: Fit, carried: Carried) -> Things:
    floor = -_reach_down(fit) - 0.07
    y = 0.26
    sack = make.box((0.34, 0.24, 0.58), (0, y, floor + 0.12 + 0.29), 5.0, 0.0, 0.05)
    flap = make.box((0.36, 0.26, 0.14), (0, y, floor + 0.12 + 0.54), 5.0)
    bars = [make.rod([(x, 0, 0), (x, y - 0.14, floor + 0.1)], 0.009) for x in (-0.12, 0.12)]
    wheels = [lock for x in (-0.19, 0.19) for lock in make.wheel((x, y, floor + 0.085), 0.07, 0.014)]
    grip = make.rod([(-0.12, 0, 0), (0.12, 0, 0)], 0.013)
    return [(sack, cloth(carried.tint)), (flap, cloth(carried.second)), (merged(bars), _METAL),
            (merged([grip, *wheels]), _BLACK)]  # fmt: skip


def _umbrella(fit: Fit, carried: Carried) -> Things:
    random = stream("umbrella", carried.number)
    side = own_side(carried)
    radius = float(random.uniform(0.46, 0.60))
    top = (-side * 0.10, 0.13, 0.62 * fit.size)
    spread = make.canopy(top, radius, 0.42 * radius)
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
    look = replace(cloth(carried.tint, 0.08), wrap=0.3)
    return [(spread, look), (merged([shaft, *ribs]), _BLACK)]


def _closed_umbrella(fit: Fit, carried: Carried) -> Things:
    del fit
    share = np.linspace(0, 1, 8)
    path = np.stack([0 * share, 0.06 * share, -0.06 - 0.62 * share], axis=1).astype(np.float32)
    spread = make.strip_tube(path, 0.030 * np.sin(np.pi * (0.15 + 0.8 * share)))
    handle = make.rod([(0, 0.03, -0.02), (0, -0.01, 0.03), (0, 0, -0.06), (0, 0.06, -0.70)], 0.007)
    return [(spread, cloth(carried.tint)), (handle, _BLACK)]


def _phone(fit: Fit, carried: Carried) -> Things:
    del fit
    body = make.box((0.072, 0.012, 0.146), (0, -0.012, 0.035), 8.0)
    return [(body, cloth(carried.tint, 0.3))]


def _cup(fit: Fit, carried: Carried) -> Things:
    del fit
    path = np.array([(0, -0.005, -0.07), (0, -0.005, 0.0), (0, -0.005, 0.05)], np.float32)
    cup = make.strip_tube(path, np.array([0.026, 0.032, 0.038]))
    lid = make.strip_tube(
        np.array([(0, -0.005, 0.05), (0, -0.005, 0.062)], np.float32), np.array([0.040, 0.034])
    )
    return [(cup, cloth(carried.tint)), (lid, Surface((0.5, 0.5, 0.5)))]


def _folder(fit: Fit, carried: Carried) -> Things:
    del fit
    return [(make.box((0.22, 0.018, 0.31), (0, -0.01, 0.05), 9.0), cloth(carried.tint, 0.05))]


def _stick(fit: Fit, carried: Carried) -> Things:
    low = -_reach_down(fit) - 0.02
    stick = make.rod([(0, -0.04, 0.01), (0, 0.05, 0.012), (0, 0.0, -0.01), (0, -0.10, low)], 0.011)
    return [(stick, cloth(carried.tint, 0.1))]


def _push_chair(fit: Fit, carried: Carried) -> Things:
    side = own_side(carried)
    middle = -side * 0.20 * (1.0 if fit.size > 0.8 else 0.8)
    floor = -1.02

    def at(x: float, y: float, z: float) -> make.Point:
        return middle + x, y, floor + z

    seat = make.box((0.36, 0.44, 0.24), at(0, -0.52, 0.50), 8.0, -0.1)
    hood = make.box((0.40, 0.30, 0.30), at(0, -0.38, 0.80), 4.0, 0.15)
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
    return [(hood, cloth(carried.tint)), (seat, cloth(carried.tint, shade=0.55)), (merged([basket, grip,
    *wheels]), _BLACK),
            (merged(frame), _METAL), (child, Surface((0.42, 0.27, 0.20), wrap=0.2))]  # fmt: skip


def _bicycle(fit: Fit, carried: Carried) -> Things:
    side = own_side(carried)
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
    return [(frame, cloth(carried.tint, 0.25)), (merged(parts), _BLACK)]


def _dog(fit: Fit, carried: Carried) -> Things:
    random = stream("dog", carried.number)
    side = own_side(carried)
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
        (make.dog(spot, size), replace(cloth(carried.tint), bump=0.4, bump_size=(0.03, 0.05, 0.03))),
        (lead, _BLACK),
    ]


HELD: Mapping[str, Callable[[Fit, Carried], Things]] = MappingProxyType({
    "hand bag": _hand_bag, "paper bag": _paper_bag, "plastic bag": _plastic_bag, "briefcase": _briefcase,
    "sports bag": _sports_bag, "suitcase": _suitcase, "shopping trolley": _trolley, "umbrella": _umbrella,
    "closed umbrella": _closed_umbrella, "phone": _phone, "cup": _cup, "folder": _folder, "walking stick":
    _stick,
    "push-chair": _push_chair, "bicycle": _bicycle, "dog on a lead": _dog,
})  # fmt: skip
"""Kind of thing -> what makes its shapes, metres from the grip, and their looks."""
