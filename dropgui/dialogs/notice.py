"""A line above the grids that says what just happened and offers what to do; never a box in the way."""

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from dropgui.style import GRID

_SHOWN_MS = 8000


class NoticeBar(QWidget):
    """One message at a time; a newer one replaces it. What asks for nothing goes by itself after a while."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._action = QPushButton()
        self._action.clicked.connect(self._act)
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setAutoRaise(True)
        self._close.setAccessibleName("Dismiss message")
        self._close.setToolTip("Dismiss")
        self._close.clicked.connect(self._dismiss)
        self._fade = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._fade.timeout.connect(self._dismiss)
        self._waiting: deque[tuple[str, str, Callable[[], object]]] = deque()
        self._todo: Callable[[], object] | None = None
        self._is_error = False
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """The message, empty when none is shown."""
        return self._text.text() if not self.isHidden() else ""

    def tell(
        self,
        text: str,
        action: str | None = None,
        todo: Callable[[], object] | None = None,
        *,
        error: bool = False,
    ) -> None:
        """Show a message, with a button that does ``todo`` and closes it."""
        self._text.setText(text)
        self._action.setVisible(action is not None)
        self._action.setText(action or "")
        self._todo = todo
        self._is_error = error
        if error or action is not None:
            self._fade.stop()
        else:
            self._fade.start()
        self.show()
        self.update()

    def tell_when_free(self, text: str, action: str, todo: Callable[[], object]) -> None:
        """An offer that can wait until what is shown was dismissed."""
        if self.isHidden():
            self.tell(text, action, todo)
        else:
            self._waiting.append((text, action, todo))

    def paintEvent(self, _: QPaintEvent) -> None:
        """A ground that sets the message apart: the accent's, or red for an error."""
        ground = QColor("#c42b1c") if self._is_error else self.palette().color(QPalette.ColorRole.Highlight)
        ground.setAlphaF(0.16)
        QPainter(self).fillRect(self.rect(), ground)

    def _act(self) -> None:
        self.hide()
        if self._todo is not None:
            self._todo()
        if self.isHidden():  # nothing came of it yet
            self._dismiss()

    def _dismiss(self) -> None:
        self.hide()
        if self._waiting:
            self.tell(*self._waiting.popleft())
