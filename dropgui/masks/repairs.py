"""What changes a whole mask in one step. Worked out on another thread: a large crop takes its time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from dropgui.correction.region import Box, Labels, Patch
from dropgui.correction.revisions import Opened, ask_again, model_labels, restored_part
from dropgui.correction.sides import swap_sides
from dropgui.correction.tidy import fill_holes, remove_islands, smooth
from dropgui.jobs.runner import Runner
from dropgui.masks.commands import Commands
from dropgui.masks.editing import Editing
from dropgui.masks.history import History
from dropgui.masks.lending import Lent, from_before, from_same_person
from dropgui.masks.options import Options
from dropgui.masks.sitting import Sitting
from dropgui.session import Session
from dropmodel.parts import IGNORE

_SMOOTHER = 64  # a crop's longer side over this is the radius that outlines are smoothed by, in pixels
_UNDECIDED = "Choose a body part first: what is undecided has no outline to mend."

Work = Callable[[Labels, Sitting], "Repair"]
Lend = Callable[[Session, Opened], Lent]


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """What a mask is to become, None for what it is, and what there is to say of it."""

    patch: Patch | None
    words: str = ""


class Repairs(QObject):
    """Does what the commands say, to the crop in hand. What was drawn on meanwhile is left as it is."""

    told = Signal(str)
    """Why nothing changed, or what to know of what did."""
    working = Signal(str)
    """What is going on."""
    failed = Signal(Exception)

    def __init__(
        self,
        session: Session,
        runner: Runner,
        history: History,
        options: Options,
        editing: Editing,
        commands: Commands,
    ) -> None:
        super().__init__(runner)
        self._session = session
        self._runner = runner
        self._history = history
        self._options = options
        self._editing = editing
        self._busy = False
        self._asked: tuple[Lend, Sitting | None, int] | None = None
        connect = self._connect
        connect(commands.smooth, "Smooth {part}", lambda labels, part: smooth(labels, _radius(labels), part))
        connect(commands.smooth_all, "Smooth", lambda labels, _: smooth(labels, _radius(labels)))
        connect(
            commands.fill_holes, "Fill Holes of {part}", lambda labels, part: fill_holes(labels, label=part)
        )
        connect(commands.fill_all_holes, "Fill Holes", lambda labels, _: fill_holes(labels))
        connect(
            commands.islands,
            "Remove Islands of {part}",
            lambda labels, part: remove_islands(labels, label=part),
        )
        connect(commands.all_islands, "Remove Islands", lambda labels, _: remove_islands(labels))
        commands.sides.triggered.connect(self._exchange)
        for command, lend in ((commands.same_person, from_same_person), (commands.before, from_before)):
            key = command.shortcut().toString()
            command.triggered.connect(partial(self._borrow, key, lend))
        commands.restore.triggered.connect(self._restore)
        commands.restore_part.triggered.connect(self._restore_part)
        commands.ask.triggered.connect(self._ask)

    @property
    def busy(self) -> bool:
        """Whether something is worked out."""
        return self._busy

    def run(self, words: str, work: Work) -> None:
        """``work`` gets a copy of the mask and the sitting, on another thread; its answer becomes an edit."""
        sitting = self._editing.sitting
        if sitting is None or self._busy:
            return
        labels, place = sitting.document.labels.copy(), self._history.stack.index()
        self._busy = True
        self.working.emit("Working…")

        def done(repair: Repair) -> None:
            self._busy = False
            self._editing.tell_state()
            if self._editing.sitting is not sitting or self._history.stack.index() != place:
                self.told.emit("The mask was drawn on meanwhile, so it is left as you drew it.")
            elif repair.patch is None:
                self.told.emit(repair.words)
            elif not self._history.put(words, repair.patch):
                self.told.emit(f"{words}: there was nothing to change.")
            elif repair.words:
                self.told.emit(repair.words)

        def refused(error: Exception) -> None:
            self._busy = False
            self._editing.tell_state()
            self.failed.emit(error)

        self._runner.run(lambda: work(labels, sitting), done, refused)

    def _connect(self, action: object, words: str, tidy: Callable[[Labels, int], Patch]) -> None:
        def carry_out() -> None:
            part = self._options.part
            if part == IGNORE and "{part}" in words:
                self.told.emit(_UNDECIDED)
                return
            named = words.format(part=self._options.title(part))
            self.run(named, lambda labels, _: Repair(tidy(labels, part)))

        action.triggered.connect(carry_out)  # type: ignore[attr-defined]

    def _borrow(self, key: str, lend: Lend, _checked: bool = False) -> None:
        """What fits badly is copied when it is asked for once more."""
        if self._busy:
            return
        session, asked = self._session, (lend, self._editing.sitting, self._history.stack.index())
        insists, self._asked = asked == self._asked, asked

        def work(labels: Labels, sitting: Sitting) -> Repair:
            lent = lend(session, sitting.opened)
            if lent.fits or insists:
                return Repair(lent.borrowed.patch(labels), lent.words)
            return Repair(None, lent.declined(key))

        self.run("Copy Mask", work)

    def _exchange(self) -> None:
        schema = self._options.schema
        if schema is None or not schema.mirrored:
            self.told.emit("This model's parts have no left and right.")
            return
        self.run("Exchange Left and Right", lambda labels, _: Repair(swap_sides(labels, schema)))

    def _restore(self) -> None:
        library = self._session.library

        def work(_: Labels, sitting: Sitting) -> Repair:
            opened = sitting.opened
            return _whole(model_labels(library, opened.crop.id, opened.photo, opened.schema))

        self.run("Restore the Model's Mask", work)

    def _restore_part(self) -> None:
        library, part = self._session.library, self._options.part
        if part == IGNORE:
            self.told.emit(_UNDECIDED)
            return

        def work(labels: Labels, sitting: Sitting) -> Repair:
            opened = sitting.opened
            model = model_labels(library, opened.crop.id, opened.photo, opened.schema)
            return _whole(restored_part(labels, model, part))

        self.run(f"Restore {self._options.title(part)}", work)

    def _ask(self) -> None:
        session = self._session

        def work(_: Labels, sitting: Sitting) -> Repair:
            labels, unsure = ask_again(session, sitting.opened)
            patch = Patch(Box.whole(labels.shape), labels)
            return Repair(patch, f"The model is {1 - unsure:.0%} sure of this mask.")

        self.run("Ask the Model Again", work)


def _whole(labels: Labels) -> Repair:
    return Repair(Patch(Box.whole(labels.shape), labels))


def _radius(labels: Labels) -> float:
    """Pixels: the same share of the crop whatever its size, and enough to do something to a small one."""
    return max(1.0, int(max(labels.shape)) / _SMOOTHER)
