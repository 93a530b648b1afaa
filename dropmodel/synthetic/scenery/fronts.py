"""Painters of single pictures: windows, doors, shop fronts, signs, posters, screens, car bodies."""

import numpy as np
from PIL import Image, ImageDraw

from dropmodel.synthetic.drawing.textures import cloudy
from dropmodel.synthetic.scenery.brush import (
    Painting,
    Shade,
    any_shade,
    covered,
    dim,
    fill,
    flat,
    frame,
    lay,
    mottle,
    name,
    speckle,
    strokes,
    tint,
    varied,
    wander,
    write,
)

Random = np.random.Generator
Box = tuple[float, float, float, float]

SIGN_SHADES: tuple[Shade, ...] = (
    (128, 44, 42),
    (46, 70, 104),
    (58, 92, 70),
    (52, 52, 54),
    (206, 200, 188),
    (184, 142, 62),
    (96, 66, 88),
    (86, 112, 124),
)


def _one(random: Random, shades: tuple[Shade, ...], value: float = 0.12) -> Shade:
    return varied(shades[int(random.integers(len(shades)))], random, value, 0.05)


def _glass(painting: Painting, box: Box, random: Random, deep: float = 1.0) -> None:
    size = len(painting)
    left, top, right, bottom = (round(float(np.clip(edge, 0, 1)) * size) for edge in box)
    area = painting[top:bottom, left:right]
    down = np.linspace(1.45, 0.75, max(1, bottom - top))[:, None, None]
    area[:] = np.asarray(varied((62, 70, 78), random, 0.25)) / 255 * down * deep
    sheen = np.clip(0.5 + 1.5 * cloudy(size, (3, 4), random, 3), 0, 1)[top:bottom, left:right, None]
    area += 0.16 * sheen * (np.array([0.72, 0.78, 0.84]) - area)


def window(random: Random) -> Painting:
    """A house window: frame, panes, curtain, blind or a dark room with a reflection."""
    painting = flat(128, (0, 0, 0))
    _glass(painting, (0, 0, 1, 1), random)
    how = random.uniform()
    if how < 0.3:
        for left in (0.0, random.uniform(0.62, 0.8)):
            fill(
                painting,
                (left, 0, left + random.uniform(0.2, 0.38), 1),
                varied((186, 180, 168), random, 0.2),
                0.65,
            )
    elif how < 0.5:
        fill(painting, (0, 0, 1, random.uniform(0.2, 1.0)), varied((178, 172, 156), random, 0.2), 0.75)
    elif how < 0.62:
        slats = (np.arange(128) // 4 % 2).astype(np.float32)[:, None] * np.ones((1, 128), np.float32)
        lay(painting, 0.55 * slats, varied((186, 184, 178), random))
    bars = _one(random, ((214, 212, 206), (92, 74, 60), (64, 68, 72), (150, 152, 150)))
    frame(painting, (0, 0, 1, 1), bars, 0.07)
    across = int(random.integers(1, 4))
    for k in range(1, across):
        fill(painting, (k / across - 0.025, 0, k / across + 0.025, 1), bars)
    if random.uniform() < 0.5:
        fill(painting, (0, 0.3, 1, 0.34), bars)
    dim(painting, 0.5 * np.clip(1 - np.arange(128)[:, None] / 10, 0, 1) * np.ones((1, 128)))
    fill(painting, (0, 0.965, 1, 1), (176, 172, 164))
    return painting


def lit_window(random: Random) -> Painting:
    """The same at night with the lamp on inside."""
    painting = flat(128, varied((226, 184, 118), random, 0.25, 0.1))
    mottle(painting, random, 0.3, (3, 3), 3)
    if random.uniform() < 0.6:
        for left in (0.0, 0.7):
            fill(painting, (left, 0, left + 0.3, 1), varied((176, 120, 70), random, 0.3), 0.8)
    fill(painting, (0, 0.72, 1, 1), (120, 90, 60), 0.5)
    bars: Shade = (70, 60, 52)
    frame(painting, (0, 0, 1, 1), bars, 0.06)
    fill(painting, (0.475, 0, 0.525, 1), bars)
    return painting


def _displayed(painting: Painting, box: Box, random: Random) -> None:
    left, top, right, bottom = box
    floor = bottom - 0.05
    for _ in range(int(random.integers(5, 16))):
        wide, tall = random.uniform(0.02, 0.08), random.uniform(0.08, 0.45) * (bottom - top)
        x = random.uniform(left, max(left + 0.01, right - wide))
        base = floor - (0 if random.uniform() < 0.6 else random.uniform(0.1, 0.4) * (bottom - top))
        shade = varied(any_shade(random, 40, 190), random, 0.2)
        fill(painting, (x, base - tall, x + wide, base), shade, 0.85)
        if random.uniform() < 0.3:
            fill(
                painting,
                (x + wide * 0.3, base - tall * 1.25, x + wide * 0.7, base - tall),
                (168, 140, 120),
                0.8,
            )
    for shelf in np.linspace(top + 0.1, floor, int(random.integers(2, 4)))[:-1]:
        fill(painting, (left, shelf, right, shelf + 0.008), (150, 146, 138), 0.5)


def shop_front(random: Random) -> Painting:
    """Sign, display windows and door of a shop, about 5 m by 3.3 m."""
    painting = flat(
        256, _one(random, ((96, 84, 72), (142, 138, 130), (66, 70, 74), (120, 88, 66), (168, 160, 144)))
    )
    mottle(painting, random, 0.1, (3, 3), 4)
    board = _one(random, SIGN_SHADES)
    fill(painting, (0.02, 0.03, 0.98, 0.19), board)
    bright: Shade = (222, 216, 200) if sum(board) < 400 else (52, 48, 50)
    text = name(random) + (" " + name(random, 2) if random.uniform() < 0.5 else "")
    write(painting, (0.12, 0.055, 0.88, 0.165), text, varied(bright, random))
    door = random.uniform(0.05, 0.75)
    for left, right in ((0.04, door - 0.015), (door + 0.2, 0.96)):
        if right - left < 0.12:
            continue
        box = (left, 0.24, right, random.uniform(0.8, 0.93))
        _glass(painting, box, random, random.uniform(0.7, 1.7))
        _displayed(painting, box, random)
        frame(painting, box, varied((70, 68, 66), random, 0.5), 0.008)
        if random.uniform() < 0.35:
            x = random.uniform(left, right - 0.08)
            poster = _one(random, SIGN_SHADES)
            fill(painting, (x, 0.3, x + 0.12, 0.5), poster)
            write(painting, (x, 0.33, x + 0.12, 0.4), name(random), (226, 222, 210))
    _glass(painting, (door, 0.24, door + 0.18, 0.99), random, 1.2)
    frame(painting, (door, 0.24, door + 0.18, 1.0), varied((60, 58, 56), random, 0.5), 0.014)
    fill(painting, (door + 0.15, 0.6, door + 0.158, 0.72), (170, 168, 160))
    fill(painting, (0, 0.97, 1, 1), (86, 82, 78), 0.6)
    tint(painting, random, (180, 190, 198), (2, 3), 0.12)
    speckle(painting, random, 0.02)
    return painting


def lit_shop(random: Random) -> Painting:
    """A shop's display lit from inside: bright goods, pale walls."""
    painting = flat(256, varied((226, 214, 188), random, 0.15, 0.06))
    mottle(painting, random, 0.15, (3, 3), 3)
    for x in np.arange(0.1, 1, 0.22):
        fill(painting, (x, 0.02, x + 0.08, 0.045), (255, 252, 240))
    for shelf in (0.35, 0.55, 0.75):
        x = random.uniform(0, 0.05)
        while x < 0.95:
            wide, tall = random.uniform(0.02, 0.07), random.uniform(0.06, 0.15)
            fill(painting, (x, shelf - tall, x + wide, shelf), varied(any_shade(random, 50, 220), random))
            x += wide + random.uniform(0.004, 0.06)
        fill(painting, (0, shelf, 1, shelf + 0.012), (160, 150, 132))
    fill(painting, (0, 0.9, 1, 1), (150, 140, 124), 0.7)
    for x in (0.0, 0.33, 0.66, 0.985):
        fill(painting, (x, 0, x + 0.015, 1), (74, 72, 70))
    return painting


def glass_front(random: Random) -> Painting:
    """Plain glazing of a lobby or shop: tall panes, reflections, dim inside."""
    painting = flat(256, (0, 0, 0))
    _glass(painting, (0, 0, 1, 1), random, random.uniform(0.8, 1.8))
    fill(painting, (0, 0.72, 1, 1), varied((96, 92, 86), random, 0.3), 0.45)
    for _ in range(5):
        x = random.uniform(0, 0.9)
        fill(
            painting,
            (x, random.uniform(0.3, 0.6), x + random.uniform(0.03, 0.12), 0.85),
            varied((90, 86, 84), random, 0.6, 0.2),
            0.4,
        )
    tint(painting, random, (170, 184, 196), (2, 2), 0.35)
    bars = _one(random, ((58, 60, 62), (176, 178, 178), (96, 84, 72)))
    count = int(random.integers(2, 5))
    for k in range(count + 1):
        fill(painting, (k / count - 0.012, 0, k / count + 0.012, 1), bars)
    fill(painting, (0, 0.3, 1, 0.316), bars)
    fill(painting, (0, 0.965, 1, 1), bars)
    if random.uniform() < 0.6:
        fill(painting, (0, 0.52, 1, 0.545), (206, 208, 208), 0.4)
    return painting


def door(random: Random) -> Painting:
    """A door 1 m by 2.1 m in its frame."""
    shades: tuple[Shade, ...] = (
        (112, 76, 54),
        (70, 84, 78),
        (92, 42, 40),
        (58, 66, 84),
        (176, 172, 162),
        (128, 130, 132),
    )
    shade = _one(random, shades)
    painting = flat(128, shade)
    mottle(painting, random, 0.07, (3, 20), 3)
    how = random.uniform()
    if how < 0.4:
        for top, bottom in ((0.08, 0.45), (0.53, 0.92)):
            for left, right in ((0.14, 0.47), (0.53, 0.86)):
                frame(painting, (left, top, right, bottom), varied(shade, random, 0.5), 0.025)
    elif how < 0.7:
        _glass(painting, (0.18, 0.08, 0.82, random.uniform(0.45, 0.88)), random)
    else:
        fill(painting, (0.3, 0.14, 0.7, 0.2), (190, 186, 176), 0.8)
    frame(painting, (0, 0, 1, 1.05), varied((170, 164, 152), random, 0.3), 0.06)
    fill(painting, (0.82, 0.5, 0.9, 0.53), (196, 190, 170))
    fill(painting, (0, 0.95, 1, 1), (70, 66, 62), 0.5)
    return painting


def garage_door(random: Random) -> Painting:
    """A panelled up-and-over door."""
    painting = flat(128, _one(random, ((196, 194, 186), (110, 116, 112), (132, 92, 66), (92, 98, 108))))
    for k in range(1, 5):
        fill(painting, (0, k / 5 - 0.008, 1, k / 5 + 0.008), (60, 58, 56), 0.6)
    mottle(painting, random, 0.08, (3, 3), 4)
    painting *= np.linspace(1.05, 0.85, 128, dtype=np.float32)[:, None, None]
    return painting


def lift_door(random: Random) -> Painting:
    """Brushed steel doors of a lift in their frame."""
    painting = flat(128, varied((156, 158, 160), random, 0.15, 0.02))
    mottle(painting, random, 0.12, (2, 50), 2)
    fill(painting, (0.49, 0, 0.51, 1), (54, 54, 56))
    frame(painting, (0, 0, 1, 1.1), varied((110, 110, 112), random, 0.3), 0.08)
    return painting


def poster(random: Random) -> Painting:
    """An advertisement: a picture of soft shapes, a headline, small print."""
    ground = varied(any_shade(random, 60, 220), random)
    painting = flat(128, ground)
    for _ in range(3):
        shade = varied(any_shade(random, 40, 225), random)
        lay(painting, np.clip(3 * cloudy(128, (2, 2), random, 3) - 0.8, 0, 1), shade)
    bright: Shade = (236, 232, 224) if sum(ground) < 380 else (40, 38, 42)
    top = random.uniform(0.05, 0.7)
    write(painting, (0.06, top, 0.94, top + 0.16), name(random, 2), bright)
    for line in range(int(random.integers(1, 4))):
        y = top + 0.18 + 0.05 * line
        fill(painting, (0.1, y, random.uniform(0.4, 0.9), y + 0.02), bright, 0.7)
    frame(painting, (0, 0, 1, 1), (168, 168, 166), 0.03)
    return painting


def board(random: Random) -> Painting:
    """A name board of a shop, street or hall: one line of words."""
    shade = _one(random, SIGN_SHADES)
    painting = flat(128, shade)
    bright: Shade = (226, 222, 212) if sum(shade) < 400 else (44, 44, 48)
    write(painting, (0.08, 0.2, 0.92, 0.8), name(random), bright)
    frame(painting, (0, 0, 1, 1), varied(shade, random, 0.5), 0.03)
    mottle(painting, random, 0.06, (3, 3), 3)
    return painting


def notice(random: Random) -> Painting:
    """A timetable or information sheet: lines of small print."""
    painting = flat(128, varied((214, 212, 202), random, 0.06))
    fill(painting, (0, 0, 1, 0.13), _one(random, SIGN_SHADES))
    for line in range(18):
        y = 0.18 + 0.043 * line
        x = 0.07
        while x < 0.85:
            wide = random.uniform(0.03, 0.14)
            fill(painting, (x, y, x + wide, y + 0.018), (76, 74, 76), 0.75)
            x += wide + 0.03
    frame(painting, (0, 0, 1, 1), (110, 112, 114), 0.035)
    return painting


def road_sign(random: Random) -> Painting:
    """A road sign's face, for a round or square plate: a limit, an arrow, no entry, a letter."""
    kind = int(random.integers(4))
    grounds: tuple[Shade, ...] = ((196, 40, 38), (44, 78, 138), (210, 206, 200), (44, 78, 138))
    painting = flat(128, varied(grounds[kind], random, 0.08))
    axis = (np.arange(128) + 0.5) / 64 - 1
    reach = np.sqrt(axis[None] ** 2 + axis[:, None] ** 2)
    white: Shade = (222, 220, 214)
    if kind == 0:
        lay(painting, (reach < 0.74).astype(np.float32), white)
        write(painting, (0.24, 0.3, 0.76, 0.7), str(int(random.integers(1, 9)) * 10), (40, 40, 42), 0.9)
    elif kind == 1:
        fill(painting, (0.44, 0.34, 0.56, 0.8), white)
        arrow = strokes(128, [[(0.3, 0.45), (0.5, 0.22), (0.7, 0.45)]], 11, wrap=False)
        lay(painting, arrow, white)
    elif kind == 2:
        lay(painting, ((reach > 0.78) & (reach < 2)).astype(np.float32), (188, 40, 38))
        fill(painting, (0.2, 0.44, 0.8, 0.56), (60, 60, 62))
    else:
        write(painting, (0.2, 0.15, 0.8, 0.85), str(random.choice(list("PHiS"))), white, 1.0)
    return painting


def screen(random: Random) -> Painting:
    """A departure board: lines of yellow or white letters on black."""
    painting = flat(128, (24, 28, 34))
    shade: Shade = ((226, 196, 92), (210, 214, 216), (120, 190, 220))[int(random.integers(3))]
    for line in range(9):
        y = 0.08 + 0.1 * line
        write(
            painting,
            (0.05, y, 0.2, y + 0.07),
            f"{int(random.integers(24)):02}:{int(random.integers(60)):02}",
            shade,
        )
        write(painting, (0.27, y, 0.27 + random.uniform(0.2, 0.4), y + 0.07), name(random, 2), shade)
        fill(painting, (0.84, y + 0.01, 0.92, y + 0.06), shade, 0.7)
    return painting


def machine(random: Random) -> Painting:
    """The face of a ticket or cash machine: screen, slots, keys."""
    shade = _one(random, ((70, 92, 122), (168, 52, 48), (192, 190, 184), (84, 118, 100), (206, 168, 60)))
    painting = flat(128, shade)
    fill(painting, (0.16, 0.06, 0.84, 0.14), varied(shade, random, 0.6))
    write(painting, (0.18, 0.065, 0.82, 0.135), name(random), (230, 228, 220))
    fill(painting, (0.18, 0.2, 0.82, 0.46), (48, 58, 70))
    fill(painting, (0.22, 0.23, 0.78, 0.4), (132, 164, 186))
    fill(painting, (0.2, 0.52, 0.5, 0.64), (60, 60, 62))
    for row in range(4):
        for column in range(3):
            x, y = 0.58 + 0.085 * column, 0.51 + 0.045 * row
            fill(painting, (x, y, x + 0.06, y + 0.03), (180, 180, 178))
    fill(painting, (0.25, 0.76, 0.75, 0.9), (40, 40, 42))
    mottle(painting, random, 0.05, (3, 3), 3)
    return painting


def vending(random: Random) -> Painting:
    """A vending machine's glass with rows of cans and packets."""
    painting = flat(128, _one(random, ((140, 40, 40), (46, 64, 98), (60, 62, 64), (180, 178, 170))))
    fill(painting, (0.07, 0.06, 0.72, 0.8), (46, 48, 52))
    for row in range(6):
        for column in range(6):
            x, y = 0.1 + 0.1 * column, 0.08 + 0.118 * row
            fill(painting, (x, y, x + 0.07, y + 0.095), varied(any_shade(random, 60, 230), random))
    fill(painting, (0.78, 0.25, 0.92, 0.5), (150, 160, 166))
    fill(painting, (0.12, 0.86, 0.68, 0.95), (30, 30, 32))
    return painting


def _polygon(points: list[tuple[float, float]]) -> np.ndarray:
    image = Image.new("L", (512, 512))
    ImageDraw.Draw(image).polygon([(x * 512, y * 512) for x, y in points], fill=255)
    return covered(image, 256)


def car_side(
    windows: list[list[tuple[float, float]]], wheels: tuple[float, float, float, float], doors: list[float]
) -> Painting:
    """A car's side in tile units: white paint, dark ``windows``, arches at ``wheels`` (front x, rear x, half
    width, height), door gaps at ``doors``. White, so that a surface gives it its colour."""
    painting = flat(256, (236, 236, 236))
    down = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    dim(painting, np.broadcast_to(np.clip((down - 0.62) * 0.5, 0, 0.2), (256, 256)))
    dim(painting, 0.1 * np.exp(-(((down - 0.56) / 0.012) ** 2)) * np.ones((1, 256)))
    for x in doors:
        fill(painting, (x - 0.0018, 0.12, x + 0.0018, 0.88), (40, 40, 40), 0.8)
        fill(painting, (x - 0.04, 0.475, x - 0.012, 0.495), (70, 70, 70), 0.8)
    fill(painting, (0, 0.86, 1, 1), (34, 34, 36))
    front, rear, half, height = wheels
    across = (np.arange(256) + 0.5) / 256
    for x in (front, rear):
        arch = ((across - x) / half)[None] ** 2 + ((1 - down) / height) ** 2
        lay(painting, np.clip((1 - arch) * 8, 0, 1), (12, 12, 13))
    for shape in windows:
        pane = _polygon(shape)
        lay(painting, pane, (30, 34, 38))
        lay(painting, 0.35 * pane * np.clip(0.6 - down * 1.6, 0, 1), (150, 162, 172))
    return painting


def car_top(stations: list[tuple[float, float, str]]) -> Painting:
    """What lies over a car from bumper to bumper, unrolled along u: ``stations`` are (start, end, what)."""
    painting = flat(256, (236, 236, 236))
    down = np.abs(np.linspace(-1, 1, 256, dtype=np.float32))[:, None]
    for start, end, what in stations:
        middle = (start + end) / 2
        if what == "glass":
            inside = _polygon([(start, 0.12), (end, 0.09), (end, 0.91), (start, 0.88)])
            lay(painting, inside, (26, 30, 34))
            run = np.clip((np.arange(256) / 256 - start) / (end - start), 0, 1)[None]
            lay(painting, 0.4 * inside * run, (120, 132, 142))
        elif what == "grille":
            fill(painting, (start, 0.28, end, 0.72), (24, 24, 26))
            fill(painting, (start, 0.04, end, 0.2), (200, 206, 208))
            fill(painting, (start, 0.8, end, 0.96), (200, 206, 208))
        elif what == "tail":
            fill(painting, (start, 0.03, end, 0.17), (150, 22, 20))
            fill(painting, (start, 0.83, end, 0.97), (150, 22, 20))
        elif what == "plate":
            fill(painting, (start, 0.36, end, 0.64), (222, 220, 210))
            write(painting, (start, 0.4, end, 0.6), "", (30, 30, 30))
        elif what == "bumper":
            fill(painting, (start, 0, end, 1), (44, 44, 46))
        elif what == "seam":
            fill(painting, (middle - 0.003, 0.05, middle + 0.003, 0.95), (60, 60, 60), 0.7)
    dim(painting, np.broadcast_to(0.25 * np.clip(down - 0.9, 0, 1) * 10, (256, 256)) * 0.3)
    return painting


def crate_side(random: Random) -> Painting:
    """Slats of a wooden crate or a plastic box with a grip."""
    painting = flat(128, varied((226, 222, 214), random, 0.05))
    for k in range(5):
        fill(painting, (0, k / 5 + 0.15, 1, k / 5 + 0.19), (70, 66, 60), 0.8)
    frame(painting, (0, 0, 1, 1), (150, 146, 140), 0.06)
    mottle(painting, random, 0.12, (3, 20), 3)
    return painting


def hall_picture(random: Random) -> Painting:
    """A framed painting of a museum."""
    painting = flat(128, varied(any_shade(random, 50, 150), random))
    for _ in range(5):
        shade = varied(any_shade(random, 30, 190), random)
        lay(painting, np.clip(2.5 * cloudy(128, (3, 3), random, 4) - 0.5, 0, 1), shade)
    lay(painting, 0.6 * strokes(128, [wander(random, 20, 1.2) for _ in range(3)], 5), (64, 52, 42))
    frame(painting, (0, 0, 1, 1), _one(random, ((150, 118, 62), (58, 44, 36), (196, 190, 178))), 0.09)
    return painting
