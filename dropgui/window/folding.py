"""Panels fold away where the page in front has too little room beside them, and come back when it has."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QStyle, QTabWidget, QWidget

_LEAST = 400  # pixels of the tabs, whatever their pages would rather have
_FAIR = 460  # pixels that the tabs have before a panel gives way, so that the window can become narrower


class PanelFolds(QObject):
    """The first of ``panels`` folds last. Who opens a folded panel by hand keeps it, until it is closed."""

    def __init__(self, window: QMainWindow, tabs: QTabWidget, panels: Sequence[QDockWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._tabs = tabs
        self._panels = tuple(panels)
        self._fitting = False
        self._folded: set[QDockWidget] = set()
        self._insisted: set[QDockWidget] = set()
        self._widths = {panel: panel.minimumSizeHint().width() for panel in panels}
        # Otherwise the widest page, also of a tab behind, would be the narrowest window, and panels that can
        # fold would count too: who makes the window narrow in one pull would be stopped until they have.
        tabs.setMinimumWidth(_LEAST)
        window.setMinimumWidth(_LEAST)
        tabs.currentChanged.connect(self._fit)
        for pages in tabs.findChildren(QStackedWidget):
            pages.currentChanged.connect(self._fit)
        for panel in panels:
            panel.toggleViewAction().triggered.connect(lambda on, panel=panel: self._toggled(panel, on))
        window.installEventFilter(self)

    def show(self, panel: QDockWidget) -> None:
        """Show a panel, now or as soon as there is room for it."""
        if panel.isHidden():
            self._folded.add(panel)
            self._fit()

    def unfold(self) -> None:
        """Show what was folded and fold no more: the window is remembered as its user left it."""
        self._fitting = True
        for panel in self._folded:
            panel.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window has another width, or is seen for the first time."""
        if watched is self._window and event.type() in {QEvent.Type.Resize, QEvent.Type.Show}:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        if self._fitting:  # showing a panel may change the window's width
            return
        self._fitting = True
        self._fold_and_show()
        self._fitting = False

    def _fold_and_show(self) -> None:
        page = self._page()
        needed = max(_FAIR, page.minimumWidth(), page.minimumSizeHint().width())
        fits = True
        for panel in self._panels:
            if not panel.isHidden() and panel.width() > 0:
                self._widths[panel] = panel.width()
            room = needed + self._widths[panel]
            # Where one that matters more has no room, a narrower one would only take its place.
            fits = fits and room <= self._window.width()
            if fits or panel in self._insisted:
                if panel in self._folded:
                    self._folded.remove(panel)
                    panel.show()
                needed = needed if panel.isHidden() else room
            elif not panel.isHidden():
                self._folded.add(panel)
                panel.hide()

    def _page(self) -> QWidget:
        """What is in front, through all pages of pages."""
        page: QWidget = self._tabs
        inner: QWidget | None = self._tabs.currentWidget()
        while inner is not None:
            page = inner
            inner = page.currentWidget() if isinstance(page, QStackedWidget) else None
        return page

    def _toggled(self, panel: QDockWidget, on: bool) -> None:
        self._folded.discard(panel)
        if on:
            self._insisted.add(panel)
        else:
            self._insisted.discard(panel)
        line = self._window.style().pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent)
        kept = sum(panel.minimumSizeHint().width() + line for panel in self._insisted)
        self._window.setMinimumWidth(_LEAST + kept)
