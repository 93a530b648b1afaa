"""The tabs of the map, the suggested persons and the duplicates: built when they are first looked at."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QTabWidget, QWidget

from dropgui import menus
from dropgui.duplicates.page import DuplicatesPage
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.rows import CropFilter
from dropgui.map.page import MapPage
from dropgui.persons.page import PersonsPage
from dropgui.session import Session

_GALLERY = 0  # place of the tab that the selection is made in


class LatePages(QObject):
    """Adds the tabs, and tells their pages what the other pages are told."""

    chosen = Signal(int)
    """A crop was chosen on the map."""
    grid_made = Signal(CropGrid)
    """A page has a grid of crops."""
    tab_wanted = Signal(int)
    """Bring this tab to the front."""
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
        self.duplicates: DuplicatesPage | None = None
        self._rooms: dict[int, QStackedWidget] = {}
        self._makers: dict[int, Callable[[], QWidget]] = {}
        self._map_tab = self._add("Map", "The crops by likeness", self._make_map)
        self._persons_tab = self._add("Persons", "Suggested persons, to accept or not", self._make_persons)
        self._duplicates_tab = self._add(
            "Duplicates", "Crops that hardly differ, side by side", self._make_duplicates
        )
        tabs.currentChanged.connect(self._shown)
        gallery.selection_changed.connect(self._show_selected)

    def fill_view(self, menu: QMenu) -> None:
        """The way to each tab."""
        tabs = {"Ma&p": self._map_tab, "P&ersons": self._persons_tab, "&Duplicates": self._duplicates_tab}
        for words, tab in tabs.items():
            menus.add(menu, words, lambda tab=tab: self.tab_wanted.emit(tab), f"Ctrl+{tab + 1}")  # type: ignore[misc]

    def fill_search(self, menu: QMenu) -> None:
        """What can be looked for in the whole library."""
        menus.add(menu, "Su&ggest Persons", self._suggest, "Ctrl+Shift+G")
        menus.add(menu, "Find &Duplicates", self._find_duplicates, "Ctrl+Shift+D")

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Show and suggest only from these crops."""
        self._filter = crop_filter
        for page in self._pages:
            page.set_filter(crop_filter)

    def library_changed(self, change: Change) -> None:
        """Follow the library."""
        for page in self._pages:
            page.library_changed(change)

    def grid(self, tab: int) -> CropGrid | None:
        """The grid of crops that a tab's page has, if it has one."""
        page = {self._persons_tab: self.persons, self._duplicates_tab: self.duplicates}.get(tab)
        return None if page is None else page.grid

    def close(self) -> None:
        """End the map's own work; before the shared runner and the library."""
        if self.map is not None:
            self.map.stop()

    @property
    def _pages(self) -> list[MapPage | PersonsPage | DuplicatesPage]:
        """Those that were looked at."""
        return [page for page in (self.map, self.persons, self.duplicates) if page is not None]

    def _add(self, title: str, tip: str, make: Callable[[], QWidget]) -> int:
        room = QStackedWidget()
        tab = self._tabs.addTab(room, title)
        self._tabs.setTabToolTip(tab, f"{tip} (Ctrl+{tab + 1})")
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

    def _suggest(self) -> None:
        self.tab_wanted.emit(self._persons_tab)
        assert self.persons is not None
        self.persons.look()

    def _find_duplicates(self) -> None:
        self.tab_wanted.emit(self._duplicates_tab)
        assert self.duplicates is not None
        self.duplicates.look()

    def _make_map(self) -> QWidget:
        page = self.map = MapPage(*self._parts)
        page.set_filter(self._filter)
        page.selected.connect(self._gallery.select_crops)
        page.chosen.connect(self.chosen)
        page.setFocusProxy(page.scatter)
        return page

    def _make_persons(self) -> QWidget:
        page = self.persons = PersonsPage(*self._parts)
        for grid in (page.grid, page.known):
            self.grid_made.emit(grid)
        page.set_filter(self._filter)
        page.grid.selection_changed.connect(self.selection_changed)
        page.setFocusProxy(page.start_button)
        return page

    def _make_duplicates(self) -> QWidget:
        page = self.duplicates = DuplicatesPage(*self._parts)
        self.grid_made.emit(page.grid)
        page.set_filter(self._filter)
        page.grid.selection_changed.connect(self.selection_changed)
        page.select_wanted.connect(self._select)
        page.setFocusProxy(page.start_button)
        return page

    def _select(self, crop_ids: list[int]) -> None:
        self._gallery.select_crops(crop_ids)
        self.tab_wanted.emit(_GALLERY)

    def _show_selected(self) -> None:
        """The map shows what is selected in the gallery, while it is seen."""
        if self.map is not None and self.map.isVisible():
            self.map.set_selected(self._gallery.selected)
