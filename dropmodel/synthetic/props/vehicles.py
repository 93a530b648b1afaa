"""Cars, vans, buses, two-wheelers."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from dropmodel.synthetic.drawing.geometry import Mapping, Mesh, Surface
from dropmodel.synthetic.drawing.textures import Texture, tile
from dropmodel.synthetic.props.primitives import bar, blob, box, hoop, joined, panel, rounded, sheet, tube
from dropmodel.synthetic.props.tones import DARK, GLASS, RED, RUBBER, STEEL, WHITE, Random, Tones, plain
from dropmodel.synthetic.scenery.brush import ink
from dropmodel.synthetic.scenery.fronts import car_side, car_top

_HUB = plain((128, 130, 132), 0.2)
_LAMP = Surface(ink((226, 228, 226)), gloss=0.5)
_REAR = Surface(ink((150, 18, 18)), gloss=0.4)
_PLATE = plain((214, 212, 200))


@dataclass(frozen=True)
class Body:
    """A car's shape in metres, front towards -x: points of its roof line and belt, windows by x."""

    roof: tuple[tuple[float, float], ...]
    belt: float
    width: float
    wheels: tuple[float, float]
    wheel: float
    panes: tuple[tuple[float, float, float, float], ...]
    """Side windows: bottom left x, top left x, top right x, bottom right x."""
    doors: tuple[float, ...]
    screens: tuple[tuple[float, float], ...]
    """Windscreen and rear window as stretches of x."""


HATCHBACK = Body(
    (
        (-2.0, 0.5),
        (-1.97, 0.68),
        (-1.82, 0.8),
        (-1.1, 0.96),
        (-0.45, 1.42),
        (0.3, 1.5),
        (1.2, 1.46),
        (1.72, 1.05),
        (1.98, 0.9),
        (2.0, 0.5),
    ),
    0.96,
    1.74,
    (-1.25, 1.22),
    0.31,
    ((-0.92, -0.38, 0.2, 0.2), (0.26, 0.26, 1.02, 1.42)),
    (-0.85, 0.23, 1.12),
    ((-1.05, -0.42), (1.22, 1.72)),
)
SALOON = Body(
    (
        (-2.3, 0.5),
        (-2.27, 0.68),
        (-2.1, 0.8),
        (-1.2, 0.95),
        (-0.5, 1.38),
        (0.2, 1.45),
        (0.85, 1.4),
        (1.5, 1.06),
        (2.2, 1.0),
        (2.32, 0.85),
        (2.34, 0.5),
    ),
    0.95,
    1.8,
    (-1.42, 1.36),
    0.32,
    ((-1.0, -0.4, 0.1, 0.1), (0.16, 0.16, 0.75, 1.2)),
    (-0.95, 0.13, 1.05),
    ((-1.15, -0.48), (0.87, 1.48)),
)
ESTATE = Body(
    (
        (-2.3, 0.5),
        (-2.26, 0.7),
        (-2.1, 0.82),
        (-1.2, 0.97),
        (-0.5, 1.42),
        (0.3, 1.48),
        (1.9, 1.44),
        (2.2, 1.05),
        (2.3, 0.9),
        (2.32, 0.5),
    ),
    0.97,
    1.8,
    (-1.42, 1.38),
    0.32,
    ((-1.0, -0.42, 0.15, 0.15), (0.21, 0.21, 1.02, 1.02), (1.08, 1.08, 1.72, 1.98)),
    (-0.95, 0.18, 1.05),
    ((-1.15, -0.48), (1.92, 2.2)),
)
SUV = Body(
    (
        (-2.2, 0.6),
        (-2.18, 0.85),
        (-2.05, 0.98),
        (-1.2, 1.1),
        (-0.6, 1.6),
        (0.2, 1.7),
        (1.7, 1.66),
        (2.1, 1.2),
        (2.2, 1.0),
        (2.22, 0.6),
    ),
    1.1,
    1.86,
    (-1.36, 1.34),
    0.36,
    ((-1.05, -0.52, 0.1, 0.1), (0.16, 0.16, 1.0, 1.0), (1.06, 1.06, 1.58, 1.85)),
    (-1.0, 0.13, 1.03),
    ((-1.15, -0.58), (1.72, 2.1)),
)
MINIVAN = Body(
    (
        (-2.2, 0.55),
        (-2.17, 0.78),
        (-2.0, 0.92),
        (-1.55, 1.05),
        (-0.75, 1.65),
        (0.1, 1.8),
        (2.0, 1.78),
        (2.2, 1.2),
        (2.26, 0.9),
        (2.28, 0.55),
    ),
    1.05,
    1.86,
    (-1.4, 1.45),
    0.33,
    ((-1.3, -0.62, 0.05, 0.05), (0.11, 0.11, 1.1, 1.1), (1.16, 1.16, 1.95, 2.02)),
    (-1.1, 0.08, 1.13),
    ((-1.5, -0.72), (2.02, 2.2)),
)
VAN = Body(
    (
        (-2.6, 0.55),
        (-2.57, 0.9),
        (-2.45, 1.05),
        (-2.0, 1.2),
        (-1.45, 1.9),
        (-1.2, 2.25),
        (0.0, 2.35),
        (2.55, 2.32),
        (2.62, 2.0),
        (2.64, 0.55),
    ),
    1.2,
    2.0,
    (-1.75, 1.65),
    0.36,
    ((-1.75, -1.3, -0.8, -0.8),),
    (-1.7, -0.72, 0.5),
    ((-1.95, -1.42),),
)
PICKUP = Body(
    (
        (-2.55, 0.6),
        (-2.52, 0.88),
        (-2.4, 1.0),
        (-1.4, 1.12),
        (-0.85, 1.65),
        (-0.2, 1.74),
        (0.5, 1.7),
        (0.75, 1.15),
        (2.5, 1.1),
        (2.56, 0.95),
        (2.58, 0.6),
    ),
    1.1,
    1.86,
    (-1.6, 1.55),
    0.38,
    ((-1.25, -0.76, -0.15, -0.15), (-0.09, -0.09, 0.42, 0.55)),
    (-1.2, -0.12, 0.62),
    ((-1.35, -0.82),),
)
_COLUMNS = np.array([-1.0, -1.0, -0.99, -0.93, -0.72, -0.36, 0.0, 0.36, 0.72, 0.93, 0.99, 1.0, 1.0])


@cache
def _skins(body: Body) -> tuple[Texture, Texture]:
    start, end = body.roof[0][0], body.roof[-1][0]
    top = max(height for _, height in body.roof)
    long = end - start

    def at(x: float, z: float) -> tuple[float, float]:
        return (x - start) / long, 1 - z / top

    line_x, line_z = np.array(body.roof).T
    panes = []
    for bottom_left, top_left, top_right, bottom_right in body.panes:
        ceiling = float(np.interp((top_left + top_right) / 2, line_x, line_z)) - 0.09
        floor = body.belt + 0.02
        panes.append(
            [at(bottom_left, floor), at(top_left, ceiling), at(top_right, ceiling), at(bottom_right, floor)]
        )
    front, rear = ((x - start) / long for x in body.wheels)
    arches = (front, rear, (body.wheel + 0.07) / long, (body.wheel * 2 + 0.08) / top)
    side = car_side(panes, arches, [(x - start) / long for x in body.doors])
    stations = [(0.0, 0.028, "bumper"), (0.03, 0.055, "grille"), (0.975, 1.0, "tail")]
    for number, (first, last) in enumerate(body.screens):
        stations.append(((first - start) / long, (last - start) / long, "glass"))
        if number == 0:
            stations.append(((first - start) / long - 0.02, (first - start) / long - 0.01, "seam"))
    return tile(side), tile(car_top(stations))


def _shell(body: Body, paint: Surface, over: Surface) -> Mesh:
    line_x, line_z = np.array(body.roof).T
    start, end = line_x[0], line_x[-1]
    ease = (1 - np.cos(np.linspace(0, np.pi, 26))) / 2
    stations = start + (0.65 * np.linspace(0, 1, 26) + 0.35 * ease) * (end - start)
    top = np.interp(stations, line_x, line_z)
    top[1:-1] = 0.25 * top[:-2] + 0.5 * top[1:-1] + 0.25 * top[2:]
    nose = np.minimum(1, np.minimum(stations - start, end - stations) / 0.5 + 0.82)
    half = body.width / 2 * np.minimum(1, nose)
    belt = np.minimum(body.belt, top - 0.04)
    inset = 0.19 * np.clip((top - belt) / 0.5, 0, 1)
    reach = _COLUMNS[None] * half[:, None]
    height = np.empty_like(reach)
    roof_half = half - inset
    for column in range(13):
        at = abs(column - 6)
        if at == 6:
            height[:, column] = 0.24
            reach[:, column] *= 0.95
        elif at == 5:
            height[:, column] = 0.24 + 0.5 * (belt - 0.24)
        elif at == 4:
            height[:, column] = belt
        else:
            sink = {3: 0.06, 2: 0.02, 1: 0.004, 0: 0.0}[at]
            reach[:, column] = np.sign(column - 6) * roof_half * {3: 0.985, 2: 0.8, 1: 0.4, 0: 0}[at]
            height[:, column] = top - sink * np.clip(1 + (top - belt), 1, 1.5)
    net = np.stack([np.broadcast_to(stations[:, None], reach.shape), reach, height], -1)
    side_coords = np.stack([net[..., 0] - start, net[..., 1], net[..., 2]], -1)
    along = (stations - start)[:, None] * np.ones(13)
    over_coords = np.stack([along, net[..., 1] + body.width / 2, net[..., 2]], -1)
    pieces = [
        sheet(net[:, :4], paint, side_coords[:, :4]),
        sheet(net[:, 9:], paint, side_coords[:, 9:]),
        sheet(net[:, 3:10], over, over_coords[:, 3:10]),
    ]
    for row, x in ((0, 0.012), (-1, 0.988)):
        low = net[row].copy()
        low[:, 2] = 0.24
        flat = np.stack([low[1:12], net[row, 1:12]])
        width = np.full((2, 11), x * (end - start))
        pieces.append(sheet(flat, over, np.stack([width, flat[..., 1] + body.width / 2, flat[..., 2]], -1)))
    return joined(pieces)


def _wheel(radius: float, width: float, x: float, y: float) -> list[Mesh]:
    out = 1 if y > 0 else -1
    tyre = hoop(radius * 0.78, radius * 0.22, RUBBER, (x, y, radius), 16, 6)
    squeezed = tyre.vertices.copy()
    squeezed[:, 1] = y + (squeezed[:, 1] - y) * width / (radius * 0.44)
    hub = blob((radius * 0.62, 0.04, radius * 0.62), _HUB, (x, y + out * 0.04, radius), level=1)
    dark = box((radius * 1.3, 0.04, radius * 1.3), DARK, (x, y - out * 0.04, radius * 0.35))
    return [tyre.replaced(squeezed, tyre.normals), hub, dark]


def car_of(body: Body, random: Random, tones: Tones) -> Mesh:
    """A car of one body, front towards -x."""
    color = tones.car(random)
    side, over = _skins(body)
    top = max(height for _, height in body.roof)
    start, end = body.roof[0][0], body.roof[-1][0]
    look = {"gloss": 0.35, "sharpness": 50.0, "grain": 0.05, "grain_size": 0.2}
    paint = Surface(color, side, Mapping.FRONT, (end - start, top), **look)  # type: ignore[arg-type]
    lid = Surface(color, over, Mapping.FLAT, (end - start, body.width), **look)  # type: ignore[arg-type]
    pieces = [
        _shell(body, paint, lid),
        box((end - start - 0.2, body.width - 0.3, 0.2), DARK, ((start + end) / 2, 0, 0.14)),
    ]
    for x in body.wheels:
        for y in (-body.width / 2 + 0.1, body.width / 2 - 0.1):
            pieces += _wheel(body.wheel, 0.2, x, y)
    lamp = body.belt - 0.25
    for y in (-1, 1):
        pieces.append(
            box((0.16, 0.34, 0.14), _LAMP, (start + 0.06, y * (body.width / 2 - 0.27), lamp), top_scale=0.8)
        )
        pieces.append(
            box(
                (0.12, 0.24, 0.2),
                _REAR,
                (end - 0.04, y * (body.width / 2 - 0.22), lamp + 0.04),
                top_scale=0.85,
            )
        )
        mirror = (body.panes[0][0] + 0.12, y * (body.width / 2 + 0.06), body.belt)
        pieces.append(box((0.12, 0.2, 0.13), Surface(color, gloss=0.3), mirror))
    pieces.append(box((0.02, 0.52, 0.11), _PLATE, (end + 0.01, 0, lamp - 0.02)))
    pieces.append(box((0.02, 0.52, 0.11), _PLATE, (start - 0.01, 0, 0.42)))
    return joined(pieces)


def hatchback(random: Random, tones: Tones) -> Mesh:
    """A small car."""
    return car_of(HATCHBACK, random, tones)


def saloon(random: Random, tones: Tones) -> Mesh:
    """A three-box car."""
    return car_of(SALOON, random, tones)


def estate(random: Random, tones: Tones) -> Mesh:
    """An estate car."""
    return car_of(ESTATE, random, tones)


def suv(random: Random, tones: Tones) -> Mesh:
    """A tall car."""
    return car_of(SUV, random, tones)


def minivan(random: Random, tones: Tones) -> Mesh:
    """A people carrier."""
    return car_of(MINIVAN, random, tones)


def van(random: Random, tones: Tones) -> Mesh:
    """A delivery van."""
    return car_of(VAN, random, tones)


def pickup(random: Random, tones: Tones) -> Mesh:
    """A pick-up truck with an open bed."""
    body = car_of(PICKUP, random, tones)
    return joined([body, box((1.65, 1.5, 0.02), DARK, (1.6, 0, 1.105))])


def bus(random: Random, tones: Tones) -> Mesh:
    """A town bus, 10.5 m, front towards -x."""
    shell = Surface(tones.paint(random), gloss=0.25, grain=0.04, grain_size=0.3)
    pieces = [
        rounded((10.5, 2.5, 2.75), shell, 0.25, (0, 0, 0.32)),
        box((10.2, 2.3, 0.4), DARK, (0, 0, 0.12)),
    ]
    for side in (-1, 1):
        pieces += [box((1.45, 0.02, 1.1), GLASS, (-4.2 + 1.62 * k, side * 1.25, 1.35)) for k in range(6)]
        for x in (-3.4, 2.9):
            pieces += _wheel(0.48, 0.28, x, side * 1.14)
    for x in (-2.2, 1.7):
        pieces.append(box((1.1, 0.03, 2.0), GLASS, (x, -1.25, 0.45)))
        pieces.append(box((0.05, 0.04, 2.0), DARK, (x, -1.26, 0.45)))
    pieces.append(box((0.02, 2.2, 1.5), GLASS, (-5.25, 0, 1.2)))
    pieces.append(box((0.02, 1.9, 0.9), GLASS, (5.25, 0, 1.6)))
    for y in (-0.95, 0.95):
        pieces.append(box((0.03, 0.35, 0.2), _LAMP, (-5.25, y, 0.75)))
        pieces.append(box((0.03, 0.2, 0.35), _REAR, (5.25, y, 0.8)))
    sign = panel((1.8, 0.3), tones.picture("board", random, (1.8, 0.3)), (0, 0, 2.75)).moved(
        -90, (-5.27, 0, 0)
    )
    return joined([*pieces, sign])


def lorry(random: Random, tones: Tones) -> Mesh:
    """A box lorry, 6.5 m, front towards -x."""
    cab = Surface(tones.car(random), gloss=0.25)
    side = tones.picture("board", random, (3.2, 1.2))
    pieces = [
        rounded((1.7, 2.2, 1.9), cab, 0.2, (-2.5, 0, 0.5)),
        box((0.02, 1.9, 0.75), GLASS, (-3.36, 0, 1.4)),
        box((4.5, 2.3, 2.3), WHITE, (0.9, 0, 0.95)),
        box((6.2, 1.0, 0.35), DARK, (0, 0, 0.55)),
    ]
    for y in (-1.1, 1.1):
        pieces.append(box((0.8, 0.03, 0.65), GLASS, (-2.6, y, 1.45)))
        for x in (-2.4, 1.9):
            pieces += _wheel(0.45, 0.26, x, y * 0.85)
        pieces.append(box((0.03, 0.25, 0.15), _REAR, (3.16, y * 0.8, 0.75)))
    if random.uniform() < 0.7:
        pieces += [panel((3.2, 1.2), side, (0.9, -1.16, 1.5))]
    return joined(pieces)


def _bicycle_wheel(x: float, radius: float) -> list[Mesh]:
    pieces = [hoop(radius, 0.02, RUBBER, (x, 0, radius + 0.02), 22, 4)]
    for angle in np.linspace(0, np.pi, 4, endpoint=False):
        reach = np.array([np.cos(angle), 0, np.sin(angle)]) * radius
        middle = np.array([x, 0, radius + 0.02])
        pieces.append(tube(np.stack([middle - reach, middle + reach]), 0.003, STEEL, 3))
    return pieces


def bicycle(random: Random, tones: Tones) -> Mesh:
    """A parked bicycle, front towards -x."""
    frame = Surface(tones.paint(random), gloss=0.2)
    pieces = [*_bicycle_wheel(-0.52, 0.33), *_bicycle_wheel(0.52, 0.33)]
    seat, crank, head, fork = (0.2, 0, 0.88), (0.08, 0, 0.3), (-0.33, 0, 0.9), (-0.38, 0, 0.72)
    hub = (0.52, 0, 0.35)
    step = random.uniform() < 0.5
    joints = [
        (crank, seat), (fork, crank), (hub, crank), (hub, (0.16, 0, 0.72)), ((-0.52, 0, 0.35), head),
        (fork, (0.12, 0, 0.45) if step else (0.17, 0, 0.8)),
    ]  # fmt: skip
    pieces += [bar(start, end, 0.018, frame, 5) for start, end in joints]
    pieces.append(
        tube([(-0.2, -0.3, 1.02), (-0.33, -0.1, 1.03), (-0.33, 0.1, 1.03), (-0.2, 0.3, 1.02)], 0.014, DARK, 5)
    )
    pieces.append(rounded((0.26, 0.15, 0.07), DARK, 0.03, (0.2, 0, 0.9)))
    if random.uniform() < 0.5:
        pieces.append(box((0.3, 0.34, 0.22), plain((90, 78, 62)), (-0.6, 0, 0.75), top_scale=1.15))
    if random.uniform() < 0.5:
        pieces.append(box((0.36, 0.12, 0.02), DARK, (0.5, 0, 0.72)))
    pieces.append(bar((0.08, 0, 0.3), (0.16, 0.18, 0.02), 0.012, DARK, 4))
    return joined(pieces)


def scooter(random: Random, tones: Tones) -> Mesh:
    """A motor scooter on its stand, front towards -x."""
    paint = Surface(tones.paint(random), gloss=0.3, sharpness=40)
    pieces = [
        rounded((0.75, 0.34, 0.38), paint, 0.14, (0.42, 0, 0.38), taper=0.8),
        rounded((0.62, 0.3, 0.12), DARK, 0.05, (0.38, 0, 0.74)),
        box((0.6, 0.32, 0.07), paint, (-0.12, 0, 0.22)),
        rounded((0.12, 0.42, 0.62), paint, 0.05, (-0.5, 0, 0.3), taper=0.8),
        rounded((0.28, 0.14, 0.14), paint, 0.06, (-0.7, 0, 0.42)),
        bar((-0.72, 0, 0.24), (-0.48, 0, 0.98), 0.035, DARK),
        tube([(-0.4, -0.33, 1.02), (-0.48, 0, 0.98), (-0.4, 0.33, 1.02)], 0.018, DARK, 5),
        blob((0.07, 0.09, 0.07), _LAMP, (-0.57, 0, 0.92), level=1),
    ]
    pieces += [*_wheel(0.23, 0.11, -0.74, 0.02), *_wheel(0.23, 0.11, 0.62, 0.02)]
    if random.uniform() < 0.4:
        pieces.append(rounded((0.36, 0.36, 0.32), paint, 0.06, (0.86, 0, 0.78)))
    return joined(pieces)


def motorbike(random: Random, tones: Tones) -> Mesh:
    """A motor bicycle, front towards -x."""
    paint = Surface(tones.paint(random), gloss=0.35, sharpness=45)
    pieces = [
        rounded((0.5, 0.32, 0.28), paint, 0.13, (-0.1, 0, 0.72)),
        rounded((0.66, 0.28, 0.14), DARK, 0.06, (0.5, 0, 0.72)),
        box((0.55, 0.36, 0.4), plain((58, 58, 60), 0.2), (0.0, 0, 0.28), top_scale=0.9),
        bar((-0.72, -0.1, 0.32), (-0.38, -0.1, 0.98), 0.03, STEEL),
        bar((-0.72, 0.1, 0.32), (-0.38, 0.1, 0.98), 0.03, STEEL),
        tube(
            [(-0.25, -0.38, 1.04), (-0.38, -0.15, 1.06), (-0.38, 0.15, 1.06), (-0.25, 0.38, 1.04)],
            0.018,
            DARK,
            5,
        ),
        blob((0.08, 0.1, 0.1), _LAMP, (-0.52, 0, 0.88), level=1),
        bar((0.1, 0.2, 0.28), (0.95, 0.22, 0.36), 0.05, STEEL),
        box((0.04, 0.14, 0.08), _REAR, (0.86, 0, 0.72)),
    ]
    pieces += [*_wheel(0.32, 0.13, -0.74, 0.02), *_wheel(0.32, 0.15, 0.7, 0.02)]
    return joined(pieces)


def kick_scooter(random: Random, tones: Tones) -> Mesh:
    """A hire scooter for standing on."""
    deck = tones.paint(random)
    paint = Surface(deck, gloss=0.1)
    pieces = [
        box((0.8, 0.16, 0.06), paint, (0.0, 0, 0.12)),
        bar((-0.48, 0, 0.15), (-0.38, 0, 1.12), 0.028, paint),
        bar((-0.38, -0.26, 1.13), (-0.38, 0.26, 1.13), 0.016, DARK),
        box((0.35, 0.18, 0.05), RED if random.uniform() < 0.3 else DARK, (0.42, 0, 0.24)),
    ]
    pieces += [*_wheel(0.12, 0.06, -0.5, 0.01), *_wheel(0.12, 0.06, 0.46, 0.01)]
    return joined(pieces)
