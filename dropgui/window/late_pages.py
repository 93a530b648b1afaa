"""The tabs of the map and of the suggested persons: built when they are first looked at."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget

from dropgui.gallery.grid import CropGrid
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.rows import CropFilter
from dropgui.map.page import MapPage
from dropgui.persons.page import PersonsPage
from dropgui.session import Session


class LatePages(QObject):
    """Adds both tabs, and tells their pages what the other pages are told."""

    chosen = Signal(int)
    """A crop was chosen on the map."""
    selection_changed = Signal()
    """Others are selected in the grid of a page."""

    def __init__(
        self,
        library: Library,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        tabs: QTabWidget,
        gallery: CropGrid,
    ) -> None:
        super().__init__(tabs)
        self._parts = library, session, runner, thumbnails
        self._tabs = tabs
        self._gallery = gallery
        self._filter = CropFilter()
        self.map: MapPage | None = None
        self.persons: PersonsPage | None = None
        self._rooms: dict[int, QStackedWidget] = {}
        self._makers: dict[int, Callable[[], QWidget]] = {}
        self._add("Map", "The crops by likeness (Ctrl+3)", self._make_map)
        self._persons_tab = self._add(
            "Persons", "Suggested persons, to accept or not (Ctrl+4)", self._make_persons
        )
        tabs.currentChanged.connect(self._shown)
        gallery.selection_changed.connect(self._show_selected)

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Show and suggest only from these crops."""
        self._filter = crop_filter
        if self.map is not None:
            self.map.set_filter(crop_filter)
        if self.persons is not None:
            self.persons.set_filter(crop_filter)

    def library_changed(self, change: Change) -> None:
        """Follow the library."""
        if self.map is not None:
            self.map.library_changed(change)
        if self.persons is not None:
            self.persons.library_changed(change)

    def grid(self, tab: int) -> CropGrid | None:
        """The grid of crops that a tab's page has, if it has one."""
        return self.persons.grid if self.persons is not None and tab == self._persons_tab else None

    def suggest(self) -> None:
        """Look for persons; the tab is in front already."""
        if self.persons is not None:
            self.persons.suggest()

    def close(self) -> None:
        """End the map's own work; before the shared runner and the library."""
        if self.map is not None:
            self.map.stop()

    def _add(self, title: str, tip: str, make: Callable[[], QWidget]) -> int:
        room = QStackedWidget()
        tab = self._tabs.addTab(room, title)
        self._tabs.setTabToolTip(tab, tip)
        self._rooms[tab], self._makers[tab] = room, make
        return tab

    def _shown(self, tab: int) -> None:
        make = self._makers.pop(tab, None)
        if make is not None:
            page, room = make(), self._rooms[tab]
            room.addWidget(page)
            room.setCurrentWidget(page)
            room.setFocusProxy(page)
        self._show_selected()

    def _make_map(self) -> QWidget:
        page = self.map = MapPage(*self._parts)
        page.set_filter(self._filter)
        page.selected.connect(self._gallery.select_crops)
        page.chosen.connect(self.chosen)
        page.setFocusProxy(page.scatter)
        return page

    def _make_persons(self) -> QWidget:
        page = self.persons = PersonsPage(*self._parts)
        page.set_filter(self._filter)
        page.grid.selection_changed.connect(self.selection_changed)
        page.setFocusProxy(page.start_button)
        return page

    def _show_selected(self) -> None:
        """The map shows what is selected in the gallery, while it is seen."""
        if self.map is not None and self.map.isVisible():
            self.map.set_selected(self._gallery.selected_ids())
