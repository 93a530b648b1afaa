"""The edits of the mask in hand, to take back and to do again: a step is one edit, kept as its own pixels."""

from collections import deque

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from dropgui.correction.delta import Delta
from dropgui.correction.document import MaskDocument
from dropgui.correction.region import Patch, Region

BUDGET = 64 * 2**20
"""Bytes that edits may take; the oldest steps go first."""

_STEPS = 50_000


class _Step(QUndoCommand):
    def __init__(self, history: "History", words: str, delta: Delta) -> None:
        super().__init__(words)
        self._history = history
        self._is_done = True  # pushing a step "redoes" it, and the tool did it already
        self.delta: Delta | None = delta

    def redo(self) -> None:
        if self._is_done:
            self._is_done = False
        elif self.delta is not None:
            self._history.turn(self.delta)

    def undo(self) -> None:
        if self.delta is not None:
            self._history.turn(Delta(self.delta.box, self.delta.after, self.delta.before))


class History(QObject):
    """Owns the document's undo stack. All that changes the mask for good goes through :meth:`commit`."""

    drawn = Signal(object)
    """A :class:`Box` of the mask looks different now."""
    edited = Signal(object)
    """A :class:`Delta` was done: by a tool, an undo or a redo."""

    interrupted = Signal()
    """A stroke in hand is to be given up."""

    def __init__(self, parent: QObject | None = None, *, budget: int = BUDGET) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_STEPS)
        self._budget = budget
        self._steps: deque[_Step] = deque()
        self._bytes = 0
        self._is_dropping = False
        self.is_held = False
        """Whether a stroke is in hand: the mask shows it, and it is no step yet."""
        self._document: MaskDocument | None = None
        self.stack.indexChanged.connect(self._drop_forgotten)

    @property
    def document(self) -> MaskDocument | None:
        """The mask in hand."""
        return self._document

    @property
    def nbytes(self) -> int:
        """What the steps take, about."""
        return self._bytes

    def interrupt(self) -> None:
        """Have a stroke in hand given up: the mask changes otherwise now."""
        self.interrupted.emit()

    def paint(self, words: str, region: Region, label: int) -> bool:
        """Give pixels a label, as a step; whether there was anything to change."""
        self.interrupt()
        return self._document is not None and self.commit(words, self._document.paint(region, label))

    def put(self, words: str, patch: Patch) -> bool:
        """Make a box another one, as a step; whether there was anything to change."""
        self.interrupt()
        return self._document is not None and self.commit(words, self._document.put(patch))

    def open(self, document: MaskDocument | None) -> None:
        """Take another mask in hand; there is nothing to take back."""
        self.interrupt()
        self._document = document
        self._steps.clear()
        self._bytes = 0
        self.stack.clear()

    def commit(self, words: str, delta: Delta | None) -> bool:
        """An edit that is in the document already becomes a step; whether there was one."""
        if delta is None:
            return False
        self._cut()
        step = _Step(self, words, delta)
        self._steps.append(step)
        self._bytes += delta.nbytes
        self.stack.push(step)
        while len(self._steps) > self.stack.count() or (self._bytes > self._budget and len(self._steps) > 1):
            self._forget(self._steps.popleft())
        self.drawn.emit(delta.box)
        self.edited.emit(delta)
        return True

    def turn(self, delta: Delta) -> None:
        """For the steps: do an edit, or its reverse."""
        if self._document is not None:
            self.interrupt()
            self.drawn.emit(self._document.apply(delta))
            self.edited.emit(delta)

    def _cut(self) -> None:
        """What was taken back and is not done again goes with the next push."""
        for _ in range(self.stack.count() - self.stack.index()):
            gone = self._steps.pop()
            self._bytes -= 0 if gone.delta is None else gone.delta.nbytes

    def _forget(self, step: _Step) -> None:
        if step.delta is not None:
            self._bytes -= step.delta.nbytes
        if len(self._steps) < self.stack.count():  # else the stack itself has let go of it
            step.delta = None
            step.setObsolete(True)

    def _drop_forgotten(self) -> None:
        """Forgotten steps are the oldest; once all others are taken back they must not be offered."""
        if self._is_dropping:
            return
        self._is_dropping = True
        while 0 < self.stack.index() == self.stack.count() - len(self._steps):
            self.stack.undo()
        self._is_dropping = False
