"""Things of shops, stations, offices, museums."""

import math

import numpy as np

from dropmodel.synthetic.drawing.geometry import Mesh, Surface
from dropmodel.synthetic.props.primitives import bar, blob, box, cylinder, joined, lathe, panel, rounded, tube
from dropmodel.synthetic.props.tones import DARK, GLASS, RUBBER, STEEL, WHITE, Random, Tones, plain
from dropmodel.synthetic.scenery.atlas import surface


def counter(random: Random, tones: Tones) -> Mesh:
    """A sales or reception counter, 2 m by 0.7 m by 1.05 m."""
    front = surface("panelling", tones.tile(random), metres=(2.0, 1.05))
    pieces = [
        box((2.0, 0.65, 1.0), front),
        box((2.1, 0.8, 0.05), tones.wood(random), (0, -0.03, 1.0)),
        box((1.9, 0.55, 0.1), DARK),
    ]
    if random.uniform() < 0.6:
        pieces += [
            box((0.42, 0.04, 0.28), DARK, (0.4, 0.1, 1.2)),
            box((0.08, 0.08, 0.16), DARK, (0.4, 0.12, 1.05)),
        ]
    if random.uniform() < 0.4:
        pieces.append(panel((1.2, 0.3), tones.picture("board", random, (1.2, 0.3)), (0, -0.33, 0.5)))
    return joined(pieces)


def shelf(random: Random, tones: Tones) -> Mesh:
    """A gondola full of goods on both sides, 2.4 m by 0.9 m by 1.8 m."""
    front = panel((2.4, 1.8), surface("goods", tones.tile(random), metres=(2.4, 1.8)))
    back = panel((2.4, 1.8), surface("goods", tones.tile(random), metres=(2.4, 1.8)))
    end = panel(
        (0.9, 1.8),
        tones.picture("poster", random, (0.9, 1.8))
        if random.uniform() < 0.5
        else surface("goods", tones.tile(random)),
    )
    base = box((2.42, 0.92, 0.14), plain((120, 118, 114)))
    lid = box((2.42, 0.92, 0.03), WHITE, (0, 0, 1.82))
    sides = [end.moved(90, (1.21, 0, 0.05)), end.moved(-90, (-1.21, 0, 0.05))]
    return joined([front.moved(0, (0, -0.45, 0.05)), back.moved(180, (0, 0.45, 0.05)), *sides, base, lid])


def book_shelf(random: Random, tones: Tones) -> Mesh:
    """A book case, 1.2 m by 0.35 m by 2.1 m."""
    wood = tones.wood(random)
    return joined(
        [
            box((1.2, 0.35, 2.1), wood),
            panel((1.12, 1.95), surface("books", tones.tile(random), metres=(2.2, 2.0)), (0, -0.18, 0.1)),
        ]
    )


def freezer(random: Random, tones: Tones) -> Mesh:
    """A chest freezer with a glass lid, 1.8 m by 0.9 m by 0.9 m."""
    coat = Surface(tones.paint(random), gloss=0.1)
    return joined(
        [
            box((1.8, 0.9, 0.85), WHITE),
            box((1.82, 0.92, 0.25), coat, (0, 0, 0.3)),
            box((1.7, 0.8, 0.03), GLASS, (0, 0, 0.86)),
            box((1.82, 0.92, 0.1), DARK),
        ]
    )


def crates(random: Random, tones: Tones) -> Mesh:
    """Stacked crates of fruit or bottles."""
    look = surface(
        "crate_side",
        tones.tile(random),
        tones.paint(random) if random.uniform() < 0.5 else (0.5, 0.36, 0.22),
        metres=(0.58, 0.26),
    )
    pieces = [
        box(
            (0.58, 0.38, 0.26),
            look,
            (-0.6 + 0.62 * column, random.uniform(-0.02, 0.02), 0.27 * level),
            turn=random.uniform(-3, 3),
        )
        for column in range(int(random.integers(1, 4)))
        for level in range(int(random.integers(1, 5)))
    ]
    return joined(pieces)


def turnstile(random: Random, tones: Tones) -> Mesh:
    """A ticket gate: two cases and a wing, 1 m by 1.4 m by 1 m."""
    coat = tones.metal(random) if random.uniform() < 0.4 else STEEL
    pieces = []
    for x in (-0.42, 0.42):
        pieces += [
            rounded((0.2, 1.4, 0.98), coat, 0.04, (x, 0, 0)),
            box((0.14, 0.2, 0.03), DARK, (x, -0.5, 0.98)),
        ]
        pieces.append(box((0.1, 0.01, 0.1), plain((90, 190, 110)), (x, -0.705, 0.75)))
    wing = Surface((0.3, 0.06, 0.05), gloss=0.4) if random.uniform() < 0.5 else GLASS
    return joined(
        [*pieces, box((0.3, 0.03, 0.6), wing, (-0.2, 0, 0.3)), box((0.3, 0.03, 0.6), wing, (0.2, 0, 0.3))]
    )


def ticket_machine(random: Random, tones: Tones) -> Mesh:
    """A ticket machine, 0.9 m by 0.6 m by 1.9 m."""
    return joined(
        [
            rounded((0.92, 0.6, 1.9), tones.painted(random), 0.05),
            panel((0.82, 1.75), tones.picture("machine", random, (0.82, 1.75)), (0, -0.305, 0.08)),
        ]
    )


def vending_machine(random: Random, tones: Tones) -> Mesh:
    """A vending machine, 1 m by 0.8 m by 1.85 m."""
    return joined(
        [
            box((1.0, 0.8, 1.85), plain((70, 70, 74), 0.1)),
            panel((0.98, 1.8), tones.picture("vending", random, (0.98, 1.8), glow=0.3), (0, -0.41, 0.03)),
        ]
    )


def escalator(random: Random, tones: Tones) -> Mesh:
    """The side of an escalator rising towards +x, 6 m long, 2.6 m high."""
    del tones
    look, glass = (STEEL, GLASS) if random.uniform() < 0.6 else (plain((96, 96, 98), 0.2), STEEL)
    slope = math.degrees(math.atan2(2.6, 4.6))
    pieces = []
    for y in (-0.6, 0.6):
        side = panel((5.3, 0.5), look, cell=2).moved(0, (2.65, y, 0))
        lift = np.tan(math.radians(slope)) * np.clip(side.vertices[:, 0] - 0.3, 0, None)
        pieces.append(
            side.replaced(
                side.vertices + np.stack([0 * lift, 0 * lift, lift], 1).astype(np.float32), side.normals
            )
        )
        pane = panel((5.3, 0.5), glass, cell=2).moved(0, (2.65, y, 0.5))
        pieces.append(
            pane.replaced(
                pane.vertices + np.stack([0 * lift, 0 * lift, lift], 1).astype(np.float32), pane.normals
            )
        )
        pieces.append(
            tube(
                [(-0.2, y, 0.95), (0.3, y, 1.03), (5.3, y, 1.03 + 5.0 * math.tan(math.radians(slope)))],
                0.045,
                RUBBER,
            )
        )
    tread = plain((70, 70, 72), 0.15)
    pieces += [box((0.3, 1.1, 0.17), tread, (0.3 + 0.28 * k, 0, 0.02 + 0.158 * k)) for k in range(18)]
    return joined(pieces)


def luggage_cart(random: Random, tones: Tones) -> Mesh:
    """An airport trolley, sometimes with cases."""
    metal = STEEL
    pieces = [box((0.55, 0.85, 0.03), metal, (0, 0, 0.22)), box((0.55, 0.03, 0.4), metal, (0, -0.42, 0.22))]
    pieces += [bar((x, 0.4, 0.2), (x, 0.5, 1.02), 0.018, metal, 5) for x in (-0.27, 0.27)]
    pieces.append(bar((-0.27, 0.5, 1.02), (0.27, 0.5, 1.02), 0.022, DARK, 6))
    pieces += [cylinder(0.07, 0.05, RUBBER, (x, y, 0.02)) for x in (-0.22, 0.22) for y in (-0.35, 0.35)]
    if random.uniform() < 0.7:
        for k in range(int(random.integers(1, 4))):
            pieces.append(
                rounded(
                    (0.48, 0.68, 0.22),
                    Surface(tones.paint(random), gloss=0.08),
                    0.06,
                    (0, 0, 0.26 + 0.23 * k),
                )
            )
    return joined(pieces)


def suitcases(random: Random, tones: Tones) -> Mesh:
    """A few suitcases standing together."""
    pieces = []
    for k in range(int(random.integers(1, 4))):
        coat = Surface(tones.paint(random), gloss=0.1, grain=0.08)
        x, height = -0.4 + 0.5 * k, random.uniform(0.5, 0.75)
        pieces += [rounded((0.44, 0.26, height), coat, 0.06, (x, random.uniform(-0.1, 0.1), 0.06))]
        pieces += [
            bar((x - 0.1, 0.05, height), (x - 0.1, 0.05, height + 0.35), 0.01, STEEL, 4),
            bar((x + 0.1, 0.05, height), (x + 0.1, 0.05, height + 0.35), 0.01, STEEL, 4),
        ]
        pieces.append(box((0.24, 0.03, 0.03), DARK, (x, 0.05, height + 0.34)))
    return joined(pieces)


def shopping_cart(random: Random, tones: Tones) -> Mesh:
    """A wire trolley."""
    metal = STEEL
    pieces = []
    corners = [(-0.22, -0.45, 0.5), (0.22, -0.45, 0.5), (0.28, 0.42, 0.45), (-0.28, 0.42, 0.45)]
    upper = [(x * 1.08, y * 1.05, 0.98 if y < 0 else 1.02) for x, y, _ in corners]
    middle = [(x, y, (a[2] + z) / 2) for (x, y, z), a in zip(upper, corners, strict=True)]
    pieces += [tube([*ring, ring[0]], 0.009, metal, 4) for ring in (corners, upper, middle)]
    for (x0, y0, z0), (x1, y1, z1), top0, top1 in zip(
        corners, corners[1:] + corners[:1], upper, upper[1:] + upper[:1], strict=True
    ):
        for t in np.arange(0, 1, 0.2):
            low = (x0 + t * (x1 - x0), y0 + t * (y1 - y0), z0 + t * (z1 - z0))
            high = tuple(a + t * (b - a) for a, b in zip(top0, top1, strict=True))
            pieces.append(bar(low, high, 0.004, metal, 3))  # type: ignore[arg-type]
    pieces += [
        box((0.5, 0.9, 0.01), metal, (0, 0, 0.47)),
        bar((-0.27, 0.5, 1.06), (0.27, 0.5, 1.06), 0.02, Surface(tones.paint(random)), 6),
    ]
    pieces += [
        bar((x, y, 0.12), (x, y * 0.9, 0.5), 0.015, metal, 4) for x in (-0.2, 0.2) for y in (-0.4, 0.4)
    ]
    pieces += [cylinder(0.06, 0.05, RUBBER, (x, y, 0.03)) for x in (-0.2, 0.2) for y in (-0.4, 0.4)]
    if random.uniform() < 0.5:
        pieces += [
            box(
                (0.2, 0.25, random.uniform(0.2, 0.4)),
                Surface(tones.paint(random)),
                (random.uniform(-0.1, 0.1), y, 0.5),
            )
            for y in (-0.2, 0.15)
        ]
    return joined(pieces)


def stroller(random: Random, tones: Tones) -> Mesh:
    """A push-chair left standing."""
    cloth = Surface(tones.paint(random), grain=0.1)
    pieces = [
        rounded((0.42, 0.5, 0.2), cloth, 0.08, (0, 0, 0.42)),
        rounded((0.42, 0.14, 0.5), cloth, 0.06, (0, 0.24, 0.48)),
        blob((0.25, 0.26, 0.24), cloth, (0, 0.16, 0.98), level=2),
    ]
    for x in (-0.24, 0.24):
        pieces += [
            bar((x, -0.42, 0.12), (x, 0.45, 1.02), 0.014, DARK, 5),
            bar((x, 0.4, 0.12), (x, -0.1, 0.62), 0.014, DARK, 5),
        ]
        pieces += [rounded((0.05, 0.22, 0.22), RUBBER, 0.1, (x, y, 0)) for y in (-0.42, 0.42)]
    return joined([*pieces, bar((-0.24, 0.45, 1.02), (0.24, 0.45, 1.02), 0.02, DARK, 6)])


def seats(random: Random, tones: Tones) -> Mesh:
    """A row of four hall seats, facing -y."""
    shell, beam = Surface(tones.paint(random), gloss=0.1), tones.metal(random)
    pieces = [
        box((2.2, 0.08, 0.06), beam, (0, 0.05, 0.33)),
        *(box((0.06, 0.5, 0.35), beam, (x, 0, 0)) for x in (-0.8, 0.8)),
    ]
    for k in range(4):
        x = -0.84 + 0.56 * k
        pieces += [
            rounded((0.48, 0.45, 0.06), shell, 0.025, (x, -0.03, 0.4)),
            box((0.48, 0.04, 0.42), shell, (x, 0.2, 0.46), tilt=14),
        ]
    return joined(pieces)


def sofa(random: Random, tones: Tones) -> Mesh:
    """A lobby sofa."""
    cloth = Surface(tones.paint(random), grain=0.12, grain_size=0.01)
    pieces = [rounded((1.9, 0.85, 0.42), cloth, 0.08), rounded((1.9, 0.25, 0.8), cloth, 0.1, (0, 0.32, 0))]
    return joined([*pieces, *(rounded((0.2, 0.85, 0.6), cloth, 0.08, (x, 0, 0)) for x in (-0.95, 0.95))])


def desk(random: Random, tones: Tones) -> Mesh:
    """A table with a screen."""
    top = tones.wood(random)
    pieces = [
        box((1.5, 0.75, 0.03), top, (0, 0, 0.72)),
        *(box((0.05, 0.65, 0.72), STEEL, (x, 0, 0)) for x in (-0.7, 0.7)),
    ]
    return joined(
        [
            *pieces,
            box((0.55, 0.04, 0.34), DARK, (0.1, 0.2, 0.9)),
            box((0.1, 0.1, 0.16), DARK, (0.1, 0.22, 0.74)),
            rounded((0.5, 0.5, 0.5), plain((52, 54, 58)), 0.1, (-0.1, -0.6, 0.4)),
        ]
    )


def departure_board(random: Random, tones: Tones) -> Mesh:
    """A hanging or standing board of departures, 2.2 m by 1.2 m at 2.6 m."""
    face = panel((2.2, 1.2), tones.picture("screen", random, (2.2, 1.2), glow=0.9))
    legs = [bar((x, 0, 0), (x, 0, 2.6), 0.05, tones.metal(random)) for x in (-0.8, 0.8)]
    return joined(
        [
            box((2.3, 0.2, 1.3), DARK, (0, 0, 2.55)),
            face.moved(0, (0, -0.11, 2.6)),
            face.moved(180, (0, 0.11, 2.6)),
            *legs,
        ]
    )


def show_case(random: Random, tones: Tones) -> Mesh:
    """A museum's glass case on a plinth with a pot."""
    base = surface("panelling", tones.tile(random), metres=(0.9, 0.95))
    pot = lathe(
        [(0.08, 1.0), (0.17, 1.15), (0.12, 1.3), (0.14, 1.36)],
        Surface(tones.paint(random), grain=0.2),
        sides=14,
    )
    edges = [bar((x, y, 0.95), (x, y, 1.75), 0.01, STEEL, 4) for x in (-0.43, 0.43) for y in (-0.43, 0.43)]
    return joined([box((0.9, 0.9, 0.95), base), pot, *edges, box((0.9, 0.9, 0.02), STEEL, (0, 0, 1.75))])


def rope_stand(random: Random, tones: Tones) -> Mesh:
    """Brass posts with a hanging rope, 1.6 m."""
    brass = plain((158, 126, 66), 0.3)
    rope = Surface(tones.paint(random), grain=0.2)
    posts = [
        lathe(
            [(0.15, 0), (0.15, 0.03), (0.022, 0.05), (0.022, 0.9), (0.045, 0.93), (0, 0.99)], brass, (x, 0, 0)
        )
        for x in (-0.8, 0.8)
    ]
    step = np.linspace(-0.8, 0.8, 9)
    return joined([*posts, tube(np.stack([step, 0 * step, 0.68 + 0.25 * step**2], 1), 0.02, rope, 6)])


def mannequin(random: Random, tones: Tones) -> Mesh:
    """A torso on a stand in a shop."""
    cloth = Surface(tones.paint(random), grain=0.12)
    shape = [
        (0.14, 0.82),
        (0.19, 0.95),
        (0.13, 1.12),
        (0.18, 1.36),
        (0.17, 1.48),
        (0.06, 1.54),
        (0.05, 1.62),
        (0, 1.64),
    ]
    return joined(
        [
            lathe(shape, cloth, sides=14),
            bar((0, 0, 0), (0, 0, 0.85), 0.02, STEEL),
            cylinder(0.18, 0.02, STEEL),
        ]
    )


def clothes_rail(random: Random, tones: Tones) -> Mesh:
    """A rail hung with clothes, 1.5 m."""
    pieces = [bar((-0.75, 0, 1.5), (0.75, 0, 1.5), 0.016, STEEL)]
    pieces += [bar((x, 0, 0), (x, 0, 1.5), 0.016, STEEL) for x in (-0.75, 0.75)]
    pieces += [bar((x, -0.25, 0.03), (x, 0.25, 0.03), 0.02, STEEL) for x in (-0.75, 0.75)]
    for x in np.arange(-0.66, 0.7, 0.09):
        cloth = Surface(tones.paint(random), grain=0.1)
        pieces.append(
            box(
                (0.05, random.uniform(0.4, 0.5), random.uniform(0.7, 0.95)),
                cloth,
                (x, 0, 0.55),
                top_scale=0.8,
            )
        )
    return joined(pieces)
