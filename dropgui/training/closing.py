"""What is asked when a window is closed over a run."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from dropgui.flow import FlowLayout
from dropgui.style import GRID

_WORDS = (
    "The model is being taught. Let it go on without the window? You find it here when you open the library "
    "again. Closing the window once more lets it go on, too."
)


class ClosingPanel(QWidget):
    """Hidden until the window is to be closed."""

    answered = Signal(bool)
    """Close: the run goes on (True), or ends and can be resumed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        text = QLabel(_WORDS)
        text.setWordWrap(True)
        self.go_on = QPushButton("Close, &Let It Go On")
        self.go_on.setToolTip("The run goes on in the background; its version will wait for you")
        self.go_on.setDefault(True)
        self.end = QPushButton("Close and &End It")
        self.end.setToolTip("The run ends now and can be resumed later")
        self.stay = QPushButton("Do &Not Close")
        self.stay.setToolTip("The window stays open")
        self.go_on.clicked.connect(lambda: self.answered.emit(True))
        self.end.clicked.connect(lambda: self.answered.emit(False))
        self.stay.clicked.connect(self.hide)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        flow.setContentsMargins(0, 0, 0, 0)
        for button in (self.go_on, self.end, self.stay):
            flow.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(text)
        column.addWidget(buttons)
        self.hide()

    def ask(self) -> None:
        """Show the question."""
        self.show()
        self.go_on.setFocus()

    def paintEvent(self, _: QPaintEvent) -> None:
        """A ground that sets the question apart, as that of a notice."""
        ground = self.palette().color(QPalette.ColorRole.Highlight)
        QPainter(self).fillRect(self.rect(), QColor(ground.red(), ground.green(), ground.blue(), 41))
