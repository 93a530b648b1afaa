"""A red line in a panel: what went wrong there, and what to do."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from dropgui.style import GRID
from dropmodel.evaluation.tiles import RED


class WarningLine(QLabel):
    """Hidden while there is nothing to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setMargin(GRID)
        self.hide()

    def tell(self, text: str) -> None:
        """Show this."""
        self.setText(text)
        self.show()

    def clear(self) -> None:
        """All is well again."""
        self.hide()
        super().clear()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words on a faint red ground."""
        ground = QColor(RED)
        ground.setAlphaF(0.16)
        QPainter(self).fillRect(self.rect(), ground)
        super().paintEvent(event)
