"""The room of teaching: what wires its page to the run, to the library and to the rest of the window."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QTabWidget

from dropgui import menus
from dropgui.dialogs.notice import NoticeBar
from dropgui.errors import UserError
from dropgui.finetuning import words
from dropgui.finetuning.plan import Plan
from dropgui.finetuning.protocol import Command, Event
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.runs import Run
from dropgui.gallery.feed import LibraryFeed
from dropgui.jobs.runner import Latest, Runner
from dropgui.jobs.version_jobs import VersionJobs, Word
from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.models import model_versions
from dropgui.library.rows import ModelVersionRow
from dropgui.training.estimator import Estimator
from dropgui.training.page import TeachPage
from dropgui.training.teacher import Teacher
from dropgui.weights.devices import devices_here


class TeachRoom(QObject):
    """Adds the tab; its page is built when it is first looked at, or when a run goes on already."""

    close_wanted = Signal()
    """The window was asked to close, and now it may."""

    def __init__(
        self,
        library: Library,
        runner: Runner,
        feed: LibraryFeed,
        tabs: QTabWidget,
        notice: NoticeBar,
        jobs: VersionJobs,
    ) -> None:
        super().__init__(tabs)
        self._notice = notice
        self._library = library
        self._runner = runner
        self._jobs = jobs
        self._versions = Latest(runner)
        self._tabs = tabs
        self._asked = False
        self._knows_devices = False
        self.teacher = Teacher(library, runner, self)
        self.estimator = Estimator(library, self)
        self.page: TeachPage | None = None
        self._room = QStackedWidget()
        self._tab = tabs.addTab(self._room, "Teach")
        self._key = f"Ctrl+{self._tab + 1}"
        tabs.setTabToolTip(self._tab, f"Teach the model what you said ({self._key})")
        tabs.currentChanged.connect(self._shown)
        feed.changed.connect(self._library_changed)
        self.teacher.followed.connect(self._followed)
        self.teacher.planned.connect(self._planned)
        self.teacher.told.connect(self._told)
        self.teacher.ended.connect(self._ended)
        self.teacher.failed.connect(self._show_error)
        self.teacher.left_behind.connect(self._tell_left_behind)
        jobs.work.began.connect(self._show_work)
        jobs.work.ended.connect(self._show_work)
        jobs.listen(self._hear)

    @property
    def busy(self) -> bool:
        """Whether a run goes on or is being started."""
        return self.teacher.live or self.teacher.busy

    def start(self) -> None:
        """Follow a run that an earlier window left, or tell how it ended."""
        self.teacher.attach()

    def fill_menu(self, menu: QMenu) -> None:
        """The way to the page."""
        menus.add(menu, "&Fine-tune…", self.show, self._key, "Teach the model what you said")

    def show(self) -> None:
        """Bring the tab to the front."""
        self._tabs.setCurrentIndex(self._tab)
        self._made().setFocus()

    def may_close(self) -> bool:
        """Whether the window may close; if not, the question is shown. Asked again, the run goes on."""
        if self.teacher.live and not self._asked:
            self._asked = True
            self.show()
            self._made().closing.ask()
            return False
        if self.teacher.live:
            self.teacher.leave(going_on=True)
        return True

    def close(self) -> None:
        """End; before the session and the library."""
        self.estimator.close()
        self.teacher.close()

    # -- the page ---------------------------------------------------------------------------------

    def _made(self) -> TeachPage:
        if self.page is None:
            page = self.page = TeachPage()
            self._room.addWidget(page)
            self._room.setFocusProxy(page)
            page.plan.start_wanted.connect(self._start)
            page.plan.estimate_wanted.connect(self.estimator.ask)
            page.plan.estimate.stopped.connect(self.estimator.stop)
            self.estimator.began.connect(page.plan.estimate.show_trying)
            self.estimator.known.connect(page.plan.estimate.show_estimate)
            self.estimator.stopped.connect(page.plan.estimate.show_stopped)
            self.estimator.failed.connect(self._not_estimated)
            page.plan.resume_wanted.connect(self._resume)
            page.plan.show_wanted.connect(self.teacher.show)
            page.plan.delete_wanted.connect(self.teacher.delete)
            page.run.wanted.connect(lambda command: self.teacher.send(cast("Command", command)))
            page.run.outcome.left.connect(self._leave_run)
            page.run.outcome.resume_wanted.connect(self._resume)
            page.run.outcome.retry_wanted.connect(self._retry)
            page.run.outcome.use_wanted.connect(self._jobs.use)
            page.run.outcome.drop_wanted.connect(self._jobs.propose_drop)
            page.closing.answered.connect(self._close)
            page.closing.stay.clicked.connect(self._stay)
        return self.page

    def _shown(self, tab: int) -> None:
        if tab == self._tab and not self._made().shows_run:
            self.teacher.read_plan()

    def _library_changed(self, change: Change) -> None:
        """There may be more to teach with; the version that a run made may be in use, or gone."""
        page = self.page
        if page is None:
            return
        if page.shows_run and (change.models or change.elsewhere):
            self._read_version(page.run.outcome.show_version)
        elif not page.shows_run and self._room.isVisible():
            self.teacher.read_plan()

    def _planned(self, found: Plan, last: Run | None) -> None:
        form = self._made().plan.form
        self._made().plan.show_plan(found, last)
        if not self._knows_devices:  # asks torch, which is not loaded before somebody looks here
            self._knows_devices = True
            self._runner.run(devices_here, form.show_devices)

    def _start(self, recipe: Recipe) -> None:
        self.estimator.stop()
        self._made().plan.set_busy(busy=True)
        self.teacher.start(recipe)

    def _resume(self, run: Run) -> None:
        self.estimator.stop()
        self._made().plan.set_busy(busy=True)
        self.teacher.resume(run)

    def _not_estimated(self, error: Exception) -> None:
        line = self._made().plan.estimate
        if isinstance(error, UserError):
            line.show_fault(str(error))
        else:
            line.clear()
            self._runner.failed.emit(error)

    def _retry(self, recipe: Recipe) -> None:
        page = self._made()
        page.plan.form.show_recipe(recipe)
        page.show_plan()
        self._start(recipe)

    def _leave_run(self) -> None:
        page = self._made()
        page.show_plan()
        self.teacher.read_plan()

    # -- the run ----------------------------------------------------------------------------------

    def _followed(self, run: Run) -> None:
        page = self._made()
        page.plan.set_busy(busy=False)
        page.run.begin(run)
        page.show_run()
        if run.state == "running" and not self._room.isVisible():
            self._notice.tell("The model is being taught, as before.", "Show", self.show)

    def _told(self, events: list[Event]) -> None:
        self._made().run.tell(self.teacher.story, events)

    def _ended(self, run: Run) -> None:
        def show(version: ModelVersionRow | None) -> None:
            page = self._made()
            page.run.end(run, self.teacher.story, version)
            page.show_run()
            page.closing.hide()
            self._asked = False
            if not self._room.isVisible():
                self._notice.tell(words.ended(run), "Show", self.show)

        self._read_version(show)

    def _tell_left_behind(self, run: Run) -> None:
        def show() -> None:
            self.show()
            self.teacher.show(run)

        self._notice.tell_when_free(words.ended(run), "Show", show)

    def _read_version(self, show: Callable[[ModelVersionRow | None], None]) -> None:
        """Look what became of the version that the run made, if it made one."""
        library, run = self._library, self.teacher.run

        def work() -> ModelVersionRow | None:
            made = None if run is None else run.result_id
            return next((one for one in model_versions(library) if one.id == made), None)

        self._versions.request(work, show)

    def _show_error(self, error: Exception) -> None:
        """In the page, where it was asked for; a bug goes where all bugs go."""
        page = self._made()
        page.plan.set_busy(busy=False)
        if not isinstance(error, UserError):
            self._runner.failed.emit(error)
        elif page.shows_run:
            page.run.outcome.show()
            page.run.outcome.show_error(str(error))
        else:
            page.plan.error.tell(str(error))

    # -- its version ------------------------------------------------------------------------------

    def _show_work(self, _: object = None) -> None:
        if self.page is not None:
            self.page.notice.hide()
            self.page.run.outcome.show_work(self._jobs.work.title)

    def _hear(self, word: Word) -> bool:
        seen = self.page is not None and self.page.isVisible() and self.page.shows_run
        if seen and self.page is not None:
            self.page.notice.tell(word.text, word.action, word.todo, error=word.is_fault)
        return seen

    # -- closing ----------------------------------------------------------------------------------

    def _close(self, going_on: bool) -> None:
        self.teacher.leave(going_on=going_on)
        self.close_wanted.emit()

    def _stay(self) -> None:
        self._asked = False
