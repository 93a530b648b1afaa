"""The rooms of the Model menu, and what the window does when another model answers."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QTabWidget

from dropgui.dialogs.notice import NoticeBar
from dropgui.evaluation_view.room import EvaluationRoom
from dropgui.gallery.feed import LibraryFeed
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.jobs.version_jobs import VersionJobs, Word
from dropgui.query.controller import QueryController
from dropgui.session import Session
from dropgui.status_bar import StatusBar
from dropgui.training.room import TeachRoom
from dropgui.versions_view.room import VersionsRoom


class ModelRooms(QObject):
    """Adds their tabs and wires them to the rest."""

    tab_wanted = Signal(int)
    """Bring this tab to the front."""
    chosen = Signal(int)
    """Search for this crop."""
    selection_changed = Signal()
    """Others are selected in the grid of a page."""
    switched = Signal()
    """Another model version answers searches from now on, or the one that does has another name."""

    def __init__(
        self,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        tabs: QTabWidget,
        status: StatusBar,
        feed: LibraryFeed,
        controller: QueryController,
        notice: NoticeBar,
    ) -> None:
        super().__init__(tabs)
        self.jobs = VersionJobs(session, runner, self)
        self.jobs.show_in(status.model_bar)
        self.jobs.failed.connect(runner.failed)
        self.teaching = TeachRoom(session.library, runner, feed, tabs, notice, self.jobs)
        self.versions = VersionsRoom(session, runner, thumbnails, tabs, self.jobs, self)
        self.jobs.unheard.connect(lambda word: _tell(notice, word))
        self.versions.tab_wanted.connect(self.tab_wanted)
        self.versions.switched.connect(self.switched)
        self.versions.renamed.connect(self.switched)
        self.versions.switched.connect(controller.reload_all)
        feed.changed.connect(self.versions.library_changed)
        self.evaluation = EvaluationRoom(session, runner, thumbnails, tabs, self)
        self.evaluation.tab_wanted.connect(self.tab_wanted)
        self.evaluation.chosen.connect(self.chosen)
        self.evaluation.selection_changed.connect(self.selection_changed)
        self.evaluation.recalibrated.connect(controller.reload_all)
        feed.changed.connect(self.evaluation.library_changed)

    def start(self) -> None:
        """Offer to go on with what the last run of the program left."""
        self.teaching.start()
        self.versions.start()

    def fill_menu(self, menu: QMenu) -> QMenu:
        """All of the menu; returns it."""
        self.teaching.fill_menu(menu)
        menu.addSeparator()
        self.versions.fill_menu(menu)
        menu.addSeparator()
        self.evaluation.fill_menu(menu)
        return menu

    def grid(self, tab: int) -> CropGrid | None:
        """The grid of crops that is in front on a tab, if there is one."""
        return self.evaluation.grid(tab)

    def close(self) -> None:
        """End what the rooms do; before the library is closed."""
        self.teaching.close()
        self.jobs.close()
        self.evaluation.close()


def _tell(notice: NoticeBar, word: Word) -> None:
    if word.can_wait and word.action is not None and word.todo is not None:
        notice.tell_when_free(word.text, word.action, word.todo)
    else:
        notice.tell(word.text, word.action, word.todo, error=word.is_fault)
