"""The light of an hour and a weather, outdoors and in."""

import math
from dataclasses import dataclass

import numpy as np

from dropmodel.synthetic.drawing.geometry import Color
from dropmodel.synthetic.drawing.light import Lamp, Lighting, Sky
from dropmodel.synthetic.places.style import LightRanges

Random = np.random.Generator
Point = tuple[float, float, float]

NIGHTS = frozenset({"night_lamps", "cold_night", "floodlight"})
WET = frozenset({"rain", "drizzle"})
WHITE = frozenset({"snow"})

# Linear red, green, blue of black bodies (after Charity, "What color is a blackbody?"), mixed with grey:
# cameras balance most of a lamp's colour away.
_KELVIN = np.array([2000, 2700, 3500, 4000, 5000, 6500, 8000, 12000])
_BODIES = np.array(
    [
        (1.0, 0.26, 0.03),
        (1.0, 0.40, 0.10),
        (1.0, 0.57, 0.27),
        (1.0, 0.65, 0.39),
        (1.0, 0.81, 0.66),
        (1.0, 0.97, 0.98),
        (0.79, 0.86, 1.0),
        (0.58, 0.71, 1.0),
    ]
)
_BALANCED = 0.8


def warmth(kelvin: float) -> Color:
    """Light of a lamp or sky of ``kelvin`` as a camera that corrects most of it sees it; its mean is 1."""
    body = np.array([np.interp(kelvin, _KELVIN, column) for column in _BODIES.T])
    seen = body / body.mean() * (1 - _BALANCED) + _BALANCED
    return _color(seen / seen.mean())


def _color(value: np.ndarray) -> Color:
    red, green, blue = (float(part) for part in value)
    return red, green, blue


def _times(color: Color, factor: float) -> Color:
    return (color[0] * factor, color[1] * factor, color[2] * factor)


@dataclass(frozen=True)
class Hour:
    """A drawn weather: its light and what the air is full of (``precipitation`` 0..1)."""

    lighting: Lighting
    precipitation: float
    night: bool


def direction(turn: float, elevation: float) -> Point:
    """Unit vector towards a light at ``turn`` degrees from +y, counter-clockwise, and ``elevation``."""
    flat = math.cos(math.radians(elevation))
    way = math.radians(turn)
    return (-math.sin(way) * flat, math.cos(way) * flat, math.sin(math.radians(elevation)))


# Of each weather: key, its width in degrees, ambient, cloud cover, and which sun range ("high", "low").
_DAYS: dict[
    str, tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float], str]
] = {
    "overcast": ((0.06, 0.25), (10, 16), (0.85, 1.1), (0.9, 1.0), "high"),
    "bright_overcast": ((0.35, 0.8), (5, 10), (0.8, 1.1), (0.7, 1.0), "high"),
    "clear_high": ((1.5, 2.6), (0.4, 1.0), (0.45, 0.75), (0.0, 0.4), "high"),
    "low_sun": ((1.2, 2.2), (0.5, 1.5), (0.4, 0.7), (0.0, 0.5), "low"),
    "golden_hour": ((1.0, 1.8), (0.6, 2.0), (0.3, 0.5), (0.1, 0.6), "low"),
    "dusk": ((0.0, 0.05), (12, 18), (0.14, 0.24), (0.3, 0.9), "low"),
    "rain": ((0.0, 0.1), (14, 18), (0.5, 0.8), (1.0, 1.0), "high"),
    "fog": ((0.0, 0.15), (12, 18), (0.7, 1.0), (1.0, 1.0), "high"),
    "snow": ((0.05, 0.4), (8, 16), (0.8, 1.1), (0.9, 1.0), "low"),
    "hazy_sun": ((0.8, 1.3), (2.5, 4.5), (0.7, 0.9), (0.3, 0.6), "high"),
    "thin_cloud": ((0.3, 0.6), (6, 9), (0.9, 1.1), (0.7, 0.9), "low"),
    "broken_cloud": ((1.3, 2.0), (0.6, 1.2), (0.6, 0.9), (0.5, 0.7), "high"),
    "evening_sun": ((0.9, 1.6), (0.8, 2.2), (0.3, 0.5), (0.2, 0.5), "low"),
    "drizzle": ((0.02, 0.1), (14, 18), (0.6, 0.8), (1.0, 1.0), "high"),
    "sea_mist": ((0.2, 0.5), (6, 10), (0.8, 1.0), (0.8, 1.0), "high"),
}


def outdoors(random: Random, weather: str, ranges: LightRanges, lamps: list[Point], center: Point) -> Hour:
    """The light of ``weather``; ``lamps`` are lamp heads, used from dusk on, ``center`` where people walk."""
    if weather in NIGHTS:
        return _night(random, weather, ranges, lamps, center)
    key, width, ambient, cover, height = _DAYS[weather]
    low = height == "low"
    elevation = random.uniform(*(ranges.low_sun if low else ranges.high_sun))
    sky_color = warmth(random.uniform(*ranges.day_kelvin) * (1.15 if cover[1] < 0.8 else 1.0))
    sun_color = warmth(
        5600 - 52 * max(0.0, 40 - elevation) - (900 if weather in {"golden_hour", "evening_sun"} else 0)
    )
    light, clouds = random.uniform(*ambient), random.uniform(*cover)
    above = _times(sky_color, light)
    # Skies are drawn darker than they are: cameras meter on the ground and let the sky burn out.
    grey = light * random.uniform(0.55, 0.9) * (0.6 if weather == "dusk" else 1.0)
    blue = max(0.0, 1 - 1.3 * clouds)
    zenith = (grey * (1 - 0.55 * blue), grey * (1 - 0.35 * blue), grey * (1 + 0.1 * blue))
    horizon = _times(warmth(5200 if low and clouds < 0.8 else 6600), grey * random.uniform(1.0, 1.2))
    sun = random.uniform(*key)
    wet = random.uniform(0.55, 1.0) if weather in WET else 0.0
    snow = random.uniform(0.45, 1.0) if weather in WHITE else 0.0
    misty = weather in {"fog", "sea_mist"}
    fog = random.uniform(*ranges.fog) if misty else random.uniform(0, 0.0015) + 0.002 * (wet > 0)
    burning = tuple(
        Lamp(lamp, _times(warmth(random.uniform(*ranges.lamp_kelvin)), 4.0)) for lamp in lamps[:6]
    )
    lighting = Lighting(
        direction(random.uniform(0, 360), elevation),
        _times(sun_color, sun),
        above,
        _times(above, 0.22 + 0.2 * sun / (sun + light) + 0.4 * snow),
        Sky(
            zenith,
            horizon,
            _times(warmth(6500), grey * random.uniform(1.0, 1.3)),
            clouds,
            int(random.integers(1 << 20)),
        ),
        random.uniform(*width),
        burning if weather == "dusk" else (),
        fog,
        _times(horizon, 0.9),
        wet,
        snow,
    )
    falling = random.uniform(0.2, 1.0) if weather in WET or (snow and random.uniform() < 0.5) else 0.0
    return Hour(lighting, falling, False)


def _night(random: Random, weather: str, ranges: LightRanges, lamps: list[Point], center: Point) -> Hour:
    glow = _times(warmth(3000), random.uniform(0.012, 0.05))
    if weather == "floodlight":
        turn, reach = random.uniform(0, 2 * math.pi), random.uniform(10, 18)
        high = random.uniform(7, 12)
        lamps = [(center[0] + reach * math.cos(turn), center[1] + reach * math.sin(turn), high), *lamps[:3]]
    elif not lamps:
        lamps = [(center[0] + float(random.uniform(-4, 4)), center[1] + float(random.uniform(-4, 4)), 5.0)]
    lamps = sorted(lamps, key=lambda lamp: math.dist(lamp[:2], center[:2]))[:8]
    shine = warmth(random.uniform(*ranges.lamp_kelvin))
    power = random.uniform(0.5, 1.0)
    # A lamp gives `power` on the ground straight below it; the nearest one throws the shadows instead.
    first = np.asarray(lamps[0]) - np.asarray(center)
    distance = float(np.linalg.norm(first))
    key = power * min(1.0, (lamps[0][2] / distance) ** 2) * (1.6 if weather == "floodlight" else 0.7)
    others = tuple(
        Lamp(lamp, _times(shine, power * lamp[2] ** 2 * (0.45 if n == 0 else 1.0)))
        for n, lamp in enumerate(lamps)
    )
    first = first / distance
    wet = random.uniform(0.4, 0.9) if random.uniform() < 0.25 else 0.0
    dark = random.uniform(0.004, 0.02)
    lighting = Lighting(
        (float(first[0]), float(first[1]), float(first[2])),
        _times(shine, key),
        _times(glow, 1.6),
        _times(glow, 0.6),
        Sky(
            (dark * 0.6, dark * 0.7, dark),
            _times(warmth(3200), dark * 1.8),
            (dark, dark, dark),
            0.6,
            int(random.integers(1 << 20)),
        ),
        random.uniform(0.8, 2.5),
        others,
        random.uniform(0, 0.002),
        _times(glow, 1.0),
        wet,
        0.0,
    )
    return Hour(lighting, random.uniform(0.2, 0.7) if wet and random.uniform() < 0.4 else 0.0, True)


# Of each indoor light: ambient, key, width, elevation, lamps' share.
_ROOMS: dict[
    str, tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float], float]
] = {
    "ceiling_even": ((0.6, 0.9), (0.1, 0.3), (14, 20), (70, 85), 0.25),
    "ceiling_spots": ((0.3, 0.5), (0.3, 0.6), (6, 10), (62, 80), 0.8),
    "shop_light": ((0.5, 0.8), (0.15, 0.45), (9, 14), (45, 62), 0.5),
    "cold_tubes": ((0.5, 0.8), (0.1, 0.25), (13, 18), (70, 80), 0.3),
    "mixed_window": ((0.4, 0.6), (0.4, 0.8), (6, 9), (36, 44), 0.3),
    "warm_halogen": ((0.3, 0.5), (0.35, 0.7), (5, 8), (60, 75), 0.7),
    "sky_light": ((0.7, 1.0), (0.2, 0.5), (9, 13), (64, 80), 0.15),
}


def indoors(random: Random, light: str, ranges: LightRanges, ceiling: float, lamps: list[Point]) -> Hour:
    """The light of a room: lamps under the ``ceiling`` (metres) as ambient and a soft key."""
    ambient, key, width, elevation, share = _ROOMS[light]
    kelvin = random.uniform(
        *(ranges.day_kelvin if light in {"sky_light", "mixed_window"} else ranges.lamp_kelvin)
    )
    if light in {"ceiling_even", "ceiling_spots", "shop_light"} and random.uniform() < 0.6:
        kelvin = random.uniform(*ranges.day_kelvin)
    color = warmth(kelvin)
    level = random.uniform(*ambient)
    pools = tuple(
        Lamp(lamp, _times(color, share * 0.3 * ceiling**2 * random.uniform(0.5, 1.2))) for lamp in lamps[:8]
    )
    above = _times(color, level)
    ceil = _times(color, level * random.uniform(0.35, 0.75))
    lighting = Lighting(
        direction(random.uniform(0, 360), random.uniform(*elevation)),
        _times(
            warmth(random.uniform(*ranges.day_kelvin)) if light == "mixed_window" else color,
            random.uniform(*key),
        ),
        above,
        _times(above, random.uniform(0.3, 0.45)),
        Sky(ceil, _times(ceil, 0.8), ceil, 0.0, 0),
        random.uniform(*width),
        pools,
    )
    return Hour(lighting, 0.0, False)
