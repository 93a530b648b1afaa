"""Fences, railings, signs and what closes a way."""

import numpy as np

from dropmodel.synthetic.drawing.geometry import Mesh, Surface
from dropmodel.synthetic.props.primitives import (
    bar,
    box,
    cylinder,
    extrusion,
    joined,
    lathe,
    panel,
    rounded,
    tube,
)
from dropmodel.synthetic.props.tones import DARK, ORANGE, STEEL, WHITE, Random, Tones, plain
from dropmodel.synthetic.scenery.atlas import surface


def railing(random: Random, tones: Tones) -> Mesh:
    """A guard rail of tubes, 2.4 m by 1.05 m."""
    metal = STEEL if random.uniform() < 0.4 else tones.metal(random)
    pieces = [bar((x, 0, 0), (x, 0, 1.05), 0.026, metal) for x in (-1.2, 0, 1.2)]
    pieces.append(bar((-1.2, 0, 1.05), (1.2, 0, 1.05), 0.026, metal))
    if random.uniform() < 0.5:
        pieces += [bar((-1.2, 0, z), (1.2, 0, z), 0.018, metal) for z in (0.3, 0.65)]
    else:
        pieces += [bar((x, 0, 0.12), (x, 0, 1.05), 0.009, metal, 4) for x in np.arange(-1.08, 1.1, 0.12)]
        pieces.append(bar((-1.2, 0, 0.12), (1.2, 0, 0.12), 0.015, metal, 4))
    return joined(pieces)


def picket_fence(random: Random, tones: Tones) -> Mesh:
    """A garden fence of boards, 2.4 m."""
    wood, height = tones.wood(random) if random.uniform() < 0.6 else WHITE, random.uniform(0.8, 1.3)
    pieces = [box((0.085, 0.02, height), wood, (x, 0, 0.05)) for x in np.arange(-1.15, 1.2, 0.14)]
    pieces += [box((2.4, 0.04, 0.08), wood, (0, 0.03, z)) for z in (0.25, height - 0.2)]
    return joined(pieces)


def mesh_fence(random: Random, tones: Tones) -> Mesh:
    """A fence of welded wire, 2.5 m by 1.2 to 2 m."""
    coat, height = tones.metal(random), random.uniform(1.1, 2.0)
    pieces = [box((0.06, 0.06, height + 0.05), coat, (x, 0, 0)) for x in (-1.25, 1.25)]
    # Wires are flat strips: round ones would cost six times the triangles for the same picture.
    pieces += [panel((0.008, height - 0.1), coat, (x, 0, 0.08)) for x in np.arange(-1.2, 1.21, 0.1)]
    pieces += [panel((2.5, 0.012), coat, (0, 0.002, z)) for z in np.arange(0.1, height, 0.22)]
    return joined(pieces)


def crowd_barrier(random: Random, tones: Tones) -> Mesh:
    """A steel crowd-control barrier, 2.2 m by 1.1 m."""
    metal = tones.metal(random) if random.uniform() < 0.4 else STEEL
    rim = [
        (-1.05, 0, 0.2),
        (-1.1, 0, 0.3),
        (-1.1, 0, 1.0),
        (-1.02, 0, 1.1),
        (1.02, 0, 1.1),
        (1.1, 0, 1.0),
        (1.1, 0, 0.3),
        (1.05, 0, 0.2),
        (-1.05, 0, 0.2),
    ]
    pieces = [tube(rim, 0.02, metal, 6)]
    pieces += [bar((x, 0, 0.2), (x, 0, 1.1), 0.008, metal, 4) for x in np.arange(-0.96, 1.0, 0.12)]
    pieces += [bar((x, -0.3, 0.02), (x, 0.3, 0.02), 0.02, metal, 4) for x in (-0.8, 0.8)]
    pieces += [bar((x, 0, 0.02), (x, 0, 0.2), 0.02, metal, 4) for x in (-0.8, 0.8)]
    return joined(pieces)


def road_barrier(random: Random, tones: Tones) -> Mesh:
    """A red and white plank on two feet, 2 m by 1 m."""
    stripes = surface("barrier_stripes", tones.tile(random))
    pieces = [
        box((2.0, 0.03, 0.25), stripes, (0, 0, z))
        for z in ((0.72,) if random.uniform() < 0.4 else (0.3, 0.72))
    ]
    for x in (-0.8, 0.8):
        pieces += [box((0.05, 0.04, 1.0), WHITE, (x, 0.03, 0)), box((0.25, 0.7, 0.09), DARK, (x, 0, 0))]
    return joined(pieces)


def plastic_barrier(random: Random, tones: Tones) -> Mesh:
    """A water-filled barrier, 1.2 m by 0.8 m, red or white."""
    coat = ORANGE if random.uniform() < 0.5 else WHITE
    del tones
    return joined(
        [box((1.2, 0.45, 0.3), coat, top_scale=0.85), rounded((1.18, 0.24, 0.52), coat, 0.05, (0, 0, 0.28))]
    )


def jersey_barrier(random: Random, tones: Tones) -> Mesh:
    """A concrete road barrier, 2.4 m by 0.8 m."""
    shape = [
        (-0.3, 0),
        (-0.28, 0.08),
        (-0.12, 0.35),
        (-0.09, 0.81),
        (0.09, 0.81),
        (0.12, 0.35),
        (0.28, 0.08),
        (0.3, 0),
    ]
    return extrusion(shape, 2.4, surface("formwork", tones.tile(random), metres=(2.4, 1.4))).moved(
        90, (0, 0, 0)
    )


def cone(random: Random, tones: Tones) -> Mesh:
    """A traffic cone."""
    del tones
    height = random.uniform(0.5, 0.95)
    pieces = [
        box((height * 0.55, height * 0.55, 0.03), ORANGE),
        cylinder(height * 0.19, height, ORANGE, (0, 0, 0.03), top=0.03, sides=14),
    ]
    pieces.append(lathe([(height * 0.145, height * 0.36), (height * 0.105, height * 0.58)], WHITE, sides=14))
    return joined(pieces)


def tape_posts(random: Random, tones: Tones) -> Mesh:
    """Two posts with a belt between them, as in queues, 2 m."""
    metal = STEEL if random.uniform() < 0.5 else plain((40, 40, 42), 0.2)
    belt = Surface(tones.paint(random))
    pieces = [
        lathe(
            [(0.17, 0), (0.17, 0.03), (0.03, 0.05), (0.03, 0.95), (0.045, 0.96), (0.045, 1.02), (0, 1.03)],
            metal,
            (x, 0, 0),
        )
        for x in (-1, 1)
    ]
    return joined([*pieces, box((2.0, 0.006, 0.05), belt, (0, 0, 0.93))])


def sign_post(random: Random, tones: Tones) -> Mesh:
    """A road sign on a pole, face 0.6 m, its middle at 1.3 to 2.4 m."""
    metal, height = tones.metal(random), random.uniform(1.3, 2.4)
    face = tones.picture("road_sign", random, (0.62, 0.62))
    if random.uniform() < 0.55:
        angle = np.linspace(0, 2 * np.pi, 22, endpoint=False)
        plate = extrusion(0.31 * np.stack([np.cos(angle), np.sin(angle)], 1), 0.012, face)
        coords = plate.coords + np.array([0.31, 0, 0.31], np.float32)
    else:
        plate = panel((0.62, 0.62), face, (0, 0, -0.31))
        coords = plate.coords
    plate = Mesh(plate.vertices, plate.normals, plate.faces, coords, plate.cut, plate.surface, plate.surfaces)
    back = box((0.4, 0.02, 0.4), plain((120, 122, 124)), (0, 0.02, height - 0.2))
    return joined(
        [bar((0, 0.05, 0), (0, 0.05, height + 0.35), 0.03, metal), plate.moved(0, (0, 0, height)), back]
    )


def notice_board(random: Random, tones: Tones) -> Mesh:
    """A board with a map or timetable on two legs, 1.1 m by 1.9 m."""
    frame = tones.metal(random) if random.uniform() < 0.6 else tones.wood(random)
    size = (random.uniform(0.8, 1.3), random.uniform(0.8, 1.2))
    kind = "notice" if random.uniform() < 0.6 else "poster"
    legs = [box((0.07, 0.07, 1.95), frame, (x, 0, 0)) for x in (-size[0] / 2, size[0] / 2)]
    return joined(
        [
            *legs,
            box((size[0], 0.05, size[1] + 0.08), frame, (0, 0, 0.82)),
            panel(size, tones.picture(kind, random, size), (0, -0.03, 0.86)),
        ]
    )


def site_board(random: Random, tones: Tones) -> Mesh:
    """A low sign on an A-frame, its face down to the ground: 0.9 m by 1.2 m."""
    size = (random.uniform(0.6, 1.0), random.uniform(0.9, 1.3))
    face = panel(
        size,
        tones.picture("road_sign" if random.uniform() < 0.4 else "poster", random, size),
        (0, -0.05, 0.08),
        lean=8,
    )
    leg = plain((90, 88, 84))
    return joined(
        [
            face,
            bar((-0.3, 0.05, size[1]), (-0.3, 0.4, 0), 0.02, leg, 4),
            bar((0.3, 0.05, size[1]), (0.3, 0.4, 0), 0.02, leg, 4),
        ]
    )


def pole(random: Random, tones: Tones) -> Mesh:
    """A plain post for wires or signs, 3 to 5 m."""
    radius, height = random.uniform(0.05, 0.16), random.uniform(3, 5)
    coat = tones.metal(random) if random.uniform() < 0.6 else tones.wood(random)
    pieces = [cylinder(radius, height, coat, top=radius * 0.85, sides=12)]
    if random.uniform() < 0.4:
        pieces.append(
            panel((0.3, 0.4), tones.picture("notice", random, (0.3, 0.4)), (0, -radius - 0.01, 1.3))
        )
    return joined(pieces)


def column(random: Random, tones: Tones) -> Mesh:
    """A round or square pillar of a hall, 4.5 m."""
    radius = random.uniform(0.22, 0.4)
    kinds = ("formwork", "clean_plaster", "metro_tiles", "ashlar")
    look = surface(kinds[int(random.integers(4))], tones.tile(random))
    if random.uniform() < 0.5:
        return joined([cylinder(radius, 4.5, look, sides=18), cylinder(radius * 1.06, 0.12, DARK, sides=18)])
    return joined(
        [rounded((2 * radius, 2 * radius, 4.5), look, 0.02), box((2.08 * radius, 2.08 * radius, 0.12), DARK)]
    )


def scaffold(random: Random, tones: Tones) -> Mesh:
    """A bay of scaffolding, 2.4 m by 1 m by 4 m, with boards."""
    metal, wood = tones.metal(random), tones.wood(random)
    pieces = [bar((x, y, 0), (x, y, 4.2), 0.024, metal, 5) for x in (-1.2, 1.2) for y in (-0.45, 0.45)]
    for z in (2.0, 4.0):
        pieces += [
            box((2.4, 0.9, 0.05), wood, (0, 0, z)),
            *(bar((-1.2, -0.45, z + h), (1.2, -0.45, z + h), 0.02, metal, 5) for h in (-0.05, 0.5, 1.0)),
        ]
    pieces.append(bar((-1.2, 0.45, 0), (1.2, 0.45, 2), 0.02, metal, 5))
    return joined(pieces)


def rubble(random: Random, tones: Tones) -> Mesh:
    """Pallets of stones or a heap of pipes."""
    wood = tones.wood(random)
    pallet = [box((1.2, 0.1, 0.02), wood, (0, y, 0.12)) for y in np.linspace(-0.35, 0.35, 5)] + [
        box((0.1, 0.8, 0.1), wood, (x, 0, 0.02)) for x in (-0.5, 0, 0.5)
    ]
    if random.uniform() < 0.5:
        load = [
            box((1.1, 0.75, random.uniform(0.3, 0.9)), surface("brick", tones.tile(random)), (0, 0, 0.14))
        ]
    else:
        coat = ORANGE if random.uniform() < 0.5 else tones.painted(random)
        load = [
            bar(
                (-1.1, -0.3 + 0.2 * k, 0.24 + 0.17 * row),
                (1.1, -0.3 + 0.2 * k, 0.24 + 0.17 * row),
                0.09,
                coat,
                8,
            )
            for row in range(2)
            for k in range(4 - row)
        ]
    return joined([*pallet, *load])
