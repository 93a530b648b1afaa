"""Painters of walls: tiles that repeat sideways without a seam, and upwards unless said otherwise."""

import numpy as np

from dropmodel.synthetic.drawing.textures import cloudy
from dropmodel.synthetic.scenery.brush import (
    Painting,
    Shade,
    any_shade,
    coursed,
    dim,
    drips,
    each,
    fill,
    flat,
    frame,
    lay,
    mottle,
    speckle,
    spots,
    strokes,
    tint,
    varied,
    wander,
    words,
    write,
)
from dropmodel.synthetic.scenery.brush import name as any_name

Random = np.random.Generator

BRICK_SHADES: tuple[Shade, ...] = (
    (138, 76, 60),
    (156, 98, 76),
    (122, 84, 72),
    (170, 132, 98),
    (104, 74, 66),
    (186, 164, 130),
    (120, 112, 108),
)
PLASTER_SHADES: tuple[Shade, ...] = (
    (204, 196, 180),
    (190, 176, 148),
    (176, 172, 166),
    (210, 206, 200),
    (184, 150, 118),
    (172, 178, 170),
    (192, 178, 170),
    (164, 170, 180),
    (150, 138, 122),
)


def _brickwork(random: Random, shade: Shade, rows: int, columns: int, shifts: tuple[float, ...]) -> Painting:
    numbers, joints, rise = coursed(256, rows, columns, 1.7, shifts)
    painting = flat(256, shade)
    painting *= each(numbers, np.exp(random.normal(0, 0.14, rows * columns)))[..., None]
    painting *= 1 + each(numbers, random.normal(0, 0.014, (rows * columns, 3)))
    mottle(painting, random, 0.12, (4, 4), 4)
    speckle(painting, random, 0.07)
    painting *= (1.06 - 0.16 * rise)[..., None]
    mortar: Shade = (168, 162, 150) if random.uniform() < 0.65 else (92, 88, 84)
    lay(painting, 0.8 * joints, varied(mortar, random))
    return painting


def brick(random: Random) -> Painting:
    """Stretcher bond: 2.1 m by 1.8 m of bricks."""
    shade = BRICK_SHADES[int(random.integers(len(BRICK_SHADES)))]
    return _brickwork(random, varied(shade, random, 0.15, 0.05), 24, 9, (0.0, 0.5))


def brick_header(random: Random) -> Painting:
    """English bond: courses of headers and stretchers in turn."""
    shade = BRICK_SHADES[int(random.integers(len(BRICK_SHADES)))]
    painting = _brickwork(random, varied(shade, random, 0.15, 0.05), 24, 9, (0.0,))
    heads = _brickwork(random, varied(shade, random, 0.15, 0.05), 24, 18, (0.25,))
    odd = (np.arange(256) * 24 // 256) % 2 == 1
    painting[odd] = heads[odd]
    return painting


def painted_brick(random: Random) -> Painting:
    """Brick under a coat of paint that peels."""
    numbers, joints, rise = coursed(256, 24, 9, 1.8, (0.0, 0.5))
    painting = flat(256, varied((196, 192, 182), random, 0.15, 0.05))
    painting *= each(numbers, np.exp(random.normal(0, 0.02, 216)))[..., None]
    painting *= (1.04 - 0.1 * rise)[..., None]
    dim(painting, 0.22 * joints)
    peel = np.clip(3 * cloudy(256, (4, 4), random, 5) - 1.1, 0, 1)
    lay(painting, 0.8 * peel, (140, 88, 72))
    mottle(painting, random, 0.1, (3, 3), 4)
    return painting


def plaster(random: Random) -> Painting:
    """Rough plaster with stains; its top is darker from rain running down."""
    shade = PLASTER_SHADES[int(random.integers(len(PLASTER_SHADES)))]
    painting = flat(256, varied(shade, random, 0.1, 0.03))
    speckle(painting, random, 0.045)
    mottle(painting, random, 0.09, (3, 3), 5)
    dim(painting, 0.3 * drips(256, random, int(random.integers(4, 22))))
    if random.uniform() < 0.5:
        dim(painting, 0.35 * strokes(256, [wander(random, 30, 0.6) for _ in range(2)], 0.7))
    return painting


def clean_plaster(random: Random) -> Painting:
    """Smooth painted wall, as new."""
    shade = PLASTER_SHADES[int(random.integers(len(PLASTER_SHADES)))]
    painting = flat(128, varied(shade, random, 0.1, 0.03))
    mottle(painting, random, 0.04, (2, 2), 4)
    speckle(painting, random, 0.02)
    return painting


def formwork(random: Random) -> Painting:
    """Cast concrete: marks of boards or plates with anchor holes, water stains."""
    painting = flat(256, varied((152, 149, 143), random, 0.2, 0.02))
    if random.uniform() < 0.5:
        numbers, joints, _ = coursed(256, 2, 2, 1.4)
        painting *= each(numbers, np.exp(random.normal(0, 0.05, 4)))[..., None]
        for x in (0.1, 0.4, 0.6, 0.9):
            for y in (0.12, 0.38, 0.62, 0.88):
                fill(painting, (x - 0.008, y - 0.008, x + 0.008, y + 0.008), (70, 68, 66))
    else:
        numbers, joints, _ = coursed(256, 1, 16, 1.2)
        painting *= each(numbers, np.exp(random.normal(0, 0.07, 16)))[..., None]
    dim(painting, 0.4 * joints)
    mottle(painting, random, 0.12, (4, 3), 5)
    dim(painting, 0.4 * drips(256, random, int(random.integers(5, 20))))
    dim(painting, 0.3 * spots(256, random, 25, (0.003, 0.007)))
    speckle(painting, random, 0.04)
    return painting


def rubble_stone(random: Random) -> Painting:
    """Natural stone of many sizes in mortar."""
    rows = int(random.integers(7, 13))
    numbers, joints, rise = coursed(256, rows, rows * 2 // 3, 2.6, tuple(random.uniform(0, 1, rows)))
    painting = flat(256, varied((150, 138, 118), random, 0.2, 0.06))
    painting *= each(numbers, np.exp(random.normal(0, 0.16, 199)))[..., None]
    painting *= 1 + each(numbers, random.normal(0, 0.012, (199, 3)))
    mottle(painting, random, 0.22, (14, 14), 4)
    painting *= (1.08 - 0.2 * rise)[..., None]
    lay(painting, 0.7 * joints, varied((136, 128, 114), random, 0.2))
    speckle(painting, random, 0.06)
    return painting


def ashlar(random: Random) -> Painting:
    """Big sawn blocks of pale stone."""
    rows = int(random.integers(4, 7))
    numbers, joints, _ = coursed(256, rows, 3, 1.3, (0.0, 0.5))
    painting = flat(256, varied((188, 176, 154), random, 0.15, 0.04))
    painting *= each(numbers, np.exp(random.normal(0, 0.06, 3 * rows)))[..., None]
    mottle(painting, random, 0.12, (5, 5), 5)
    dim(painting, 0.5 * joints)
    dim(painting, 0.25 * drips(256, random, 10))
    return painting


def boards(random: Random) -> Painting:
    """Upright wooden boards of a hoarding or cladding."""
    count = int(random.integers(8, 15))
    numbers, joints, _ = coursed(256, 1, count, 2.2)
    shades: tuple[Shade, ...] = ((140, 108, 76), (116, 100, 84), (164, 136, 98), (96, 82, 70))
    painting = flat(256, varied(shades[int(random.integers(4))], random, 0.15, 0.04))
    painting *= each(numbers, np.exp(random.normal(0, 0.13, count)))[..., None]
    mottle(painting, random, 0.16, (3, 70), 3)
    dim(painting, 0.75 * joints)
    speckle(painting, random, 0.05)
    return painting


def ply_hoarding(random: Random) -> Painting:
    """Painted site hoarding of plates, with bills and dirt at the foot."""
    shades: tuple[Shade, ...] = ((72, 92, 116), (176, 174, 166), (86, 108, 84), (158, 128, 92))
    painting = flat(256, varied(shades[int(random.integers(4))], random, 0.15))
    mottle(painting, random, 0.08, (3, 3), 4)
    _, joints, _ = coursed(256, 1, 2, 1.6)
    dim(painting, 0.55 * joints)
    for _ in range(int(random.integers(0, 5))):
        x, y = random.uniform(0.05, 0.7), random.uniform(0.3, 0.55)
        shade = varied((190, 184, 172), random, 0.2, 0.2)
        fill(painting, (x, y, x + 0.13, y + 0.2), shade)
        write(painting, (x, y + 0.02, x + 0.13, y + 0.08), any_name(random), (50, 46, 44))
    painting *= np.linspace(1.03, 0.8, 256, dtype=np.float32)[:, None, None]
    speckle(painting, random, 0.03)
    return painting


def corrugated(random: Random) -> Painting:
    """Trapezoid sheet metal, upright waves."""
    shades: tuple[Shade, ...] = (
        (150, 154, 156),
        (96, 112, 128),
        (138, 78, 66),
        (110, 122, 104),
        (196, 194, 188),
    )
    painting = flat(256, varied(shades[int(random.integers(5))], random, 0.15, 0.04))
    wave = (np.arange(256) / 256 * int(random.integers(9, 15))) % 1
    light = 0.82 + 0.3 * np.clip(np.abs(wave - 0.5) * 6 - 1, 0, 1) - 0.3 * ((wave > 0.1) & (wave < 0.2))
    painting *= light.astype(np.float32)[None, :, None]
    mottle(painting, random, 0.08, (3, 3), 4)
    rust = np.clip(2.5 * cloudy(256, (4, 8), random, 4) - 1.0, 0, 1)
    lay(painting, 0.6 * rust, (122, 80, 54))
    dim(painting, 0.25 * drips(256, random, 10))
    return painting


def shutter(random: Random) -> Painting:
    """A closed roller shutter, some with a scrawl."""
    painting = flat(256, varied((146, 148, 148), random, 0.25, 0.04))
    wave = (np.arange(256) / 256 * 26) % 1
    painting *= (0.8 + 0.25 * np.abs(wave - 0.4)).astype(np.float32)[:, None, None] * 1.15
    mottle(painting, random, 0.1, (3, 4), 4)
    if random.uniform() < 0.6:
        _scrawl(painting, random, 2)
    return painting


def _scrawl(painting: Painting, random: Random, count: int) -> None:
    size = len(painting)
    for _ in range(count):
        shade = varied(
            ((30, 30, 36), (150, 44, 48), (54, 82, 146), (212, 208, 200))[int(random.integers(4))], random
        )
        if random.uniform() < 0.5:
            lines = [
                wander(random, 36, random.uniform(0.5, 1.1), 0.9) * [1, 0.5] + [0, 0.35] for _ in range(2)
            ]
            lay(painting, 0.9 * strokes(size, lines, random.uniform(2, 4)), shade)
        else:
            cover = words((size // 2, size // 5), any_name(random), size / 5, random.uniform(-0.6, 0.6), 2)
            down, across = (
                int(random.integers(size * 2 // 5, size * 3 // 4)),
                int(random.integers(0, size // 2)),
            )
            whole = np.zeros((size, size), np.float32)
            whole[down : down + cover.shape[0], across : across + cover.shape[1]] = cover[: size - down]
            lay(painting, 0.9 * whole, shade)


def graffiti(random: Random) -> Painting:
    """Concrete or plaster under layers of spray paint, up to reach."""
    painting = formwork(random) if random.uniform() < 0.5 else plaster(random)
    for _ in range(int(random.integers(2, 7))):
        shade = varied(any_shade(random, 40, 210), random)
        lay(painting, 0.75 * np.clip(3 * cloudy(256, (3, 4), random, 2) - 1.2, 0, 1), shade)
    _scrawl(painting, random, int(random.integers(4, 9)))
    return painting


def metro_tiles(random: Random) -> Painting:
    """Glazed wall tiles, a band of another colour at hip height."""
    rows = int(random.integers(12, 22))
    numbers, joints, _ = coursed(256, rows, rows // 2, 1.2, ((0.0, 0.5), (0.0,))[int(random.integers(2))])
    shades: tuple[Shade, ...] = ((212, 208, 196), (186, 196, 190), (198, 186, 158), (150, 160, 168))
    painting = flat(256, varied(shades[int(random.integers(4))], random, 0.08))
    band = np.zeros((256, 256), np.float32)
    course = int(random.integers(rows // 2, rows - 3))
    band[course * 256 // rows : (course + 2) * 256 // rows] = 1
    lay(painting, band, varied((88, 98, 112), random, 0.3, 0.25))
    painting *= each(numbers, np.exp(random.normal(0, 0.03, 397)))[..., None]
    lay(painting, 0.5 * joints, (126, 122, 114))
    mottle(painting, random, 0.06, (3, 3), 4)
    return painting


def mosaic(random: Random) -> Painting:
    """Small square tiles of mixed colours with dirt."""
    numbers, joints, _ = coursed(256, 40, 40, 1.0)
    base = varied(((96, 126, 130), (150, 138, 108), (120, 112, 128))[int(random.integers(3))], random, 0.2)
    painting = flat(256, base)
    painting *= each(numbers, np.exp(random.normal(0, 0.16, 1601)))[..., None]
    painting *= 1 + each(numbers, random.normal(0, 0.025, (1601, 3)))
    lay(painting, 0.6 * joints, (142, 138, 130))
    dim(painting, 0.3 * drips(256, random, 12))
    return painting


def panelling(random: Random) -> Painting:
    """Indoor wall plates: wood veneer, laminate or enamel with thin joints."""
    shades: tuple[Shade, ...] = (
        (170, 136, 100),
        (120, 90, 68),
        (188, 186, 180),
        (148, 156, 160),
        (206, 198, 178),
    )
    which = int(random.integers(5))
    painting = flat(256, varied(shades[which], random, 0.12, 0.03))
    numbers, joints, _ = coursed(256, int(random.integers(1, 4)), int(random.integers(2, 5)), 1.4)
    painting *= each(numbers, np.exp(random.normal(0, 0.03, 13)))[..., None]
    if which < 2:
        mottle(painting, random, 0.13, (3, 60), 3)
    dim(painting, 0.45 * joints)
    mottle(painting, random, 0.03, (2, 2), 3)
    return painting


def curtain_wall(random: Random) -> Painting:
    """An office front of glass bands: dim rooms, reflected sky, spandrels, blinds."""
    painting = flat(256, varied((88, 100, 112), random, 0.25, 0.05))
    columns = int(random.integers(4, 8))
    numbers, _, rise = coursed(256, 2, columns, 0)
    painting *= each(numbers, np.exp(random.normal(0, 0.22, 2 * columns)))[..., None]
    painting *= (1.35 - 0.6 * rise)[..., None]
    tint(painting, random, (176, 188, 198), (3, 2), 0.4)
    blind = each(numbers, random.uniform(0, 1, 2 * columns) * (random.uniform(0, 1, 2 * columns) < 0.4))
    lay(painting, 0.75 * (rise < blind), (178, 174, 164))
    sill = (rise > 0.78).astype(np.float32)
    lay(painting, sill, varied((120, 122, 124), random, 0.35, 0.05))
    _, bars, _ = coursed(256, 2, columns, 3.2)
    lay(painting, bars, varied((150, 152, 154), random, 0.4))
    return painting


def lockers(random: Random) -> Painting:
    """Steel lockers with vents, numbers and coin locks."""
    shades: tuple[Shade, ...] = ((120, 136, 150), (168, 150, 112), (150, 152, 152), (98, 116, 104))
    painting = flat(256, varied(shades[int(random.integers(4))], random, 0.12))
    rows, columns = int(random.integers(2, 5)), int(random.integers(4, 7))
    _, joints, rise = coursed(256, rows, columns, 2.2)
    dim(painting, 0.6 * joints)
    for row in range(rows):
        for column in range(columns):
            x, y = column / columns, row / rows
            fill(
                painting,
                (x + 0.75 / columns, y + 0.45 / rows, x + 0.85 / columns, y + 0.6 / rows),
                (46, 46, 48),
            )
            for slot in range(3):
                top = y + (0.12 + 0.06 * slot) / rows
                fill(painting, (x + 0.25 / columns, top, x + 0.75 / columns, top + 0.02 / rows), (60, 62, 64))
    painting *= (1.05 - 0.12 * rise)[..., None]
    mottle(painting, random, 0.05, (3, 3), 4)
    return painting


def goods(random: Random) -> Painting:
    """Supermarket shelves full of packets, tins and bottles with price strips: 2.4 m by 1.9 m."""
    painting = flat(256, (70, 68, 66))
    shelves = int(random.integers(4, 7))
    for shelf in range(shelves):
        top, bottom = shelf / shelves, (shelf + 0.86) / shelves
        x = 0.0
        while x < 1:
            shade = varied(any_shade(random, 80, 225, 0.85), random, 0.2)
            wide = random.uniform(0.02, 0.06)
            tall = random.uniform(0.55, 0.98) * (bottom - top)
            for _ in range(int(random.integers(2, 7))):
                if x >= 1:
                    break
                fill(painting, (x, bottom - tall, x + wide * 0.92, bottom), varied(shade, random, 0.08))
                label = bottom - tall * random.uniform(0.35, 0.75)
                fill(
                    painting,
                    (x, label, x + wide * 0.92, label + tall * 0.22),
                    varied((196, 190, 176), random, 0.3, 0.2),
                )
                x += wide
        fill(painting, (0, bottom, 1, bottom + 0.06 / shelves), (196, 192, 184))
        for tag in np.arange(random.uniform(0, 0.1), 1, 0.11):
            fill(painting, (tag, bottom, tag + 0.04, bottom + 0.055 / shelves), (214, 196, 96))
    mottle(painting, random, 0.06, (4, 4), 3)
    dim(painting, 0.35 * (np.arange(256)[:, None] / 256 * shelves % 1 < 0.14) * np.ones((1, 256)))
    return painting


def books(random: Random) -> Painting:
    """A wall of book shelves."""
    painting = flat(256, (84, 66, 50))
    for shelf in range(6):
        bottom = (shelf + 0.93) / 6
        x = 0.01
        while x < 0.98:
            wide = random.uniform(0.008, 0.022)
            tall = random.uniform(0.09, 0.135)
            shade = varied(
                ((92, 52, 46), (58, 70, 88), (120, 106, 82), (64, 80, 62), (172, 160, 138))[
                    int(random.integers(5))
                ],
                random,
                0.4,
                0.1,
            )
            fill(painting, (x, bottom - tall, x + wide * 0.9, bottom), shade)
            x += wide
        fill(painting, (0, bottom, 1, bottom + 0.012), (120, 94, 70))
    return painting


def train_side(random: Random) -> Painting:
    """The side of a carriage, 9 m by 3 m: windows, a pair of doors, stripes; it repeats sideways."""
    shades: tuple[Shade, ...] = (
        (184, 188, 190),
        (150, 46, 44),
        (62, 88, 122),
        (206, 204, 196),
        (92, 118, 92),
        (206, 172, 60),
    )
    body = varied(shades[int(random.integers(6))], random, 0.12)
    trim = varied(shades[int(random.integers(6))], random, 0.2)
    painting = flat(256, body)
    fill(painting, (0, 0.6, 1, 0.72), trim)
    fill(painting, (0, 0.9, 1, 1), (58, 58, 60))
    for x in (0.03, 0.25, 0.66, 0.86):
        wide = 0.18 if x < 0.8 else 0.12
        fill(painting, (x, 0.26, x + wide, 0.55), (44, 50, 56))
        fill(painting, (x + 0.01, 0.27, x + wide - 0.01, 0.36), (96, 106, 114), 0.6)
        frame(painting, (x, 0.26, x + wide, 0.55), (36, 36, 38), 0.006)
    fill(painting, (0.455, 0.2, 0.645, 0.9), varied(trim, random, 0.3))
    for x in (0.465, 0.557):
        fill(painting, (x + 0.01, 0.28, x + 0.07, 0.6), (46, 52, 58))
        frame(painting, (x, 0.21, x + 0.085, 0.89), (60, 60, 62), 0.005)
    write(painting, (0.7, 0.76, 0.84, 0.84), str(int(random.integers(100, 9999))), (230, 228, 222))
    mottle(painting, random, 0.06, (2, 3), 4)
    painting *= np.linspace(1.06, 0.88, 256, dtype=np.float32)[:, None, None]
    return painting


def limewash(random: Random) -> Painting:
    """A hall's wall in a quiet tint over a darker dado, with a moulding between."""
    upper = PLASTER_SHADES[int(random.integers(len(PLASTER_SHADES)))]
    painting = flat(256, varied(upper, random, 0.1))
    mottle(painting, random, 0.05, (4, 4), 5)
    shades: tuple[Shade, ...] = ((112, 96, 82), (96, 108, 102), (128, 118, 108), (92, 90, 98))
    fill(painting, (0, 0.7, 1, 1), varied(shades[int(random.integers(4))], random, 0.15))
    fill(painting, (0, 0.685, 1, 0.705), varied((206, 200, 188), random))
    fill(painting, (0, 0.965, 1, 1), (74, 68, 62))
    speckle(painting, random, 0.02)
    return painting


def wipe_clean(random: Random) -> Painting:
    """White wall plates with coloured bump rails, as in shops and clinics."""
    painting = flat(128, varied((206, 206, 200), random, 0.06))
    _, joints, _ = coursed(128, 1, 3, 1.2)
    dim(painting, 0.3 * joints)
    rail = varied(((120, 136, 120), (96, 118, 150), (176, 124, 84))[int(random.integers(3))], random, 0.2)
    for top in (0.62, 0.86):
        fill(painting, (0, top, 1, top + 0.05), rail)
    mottle(painting, random, 0.05, (3, 3), 4)
    return painting
