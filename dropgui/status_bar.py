"""The line at the bottom of the window: what the library holds, what runs, which model answers."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from dropgui.jobs.job_bar import JobBar
from dropgui.library.queries import Counts
from dropgui.style import GRID


class StatusBar(QStatusBar):
    """Counts and problems on the left, the running job and the model on the right."""

    problems_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = QLabel()
        self._model = QLabel("Loading model…")
        self._problems = QToolButton()
        self._problems.setAutoRaise(True)
        self._problems.hide()
        self._problems.clicked.connect(self.problems_wanted)
        self.model_bar = JobBar()
        self.job_bar = JobBar("Ctrl+.")
        self.setSizeGripEnabled(False)
        self.setContentsMargins(GRID, 0, GRID, 0)
        self.addWidget(self._counts)
        self.addWidget(self._problems)
        self.addPermanentWidget(self.model_bar)
        self.addPermanentWidget(self.job_bar)
        self.addPermanentWidget(self._model)

    @property
    def counts_text(self) -> str:
        """What is said of the library."""
        return self._counts.text()

    @property
    def model_text(self) -> str:
        """What is said of the model."""
        return self._model.text()

    def show_counts(self, counts: Counts, shown: int, selected: int) -> None:
        """What the library holds, how much of it passes the filter, and what is selected."""
        words = [f"{counts.crops:,} crops"]
        if shown < counts.crops:
            words = [f"{shown:,} of {counts.crops:,} crops"]
        if counts.indexed < counts.crops:
            words.append(f"{counts.indexed:,} indexed")
        if selected:
            words.append(f"{selected:,} selected")
        self._counts.setText(" · ".join(words))

    def show_problems(self, count: int) -> None:
        """How many files could not be read; nothing when all could."""
        self._problems.setText(f"{count:,} file{'s' * (count != 1)} could not be read")
        self._problems.setVisible(count > 0)

    def show_model(self, text: str, tip: str = "") -> None:
        """Which model answers, and where it runs."""
        self._model.setText(text)
        self._model.setToolTip(tip)
