"""A line of buttons, each with a letter that works wherever on the page the keyboard is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from dropgui.flow import FlowLayout
from dropgui.style import GRID


@dataclass(frozen=True, slots=True)
class Step:
    """What a button does. ``apart`` ones, which decide nothing, stand on the right."""

    text: str
    key: Qt.Key
    do: Callable[[], None]
    tip: str
    apart: bool = False


class KeyButtons(QWidget):
    """The first step is the one that Enter means to most people, and looks so."""

    def __init__(
        self, steps: Sequence[Step], views: Sequence[QWidget], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self._steps = {int(step.key): step for step in steps}
        left, right = QHBoxLayout(), QHBoxLayout()
        for step in steps:
            button = QPushButton(step.text)
            _describe(button, step.text, step.tip)
            button.setDefault(step is steps[0])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(step.do)
            (right if step.apart else left).addWidget(button)
            self._buttons[step.text] = button
        flow = FlowLayout(self)
        flow.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID)
        for row, side in ((left, Qt.AlignmentFlag.AlignLeft), (right, Qt.AlignmentFlag.AlignRight)):
            box = QWidget()
            box.setLayout(row)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(GRID)
            flow.addWidget(box)
            flow.setAlignment(box, side)
        for view in views:
            view.installEventFilter(self)

    def set_able(self, able: Mapping[str, bool]) -> None:
        """Which steps can be taken now, by their texts."""
        for text, is_able in able.items():
            self._buttons[text].setEnabled(is_able)

    def set_shown(self, text: str, *, shown: bool) -> None:
        """Show a step only where it has a meaning."""
        self._buttons[text].setVisible(shown)

    def set_words(self, text: str, words: str, tip: str) -> None:
        """A step's button says something else: what it would do to the card in front."""
        button = self._buttons[text]
        button.setText(words)
        _describe(button, words, tip)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The letters come before the views' own keys and the window's."""
        if isinstance(event, QKeyEvent) and event.type() in {
            QEvent.Type.ShortcutOverride,
            QEvent.Type.KeyPress,
        }:
            code = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else event.key()
            step = self._steps.get(int(code))
            plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
            undoes = code == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if step is not None and (plain or undoes):
                event.accept()
                if event.type() == QEvent.Type.KeyPress and self._buttons[step.text].isEnabled():
                    step.do()
                return True
        return super().eventFilter(watched, event)


def _describe(button: QPushButton, words: str, tip: str) -> None:
    button.setToolTip(tip)
    button.setAccessibleName(f"{words} {tip[tip.rindex('(') :]}")
