"""Pictures laid on garments once: zips, buttons, pockets, ties, logos, words and numbers."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from dropmodel.synthetic.drawing.geometry import Decal
from dropmodel.synthetic.drawing.textures import Texture, tile
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe.palette import Tint

Array = npt.NDArray[Any]

_SIZE = 128
Pixel = tuple[int, int, int, int]

_SYLLABLES = ("al", "bo", "co", "den", "el", "far", "go", "har", "in", "ka", "lo", "mor", "na", "or", "pe",
"ra",
              "so", "ta", "ur", "vi", "wa", "yo", "zen")  # fmt: skip


def pixel(tint: Tint, alpha: float = 1.0) -> Pixel:
    """RGBA in 0..255."""
    red, green, blue = (round(255 * value) for value in tint.srgb)
    return red, green, blue, round(255 * alpha)


def _canvas(size: int = _SIZE) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    return image, ImageDraw.Draw(image)


def _texture(image: Image.Image) -> Texture:
    painting: Array = np.asarray(image, np.float32) / 255
    return tile(painting)


def _font(points: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(points)


@lru_cache(64)
def _fastening(kind: str, dark: bool) -> Texture:
    image, draw = _canvas(64)
    line: Pixel = (255, 255, 255, 60) if dark else (0, 0, 0, 110)
    knob: Pixel = (190, 190, 188, 255) if dark else (50, 46, 42, 255)
    if kind == "zip":
        draw.rectangle((24, 0, 40, 63), fill=(0, 0, 0, 90))
        draw.rectangle((30, 0, 33, 63), fill=(170, 170, 172, 255) if dark else (60, 60, 62, 255))
    elif kind == "double":
        draw.line((60, 0, 60, 63), fill=(0, 0, 0, 130), width=3)
        for y in (12, 32, 52):
            draw.rectangle((10, y - 1, 16, y + 1), fill=knob)
            draw.rectangle((42, y - 1, 48, y + 1), fill=knob)
    else:
        top = 0
        bottom = 63 if kind == "buttons" else 26
        draw.rectangle((16, top, 18, bottom), fill=line)
        draw.rectangle((46, top, 48, bottom), fill=line)
        for y in range(4, bottom, 9 if kind == "buttons" else 10):
            draw.rectangle((28, y, 36, y + 1), fill=knob)
    return _texture(image)


def fastening(kind: str, dark: bool, hem: float, neck: float) -> Decal:
    """Zip, buttons, double row of buttons or polo placket between two heights."""
    half = {"zip": 0.03, "double": 0.11}.get(kind, 0.032)
    return Decal(_fastening(kind, dark), (-half, hem, half, neck))


@lru_cache(64)
def _pockets(dark: bool, flaps: bool) -> Texture:
    image, draw = _canvas()
    line: Pixel = (255, 255, 255, 46) if dark else (0, 0, 0, 100)
    for left, right in ((4, 40), (88, 124)):
        if flaps:
            draw.rectangle((left, 30, right, 110), outline=line, width=3)
            draw.rectangle((left, 30, right, 52), fill=(0, 0, 0, 46))
        else:
            slant = 10 if left == 4 else -10
            draw.line((left + 14 + slant, 30, left + 14 - slant, 104), fill=(0, 0, 0, 150), width=5)
    return _texture(image)


def pockets(dark: bool, flaps: bool, center: float) -> Decal:
    """A pair of pockets whose middle is at height ``center``."""
    return Decal(_pockets(dark, flaps), (-0.17, center - 0.09, 0.17, center + 0.09))


@lru_cache(8)
def _fade(strength: float) -> Texture:
    at = (np.arange(64) + 0.5) / 64
    down, across = np.meshgrid(at, at, indexing="ij")
    leg = np.exp(-(((np.abs(across - 0.5) - 0.31) / 0.12) ** 2)) * np.exp(-(((down - 0.42) / 0.26) ** 2))
    whisker = 1 + 0.25 * np.sin(down * 60 + 6 * np.abs(across - 0.5)) * (down < 0.3)
    painting = np.full((64, 64, 4), 0.80, np.float32)
    painting[..., 2] = 0.86
    painting[..., 3] = np.clip(strength * leg * whisker, 0, 1)
    return tile(painting)


def fade(strength: float) -> Decal:
    """Where worn jeans are pale."""
    return Decal(_fade(round(strength, 1)), (-0.21, 0.36, 0.21, 0.92), 0)


@lru_cache(8)
def _rips(number: int) -> Texture:
    random = stream("rips", number)
    image, draw = _canvas()
    for _ in range(4):
        x, y = random.choice([30, 98]) + random.uniform(-12, 12), random.uniform(30, 100)
        w, h = random.uniform(8, 16), random.uniform(3, 7)
        draw.ellipse((x - w, y - h, x + w, y + h), fill=(205, 170, 150, 255))
        for k in range(3):
            draw.line(
                (x - w, y - h + 2 + k * h / 1.5, x + w, y - h + 2 + k * h / 1.5), fill=(225, 228, 232, 255)
            )
    return _texture(image)


def rips(number: int) -> Decal:
    """Torn knees."""
    return Decal(_rips(number % 8), (-0.21, 0.36, 0.21, 0.86), -1)


@lru_cache(32)
def _plain(fill: Pixel) -> Texture:
    image = Image.new("RGBA", (4, 4), fill)
    return _texture(image)


def side_stripes(tint: Tint, wide: bool) -> tuple[Decal, ...]:
    """A stripe down the outer side of both trouser legs: where coords reach farthest from the middle."""
    texture = _plain(pixel(tint))
    inner = 0.1845 if wide else 0.1872
    return (Decal(texture, (inner, 0.0, 0.26, 1.0), 0), Decal(texture, (-0.26, 0.0, -inner, 1.0), 0))


@lru_cache(32)
def _bands(colors: tuple[Pixel, ...], count: int, upright: bool) -> Texture:
    image, draw = _canvas()
    edge, core = colors[0], colors[-1]
    for k in range(count):
        y = 20 + k * (88 // max(count - 1, 1)) if count > 1 else 60
        draw.rectangle((0, y - 12, 127, y + 12), fill=edge)
        draw.rectangle((0, y - 7, 127, y + 7), fill=core)
    if upright:
        for x in (34, 94):
            draw.rectangle((x - 6, 0, x + 6, 40), fill=core)
    return _texture(image)


def reflectors(low: float, high: float, edge: Tint, count: int = 2, upright: bool = False) -> Decal:
    """Silver bands with a coloured edge round a work garment."""
    silver: Pixel = (205, 208, 208, 255)
    return Decal(_bands((pixel(edge), silver), count, upright), (-0.31, low, 0.31, high), 0)


def tie(tint: Tint, low: float, high: float) -> Decal:
    """A tie down the front of a shirt."""
    return Decal(_tie(pixel(tint)), (-0.045, low, 0.045, high))


@lru_cache(32)
def _tie(fill: Pixel) -> Texture:
    image, draw = _canvas(64)
    dark: Pixel = (fill[0] * 2 // 3, fill[1] * 2 // 3, fill[2] * 2 // 3, 255)
    draw.polygon([(24, 0), (40, 0), (36, 7), (28, 7)], fill=dark)
    draw.polygon([(28, 7), (36, 7), (44, 56), (32, 63), (20, 56)], fill=fill)
    return _texture(image)


_Draw = Callable[[ImageDraw.ImageDraw, str, Pixel, Pixel], None]


def _word(draw: ImageDraw.ImageDraw, word: str, ink: Pixel, _second: Pixel) -> None:
    draw.text((64, 64), word, fill=ink, font=_font(150 / max(len(word), 4)), anchor="mm")


def _stack(draw: ImageDraw.ImageDraw, word: str, ink: Pixel, second: Pixel) -> None:
    for k in range(3):
        draw.text((64, 34 + 30 * k), word, fill=(ink, second)[k % 2], font=_font(34), anchor="mm")


def _arch(draw: ImageDraw.ImageDraw, word: str, ink: Pixel, second: Pixel) -> None:
    draw.arc((14, 30, 114, 130), 190, 350, fill=ink, width=14)
    draw.text((64, 84), word[:5], fill=second, font=_font(30), anchor="mm")


def _box_logo(draw: ImageDraw.ImageDraw, word: str, ink: Pixel, second: Pixel) -> None:
    draw.rectangle((14, 40, 114, 88), fill=ink)
    draw.text((64, 64), word[:6], fill=second, font=_font(24), anchor="mm")


def _number(draw: ImageDraw.ImageDraw, word: str, ink: Pixel, _second: Pixel) -> None:
    number = sum(map(ord, word)) % 99 + 1
    draw.text((64, 64), str(number), fill=ink, font=_font(96), anchor="mm", stroke_width=2)


def _disc(draw: ImageDraw.ImageDraw, _word: str, ink: Pixel, second: Pixel) -> None:
    draw.ellipse((24, 24, 104, 104), fill=ink)
    draw.pieslice((34, 34, 94, 94), 20, 200, fill=second)


def _ringed(draw: ImageDraw.ImageDraw, word: str, ink: Pixel, _second: Pixel) -> None:
    draw.ellipse((20, 20, 108, 108), outline=ink, width=9)
    draw.text((64, 64), word[:4], fill=ink, font=_font(28), anchor="mm")


def _mountain(draw: ImageDraw.ImageDraw, _word: str, ink: Pixel, second: Pixel) -> None:
    draw.polygon([(10, 96), (48, 34), (70, 70), (84, 52), (118, 96)], fill=ink)
    draw.ellipse((80, 18, 104, 42), fill=second)


def _star(draw: ImageDraw.ImageDraw, _word: str, ink: Pixel, _second: Pixel) -> None:
    turns = [(48 if k % 2 == 0 else 20, k * np.pi / 5) for k in range(10)]
    draw.polygon([(64 + r * np.sin(a), 64 - r * np.cos(a)) for r, a in turns], fill=ink)


def _bars(draw: ImageDraw.ImageDraw, _word: str, ink: Pixel, second: Pixel) -> None:
    for k in range(4):
        draw.rectangle((24, 30 + 18 * k, 104 - 16 * k, 40 + 18 * k), fill=(ink, second)[k % 2])


def _wave(draw: ImageDraw.ImageDraw, _word: str, ink: Pixel, second: Pixel) -> None:
    for k in range(3):
        points = [(10 + x, 44 + 20 * k + 9 * np.sin(x / 11 + k)) for x in range(0, 110, 4)]
        draw.line(points, fill=(ink, second)[k % 2], width=9)


def _stamp(draw: ImageDraw.ImageDraw, _word: str, ink: Pixel, second: Pixel) -> None:
    draw.rectangle((28, 28, 100, 100), outline=ink, width=6)
    draw.line((28, 100, 100, 28), fill=second, width=10)


MOTIFS: Mapping[str, _Draw] = MappingProxyType({
    "word": _word, "stack": _stack, "arch": _arch, "box logo": _box_logo, "number": _number, "disc": _disc,
    "ringed": _ringed, "mountain": _mountain, "star": _star, "bars": _bars, "wave": _wave, "stamp": _stamp,
})  # fmt: skip
"""Kind of print -> who draws it, with a made-up word at hand."""


@lru_cache(64)
def _motif(kind: str, ink: Pixel, second: Pixel, number: int) -> Texture:
    random = stream("motif", number)
    image, draw = _canvas()
    word = "".join(random.choice(_SYLLABLES) for _ in range(int(random.integers(2, 4)))).upper()
    MOTIFS[kind](draw, word, ink, second)
    return _texture(image)


def motif(
    kind: str, ink: Tint, second: Tint, number: int, box: tuple[float, float, float, float], side: int
) -> Decal:
    """A print of ``kind`` in ``box`` on the front (-1) or the back (+1)."""
    return Decal(_motif(kind, pixel(ink), pixel(second), number), box, side)


def buttons(dark: bool, low: float, high: float) -> Decal:
    """Two buttons under a lapel, and the front's edge."""
    return Decal(_buttons(dark), (-0.03, low - 0.2, 0.03, high + 0.03))


@lru_cache(2)
def _buttons(dark: bool) -> Texture:
    image, draw = _canvas(64)
    draw.line((40, 0, 32, 63), fill=(0, 0, 0, 120), width=2)
    for y in (8, 26):
        draw.ellipse((27, y, 37, y + 5), fill=(12, 12, 12, 255) if not dark else (95, 92, 88, 255))
    return _texture(image)


@lru_cache(2)
def _pouch(dark: bool) -> Texture:
    image, draw = _canvas(64)
    line: Pixel = (255, 255, 255, 50) if dark else (0, 0, 0, 100)
    draw.line([(2, 62), (2, 26), (16, 2), (48, 2), (62, 26), (62, 62)], fill=line, width=2)
    draw.polygon([(2, 26), (16, 2), (18, 4), (4, 28)], fill=(0, 0, 0, 110))
    draw.polygon([(62, 26), (48, 2), (46, 4), (60, 28)], fill=(0, 0, 0, 110))
    return _texture(image)


def pouch(dark: bool) -> Decal:
    """The pocket of a hooded jumper."""
    return Decal(_pouch(dark), (-0.14, 0.96, 0.14, 1.12))


@lru_cache(4)
def _chest_pocket(dark: bool, badge: bool) -> Texture:
    image, draw = _canvas(64)
    line: Pixel = (255, 255, 255, 50) if dark else (0, 0, 0, 90)
    for left in (4, 40) if badge else (40,):
        draw.rectangle((left, 20, left + 20, 50), outline=line, width=2)
        draw.rectangle((left, 20, left + 20, 28), fill=(0, 0, 0, 40))
    if badge:
        draw.rectangle((42, 10, 58, 16), fill=(225, 225, 222, 255))
        draw.rectangle((0, 0, 6, 4), fill=(205, 175, 70, 255))
        draw.rectangle((57, 0, 63, 4), fill=(205, 175, 70, 255))
    return _texture(image)


def chest_pocket(dark: bool, badge: bool) -> Decal:
    """A chest pocket, or two with a name tag and epaulettes."""
    return Decal(_chest_pocket(dark, badge), (-0.125, 1.16, 0.125, 1.41))


@lru_cache(4)
def _trouser_pockets(dark: bool, flaps: bool) -> Texture:
    image, draw = _canvas()
    line: Pixel = (255, 255, 255, 46) if dark else (0, 0, 0, 110)
    draw.line((22, 8, 8, 40), fill=line, width=3)
    draw.line((106, 8, 120, 40), fill=line, width=3)
    draw.line((64, 4, 64, 40), fill=line, width=2)
    if flaps:
        for x in (2, 104):
            draw.rectangle((x, 84, x + 22, 124), outline=line, width=3)
            draw.rectangle((x, 84, x + 22, 96), fill=(0, 0, 0, 70))
    return _texture(image)


def trouser_pockets(dark: bool, flaps: bool) -> Decal:
    """Slanted pockets and the fly; with flaps, pockets on the thighs too."""
    return Decal(_trouser_pockets(dark, flaps), (-0.19, 0.55 if flaps else 0.60, 0.19, 1.03))


@lru_cache(2)
def _creases(dark: bool) -> Texture:
    image, draw = _canvas(64)
    tone: Pixel = (255, 255, 255, 14) if dark else (0, 0, 0, 45)
    for x in (9, 54):
        draw.line((x, 0, x, 63), fill=tone, width=1)
    return _texture(image)


def creases(dark: bool) -> Decal:
    """Pressed creases down the front of suit trousers."""
    return Decal(_creases(dark), (-0.19, 0.02, 0.19, 0.82))


def shoe_details(stripe: Tint | None, dark: bool) -> tuple[Decal, ...]:
    """Laces on the instep and slanted stripes on the sides, in the coords of feet."""
    laces = _laces(dark)
    found = [Decal(laces, (0.112, 0.055, 0.156, 0.125), 0), Decal(laces, (-0.156, 0.055, -0.112, 0.125), 0)]
    if stripe is not None:
        found.append(Decal(_slanted(pixel(stripe)), (-0.26, 0.0, 0.26, 0.20), 0))
    return tuple(found)


@lru_cache(2)
def _laces(dark: bool) -> Texture:
    image, draw = _canvas(32)
    fill: Pixel = (225, 225, 222, 255) if dark else (70, 70, 74, 200)
    draw.rectangle((10, 0, 21, 31), fill=(0, 0, 0, 60))
    for y in range(2, 30, 7):
        draw.rectangle((6, y, 25, y + 2), fill=fill)
    return _texture(image)


@lru_cache(64)
def _slanted(fill: Pixel) -> Texture:
    image, draw = _canvas(64)
    for x in range(0, 64, 9):
        draw.polygon([(x, 48), (x + 3, 48), (x + 5, 40), (x + 2, 40)], fill=fill)
    return _texture(image)
