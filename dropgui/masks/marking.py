"""What is said of many masks at once, as steps that Undo and Redo turn while the grid is in front."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from dropgui.correction.review import MarksUndo, set_review_state, undo_marks
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library

_STEPS = 200


class _Step(QUndoCommand):
    """Masks that were marked; it is written already when it is pushed."""

    def __init__(self, marking: "Marking", words: str, token: MarksUndo) -> None:
        super().__init__(words)
        self._marking = marking
        self._is_done = True
        self.token = token

    def redo(self) -> None:
        if self._is_done:
            self._is_done = False
        else:
            self._marking.turn(self)

    def undo(self) -> None:
        self._marking.turn(self)


class Marking(QObject):
    """Accepts, skips and forgets about, one after the other on a thread of its own."""

    marked = Signal(str, object)
    """What was said, in words, and the function that takes it back."""
    changed = Signal()
    """Other masks are reviewed than before."""
    failed = Signal(Exception)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._writer = Runner(self, 1)
        self._writing = 0
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_STEPS)

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return self._writing > 0

    def mark(self, crop_ids: list[int], state: str, words: str) -> None:
        """Give these crops' masks a review state; ``words`` say what was done."""
        library = self._library

        def written(token: MarksUndo) -> None:
            if not token:
                return
            step = _Step(self, words, token)
            self.stack.push(step)
            self.marked.emit(words, lambda: self._take_back(step))

        self._work(lambda: set_review_state(library, crop_ids, state), written)

    def turn(self, step: _Step) -> None:
        """For the steps: bring back what was before; then the token leads the other way."""
        library = self._library

        def turned(token: MarksUndo) -> None:
            step.token = token

        # The token is read when its turn comes: what was asked for before may turn it.
        self._work(lambda: undo_marks(library, step.token), turned)

    def close(self) -> None:
        """Write what is waiting and end."""
        self._writer.close(finish=True)

    def _take_back(self, step: _Step) -> None:
        if self.stack.command(self.stack.index() - 1) is step:
            self.stack.undo()

    def _work(self, work: Callable[[], MarksUndo], done: Callable[[MarksUndo], object]) -> None:
        self._writing += 1

        def finished(token: MarksUndo) -> None:
            self._writing -= 1
            done(token)
            self.changed.emit()

        def refused(error: Exception) -> None:
            self._writing -= 1
            self.failed.emit(error)

        self._writer.run(work, finished, refused)
