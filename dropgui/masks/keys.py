"""A page whose commands have plain keys: they are its own while the focus is on it, and nowhere else.

Elsewhere in the window the same keys mean other things (a digit counts a part, X pushes away). The commands'
actions therefore carry their keys for menus and for the sheet of keys only, and the page answers them itself.
A widget that is typed into takes its keys before the page does.
"""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALSO = {Qt.Key.Key_Enter: Qt.Key.Key_Return, Qt.Key.Key_Backtab: Qt.Key.Key_Tab}


class KeyedPage(QWidget):
    """Answers the keys of its commands wherever on it the focus is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keyed: dict[tuple[int, int], QAction] = {}

    def add_commands(self, actions: Iterable[QAction]) -> None:
        """Answer these actions' keys from now on."""
        for action in actions:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            for shortcut in action.shortcuts():
                self._keyed[_key_of(shortcut)] = action

    def command(self, event: QKeyEvent) -> QAction | None:
        """The command that a key is of."""
        return self._keyed.get(_pressed(event))

    def answer_keys_of(self, view: QWidget) -> None:
        """Answer them also where ``view`` would make something else of them: a list looks for a letter."""
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A command's key goes no further."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and self.command(event) is not None
        ):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """A key that is a command here is not the window's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.command(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry the command out."""
        action = self.command(event)
        if action is None:
            super().keyPressEvent(event)
        elif action.isEnabled() and (action.autoRepeat() or not event.isAutoRepeat()):
            action.trigger()


def _key_of(shortcut: QKeySequence) -> tuple[int, int]:
    combination = shortcut[0]  # type: ignore[index]  # the stubs do not know
    return combination.key().value, combination.keyboardModifiers().value


def _pressed(event: QKeyEvent) -> tuple[int, int]:
    key = Qt.Key(event.key())
    key, modifiers = _ALSO.get(key, key), event.modifiers() & ~_KEYPAD
    if not (Qt.Key.Key_A <= key <= Qt.Key.Key_Z) and key.value < 0x80:
        modifiers &= ~_SHIFT  # which of these signs need it depends on the keyboard
    return key.value, modifiers.value
