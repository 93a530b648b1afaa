"""What is done with model versions, wherever in the window it is asked for: one at a time, told one way."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from dropgui.errors import UserError
from dropgui.jobs.job_bar import JobBar
from dropgui.jobs.long_work import LongWork
from dropgui.jobs.runner import Runner
from dropgui.library.models import model_versions, note_version, rename_version
from dropgui.library.names import clean_name
from dropgui.library.rows import ModelVersionRow
from dropgui.session import Session
from dropgui.versions.drop import Dropped, drop_vectors, drop_version
from dropgui.versions.exchange import export_version, import_version
from dropgui.versions.use import UseReport, roll_back, use_version


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of a version: a sentence, and a word or two on a button with what that does.

    ``can_wait``: it asks for nothing at once, and stands behind what is being said.
    """

    text: str
    action: str | None = None
    todo: Callable[[], object] | None = None
    is_fault: bool = False
    can_wait: bool = False


Ear = Callable[[Word], bool]
"""Takes a word, or does not since nobody would see it there."""


class VersionJobs(QObject):
    """Using, going back, bringing in and out, dropping, naming. Nothing is done while something else is.

    What came of it is told to the first of those who listen that takes it; :attr:`unheard` is for the rest.
    """

    unheard = Signal(Word)
    added = Signal(int)
    """A version was brought in, or found to be known: its id."""
    failed = Signal(Exception)
    """A bug; what a user can mend is a word."""

    def __init__(self, session: Session, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._library = session.library
        self._runner = runner
        self._ears: list[Ear] = []
        self.work = LongWork(self)

    def listen(self, ear: Ear) -> None:
        """Be told what comes of things, before those who listen later."""
        self._ears.append(ear)

    def show_in(self, bar: JobBar) -> None:
        """Show what is being done in a bar, which can stop it."""
        self.work.began.connect(bar.begin)
        self.work.progressed.connect(lambda doing, name, progress: bar.show_progress(name, progress, doing))
        self.work.ended.connect(bar.hide)
        bar.cancelled.connect(self.work.stop)

    def tell(self, word: Word) -> None:
        """Say something where it is seen."""
        if not any(ear(word) for ear in self._ears):
            self.unheard.emit(word)

    def close(self) -> None:
        """Stop what is being done; before the library is closed."""
        self.work.close()

    # -- which version answers --------------------------------------------------------------------

    def use(self, row: ModelVersionRow, *, leave_out: bool = False) -> None:
        """Embed what a version lacks, then let it answer."""
        session = self._session

        def told(report: UseReport) -> None:
            if report.cancelled and not report.version.active:
                self.tell(Word(report.words, "Go On", lambda: self.use(row, leave_out=leave_out)))
            elif report.left_out and not report.version.active:
                self.tell(Word(report.words, "Use It Without Them", lambda: self.use(row, leave_out=True)))
            else:
                self._tell_switched(report)

        self._do(
            "Embedding with",
            row.name,
            lambda tell, cancel: use_version(
                session, row.id, on_progress=tell, cancel=cancel, leave_out=leave_out
            ),
            told,
        )

    def go_back(self, name: str = "the version before") -> None:
        """Let the version answer again that did before, which is called ``name``; at once."""
        session = self._session
        self._do(
            "Going back to",
            name,
            lambda tell, cancel: roll_back(session, on_progress=tell, cancel=cancel),
            self._tell_switched,
        )

    def offer_to_go_on(self, row: ModelVersionRow) -> None:
        """A version was being made ready when the program ended: ask whether to go on."""
        self.tell(
            Word(
                f"{row.name!r} was being made ready when the program ended. What was done is kept, and the "
                "version in use answers.",
                "Go On",
                lambda: self.use(row),
                can_wait=True,
            )
        )

    def _tell_switched(self, report: UseReport) -> None:
        self.tell(Word(report.words, *(("Undo", self.go_back) if report.switched else ())))

    # -- in and out -------------------------------------------------------------------------------

    def import_file(self, path: Path) -> None:
        """Add a model file as a version."""
        self._import(path.name, lambda: path)

    def add_starter(self) -> None:
        """Add the starter model of this program as a version."""
        self._import("the starter model", _starter)

    def _import(self, name: str, find: Callable[[], Path]) -> None:
        session = self._session

        def work(*_: object) -> tuple[ModelVersionRow, bool]:
            known = {version.id for version in model_versions(session.library)}
            version = import_version(session, find())
            return version, version.id not in known

        def told(found: tuple[ModelVersionRow, bool]) -> None:
            version, is_new = found
            self.added.emit(version.id)
            if is_new:
                text = f"Added {version.name!r}. It is not used until you say so."
                self.tell(Word(text, "Use It", lambda: self.use(version)))
            else:
                self.tell(Word(f"This model is a version already: {version.name!r}."))

        self._do("Importing", name, work, told)

    def export(self, row: ModelVersionRow, path: Path, *, overwrite: bool = False) -> None:
        """Write a version to a file."""
        session = self._session

        def work(*_: object) -> None:
            export_version(session, row.id, path, overwrite=overwrite)

        self._do("Exporting", row.name, work, lambda _: self.tell(Word(f"Wrote {row.name!r} to {path}.")))

    # -- dropping ---------------------------------------------------------------------------------

    def propose_drop(self, row: ModelVersionRow) -> None:
        """Ask whether a version is to go."""
        text = (
            f"Drop {row.name!r} with its vectors and its file? That cannot be undone; export it first to "
            "keep a copy."
        )
        self.tell(Word(text, "Drop", lambda: self._drop(row, drop_version, f"{row.name!r} was dropped")))

    def propose_drop_vectors(self, row: ModelVersionRow, crops: int) -> None:
        """Ask whether a version's vectors, of so many crops, are to go."""
        text = (
            f"Drop the vectors of {row.name!r}? It stays, and using it again means embedding {crops:,} crops "
            "anew."
        )
        done = f"The vectors of {row.name!r} were dropped"
        self.tell(Word(text, "Drop Vectors", lambda: self._drop(row, drop_vectors, done)))

    def _drop(self, row: ModelVersionRow, drop: Callable[..., Dropped], done: str) -> None:
        library = self._library
        self._do(
            "Dropping",
            row.name,
            lambda *_: drop(library, row.id),
            lambda dropped: self.tell(Word(f"{done} ({dropped.crops:,} crops).")),
        )

    # -- names and notes --------------------------------------------------------------------------

    def rename(self, row: ModelVersionRow, name: str, refused: Callable[[], object]) -> None:
        """Call a version something else; where that cannot be, say so and call ``refused``."""
        library = self._library

        def failed(error: Exception) -> None:
            self._fault(error)
            refused()

        def back() -> None:
            self._runner.run(lambda: rename_version(library, row.id, row.name), None, self._fault)

        def done(_: object) -> None:
            self.tell(Word(f"{row.name!r} is called {clean_name(name)!r} now.", "Undo", back))

        self._runner.run(lambda: rename_version(library, row.id, name), done, failed)

    def note(self, version_id: int, text: str) -> None:
        """Keep what people want to remember of a version."""
        library = self._library
        self._runner.run(lambda: note_version(library, version_id, text), None, self._fault)

    # -- one at a time ----------------------------------------------------------------------------

    def _do(self, doing: str, name: str, work: Callable[..., Any], told: Callable[[Any], None]) -> None:
        if self.work.title is not None:
            self.tell(Word(f"{self.work.title}: wait until that is done, or stop it.", is_fault=True))
            return
        self.work.run(doing, name, work, told, self._fault)

    def _fault(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self.tell(Word(str(error), is_fault=True))
        else:
            self.failed.emit(error)


def _starter() -> Path:
    from dropmodel.inference import starter_path  # imports torch: not on the window's thread

    if (path := starter_path()) is None:
        raise UserError("The starter model is not here. Install dropgui again.")
    return path
