"""What colours things come in, by style."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dropmodel.synthetic.drawing.geometry import Color, Mesh, Surface
from dropmodel.synthetic.scenery.atlas import surface
from dropmodel.synthetic.scenery.brush import Shade, ink, varied

Random = np.random.Generator


@dataclass(frozen=True)
class Tones:
    """Anchor colours (sRGB 0..255) of a style and the number its tiles start from.

    No two styles share an anchor or a tile.
    """

    style: str
    cars: tuple[Shade, ...]
    paints: tuple[Shade, ...]
    metals: tuple[Shade, ...]
    woods: tuple[Shade, ...]
    first_tile: int
    tiles: int

    def tile(self, random: Random) -> int:
        """A tile number of this style."""
        return self.first_tile + int(random.integers(self.tiles))

    def car(self, random: Random) -> Color:
        """A car's paint."""
        return ink(varied(_pick(self.cars, random), random, 0.1, 0.03))

    def paint(self, random: Random) -> Color:
        """A coat of paint or a plastic's colour."""
        return ink(varied(_pick(self.paints, random), random, 0.15, 0.04))

    def metal(self, random: Random) -> Surface:
        """Bare, galvanised or dark painted metal."""
        shade = varied(_pick(self.metals, random), random, 0.15, 0.02)
        return surface("worn_metal", self.tile(random), ink(shade))

    def painted(self, random: Random) -> Surface:
        """Painted sheet metal or plastic with traces of use."""
        return surface("worn_metal", self.tile(random), self.paint(random))

    def wood(self, random: Random) -> Surface:
        """Wood, oiled or weathered."""
        shade = varied(_pick(self.woods, random), random, 0.15, 0.04)
        return surface("wood", self.tile(random), tuple(min(1.0, 2.2 * part) for part in ink(shade)))  # type: ignore[arg-type]

    def picture(self, kind: str, random: Random, size: tuple[float, float], glow: float = 0.0) -> Surface:
        """A painted picture that fits a panel of ``size`` once."""
        return surface(kind, self.tile(random), metres=size, glow=glow)


Builder = Callable[[Random, Tones], Mesh]


def _pick(shades: tuple[Shade, ...], random: Random) -> Shade:
    return shades[int(random.integers(len(shades)))]


def plain(shade: Shade, gloss: float = 0.03, grain: float = 0.06) -> Surface:
    """A surface of one colour with a little dirt."""
    return Surface(ink(shade), gloss=gloss, grain=grain, grain_size=0.04)


RUBBER = plain((26, 26, 27), 0.02, 0.2)
DARK = plain((34, 35, 37))
STEEL = Surface(ink((150, 152, 154)), gloss=0.25, sharpness=40, grain=0.05, grain_size=0.03)
GLASS = Surface(ink((52, 60, 66)), gloss=0.5, sharpness=60)
WHITE = plain((208, 206, 200), 0.05)
RED = plain((166, 40, 36), 0.08)
ORANGE = plain((214, 92, 36), 0.05)

TRAIN = Tones(
    "train",
    cars=(
        (28, 29, 32),
        (206, 206, 204),
        (120, 124, 128),
        (74, 78, 82),
        (38, 50, 78),
        (112, 28, 30),
        (150, 152, 150),
        (62, 70, 62),
        (136, 124, 108),
        (168, 172, 174),
    ),
    paints=(
        (58, 86, 66),
        (72, 74, 76),
        (46, 62, 92),
        (128, 44, 42),
        (170, 134, 52),
        (148, 148, 144),
        (88, 66, 54),
        (192, 188, 180),
        (94, 116, 124),
    ),
    metals=((110, 112, 114), (62, 64, 66), (150, 150, 148), (44, 60, 52), (84, 80, 76)),
    woods=((138, 102, 68), (112, 86, 64), (146, 130, 110), (92, 66, 48)),
    first_tile=0,
    tiles=8,
)
VALIDATION = Tones(
    "validation",
    cars=((46, 46, 50), (188, 190, 192), (96, 104, 116), (134, 58, 44), (58, 74, 92)),
    paints=((44, 98, 96), (156, 72, 46), (104, 104, 110), (206, 166, 84), (90, 72, 104)),
    metals=((96, 100, 106), (136, 132, 126), (54, 50, 50)),
    woods=((160, 124, 84), (84, 72, 60)),
    first_tile=1000,
    tiles=6,
)
HELD_OUT = Tones(
    "held_out",
    cars=((18, 22, 30), (222, 218, 208), (88, 92, 94), (146, 130, 90), (48, 88, 98)),
    paints=((34, 76, 52), (186, 94, 40), (122, 126, 120), (62, 50, 76), (212, 198, 160), (150, 32, 60)),
    metals=((126, 122, 120), (72, 80, 88), (36, 38, 42)),
    woods=((124, 92, 52), (170, 148, 124)),
    first_tile=2000,
    tiles=6,
)
BY_STYLE = {tones.style: tones for tones in (TRAIN, VALIDATION, HELD_OUT)}
