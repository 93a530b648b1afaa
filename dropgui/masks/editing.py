"""The crop in hand: opened, saved a second after the last stroke and on leaving, pooled anew behind it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from dropgui.correction.delta import Delta
from dropgui.correction.effect import Effect, catch_up, repool
from dropgui.correction.region import Box, Labels, Patch
from dropgui.correction.revisions import GoneError
from dropgui.errors import UserError
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.corrections import Saved
from dropgui.masks.history import History
from dropgui.masks.options import Options
from dropgui.masks.sitting import Loaded, Sitting, load
from dropgui.search import VectorQuery
from dropgui.session import Session

_SAVE_AFTER_MS = 1000
_AGAIN_AFTER_MS = 5000  # what could not be saved is tried again


class Editing(QObject):
    """One crop at a time. Another one is opened only once what was drawn is saved."""

    opened = Signal(object)
    """A :class:`Sitting` began."""
    emptied = Signal(str)
    """No crop is in hand; why, in words, or nothing."""
    state_changed = Signal(str)
    """What there is to say of saving."""
    saved = Signal(int)
    """A crop's mask was saved."""
    affected = Signal(object)
    """The :class:`Effect` of a saved mask."""
    failed = Signal(Exception)

    def __init__(
        self,
        session: Session,
        runner: Runner,
        history: History,
        options: Options,
        asked: Callable[[], VectorQuery | None],
    ) -> None:
        super().__init__(runner)
        self._session = session
        self._runner = runner
        self._history = history
        self._options = options
        self._asked = asked
        self._sitting: Sitting | None = None
        self._loads = Latest(runner)
        self._writer = Runner(self, 1)  # one saving after the other
        self._pooler = Runner(self, 1)
        self._to_pool: set[int] = set()  # those whose pooling has not begun
        self._pooling = 0
        self._saving = 0
        self._autosave = QTimer(self, singleShot=True, interval=_SAVE_AFTER_MS)
        self._autosave.timeout.connect(self.save)
        history.edited.connect(self._edited)
        options.changed.connect(self._protect)

    @property
    def sitting(self) -> Sitting | None:
        """The crop in hand."""
        return self._sitting

    @property
    def busy(self) -> bool:
        """Whether something is being opened, saved or pooled."""
        return self._loads.busy or self._saving > 0 or self._pooling > 0

    def open(self, crop_id: int) -> None:
        """Take a crop in hand; the one before is saved first, and kept where it cannot be."""
        if self._sitting is not None and self._sitting.crop_id == crop_id:
            return
        self.leave(lambda: self._load(crop_id))

    def leave(self, then: Callable[[], object]) -> None:
        """Save the crop in hand, then do something; nothing where it cannot be saved."""
        self._history.interrupt()
        self.save(then)

    def close_crop(self, words: str = "") -> None:
        """Have no crop in hand; it is saved already, or gone."""
        self._end()
        self._history.open(None)
        self.emptied.emit(words)

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what was drawn, if anything was, then do something."""
        self._autosave.stop()
        sitting = self._sitting
        if self._history.is_held and then is None:
            self._autosave.start(_SAVE_AFTER_MS)  # a stroke is in hand that may be given up
            return
        if sitting is None or (sitting.is_saved and not self._saving):
            if then is not None:
                then()
            return
        labels, number = sitting.prepare()
        self._saving += 1
        self.state_changed.emit("Saving…")

        def done(saved: Saved | None) -> None:
            self._saving -= 1
            self._saved(sitting, saved)
            if then is not None:
                then()

        def refused(error: Exception) -> None:
            self._saving -= 1
            self._refused(sitting, error)

        self._writer.run(lambda: sitting.save(labels, number), done, refused)

    def tell_state(self) -> None:
        """Say how far saving is; something else was said meanwhile."""
        sitting = self._sitting
        if sitting is None:
            return
        if not sitting.is_saved:
            self.state_changed.emit("Saving…" if self._saving else "Not saved yet")
        else:
            self.state_changed.emit("Saved" if sitting.was_corrected else "")

    def replace(self, words: str, labels: Labels) -> None:
        """Make the whole mask another one, uint8 [H, W], as an edit."""
        document = self._history.document
        if document is not None and labels.shape == document.shape:
            self._history.put(words, Patch(Box.whole(document.shape), labels))

    def catch_up(self) -> None:
        """Pool what an earlier run of the program saved and did not pool; when the model is loaded."""
        session = self._session
        self._pooler.run(lambda: catch_up(session), None, self.failed.emit)

    def crops_removed(self, crop_ids: frozenset[int]) -> None:
        """The crop in hand may be forgotten."""
        if self._sitting is not None and self._sitting.crop_id in crop_ids:
            self.close_crop("This picture was forgotten. Choose another one.")

    def close(self) -> None:
        """Save what was drawn and end; what cannot be saved stays on the disk as a draft."""
        self._history.interrupt()
        self.save()
        self._writer.close(finish=True)
        self._end()
        self._pooler.close()

    # -- what happens -----------------------------------------------------------------------------

    def _load(self, crop_id: int) -> None:
        session = self._session
        self._loads.request(lambda: load(session, crop_id), self._begin, self._not_opened)

    def _begin(self, loaded: Loaded) -> None:
        if self._sitting is not None and not self._sitting.is_saved:
            # It was drawn on while the other crop was read.
            self.leave(lambda: self._begin(loaded))
            return
        self._end()
        self._sitting = Sitting(self._session, loaded, self.failed.emit)
        self._history.open(self._sitting.document)
        self._options.set_schema(loaded.opened.schema)
        self._protect()
        self.opened.emit(self._sitting)

    def _not_opened(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self.close_crop(str(error))
        else:
            self.failed.emit(error)

    def _end(self) -> None:
        sitting, self._sitting = self._sitting, None
        if sitting is not None:
            self._autosave.stop()
            # Its thread may wait for the disk.
            if self._writer.closed:
                sitting.close()
            else:
                self._writer.run(sitting.close, None, self.failed.emit)

    def _edited(self, delta: Delta) -> None:
        sitting = self._sitting
        if sitting is not None:
            sitting.note(delta)
            self._autosave.start(_SAVE_AFTER_MS)
            self.state_changed.emit("Not saved yet")

    def _saved(self, sitting: Sitting, saved: Saved | None) -> None:
        if sitting.draft_is_taken and saved is not None:
            sitting.forget_draft()
        if self._sitting is sitting and sitting.is_saved:
            self.tell_state()
        if saved is None:
            return
        self.saved.emit(sitting.crop_id)
        if saved.overtaken is not None:
            self.failed.emit(
                UserError(
                    f"Somebody else saved this mask meanwhile. Yours is the latest now; theirs is revision "
                    f"{saved.overtaken} on the right."
                )
            )
        self._pool(sitting.crop_id)

    def _refused(self, sitting: Sitting, error: Exception) -> None:
        if isinstance(error, GoneError):
            if self._sitting is sitting:
                self.close_crop(str(error))
        elif self._sitting is sitting:
            self.state_changed.emit("Could not be saved; trying again")
            self._autosave.start(_AGAIN_AFTER_MS)
        self.failed.emit(error)

    def _pool(self, crop_id: int) -> None:
        if crop_id in self._to_pool:  # it will be of the mask that was saved last
            return
        self._to_pool.add(crop_id)
        self._pooling += 1
        session, query = self._session, self._asked()

        def work() -> Effect:
            self._to_pool.discard(crop_id)
            return repool(session, crop_id, query)

        self._pooler.run(work, self._pooled, self._not_pooled)

    def _pooled(self, effect: Effect) -> None:
        self._pooling -= 1
        self.affected.emit(effect)

    def _not_pooled(self, error: Exception) -> None:
        self._pooling -= 1
        if not isinstance(error, GoneError):
            self.failed.emit(error)

    def _protect(self) -> None:
        document, options = self._history.document, self._options
        if document is None:
            return
        if options.protects:
            document.protect_others(options.part)
        else:
            document.protected = frozenset()
