"""Going through masks: the least certain first; accept, skip, go back, and take the last word back."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from dropgui.correction.review import (
    ACCEPTED,
    REVIEW_STATES,
    SKIPPED,
    UNSEEN,
    MarksUndo,
    next_to_review,
    review_progress,
    set_review_state,
    undo_marks,
)
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.rows import CropFilter, ReviewProgress
from dropgui.masks.editing import Editing

_KEPT = 200  # words that can be taken back, and crops to go back to
_DONE = (
    "Every mask that the model is asked about is reviewed.\n\n"
    "V shows them all; skipped ones can be gone through from there."
)

_NOTHING = (
    "There is no mask to review yet.\n\n"
    "Add a folder of pictures, or widen the filter. Masks come while pictures are indexed."
)


@dataclass(frozen=True, slots=True)
class _Said:
    crop_id: int
    token: MarksUndo


class Reviewing(QObject):
    """Leads the editing from crop to crop. All crops pass the filter of the window."""

    progressed = Signal(object)
    """The :class:`ReviewProgress` of now."""
    finished = Signal(str)
    """There is none left to review, or none yet, in words."""
    failed = Signal(Exception)

    def __init__(self, library: Library, runner: Runner, editing: Editing) -> None:
        super().__init__(runner)
        self._library = library
        self._runner = runner
        self._editing = editing
        self._counts = Latest(runner)
        self._filter = CropFilter()
        self._trail: list[int] = []
        self._said: list[_Said] = []
        self._working = 0
        editing.opened.connect(lambda sitting: self._came_to(sitting.crop_id))
        editing.saved.connect(lambda _: self.count())

    @property
    def busy(self) -> bool:
        """Whether the next crop is looked for, or something is being written or counted."""
        return self._working > 0 or self._counts.busy

    @property
    def can_take_back(self) -> bool:
        """Whether there is a word to take back."""
        return bool(self._said)

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Only these crops are gone through, and counted from the next :meth:`count` on."""
        self._filter = crop_filter

    def library_changed(self, change: Change) -> None:
        """Count anew where the numbers may be others."""
        if change.crops_added or change.crops_removed or change.crops_changed or change.elsewhere:
            self.count()

    def count(self) -> None:
        """Tell how far the review is."""
        library, crop_filter = self._library, self._filter

        def counted(progress: ReviewProgress) -> None:
            self.progressed.emit(progress)

        self._counts.request(lambda: review_progress(library, crop_filter), counted, self.failed.emit)

    def next(self) -> None:
        """Open the next mask to review: the least certain of those nobody has looked at."""
        after, crop_filter, library = self._current, self._filter, self._library

        def find() -> int | str:
            found = next_to_review(library, after, crop_filter, states=(UNSEEN,))
            if found is None and after is not None:  # once more from the top: some may have been passed over
                first = next_to_review(library, None, crop_filter, states=(UNSEEN,))
                found = None if first == after else first
            if found is not None:
                return found
            progress = review_progress(library, crop_filter)
            return _DONE if progress.reviewed or progress.skipped else _NOTHING

        def open_it(found: int | str) -> None:
            if isinstance(found, str):
                self.finished.emit(found)
            else:
                self._editing.open(found)

        self._work(find, open_it)

    def previous(self) -> None:
        """Open the crop that was in hand before this one, else the one before it in the order of review."""
        current = self._current
        if current in self._trail:
            place = self._trail.index(current)
            if place > 0:
                self._editing.open(self._trail[place - 1])
                return
        crop_filter, library = self._filter, self._library

        def find() -> int | None:
            return next_to_review(library, current, crop_filter, states=REVIEW_STATES, backwards=True)

        def open_it(crop_id: int | None) -> None:
            if crop_id is not None and current is not None:
                self._editing.open(crop_id)

        self._work(find, open_it)

    def accept(self) -> None:
        """The mask in hand is right as it is now; then the next one."""
        self._say(ACCEPTED)

    def skip(self) -> None:
        """Not now; then the next one."""
        self._say(SKIPPED)

    def take_back(self) -> None:
        """Take back the last word given on a single mask, and go to it."""
        if not self._said:
            return
        said, library = self._said.pop(), self._library

        def undone(_: object) -> None:
            self.count()
            self._editing.open(said.crop_id)

        self._work(lambda: undo_marks(library, said.token), undone)

    # -- how it works -----------------------------------------------------------------------------

    @property
    def _current(self) -> int | None:
        sitting = self._editing.sitting
        return None if sitting is None else sitting.crop_id

    def _say(self, state: str) -> None:
        crop_id, library = self._current, self._library
        if crop_id is None:
            self.next()
            return

        def written(token: MarksUndo) -> None:
            if token:
                self._said = [*self._said[-_KEPT:], _Said(crop_id, token)]
            self.count()
            self.next()

        def say() -> None:
            self._work(lambda: set_review_state(library, [crop_id], state), written)

        # What was drawn is saved first: then the mask is a corrected one and stays so.
        self._editing.leave(say)

    def _work(self, work: Callable[[], object], done: Callable[..., object]) -> None:
        self._working += 1

        def finished(result: object) -> None:
            self._working -= 1
            done(result)

        def refused(error: Exception) -> None:
            self._working -= 1
            self.failed.emit(error)

        self._runner.run(work, finished, refused)

    def _came_to(self, crop_id: int) -> None:
        if crop_id not in self._trail:
            self._trail = [*self._trail[-_KEPT:], crop_id]
