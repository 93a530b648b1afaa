"""Small charts as pictures, drawn with Pillow: axes, grid, lines, points, bars, a legend.

Everything is drawn twice as large and then halved, which makes smooth lines of Pillow's hard ones.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

INK = "#222222"
FAINT = "#e3e3e3"
MUTED = "#767676"
PAPER = "#ffffff"
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
"""Told apart by colour-blind readers too (after Okabe and Ito, 2008)."""

_SCALE = 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 130, 50, 76, 104
_TEXT, _TITLE = 26, 30

Corner = Literal["upper left", "upper right", "lower left", "lower right"]
Values = Sequence[float] | npt.NDArray[np.floating[Any]] | npt.NDArray[np.integer[Any]]


def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font at ``size`` pixels."""
    found = ImageFont.load_default(size)
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found


@dataclass(frozen=True, slots=True)
class Axis:
    """``title`` and range of an axis, with (value, text) for each of its ``ticks``."""

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False

    @classmethod
    def linear(cls, title: str, low: float, high: float, step: float, unit: str = "") -> "Axis":
        """Ticks at multiples of ``step``."""
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        ticks = tuple((i * step, f"{round(i * step, 6):g}{unit}") for i in range(first, last + 1))
        return cls(title, low, high, ticks)

    @classmethod
    def powers(cls, title: str, low: int, high: int) -> "Axis":
        """Logarithmic from 10**low to 10**high."""
        ticks = tuple((10.0**power, f"{10.0**power:.{max(-power, 0)}f}") for power in range(low, high + 1))
        return cls(title, 10.0**low, 10.0**high, ticks, logarithmic=True)

    def share(self, values: Values) -> npt.NDArray[np.float64]:
        """Where ``values`` lie between low (0) and high (1); what lies outside comes to the edge."""
        inside: npt.NDArray[np.float64] = np.clip(np.asarray(values, np.float64), self.low, self.high)
        low, high = self.low, self.high
        if self.logarithmic:
            inside, low, high = np.log(inside), math.log(low), math.log(high)
        return (inside - low) / (high - low)


class Chart:
    """One pair of axes; :meth:`picture` gives the finished drawing, ``size`` (width, height) pixels."""

    def __init__(self, title: str, x: Axis, y: Axis, size: tuple[int, int] = (1080, 810)) -> None:
        self._x, self._y, self._size = x, y, size
        self._image = Image.new("RGB", (size[0] * _SCALE, size[1] * _SCALE), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._legend: list[tuple[str, str, bool]] = []
        self._corner: Corner = "lower right"
        left, top, right, bottom = self._frame
        for value, text in x.ticks:
            at = float(self._across(value))
            self._segment([(at, top), (at, bottom)], FAINT, 2)
            self._text((at, bottom + 12), text, _TEXT, INK, "mt")
        for value, text in y.ticks:
            at = float(self._down(value))
            self._segment([(left, at), (right, at)], FAINT, 2)
            self._text((left - 14, at), text, _TEXT, INK, "rm")
        self._text(((left + right) / 2, size[1] - 16), x.title, _TEXT, INK, "mb")
        self._text((left, _TOP - 22), title, _TITLE, INK, "lb")
        self._sideways(y.title, (top + bottom) / 2)

    @property
    def _frame(self) -> tuple[int, int, int, int]:
        return _LEFT, _TOP, self._size[0] - _RIGHT, self._size[1] - _BOTTOM

    def line(
        self,
        xs: Values,
        ys: Values,
        color: str,
        label: str = "",
        *,
        width: float = 4,
        dashed: bool = False,
        steps: bool = False,
    ) -> None:
        """Through the points in their order; ``steps`` goes across first, then up."""
        points = list(zip(self._across(xs), self._down(ys), strict=True))
        if steps:
            points = [
                points[0],
                *(p for a, b in pairwise(points) for p in ((b[0], a[1]), b)),
            ]
        if dashed:
            for start, end in _dashes(points):
                self._segment([start, end], color, width)
        else:
            self._segment(points, color, width)
        if label:
            self._legend.append((label, color, dashed))

    def points(self, xs: Values, ys: Values, color: str, radius: float | Values = 8) -> None:
        """Discs with a white rim; ``radius`` in pixels, one for all or one each."""
        radii = np.broadcast_to(np.asarray(radius, np.float64), (len(xs),))
        for x, y, size in zip(self._across(xs), self._down(ys), radii, strict=True):
            for grown, fill in ((size + 2, PAPER), (size, color)):
                box = [(value + sign * grown) * _SCALE for sign in (-1, 1) for value in (x, y)]
                self._draw.ellipse(box, fill=fill)

    def note(self, x: float, y: float, text: str, color: str = MUTED, anchor: str = "lm") -> None:
        """A few words beside the point (x, y)."""
        offset = {"l": 16, "r": -16}.get(anchor[0], 0)
        self._text((float(self._across(x)) + offset, float(self._down(y))), text, _TEXT - 2, color, anchor)

    def legend(self, corner: Corner) -> None:
        """Where the labels of lines are told."""
        self._corner = corner

    def picture(self) -> Image.Image:
        """The drawing."""
        left, top, right, bottom = self._frame
        self._segment([(left, top), (left, bottom), (right, bottom)], INK, 2.5)
        if self._legend:
            self._draw_legend()
        return self._image.resize(self._size, Image.Resampling.BOX)

    def _across(self, values: float | Values) -> npt.NDArray[np.float64]:
        left, _, right, _ = self._frame
        shares = self._x.share(np.asarray(values, np.float64))
        found: npt.NDArray[np.float64] = left + shares * (right - left)
        return found

    def _down(self, values: float | Values) -> npt.NDArray[np.float64]:
        _, top, _, bottom = self._frame
        shares = self._y.share(np.asarray(values, np.float64))
        found: npt.NDArray[np.float64] = bottom - shares * (bottom - top)
        return found

    def _segment(self, points: Sequence[tuple[float, float]], color: str, width: float) -> None:
        scaled = [(float(x) * _SCALE, float(y) * _SCALE) for x, y in points]
        self._draw.line(scaled, fill=color, width=round(width * _SCALE), joint="curve")

    def _text(self, at: tuple[float, float], text: str, size: int, color: str, anchor: str) -> None:
        place = (float(at[0]) * _SCALE, float(at[1]) * _SCALE)
        self._draw.text(place, text, color, font(size * _SCALE), anchor)

    def _sideways(self, text: str, middle: float) -> None:
        letters = font(_TEXT * _SCALE)
        box = letters.getbbox(text)
        label = Image.new("RGB", (int(box[2]) + 4, int(box[3]) + 8), PAPER)
        ImageDraw.Draw(label).text((0, 0), text, INK, letters)
        turned = label.transpose(Image.Transpose.ROTATE_90)
        self._image.paste(turned, (10 * _SCALE, round(middle * _SCALE - turned.height / 2)))

    def _draw_legend(self) -> None:
        left, top, right, bottom = self._frame
        pitch, sample, gap = _TEXT + 14, 52, 20
        widest = max(font(_TEXT).getlength(label) for label, _, _ in self._legend)
        width, height = sample + 3 * gap + widest, pitch * len(self._legend) + 16
        x = left + gap if self._corner.endswith("left") else right - gap - width
        y = top + gap if self._corner.startswith("upper") else bottom - gap - height
        self._draw.rounded_rectangle(
            [x * _SCALE, y * _SCALE, (x + width) * _SCALE, (y + height) * _SCALE],
            8 * _SCALE, PAPER, FAINT, 2 * _SCALE,
        )  # fmt: skip
        for place, (label, color, dashed) in enumerate(self._legend):
            middle = y + 8 + pitch * (place + 0.5)
            ends = [(x + gap, middle), (x + gap + sample, middle)]
            for start, end in _dashes(ends) if dashed else [(ends[0], ends[1])]:
                self._segment([start, end], color, 4)
            self._text((x + 2 * gap + sample, middle), label, _TEXT, INK, "lm")


def _dashes(
    points: Sequence[tuple[float, float]], dash: float = 12, gap: float = 8
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Pieces of the line through ``points``, each with the pattern begun anew."""
    pieces = []
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        at = 0.0
        while at < length:
            a, b = at / length, min(at + dash, length) / length
            pieces.append(
                ((x0 + a * (x1 - x0), y0 + a * (y1 - y0)), (x0 + b * (x1 - x0), y0 + b * (y1 - y0)))
            )
            at += dash + gap
    return pieces
