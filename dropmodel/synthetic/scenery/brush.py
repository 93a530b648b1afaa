"""Strokes the painters of scenery share. A painting is float32 [S, S, 3], sRGB in 0..1, row 0 at the top."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from dropmodel.synthetic.drawing.geometry import Color
from dropmodel.synthetic.drawing.textures import cloudy, linear

Painting = npt.NDArray[np.float32]
Mask = npt.NDArray[np.float32]
Shade = tuple[float, float, float]
"""An sRGB colour in 0..255, as colour charts name them."""


def ink(shade: Shade) -> Color:
    """Linear reflectance of an sRGB colour in 0..255."""
    red, green, blue = (float(part) for part in linear(np.asarray(shade) / 255))
    return red, green, blue


def varied(shade: Shade, random: np.random.Generator, value: float = 0.12, hue: float = 0.03) -> Shade:
    """``shade`` a little brighter or darker by the relative ``value``, its channels apart by ``hue``."""
    factor = float(np.exp(random.uniform(-value, value)))
    red, green, blue = (
        float(np.clip(part * factor * (1 + random.uniform(-hue, hue)), 3, 250)) for part in shade
    )
    return red, green, blue


def any_shade(random: np.random.Generator, low: float, high: float, vivid: float = 0.5) -> Shade:
    """Any hue: its brightest channel in ``low``..``high`` of 255, its saturation mostly below ``vivid``."""
    hue, top = random.uniform(0, 6), random.uniform(low, high)
    pale = vivid * random.uniform() ** 1.5
    red, green, blue = (
        top * (1 - pale * min(1.0, max(0.0, abs((hue + shift) % 6 - 3) - 1))) for shift in (3.0, 1.0, 5.0)
    )
    return red, green, blue


def flat(size: int, shade: Shade) -> Painting:
    """A painting of one colour."""
    return np.full((size, size, 3), np.asarray(shade) / 255, np.float32)


def mottle(
    painting: Painting, random: np.random.Generator, amount: float, cells: tuple[int, int], octaves: int = 3
) -> None:
    """Lightens and darkens in soft patches, ``cells`` of them down and across."""
    painting *= (1 + amount * cloudy(len(painting), cells, random, octaves))[..., None]


def tint(
    painting: Painting, random: np.random.Generator, shade: Shade, cells: tuple[int, int], amount: float
) -> None:
    """Lays ``shade`` over patches, at most ``amount`` of it."""
    cover = amount * np.clip(0.5 + 1.2 * cloudy(len(painting), cells, random, 4), 0, 1)
    lay(painting, cover, shade)


def speckle(painting: Painting, random: np.random.Generator, amount: float, color: float = 0.0) -> None:
    """Grains of one pixel with relative spread ``amount``; ``color`` lets the channels differ."""
    size = len(painting)
    painting *= 1 + amount * random.standard_normal((size, size, 1), np.float32)
    if color:
        painting *= 1 + color * random.standard_normal((size, size, 3), np.float32)


def lay(painting: Painting, cover: npt.NDArray[np.floating], shade: Shade) -> None:
    """Paints ``shade`` where ``cover`` [S, S] in 0..1 says."""
    painting += cover[..., None].astype(np.float32) * (np.asarray(shade, np.float32) / 255 - painting)


def dim(painting: Painting, cover: npt.NDArray[np.floating]) -> None:
    """Multiplies by 1 - ``cover`` [S, S]."""
    painting *= (1 - cover[..., None]).astype(np.float32)


def strokes(size: int, lines: Sequence[npt.ArrayLike], width: float, wrap: bool = True) -> Mask:
    """Cover of poly-lines given in tile units [N, 2] (x, y down, 0..1), ``width`` pixels wide."""
    image = Image.new("L", (2 * size, 2 * size))
    draw = ImageDraw.Draw(image)
    shifts = (-1, 0, 1) if wrap else (0,)
    for line in lines:
        points = np.asarray(line, float)
        for down in shifts:
            for across in shifts:
                moved = np.add(points, (across, down)) * 2 * size
                draw.line([tuple(point) for point in moved], fill=255, width=max(1, round(2 * width)))
    return covered(image, size)


def _grey(image: Image.Image) -> Mask:
    cover: Mask = np.asarray(image, np.float32) / np.float32(255)
    return cover


def covered(image: Image.Image, size: int) -> Mask:
    """Cover in 0..1 of a grey drawing, shrunk to ``size`` pixels."""
    return _grey(image.resize((size, size), Image.Resampling.BOX))


def wander(
    random: np.random.Generator, steps: int, reach: float, drift: float = 0.6
) -> npt.NDArray[np.float64]:
    """A crooked path in tile units, such as a crack: ``steps`` steps, ``reach`` long in all."""
    heading = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, drift, steps))
    step = reach / steps * np.stack([np.cos(heading), np.sin(heading)], 1)
    path: npt.NDArray[np.float64] = random.uniform(0, 1, 2) + np.cumsum(step, axis=0)
    return path


def spots(size: int, random: np.random.Generator, count: int, radius: tuple[float, float]) -> Mask:
    """Cover of ``count`` soft round spots with radii in tile units, seamless."""
    total = np.zeros((size, size), np.float32)
    axis = (np.arange(size) + 0.5) / size
    for _ in range(count):
        x, y = random.uniform(0, 1, 2)
        reach = random.uniform(*radius)
        dx = np.abs((axis - x + 0.5) % 1 - 0.5)[None]
        dy = np.abs((axis - y + 0.5) % 1 - 0.5)[:, None]
        total = np.maximum(total, np.clip(1.6 * (1 - np.sqrt(dx**2 + dy**2) / reach), 0, 1))
    return total.astype(np.float32)


def coursed(
    size: int,
    rows: int,
    columns: int,
    joint: float,
    shifts: Sequence[float] = (0.0,),
) -> tuple[npt.NDArray[np.int64], Mask, Mask]:
    """Bricks or slabs in courses.

    ``shifts`` are each course's offsets in bricks, taken in turn; ``joint`` is the joint's width in pixels.
    Returns each pixel's brick number, the joints' cover, and each pixel's height across its brick, 0 (top) to
    1 (bottom).
    """
    axis = np.arange(size) + 0.5
    down = axis * rows / size
    row = np.floor(down).astype(np.int64)
    offset = np.asarray(shifts, float)[row % len(shifts)]
    across = axis[None] * columns / size + offset[:, None]
    column = np.floor(across).astype(np.int64) % columns
    rise = (down - row)[:, None]
    run = across - np.floor(across)
    from_edge = np.minimum(
        np.minimum(rise, 1 - rise) * size / rows, np.minimum(run, 1 - run) * size / columns
    )
    joints = np.clip(joint / 2 + 0.5 - from_edge, 0, 1).astype(np.float32)
    return row[:, None] * columns + column, joints, np.broadcast_to(rise, (size, size)).astype(np.float32)


def each(numbers: npt.NDArray[np.int64], values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """The value of each pixel's brick."""
    table = np.asarray(values, np.float32)
    picked: npt.NDArray[np.float32] = table[numbers % len(table)]
    return picked


def drips(
    size: int, random: np.random.Generator, count: int, length: tuple[float, float] = (0.2, 0.8)
) -> Mask:
    """Cover of dirt running down from the top, seamless sideways."""
    total = np.zeros((size, size), np.float32)
    down = (np.arange(size) + 0.5)[:, None] / size
    axis = (np.arange(size) + 0.5) / size
    for _ in range(count):
        x, reach, wide = random.uniform(), random.uniform(*length), random.uniform(0.004, 0.03)
        sway = np.abs((axis[None] - x + 0.5 + 0.01 * np.sin(9 * down)) % 1 - 0.5)
        total = np.maximum(total, np.clip(1 - sway / wide, 0, 1) * np.clip(1 - down / reach, 0, 1))
    return total


def words(
    size: tuple[int, int], text: str, height: float, slant: float = 0.0, spread: int = 0
) -> npt.NDArray[np.float32]:
    """Cover [rows, columns] of ``text`` written in the middle of ``size`` (width, height) pixels.

    ``height`` is the letters' height in pixels before the line is squeezed to fit; ``spread`` thickens.
    """
    font = ImageFont.load_default(max(6.0, height))
    left, top, right, bottom = font.getbbox(text, stroke_width=spread)
    line = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(line).text((-left, -top), text, fill=255, font=font, stroke_width=spread)
    width = min(line.width, size[0])
    line = line.resize((width, min(line.height, size[1])), Image.Resampling.BILINEAR)
    image = Image.new("L", size)
    image.paste(line, ((size[0] - line.width) // 2, (size[1] - line.height) // 2))
    if slant:
        image = image.transform(
            size, Image.Transform.AFFINE, (1, slant, -slant * size[1] / 2, 0, 1, 0), Image.Resampling.BILINEAR
        )
    return _grey(image)


_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "sch",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_RIMES = [
    "a",
    "al",
    "an",
    "ar",
    "as",
    "e",
    "el",
    "en",
    "er",
    "et",
    "i",
    "il",
    "in",
    "is",
    "o",
    "on",
    "or",
    "os",
    "u",
    "um",
    "un",
    "us",
]


def name(random: np.random.Generator, syllables: int | None = None) -> str:
    """A word that means nothing, for signs: two or three syllables, in capitals now and then."""
    count = syllables or int(random.integers(1, 4))
    word = "".join(str(random.choice(_ONSETS)) + str(random.choice(_RIMES)) for _ in range(count))
    return word.upper() if random.uniform() < 0.5 else word.capitalize()


def write(
    painting: Painting, box: tuple[float, float, float, float], text: str, shade: Shade, fill: float = 0.8
) -> None:
    """Writes ``text`` in the ``box`` (left, top, right, bottom) in tile units, ``fill`` of its height."""
    size = len(painting)
    left, top, right, bottom = (round(edge * size) for edge in box)
    if right - left < 4 or bottom - top < 3:
        return
    cover = words((right - left, bottom - top), text, fill * (bottom - top) * 1.25)
    area = painting[top:bottom, left:right]
    area += cover[: area.shape[0], : area.shape[1], None] * (np.asarray(shade, np.float32) / 255 - area)


def fill(
    painting: Painting, box: tuple[float, float, float, float], shade: Shade, cover: float = 1.0
) -> None:
    """Paints the ``box`` (left, top, right, bottom) in tile units."""
    size = len(painting)
    left, top, right, bottom = (round(float(np.clip(edge, 0, 1)) * size) for edge in box)
    area = painting[top:bottom, left:right]
    area += cover * (np.asarray(shade, np.float32) / 255 - area)


def frame(painting: Painting, box: tuple[float, float, float, float], shade: Shade, width: float) -> None:
    """Paints the rim of the ``box`` in tile units, ``width`` thick."""
    left, top, right, bottom = box
    for edge in (
        (left, top, right, top + width),
        (left, bottom - width, right, bottom),
        (left, top, left + width, bottom),
        (right - width, top, right, bottom),
    ):
        fill(painting, edge, shade)
