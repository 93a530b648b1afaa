"""Street furniture: what stands on pavements and squares."""

import math

import numpy as np

from dropmodel.synthetic.drawing.geometry import Mesh, Surface
from dropmodel.synthetic.props.primitives import (
    bar,
    blob,
    box,
    cylinder,
    joined,
    lathe,
    panel,
    rounded,
    sheet,
    tube,
)
from dropmodel.synthetic.props.tones import DARK, GLASS, RED, STEEL, WHITE, Random, Tones, plain
from dropmodel.synthetic.scenery.atlas import surface


def bench(random: Random, tones: Tones) -> Mesh:
    """A bench with or without a back, 1.2 to 1.9 m."""
    long, slats, frame = random.uniform(1.2, 1.9), tones.wood(random), tones.metal(random)
    pieces = [box((long, 0.09, 0.035), slats, (0, -0.18 + 0.11 * k, 0.43)) for k in range(4)]
    ends = (-long / 2 + 0.15, long / 2 - 0.15)
    pieces += [box((0.05, 0.4, 0.43), frame, (x, 0, 0)) for x in ends]
    if random.uniform() < 0.7:
        pieces += [
            box((long, 0.03, 0.1), slats, (0, 0.23 + 0.03 * k, 0.55 + 0.13 * k), tilt=10) for k in range(3)
        ]
        pieces += [bar((x, 0.2, 0.4), (x, 0.33, 0.95), 0.025, frame, 5) for x in ends]
    return joined(pieces)


def stone_bench(random: Random, tones: Tones) -> Mesh:
    """A block to sit on."""
    look = surface("formwork", tones.tile(random), metres=(2.4, 1.4))
    long = random.uniform(1.2, 2.2)
    return joined(
        [
            rounded((long, 0.5, 0.45), look, 0.03),
            box((long - 0.1, 0.42, 0.03), tones.wood(random), (0, 0, 0.45)),
        ]
    )


def round_bin(random: Random, tones: Tones) -> Mesh:
    """A litter bin with a lid."""
    coat = tones.painted(random)
    radius, height = random.uniform(0.2, 0.29), random.uniform(0.75, 0.98)
    shape = [(radius, 0.04), (radius * 1.08, height), (radius * 1.14, height), (radius * 1.14, height + 0.05)]
    lid = [(radius * 1.14, height + 0.05), (radius * 0.7, height + 0.16), (0, height + 0.19)]
    return joined([lathe(shape, coat, sides=16), lathe(lid, plain((40, 40, 42), 0.1), sides=16)])


def post_bin(random: Random, tones: Tones) -> Mesh:
    """A small bin on a post."""
    coat = tones.painted(random)
    return joined(
        [
            bar((0, 0, 0), (0, 0, 1.2), 0.035, tones.metal(random)),
            rounded((0.4, 0.3, 0.55), coat, 0.06, (0, -0.16, 0.5)),
            box((0.28, 0.02, 0.1), DARK, (0, -0.32, 0.9)),
        ]
    )


def wheeled_bin(random: Random, tones: Tones) -> Mesh:
    """A household bin on wheels."""
    coat = tones.painted(random)
    return joined(
        [
            box((0.46, 0.5, 0.88), coat, (0, 0, 0.1), top_scale=1.16),
            rounded((0.58, 0.64, 0.1), coat, 0.04, (0, -0.01, 0.97)),
            cylinder(0.1, 0.06, DARK, (-0.25, 0.2, 0.0)),
            cylinder(0.1, 0.06, DARK, (0.25, 0.2, 0.0)),
            bar((-0.25, 0.36, 1.0), (0.25, 0.36, 1.0), 0.02, DARK, 5),
        ]
    )


def skip(random: Random, tones: Tones) -> Mesh:
    """A big waste container, 1.4 m."""
    coat = tones.painted(random)
    pieces = [
        box((1.3, 0.95, 1.0), coat, (0, 0, 0.16), top_scale=1.08),
        rounded((1.42, 1.05, 0.14), plain((66, 68, 70)), 0.05, (0, 0, 1.16)),
    ]
    pieces += [cylinder(0.08, 0.16, DARK, (x, y, 0)) for x in (-0.5, 0.5) for y in (-0.35, 0.35)]
    return joined(pieces)


def bollard(random: Random, tones: Tones) -> Mesh:
    """A post that keeps cars out."""
    radius, height = random.uniform(0.05, 0.13), random.uniform(0.75, 1.1)
    how = random.uniform()
    coat = tones.metal(random) if how < 0.6 else surface("formwork", tones.tile(random), metres=(1.2, 1.2))
    shape = [
        (radius * 1.15, 0),
        (radius, 0.08),
        (radius, height),
        (radius * 0.8, height + 0.05),
        (0, height + 0.08),
    ]
    pieces = [lathe(shape, coat, sides=12)]
    if random.uniform() < 0.5:
        pieces.append(
            cylinder(
                radius * 1.02,
                0.07,
                WHITE if random.uniform() < 0.6 else RED,
                (0, 0, height - 0.16),
                capped=False,
            )
        )
    return joined(pieces)


def lamp_post(random: Random, tones: Tones) -> Mesh:
    """A street lamp, 4 to 7 m."""
    metal, height = tones.metal(random), random.uniform(4, 7)
    pieces = [lathe([(0.11, 0), (0.1, 0.9), (0.065, 0.95), (0.05, height)], metal, sides=10)]
    if height > 5.2:
        pieces.append(
            tube([(0, 0, height - 0.05), (0.3, 0, height + 0.35), (1.2, 0, height + 0.45)], 0.035, metal)
        )
        pieces.append(rounded((0.62, 0.24, 0.1), metal, 0.04, (1.4, 0, height + 0.38)))
        pieces.append(box((0.5, 0.18, 0.02), WHITE, (1.4, 0, height + 0.37)))
    else:
        pieces.append(blob((0.2, 0.2, 0.22), plain((214, 210, 198), 0.3), (0, 0, height + 0.18)))
        pieces.append(cylinder(0.24, 0.06, metal, (0, 0, height + 0.36), top=0.02))
    return joined(pieces)


def traffic_light(random: Random, tones: Tones) -> Mesh:
    """A traffic light for cars and walkers."""
    metal = tones.metal(random)
    pieces = [
        lathe([(0.1, 0), (0.06, 0.6), (0.055, 3.1)], metal, sides=10),
        box((0.3, 0.2, 0.92), DARK, (0, -0.14, 2.4)),
    ]
    lit = int(random.integers(3))
    for k, shade in enumerate(((60, 190, 90), (220, 160, 40), (210, 50, 40))):
        look = plain(shade if k == lit else (38, 36, 34), 0.2)
        pieces.append(blob((0.1, 0.04, 0.1), look, (0, -0.25, 2.54 + 0.29 * k), level=1))
    pieces.append(box((0.1, 0.1, 0.18), plain((196, 160, 48)), (0, -0.09, 1.0)))
    return joined(pieces)


def hydrant(random: Random, tones: Tones) -> Mesh:
    """A fire hydrant."""
    coat = RED if random.uniform() < 0.6 else tones.painted(random)
    shape = [
        (0.14, 0),
        (0.14, 0.06),
        (0.1, 0.08),
        (0.1, 0.55),
        (0.13, 0.56),
        (0.13, 0.6),
        (0.09, 0.72),
        (0, 0.78),
    ]
    return joined(
        [
            lathe(shape, coat, sides=12),
            bar((-0.19, 0, 0.42), (0.19, 0, 0.42), 0.05, coat, 8),
            bar((0, -0.17, 0.4), (0, 0, 0.4), 0.06, coat, 8),
        ]
    )


def letter_box(random: Random, tones: Tones) -> Mesh:
    """A post box: a pillar or a case on legs."""
    coat = tones.painted(random)
    if random.uniform() < 0.5:
        shape = [
            (0.24, 0),
            (0.24, 0.1),
            (0.21, 0.12),
            (0.21, 1.25),
            (0.26, 1.27),
            (0.26, 1.34),
            (0.12, 1.44),
            (0, 1.46),
        ]
        return joined(
            [
                lathe(shape, coat, sides=16),
                box((0.24, 0.02, 0.05), DARK, (0, -0.21, 1.08)),
                box((0.18, 0.01, 0.2), WHITE, (0, -0.212, 0.75)),
            ]
        )
    legs = [bar((x, 0, 0), (x, 0, 0.6), 0.03, tones.metal(random)) for x in (-0.18, 0.18)]
    return joined(
        [
            *legs,
            rounded((0.52, 0.36, 0.72), coat, 0.07, (0, 0, 0.58)),
            box((0.34, 0.02, 0.04), DARK, (0, -0.185, 1.14)),
            box((0.2, 0.01, 0.24), WHITE, (0, -0.185, 0.75)),
        ]
    )


def cabinet(random: Random, tones: Tones) -> Mesh:
    """A grey box with cables inside, as stands at corners."""
    wide, height = random.uniform(0.7, 1.5), random.uniform(0.95, 1.4)
    coat = tones.metal(random)
    pieces = [
        box((wide, 0.38, height), coat, (0, 0, 0.06)),
        box((wide + 0.06, 0.44, 0.06), coat, (0, 0, height + 0.06)),
        box((wide - 0.06, 0.32, 0.06), DARK),
    ]
    if random.uniform() < 0.5:
        pieces.append(panel((0.4, 0.5), tones.picture("poster", random, (0.4, 0.5)), (0.05, -0.2, 0.5)))
    pieces.append(box((0.01, 0.01, height - 0.1), DARK, (0, -0.19, 0.1)))
    return joined(pieces)


def phone_booth(random: Random, tones: Tones) -> Mesh:
    """A glazed booth, 0.9 m by 0.9 m by 2.3 m."""
    coat = tones.painted(random)
    posts = [box((0.06, 0.06, 2.2), coat, (x, y, 0)) for x in (-0.42, 0.42) for y in (-0.42, 0.42)]
    sides = [
        box((0.84, 0.02, 2.0), GLASS, (0, 0.42, 0.1)),
        box((0.02, 0.84, 2.0), GLASS, (-0.42, 0, 0.1)),
        box((0.02, 0.84, 2.0), GLASS, (0.42, 0, 0.1)),
    ]
    bands = [box((0.84, 0.04, 0.1), coat, (0, y, z)) for y in (-0.42, 0.42) for z in (0.05, 1.0)]
    top = [
        box((0.95, 0.95, 0.25), coat, (0, 0, 2.1)),
        panel((0.8, 0.18), tones.picture("board", random, (0.8, 0.18)), (0, -0.48, 2.13)),
    ]
    return joined([*posts, *sides, *bands, *top, box((0.3, 0.2, 0.5), DARK, (0, 0.3, 1.1))])


def kiosk(random: Random, tones: Tones) -> Mesh:
    """A stall that sells papers or coffee, 2.2 m by 1.8 m by 2.6 m."""
    coat = tones.painted(random)
    awning = tones.picture("awning", random, (2.4, 1.0))
    pieces = [
        box((2.2, 1.8, 0.95), coat),
        box((0.1, 1.8, 1.45), coat, (-1.05, 0, 0.95)),
        box((0.1, 1.8, 1.45), coat, (1.05, 0, 0.95)),
        box((2.2, 0.1, 1.45), coat, (0, 0.85, 0.95)),
        box((2.4, 2.0, 0.2), coat, (0, 0, 2.4)),
        panel((2.0, 1.3), surface("goods", tones.tile(random), metres=(2.0, 1.3)), (0, 0.2, 1.0)),
        panel((2.0, 0.4), tones.picture("board", random, (2.0, 0.4)), (0, -1.01, 2.4)),
        box((2.3, 0.4, 0.04), tones.wood(random), (0, -1.0, 0.95)),
        panel((2.4, 1.0), awning, (0, -1.7, 2.05), lean=68),
    ]
    pieces += [
        panel((0.5, 0.7), tones.picture("poster", random, (0.5, 0.7)), (x, -0.91, 0.12))
        for x in (-0.7, 0, 0.7)
    ]
    return joined(pieces)


def bus_shelter(random: Random, tones: Tones) -> Mesh:
    """A glazed shelter, 3.6 m by 1.4 m by 2.5 m, open to -y."""
    metal = tones.metal(random)
    posts = [box((0.08, 0.08, 2.4), metal, (x, y, 0)) for x in (-1.75, 0, 1.75) for y in (0.6,)]
    posts += [box((0.08, 0.08, 2.4), metal, (x, -0.6, 0)) for x in (-1.75, 1.75)]
    roof = box((3.7, 1.6, 0.12), metal, (0, 0, 2.4))
    bars = [box((3.5, 0.03, 0.05), metal, (0, 0.6, z)) for z in (0.25, 1.1, 2.1)]
    seat = box((1.9, 0.35, 0.05), tones.wood(random), (-0.4, 0.35, 0.45))
    legs = [box((0.06, 0.3, 0.45), metal, (x, 0.35, 0)) for x in (-1.2, 0.4)]
    poster = [box((0.12, 1.25, 1.9), metal, (1.75, 0, 0.3))]
    picture = panel((1.15, 1.75), tones.picture("poster", random, (1.15, 1.75)))
    poster += [picture.moved(90, (1.82, 0, 0.38)), picture.moved(-90, (1.68, 0, 0.38))]
    chart = panel((0.7, 1.0), tones.picture("notice", random, (0.7, 1.0)), (1.1, 0.56, 0.9))
    name = panel((1.6, 0.25), tones.picture("board", random, (1.6, 0.25)), (0, -0.81, 2.38))
    return joined([*posts, roof, *bars, seat, *legs, *poster, chart, name])


def advert(random: Random, tones: Tones) -> Mesh:
    """A lit advertisement on one leg, 1.3 m by 2.6 m."""
    metal = tones.metal(random)
    picture = panel((1.15, 1.7), tones.picture("poster", random, (1.15, 1.7), glow=0.25))
    return joined(
        [
            box((0.5, 0.18, 0.6), metal),
            rounded((1.32, 0.2, 2.0), metal, 0.06, (0, 0, 0.6)),
            picture.moved(0, (0, -0.11, 0.72)),
            picture.moved(180, (0, 0.11, 0.72)),
        ]
    )


def advert_column(random: Random, tones: Tones) -> Mesh:
    """A round pillar pasted with posters, 3.2 m."""
    bills = surface("poster", tones.tile(random), metres=(1.3, 1.2))
    coat = tones.painted(random)
    return joined(
        [
            lathe([(0.72, 0), (0.68, 0.4), (0.62, 0.42)], coat, sides=20),
            cylinder(0.62, 2.4, bills, (0, 0, 0.42), sides=20),
            lathe([(0.78, 2.8), (0.78, 2.95), (0.3, 3.2), (0, 3.25)], coat, sides=20),
        ]
    )


def a_board(random: Random, tones: Tones) -> Mesh:
    """A folding board before a shop."""
    picture = panel((0.56, 0.95), tones.picture("poster", random, (0.56, 0.95)), lean=14)
    frame = tones.wood(random)
    legs = [bar((x, y, 0), (x, y * 0.15, 1.0), 0.02, frame, 4) for x in (-0.29, 0.29) for y in (-0.26, 0.26)]
    return joined([picture.moved(0, (0, -0.26, 0.06)), picture.moved(180, (0, 0.26, 0.06)), *legs])


def cafe_table(random: Random, tones: Tones) -> Mesh:
    """A round table with two chairs."""
    metal, top = tones.metal(random), tones.wood(random)
    pieces = [
        cylinder(0.35, 0.03, top, (0, 0, 0.71), sides=18),
        bar((0, 0, 0), (0, 0, 0.71), 0.03, metal),
        cylinder(0.22, 0.03, metal),
    ]
    chair = _chair(tones.wood(random) if random.uniform() < 0.5 else plain((58, 56, 54)), metal)
    pieces += [
        chair.moved(side * 90 + random.uniform(-25, 25), (side * 0.62, random.uniform(-0.1, 0.1), 0))
        for side in (-1, 1)
    ]
    return joined(pieces)


def _chair(seat: Surface, frame: Surface) -> Mesh:
    legs = [
        bar((x, y, 0), (x * 0.9, y * 0.9, 0.45), 0.013, frame, 4) for x in (-0.2, 0.2) for y in (-0.19, 0.19)
    ]
    back = [bar((x, 0.18, 0.44), (x, 0.25, 0.85), 0.013, frame, 4) for x in (-0.18, 0.18)]
    return joined(
        [
            box((0.42, 0.42, 0.03), seat, (0, 0, 0.44)),
            *legs,
            *back,
            box((0.4, 0.02, 0.2), seat, (0, 0.23, 0.62), tilt=10),
        ]
    )


def parasol(random: Random, tones: Tones) -> Mesh:
    """A sunshade 2.4 m wide on a pole; its cloth hangs down to about 2 m."""
    cloth = tones.picture("awning", random, (1.2, 1.2))
    angle = np.linspace(0, 2 * math.pi, 9)
    rings = []
    for radius, height in ((0.02, 2.75), (0.65, 2.5), (1.25, 2.18), (1.27, 2.0)):
        rings.append(np.stack([radius * np.cos(angle), radius * np.sin(angle), np.full(9, height)], 1))
    return joined(
        [
            sheet(np.array(rings), cloth),
            bar((0, 0, 0), (0, 0, 2.8), 0.024, tones.metal(random)),
            box((0.5, 0.5, 0.1), plain((120, 118, 114))),
        ]
    )


def fountain(random: Random, tones: Tones) -> Mesh:
    """A round basin with a stone in the middle."""
    stone = surface("ashlar", tones.tile(random))
    water = plain((70, 84, 88), 0.6)
    basin = lathe([(1.5, 0), (1.5, 0.5), (1.28, 0.5), (1.28, 0.3)], stone, sides=24)
    return joined(
        [
            basin,
            cylinder(1.3, 0.02, water, (0, 0, 0.34), sides=24),
            lathe([(0.3, 0.3), (0.16, 0.8), (0.2, 1.3), (0.5, 1.45), (0, 1.5)], stone, sides=14),
        ]
    )


def statue(random: Random, tones: Tones) -> Mesh:
    """A plinth with something of bronze on it."""
    bronze = plain((74, 84, 74), 0.15, 0.3)
    plinth = [
        box((1.1, 1.1, 0.25), surface("ashlar", tones.tile(random))),
        box((0.85, 0.85, 1.3), surface("ashlar", tones.tile(random)), (0, 0, 0.25)),
    ]
    return joined(
        [
            *plinth,
            blob((0.3, 0.24, 0.55), bronze, (0, 0, 2.05), random, 0.12),
            blob((0.15, 0.17, 0.2), bronze, (0.02, 0, 2.75), random, 0.1, 1),
        ]
    )


def bike_stand(random: Random, tones: Tones) -> Mesh:
    """Two steel hoops to lock bicycles to."""
    look = STEEL if random.uniform() < 0.6 else tones.metal(random)
    path = np.array(
        [(0, -0.38, 0), (0, -0.38, 0.7), (0, -0.28, 0.8), (0, 0.28, 0.8), (0, 0.38, 0.7), (0, 0.38, 0)]
    )
    return joined([tube(np.add(path, (x, 0, 0)), 0.024, look, 6) for x in (-0.4, 0.4)])
