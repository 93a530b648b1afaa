"""Hair styles as shells, curtains, tubes and lumps on the head."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.geometry import Mapping as Laid
from dropmodel.synthetic.drawing.geometry import Surface
from dropmodel.synthetic.drawing.textures import Texture, cloudy, tile
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe.crown import (
    AZIMUTH,
    RINGS,
    Crown,
    Lock,
    ball,
    directions,
    grid,
    line,
    merged,
    step,
    strip,
    tube,
)
from dropmodel.synthetic.wardrobe.palette import Tint

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class HairStyle:
    """A hair style: metres of thickness on top, at the sides and behind, and what hangs from it.

    ``quiff`` raises the front, ``parting`` lays it to one side, ``curl`` is the depth of curls and ``coil``
    their number round the head. ``hanging`` is how far a curtain of hair falls below the ears and ``front``
    the azimuth it begins at. ``extra`` names a tail, bun, braids, locks or ridge. ``recede`` moves the line
    back.
    """

    top: float = 0.018
    side: float = 0.010
    back: float = 0.012
    quiff: float = 0.0
    parting: float = 0.0
    curl: float = 0.0015
    coil: float = 26
    hanging: float = 0.0
    front: float = 62.0
    wave: float = 0.0
    extra: str = ""
    recede: float = 0.0
    women: float = 0.0
    men: float = 0.0


STYLES: Mapping[str, HairStyle] = MappingProxyType({
    "short": HairStyle(0.022, 0.010, 0.012, 0.006, men=5, women=0.8),
    "short messy": HairStyle(0.026, 0.014, 0.014, 0.008, curl=0.006, coil=12, men=2.5, women=0.6),
    "side part": HairStyle(0.022, 0.011, 0.011, 0.008, 0.012, men=3, women=0.6),
    "quiff": HairStyle(0.020, 0.007, 0.008, 0.026, men=1.5, women=0.1),
    "crew cut": HairStyle(0.009, 0.004, 0.004, men=3, women=0.1),
    "buzz cut": HairStyle(0.003, 0.0025, 0.0025, curl=0, men=1.6, women=0.1),
    "receding": HairStyle(0.010, 0.007, 0.008, recede=20, men=1.4),
    "fringe of hair": HairStyle(0.001, 0.008, 0.010, recede=70, men=0.8),
    "bald": HairStyle(0.0, men=1.0),
    "pixie cut": HairStyle(0.022, 0.014, 0.014, 0.004, 0.006, curl=0.003, women=1.2),
    "chin-long bob": HairStyle(0.020, 0.016, 0.020, hanging=0.085, front=58, women=2.2, men=0.05),
    "shoulder-long": HairStyle(0.019, 0.015, 0.020, hanging=0.15, front=60, wave=0.006, women=3, men=0.35),
    "long straight": HairStyle(0.016, 0.012, 0.016, hanging=0.32, front=64, women=4, men=0.2),
    "long wavy": HairStyle(0.022, 0.018, 0.022, hanging=0.30, front=58, wave=0.014, curl=0.004, women=2.6),
    "very long": HairStyle(0.016, 0.012, 0.016, hanging=0.46, front=66, women=0.7),
    "ponytail": HairStyle(0.011, 0.008, 0.009, extra="tail", women=2.6, men=0.2),
    "high ponytail": HairStyle(0.010, 0.007, 0.008, extra="high tail", women=1.0),
    "bun": HairStyle(0.011, 0.008, 0.009, extra="bun", women=1.4, men=0.1),
    "top knot": HairStyle(0.011, 0.008, 0.008, extra="knot", women=0.7, men=0.3),
    "braid": HairStyle(0.011, 0.008, 0.009, extra="braid", women=0.7),
    "two braids": HairStyle(0.011, 0.008, 0.009, extra="braids", women=0.4),
    "curly": HairStyle(0.034, 0.026, 0.026, curl=0.012, coil=15, women=1.0, men=1.0),
    "long curly": HairStyle(0.036, 0.032, 0.036, curl=0.012, coil=14, hanging=0.18, front=56, wave=0.018,
    women=1.2),
    "afro": HairStyle(0.065, 0.055, 0.060, curl=0.008, coil=22, women=0.6, men=0.5),
    "locks": HairStyle(0.014, 0.010, 0.012, curl=0.004, extra="locks", women=0.5, men=0.4),
    "mohawk": HairStyle(0.003, 0.002, 0.002, extra="ridge", men=0.06, women=0.02),
})  # fmt: skip

_LINE_AT = (0.0, 30.0, 48.0, 62.0, 74.0, 86.0, 98.0, 112.0, 135.0, 158.0, 180.0)
_LINE = (37.0, 35.0, 29.0, 13.0, 4.0, -12.0, -6.0, -20.0, -38.0, -46.0, -48.0)


def hairline(style: HairStyle) -> Array:
    """Elevation in degrees below which no hair grows, for each column."""
    forward = 1 - step(np.abs(AZIMUTH), 45, 95)
    corner = 8 * np.exp(-(((np.abs(AZIMUTH) - 42) / 14) ** 2)) if style.recede else 0.0
    low = line(AZIMUTH, _LINE_AT, _LINE)
    smooth = (np.roll(low, 1) + 2 * low + np.roll(low, -1)) / 4
    grown: Array = (smooth + (style.recede + corner) * forward).astype(np.float32)
    return grown


def hair(crown: Crown, style: HairStyle, number: int, hat: float | None) -> tuple[Lock, Lock] | None:
    """The shell on the scalp and all hair of a style; None for a bald head.

    ``hat`` is the elevation of a hat's edge: hair is pressed flat above it.
    """
    if style.top == 0:
        return None
    azimuth, elevation = grid()
    grown = hairline(style)[None, :]
    depth = elevation - grown
    behind, beside = step(np.abs(azimuth), 100, 150), step(np.abs(azimuth), 35, 85)
    side = style.side * (1 - behind) + style.back * behind
    upper = step(elevation, 18, 58)
    thick = side * (1 - upper) + style.top * upper
    front = step(np.abs(azimuth), 60, 15) * np.exp(-(((elevation - 42) / 20) ** 2))
    thick = thick + style.quiff * front
    parted = np.tanh((azimuth - 25) / 25) * (1 - behind) * step(elevation, 86, 60)
    thick = thick + style.parting * upper * parted * 0.6
    thick = thick + style.curl * _curls(azimuth, elevation, style.coil, number)
    if style.recede > 40:
        bare = step(elevation, 26, 16)
        thick = thick * bare - 0.003 * (1 - bare)
    thick = thick * step(depth, -2, 9) - 0.003 * step(depth, 3, -6)
    # Sides go over the ears where hair hangs, and leave them free where it is short.
    falls = style.hanging > 0
    if falls:
        thick = np.maximum(thick, 0.020 * beside * step(elevation, 10, -10) * step(depth, 0, 8))
    if hat is not None:
        pressed = step(elevation, hat - 6, hat + 4)
        thick = thick * (1 - pressed) + 0.003 * pressed
    rough = 2.2 * _curls(azimuth, elevation * 0, 31, number + 7) * (style.curl > 0)
    cut = (depth + rough * (1 - 0.5 * falls)) * 0.0015
    if style.recede > 40:
        cut = np.minimum(cut, (24 - elevation + 1.5 * rough) * 0.0015)
    shell = crown.shell(thick, cut)
    locks = [shell]
    if falls:
        locks.append(_curtain(crown, style, number, thick))
    if style.extra:
        locks += _extra(crown, style.extra, number, hat is not None)
    return shell, merged(locks)


def _curls(azimuth: Array, elevation: Array, coil: float, number: int) -> Array:
    random = stream("curls", number)
    a, e = np.radians(azimuth), np.radians(elevation)
    total = np.zeros_like(azimuth)
    for k in range(4):
        count = max(2, round(coil * random.uniform(0.5, 1.1)))
        slope = random.uniform(-0.8, 0.8) * coil
        total += np.sin(count * a + slope * e + random.uniform(0, 6.28)) / (1 + 0.3 * k)
    waves: Array = (total / 2.2).astype(np.float32)
    return waves


_DROPS = 16


def _curtain(crown: Crown, style: HairStyle, number: int, thick: Array) -> Lock:
    """Hair that falls straight from the head's widest line, over the ears, on neck and back."""
    random = stream("curtain", number)
    azimuth = np.linspace(style.front, 360 - style.front, 46).astype(np.float32)
    back = step(np.abs(azimuth - 180), 95, 45)
    start = 16.0
    row = int(np.abs(RINGS - start).argmin())
    around = np.append(AZIMUTH % 360, 360.0)
    order = np.argsort(around)
    lift = np.interp(azimuth, around[order], np.append(thick[row], thick[row, 0])[order])
    tops = np.stack([
        crown.reach(float(a), float(RINGS[row]), float(h) + 0.0005) for a, h in zip(azimuth, lift,
        strict=True)
    ])  # fmt: skip
    # In front of the shoulders hair ends on them; behind it goes on down the back.
    size = crown.size
    to_shoulder = tops[:, 2] - (crown.fit.joint("neck01")[2] - 0.005)
    length = np.minimum(style.hanging * size + 0.095 * size, to_shoulder * (1 - back) + 2.0 * back)
    edge = np.minimum(azimuth - style.front, 360 - style.front - azimuth)
    length = length * (1 - 0.22 * np.exp(-((edge / 14) ** 2)))
    ends = length * (1 + 0.05 * np.sin(azimuth * 0.35 + random.uniform(0, 6)) * (style.wave > 0))
    share = np.linspace(0, 1, _DROPS)[:, None]
    drop = share * ends[None, :]
    points = np.repeat(tops[None], _DROPS, axis=0)
    points[..., 2] -= drop
    way = directions(azimuth, np.zeros_like(azimuth))[None]
    # First it follows the skull a little inwards, then it lies on the shoulders.
    inward = 0.018 * step(drop, 0.05, 0.16) * (1 - 0.4 * back)[None]
    wave = (
        style.wave * np.sin(26 * drop + azimuth[None] * 0.09 + random.uniform(0, 6)) * step(drop, 0.02, 0.1)
    )
    puff = 0.012 * np.sin(np.pi * share) * (style.hanging < 0.2)
    # The first strands lie close to the cheek.
    close = 0.010 * np.exp(-((edge / 7) ** 2))[None] * step(drop, 0.0, 0.04)
    points += way * (wave - inward + puff - close)[..., None]
    tail = step(drop, 0.05, 0.13) * back[None]
    points[..., 0] *= 1 + 0.25 * tail
    points[..., 1] = _behind(crown, points, tail)
    hold = 1 - step(drop, 0.10, 0.26) * 0.9
    around = np.broadcast_to(np.radians(azimuth)[None], drop.shape)
    coords = np.stack([0.1 * np.sin(around), -0.1 * np.cos(around), 1.6 - drop], axis=2)
    strands = sum(np.sin(k * 9.7 * np.radians(azimuth) * 3 + random.uniform(0, 6)) for k in (1, 2, 3))
    cut = np.broadcast_to(ends - 0.012 - 0.006 * strands, drop.shape) - drop
    return strip(points, coords, cut + 0.004, hold, False)


def _behind(crown: Crown, points: Array, share: Array) -> Array:
    """y of hanging hair, kept behind the back's clothes where ``share`` is 1."""
    wanted = np.maximum(points[..., 1], crown.behind(points[..., 2]))
    moved: Array = points[..., 1] + share * (wanted - points[..., 1])
    return moved


def _extra(crown: Crown, kind: str, number: int, hat: bool) -> list[Lock]:
    random = stream("hair extra", number)
    s = crown.size
    if kind in ("bun", "knot"):
        elevation = (8.0, 52.0)[kind == "knot"] if not hat else -14.0
        radius = random.uniform(0.034, 0.048) * s
        return [ball(crown.reach(180, elevation, 0.028), (radius, 0.8 * radius, radius))]
    if kind in ("tail", "high tail"):
        elevation = random.uniform(-12, 12) if kind == "tail" or hat else 42
        return [_tail(crown, 180, elevation, random.uniform(0.22, 0.42) * s, 0.024 * s, 0.0)]
    if kind == "braid":
        return [_tail(crown, 180, -22, random.uniform(0.30, 0.45) * s, 0.018 * s, 0.35)]
    if kind == "braids":
        return [_tail(crown, side * 140, -24, 0.30 * s, 0.013 * s, 0.35) for side in (-1, 1)]
    if kind == "ridge":
        round_head, height = grid()
        away = np.abs(np.sin(np.radians(round_head))) * np.cos(np.radians(height))
        thick = 0.065 * step(away, 0.30, 0.12) - 0.004
        grown = np.minimum(0.26 - away, (height - hairline(HairStyle())[None, :]) * 0.01)
        return [crown.shell(thick.astype(np.float32), grown.astype(np.float32))]
    count = 30
    spread = np.linspace(60, 300, count) + random.uniform(-4, 4, count)
    lengths = random.uniform(0.14, 0.32) + random.uniform(-0.03, 0.03, count)
    return [
        _tail(crown, float(a), 4 + 14 * float(k % 2), float(length) * s, 0.0085 * s, 0.15, 5)
        for k, (a, length) in enumerate(zip(spread, lengths, strict=True))
    ]


def _tail(
    crown: Crown, azimuth: float, elevation: float, length: float, radius: float, twist: float, sides: int = 8
) -> Lock:
    """A tail that leaves the head and falls behind it."""
    start = crown.reach(azimuth, elevation, 0.004)
    out = directions(np.float32(azimuth), np.float32(10)) * (0.045 if sides > 5 else 0.022) * crown.size
    share = np.linspace(0, 1, 12)[:, None]
    path = start + out * np.minimum(2.2 * share, 1) - np.array([0, 0, length]) * share**1.4
    behind = step(np.abs(path[:, 1:2] * 0 + abs(azimuth - 180 * (azimuth > 0))), 60, 0)
    path[:, 1] = _behind(crown, path[:, None], step(share, 0.35, 0.7) * (behind if azimuth != 180 else 1))[
        :, 0
    ]
    girth = radius * np.interp(share[:, 0], [0, 0.08, 0.35, 0.8, 1], [0.5, 0.8, 1.0, 0.8, 0.12])
    return tube(path.astype(np.float32), girth, 1 - 0.75 * step(share[:, 0], 0.3, 0.9), sides, twist)


def surface(tint: Tint, curly: bool) -> Surface:
    """Hair's look: strands from the crown, a sheen across them."""
    red, green, blue = tint.light
    return Surface(
        (red * 1.9, green * 1.9, blue * 1.9),
        _strands(curly),
        Laid.AROUND,
        (0.157, 0.20),
        (0.0, 0.0),
        0.1,
        bump=0.5 if curly else 0.32,
        bump_size=(0.014, 0.014, 0.016) if curly else (0.010, 0.010, 0.12),
        gloss=0.04 if curly else 0.09,
        sharpness=9,
        wrap=0.15,
    )


@lru_cache(2)
def _strands(curly: bool) -> Texture:
    random = stream("strands", int(curly))
    cells = (12, 12) if curly else (2, 32)
    value = 0.72 + 0.22 * cloudy(64, cells, random, 2) + 0.08 * cloudy(64, (3, 5), random, 2)
    return tile(np.repeat(np.clip(value, 0.1, 1)[..., None], 3, 2))
