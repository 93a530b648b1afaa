"""Decisions on matches: confirmed or rejected as the query's person, and every one of them can be undone.

A decision shows at once and is written behind it, one after the other. Undo and redo are the library's own
tokens (docs/decisions/0025-decisions-and-undo.md) on a stack of Qt's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from dropgui.jobs.runner import Latest, Runner
from dropgui.library.decisions import CONFIRMED, REJECTED, confirm, reject, retract, undo
from dropgui.library.library import Library
from dropgui.library.undo import Undo
from dropgui.matches.standing import Key, Standing, key_of, standing_of
from dropgui.query.controller import QueryController
from dropgui.search.question import Query

_STEPS = 500  # that can be undone; a step holds some rows
_WORDS = {CONFIRMED: "Confirm", REJECTED: "Reject", None: "Take Back"}


@dataclass(frozen=True, slots=True, eq=False)
class _Decided:
    """One decision: which crops of which question's answer, and the verdict, None to take one back."""

    question: Query
    crop_ids: tuple[int, ...]
    verdict: str | None


class _Step(QUndoCommand):
    """Something done, on the stack. It is written by the judge's thread, so an undo waits for the writing.

    ``ahead`` are the verdicts that it gives, by crop id: they show before they are written.
    """

    def __init__(
        self, judge: "Judge", words: str, ahead: Mapping[int, str | None], decide: Callable[[], list[Undo]]
    ) -> None:
        super().__init__(words)
        self._judge = judge
        self._ahead = dict(ahead)
        self._decide = decide
        self._tokens: list[Undo] = []
        self._was_written = False
        self.void = False

    def redo(self) -> None:
        """Write the decision; the first time when it is pushed."""
        if not self.void:
            again = self._was_written
            self._was_written = True
            self._judge.write(self, self._ahead, self._turn if again else self._begin)

    def undo(self) -> None:
        """Take it back."""
        if not self.void:
            self._judge.write(self, dict.fromkeys(self._ahead), self._turn)

    def _begin(self) -> None:
        self._tokens = self._decide()

    def _turn(self) -> None:
        """Bring back what was before; the tokens now lead the other way."""
        self._tokens = [undo(self._judge.library, token) for token in reversed(self._tokens)]


class Judge(QObject):
    """Knows what was decided for the question on show, and decides more.

    The person of a question without one is made with the first decision; the question's own crops are its
    first ones.
    """

    changed = Signal()
    """Another person, or other verdicts."""
    failed = Signal(Exception)

    def __init__(
        self, library: Library, runner: Runner, controller: QueryController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.library = library
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_STEPS)
        self._controller = controller
        self._writer = Runner(self, 1)
        self._reads = Latest(runner)
        self._standing = Standing()
        self._ahead: dict[int, str | None] = {}  # decided, and not read back yet
        self._writing = 0
        self._stamp = 0  # grows with everything decided: what was read before is too old
        self._remembered: dict[Key, int] = {}
        controller.loading.connect(self._forget_standing)
        controller.cleared.connect(self._forget_standing)
        controller.answered.connect(lambda _: self.refresh())

    @property
    def standing(self) -> Standing:
        """The person of the question on show, and what was decided; as last read."""
        return self._standing

    @property
    def verdicts(self) -> dict[int, str]:
        """What was decided by crop id, that not yet written included."""
        known = {**(self._standing.verdicts or {}), **self._ahead}
        return {crop_id: verdict for crop_id, verdict in known.items() if verdict is not None}

    @property
    def busy(self) -> bool:
        """Whether a decision is being written or read back."""
        return self._writing > 0 or self._reads.busy

    def decide(self, crop_ids: Sequence[int], verdict: str | None) -> None:
        """These matches are the query's person (``CONFIRMED``), are not (``REJECTED``), or nobody knows."""
        asked = self._controller.asked
        wanted = tuple(i for i in crop_ids if self.verdicts.get(i) != verdict)
        if asked is not None and wanted:
            words = f"{_WORDS[verdict]} {len(wanted)} Crop{'s' * (len(wanted) != 1)}"
            decided = _Decided(asked.question, wanted, verdict)
            step = _Step(self, words, dict.fromkeys(wanted, verdict), lambda: self._decided(decided))
            self.stack.push(step)

    def carry_out(self, words: str, work: Callable[[], Undo]) -> None:
        """Write something else about persons, after what was decided before; it is undone like a decision."""
        self.stack.push(_Step(self, words, {}, lambda: [work()]))

    def refresh(self) -> None:
        """Read again what was decided for the question on show."""
        asked = self._controller.asked
        if asked is None:
            return
        question, stamp = asked.question, self._stamp
        remembered = self._remembered.get(key_of(question))

        def read(standing: Standing) -> None:
            self._standing = standing
            if stamp == self._stamp and not self._writing:
                self._ahead.clear()
            self.changed.emit()

        self._reads.request(lambda: standing_of(self.library, question, remembered), read, self.failed.emit)

    def close(self) -> None:
        """Write what was decided; nothing is delivered any more."""
        self._writer.close(finish=True)

    def write(self, step: _Step, ahead: Mapping[int, str | None], work: Callable[[], None]) -> None:
        """For the steps: show verdicts at once and do ``work`` after all that was decided before."""
        self._ahead |= ahead
        self._writing += 1
        self._stamp += 1
        self.changed.emit()
        self._writer.run(work, lambda _: self._written(), lambda error: self._refused(step, error))

    def _decided(self, decided: _Decided) -> list[Undo]:
        """Write a decision; on the judge's thread, where no other decision comes between."""
        library, key = self.library, key_of(decided.question)
        standing = standing_of(library, decided.question, self._remembered.get(key))
        person = standing.person_id
        tokens = []
        if decided.verdict == CONFIRMED:
            tokens.append(confirm(library, [*standing.own, *decided.crop_ids], person))
        elif person is None and decided.verdict == REJECTED:
            tokens.append(confirm(library, standing.own, None))
        if tokens:
            person = tokens[0].person_id
            self._remembered[key] = person
        if decided.verdict == REJECTED and person is not None:
            tokens.append(reject(library, decided.crop_ids, person))
        elif decided.verdict is None and person is not None:
            tokens.append(retract(library, decided.crop_ids, person))
        return tokens

    def _written(self) -> None:
        self._writing -= 1
        if not self._writing:
            self.refresh()

    def _refused(self, step: _Step, error: Exception) -> None:
        """It was not written, so it is no step to take back or to do again."""
        step.void = True
        step.setObsolete(True)
        place = self.stack.index()
        if place and self.stack.command(place - 1) is step:
            self.stack.undo()
        elif self.stack.canRedo() and self.stack.command(place) is step:
            self.stack.redo()
        self._ahead.clear()
        self._written()
        self.failed.emit(error)

    def _forget_standing(self) -> None:
        self._reads.drop()
        self._standing = Standing()
        self._ahead.clear()
        self.changed.emit()
