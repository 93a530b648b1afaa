"""A run as the window follows it: started, spoken to, read, left to itself or ended with the window."""

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from dropgui.errors import UserError
from dropgui.finetuning import runs
from dropgui.finetuning.follow import Follower, Story
from dropgui.finetuning.plan import Plan, plan
from dropgui.finetuning.protocol import Command, Event, command_line
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.runs import Run
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.library import Library

_LOOK_MS = 250

Worker = subprocess.Popen[bytes]


class Teacher(QObject):
    """Follows one run at a time. Files and the library are read off the main thread."""

    planned = Signal(Plan, object)
    """What there is to teach with, and the newest run (None: there was none yet)."""
    followed = Signal(Run)
    """This run is followed from now on; the story is empty."""
    told = Signal(list)
    """Events that came since last time; the story has them."""
    ended = Signal(Run)
    """The run that is followed works no more, for whatever reason; once for each time that it is followed."""
    left_behind = Signal(Run)
    """This run ended while nobody followed it, and nobody was told yet."""
    failed = Signal(Exception)

    def __init__(self, library: Library, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._runner = runner
        self._plans = Latest(runner)
        self._looks = Latest(runner)
        self._worker: Worker | None = None
        self._follower: Follower | None = None
        self._starting = False
        self.run: Run | None = None
        self.story = Story()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def live(self) -> bool:
        """Whether a run goes on, as far as is known here."""
        return self._timer.isActive()

    @property
    def busy(self) -> bool:
        """Whether a run is being started."""
        return self._starting

    def read_plan(self) -> None:
        """Look what there is to teach with."""

        def work() -> tuple[Plan, Run | None]:
            return plan(self._library), next(iter(runs.runs(self._library)), None)

        self._plans.request(work, lambda found: self.planned.emit(*found), self.failed.emit)

    def start(self, recipe: Recipe) -> None:
        """Begin a new run."""
        self._launch(lambda: runs.prepare(self._library, recipe))

    def resume(self, run: Run) -> None:
        """Go on with a run that was cut short."""
        self._launch(lambda: run)

    def attach(self) -> None:
        """Follow the run that goes on, if one does: of an earlier window, or of the command line.

        If none does, tell of one that ended meanwhile, once.
        """

        def look() -> Run | None:
            if (live := runs.running(self._library)) is not None:
                return live
            if (ended := runs.left_behind(self._library)) is not None:
                runs.mark_seen(ended)
            return ended

        def found(run: Run | None) -> None:
            if run is None or self.live or self._starting:
                return
            if run.state == "running":
                self._follow(run, None)
            else:
                self.left_behind.emit(run)

        self._runner.run(look, found, self.failed.emit)

    def show(self, run: Run) -> None:
        """Tell a run that has ended once more."""
        self._follow(run, None)

    def send(self, command: Command) -> None:
        """Tell the run something."""
        run = self.run
        if run is not None and self.live:
            self._runner.run(lambda: runs.send(run, command), None, self.failed.emit)

    def delete(self, run: Run) -> None:
        """Delete a run that has ended, with what it would need to go on."""
        self._runner.run(
            lambda: runs.remove(self._library, run), lambda _: self.read_plan(), self.failed.emit
        )

    def leave(self, *, going_on: bool) -> None:
        """The window closes: the run goes on without it, or ends and can be resumed."""
        if not self.live:
            return
        self._timer.stop()
        if not going_on and self.run is not None:
            runs.mark_seen(self.run)  # it is known how it ends
        worker, self._worker = self._worker, None
        if worker is None:  # somebody else's, or one that was left before
            if not going_on and self.run is not None:
                with suppress(UserError):  # the window closes in any case, and the run can be ended elsewhere
                    runs.send(self.run, "abort")
            return
        assert worker.stdin is not None
        with suppress(OSError):  # it has just ended
            if going_on:
                worker.stdin.write(command_line("stay").encode())
            worker.stdin.close()
        # Somebody has to take note of its end, as long as this process lives.
        threading.Thread(target=worker.wait, name="worker", daemon=True).start()

    def close(self) -> None:
        """Follow nothing any more; a run that still hangs on the window ends and can be resumed."""
        if self._worker is not None:
            self.leave(going_on=False)
        self._timer.stop()

    # -- following --------------------------------------------------------------------------------

    def _launch(self, get: Callable[[], Run]) -> None:
        if self.live or self._starting:
            return
        self._starting = True

        def work() -> tuple[Run, Worker]:
            run = get()
            return run, runs.launch(self._library, run)

        self._runner.run(work, self._launched, self._not_launched)

    def _launched(self, made: tuple[Run, Worker]) -> None:
        self._starting = False
        self._follow(*made)

    def _not_launched(self, error: Exception) -> None:
        self._starting = False
        self.failed.emit(error)

    def _follow(self, run: Run, worker: Worker | None) -> None:
        self.run, self._worker = run, worker
        self.story, self._follower = Story(), Follower(run.events)
        self._looks.drop()
        self.followed.emit(run)
        self._timer.start()
        self._look()

    def _look(self) -> None:
        run, follower, worker = self.run, self._follower, self._worker
        if run is None or follower is None or self._looks.busy:
            return

        def work() -> tuple[list[Event], Run | None]:
            # First whether it lives, then what it said: so its last word is not missed.
            now = runs.run(self._library, run.id) if worker is None or worker.poll() is not None else None
            if now is None or now.state == "running":
                return follower.poll(), None
            runs.mark_seen(now)
            return follower.poll(), now

        self._looks.request(work, lambda seen: self._seen(follower, *seen), self._lost)

    def _seen(self, follower: Follower, events: list[Event], last: Run | None) -> None:
        if follower is not self._follower or not self.live:
            return
        for event in events:
            self.story.take(event)
        if events:
            self.told.emit(events)
        if last is not None:
            self._end(last)

    def _end(self, last: Run) -> None:
        self._timer.stop()
        self._let_go()
        self.run = last
        self.ended.emit(last)

    def _lost(self, error: Exception) -> None:
        """The run cannot be read any more, such as one that was deleted elsewhere."""
        self._timer.stop()
        self.failed.emit(error)

    def _let_go(self) -> None:
        worker: Any = self._worker
        self._worker = None
        if worker is not None:
            with suppress(OSError):
                worker.stdin.close()
