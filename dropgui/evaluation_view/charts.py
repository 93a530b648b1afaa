"""The curves of an evaluation: cumulative matches, pairs told apart, and whether percentages come true."""

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from dropgui.evaluation.result import FALSE_RATES
from dropgui.evaluation.tables import DEPTH
from dropgui.style import secondary
from dropgui.training.curves import Chart, Points
from dropmodel.evaluation.calibration import Reliability
from dropmodel.evaluation.ranking import Ranking
from dropmodel.evaluation.verification import Roc

_FINEST = -4  # the smallest power of ten of the false positive rate that is drawn
_CHANCE, _PERFECT = "by chance", "perfect"
_QUIET = {_CHANCE, _PERFECT}


class _Chart(Chart):
    """A chart in which lines of reference are thin and quiet."""

    def _colors(self) -> dict[str, str]:
        return {**super()._colors(), **dict.fromkeys(_QUIET, secondary(self.palette()).name())}

    def _draw(self) -> None:
        super()._draw()
        pen = pg.mkPen(secondary(self.palette()), width=1.5, style=Qt.PenStyle.DashLine)
        for title in _QUIET & self._drawn.keys():
            self._drawn[title].setData(*self._lines[title], pen=pen, symbol=None)


class CmcChart(_Chart):
    """How many searches have a right answer among the first matches."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("A right answer among the first matches", "rank", "", parent)
        self.setToolTip("Share of searches in percent with a right answer up to this rank (CMC)")

    def show_ranking(self, ranking: Ranking) -> None:
        """Draw it for the first ranks."""
        depth = max(min(DEPTH, ranking.gallery - 1), 2)
        shares = 100 * ranking.cmc(depth)
        title = "Searches with a right answer"
        self.show_lines(
            {title: (_listed(np.arange(1, depth + 1)), _listed(shares))}, {title: f"Rank-1 {shares[0]:.1f} %"}
        )
        low = max(0.0, 10 * float(np.floor((shares[0] - 5) / 10)))
        self.plot.setYRange(low, 100, padding=0.04)
        self.plot.setXRange(0, depth, padding=0.02)


class RocChart(_Chart):
    """Pairs of one person that are found, by how many of two persons are let through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Pairs told apart", "pairs of two persons let through (FPR)", "", parent)
        self.setToolTip("Pairs of one person that are found (TPR), in percent, at each false positive rate")

    def show_roc(self, found: Roc | None) -> None:
        """Draw it; nothing without pairs of both kinds."""
        if found is None:
            self.show_lines({}, {})
            return
        thin = found.thinned()
        shown = thin.fpr >= 10.0**_FINEST
        across = np.append(10.0**_FINEST, thin.fpr[shown])
        up = np.append(found.tpr_at(10.0**_FINEST), thin.tpr[shown])
        guess = np.geomspace(10.0**_FINEST, 1, 60)
        title = "Pairs found"
        rates = ", ".join(f"{100 * found.tpr_at(rate):.1f} % at {100 * rate:g} %" for rate in FALSE_RATES)
        self.show_lines(
            {
                title: (_listed(np.log10(across)), _listed(100 * up)),
                _CHANCE: (_listed(np.log10(guess)), _listed(100 * guess)),
            },
            {title: rates},
        )
        ticks = [(power, f"{100 * 10.0**power:g} %") for power in range(_FINEST, 1)]
        self.plot.getAxis("bottom").setTicks([ticks])
        self.plot.setXRange(_FINEST, 0, padding=0.02)
        self.plot.setYRange(0, 100, padding=0.04)


class CertaintyChart(_Chart):
    """Of the matches that were told so many percent, how many were right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Do percentages come true?", "told, %", "No percentages to look at.", parent)
        self.setToolTip(
            "First ten matches of every search, in groups by what they were told to be: on the line what was "
            "told came true; below it, too much was promised"
        )

    def show_diagrams(self, diagrams: Mapping[str, Reliability]) -> None:
        """Draw each by its title, with the line of what would be perfect."""
        lines: dict[str, Points] = {
            title: (_listed(100 * one.predicted), _listed(100 * one.observed))
            for title, one in diagrams.items()
        }
        texts = {title: f"off by {100 * one.ece:.1f} %" for title, one in diagrams.items()}
        perfect: dict[str, Points] = {_PERFECT: ([0.0, 100.0], [0.0, 100.0])} if lines else {}
        self.show_lines({**lines, **perfect}, texts, dots=True)
        self.plot.setXRange(0, 100, padding=0.02)
        self.plot.setYRange(0, 100, padding=0.04)


def _listed(values: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> list[float]:
    return [float(value) for value in values]
