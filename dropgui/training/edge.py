"""The edge between what scrolls and what stands below it."""

from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QScrollArea, QWidget


class Edge(QWidget):
    """A fine line while there is more of an area further down: without it a cut row looks like a fault."""

    def __init__(self, area: QScrollArea, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.area = area
        for changed in (area.verticalScrollBar().valueChanged, area.verticalScrollBar().rangeChanged):
            changed.connect(self.update)
        self.setFixedHeight(1)

    def paintEvent(self, _: QPaintEvent) -> None:
        """From one side to the other."""
        bar = self.area.verticalScrollBar()
        if bar.value() < bar.maximum():
            QPainter(self).fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Mid))
