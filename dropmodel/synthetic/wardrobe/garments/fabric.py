"""Cloth as a surface: colour, weave or pattern, prints, and how it takes the light."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from dropmodel.synthetic.drawing.geometry import Array, Color, Decal, Surface
from dropmodel.synthetic.drawing.geometry import Mapping as Laid
from dropmodel.synthetic.drawing.textures import Texture, linear, tile
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe import patterns
from dropmodel.synthetic.wardrobe.garments import prints
from dropmodel.synthetic.wardrobe.garments.spec import Front
from dropmodel.synthetic.wardrobe.palette import Tint

RADIUS = 0.16
"""Metres a trunk is taken to be round when patterns are laid on it; a whole number of repeats fits."""

_MIDDLE = 0.78
"""sRGB value weaves are painted round, so that they can go brighter and darker."""

_MIDDLE_LIGHT = float(linear(_MIDDLE))


@dataclass(frozen=True, slots=True)
class Fabric:
    """What a garment is made of.

    ``weave`` is one of :data:`patterns.WEAVES`; ``tints`` one to three colours; ``pattern`` one of
    :data:`patterns.PATTERNS` or empty; ``motif`` a print on chest or back,
    or empty; ``number`` seeds what is random.
    """

    weave: str
    tints: tuple[Tint, ...]
    pattern: str = ""
    motif: str = ""
    number: int = 0

    @property
    def tint(self) -> Tint:
        """The main colour."""
        return self.tints[0]


@dataclass(frozen=True, slots=True)
class _Finish:
    gloss: float = 0.012
    sharpness: float = 10.0
    bump: float = 0.06
    bump_size: tuple[float, float, float] = (0.07, 0.07, 0.10)
    grain: float = 0.05
    grain_size: float = 0.012


_FINISHES: Mapping[str, _Finish] = MappingProxyType({
    "leather": _Finish(0.10, 20, 0.10, (0.04, 0.04, 0.05), 0.06),
    "shell": _Finish(0.045, 14, 0.09, (0.05, 0.05, 0.08), 0.03),
    "quilt": _Finish(0.05, 12, 0.09, (0.06, 0.06, 0.05), 0.03),
    "diamonds": _Finish(0.03, 14, 0.07, (0.05, 0.05, 0.05), 0.03),
    "denim": _Finish(0.008, 10, 0.08, (0.05, 0.05, 0.05), 0.07, 0.03),
    "knit": _Finish(0.0, 10, 0.08, (0.05, 0.05, 0.05), 0.08, 0.01),
    "cable": _Finish(0.0, 10, 0.08, (0.05, 0.05, 0.05), 0.08, 0.01),
    "fleece": _Finish(0.0, 10, 0.22, (0.02, 0.02, 0.02), 0.10, 0.01),
    "melange": _Finish(0.0, 10, 0.08, (0.06, 0.06, 0.08), 0.06, 0.008),
})  # fmt: skip
_PLAIN = _Finish()


def surface(fabric: Fabric, decals: tuple[Decal, ...] = (), shade: float = 1.0) -> Surface:
    """The look of cloth on a body; ``shade`` darkens or lightens trims cut from it."""
    finish = _FINISHES.get(fabric.weave, _PLAIN)
    color: Color
    if fabric.pattern:
        texture, width, whole = _patterned(fabric)
        color = (shade, shade, shade)
    else:
        texture, width, whole = _woven(fabric.weave, fabric.number % 3)
        red, green, blue = fabric.tint.light
        bright = shade / _MIDDLE_LIGHT
        color = (red * bright, green * bright, blue * bright)
    round_trunk = 2 * np.pi * RADIUS
    repeats = 1 if whole else max(1, round(round_trunk / width))
    across = round_trunk / repeats
    return Surface(
        color,
        texture,
        Laid.AROUND,
        (across, 1.0 if whole else width),
        (0.0, 0.5 if whole else 0.13 * (fabric.number % 7)),
        RADIUS,
        decals[:3],
        finish.grain,
        finish.grain_size,
        finish.bump,
        finish.bump_size,
        finish.gloss,
        finish.sharpness,
        0.06,
    )


def quilted(look: Surface, coords: Array) -> Array:
    """How full the channels of a down jacket are at ``coords`` [V, 3], 0 at a seam .. 1, as they are
    painted."""
    channel = 2 * np.pi * (coords[:, 2] / look.tile_size[1] + look.tile_shift[1])
    full: Array = (np.abs(np.sin(channel)) ** 0.6).astype(np.float32)
    return full


@lru_cache(64)
def _woven(weave: str, variant: int) -> tuple[Texture, float, bool]:
    painting, width = patterns.weave(weave, stream("weave", weave, variant))
    return tile(np.clip(painting * _MIDDLE, 0, 1)), width, False


@lru_cache(32)
def _patterned(fabric: Fabric) -> tuple[Texture, float, bool]:
    rows = [fabric.tints[min(k, len(fabric.tints) - 1)].srgb for k in range(3)]
    colors = np.array(rows, np.float32)
    painting, width, whole = patterns.paint(fabric.pattern, colors, stream("pattern", fabric.number))
    return tile(painting), width, whole


def fastening(front: Front, fabric: Fabric, hem: float, neck: float) -> tuple[Decal, ...]:
    """Zip, buttons or placket down the middle of a front, from ``hem`` to ``neck``."""
    if front is Front.PLAIN:
        return ()
    dark = sum(fabric.tint.srgb) < 1.2
    return (prints.fastening(front.value, dark, hem, neck),)
