"""Tries how long a run would take, in the background: one at a time, of which the newest wish counts."""

from PySide6.QtCore import QObject, Signal

from dropgui.finetuning.estimate import Estimate, estimate
from dropgui.finetuning.recipe import Recipe
from dropgui.indexing.progress import CancelToken
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library


class Estimator(QObject):
    """Its worker is ended before another one begins, and with the window."""

    began = Signal()
    known = Signal(Estimate)
    stopped = Signal()
    """It was to stop, and has."""
    failed = Signal(Exception)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._runner = Runner(self, threads=1)
        self._cancel = CancelToken()
        self._busy = False
        self._wanted: Recipe | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being tried."""
        return self._busy

    def ask(self, recipe: Recipe) -> None:
        """Try this recipe, in place of what is being tried."""
        self._wanted = recipe
        self._cancel.cancel()
        self._begin()

    def stop(self) -> None:
        """Try nothing any more."""
        self._wanted = None
        self._cancel.cancel()

    def close(self) -> None:
        """Stop, and wait for that; before the library is closed."""
        self.stop()
        self._runner.close()

    def _begin(self) -> None:
        if self._busy or self._wanted is None:
            return
        library, recipe = self._library, self._wanted
        self._wanted = None
        cancel = self._cancel = CancelToken()
        self._busy = True
        self.began.emit()
        self._runner.run(lambda: estimate(library, recipe, cancel), self._done, self._fault)

    def _done(self, found: Estimate | None) -> None:
        self._busy = False
        if self._wanted is not None:
            self._begin()
        elif found is None or self._cancel.cancelled:
            self.stopped.emit()
        else:
            self.known.emit(found)

    def _fault(self, error: Exception) -> None:
        self._busy = False
        if self._wanted is not None:
            self._begin()
        else:
            self.failed.emit(error)
