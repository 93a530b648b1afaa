"""Below the grid: the match that the keyboard is on, why it stands where it stands, and who it is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dropgui.library.decisions import CONFIRMED, REJECTED
from dropgui.library.rows import CropRow
from dropgui.matches.standing import Standing
from dropgui.search.query import Match
from dropgui.search.reasons import reasons
from dropgui.style import GRID, ElidedLabel, FittedNote, scaled, verdict_icon
from dropmodel.parts import PartSchema

_NOTHING = "Select a match to see why it stands where it stands."


class MatchStrip(QWidget):
    """Says the reasons of one match; its buttons decide on all that are selected."""

    decided = Signal(object)
    """``CONFIRMED``, ``REJECTED``, or None to take a decision back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel()
        self._title.setFont(scaled(self._title.font(), 1.0, bold=True))
        self._reasons = FittedNote(lines=4)
        self._person = ElidedLabel()
        self._person.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.confirm = self._button("Same Person", CONFIRMED, "The selected matches are the person (Y)")
        self.reject = self._button("Somebody Else", REJECTED, "The selected matches are not the person (N)")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._reasons)
        words.addStretch()
        side = QVBoxLayout()
        side.setSpacing(GRID // 2)
        side.addWidget(self.confirm)
        side.addWidget(self.reject)
        side.addWidget(self._person)
        side.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID // 2)
        row.setSpacing(2 * GRID)
        row.addLayout(words, 1)
        row.addLayout(side)
        self.set_able(False)
        self.show_standing(Standing())

    @property
    def text(self) -> str:
        """What is said of the match: its place and the reasons."""
        return f"{self._title.full_text} {self._reasons.full_text}".strip()

    @property
    def person_text(self) -> str:
        """What is said of the query's person."""
        return self._person.toolTip()

    def show_match(self, rank: int, match: Match, row: CropRow | None, schema: PartSchema) -> None:
        """Say why this match stands where it stands; ``row`` None while it is being read."""
        words = [f"Match {rank}"]
        if row is not None:
            words += [row.path.name, row.place]
            if row.person is not None:
                words.append(row.person)
            if row.captured_at is not None:
                words.append(f"{row.captured_at:%d %b %Y, %H:%M}")
        self._title.set_text("  ·  ".join(words))
        self._title.setToolTip("\n".join(words))
        self._say(reasons(match, schema))

    def show_nothing(self) -> None:
        """No match is current."""
        self._title.set_text("")
        self._say([_NOTHING])

    def show_standing(self, standing: Standing) -> None:
        """Say who the query's person is and how much was decided."""
        if standing.person_id is None:
            short, text = "No person yet", "No person yet: your first decision makes one."
        else:
            confirmed, rejected = standing.count(CONFIRMED), standing.count(REJECTED)
            short = f"{standing.name}: ✓ {confirmed:,}  ✗ {rejected:,}"
            text = f"{standing.name}: {confirmed:,} confirmed, {rejected:,} rejected"
        self._person.set_text(short)
        self._person.setToolTip(text)
        self._person.setAccessibleName(text)

    def set_able(self, able: bool) -> None:
        """Whether there is something to decide on."""
        self.confirm.setEnabled(able)
        self.reject.setEnabled(able)

    def _say(self, sentences: Sequence[str]) -> None:
        # The bars on the card show what was compared; what it means comes first.
        self._reasons.set_sentences([*sentences[1:], *sentences[:1]])
        self._reasons.setToolTip("\n".join(sentences))

    def _button(self, words: str, verdict: str, tip: str) -> QPushButton:
        button = QPushButton(verdict_icon(confirmed=verdict == CONFIRMED), f" {words}")
        button.setAccessibleName(words)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the arrow keys to the grid
        button.clicked.connect(lambda: self.decided.emit(verdict))
        return button
