"""The page of model versions: the tree, what is known of the selected one, and what can be done with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dropgui.dialogs import questions
from dropgui.dialogs.notice import NoticeBar
from dropgui.errors import UserError
from dropgui.flow import FlowLayout
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.models import model_versions, note_version, rename_version
from dropgui.library.rows import ModelVersionRow
from dropgui.session import Session
from dropgui.style import GRID, note
from dropgui.versions.drop import Dropped, drop_vectors, drop_version
from dropgui.versions.exchange import export_version, import_version
from dropgui.versions.tree import Version, version_tree
from dropgui.versions.use import UseReport, roll_back, use_version
from dropgui.versions_view.commands import Commands
from dropgui.versions_view.compare_page import ComparePage
from dropgui.versions_view.detail import VersionDetail
from dropgui.versions_view.long_work import LongWork
from dropgui.versions_view.tree import VersionTree

_NONE = (
    "A library's first model version comes with its first folder: add one.\n"
    "Versions that you teach, or bring in as a file, stand below the one that they were taught from."
)
_LATER_MS = 2000  # counts of what a version lacks follow the library this late: they cost a look at all crops
_CHOOSE = "Select a version first"


class VersionsPage(QStackedWidget):
    """Nothing here is done without being asked for; what is asked for runs in the background."""

    failed = Signal(Exception)
    """A bug; what a user can mend is said on the page."""
    offered = Signal(str, object, object, bool)
    """Said while the page is not seen: the text, a word or two and the function they do, whether a fault."""
    front_wanted = Signal()
    """Show the page: something is asked on it."""

    def __init__(
        self, session: Session, runner: Runner, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._library = session.library
        self._runner = runner
        self._reads = Latest(runner)
        self._versions: dict[int, Version] = {}
        self._to_select: int | None = None
        self.work = LongWork(self)
        self.commands = Commands(self)
        self.notice = NoticeBar()
        self.tree = VersionTree()
        self.detail = VersionDetail()
        self.compare = ComparePage(session, runner, thumbnails, self.work)
        self._message = note(_NONE)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setMargin(4 * GRID)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._read)
        self._add_commands()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._message)
        self._pages.addWidget(self._make_versions())
        own = QWidget()
        column = QVBoxLayout(own)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_bar())
        column.addWidget(self.notice)
        column.addWidget(self._pages, 1)
        own.setFocusProxy(self.tree)
        for each in (own, self.compare):
            self.addWidget(each)
        self.setFocusProxy(self.tree)
        self.compare.back_wanted.connect(self.show_tree)
        self.compare.failed.connect(self.failed)
        self.tree.chosen.connect(self._show_chosen)
        self.detail.rename_wanted.connect(self._rename)
        self.detail.note_wanted.connect(self._note)
        self.work.began.connect(self._show_able)
        self.work.ended.connect(self._show_able)
        self._show_chosen()

    def _add_commands(self) -> None:
        add = self.commands.add
        add("use", "&Use Selected Version", "", self.use)
        add("back", "Go &Back to the Version Before", "", self.go_back)
        add("compare", "&Compare Selected Version", "", self.show_comparison)
        add("import", "&Import Version…", "", self._ask_import)
        add("starter", "&Add Starter Model", "", self.add_starter)
        add("export", "&Export Selected Version…", "", self._ask_export)
        add("vectors", "Drop Vectors &of Selected Version", "", self._ask_drop_vectors)
        add("drop", "&Drop Selected Version", "", self._ask_drop)
        add("stop", "&Stop Work on Versions", "", self.work.stop)

    def _make_bar(self) -> QWidget:
        bar = QWidget()
        self._summary = QLabel()
        flow = FlowLayout(bar)
        flow.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        flow.addWidget(self._summary)
        right = QWidget()
        row = QHBoxLayout(right)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for name, text in {"back": "Go Back", "import": "Import…"}.items():
            row.addWidget(self.commands.button(name, text))
        flow.addWidget(right)
        flow.setAlignment(right, Qt.AlignmentFlag.AlignRight)
        return bar

    def _make_versions(self) -> QWidget:
        side = QWidget()
        buttons = QWidget()
        flow = FlowLayout(buttons)
        flow.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        texts = {
            "use": "Use It",
            "compare": "Compare…",
            "export": "Export…",
            "vectors": "Drop Vectors",
            "drop": "Drop",
        }
        for name, text in texts.items():
            button = self.commands.button(name, text)
            button.setDefault(name == "use")
            flow.addWidget(button)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.detail, 1)
        column.addWidget(buttons)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.tree)
        split.addWidget(side)
        split.setStretchFactor(1, 1)
        split.setSizes([24 * GRID, 48 * GRID])
        split.setChildrenCollapsible(False)
        return split

    # -- what it shows ----------------------------------------------------------------------------

    @property
    def versions(self) -> list[Version]:
        """Those that are listed, each before what was taught from it."""
        return list(self._versions.values())

    @property
    def chosen(self) -> Version | None:
        """The selected version."""
        found = self.tree.version_id
        return None if found is None else self._versions.get(found)

    @property
    def busy(self) -> bool:
        """Whether something is being done, or read."""
        return self.work.busy or self._reads.busy or self._later.isActive()

    # -- from outside -----------------------------------------------------------------------------

    def library_changed(self, change: Change) -> None:
        """Follow the library, while the page is seen."""
        if not self.isVisible():
            return
        if change.models or change.jobs or change.elsewhere:
            self._later.start(0)
        elif (change.crops_added or change.crops_changed or change.crops_removed) and not (
            self._later.isActive()
        ):
            self._later.start(_LATER_MS)

    def read_soon(self) -> None:
        """Read the versions anew: the menu is about to say what can be done."""
        self._later.start(0)

    def offer_to_go_on(self, row: ModelVersionRow) -> None:
        """A version was being made ready when the program ended: ask whether to go on."""
        self._tell(
            f"{row.name!r} was being made ready when the program ended. What was done is kept, and the "
            "version in use answers.",
            "Go On",
            lambda: self.use_version(row),
        )

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while nobody looked is read now."""
        super().showEvent(event)
        self._later.start(0)

    def close_work(self) -> None:
        """Stop what is being done; before the library is closed."""
        self.work.close()

    def show_tree(self) -> None:
        """Show the tree of versions, not a comparison."""
        self.setCurrentIndex(0)
        self.tree.setFocus()

    def show_comparison(self) -> None:
        """Propose to compare the selected version with the one in use, that with the one before it."""
        self.front_wanted.emit()
        if (after := self.chosen) is None:
            return
        others = [version for version in self.versions if version.row.id != after.row.id]
        others.sort(
            key=lambda one: (not one.row.active, not one.is_previous, one.row.id != after.row.parent_id)
        )
        self.compare.choose(others[0].row.id, after.row.id)
        self.setCurrentWidget(self.compare)
        self.compare.start.setFocus()

    # -- what is done -----------------------------------------------------------------------------

    def use(self, *, leave_out: bool = False) -> None:
        """Use the selected version."""
        if (version := self.chosen) is not None:
            self.use_version(version.row, leave_out=leave_out)

    def use_version(self, row: ModelVersionRow, *, leave_out: bool = False) -> None:
        """Embed what a version lacks, then let it answer."""
        session = self._session

        def told(report: UseReport) -> None:
            if report.cancelled and not report.version.active:
                self._tell(report.words, "Go On", lambda: self.use_version(row, leave_out=leave_out))
            elif report.left_out and not report.version.active:
                self._tell(report.words, "Use It Without Them", lambda: self.use_version(row, leave_out=True))
            else:
                self._tell(report.words)

        self._do(
            "Embedding with",
            row.name,
            lambda tell, cancel: use_version(
                session, row.id, on_progress=tell, cancel=cancel, leave_out=leave_out
            ),
            told,
        )

    def go_back(self) -> None:
        """Let the version answer again that did before; at once."""
        session = self._session
        self._do(
            "Going back to",
            next((each.row.name for each in self.versions if each.is_previous), "the version before"),
            lambda tell, cancel: roll_back(session, on_progress=tell, cancel=cancel),
            lambda report: self._tell(report.words),
        )

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
            self._to_select = version.id
            self._later.start(0)
            if is_new:
                self._tell(
                    f"Added {version.name!r}. It is not used until you say so.",
                    "Use It",
                    lambda: self.use_version(version),
                )
            else:
                self._tell(f"This model is a version already: {version.name!r}.")

        self._do("Importing", name, work, told)

    def export_to(self, row: ModelVersionRow, path: Path, *, overwrite: bool = False) -> None:
        """Write a version to a file."""
        session = self._session

        def work(*_: object) -> None:
            export_version(session, row.id, path, overwrite=overwrite)

        self._do("Exporting", row.name, work, lambda _: self._tell(f"Wrote {row.name!r} to {path}."))

    def drop(self, row: ModelVersionRow, *, only_vectors: bool) -> None:
        """Drop a version, or only its vectors."""
        library = self._library
        drop = drop_vectors if only_vectors else drop_version

        def work(*_: object) -> Dropped:
            return drop(library, row.id)

        what = f"The vectors of {row.name!r} were dropped" if only_vectors else f"{row.name!r} was dropped"
        self._do(
            "Dropping",
            row.name,
            work,
            lambda dropped: self._tell(f"{what} ({dropped.crops:,} crops)."),
        )

    def _do(self, doing: str, name: str, work: Callable[..., Any], told: Callable[[Any], None]) -> None:
        self.notice.hide()
        self.work.run(doing, name, work, told, self._fault)

    # -- what is asked first ----------------------------------------------------------------------

    def _ask_import(self) -> None:
        if chosen := questions.which_model(self):
            self.import_file(chosen)

    def _ask_export(self) -> None:
        if (version := self.chosen) is not None and (
            chosen := questions.which_new_model(self, version.row.name)
        ):
            self.export_to(version.row, chosen, overwrite=True)  # the dialog asked already

    def _come_to_front(self) -> None:
        self.front_wanted.emit()
        self.show_tree()

    def _ask_drop(self) -> None:
        self._come_to_front()
        if (version := self.chosen) is not None:
            self._tell(
                f"Drop {version.row.name!r} with its vectors and its file? That cannot be undone; "
                "export it first to keep a copy.",
                "Drop",
                lambda: self.drop(version.row, only_vectors=False),
            )

    def _ask_drop_vectors(self) -> None:
        self._come_to_front()
        if (version := self.chosen) is not None:
            self._tell(
                f"Drop the vectors of {version.row.name!r}? It stays, and using it again means embedding "
                f"{version.crops:,} crops anew.",
                "Drop Vectors",
                lambda: self.drop(version.row, only_vectors=True),
            )

    # -- names and notes --------------------------------------------------------------------------

    def _rename(self, version_id: int, name: str) -> None:
        library = self._library

        def failed(error: Exception) -> None:
            self._fault(error)
            self._show_chosen()  # the name it has

        self._runner.run(lambda: rename_version(library, version_id, name), None, failed)

    def _note(self, version_id: int, text: str) -> None:
        library = self._library
        self._runner.run(lambda: note_version(library, version_id, text), None, self._fault)

    # -- what is shown ----------------------------------------------------------------------------

    def _read(self) -> None:
        library = self._library
        self._reads.request(lambda: version_tree(library), self._show)

    def _show(self, versions: list[Version]) -> None:
        self._versions = {version.row.id: version for version in versions}
        self._pages.setCurrentIndex(1 if versions else 0)
        self.tree.show_versions(versions)
        self.compare.set_versions(versions)
        if self._to_select in self._versions:
            assert self._to_select is not None
            self.tree.select(self._to_select)
            self._to_select = None
        self._show_chosen()

    def _show_chosen(self) -> None:
        names = {version.row.id: version.row.name for version in self.versions}
        self.detail.show_version(self.chosen, names)
        count = len(self._versions)
        self._summary.setText(f"{count:,} version{'s' * (count != 1)}" if count else "")
        self._show_able()

    def _show_able(self) -> None:
        version, busy = self.chosen, self.work.title
        before = next((each.row.name for each in self.versions if each.is_previous), None)

        def say(name: str, why_not: str | None, tip: str) -> None:
            wait = None if busy is None else f"{busy}: wait until that is done, or stop it"
            reason = wait or why_not
            self.commands.set_able(name, able=reason is None, tip=reason or tip)

        none = _CHOOSE if version is None else None
        in_use = "It is in use already" if version is not None and version.row.active else None
        no_vectors = "It has no vectors" if version is not None and not version.crops else None
        say("use", none or in_use, "Let this version answer searches; what it lacks is embedded first")
        say(
            "back",
            "No other version answered before" if before is None else None,
            f"Let {before!r} answer searches again, at once",
        )
        lone = "There is no other version" if len(self._versions) < 2 else None
        say("compare", none or lone, "See which version finds more, how sure that is, and in which searches")
        say("import", None, "Add a model file (.safetensors) as a version; it is not used until you say so")
        say(
            "starter",
            None,
            "Add the model that this program brings as a version; it is not used until you say so",
        )
        say("export", none, "Write this version to a .safetensors file that any library can import")
        say(
            "vectors",
            none or no_vectors or (None if version is None else version.why_vectors_stay),
            "Make room: drop the vectors of this version; it stays, and can be embedded again",
        )
        say(
            "drop",
            none or (None if version is None else version.why_stays),
            "Remove this version with its vectors and its file",
        )
        self.commands.set_able(
            "stop", able=busy is not None, tip="Stop after the current pictures; what is done stays"
        )

    def _tell(
        self,
        text: str,
        action: str | None = None,
        todo: Callable[[], object] | None = None,
        *,
        error: bool = False,
    ) -> None:
        if self.isVisible() and self.currentIndex() == 0:
            self.notice.tell(text, action, todo, error=error)
        else:
            self.offered.emit(text, action, todo, error)

    def _fault(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._tell(str(error), error=True)
        else:
            self.failed.emit(error)


def _starter() -> Path:
    from dropmodel.inference import starter_path  # imports torch: not on the window's thread

    if (path := starter_path()) is None:
        raise UserError("The starter model is not here. Install dropgui again.")
    return path
