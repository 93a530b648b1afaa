"""Work on a model version: one thing at a time, with progress where it takes long, and a way to stop it."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from dropgui.indexing.progress import CancelToken, Progress
from dropgui.jobs.runner import OnError, Runner

Result = TypeVar("Result")
Tell = Callable[[Progress], None]


class LongWork(QObject):
    """Signals arrive on the main thread, progress as often as it is reported."""

    began = Signal(str)
    """What is being done, for people: "Embedding with starter 2"."""
    progressed = Signal(str, str, Progress)
    """What is being done, with what, and how far it is."""
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = Runner(self, threads=1)
        self._cancel = CancelToken()
        self._title: str | None = None

    @property
    def title(self) -> str | None:
        """What is being done now, None while nothing is."""
        return self._title

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._title is not None

    def run(
        self,
        doing: str,
        name: str,
        work: Callable[[Tell, CancelToken], Result],
        on_done: Callable[[Result], None],
        on_error: OnError,
    ) -> None:
        """Call ``work`` on another thread, then ``on_done`` or ``on_error`` here; nothing while busy.

        ``doing`` and ``name`` say what: "Embedding with", "starter 2".
        """
        if self.busy:
            return
        title = self._title = f"{doing} {name}"
        cancel = self._cancel = CancelToken()

        def done(result: Result) -> None:
            self._end()
            on_done(result)

        def failed(error: Exception) -> None:
            self._end()
            on_error(error)

        self.began.emit(title)
        self._runner.run(
            lambda: work(lambda progress: self.progressed.emit(doing, name, progress), cancel), done, failed
        )

    def stop(self) -> None:
        """End it after the batch in hand; what is done stays."""
        self._cancel.cancel()

    def close(self) -> None:
        """Stop, and wait for the batch in hand."""
        self.stop()
        self._runner.close()

    def _end(self) -> None:
        self._title = None
        self.ended.emit()
