"""Playgrounds, beaches, yards."""

import math

import numpy as np

from dropmodel.synthetic.drawing.geometry import Mesh, Surface
from dropmodel.synthetic.props.primitives import (
    bar,
    blob,
    box,
    cylinder,
    hoop,
    joined,
    panel,
    rounded,
    sheet,
    tube,
)
from dropmodel.synthetic.props.tones import DARK, STEEL, WHITE, Random, Tones, plain
from dropmodel.synthetic.scenery.atlas import surface


def swing(random: Random, tones: Tones) -> Mesh:
    """A frame with two swings, 3 m by 2.2 m."""
    frame = tones.painted(random)
    pieces = [bar((-1.5, 0, 2.2), (1.5, 0, 2.2), 0.05, frame)]
    pieces += [bar((x, y, 0), (x, 0, 2.2), 0.045, frame) for x in (-1.5, 1.5) for y in (-0.8, 0.8)]
    for x in (-0.6, 0.6):
        pieces += [bar((x + k, 0, 2.2), (x + k, 0.1, 0.5), 0.008, STEEL, 3) for k in (-0.22, 0.22)]
        pieces.append(box((0.46, 0.2, 0.04), DARK, (x, 0.1, 0.48)))
    return joined(pieces)


def slide(random: Random, tones: Tones) -> Mesh:
    """A slide with a tower, 3 m long."""
    coat = tones.painted(random)
    step = np.linspace(0, 1, 8)
    line = np.stack([0.4 + 2.2 * step, 0 * step, 1.45 - 1.25 * np.sin(step * math.pi / 2) ** 0.9], 1)
    net = np.stack(
        [np.add(line, (0, y, z)) for y, z in ((-0.28, 0.16), (-0.26, 0), (0.26, 0), (0.28, 0.16))], 1
    )
    posts = [
        bar((x, y, 0), (x, y, 2.3), 0.05, tones.wood(random)) for x in (-0.5, 0.4) for y in (-0.45, 0.45)
    ]
    roof = box((1.2, 1.2, 0.5), Surface(tones.paint(random)), (-0.05, 0, 2.3), top_scale=0.15)
    rungs = [
        bar((-0.55 - 0.1 * k, -0.3, 1.2 - 0.25 * k), (-0.55 - 0.1 * k, 0.3, 1.2 - 0.25 * k), 0.02, STEEL, 5)
        for k in range(5)
    ]
    return joined(
        [sheet(net, coat), *posts, roof, box((0.95, 0.95, 0.06), tones.wood(random), (-0.05, 0, 1.4)), *rungs]
    )


def climbing_frame(random: Random, tones: Tones) -> Mesh:
    """A dome of bars, 2.6 m wide."""
    coat = Surface(tones.paint(random), gloss=0.1)
    pieces = []
    for k in range(4):
        way = math.pi * k / 4
        t = np.linspace(0, math.pi, 9)
        pieces.append(
            tube(
                np.stack(
                    [1.3 * np.cos(t) * math.cos(way), 1.3 * np.cos(t) * math.sin(way), 1.5 * np.sin(t)], 1
                ),
                0.025,
                coat,
                5,
            )
        )
    for height in (0.5, 1.05):
        t = np.linspace(0, 2 * math.pi, 17)
        reach = 1.3 * math.sqrt(1 - (height / 1.5) ** 2)
        pieces.append(
            tube(np.stack([reach * np.cos(t), reach * np.sin(t), height + 0 * t], 1), 0.022, coat, 5)
        )
    return joined(pieces)


def spring_rider(random: Random, tones: Tones) -> Mesh:
    """A toy animal on a spring."""
    coat = Surface(tones.paint(random), gloss=0.1)
    return joined(
        [
            cylinder(0.12, 0.32, DARK),
            blob((0.4, 0.16, 0.2), coat, (0, 0, 0.5)),
            blob((0.16, 0.12, 0.17), coat, (-0.36, 0, 0.74), level=1),
            bar((-0.28, -0.2, 0.72), (-0.28, 0.2, 0.72), 0.02, DARK, 5),
        ]
    )


def deck_chair(random: Random, tones: Tones) -> Mesh:
    """A beach chair of cloth and wood."""
    wood, cloth = tones.wood(random), tones.picture("awning", random, (0.5, 1.3))
    frame = [bar((x, -0.5, 0.05), (x, 0.55, 0.95), 0.02, wood, 4) for x in (-0.28, 0.28)]
    frame += [bar((x, 0.45, 0.05), (x, -0.35, 0.45), 0.02, wood, 4) for x in (-0.28, 0.28)]
    return joined([*frame, panel((0.5, 1.3), cloth, (0, -0.42, 0.2), lean=55)])


def beach_hut(random: Random, tones: Tones) -> Mesh:
    """A bathing hut, 2 m by 2 m by 2.6 m."""
    boards = surface("boards", tones.tile(random), tones.paint(random))
    door = panel((0.8, 1.8), surface("door", tones.tile(random), metres=(0.8, 1.8)), (0, -1.01, 0.1))
    return joined(
        [
            box((2, 2, 2.1), boards, (0, 0, 0.1)),
            box((2.3, 2.3, 0.7), plain((110, 104, 98)), (0, 0, 2.2), top_scale=0.1),
            door,
        ]
    )


def boat(random: Random, tones: Tones) -> Mesh:
    """A rowing boat pulled ashore, 3.4 m."""
    hull = Surface(tones.paint(random), gloss=0.1, grain=0.15)
    x = np.linspace(-1.7, 1.7, 12)
    wide = 0.65 * np.sqrt(np.clip(1 - (x / 1.72) ** 2, 0.001, 1))
    rows = []
    for share, height in ((0.0, 0.05), (0.6, 0.12), (0.9, 0.35), (1.0, 0.6)):
        rows.append(np.stack([x, wide * share, height + 0.16 * (x / 1.7) ** 2 + 0 * x], 1))
    half = np.array(rows)
    other = half * [1, -1, 1]
    return joined(
        [
            sheet(half, hull),
            sheet(other, hull),
            *(box((0.22, 1.1, 0.03), tones.wood(random), (k, 0, 0.42)) for k in (-0.7, 0.3)),
        ]
    )


def container(random: Random, tones: Tones) -> Mesh:
    """A shipping container, 6.1 m by 2.4 m by 2.6 m."""
    return joined(
        [
            box((6.1, 2.4, 2.5), surface("corrugated", tones.tile(random)), (0, 0, 0.1)),
            box((6.1, 2.4, 0.1), DARK),
        ]
    )


def drums(random: Random, tones: Tones) -> Mesh:
    """Oil drums."""
    return joined(
        [
            cylinder(
                0.29, 0.88, tones.painted(random), (-0.32 + 0.62 * k, random.uniform(-0.1, 0.1), 0), sides=16
            )
            for k in range(int(random.integers(1, 4)))
        ]
    )


def forklift(random: Random, tones: Tones) -> Mesh:
    """A small fork-lift truck."""
    coat = tones.painted(random)
    pieces = [
        rounded((1.5, 1.0, 0.8), coat, 0.1, (0.2, 0, 0.25)),
        box((0.06, 0.9, 2.0), DARK, (-0.68, 0, 0.1)),
        box((1.0, 0.95, 0.06), DARK, (0.1, 0, 2.0)),
    ]
    pieces += [
        bar((x, y, 1.0), (x * 0.8, y, 2.0), 0.03, DARK, 5) for x in (-0.35, 0.65) for y in (-0.42, 0.42)
    ]
    pieces += [box((0.9, 0.1, 0.04), STEEL, (-1.1, y, 0.08)) for y in (-0.25, 0.25)]
    pieces += [rounded((0.5, 0.2, 0.5), DARK, 0.2, (x, y, 0)) for x in (-0.35, 0.7) for y in (-0.45, 0.45)]
    return joined([*pieces, rounded((0.4, 0.45, 0.5), plain((30, 30, 32)), 0.08, (0.15, 0, 1.0))])


def life_ring(random: Random, tones: Tones) -> Mesh:
    """A life buoy on a post."""
    del tones
    ring = plain((196, 74, 40) if random.uniform() < 0.6 else (200, 198, 190))
    return joined([box((0.1, 0.1, 1.5), WHITE), hoop(0.28, 0.06, ring, (0, -0.1, 1.15), 18, 6)])
