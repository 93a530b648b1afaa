"""The light a place is seen in."""

from dataclasses import dataclass

from dropmodel.synthetic.drawing.geometry import Color


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp at ``position`` (metres): ``color`` is the light it throws on a surface one metre below it."""

    position: tuple[float, float, float]
    color: Color


@dataclass(frozen=True, slots=True)
class Sky:
    """What is behind everything: colours at zenith and horizon, and clouds of cover 0..1 between them."""

    zenith: Color
    horizon: Color
    cloud: Color = (0.9, 0.9, 0.9)
    cover: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lighting:
    """Linear light from everywhere; only ratios matter, the sensor finds its own exposure.

    ``key_direction`` points to the sun (or the one lamp that throws shadows), unit length; ``key`` is its
    light on a surface facing it, ``key_width`` its angular radius in degrees (sun behind haze 2, shop window
    8). ``ambient`` is the light from above on an open horizontal surface, ``bounce`` what comes back from
    the ground. ``fog`` is the extinction per metre. ``wet`` 0..1 darkens and glosses what faces up, ``snow``
    0..1 whitens it.
    """

    key_direction: tuple[float, float, float]
    key: Color
    ambient: Color
    bounce: Color
    sky: Sky
    key_width: float = 0.5
    lamps: tuple[Lamp, ...] = ()
    fog: float = 0.0
    fog_color: Color = (0.7, 0.72, 0.75)
    wet: float = 0.0
    snow: float = 0.0
