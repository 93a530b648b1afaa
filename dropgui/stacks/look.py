"""A long look through the library that tells how far it is and can be stopped."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from dropgui.jobs.runner import OnError, Runner

Result = TypeVar("Result")
Progress = Callable[[float], None]
"""Told the share that is done, in [0, 1]; raises where the look was stopped."""


class _StoppedError(Exception):
    """The user or the end of the program stopped the look."""


class Look(QObject):
    """One look at a time."""

    progressed = Signal(float)
    """The share that is done, in [0, 1]."""

    def __init__(self, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._stopping = False

    def start(
        self,
        work: Callable[[Progress], Result],
        on_done: Callable[[Result | None], None],
        on_error: OnError,
    ) -> None:
        """Call ``work`` on another thread, then ``on_done`` here: with None where it was stopped."""
        self._stopping = False

        def tell(share: float) -> None:
            if self._stopping or self._runner.closed:
                raise _StoppedError
            self.progressed.emit(share)

        def look() -> Result | None:
            try:
                return work(tell)
            except _StoppedError:
                return None

        self._runner.run(look, on_done, on_error)

    def stop(self) -> None:
        """End it the next time it tells how far it is."""
        self._stopping = True
