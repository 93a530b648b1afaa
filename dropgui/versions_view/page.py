"""The page of model versions: the tree, what is known of the selected one, and what can be done with it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dropgui.dialogs import questions
from dropgui.dialogs.notice import NoticeBar
from dropgui.flow import FlowLayout
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Latest, Runner
from dropgui.jobs.version_jobs import VersionJobs, Word
from dropgui.library.changes import Change
from dropgui.session import Session
from dropgui.style import GRID, note
from dropgui.versions.tree import Version, version_tree
from dropgui.versions_view.able import able
from dropgui.versions_view.commands import Commands
from dropgui.versions_view.compare_page import ComparePage
from dropgui.versions_view.detail import VersionDetail
from dropgui.versions_view.tree import VersionTree

_NONE = (
    "A library's first model version comes with its first folder: add one.\n"
    "Versions that you teach, or bring in as a file, stand below the one that they were taught from."
)
_LATER_MS = 2000  # counts of what a version lacks follow the library this late: they cost a look at all crops


class VersionsPage(QStackedWidget):
    """Nothing here is done without being asked for; what is asked for runs in the background."""

    front_wanted = Signal()
    """Show the page: something is asked on it."""

    def __init__(
        self,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        jobs: VersionJobs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = session.library
        self._jobs = jobs
        self._reads = Latest(runner)
        self._versions: dict[int, Version] = {}
        self._to_select: int | None = None
        self.work = jobs.work
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
        self.compare.failed.connect(jobs.failed)
        self.compare.shown.connect(self._show_able)
        self.tree.chosen.connect(self._show_chosen)
        self.detail.rename_wanted.connect(self._rename)
        self.detail.note_wanted.connect(jobs.note)
        self.work.began.connect(self.notice.hide)
        self.work.began.connect(self._show_able)
        self.work.ended.connect(self._show_able)
        jobs.added.connect(self._select_soon)
        jobs.listen(self._hear)
        self._show_chosen()

    def _add_commands(self) -> None:
        add = self.commands.add
        add("use", "&Use Selected Version", "", self.use)
        add("back", "Go &Back to the Version Before", "", self.go_back)
        add("compare", "&Compare Selected Version", "", self.show_comparison)
        add("save", "&Write Comparison…", "", self.compare.ask_export)
        add("import", "&Import Version…", "", self._ask_import)
        add("starter", "&Add Starter Model", "", self._jobs.add_starter)
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

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while nobody looked is read now."""
        super().showEvent(event)
        self._later.start(0)

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

    # -- what is asked for ------------------------------------------------------------------------

    def use(self) -> None:
        """Use the selected version."""
        if (version := self.chosen) is not None:
            self._jobs.use(version.row)

    def go_back(self) -> None:
        """Let the version answer again that did before."""
        self._jobs.go_back(*(each.row.name for each in self.versions if each.is_previous))

    def _ask_import(self) -> None:
        if chosen := questions.which_model(self):
            self._jobs.import_file(chosen)

    def _ask_export(self) -> None:
        if (version := self.chosen) is not None and (
            chosen := questions.which_new_model(self, version.row.name)
        ):
            self._jobs.export(version.row, chosen, overwrite=True)  # the dialog asked already

    def _ask_drop(self) -> None:
        self._come_to_front()
        if (version := self.chosen) is not None:
            self._jobs.propose_drop(version.row)

    def _ask_drop_vectors(self) -> None:
        self._come_to_front()
        if (version := self.chosen) is not None:
            self._jobs.propose_drop_vectors(version.row, version.crops)

    def _come_to_front(self) -> None:
        self.front_wanted.emit()
        self.show_tree()

    def _rename(self, version_id: int, name: str) -> None:
        # What is refused has the name that it had.
        self._jobs.rename(self._versions[version_id].row, name, self._show_chosen)

    # -- what is shown ----------------------------------------------------------------------------

    def _select_soon(self, version_id: int) -> None:
        self._to_select = version_id
        self._later.start(0)

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
        compared = self.compare.comparison is not None
        for name, found in able(self.versions, self.chosen, self.work.title, compared=compared).items():
            self.commands.set_able(name, able=found.able, tip=found.tip)

    def _hear(self, word: Word) -> bool:
        seen = self.isVisible() and self.currentIndex() == 0
        if seen:
            self.notice.tell(word.text, word.action, word.todo, error=word.is_fault)
        return seen
