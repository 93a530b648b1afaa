"""The room of evaluation: its tab, its share of the Model menu, and what it asks for."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QTabWidget

from dropgui import menus
from dropgui.dialogs import questions
from dropgui.evaluation.result import Evaluation, WorstQuery
from dropgui.evaluation_view.page import EvaluatePage
from dropgui.evaluation_view.pair import PairView
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.changes import Change
from dropgui.session import Session
from dropgui.versions_view.commands import Commands


class EvaluationRoom(QObject):
    """Adds the tab; its page is built when it is first looked at."""

    tab_wanted = Signal(int)
    selection_changed = Signal()
    """Others are selected in :meth:`grid`, or another one is in front."""
    chosen = Signal(int)
    """Search for this crop."""
    recalibrated = Signal()
    """Searches tell other percentages from now on."""

    def __init__(
        self, session: Session, runner: Runner, thumbnails: Thumbnails, tabs: QTabWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._parts = session, runner, thumbnails
        self.page: EvaluatePage | None = None
        self._pair: PairView | None = None
        self._room = QStackedWidget()
        self._tab = tabs.addTab(self._room, "Evaluate")
        self._key = f"Ctrl+{self._tab + 1}"
        tabs.setTabToolTip(self._tab, f"How well a model version finds your persons ({self._key})")
        tabs.currentChanged.connect(lambda tab: self._made() if tab == self._tab else None)
        self.commands = Commands(self)
        add = self.commands.add
        add("measure", "&Measure the Chosen Version", "", self._measure)
        add("calibrate", "Calib&rate to This Library", "", self._on_page(EvaluatePage.calibrate))
        add("forget", "&Take Calibration Back", "", self._on_page(EvaluatePage.forget))
        add("page", "Export Evaluation as &Page…", "", self._ask_page)
        add("tables", "Export Evaluatio&n as Tables…", "", self._ask_tables)
        add("charts", "E&xport Evaluation as Curves…", "", self._ask_charts)
        self._show_able()

    def fill_menu(self, menu: QMenu) -> None:
        """The way to the page, and what can be done there."""
        menus.add(menu, "Eva&luate…", self.show, self._key, "See how well a model version finds your persons")
        self.commands.fill(menu, "measure", "calibrate", "forget")
        menu.addSeparator()
        self.commands.fill(menu, "page", "tables", "charts")

    def show(self) -> None:
        """Bring the tab to the front."""
        self._made()
        self.tab_wanted.emit(self._tab)

    def grid(self, tab: int) -> CropGrid | None:
        """The grid of crops that is in front, if this tab is and has one."""
        page = self.page
        if page is None or tab != self._tab:
            return None
        return page.worst.grid if self._shows_pair or page.worst.isVisible() else None

    @property
    def pair(self) -> PairView:
        """A bad search beside one of its matches; made when it is first wanted."""
        if self._pair is None:
            session, runner, _ = self._parts
            page, pair = self._made(), PairView(session, runner, self)
            self._pair = pair
            self._room.addWidget(pair.page)
            pair.shown.connect(self._show_pair)
            pair.left.connect(self._leave_pair)
            pair.chosen.connect(self.chosen)
            pair.failed.connect(page.tell)
        return self._pair

    def library_changed(self, change: Change) -> None:
        """Follow the library."""
        if self.page is not None:
            self.page.library_changed(change)
        if self._pair is not None:
            self._pair.library_changed(change)

    def close(self) -> None:
        """End what is being done; before the library is closed."""
        if self.page is not None:
            self.page.close_work()

    def _made(self) -> EvaluatePage:
        if self.page is None:
            session, runner, thumbnails = self._parts
            page = self.page = EvaluatePage(session, runner, thumbnails)
            self._room.addWidget(page)
            self._room.setFocusProxy(page)
            page.chosen.connect(self.chosen)
            page.worst.pair_wanted.connect(self._compare)
            page.worst.grid.selection_changed.connect(self.selection_changed)
            page.sections.currentChanged.connect(self.selection_changed)
            page.failed.connect(runner.failed)
            page.recalibrated.connect(self.recalibrated)
            page.able_changed.connect(self._show_able)
            inner = QMenu(page.export)
            self.commands.fill(inner, "page", "tables", "charts")
            page.export.setMenu(inner)
            self._show_able()
        return self.page

    @property
    def _shows_pair(self) -> bool:
        return self._pair is not None and self._room.currentWidget() is self._pair.page

    def _compare(self, found: Evaluation, query: WorstQuery, place: int) -> None:
        self.pair.show_pair(found, query, place)

    def _show_pair(self, crop_id: int) -> None:
        self._made().worst.grid.select(crop_id)
        self._room.setCurrentWidget(self.pair.page)
        self._room.setFocusProxy(self.pair.page)

    def _leave_pair(self) -> None:
        if self._shows_pair:
            page = self._made()
            self.pair.drop()
            self._room.setCurrentWidget(page)
            self._room.setFocusProxy(page)
            page.worst.grid.setFocus()

    def _measure(self) -> None:
        self._leave_pair()
        self.show()
        self._made().measure()

    def _on_page(self, do: Callable[[EvaluatePage], None]) -> Callable[[], None]:
        def work() -> None:
            self._leave_pair()
            self.show()
            do(self._made())

        return work

    def _ask_page(self) -> None:
        if self.page is not None and (chosen := questions.which_page(self.page, "evaluation.html")):
            self.page.export_page(chosen)

    def _ask_tables(self) -> None:
        self._ask_folder("Export the tables into a folder", EvaluatePage.export_tables)

    def _ask_charts(self) -> None:
        self._ask_folder("Export the curves into a folder", EvaluatePage.export_charts)

    def _ask_folder(self, title: str, do: Callable[[EvaluatePage, Path], None]) -> None:
        if self.page is not None and (chosen := questions.which_output_folder(self.page, title)):
            do(self.page, chosen)

    def _show_able(self) -> None:
        page = self.page
        found = None if page is None else page.found
        busy = page is not None and page.work.busy
        none = "Measure first" if found is None else "Wait until that is done, or stop it" if busy else None
        certainty = None if found is None else found.certainty
        say = self.commands.set_able
        say("measure", able=not busy, tip="Look for every labelled crop among all the others")
        fitted = certainty is not None and certainty.fitted is not None and not certainty.is_fitted
        too_few = "There are too few persons to fit percentages to, or it is done already"
        say(
            "calibrate",
            able=none is None and fitted,
            tip=none or ("Fit the percentages of searches to this library" if fitted else too_few),
        )
        own = certainty is not None and certainty.own is not None
        say(
            "forget",
            able=none is None and own,
            tip=none
            or ("Tell again what the model brought" if own else "Nothing was fitted to this library"),
        )
        say("page", able=none is None, tip=none or "Write all of it as one page for a browser (HTML)")
        say("tables", able=none is None, tip=none or "Write the tables as CSV files into a folder")
        say("charts", able=none is None, tip=none or "Write the curves as PNG pictures into a folder")
