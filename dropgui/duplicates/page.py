"""The page of duplicates: groups in a list, the crops of one of them side by side, and what to do with it."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui.duplicates.stack import Group, Kind, Stack, group_of
from dropgui.errors import UserError
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import CropModel
from dropgui.gallery.picture_list import PictureList
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.rows import CropFilter
from dropgui.persons.find_bar import FindBar
from dropgui.persons.key_buttons import KeyButtons, Step
from dropgui.persons.look import Look, Progress
from dropgui.search.duplicates import THRESHOLD, find_duplicates
from dropgui.session import NotIndexedYetError, Session
from dropgui.style import GRID, note, scaled

_FIRST = (
    "Copies of a picture, and pictures that hardly differ, are put side by side here.\n"
    "You choose which to keep, and select the others in the gallery. Nothing is ever deleted."
)
_NOTHING = "No two crops are that alike. A lower likeness finds more."
_NONE_LEFT = "Nothing is listed. Z brings back what was ignored last."
_HOW = "The one to keep comes first. Click another one and press K to keep that."


class DuplicatesPage(QWidget):
    """Looks for duplicates on demand; only says which crops they are, and changes no file."""

    select_wanted = Signal(object)
    """Select these crops, a list of ids, in the gallery, and show it."""

    def __init__(
        self,
        library: Library,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._look = Look(runner, self)
        self._filter = CropFilter()
        self._stack = Stack()
        self._busy = False
        self._copies = 0  # of all listed groups
        self._model = CropModel(library, runner, thumbnails, self)
        self.grid = CropGrid(self._model, thumbnails, matches=False)
        self.grid.setAccessibleName("Crops of the group")
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list = PictureList(library, runner, thumbnails, "Groups of duplicates")
        self._kind = QComboBox()
        self._kind.addItems([kind.value for kind in Kind])
        self._kind.setAccessibleName("Which duplicates to list")
        self._kind.setToolTip("Exact copies have the same file content; near-duplicates only look alike")
        self._threshold = QDoubleSpinBox()
        self._threshold.setRange(0.8, 0.99)
        self._threshold.setSingleStep(0.01)
        self._threshold.setValue(THRESHOLD)
        self._threshold.setPrefix("likeness ≥ ")
        self._threshold.setAccessibleName("Least likeness of near-duplicates")
        self._threshold.setToolTip("How alike two crops must be, 1 being the same; counts when you look anew")
        self._threshold.lineEdit().setAcceptDrops(False)  # folders may be dropped anywhere, here too
        self._bar = FindBar(
            "Find &Duplicates",
            "Look through the crops that the filter shows",
            self._kind,
            self._threshold,
        )
        self._title = QLabel()
        self._title.setWordWrap(True)
        self._title.setFont(scaled(self._title.font(), 1.25, bold=True))
        self._message = note()
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._message.setMargin(4 * GRID)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._message)
        self._pages.addWidget(self._make_groups())
        self._buttons = KeyButtons(self._steps(), (self, self.grid, self.list, self._message))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._bar)
        column.addWidget(self._pages, 1)
        column.addWidget(self._buttons)
        self._look.progressed.connect(self._bar.set_share)
        self._bar.start_wanted.connect(self.look)
        self._bar.stop_wanted.connect(self._look.stop)
        self._kind.currentIndexChanged.connect(self._kind_changed)
        self.list.selectionModel().currentChanged.connect(lambda index: self._go_to(index.row()))
        self.grid.selection_changed.connect(self._show_able)
        self._say(_FIRST)

    def _steps(self) -> tuple[Step, ...]:
        key = Qt.Key
        return (
            Step(
                "Select Copies",
                key.Key_Return,
                self.select_copies,
                "Select all but the first of this group in the gallery (Enter)",
            ),
            Step(
                "Select All Copies",
                key.Key_A,
                self.select_all,
                "Select the copies of all listed groups in the gallery (A)",
            ),
            Step("Keep", key.Key_K, self.keep, "Keep the selected crop instead of the first one (K)"),
            Step("Ignore", key.Key_I, self.ignore, "Take this group off the list until you look anew (I)"),
            Step("Back", key.Key_B, self.back, "To the group before (B)", apart=True),
            Step("Next", key.Key_N, self.next, "To the next group (N)", apart=True),
            Step("Undo", key.Key_Z, self.undo, "Bring back what was ignored last (Z)", apart=True),
        )

    def _make_groups(self) -> QWidget:
        crops = QWidget()
        column = QVBoxLayout(crops)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID // 2)
        words = QVBoxLayout()
        words.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(note(_HOW))
        column.addLayout(words)
        column.addWidget(self.grid, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.list)
        split.addWidget(crops)
        split.setStretchFactor(1, 1)
        split.setSizes([24 * GRID, 60 * GRID])
        split.setChildrenCollapsible(False)
        self.list.setMinimumWidth(16 * GRID)
        crops.setMinimumWidth(40 * GRID)  # two cards side by side
        return split

    # -- what it shows ----------------------------------------------------------------------------

    @property
    def stack(self) -> Stack:
        """The groups that are looked through."""
        return self._stack

    @property
    def busy(self) -> bool:
        """Whether duplicates are being looked for."""
        return self._busy

    @property
    def message(self) -> str:
        """What stands in place of the groups, empty while there are some."""
        return "" if self._pages.currentIndex() == 1 else self._message.text()

    @property
    def summary(self) -> str:
        """How many groups there are, and which is in front."""
        return self._bar.summary

    @property
    def start_button(self) -> QWidget:
        """Starts looking for duplicates, and stops it."""
        return self._bar.start

    def grid_ids(self) -> list[int]:
        """The crops of the group in front, the one to keep first."""
        ids: list[int] = self._model.ids.tolist()
        return ids

    # -- from outside -----------------------------------------------------------------------------

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Look only among these crops, from the next time on."""
        self._filter = crop_filter

    def set_kind(self, kind: Kind) -> None:
        """List duplicates of this kind."""
        self._kind.setCurrentIndex(list(Kind).index(kind))

    def set_threshold(self, threshold: float) -> None:
        """How alike near-duplicates must be the next time they are looked for, from 0.8 to 0.99."""
        self._threshold.setValue(threshold)

    def library_changed(self, change: Change) -> None:
        """Crops that are gone leave their groups."""
        self._model.refresh(change.crops_changed)
        if self._stack.forget(change.crops_removed):
            self._show_groups()

    def look(self) -> None:
        """Look for duplicates among the crops that the filter shows."""
        if self._busy:
            return
        crop_filter, threshold = self._filter, round(self._threshold.value(), 2)

        def work(tell: Progress) -> list[Group]:
            index = self._session.index
            index.refresh()
            found = find_duplicates(index, crop_filter, threshold=threshold, on_progress=tell)
            return [group_of(each) for each in found]

        self._busy = True
        self._bar.set_looking()
        self._say("Comparing crops with each other…")
        self._look.start(work, self._found, self._failed)

    # -- the steps --------------------------------------------------------------------------------

    def select_copies(self) -> None:
        """Select the copies of the group in front in the gallery."""
        if (group := self._stack.current) is not None:
            self.select_wanted.emit(list(group.copies))

    def select_all(self) -> None:
        """Select the copies of all listed groups in the gallery."""
        if copies := self._stack.copies:
            self.select_wanted.emit(copies)

    def keep(self) -> None:
        """Keep the selected crop of the group."""
        if selected := self.grid.selected_ids():
            self._stack.keep(selected[0])
            self._show_groups()

    def ignore(self) -> None:
        """Take the group off the list."""
        self._stack.ignore()
        self._show_groups()

    def back(self) -> None:
        """Go to the group before."""
        self.list.setCurrentIndex(self.list.model().index(self._stack.position - 1, 0))

    def next(self) -> None:
        """Go to the next group."""
        self.list.setCurrentIndex(self.list.model().index(self._stack.position + 1, 0))

    def undo(self) -> None:
        """Bring back what was ignored last."""
        self._stack.undo()
        self._show_groups()

    # -- what happens -----------------------------------------------------------------------------

    def _found(self, groups: list[Group] | None) -> None:
        self._rest()
        if groups is None:
            self._say(_FIRST)
            return
        self._stack = Stack(groups, self._chosen_kind())
        self._show_groups()
        if self.isVisible():
            (self.grid if self._stack.current is not None else self._message).setFocus()

    def _failed(self, error: Exception) -> None:
        self._rest()
        if isinstance(error, NotIndexedYetError):
            self._say("Nothing is indexed yet. Add a folder of pictures first.")
        elif isinstance(error, UserError):
            self._say(str(error))
        else:
            self._say(_FIRST)
            self._runner.failed.emit(error)

    def _rest(self) -> None:
        self._busy = False
        self._bar.set_busy(busy=False)

    def _kind_changed(self) -> None:
        self._stack.set_kind(self._chosen_kind())
        if not self._busy and (self._stack.groups or self.message != _FIRST):
            self._show_groups()

    def _chosen_kind(self) -> Kind:
        return list(Kind)[self._kind.currentIndex()]

    def _go_to(self, row: int) -> None:
        if row >= 0 and row != self._stack.position:
            self._stack.go_to(row)
            self._show_group()

    # -- what is shown ----------------------------------------------------------------------------

    def _say(self, words: str) -> None:
        self._message.setText(words)
        self._pages.setCurrentIndex(0)
        self._bar.set_summary("")
        self._buttons.setVisible(self._stack.ignored > 0 and not self._busy)
        self._show_able()

    def _show_groups(self) -> None:
        groups = self._stack.groups
        self.list.show_pictures([group.kept for group in groups], lambda row: _words(groups[row]))
        self._copies = len(self._stack.copies)
        if groups:
            self._pages.setCurrentIndex(1)
            self._buttons.show()
        else:
            self._model.set_ids(np.empty(0, np.int64))
            self._say(_NONE_LEFT if self._stack.ignored else _NOTHING)
            self._message.setFocus()
        self._show_group()

    def _show_group(self) -> None:
        group = self._stack.current
        if group is not None:
            place = self._stack.position
            self.list.setCurrentIndex(self.list.model().index(place, 0))
            self._title.setText(_words(group).replace("\n", " · "))
            self._model.set_remarks({crop_id: _remark(group, crop_id) for crop_id in group.crop_ids})
            self._model.set_ids(np.array(group.crop_ids, np.int64))
            self.grid.clearSelection()
            self.grid.scrollToTop()
            words = [f"Group {place + 1:,} of {len(self._stack.groups):,}"]
            words.append(f"{self._copies:,} copies in all")
            if self._stack.ignored:
                words.append(f"{self._stack.ignored:,} ignored")
            self._bar.set_summary(" · ".join(words))
        self._show_able()

    def _show_able(self) -> None:
        group = None if self._busy else self._stack.current
        selected = self.grid.selected_ids() if group is not None else []
        self._buttons.set_able(
            {
                "Select Copies": group is not None,
                "Select All Copies": group is not None,
                "Keep": group is not None and bool(selected) and selected[0] != group.kept,
                "Ignore": group is not None,
                "Back": group is not None and self._stack.position > 0,
                "Next": group is not None and self._stack.position < len(self._stack.groups) - 1,
                "Undo": not self._busy and self._stack.ignored > 0,
            }
        )


def _words(group: Group) -> str:
    exact = sum(copy in group.exact for copy in group.copies)
    near = [group.scores[copy] for copy in group.copies if copy not in group.exact]
    words = [f"{exact:,} exact"] if exact else []
    if near:
        low, high = f"{min(near):.2f}", f"{max(near):.2f}"
        words.append(f"likeness {low}" if low == high else f"likeness {low} to {high}")
    return f"{len(group.crop_ids):,} crops\n{', '.join(words)}"


def _remark(group: Group, crop_id: int) -> str:
    if crop_id == group.kept:
        return "Keep"
    if crop_id in group.exact:
        return "Exact copy"
    return "First found" if crop_id == group.first else f"Likeness {group.scores[crop_id]:.3f}"
