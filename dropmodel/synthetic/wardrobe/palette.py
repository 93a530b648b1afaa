"""Colours people wear, are born with or dye their hair in, and how often.

A colour is chosen in two steps: a word (black, navy, denim ...) by the habits of real crowds, which are
the same everywhere, then an anchor of that word. Anchors differ from style to style, so that colours of
one style are not those of another; a slight jitter makes no two dye lots alike.
"""

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dropmodel.synthetic.drawing.geometry import Color
from dropmodel.synthetic.drawing.textures import linear


@dataclass(frozen=True, slots=True)
class Tint:
    """A named colour: ``word`` as people would say it, ``srgb`` in 0..1."""

    word: str
    srgb: tuple[float, float, float]

    @property
    def light(self) -> Color:
        """The same colour as linear reflectance."""
        red, green, blue = linear(self.srgb).tolist()
        return red, green, blue

    @property
    def saturation(self) -> float:
        """0 grey .. 1 pure, as the spread of the sRGB values (HSV chroma)."""
        return max(self.srgb) - min(self.srgb)

    def scaled(self, factor: float) -> "Tint":
        """Darker (< 1) or brighter."""
        red, green, blue = (min(1.0, value * factor) for value in self.srgb)
        return Tint(self.word, (red, green, blue))


Anchors = Mapping[str, tuple[str, ...]]
Prior = Mapping[str, float]


def _words(**rows: str) -> Anchors:
    return MappingProxyType({word.replace("_", " "): tuple(row.split()) for word, row in rows.items()})


@dataclass(frozen=True, slots=True, eq=False)
class WardrobeStyle:
    """Where one style's people get their looks from.

    ``cloth``, ``hair`` give each colour word its anchors (sRGB hex). ``skin`` are positions on the Monk scale
    (0 lightest .. 9 darkest). ``patterns`` names the pattern kinds and their weight beside plain cloth,
    ``prints`` the kinds of decals on shirts.
    """

    name: str
    cloth: Anchors
    hair: Anchors
    skin: tuple[float, ...]
    patterns: Prior
    prints: tuple[str, ...]


MONK = ("f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96", "a07e56", "825c43", "604134", "3a312a", "292420")
"""The ten tones of the Monk Skin Tone scale (E. Monk, Google, 2022; skintone.google), lightest first."""

TOP: Prior = {
    "black": 20, "charcoal": 8, "grey": 13, "white": 15, "navy": 10, "denim": 3, "beige": 7, "olive": 5,
    "brown": 4, "burgundy": 3, "blue": 4, "light blue": 3.5, "green": 1.5, "red": 2, "pink": 2, "yellow": 1,
    "orange": 0.8, "purple": 0.8, "teal": 1.2,
}  # fmt: skip
"""How often a T-shirt, shirt or jumper has a colour: a guess at streets of northern cities, dark and grey."""

OUTER: Prior = {
    "black": 32, "charcoal": 12, "grey": 9, "navy": 15, "denim": 1.5, "beige": 9, "olive": 7.5, "brown": 5,
    "white": 2.5, "burgundy": 1.6, "blue": 1.6, "green": 0.9, "red": 1.2, "yellow": 0.7, "orange": 0.5,
    "teal": 0.6, "pink": 0.6, "purple": 0.3,
}  # fmt: skip
LOWER: Prior = {
    "black": 28, "denim": 30, "navy": 10, "charcoal": 9, "grey": 7, "beige": 8, "olive": 3.5, "brown": 2.5,
    "white": 2.0, "burgundy": 0.5, "blue": 0.5, "green": 0.3, "red": 0.3, "pink": 0.3,
}  # fmt: skip
DRESS: Prior = {
    "black": 24, "navy": 13, "grey": 7, "white": 7, "beige": 8, "burgundy": 6, "olive": 5, "blue": 6, "red":
    4,
    "pink": 4, "green": 4, "teal": 4, "brown": 4, "light blue": 4, "yellow": 2, "purple": 2, "orange": 1,
}  # fmt: skip
SHOE: Prior = {
    "black": 42, "white": 20, "brown": 13, "grey": 8, "charcoal": 5, "navy": 4, "beige": 5, "burgundy": 1,
    "red": 1, "blue": 1, "pink": 0.7, "green": 0.4,
}  # fmt: skip
BAG: Prior = {
    "black": 42, "charcoal": 9, "grey": 8, "navy": 10, "brown": 10, "beige": 6, "olive": 4, "burgundy": 2,
    "blue": 2.5, "red": 1.7, "teal": 1, "green": 1, "pink": 1, "yellow": 0.7, "white": 1.5, "purple": 0.6,
}  # fmt: skip
HAT: Prior = {
    "black": 33, "navy": 12, "charcoal": 9, "grey": 11, "white": 6, "beige": 9, "olive": 4, "brown": 4,
    "burgundy": 3, "red": 3, "blue": 2, "green": 1.3, "yellow": 0.9, "pink": 1.2, "teal": 1,
}  # fmt: skip
SUIT: Prior = {"black": 26, "navy": 30, "charcoal": 24, "grey": 11, "beige": 4, "brown": 4, "blue": 2}
SHIRT: Prior = {
    "white": 36, "light blue": 22, "blue": 5, "grey": 5, "pink": 4, "black": 8, "navy": 5, "denim": 6,
    "beige": 5, "olive": 2, "burgundy": 1.5,
}  # fmt: skip
VIVID: Prior = {
    "red": 5, "blue": 6, "green": 3.5, "yellow": 3.5, "orange": 2.5, "teal": 2.5, "purple": 1.6, "pink": 2,
    "white": 3, "black": 3, "light blue": 2, "burgundy": 2, "navy": 2,
}  # fmt: skip
LEATHER: Prior = {"black": 62, "brown": 26, "burgundy": 3, "beige": 5, "grey": 3}
SAFETY: Prior = {"lime": 3, "signal orange": 2}
DENIM: Prior = {"denim": 75, "black": 15, "grey": 6, "white": 4}
EARTH: Prior = {"beige": 35, "brown": 12, "olive": 12, "navy": 14, "grey": 10, "black": 12, "charcoal": 6}


def draw_tint(random: np.random.Generator, anchors: Anchors, prior: Prior, jitter: float = 0.03) -> Tint:
    """A colour word by ``prior`` among those ``anchors`` has, then one of its anchors, slightly shifted."""
    words = [word for word in prior if word in anchors]
    weights = np.array([prior[word] for word in words])
    word = words[int(random.choice(len(words), p=weights / weights.sum()))]
    return anchored(random, anchors, word, jitter)


def anchored(random: np.random.Generator, anchors: Anchors, word: str, jitter: float = 0.03) -> Tint:
    """One of the anchors of ``word``, its lightness and hue shifted by about ``jitter``."""
    row = anchors[word]
    base = np.array(from_hex(row[int(random.integers(len(row)))]))
    shade = base * random.uniform(0.86, 1.14) + random.normal(0, jitter / 2, 3) * (0.3 + base)
    red, green, blue = np.clip(shade, 0.03, 0.97).tolist()
    return Tint(word, (red, green, blue))


def contrasting(random: np.random.Generator, anchors: Anchors, prior: Prior, other: Tint) -> Tint:
    """A colour that can be told from ``other`` by its lightness or hue; the best of several draws."""
    drawn = [draw_tint(random, anchors, prior) for _ in range(6)]
    for tint in drawn:
        if distance(tint, other) > 0.35:
            return tint
    return max(drawn, key=lambda tint: distance(tint, other))


def distance(one: Tint, other: Tint) -> float:
    """Euclidean distance of two colours' sRGB values, 0..1.73."""
    return float(np.linalg.norm(np.subtract(one.srgb, other.srgb)))


def skin_tint(random: np.random.Generator, position: float) -> Tint:
    """Skin at ``position`` on the Monk scale (0..9, between tones too), with more or less blood in it.

    The scale shows skin as seen lit; the reflectance a camera finds is a little darker and warmer.
    """
    scale = np.array([from_hex(tone) for tone in MONK])
    tone = np.array([np.interp(position, np.arange(10), scale[:, k]) for k in range(3)])
    hue, _, value = colorsys.rgb_to_hsv(*tone)
    hue = 0.062 + 0.25 * (hue - 0.08) + random.normal(0, 0.006)
    saturation = np.interp(position, [0, 3, 5, 7, 9], [0.24, 0.32, 0.46, 0.50, 0.42]) + random.normal(0, 0.03)
    value = value * np.interp(position, [0, 4, 6, 9], [0.82, 0.88, 1.0, 1.0]) * random.uniform(0.95, 1.04)
    red, green, blue = colorsys.hsv_to_rgb(
        hue % 1, float(np.clip(saturation, 0.1, 0.65)), min(float(value), 0.95)
    )
    return Tint("skin", (max(red, 0.08), max(green, 0.06), max(blue, 0.05)))


def from_hex(code: str) -> tuple[float, float, float]:
    """sRGB in 0..1 of ``rrggbb``."""
    return int(code[:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:], 16) / 255


def gray(tint: Tint, share: float) -> Tint:
    """``tint`` with ``share`` of its colourfulness taken away."""
    mean = sum(tint.srgb) / 3
    red, green, blue = (value + (mean - value) * share for value in tint.srgb)
    return Tint(tint.word, (red, green, blue))


TRAIN = WardrobeStyle(
    "train",
    cloth=_words(
        black="161618 1c1b1e 121214 222024 1a1c20 1f1b1b",
        charcoal="37393d 3f3e40 2f3338 444448 3a3636",
        grey="6d6f73 85878a 9c9da0 5b5d60 b2b2b2 77726d 8f979d",
        white="eeeeea e6e3dc f3f1ee dfe2e4 e9e4d8",
        navy="1e2740 253252 182036 2c3858 1d2c4a",
        denim="3a4f74 536c92 7188a8 2d3a52 8fa3bb 47597a 63789a",
        beige="b8a684 cbb99a d8c9ae a8946e c2ab86 bfae98",
        olive="545440 6a6a4a 474a38 7a7658 5c6148",
        brown="5c4030 7a573c 4a352a 8a6748 6a4a38",
        burgundy="5a1f2a 6e2a35 471a24 7b3440",
        blue="2e5a9c 3f74b8 24488a 4c86c6",
        light_blue="a9c3dd bdd2e6 94b4d4 c7d8e4",
        green="2f6844 3f8a58 24543a 6f9a6a",
        red="a8262c c23a36 8f2027 b8484a",
        pink="dba5ac c97a8c e6bcc0 b8607a",
        yellow="d8b23c e6c85a c49a2a",
        orange="cf6a2c dd8444 b9581f",
        purple="5a4478 77609a 463460 9484b0",
        teal="2a6c72 3f868a 1f5458",
        lime="c8e639 d6ee4c",
        signal_orange="f2641c f47c38",
    ),
    hair=_words(
        black="100e0e 171312 0c0c10 1d1614",
        dark_brown="2a1c15 35241a 3d2a20 281e1a",
        brown="4d3524 5c4029 6a4b32 553a2c",
        blond="a5854f b8985f c8ad7c 8f7243",
        red="6e3420 8a4526 7c3b2a",
        grey="7c7b79 929190 68686a a5a4a2",
        white="cfccc6 dcdad6",
        dyed="8a2f5a 2c6a8c 6a3f8a c27a9a 3f7a5a",
    ),
    skin=(0.3, 1.2, 2.1, 3.0, 3.9, 4.8, 5.7, 6.6, 7.5, 8.4),
    patterns=MappingProxyType({
        "even stripes": 5, "breton": 5, "pin stripes": 3, "gingham": 3, "tartan": 5, "argyle": 1.5, "dots": 3,
        "floral": 4, "leaf": 1.5, "camouflage": 1.5, "colour block": 5, "gradient": 1.5, "herringbone": 2,
        "chest band": 3, "geometric": 2,
    }),
    prints=("word", "box logo", "disc", "number", "ringed", "mountain"),
)  # fmt: skip

VALIDATION = WardrobeStyle(
    "validation",
    cloth=_words(
        black="18191b 201e20 141518",
        charcoal="3c3c42 33373a 484645",
        grey="727478 93928f a8abad 626568",
        white="e8e8e8 f0ece4 dcdde0",
        navy="202c48 2a3450 1a243c",
        denim="425a80 5e7698 334562 8197b2",
        beige="b09c78 c6b492 d2c2a6",
        olive="5e5e44 4c503e 72704f",
        brown="634634 52392a 82603f",
        burgundy="622430 4f1c28",
        blue="35639f 2a5092",
        light_blue="b2c9df 9dbad6",
        green="356f50 488c62",
        red="b02f30 97282a",
        pink="d3929e e0b0b6",
        yellow="deba48 cca236",
        orange="d47536 c2621e",
        purple="61497f 7f6aa2",
        teal="307578 286064",
        lime="d0ea42",
        signal_orange="f06e28",
    ),
    hair=_words(
        black="131110 0f0f12",
        dark_brown="302018 241a16",
        brown="523826 634630",
        blond="ae8e57 c0a26c",
        red="763822",
        grey="868583 9b9a98",
        white="d6d3cd",
        dyed="9a3a66 3a5f9a",
    ),
    skin=(0.6, 1.5, 2.4, 3.3, 4.2, 5.1, 6.0, 6.9, 7.8, 8.7),
    patterns=MappingProxyType({
        "rugby": 4, "window pane": 4, "tie-dye": 2, "houndstooth": 2, "triangles": 3, "half and half": 4,
    }),
    prints=("arch", "bars", "star"),
)  # fmt: skip

HELD_OUT = WardrobeStyle(
    "held_out",
    cloth=_words(
        black="151719 1e1d21 191717",
        charcoal="343438 414346 393b3e",
        grey="68696e 7e8084 989a9c adaeaa",
        white="ebe9e4 e2e4e6 f2f2f0",
        navy="1b2642 27304c 222e4e",
        denim="3e547a 587096 6a82a2 2f3f5a",
        beige="bcab8c c9b58e aa9a7c",
        olive="4f523c 656748 78785a",
        brown="57402f 705038 8f6c4e",
        burgundy="541d2c 742f3a",
        blue="2a559a 4479bc",
        light_blue="a2bed8 c1d4e4",
        green="2b6048 4f9068",
        red="a22a34 bd4038",
        pink="c78496 e2b6bc",
        yellow="d2ac34 e2c252",
        orange="c96428 d97d3c",
        purple="544070 705a92",
        teal="256870 3a7f80",
        lime="cce440",
        signal_orange="f46a22",
    ),
    hair=_words(
        black="15110f 0e0d0f",
        dark_brown="2d1e17 392720",
        brown="583d2a 4a3222",
        blond="a98a54 bda06a",
        red="80402a",
        grey="757472 8c8b89",
        white="d2d0ca",
        dyed="7a3560 2f7a80",
    ),
    skin=(0.0, 0.9, 1.8, 2.7, 3.6, 4.5, 5.4, 6.3, 7.2, 8.1, 9.0),
    patterns=MappingProxyType({
        "uneven stripes": 4, "glen check": 3, "animal": 1.5, "paisley": 2, "hexagons": 2, "diagonal block": 4,
    }),
    prints=("stamp", "wave", "stack"),
)  # fmt: skip
