"""What stands below the parts of two crops: what is asked, or said, of the pair."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from dropgui.library.decisions import CONFIRMED, REJECTED
from dropgui.search.query import Match
from dropgui.style import GRID, note, verdict_icon


@dataclass(frozen=True, slots=True)
class Place:
    """Which match is shown: of ``rank`` from 1, at ``position`` from 0 of ``total`` in the order of the grid.

    ``verdict`` is what was decided of it.
    """

    match: Match
    rank: int
    position: int
    total: int
    verdict: str | None


class Foot(QWidget):
    """A few words and two buttons side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = note()
        self._row = QHBoxLayout()
        self._row.setSpacing(GRID // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._words)
        column.addLayout(self._row)

    @property
    def words(self) -> str:
        """What is said."""
        return self._words.text()

    def show_place(self, place: Place) -> None:
        """The pair that is shown now."""
        raise NotImplementedError

    def _add(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row.addWidget(button)
        return button


class Verdicts(Foot):
    """Asks whether it is the same person."""

    decided = Signal(str)
    """``CONFIRMED`` or ``REJECTED``, of the match that is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {}
        for verdict, words, key in ((CONFIRMED, "&Yes", "Y"), (REJECTED, "&No", "N")):
            meaning = "the same person" if verdict == CONFIRMED else "somebody else"
            tip = f"It is {meaning}; the next match that is not decided follows ({key})"
            button = self.buttons[verdict] = self._add(words, tip)
            button.setIcon(verdict_icon(confirmed=verdict == CONFIRMED))
            button.clicked.connect(lambda _=False, verdict=verdict: self.decided.emit(verdict))

    def show_place(self, place: Place) -> None:
        """The question, or what was said of it."""
        decided = {CONFIRMED: "You said: the same person.", REJECTED: "You said: somebody else."}
        self._words.setText(decided.get(place.verdict or "", "Is this the same person?"))
