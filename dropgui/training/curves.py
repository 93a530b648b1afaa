"""Live curves of a run: what it gets wrong step by step, and what the held-out crops say epoch by epoch."""

from collections.abc import Mapping
from itertools import cycle

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from dropgui.finetuning.follow import Story
from dropgui.finetuning.words import METRICS
from dropgui.style import GRID, heading, is_dark, secondary
from dropgui.training.losses import TOTAL, LossCurves
from dropgui.versions.words import explained_measures, percent

# Told apart by colour-blind readers too (after Okabe and Ito, 2008); for light and for dark grounds.
_LIGHT = ("#0072b2", "#d55e00", "#00795a", "#a3507f", "#8a6d00", "#5e3c99")
_DARK = ("#56b4e9", "#f08a3c", "#2fc49a", "#e08fbe", "#f0e442", "#b8a5f0")
_HIGHEST = 101.0  # percent: a point at 100 is seen whole
_MOST_POINTS = 2000  # a curve; more than there are pixels
_NARROW = 72 * GRID


class _WholeAxis(pg.AxisItem):  # type: ignore[misc]
    """Ticks at whole numbers only: there is no half an epoch."""

    def tickSpacing(self, least: float, most: float, size: float) -> list[tuple[float, float]]:
        """As pyqtgraph has it, the major ticks alone."""
        spacing, offset = super().tickSpacing(least, most, size)[0]
        return [(max(1.0, round(spacing)), offset)]


Points = tuple[list[float], list[float]]


class Chart(QWidget):
    """One plot with a legend above it that names each line and its last value."""

    def __init__(self, title: str, bottom: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._empty = empty
        self._lines: dict[str, Points] = {}
        self._texts: dict[str, str] = {}
        self._dots = False
        self._drawn: dict[str, pg.PlotDataItem] = {}
        self._legend = QLabel()
        self._legend.setWordWrap(True)
        self._legend.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._plot = pg.PlotWidget(axisItems={"bottom": _WholeAxis("bottom")})
        self._plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.setAntialiasing(True)
        self._plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self._plot.setMinimumHeight(16 * GRID)
        self._plot.setLabel("bottom", bottom)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().installEventFilter(self)  # the wheel scrolls the page
        self._plot.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        self.heading = heading(title)
        column.addWidget(self.heading)
        column.addWidget(self._legend)
        column.addWidget(self._plot, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._dress()

    @property
    def lines(self) -> Mapping[str, Points]:
        """What is drawn: (x, y) by title."""
        return self._lines

    @property
    def legend(self) -> str:
        """What is said above the plot, without its colours."""
        if not self._lines:
            return self._empty
        return " · ".join(f"{title} {self._texts.get(title, '')}".strip() for title in self._lines)

    @property
    def legend_height(self) -> int:
        """What the legend needs at its width."""
        return self._legend.heightForWidth(self._legend.width())

    def set_legend_height(self, height: int) -> None:
        """Room for the legend, so that plots side by side begin at one height."""
        self._legend.setMinimumHeight(height)

    @property
    def plot(self) -> "pg.PlotWidget":
        """The plot."""
        return self._plot

    def show_lines(
        self, lines: Mapping[str, Points], texts: Mapping[str, str], *, dots: bool = False
    ) -> None:
        """Draw these lines, the first one on top, with a word on each; ``dots``: mark the points."""
        self._lines, self._texts, self._dots = dict(lines), dict(texts), dots
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Another appearance."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def eventFilter(self, _: object, event: QEvent) -> bool:
        """The wheel is not for the plot."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return False

    def minimumSizeHint(self) -> QSize:
        """Room enough to see whether a line rises."""
        return QSize(24 * GRID, 24 * GRID)

    def _dress(self) -> None:
        palette = self.palette()
        self._plot.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("bottom", "left"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(palette.color(QPalette.ColorRole.Mid)))
            axis.setTextPen(pg.mkPen(secondary(palette)))
            axis.enableAutoSIPrefix(False)
        self._plot.showGrid(x=False, y=True, alpha=0.16)
        self._draw()

    def _draw(self) -> None:
        colors = self._colors()
        for title in [title for title in self._drawn if title not in self._lines]:
            self._plot.removeItem(self._drawn.pop(title))
        for place, (title, (x, y)) in enumerate(self._lines.items()):
            if title not in self._drawn:
                self._drawn[title] = self._plot.plot()
            color = QColor(colors[title])
            marks = {"symbol": "o", "symbolSize": 7, "symbolBrush": color, "symbolPen": None}
            self._drawn[title].setData(
                x,
                y,
                pen=pg.mkPen(color, width=2.5 if place == 0 or self._dots else 1.2),
                **(marks if self._dots else {}),
            )
            self._drawn[title].setZValue(-place)
        words = [
            f'<span style="color:{colors[title]}">●</span>&nbsp;{title.replace(" ", "&nbsp;")}'
            f"&nbsp;<b>{self._texts.get(title, '').replace(' ', '&nbsp;')}</b>"
            for title in self._lines
        ]
        self._legend.setText("&ensp; ".join(words) or self._empty)

    def _colors(self) -> dict[str, str]:
        """By title: the sum in the colour of text, everything else in its own."""
        own = [title for title in self._lines if title != TOTAL]
        colors = dict(zip(own, cycle(_DARK if is_dark(self.palette()) else _LIGHT), strict=False))
        return {TOTAL: self.palette().color(QPalette.ColorRole.Text).name(), **colors}


class Curves(QWidget):
    """Both charts, side by side or, where there is little room, one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = Chart("What it still gets wrong", "step", "The first steps are yet to come.")
        self.held_out = Chart("On what was held out", "epoch", "Not measured yet.")
        self.held_out.setToolTip(explained_measures(METRICS))
        self.loss.setToolTip("Losses: the lower, the better it knows what it was taught")
        self._losses = LossCurves()
        self._story = Story()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2 * GRID)
        self._row.addWidget(self.held_out, 1)
        self._row.addWidget(self.loss, 1)

    def show_story(self, story: Story) -> None:
        """Draw what is known by now, as soon as it can be seen."""
        if story is not self._story:
            self._losses = LossCurves()
        self._story = story
        if self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """It can be seen: catch up."""
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        story = self._story
        self._show_losses(story)
        nobody = story.gathered is not None and not story.gathered["held_out"]
        self.held_out.setVisible(not nobody)  # an empty chart would say that it is still to come
        lines: dict[str, Points] = {}
        for name, title in METRICS.items():
            known = [
                (event["epoch"], 100 * event["metrics"][name])
                for event in story.epochs
                if event["metrics"].get(name) is not None
            ]
            if known:
                lines[title] = [float(x) for x, _ in known], [y for _, y in known]
        texts = {title: percent(y[-1] / 100) for title, (_, y) in lines.items()}
        self.held_out.show_lines(lines, texts, dots=True)
        self._show_range(self.held_out, lines)
        self._align()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more room, or less."""
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        self._row.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        self._align()

    def _align(self) -> None:
        charts = (self.held_out, self.loss)
        beside = self._row.direction() == QBoxLayout.Direction.LeftToRight
        height = max(chart.legend_height for chart in charts) if beside else 0
        for chart in charts:
            chart.set_legend_height(height)

    def _show_losses(self, story: Story) -> None:
        curves = self._losses.follow(story.steps)
        shown = {title: (_thin(curve.x), _thin(curve.y)) for title, curve in curves.items()}
        self.loss.show_lines(shown, {title: f"{curve.y[-1]:.3g}" for title, curve in curves.items()})

    def _show_range(self, chart: Chart, lines: Mapping[str, Points]) -> None:
        """A scale that does not make much of a tenth of a percent, with whole epochs."""
        values = [y for _, ys in lines.values() for y in ys]
        if not values:
            return
        least, most = min(values), max(values)
        spare = max(4.0, (most - least) * 0.15)
        chart.plot.setYRange(max(0.0, least - spare), min(_HIGHEST, most + spare), padding=0)
        last = max(x[-1] for x, _ in lines.values())
        chart.plot.setXRange(0, max(1.0, last), padding=0.04)


def _thin(values: list[float]) -> list[float]:
    """At most :data:`_MOST_POINTS` of them, the last one among them."""
    stride = -(-len(values) // _MOST_POINTS)
    return values if stride <= 1 else [*values[:-1:stride], values[-1]]
