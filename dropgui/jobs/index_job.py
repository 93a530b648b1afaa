"""Indexing folders from the window: one after the other, with progress and cancel."""

from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from dropgui.indexing.pipeline import IndexReport
from dropgui.indexing.progress import CancelToken, Progress
from dropgui.jobs.runner import Runner
from dropgui.session import Session


class IndexJobs(QObject):
    """A queue of folders to index. Signals arrive on the main thread, progress as often as it is reported."""

    started = Signal(Path)
    progressed = Signal(Path, Progress)
    finished = Signal(Path, IndexReport)
    failed = Signal(Path, Exception)
    idle = Signal()
    """The last folder of the queue has ended, however it did."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = Runner(self, threads=1)
        self._queue: deque[Path] = deque()
        self._current: Path | None = None
        self._cancel = CancelToken()

    @property
    def current(self) -> Path | None:
        """The folder being indexed now."""
        return self._current

    def add(self, folder: Path) -> None:
        """Index a folder as soon as those before it are done; one already waiting is not added twice."""
        stopping = self._cancel.cancelled
        if (folder != self._current or stopping) and folder not in self._queue:
            self._queue.append(folder)
            self._next()

    def cancel(self) -> None:
        """Stop after the batch in hand; folders that wait are dropped. What is indexed stays."""
        self._queue.clear()
        self._cancel.cancel()

    def close(self) -> None:
        """Cancel and wait for the batch in hand."""
        self.cancel()
        self._runner.close()

    def _next(self) -> None:
        if self._current is not None:
            return
        if not self._queue:
            self.idle.emit()
            return
        folder = self._current = self._queue.popleft()
        cancel = self._cancel = CancelToken()
        self.started.emit(folder)
        self._runner.run(
            lambda: self._session.index_folder(
                folder, on_progress=lambda progress: self.progressed.emit(folder, progress), cancel=cancel
            ),
            lambda report: self._ended(folder, report),
            lambda error: self._ended(folder, error),
        )

    def _ended(self, folder: Path, outcome: IndexReport | Exception) -> None:
        self._current = None
        if isinstance(outcome, IndexReport):
            self.finished.emit(folder, outcome)
        else:
            self.failed.emit(folder, outcome)
        self._next()
