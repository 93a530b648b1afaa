"""The section of certainty: whether percentages come true, and fitting them to this library."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from dropgui.evaluation import words
from dropgui.evaluation.result import Evaluation
from dropgui.evaluation.tables import diagrams
from dropgui.evaluation_view.charts import CertaintyChart, RocChart
from dropgui.flow import FlowLayout
from dropgui.style import GRID, note

_NARROW = 84 * GRID
_HEIGHT = 36 * GRID
_DONE = "Searches tell what was fitted to these persons already"
_NOBODY = "Nobody was looked for, so there is nothing to see of certainty."


class CertaintyPanel(QScrollArea):
    """Says what percentages rest on; what is fitted is used only when asked."""

    calibrate_wanted = Signal()
    forget_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = note()
        self.diagram, self.roc = CertaintyChart(), RocChart()
        self.calibrate = QPushButton("&Calibrate to This Library")
        self.forget = QPushButton("&Take It Back")
        self.calibrate.clicked.connect(self.calibrate_wanted)
        self.forget.clicked.connect(self.forget_wanted)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        flow.setContentsMargins(0, 0, 0, 0)
        for button in (self.calibrate, self.forget):
            flow.addWidget(button)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(3 * GRID)
        for chart in (self.diagram, self.roc):
            chart.setMinimumHeight(_HEIGHT)
            self._row.addWidget(chart, 1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.words)
        column.addWidget(buttons)
        column.addLayout(self._row, 1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def show_evaluation(self, found: Evaluation) -> None:
        """Show what was found."""
        certainty, report = found.certainty, found.report
        self.words.setText(_NOBODY if certainty is None else " ".join(words.about_certainty(certainty)))
        fitted = certainty is not None and certainty.fitted is not None and not certainty.is_fitted
        own = certainty is not None and certainty.own is not None
        self.calibrate.setEnabled(fitted)
        self.calibrate.setToolTip(
            "Searches tell percentages that were fitted to the persons of this library"
            if fitted
            else (certainty.why_not or _DONE if certainty is not None else _NOBODY)
        )
        self.forget.setVisible(own)
        self.forget.setToolTip("Searches tell again what the model brought, if it brought anything")
        for chart in (self.diagram, self.roc):
            chart.setVisible(report is not None)
        self.diagram.show_diagrams(diagrams(found))
        self.roc.show_roc(None if report is None else report.roc)
        self._align()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side, or one below the other where there is little room."""
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(way)
        self._align()

    def _align(self) -> None:
        charts = (self.diagram, self.roc)
        beside = self._row.direction() == QBoxLayout.Direction.LeftToRight
        height = max(chart.legend_height for chart in charts) if beside else 0
        for chart in charts:
            chart.set_legend_height(height)
