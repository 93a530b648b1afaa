"""Panels fold away while the window is too narrow for them, and come back when it is wide again."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow


class PanelFolds(QObject):
    """``least`` says of each panel how wide the window must be for it, device-independent pixels.

    Whoever opens a panel in a narrow window keeps it: only becoming too narrow folds one.
    """

    def __init__(self, window: QMainWindow, least: Mapping[QDockWidget, int]) -> None:
        super().__init__(window)
        self._least = dict(least)
        self._narrow = dict.fromkeys(least, False)
        self._folded: set[QDockWidget] = set()
        for panel in least:
            panel.toggleViewAction().triggered.connect(lambda _, panel=panel: self._folded.discard(panel))
        window.installEventFilter(self)

    def show(self, panel: QDockWidget) -> None:
        """Show a panel if there is room for it."""
        if not self._narrow[panel]:
            panel.show()

    def unfold(self) -> None:
        """Show what was folded: the window is remembered as its user left it."""
        for panel in self._folded:
            panel.show()
        self._folded.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window has another width."""
        if isinstance(event, QResizeEvent) and watched is self.parent():
            self._fit(event.size().width())
        return super().eventFilter(watched, event)

    def _fit(self, width: int) -> None:
        for panel, least in self._least.items():
            narrow = width < least
            if narrow == self._narrow[panel]:
                continue
            self._narrow[panel] = narrow
            if narrow and not panel.isHidden():
                self._folded.add(panel)
                panel.hide()
            elif not narrow and panel in self._folded:
                self._folded.remove(panel)
                panel.show()
