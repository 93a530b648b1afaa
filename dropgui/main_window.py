"""The main window: library panel, gallery and matches, query panel, status; it wires the rooms together."""

import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui import menus, model_words
from dropgui.compare.room import Comparison
from dropgui.dialogs import questions
from dropgui.dialogs.notice import NoticeBar
from dropgui.dialogs.problems import ProblemsPanel
from dropgui.dialogs.shortcuts import ShortcutSheet
from dropgui.errors import UserError
from dropgui.gallery.feed import LibraryFeed
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.library_panel import LibraryPanel
from dropgui.gallery.model import CropModel
from dropgui.gallery.pages import GalleryPages
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.gallery.welcome import Welcome
from dropgui.jobs.index_job import IndexJobs
from dropgui.jobs.runner import Runner
from dropgui.library.changes import Change
from dropgui.library.jobs import interrupted_jobs
from dropgui.library.library import Library
from dropgui.library.queries import Counts, CropFilter, Fault
from dropgui.masks.room import MaskRoom
from dropgui.matches.commands import MatchCommands
from dropgui.matches.judge import Judge
from dropgui.matches.page import MatchesPage
from dropgui.persons.commands import PersonCommands
from dropgui.query.controller import QueryController, Subject
from dropgui.query.incoming import Incoming
from dropgui.query.panel import QueryPanel
from dropgui.query.room import QueryRoom
from dropgui.query.selection import PartSelection
from dropgui.query.targets import PersonTarget, Target
from dropgui.session import Session
from dropgui.settings import Appearance, Settings, data_folder
from dropgui.status_bar import StatusBar
from dropgui.window.corner import FilterRow
from dropgui.window.folding import PanelFolds
from dropgui.window.grid_commands import GridCommands
from dropgui.window.index_words import IndexWords
from dropgui.window.late_pages import LatePages
from dropgui.window.library_commands import LibraryCommands
from dropgui.window.model_rooms import ModelRooms

log = logging.getLogger(__name__)

GALLERY, MATCHES, MASKS, MAP, PERSONS, DUPLICATES = range(6)


class MainWindow(QMainWindow):
    """One open library. Closing the window ends its work cleanly and lets go of the library."""

    demo_wanted = Signal()
    library_wanted = Signal(Path)
    appearance_wanted = Signal(Appearance)
    closed = Signal()

    def __init__(self, library: Library, settings: Settings, *, title: str | None = None) -> None:
        super().__init__()
        self._library = library
        self._settings = settings
        self._title = title or library.path.stem
        self.session = Session(library)
        self.runner = Runner(self)
        self.runner.failed.connect(self.report)
        self.thumbnails = Thumbnails(self)
        self.gallery_model = CropModel(library, self.runner, self.thumbnails, self)
        self.match_model = CropModel(library, self.runner, self.thumbnails, self)
        self.gallery = CropGrid(self.gallery_model, self.thumbnails, matches=False)
        self.matches = CropGrid(self.match_model, self.thumbnails, matches=True)
        self.selection = PartSelection(self)
        self.controller = QueryController(self.session, self.runner, self.selection)
        self.jobs = IndexJobs(self.session, self)
        self.feed = LibraryFeed(library, self.runner)
        self.welcome = Welcome()
        self.notice = NoticeBar()
        self.problems = ProblemsPanel()
        self.library_panel = LibraryPanel()
        self.query_panel = QueryPanel(self.controller, self.selection)
        self.judge = Judge(library, self.runner, self.controller, self)
        self.matches_page = MatchesPage(
            self.controller, self.selection, self.judge, self.match_model, self.matches, self.runner
        )
        self.match_commands = MatchCommands(
            self.session, self.runner, self.controller, self.judge, self.matches_page
        )
        parts = (self.session, self.runner, self.controller, self.selection, self.match_model, self.matches)
        self.comparison = Comparison(*parts, self.matches_page, self.matches_page.decide, self)
        self.person_commands = PersonCommands(library, self.judge, self.library_panel)
        self.status = StatusBar()
        self.job_bar = self.status.job_bar
        self.index_words = IndexWords(self.session, self.runner, self.jobs, self.job_bar, self.notice)
        self.library_commands = LibraryCommands(self.library_panel, self.index_words, self)
        grids = (self.gallery, self.matches)
        self.grid_commands = GridCommands(library, self.runner, grids, lambda: self._grid)
        self.query_room = QueryRoom(
            self.session,
            self.runner,
            self.controller,
            self.query_panel,
            self.library_panel,
            self.notice,
            self._selected_ids,
        )
        self.masks = MaskRoom(
            self.session, self.runner, self.thumbnails, self.controller, self._selected_ids, self
        )
        self._counts = Counts(0, 0, 0, 0)
        self.model_ready = False
        self._build()
        self._connect()
        self._make_menus()
        self._restore()

    def start(self) -> None:
        """Read the library, then load the model; called once the window is on screen."""
        # One after the other: importing torch would keep the interpreter from everything else.
        self.feed.crops.connect(self._load_model, Qt.ConnectionType.SingleShotConnection)
        self.feed.crops.connect(self.query_room.start, Qt.ConnectionType.SingleShotConnection)
        self.feed.reload()
        self.runner.run(lambda: interrupted_jobs(self._library), self.index_words.offer_resume)
        self.model_rooms.start()

    def _load_model(self) -> None:
        def load() -> tuple[str, str]:
            extractor = self.session.extractor
            card, waits = extractor.model.card, self.session.starter_waits
            name = self.session.model_version.name
            return model_words.short(name, extractor), model_words.warning(card, starter_waits=waits)

        self.runner.run(load, lambda words: self._show_model(*words), self._model_failed)

    def add_paths(self, paths: list[Path]) -> None:
        """Folders are indexed, pictures become the query."""
        self.query_room.receive(Incoming(tuple(paths)))

    def search_for(self, target: Target) -> None:
        """Make a crop, a person or a picture the query and show its matches."""
        self.query_room.show(target)

    def _show_matches(self) -> None:
        self._show_tab(MATCHES)
        self.folds.show(self.query_dock)

    def report(self, error: Exception) -> None:
        """Tell the user of an error: a fault in its own words, a bug as what it is."""
        if isinstance(error, UserError):
            self.notice.tell(str(error), error=True)
        else:
            self.notice.tell(
                f"Something went wrong inside the program ({type(error).__name__}: {error}). "
                f"Nothing you made is lost. Details are in {data_folder() / 'dropgui.log'}.",
                error=True,
            )

    # -- layout -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setWindowTitle(f"{self._title} – dropgui")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(False)
        self.gallery_pages = GalleryPages(self.welcome, self.gallery)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.gallery_pages, "Gallery")
        self.tabs.addTab(self.comparison.pages, "Matches")
        self.tabs.setTabToolTip(GALLERY, "All crops of the library (Ctrl+1)")
        self.tabs.setTabToolTip(MATCHES, "Crops ranked by likeness to the query (Ctrl+2)")
        self.tabs.addTab(self.masks.pages, "Mask editor")
        self.tabs.setTabToolTip(MASKS, "Correct what the model saw of a crop (Ctrl+3, or E on a crop)")
        self.late = LatePages(
            self._library, self.session, self.runner, self.thumbnails, self.tabs, self.gallery
        )
        shared = (self.session, self.runner, self.thumbnails, self.tabs, self.status, self.feed)
        self.model_rooms = ModelRooms(*shared, self.controller, self.notice)
        self.problems.hide()
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.tabs)
        split.addWidget(self.problems)
        split.setSizes([600, 180])
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(FilterRow(self.query_room.filter_line, self.menuBar(), self.tabs))
        column.addWidget(self.notice)
        column.addWidget(split, 1)
        self.setCentralWidget(middle)
        self.library_dock = self._dock(
            "Library Panel", self.library_panel, Qt.DockWidgetArea.LeftDockWidgetArea
        )
        self.query_dock = self._dock("Query Panel", self.query_panel, Qt.DockWidgetArea.RightDockWidgetArea)
        self.setStatusBar(self.status)
        self.folds = PanelFolds(self, self.tabs, (self.query_dock, self.library_dock))

    def _dock(self, name: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(name, self)
        dock.setObjectName(name)
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        dock.setTitleBarWidget(QWidget(dock))  # the panels carry their own headings
        dock.setWidget(panel)
        self.addDockWidget(area, dock)
        return dock

    def _restore(self) -> None:
        self.grid_commands.set_card_width(self._settings.card_width)
        kept = self._settings.window()
        if kept is None:
            self.resize(QSize(1280, 760).boundedTo(self.screen().availableSize()))
            self.resizeDocks([self.library_dock, self.query_dock], [208, 344], Qt.Orientation.Horizontal)
        else:
            self.restoreGeometry(kept[0])
            self.restoreState(kept[1])

    def _make_menus(self) -> None:
        bar = menus.letters_open_menus(self.menuBar())
        library = self.library_commands.fill_library(bar.addMenu("&Library"))
        menus.add(library, "&Quit", self.close, "Ctrl+Q")
        edit = self.match_commands.fill_edit(bar.addMenu("&Edit"))
        self.person_commands.fill_edit(edit)
        edit.addSeparator()
        self.grid_commands.fill_edit(edit)
        view = bar.addMenu("&View")
        menus.add(view, "&Gallery", lambda: self._show_tab(GALLERY), "Ctrl+1")
        menus.add(view, "&Matches", lambda: self._show_tab(MATCHES), "Ctrl+2")
        menus.add(view, "Mas&k Editor", lambda: self._show_tab(MASKS), "Ctrl+3")
        self.late.fill_view(view)
        view.addSeparator()
        self.grid_commands.fill_view(view)
        view.addSeparator()
        for dock, key in ((self.library_dock, "F9"), (self.query_dock, "F10")):
            action = dock.toggleViewAction()
            action.setShortcut(key)
            view.addAction(action)
        menus.add(view, "Show Pro&blems", self.problems.show)
        view.addSeparator()
        menus.add(view, "Show Mask on &Query", self.query_panel.toggle_mask, "M")
        self.match_commands.fill_view(view)
        view.addSeparator()
        menus.add_appearances(view, self._settings.appearance, self.appearance_wanted.emit)
        search = bar.addMenu("&Search")
        menus.add(search, "&Search for Selected Crop", self._search_selected, "Ctrl+Return")
        self.person_commands.fill_search(search)
        self.query_room.fill_search(search)
        search.addSeparator()
        self.query_room.fill_query(search)
        menus.add_presets(search, self.selection)
        search.addAction(self.comparison.action)
        self.match_commands.fill_search(search)
        search.addSeparator()
        self._back = menus.add(search, "&Back", lambda: self._step_query(-1), "Alt+Left")
        self._forward = menus.add(search, "&Forward", lambda: self._step_query(1), "Alt+Right")
        self.query_room.fill_history(search)
        search.addSeparator()
        self.query_room.fill_filter(search)
        self.person_commands.fill_filter(search)
        search.addSeparator()
        self.late.fill_search(search)
        masks = self.masks.commands.fill_menu(bar.addMenu("&Mask"))
        model = self.model_rooms.fill_menu(bar.addMenu("M&odel"))
        help_menu = bar.addMenu("&Help")
        shown = (library, edit, view, search, masks, model, help_menu)
        menus.add(help_menu, "&Keyboard Shortcuts", lambda: ShortcutSheet(shown, self).open(), "F1")
        menus.add(help_menu, "&About dropgui", self._show_about)
        menus.add_key(self, "Back to gallery", "Esc", lambda: self._show_tab(GALLERY))
        menus.add_part_keys(self, self.selection)
        self._show_history()

    # -- wiring -----------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.feed.crops.connect(self._show_crops)
        self.feed.places.connect(self.library_panel.set_rows)
        self.feed.persons.connect(self.library_panel.set_persons)
        self.feed.counted.connect(self._show_counts)
        self.feed.problems.connect(self._show_problems)
        self.feed.changed.connect(self._library_changed)
        self.gallery.chosen.connect(self.search_for)
        self.matches.chosen.connect(self.search_for)
        for changing in (self.gallery, self.matches, self.late, self.model_rooms):
            changing.selection_changed.connect(self._show_counted)
        self.tabs.currentChanged.connect(self._show_counted)
        self.late.chosen.connect(self.search_for)
        self.late.tab_wanted.connect(self._show_tab)
        self.model_rooms.tab_wanted.connect(self._show_tab)
        self.model_rooms.chosen.connect(self.search_for)
        self.model_rooms.switched.connect(self._load_model)
        self.model_rooms.teaching.close_wanted.connect(self.close)
        self.late.grid_made.connect(self.grid_commands.add)
        self.feed.changed.connect(self.late.library_changed)
        self.feed.changed.connect(self.masks.library_changed)
        self.masks.live_in(self.tabs, MASKS, self.match_commands.undo)
        self.masks.told.connect(self.notice.tell)
        self.masks.offered.connect(self.notice.tell)
        self.masks.failed.connect(self.report)
        self.person_commands.search_wanted.connect(lambda person: self.search_for(PersonTarget(person)))
        self.person_commands.crops_wanted.connect(lambda: self._show_tab(GALLERY))
        self.person_commands.told.connect(self.notice.tell)
        self.person_commands.refused.connect(self.report)
        self.tabs.currentChanged.connect(lambda tab: self.match_commands.set_in_front(tab == MATCHES))
        self.tabs.currentChanged.connect(lambda tab: self.query_room.saved.set_in_front(tab == MATCHES))
        self.welcome.add_folder.connect(self.library_commands.ask_folder)
        self.welcome.open_demo.connect(self.demo_wanted)
        self.problems.closed.connect(self.problems.hide)
        self.status.problems_wanted.connect(lambda: self.problems.setVisible(self.problems.isHidden()))
        self.query_room.filter_changed.connect(self._filter)
        self.query_room.folder_given.connect(self.jobs.add)
        self.query_room.searched.connect(self._show_matches)
        self.gallery_pages.whole_library_wanted.connect(self.query_room.clear_filter)
        self.library_panel.rescan.connect(self.jobs.add)
        self.library_commands.folder_wanted.connect(self.jobs.add)
        self.library_commands.picture_wanted.connect(self.search_for)
        self.library_commands.library_wanted.connect(self.library_wanted)
        self.library_commands.demo_wanted.connect(self.demo_wanted)
        self.library_panel.unclear.connect(self.notice.tell)
        self.controller.failed.connect(self.report)
        self.match_commands.failed.connect(self.report)
        self.match_commands.told.connect(self.notice.tell)
        self.feed.changed.connect(self.matches_page.library_changed)
        self.controller.history_changed.connect(self._show_history)
        self.controller.loaded.connect(self._subject_loaded)
        self.index_words.resumed.connect(self.add_paths)
        self.index_words.problems_wanted.connect(self.problems.show)
        self.index_words.failed.connect(self.report)

    def _show_crops(self, ids: npt.NDArray[np.int64]) -> None:
        self.gallery_model.set_ids(ids)
        self.gallery_pages.show_crops(len(ids))
        if self._counts.crops:  # at the start they come after
            self._show_counted()

    def _show_counts(self, numbers: Counts) -> None:
        self._counts = numbers
        self.gallery_pages.show_total(numbers.crops)
        self._show_counted()

    @property
    def _grid(self) -> CropGrid:
        """The grid of the tab in front; the gallery's for the map."""
        tab = self.tabs.currentIndex()
        grid = self.matches if tab == MATCHES else self.late.grid(tab) or self.model_rooms.grid(tab)
        return grid or self.gallery

    def _show_counted(self) -> None:
        self.status.show_counts(self._counts, len(self.gallery_model.ids), self._grid.selected_count())

    def _show_problems(self, found: list[Fault]) -> None:
        self.problems.set_faults(found)
        self.status.show_problems(len(found))

    def _library_changed(self, change: Change) -> None:
        removed = frozenset(change.crops_removed)
        touched = removed.union(change.crops_added, change.crops_changed)
        self.controller.crops_removed(removed)
        self.query_room.library_changed(change)
        self.thumbnails.refresh(touched)
        self.gallery_model.refresh(touched)
        self.match_model.refresh(touched)
        if touched or change.elsewhere:
            self.controller.crops_changed(touched)

    def _filter(self, crop_filter: CropFilter) -> None:
        self.controller.set_filter(crop_filter)  # first: the answer is looked at while the rest is read
        self.feed.set_filter(crop_filter)
        self.late.set_filter(crop_filter)
        self.masks.set_filter(crop_filter)

    def _subject_loaded(self, subject: Subject) -> None:
        if subject.crop_id is not None:
            self.gallery.select(subject.crop_id)

    def _show_history(self) -> None:
        self._back.setEnabled(self.controller.can_step(-1))
        self._forward.setEnabled(self.controller.can_step(1))

    def _step_query(self, step: int) -> None:
        self.controller.step(step)
        self._show_tab(MATCHES)

    def _show_tab(self, tab: int) -> None:
        self.tabs.setCurrentIndex(tab)
        (self._grid if tab in {GALLERY, MATCHES} else self.tabs.currentWidget()).setFocus()

    def _selected_ids(self) -> list[int]:
        return self._grid.selected_ids()

    def _search_selected(self) -> None:
        if selected := self._selected_ids():
            self.search_for(selected[0])

    # -- model -----------------------------------------------------------------------------------

    def _show_model(self, words: str, warning: str) -> None:
        self.runner.run(self.session.warm)
        if not self.model_ready:
            self.masks.start()
        self.model_ready = True
        self.status.show_model(words, warning)
        self.matches_page.warning.setText(warning)
        self.matches_page.warning.setVisible(bool(warning))

    def _model_failed(self, error: Exception) -> None:
        self.status.show_model("No model")
        self.report(error)

    def _show_about(self) -> None:
        model = model_words.about(self.session.extractor.model.card) if self.model_ready else ""
        questions.about(self, model)

    # -- Qt's own ---------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders and pictures may be dropped anywhere on the window."""
        if self.query_room.may_drop(event):
            event.acceptProposedAction()
            self.welcome.set_armed(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """As on entering."""
        if self.query_room.may_drop(event):
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is about to be dropped."""
        super().dragLeaveEvent(event)
        self.welcome.set_armed(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what is dropped now, start once the drag is over."""
        self.welcome.set_armed(False)
        if take := self.query_room.drop(event):
            event.acceptProposedAction()
            QTimer.singleShot(0, self, take)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End all work in order: what writes first, the library last."""
        if not self.model_rooms.teaching.may_close():
            event.ignore()
            return
        self._settings.card_width = self.gallery.card_width
        self.folds.unfold()
        self._settings.save_window(self.saveGeometry(), self.saveState())
        self.hide()  # the batch in hand may take a moment to end
        work = (self.feed, self.jobs, self.late, self.model_rooms, self.masks, self.thumbnails, self.judge)
        steps = (*work, self.runner, self.session, self._library)
        for step in steps:
            try:
                step.close()
            except UserError:
                # Nothing is left to tell it to; what is not closed must not keep the rest open.
                log.exception("The window closed, but not all of it")
        super().closeEvent(event)
        self.closed.emit()
