"""The line above a stack of cards: where one is in it, how to look, and the button that looks or stops."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from dropgui.flow import FlowLayout
from dropgui.style import GRID


class FindBar(QWidget):
    """``controls`` say how to look and rest while something is looked for."""

    start_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, words: str, tip: str, *controls: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._controls = controls
        self._busy = False
        self._summary = QLabel()
        self._summary.hide()  # an empty one would move the controls to the right
        self.start = QPushButton(words)
        self.start.setToolTip(tip)
        self.start.clicked.connect(self._start_or_stop)
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(12 * GRID, GRID)
        self._progress.setAccessibleName("How far it is")
        self._progress.hide()
        right = QWidget()
        row = QHBoxLayout(right)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._progress)
        row.addWidget(self.start)
        flow = FlowLayout(self)
        flow.setContentsMargins(2 * GRID, GRID // 2, GRID, 0)
        for widget in (self._summary, *controls, right):
            flow.addWidget(widget)
        flow.setAlignment(right, Qt.AlignmentFlag.AlignRight)

    @property
    def summary(self) -> str:
        """What is said on the left."""
        return self._summary.text()

    def set_summary(self, text: str) -> None:
        """Say where one is."""
        self._summary.setText(text)
        self._summary.setVisible(bool(text))

    def set_looking(self) -> None:
        """Something is looked for: the button stops it."""
        self.set_busy(busy=True)
        self._progress.setValue(0)
        self._progress.show()
        self.start.setText("Sto&p")
        self.start.setEnabled(True)

    def set_busy(self, *, busy: bool) -> None:
        """Something is under way that nobody can stop, or nothing any more."""
        self._busy = busy
        if not busy:
            self._progress.hide()
            self.start.setText(self._words)
        self.start.setEnabled(not busy)
        for control in self._controls:
            control.setEnabled(not busy)

    def set_share(self, share: float) -> None:
        """Say how far it is, in [0, 1]."""
        self._progress.setValue(round(1000 * share))

    def _start_or_stop(self) -> None:
        (self.stop_wanted if self._busy else self.start_wanted).emit()
