"""Boxes as pedestrian detectors give them: a little off, sometimes cut short, sometimes round two people.

The spread of ordinary errors follows what detectors do against hand-drawn boxes: overlap (IoU) mostly
between 0.6 and 0.95, as the boxes of Market-1501 were accepted from 0.5 on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dropmodel.synthetic.drawing.camera import Box
from dropmodel.synthetic.sensor.sensor_styles import Bands, drawn


@dataclass(frozen=True, slots=True)
class BoxStyle:
    """How a detector errs, as shares of the tight box's width and height.

    ``margin`` is added on every side, ``shift`` and ``scale`` are standard deviations; ``feet``, ``head`` and
    ``side`` are the shares of boxes cut there, by a ``cut`` of the tight size; ``double`` of those round a
    neighbour too; ``stretched`` of those left in their own proportions, where others are widened to fit.
    """

    name: str
    margin: Bands
    shift: Bands
    scale: Bands
    cut: Bands
    feet: float
    head: float
    side: float
    double: float
    stretched: float


TRAIN = BoxStyle(
    name="train",
    margin=((-0.01, 0.03), (0.05, 0.09)),
    shift=((0.005, 0.02), (0.03, 0.05)),
    scale=((0.01, 0.03), (0.05, 0.08)),
    cut=((0.04, 0.15), (0.22, 0.4)),
    feet=0.12,
    head=0.05,
    side=0.06,
    double=0.08,
    stretched=0.2,
)
"""What a model is trained on."""

VALIDATION = BoxStyle(
    name="validation",
    margin=((0.03, 0.04),),
    shift=((0.02, 0.025),),
    scale=((0.03, 0.04),),
    cut=((0.15, 0.18),),
    feet=0.1,
    head=0.04,
    side=0.05,
    double=0.06,
    stretched=0.2,
)
"""What settings are chosen by."""

HELD_OUT = BoxStyle(
    name="held_out",
    margin=((0.04, 0.05),),
    shift=((0.025, 0.03),),
    scale=((0.04, 0.05),),
    cut=((0.18, 0.22),),
    feet=0.1,
    head=0.04,
    side=0.05,
    double=0.06,
    stretched=0.2,
)
"""What nobody trains or tunes on."""


@dataclass(frozen=True, slots=True)
class BoxError:
    """A box against the tight one: shift of the centre and change of size as shares of the tight size.

    ``truncated`` is the share of the tight box's area that lies outside.
    """

    dx: float
    dy: float
    dw: float
    dh: float
    truncated: float


def error_of(box: Box, tight: Box) -> BoxError:
    """How ``box`` differs from ``tight``, which has an area."""
    width, height = tight[2] - tight[0], tight[3] - tight[1]
    inside_x = max(0.0, min(box[2], tight[2]) - max(box[0], tight[0]))
    inside_y = max(0.0, min(box[3], tight[3]) - max(box[1], tight[1]))
    return BoxError(
        dx=(box[0] + box[2] - tight[0] - tight[2]) / 2 / width,
        dy=(box[1] + box[3] - tight[1] - tight[3]) / 2 / height,
        dw=(box[2] - box[0]) / width - 1,
        dh=(box[3] - box[1]) / height - 1,
        truncated=1 - inside_x * inside_y / (width * height),
    )


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0..1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    common = max(0.0, width) * max(0.0, height)
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return common / (areas - common) if areas > common else 0.0


def detected(
    random: np.random.Generator,
    tight: Box,
    frame: tuple[int, int],
    style: BoxStyle,
    *,
    aspect: float = 0.5,
    neighbours: Sequence[Box] = (),
) -> tuple[Box, BoxError]:
    """A detector's box of the person whose tight box is ``tight``, and its error.

    ``frame`` is (width, height) in pixels; the box stays inside it where it can. ``aspect`` is width over
    height of the crops to be made: most boxes are widened or heightened to it, the rest are left to be
    stretched. ``neighbours`` are tight boxes of other persons near by.
    """
    left, top, right, bottom = tight
    width, height = right - left, bottom - top
    margin = [drawn(style.margin, random) for _ in range(4)]
    shift = random.normal(0, drawn(style.shift, random), 2) * (width, height)
    scale = np.exp(random.normal(0, drawn(style.scale, random), 2))
    cuts = random.uniform(size=3)
    depth = [drawn(style.cut, random) for _ in range(3)]
    sign = 1 if random.uniform() < 0.5 else -1
    double, stretched = random.uniform(size=2)

    half = (scale - 1) / 2 * (width, height)
    left += shift[0] - half[0] - margin[0] * width
    right += shift[0] + half[0] + margin[1] * width
    top += shift[1] - half[1] - margin[2] * height
    bottom += shift[1] + half[1] + margin[3] * height
    if double < style.double:
        left, top, right, bottom = _joined((left, top, right, bottom), tight, neighbours)
    if cuts[0] < style.feet:
        bottom = tight[3] - depth[0] * height
    if cuts[1] < style.head:
        # A head cut by as much as feet may be would leave nobody a detector takes for a person.
        top = tight[1] + 0.5 * depth[1] * height
    if cuts[2] < style.side and sign > 0:
        right = tight[2] - depth[2] * width
    elif cuts[2] < style.side:
        left = tight[0] + depth[2] * width
    box = _clipped((left, top, right, bottom), frame)
    if stretched >= style.stretched:
        box = _moved_inside(extended(box, aspect), frame)
    box = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
    return box, error_of(box, tight)


def extended(box: Box, aspect: float) -> Box:
    """The smallest box of width / height ``aspect`` round the centre of ``box`` that holds it."""
    width, height = box[2] - box[0], box[3] - box[1]
    grow_x = max(0.0, aspect * height - width) / 2
    grow_y = max(0.0, width / aspect - height) / 2
    return box[0] - grow_x, box[1] - grow_y, box[2] + grow_x, box[3] + grow_y


def _joined(box: Box, tight: Box, neighbours: Sequence[Box]) -> Box:
    """``box`` widened over most of the nearest neighbour at its side, if there is one of like height."""
    width, height = tight[2] - tight[0], tight[3] - tight[1]
    middle = (tight[0] + tight[2]) / 2
    near = [
        other
        for other in neighbours
        if abs((other[0] + other[2]) / 2 - middle) < 1.2 * width
        and abs(other[1] - tight[1]) < 0.3 * height
        and 0.6 < (other[3] - other[1]) / height < 1.6
    ]
    if not near:
        return box
    other = min(near, key=lambda one: abs((one[0] + one[2]) / 2 - middle))
    return min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])


def _clipped(box: Box, frame: tuple[int, int]) -> Box:
    """The part of ``box`` inside the frame; a box with next to nothing inside is left as it is."""
    inside = max(box[0], 0.0), max(box[1], 0.0), min(box[2], frame[0]), min(box[3], frame[1])
    return inside if inside[2] - inside[0] > 4 and inside[3] - inside[1] > 8 else box


def _moved_inside(box: Box, frame: tuple[int, int]) -> Box:
    """``box`` shifted into the frame where it fits; what sticks out of a smaller frame stays."""
    dx = _inward(box[0], box[2], frame[0])
    dy = _inward(box[1], box[3], frame[1])
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


def _inward(low: float, high: float, size: int) -> float:
    if high - low > size:
        return (size - low - high) / 2
    return max(0.0, -low) - max(0.0, high - size)
