"""What the window shows of the library, read again when the library says that it changed."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.persons import person_rows
from dropgui.library.queries import (
    CameraRow,
    Counts,
    CropFilter,
    Fault,
    FolderRow,
    camera_rows,
    counts,
    crop_ids,
    faults,
    folder_rows,
)
from dropgui.library.rows import PersonRow

_PAUSE_MS = 250  # between two looks at a library that is changing, at the least
_OTHERS_MS = 2000  # between two looks for what another process wrote, which nobody tells us


class LibraryFeed(QObject):
    """Reads what the panels show whenever the library changes, off the main thread and not too often."""

    crops = Signal(object)
    """Ids of the crops on show, int64 [n] in gallery order."""
    places = Signal(list, list)
    """Folder rows and camera rows."""
    persons = Signal(list)
    """Person rows, after the places."""
    counted = Signal(Counts)
    problems = Signal(list)
    """Faults."""
    changed = Signal(Change)
    """What changed since last time, after the rest was read."""
    _heard = Signal(Change)

    def __init__(self, library: Library, runner: Runner) -> None:
        super().__init__(runner)
        self._library = library
        self._filter = CropFilter()
        self._wanted = self._published = 0  # how often everything was asked for, and which of these is here
        self._pending: list[Change] = []
        self._reads = Latest(runner)
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self.reload)
        self._heard.connect(self._note)
        self._unsubscribe: Callable[[], None] = library.subscribe(self._heard.emit)
        # Looking for others' writes waits behind our own writer: on a thread of its own, one at a time.
        self._watcher = Runner(self, threads=1)
        self._watcher.failed.connect(runner.failed)
        self._looks = Latest(self._watcher)
        self._others = QTimer(self, interval=_OTHERS_MS)
        self._others.timeout.connect(self._look_for_others)
        self._others.start()

    def close(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        self._timer.stop()
        self._others.stop()
        self._watcher.close()

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Show only these crops."""
        self._filter = crop_filter
        self._read()

    def reload(self) -> None:
        """Read everything again."""
        self._wanted += 1
        self._read()

    def _read(self) -> None:
        """Everything where it was asked for and is not here yet; else which crops pass the filter."""
        library, crop_filter, number = self._library, self._filter, self._wanted
        if self._published < number:
            self._reads.request(lambda: _read(library, crop_filter), lambda read: self._publish(read, number))
        else:
            self._reads.request(lambda: crop_ids(library, crop_filter), self.crops.emit)

    def _note(self, change: Change) -> None:
        self._pending.append(change)
        if not self._timer.isActive():
            self._timer.start()

    def _look_for_others(self) -> None:
        if not self._looks.busy:
            self._looks.request(self._library.notice_other_processes, lambda _: None)

    def _publish(self, read: "_Reading", number: int) -> None:
        self._published = number
        # A large library takes longer to read: look again only after a rest four times as long.
        self._timer.setInterval(max(_PAUSE_MS, round(4000 * read.seconds)))
        self.crops.emit(read.ids)
        self.places.emit(read.folders, read.cameras)
        self.persons.emit(read.persons)
        self.counted.emit(read.counts)
        self.problems.emit(read.faults)
        if self._pending:
            change = Change.union(self._pending)
            self._pending.clear()
            self.changed.emit(change)


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    ids: npt.NDArray[np.int64]
    folders: list[FolderRow]
    cameras: list[CameraRow]
    persons: list[PersonRow]
    counts: Counts
    faults: list[Fault]
    seconds: float


def _read(library: Library, crop_filter: CropFilter) -> _Reading:
    start = time.perf_counter()
    ids = crop_ids(library, crop_filter)
    places = folder_rows(library), camera_rows(library), person_rows(library)
    numbers, bad = counts(library), faults(library)
    return _Reading(ids, *places, numbers, bad, time.perf_counter() - start)
