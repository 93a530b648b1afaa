"""Which colour each dot has: the largest groups get one each, the others share a grey."""

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
_NOBODY = {
    GroupBy.PERSON: "No person yet",
    GroupBy.CAMERA: "No camera known",
    GroupBy.FOLDER: "No folder",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend: the group's name, how many dots it has, and which colour, -1 for grey."""

    name: str
    count: int
    color: int

    def qcolor(self, palette: QPalette) -> QColor:
        """The colour on this palette's ground."""
        if self.color < 0:
            return palette.color(
                QPalette.ColorRole.Dark if not is_dark(palette) else QPalette.ColorRole.Light
            )
        return QColor((_DARK if is_dark(palette) else _LIGHT)[self.color])


@dataclass(frozen=True, slots=True, eq=False)
class Coloring:
    """The legend and, for every dot, its line in it: ``lines`` int16 [N]."""

    by: GroupBy
    entries: tuple[Entry, ...]
    lines: npt.NDArray[np.int16]


def color_by(by: GroupBy, groups: Groups, crop_ids: npt.NDArray[np.int64]) -> Coloring:
    """Legend and lines for these crops: largest groups in the order of their names, others, none."""
    codes = groups.codes_of(crop_ids)
    counts = np.bincount(codes[codes >= 0], minlength=len(groups.names))
    ranked = np.argsort(-counts, kind="stable")
    present = int(np.count_nonzero(counts))
    own = np.sort(ranked[: min(present, MOST_COLORS)])
    entries = [Entry(groups.names[code], int(counts[code]), color) for color, code in enumerate(own)]
    line_of = np.full(len(groups.names) + 1, -1, np.int16)  # the last one is for code -1
    line_of[own] = np.arange(len(own))
    rest = present - len(own)
    if rest:
        line_of[ranked[MOST_COLORS:present]] = len(entries)
        entries.append(Entry(f"{rest:,} other{'s' * (rest != 1)}", int(counts.sum() - counts[own].sum()), -1))
    nobody = int(np.count_nonzero(codes < 0))
    if nobody:
        line_of[-1] = len(entries)
        entries.append(Entry(_NOBODY[by], nobody, -1))
    return Coloring(by, tuple(entries), line_of[codes])
