"""The room of teaching: what wires its page to the run, to the library and to the rest of the window."""

from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QTabWidget

from dropgui import menus
from dropgui.dialogs.notice import NoticeBar
from dropgui.errors import UserError
from dropgui.finetuning.plan import Plan
from dropgui.finetuning.protocol import Command, Event
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.runs import Run
from dropgui.gallery.feed import LibraryFeed
from dropgui.indexing.progress import CancelToken, Progress
from dropgui.jobs.runner import Runner
from dropgui.library.models import model_versions
from dropgui.session import Session
from dropgui.training.page import TeachPage
from dropgui.training.teacher import Teacher
from dropgui.versions.drop import drop_version
from dropgui.versions.use import UseReport, use_version


class TeachRoom(QObject):
    """Adds the tab; its page is built when it is first looked at, or when a run goes on already."""

    close_wanted = Signal()
    """The window was asked to close, and now it may."""
    _progressed = Signal(Progress)

    def __init__(
        self, session: Session, runner: Runner, feed: LibraryFeed, tabs: QTabWidget, notice: NoticeBar
    ) -> None:
        super().__init__(tabs)
        self._notice = notice
        self._session = session
        self._library = session.library
        self._runner = runner
        self._worker = Runner(self, threads=1)  # making a version ready takes minutes
        self._tabs = tabs
        self._cancel = CancelToken()
        self._working = False
        self._asked = False
        self.teacher = Teacher(session.library, runner, self)
        self.page: TeachPage | None = None
        self._room = QStackedWidget()
        self._tab = tabs.addTab(self._room, "Teach")
        self._key = f"Ctrl+{self._tab + 1}"
        tabs.setTabToolTip(self._tab, f"Teach the model what you said ({self._key})")
        tabs.currentChanged.connect(self._shown)
        feed.changed.connect(lambda _: self._library_changed())
        self.teacher.followed.connect(self._followed)
        self.teacher.planned.connect(self._planned)
        self.teacher.told.connect(self._told)
        self.teacher.ended.connect(self._ended)
        self.teacher.failed.connect(self._show_error)
        self._progressed.connect(self._show_progress)

    @property
    def busy(self) -> bool:
        """Whether a run goes on or is being started, or a version is being made ready."""
        return self.teacher.live or self.teacher.busy or self._working

    def start(self) -> None:
        """Follow a run that an earlier window left."""
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
        self._cancel.cancel()
        self._worker.close()
        self.teacher.close()

    # -- the page ---------------------------------------------------------------------------------

    def _made(self) -> TeachPage:
        if self.page is None:
            page = self.page = TeachPage()
            self._room.addWidget(page)
            self._room.setFocusProxy(page)
            page.plan.start_wanted.connect(self._start)
            page.plan.resume_wanted.connect(self._resume)
            page.plan.show_wanted.connect(self.teacher.show)
            page.plan.delete_wanted.connect(self.teacher.delete)
            page.run.wanted.connect(lambda command: self.teacher.send(cast("Command", command)))
            page.run.outcome.left.connect(self._leave_run)
            page.run.outcome.resume_wanted.connect(self._resume)
            page.run.outcome.retry_wanted.connect(self._retry)
            page.run.outcome.use_wanted.connect(self._use)
            page.run.outcome.drop_wanted.connect(self._drop)
            page.run.outcome.cancelled.connect(self._stop_work)
            page.closing.answered.connect(self._close)
            page.closing.stay.clicked.connect(self._stay)
        return self.page

    def _shown(self, tab: int) -> None:
        if tab == self._tab and not self._made().shows_run:
            self.teacher.read_plan()

    def _library_changed(self) -> None:
        """There may be more to teach with."""
        if self.page is not None and not self.page.shows_run and self._room.isVisible():
            self.teacher.read_plan()

    def _planned(self, found: Plan, last: Run | None) -> None:
        self._made().plan.show_plan(found, last)

    def _start(self, recipe: Recipe) -> None:
        self._made().plan.set_busy(busy=True)
        self.teacher.start(recipe)

    def _resume(self, run: Run) -> None:
        self._made().plan.set_busy(busy=True)
        self.teacher.resume(run)

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
        def work() -> bool:
            return any(one.id == run.result_id and not one.active for one in model_versions(self._library))

        def show(known: bool) -> None:
            page = self._made()
            page.run.end(run, self.teacher.story, known=known)
            page.show_run()
            page.closing.hide()
            self._asked = False
            if not self._room.isVisible():
                self._notice.tell("Teaching has ended.", "Show", self.show)

        self._runner.run(work, show, self._runner.failed.emit)

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

    # -- the version ------------------------------------------------------------------------------

    def _use(self, version: int) -> None:
        outcome = self._made().run.outcome
        cancel = self._cancel = CancelToken()
        self._working = True
        outcome.begin_work("Making it ready…")

        def done(report: UseReport) -> None:
            self._working = False
            outcome.show_used(report.words, switched=report.switched)

        self._worker.run(
            lambda: use_version(self._session, version, on_progress=self._progressed.emit, cancel=cancel),
            done,
            self._not_done,
        )

    def _drop(self, version: int) -> None:
        outcome = self._made().run.outcome
        self._working = True
        outcome.begin_work("Dropping it…")

        def done(_: object) -> None:
            self._working = False
            outcome.show_dropped()

        self._worker.run(lambda: drop_version(self._library, version), done, self._not_done)

    def _stop_work(self) -> None:
        self._cancel.cancel()

    def _show_progress(self, progress: Progress) -> None:
        self._made().run.outcome.show_progress(progress)

    def _not_done(self, error: Exception) -> None:
        self._working = False
        self._made().run.outcome.show_error(str(error))
        if not isinstance(error, UserError):
            self._runner.failed.emit(error)

    # -- closing ----------------------------------------------------------------------------------

    def _close(self, going_on: bool) -> None:
        self.teacher.leave(going_on=going_on)
        self.close_wanted.emit()

    def _stay(self) -> None:
        self._asked = False
