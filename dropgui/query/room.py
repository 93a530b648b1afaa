"""The query's room: what wires its parts to each other and to the rest of the window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMenu

from dropgui import menus
from dropgui.dialogs.notice import NoticeBar
from dropgui.gallery.library_panel import LibraryPanel
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropFilter, CropRow
from dropgui.query.controller import QueryController
from dropgui.query.filter_line import FilterLine
from dropgui.query.filter_words import joined, read_vocabulary
from dropgui.query.history import HistoryPopup
from dropgui.query.incoming import REMOTE, Incoming, incoming, may_come
from dropgui.query.panel import QueryPanel
from dropgui.query.saved import SavedSearches
from dropgui.query.targets import PersonTarget, Target
from dropgui.session import Session

_MOST_DROPPED = 8  # more pictures at once are a mistake: a folder was meant
_MOST_ADDED = 50  # selected crops that join a query: more were selected for something else


class QueryRoom(QObject):
    """Takes in what is searched for, from crops, persons, drops and the clipboard, and what narrows it."""

    searched = Signal()
    """Somebody is searched for: show the matches."""
    folder_given = Signal(Path)
    """A folder to index was dropped or pasted."""
    filter_changed = Signal(CropFilter)

    def __init__(
        self,
        session: Session,
        runner: Runner,
        controller: QueryController,
        panel: QueryPanel,
        library_panel: LibraryPanel,
        notice: NoticeBar,
        selected: Callable[[], list[int]],
    ) -> None:
        super().__init__(panel)
        self._library = session.library
        self._runner = runner
        self._controller = controller
        self._panel = panel
        self._library_panel = library_panel
        self._notice = notice
        self._selected = selected
        self.filter_line = FilterLine()
        self.history = HistoryPopup(session.library, runner, controller, panel)
        self.saved = SavedSearches(session, runner, controller, library_panel.saved, notice)
        self._reads = Latest(runner)
        panel.views.add_wanted.connect(self.add_selected)
        panel.negatives.add_wanted.connect(self.push_selected)
        panel.history_button.clicked.connect(self.show_history)
        library_panel.filter_changed.connect(lambda _: self._filter())
        self.filter_line.filter_changed.connect(lambda _: self._filter())
        controller.filter_wanted.connect(self._set_filter)
        self.history.chosen.connect(self.searched)
        self.saved.chosen.connect(self.searched)

    def fill_search(self, menu: QMenu) -> None:
        """Who can be searched for."""
        menus.add(menu, "Search for &Person of Selected Crop", self.search_person, "P")
        menus.add(menu, "Search for Pas&ted Picture", lambda: self.paste(add=False), "Ctrl+V")

    def fill_query(self, menu: QMenu) -> None:
        """What makes the query more telling."""
        menus.add(menu, "&Add Selected to Query", self.add_selected, "A")
        menus.add(menu, "Add Pasted Picture to &Query", lambda: self.paste(add=True), "Ctrl+Shift+V")
        menus.add(menu, "Selected Are N&ot Meant", self.push_selected, "X")

    def fill_history(self, menu: QMenu) -> None:
        """How a query is kept, and found again."""
        menus.add(menu, "&History", self.show_history, "Ctrl+H")
        menus.add(menu, "Sa&ve Search", self.saved.save, "Ctrl+S")

    def fill_filter(self, menu: QMenu) -> None:
        """Which crops are shown and searched."""
        menus.add(menu, "F&ilter…", self.focus_filter, "Ctrl+F")
        menus.add(menu, "&Whole Library (Untick Filters)", self.clear_filter, "Ctrl+Shift+A")

    def library_changed(self, change: Change) -> None:
        """Names, persons or crops may be others now."""
        self.saved.library_changed(change)
        if (
            change.cameras
            or change.folders
            or change.persons
            or change.tags
            or change.models
            or change.elsewhere
        ):
            self.read_names()

    def read_names(self) -> None:
        """Let the filter line know what can be named."""
        library = self._library
        self._reads.request(lambda: read_vocabulary(library), self.filter_line.set_vocabulary)

    def start(self) -> None:
        """Read what the library keeps; called once the window is on screen."""
        self.read_names()
        self.saved.reload()

    def add_selected(self) -> None:
        """The selected crops are views of the person that is searched for."""
        ids = self._selected()
        if self._too_many(ids):
            return
        if ids:
            self._controller.add_views(ids)
            self.searched.emit()
        else:
            self._notice.tell("Select crops of the same person first (Ctrl+Click), then add them.")

    def push_selected(self) -> None:
        """The selected crops show somebody who is not meant."""
        if self._controller.question is None:
            self._notice.tell("Search for somebody first; then say who is not meant.")
            return
        ids = self._selected()
        if self._too_many(ids):
            return
        if ids:
            self._controller.add_negatives(ids)
        else:
            self._notice.tell("Select crops of somebody who is not meant first (click on a match).")

    def _too_many(self, ids: list[int]) -> bool:
        """Whether so many crops are selected that it is a mistake to make all of them part of a query."""
        if len(ids) > _MOST_ADDED:
            many = f"{len(ids):,} crops are selected"
            self._notice.tell(f"{many}, and a query takes up to {_MOST_ADDED} at once. Select fewer.")
        return len(ids) > _MOST_ADDED

    def search_person(self) -> None:
        """Search for the person that the selected crop was confirmed as."""
        ids, library = self._selected()[:1], self._library

        def search(rows: dict[int, CropRow]) -> None:
            persons = [row.person_id for row in rows.values() if row.person_id is not None]
            if persons:
                self.show(PersonTarget(persons[0]))
            else:
                self._notice.tell("Select a crop that was confirmed as a person first.")

        self._runner.run(lambda: crop_rows(library, ids), search)

    def show(self, *targets: Target) -> None:
        """Search for these, views of one person."""
        self._controller.show(*targets)
        self.searched.emit()

    def focus_filter(self) -> None:
        """Let the user type a filter."""
        self.filter_line.setFocus()
        self.filter_line.selectAll()

    def show_history(self) -> None:
        """Show what was searched for before."""
        self.history.open_below(self._panel.history_button)

    def clear_filter(self) -> None:
        """The whole library counts."""
        self.filter_line.clear()
        self._library_panel.clear_filter()

    # -- pictures from outside --------------------------------------------------------------------

    def paste(self, *, add: bool) -> None:
        """Search for what is on the clipboard, or take it as another view."""
        # An empty clipboard has no data at all on some platforms, whatever the stubs say.
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        given = None if data is None else incoming(data, "Pasted picture")
        if given:
            self.receive(given, "view" if add else "query")
        else:
            self._notice.tell("There is no picture on the clipboard. Copy one, or a picture file, first.")

    @staticmethod
    def may_drop(event: QDragMoveEvent) -> bool:
        """Whether what is dragged may be for us."""
        return may_come(event.mimeData())

    def drop(self, event: QDropEvent) -> Callable[[], None] | None:
        """Take what is dropped on the window; what to do with it once the drag is over."""
        given = incoming(event.mimeData(), "Dropped picture")
        if not given:
            return None
        inside = self._panel.mapFrom(self._panel.window(), event.position().toPoint())
        place = self._place(inside)
        return lambda: self.receive(given, place)

    def receive(self, given: Incoming, place: str = "query") -> None:
        """Index folders; search for pictures, or add them to the query as ``place`` says."""
        for path in given.paths:
            if not path.exists():
                self._notice.tell(f"There is nothing at {path}. Is the drive plugged in?", error=True)
        folders = [path for path in given.paths if path.is_dir()]
        for folder in folders:
            self.folder_given.emit(folder)
        targets: list[Target] = [*(path for path in given.paths if path.is_file()), *given.pictures]
        if given.remote:
            self._notice.tell(REMOTE, error=True)
        elif len(targets) > _MOST_DROPPED or (targets and folders):
            self._notice.tell(
                f"Drop up to {_MOST_DROPPED} pictures of one person to search for them, or the folder the "
                "pictures are in to index it."
            )
        elif targets:
            self._take(targets, place)

    def _take(self, targets: list[Target], place: str) -> None:
        if place == "negative":
            self._controller.add_negatives(targets)
        elif place == "view":
            self._controller.add_views(targets)
            self.searched.emit()
        else:
            self.show(*targets)
            if len(targets) > 1:
                self._notice.tell(
                    f"{len(targets)} pictures are searched for together, as views of one person."
                )

    def _place(self, point: QPoint) -> str:
        shown = self._panel.isVisible() and self._panel.rect().contains(point)
        return self._panel.place_at(point) if shown else "query"

    # -- filters ----------------------------------------------------------------------------------

    def _filter(self) -> None:
        ticked, typed = self._library_panel.crop_filter(), self.filter_line.crop_filter
        self.filter_changed.emit(joined(ticked, typed))

    def _set_filter(self, crop_filter: CropFilter) -> None:
        self._library_panel.clear_filter()
        self.filter_line.set_filter(crop_filter)
