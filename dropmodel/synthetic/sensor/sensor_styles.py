"""The ranges cameras are drawn from, in three styles that share no value.

A range is a tuple of intervals; a figure is drawn evenly over their whole length. The intervals of one
quantity never overlap between styles, so a network that has learnt the cameras of ``train`` has not seen one
of ``held_out``. The extremes belong to ``train``: it is the widest.
"""

from dataclasses import dataclass

import numpy as np

Bands = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class SensorStyle:
    """Where :func:`~dropmodel.synthetic.sensor.sensor.draw_sensor` draws from; units as in ``Sensor``.

    ``smallest`` is the lower end of native heights in pixels where the frame does not tell; ``warmth`` and
    ``tint`` are logarithms of channel gains; ``decent``, ``calmed``, ``interlaced`` and ``infrared`` are the
    shares of cameras that spoil little, reduce noise, interlace, and see infrared at night; ``enlarging``
    names the resampling.
    """

    name: str
    resolution: Bands
    smallest: Bands
    blur: Bands
    shutter: Bands
    warmth: Bands
    tint: Bands
    crosstalk: Bands
    bias: Bands
    falloff: Bands
    veil: Bands
    noise: Bands
    grain: Bands
    gamma: Bands
    contrast: Bands
    black: Bands
    saturation: Bands
    sharpening: Bands
    step: Bands
    quality: Bands
    decent: float
    calmed: float
    interlaced: float
    infrared: float
    enlarging: tuple[str, ...]


def drawn(bands: Bands, random: np.random.Generator) -> float:
    """A number from the bands, each as likely as it is long."""
    place = random.uniform(0, sum(high - low for low, high in bands))
    for low, high in bands:
        if place <= high - low:
            return float(low + place)
        place -= high - low
    return bands[-1][1]


TRAIN = SensorStyle(
    name="train",
    resolution=((0.25, 0.5), (0.56, 0.68), (0.74, 1.0)),
    smallest=((44, 70), (84, 180)),
    blur=((0.3, 0.55), (0.62, 0.7), (0.8, 1.1)),
    shutter=((0.002, 0.012), (0.016, 0.03)),
    warmth=((-0.2, -0.12), (-0.07, -0.03), (0.0, 0.05), (0.11, 0.2)),
    tint=((-0.09, -0.03), (-0.01, 0.01), (0.04, 0.09)),
    crosstalk=((0.0, 0.12), (0.18, 0.22), (0.28, 0.35)),
    bias=((-0.6, -0.25), (-0.1, 0.2), (0.45, 0.9)),
    falloff=((0.0, 0.15), (0.3, 0.5)),
    veil=((0.0, 0.02), (0.035, 0.045), (0.06, 0.13)),
    noise=((0.008, 0.025), (0.035, 0.045), (0.055, 0.09)),
    grain=((0.0, 0.5), (0.75, 1.1)),
    gamma=((0.8, 0.92), (0.97, 1.03), (1.1, 1.25)),
    contrast=((0.0, 0.2), (0.3, 0.4), (0.5, 0.8)),
    black=((0.0, 0.015), (0.025, 0.035), (0.045, 0.08)),
    saturation=((0.5, 0.7), (0.8, 0.9), (1.0, 1.3)),
    sharpening=((0.0, 0.3), (0.5, 0.8), (1.0, 1.5)),
    step=((3, 9), (12, 15), (19, 34)),
    quality=((35, 62), (70, 76), (82, 95)),
    decent=0.6,
    calmed=0.5,
    interlaced=0.12,
    infrared=0.5,
    enlarging=(*("bilinear", "bicubic", "lanczos", "hamming") * 2, "nearest"),
)
"""What a model is trained on."""

VALIDATION = SensorStyle(
    name="validation",
    resolution=((0.5, 0.56),),
    smallest=((70, 77),),
    blur=((0.55, 0.62),),
    shutter=((0.012, 0.014),),
    warmth=((-0.12, -0.1), (0.05, 0.08)),
    tint=((-0.03, -0.02), (0.01, 0.025)),
    crosstalk=((0.12, 0.18),),
    bias=((-0.25, -0.18), (0.2, 0.3)),
    falloff=((0.15, 0.22),),
    veil=((0.02, 0.035),),
    noise=((0.025, 0.035),),
    grain=((0.5, 0.62),),
    gamma=((0.92, 0.97),),
    contrast=((0.2, 0.3),),
    black=((0.015, 0.025),),
    saturation=((0.7, 0.8),),
    sharpening=((0.3, 0.5),),
    step=((9, 12),),
    quality=((62, 70),),
    decent=0.6,
    calmed=0.5,
    interlaced=0.12,
    infrared=0.5,
    enlarging=("bilinear", "bicubic"),
)
"""What settings are chosen by."""

HELD_OUT = SensorStyle(
    name="held_out",
    resolution=((0.68, 0.74),),
    smallest=((77, 84),),
    blur=((0.7, 0.8),),
    shutter=((0.014, 0.016),),
    warmth=((-0.1, -0.07), (-0.03, 0.0), (0.08, 0.11)),
    tint=((-0.02, -0.01), (0.025, 0.04)),
    crosstalk=((0.22, 0.28),),
    bias=((-0.18, -0.1), (0.3, 0.45)),
    falloff=((0.22, 0.3),),
    veil=((0.045, 0.06),),
    noise=((0.045, 0.055),),
    grain=((0.62, 0.75),),
    gamma=((1.03, 1.1),),
    contrast=((0.4, 0.5),),
    black=((0.035, 0.045),),
    saturation=((0.9, 1.0),),
    sharpening=((0.8, 1.0),),
    step=((15, 19),),
    quality=((76, 82),),
    decent=0.6,
    calmed=0.5,
    interlaced=0.12,
    infrared=0.5,
    enlarging=("bilinear", "bicubic"),
)
"""What nobody trains or tunes on."""
