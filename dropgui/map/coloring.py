"""Which colour each dot has: the largest groups get one each, the others pale ones in turn."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QPalette

from dropgui.library.groups import GroupBy, Groups
from dropgui.style import is_dark

_LIGHT = ("#0072b2", "#d55e00", "#00825f", "#b0528d", "#8f6f00", "#7a4fd0", "#2b8fc7", "#b3372f", "#5a6b1e")
_DARK = ("#56b4e9", "#f5863a", "#2fc296", "#e59ac8", "#e3c93f", "#b79cff", "#8fd0f0", "#ff8a80", "#b9cc6a")
"""After Okabe and Ito (2008), shifted until each stands out from its ground by 3 : 1 at least."""

MOST_COLORS = len(_LIGHT)
_GREY = 2 * MOST_COLORS  # its place among the shades
_PALE = 0.6  # of the colour, the rest is the ground
_NOBODY = {
    GroupBy.PERSON: "No person yet",
    GroupBy.CAMERA: "No camera known",
    GroupBy.FOLDER: "No folder",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend: the group's name, how many dots it has, and their shade, None if they vary."""

    name: str
    count: int
    shade: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Coloring:
    """The legend and, for every dot, its line in it and its shade, int16 [N] each."""

    by: GroupBy
    entries: tuple[Entry, ...]
    lines: npt.NDArray[np.int16]
    shades: npt.NDArray[np.int16]


def shades(palette: QPalette) -> list[QColor]:
    """The colours that shades stand for: the groups' own, the same ones pale, and grey."""
    ground = palette.color(QPalette.ColorRole.Base)
    own = [QColor(color) for color in (_DARK if is_dark(palette) else _LIGHT)]
    grey = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    return [*own, *(between(ground, color, _PALE) for color in own), grey]


def between(ground: QColor, color: QColor, share: float) -> QColor:
    """``share`` of ``color`` on ``ground``."""
    rest = 1 - share
    return QColor.fromRgbF(
        rest * ground.redF() + share * color.redF(),
        rest * ground.greenF() + share * color.greenF(),
        rest * ground.blueF() + share * color.blueF(),
    )


def color_by(by: GroupBy, groups: Groups, crop_ids: npt.NDArray[np.int64]) -> Coloring:
    """Legend, lines and shades for these crops.

    The largest groups have a line and a colour each, in the order of their names. The others share a line and
    take the pale colours in turn, so that one group is seen to end where the next begins.
    """
    codes = groups.codes_of(crop_ids)
    counts = np.bincount(codes[codes >= 0], minlength=len(groups.names))
    ranked = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    own, others = np.sort(ranked[:MOST_COLORS]), np.sort(ranked[MOST_COLORS:])
    line_of = np.zeros(len(groups.names) + 1, np.int16)  # the last one is for code -1, no group
    shade_of = np.full(len(groups.names) + 1, _GREY, np.int16)
    line_of[own] = shade_of[own] = np.arange(len(own))
    entries = [Entry(groups.names[code], int(counts[code]), shade) for shade, code in enumerate(own)]
    if len(others):
        line_of[others] = len(entries)
        shade_of[others] = MOST_COLORS + np.arange(len(others)) % MOST_COLORS
        name = f"{len(others):,} other{'s' * (len(others) != 1)}"
        entries.append(Entry(name, int(counts[others].sum()), None))
    nobody = int(np.count_nonzero(codes < 0))
    if nobody:
        line_of[-1] = len(entries)
        entries.append(Entry(_NOBODY[by], nobody, _GREY))
    return Coloring(by, tuple(entries), line_of[codes], shade_of[codes])
