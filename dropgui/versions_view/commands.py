"""What can be done with model versions: one action each, for the menu and for the page's buttons."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QPushButton

from dropgui import menus

if TYPE_CHECKING:
    from PySide6.QtGui import QAction


class Commands(QObject):
    """Actions by a short name; the page says which can be done now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._menu = QMenu()
        self._actions: dict[str, QAction] = {}

    def add(self, name: str, text: str, tip: str, do: Callable[[], object]) -> None:
        """A command."""
        action = menus.add(self._menu, text, do, tip=tip)
        action.setToolTip(tip)
        self._actions[name] = action

    def fill(self, menu: QMenu, *names: str) -> None:
        """Put commands into a menu."""
        menu.addActions([self._actions[name] for name in names])

    def set_able(self, name: str, *, able: bool, tip: str) -> None:
        """Whether it can be done, and what it does, or why it cannot be done."""
        action = self._actions[name]
        action.setEnabled(able)
        action.setToolTip(tip)
        action.setStatusTip(tip)

    def do(self, name: str) -> None:
        """Do it, if it can be done."""
        self._actions[name].trigger()

    def is_able(self, name: str) -> bool:
        """Whether it can be done now."""
        return self._actions[name].isEnabled()

    def button(self, name: str, text: str) -> QPushButton:
        """A button that does it."""
        action = self._actions[name]
        button = QPushButton(text)
        button.clicked.connect(action.trigger)

        def follow() -> None:
            button.setEnabled(action.isEnabled())
            button.setToolTip(action.toolTip())

        action.changed.connect(follow)
        follow()
        return button
