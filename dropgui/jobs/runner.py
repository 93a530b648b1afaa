"""The one way to do something off the main thread: any callable in, its result out on the main thread."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from dropgui.errors import UserError

log = logging.getLogger(__name__)
Result = TypeVar("Result")
OnError = Callable[[Exception], None]


class _Task(QObject):
    """One piece of work; this object lives on the main thread, where its outcome is delivered."""

    finished = Signal(object, object)

    def __init__(
        self, runner: "Runner", work: Callable[[], Any], on_done: Callable[[Any], None], on_error: OnError
    ) -> None:
        super().__init__(runner)
        self._runner = runner
        self._work = work
        self._on_done = on_done
        self._on_error = on_error
        self.finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def execute(self) -> None:
        """Do the work, on whatever thread this is called."""
        result: object = None
        error: Exception | None = None
        try:
            result = self._work()
        except UserError as fault:
            error = fault
        except Exception as bug:  # whatever it is, who waits for the work must hear of it
            log.exception("Work in the background failed")
            error = bug
        self.finished.emit(result, error)

    @Slot(object, object)
    def _deliver(self, result: object, error: Exception | None) -> None:
        self.deleteLater()
        if self._runner.closed:
            return
        if error is None:
            self._on_done(result)
        else:
            self._on_error(error)


class _Runnable(QRunnable):
    def __init__(self, task: _Task) -> None:
        super().__init__()
        self._task = task

    def run(self) -> None:
        self._task.execute()


class Runner(QObject):
    """Runs callables on a small pool of threads. Nothing of Qt's widgets may be touched inside them.

    ``failed`` is emitted with every error that the caller gave no ``on_error`` for.
    """

    failed = Signal(Exception)

    def __init__(self, parent: QObject | None = None, threads: int = 3) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self.closed = False

    def run(
        self,
        work: Callable[[], Result],
        on_done: Callable[[Result], None] | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """Call ``work`` on another thread, then ``on_done`` or ``on_error`` on this object's thread."""
        if self.closed:
            return
        task = _Task(self, work, on_done or (lambda _: None), on_error or self.failed.emit)
        self._pool.start(_Runnable(task))

    def close(self, *, finish: bool = False) -> None:
        """Take no more work, drop what has not begun, wait for what has; results are not delivered.

        With ``finish`` what has not begun is done as well.
        """
        self.closed = True
        if not finish:
            self._pool.clear()
        self._pool.waitForDone()


@dataclass(frozen=True, slots=True)
class _Request:
    work: Callable[[], Any]
    on_done: Callable[[Any], None]
    on_error: OnError


class Latest(QObject):
    """A stream of requests of which only the newest matters: a slider's, a reload's.

    One runs at a time; while it does, a newer request waits and replaces any that waited before it. What
    finishes is delivered, so that a slider in motion shows something, unless :meth:`drop` was called since.
    """

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._runner = runner
        self._running: _Request | None = None
        self._waiting: _Request | None = None
        self._dropped = False

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        return self._running is not None

    def request(
        self,
        work: Callable[[], Result],
        on_done: Callable[[Result], None],
        on_error: OnError | None = None,
    ) -> None:
        """Run ``work`` as soon as nothing older is under way."""
        request = _Request(work, on_done, on_error or self._runner.failed.emit)
        if self._running is not None:
            self._waiting = request
        else:
            self._start(request)

    def drop(self) -> None:
        """Forget the waiting request, and do not deliver the one under way."""
        self._waiting = None
        self._dropped = self._running is not None

    def _start(self, request: _Request) -> None:
        self._running, self._dropped = request, False
        self._runner.run(
            request.work,
            lambda result: self._finish(request.on_done, result),
            lambda error: self._finish(request.on_error, error),
        )

    def _finish(self, deliver: Callable[[Any], None], outcome: object) -> None:
        dropped, waiting = self._dropped, self._waiting
        self._running, self._waiting = None, None
        if waiting is not None:
            self._start(waiting)
        if not dropped:
            deliver(outcome)
