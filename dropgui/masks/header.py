"""The line above the canvas: which crop it is, what is known of its mask, and where to go from here."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from dropgui.library.rows import ACCEPTED, CORRECTED, SKIPPED, CropRow, ReviewProgress, ReviewRow
from dropgui.masks.commands import Commands
from dropgui.style import GRID, ElidedLabel, scaled

_STATES = {ACCEPTED: "accepted", CORRECTED: "corrected", SKIPPED: "skipped"}


class _Progress(QWidget):
    """A thin bar: accepted, corrected, and what is left."""

    def __init__(self) -> None:
        super().__init__()
        self._progress = ReviewProgress(0, 0, 0, 0)
        self.setFixedHeight(GRID // 2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_progress(self, progress: ReviewProgress) -> None:
        self._progress = progress
        self.setAccessibleName(progress.words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(16 * GRID, GRID // 2)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(self.rect(), 2, 2)
        share = self._progress.reviewed / self._progress.total if self._progress.total else 0.0
        if share:
            painter.setBrush(QColor(self.palette().color(QPalette.ColorRole.Highlight)))
            width = max(4, round(share * self.width()))
            painter.drawRoundedRect(0, 0, width, self.height(), 2, 2)


class Header(QWidget):
    """Words and the buttons of the review; the actions are those of the menu."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._crop: CropRow | None = None
        self._review: ReviewRow | None = None
        self._name = ElidedLabel()
        self._name.setFont(scaled(self._name.font(), 1.0, bold=True))
        self._facts = ElidedLabel()
        self._facts.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._state = QLabel()
        self._state.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._words = QLabel()
        self._words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._bar = _Progress()
        self.accept = button(commands.accept, "Accept")
        self.accept.setDefault(True)
        first = QHBoxLayout()
        first.setSpacing(GRID)
        first.addWidget(self._name, 1)
        first.addWidget(self._state)
        for each in (
            button(commands.previous, "‹"),
            self.accept,
            button(commands.skip, "Skip"),
            button(commands.next, "Next ›"),
            button(commands.grid, "Grid"),
        ):
            first.addWidget(each)
        second = QHBoxLayout()
        second.setSpacing(GRID)
        second.addWidget(self._facts, 1)
        second.addWidget(self._words)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, 0)
        column.setSpacing(2)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self._bar)

    @property
    def state(self) -> str:
        """What is said of saving."""
        return self._state.text()

    @property
    def progress(self) -> str:
        """How far the review is, in words."""
        return self._words.text()

    def show_crop(self, crop: CropRow | None, review: ReviewRow | None) -> None:
        """Which crop is in hand, None for none."""
        self._crop, self._review = crop, review
        self._name.set_text("Mask editor" if crop is None else crop.path.name)
        self._name.setToolTip("" if crop is None else str(crop.path))
        self._facts.set_text(self._fact_words())

    def show_state(self, words: str) -> None:
        """What there is to say of saving."""
        self._state.setText(words)

    def show_progress(self, progress: ReviewProgress) -> None:
        """How far the review is."""
        self._words.setText(progress.words)
        self._bar.show_progress(progress)

    def _fact_words(self) -> str:
        crop, review = self._crop, self._review
        if crop is None:
            return "Nothing in hand"
        words = [crop.place]
        if crop.person is not None:
            words.append(crop.person)
        if review is not None and review.uncertainty is not None:
            words.append(f"the model is {1 - review.uncertainty:.0%} sure")
        if review is not None and review.state in _STATES:
            words.append(_STATES[review.state])
        return " · ".join(words)


def button(action: QAction, text: str) -> QPushButton:
    """A button that does what an action of the menu does, and says its key."""
    found = QPushButton(text)
    key = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    found.setToolTip(f"{action.toolTip()} ({key})")
    found.setAccessibleName(f"{action.iconText()} ({key})")
    found.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    found.clicked.connect(action.trigger)
    action.enabledChanged.connect(found.setEnabled)
    found.setEnabled(action.isEnabled())
    return found
