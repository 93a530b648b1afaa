"""The end of the status bar where long work shows: what, how far, how long still, and a way to stop it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from dropgui.indexing.progress import Progress, duration
from dropgui.style import GRID


def describe(name: str, progress: Progress, doing: str = "Indexing") -> str:
    """One line: "Indexing entrance: 4,120 of 9,800 · 84/s · 2 min left"; ``name`` is of what is worked on."""
    if progress.phase == "scanning":
        return f"Looking through {name}: {progress.done:,} pictures"
    if progress.phase == "finishing" or progress.total is None:
        return f"Finishing {name}"
    words = [f"{doing} {name}: {progress.done:,} of {progress.total:,}"]
    if progress.rate > 0:
        words.append(f"{progress.rate:,.0f}/s")
    if progress.eta_seconds is not None:
        words.append(f"{duration(progress.eta_seconds)} left")
    return " · ".join(words)


class JobBar(QWidget):
    """Hidden while nothing runs. ``key`` is what stops the job from the keyboard."""

    cancelled = Signal()

    def __init__(self, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._bar = QProgressBar()
        self._bar.setFixedSize(120, 8)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the running job")
        self._stop = QToolButton()
        self._stop.setText("Cancel")
        self._stop.setAutoRaise(True)
        hint = f" ({key})" if key else ""
        self._stop.setToolTip(f"Stop after the current pictures; what is done stays{hint}")
        self._stop.clicked.connect(self.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._text)
        row.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._stop)
        self.hide()

    @property
    def text(self) -> str:
        """The line shown."""
        return self._text.text()

    def begin(self, text: str) -> None:
        """Show a job of unknown length."""
        self._text.setText(text)
        self._bar.setRange(0, 0)
        self._stop.setEnabled(True)
        self.show()

    def show_progress(self, name: str, progress: Progress, doing: str = "Indexing") -> None:
        """Show how far the job is, and what is done with what is called ``name``."""
        if not self._stop.isEnabled():
            return  # cancelled: the last word stays "Stopping"
        self._text.setText(describe(name, progress, doing))
        total = progress.total or 0
        self._bar.setRange(0, total)
        self._bar.setValue(min(progress.done, total))

    def cancel(self) -> None:
        """Ask the job to stop, once."""
        self._stop.setEnabled(False)
        self._text.setText("Stopping after the current pictures…")
        self.cancelled.emit()
