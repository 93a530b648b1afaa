"""The page of duplicates: groups in a list, the crops of one of them side by side, and what to do with it."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from dropgui.duplicates.stack import Group, Kind, Stack, group_of
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import CropModel
from dropgui.gallery.picture_list import PictureList
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.changes import Change
from dropgui.library.ignored import heed_groups, ignore_group, ignored_groups, undo_ignored
from dropgui.library.library import Library
from dropgui.search.duplicates import THRESHOLD, find_duplicates
from dropgui.session import Session
from dropgui.stacks.find_bar import FindBar
from dropgui.stacks.key_buttons import Step
from dropgui.stacks.look import Progress
from dropgui.stacks.page import StackPage
from dropgui.style import GRID, note, scaled

_FIRST = (
    "Copies of a picture, and pictures that hardly differ, are put side by side here.\n"
    "You choose which to keep, and select the others in the gallery. Nothing is ever deleted."
)
_NOTHING = "No two crops are that alike. A lower likeness finds more."
_HOW = "The one to keep comes first. Click another one and press K to keep that."
_IGNORE = "Ignore", "List this group no more, also when you look anew (I)"
_HEED = "Ignore No More", "List this group again when you look anew (I)"
Choice = TypeVar("Choice")


class DuplicatesPage(StackPage):
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
        controls = QCheckBox("Show i&gnored"), QComboBox(), _likeness()
        bar = FindBar("Find &Duplicates", "Look through the crops that the filter shows", *controls)
        super().__init__(runner, bar, _FIRST, parent)
        self._showing_ignored, self._kind, self._threshold = controls
        self._showing_ignored.setToolTip("List ignored groups too, to look at them again or to take it back")
        self._kind.addItems([kind.value for kind in Kind])
        self._kind.setAccessibleName("Which duplicates to list")
        self._kind.setToolTip("Exact copies have the same file content; near-duplicates only look alike")
        self._library = library
        self._session = session
        self._stack = Stack()
        self._looked = False
        self._copies = 0  # of all listed groups
        self._model = CropModel(library, runner, thumbnails, self)
        self.grid = CropGrid(self._model, thumbnails, matches=False)
        self.grid.setAccessibleName("Crops of the group")
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list = PictureList(library, runner, thumbnails, "Groups of duplicates")
        self._title = QLabel()
        self._title.setWordWrap(True)
        self._title.setFont(scaled(self._title.font(), 1.25, bold=True))
        self._lay_out(self._make_groups(), self._steps(), (self.grid, self.list))
        self._kind.currentIndexChanged.connect(
            lambda: self._relist(self._stack.set_kind, self._chosen_kind())
        )
        self._showing_ignored.toggled.connect(lambda on: self._relist(self._stack.set_showing_ignored, on))
        self.list.selectionModel().currentChanged.connect(lambda index: self._go_to(index.row()))
        self.grid.selection_changed.connect(self._show_able)

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
                "Select the copies of all listed groups in the gallery, but of ignored ones (A)",
            ),
            Step("Keep", key.Key_K, self.keep, "Keep the selected crop instead of the first one (K)"),
            Step(_IGNORE[0], key.Key_I, self.ignore, _IGNORE[1]),
            Step("Back", key.Key_B, self.back, "To the group before (B)", apart=True),
            Step("Next", key.Key_N, self.next, "To the next group (N)", apart=True),
            Step("Undo", key.Key_Z, self.undo, "Take back what was ignored last (Z)", apart=True),
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
    def title(self) -> str:
        """What is said of the group in front."""
        return self._title.text()

    def grid_ids(self) -> list[int]:
        """The crops of the group in front, the one to keep first."""
        ids: list[int] = self._model.ids.tolist()
        return ids

    # -- from outside -----------------------------------------------------------------------------

    def set_kind(self, kind: Kind) -> None:
        """List duplicates of this kind."""
        self._kind.setCurrentIndex(list(Kind).index(kind))

    def set_threshold(self, threshold: float) -> None:
        """How alike near-duplicates must be the next time they are looked for, from 0.8 to 0.99."""
        self._threshold.setValue(threshold)

    def show_ignored(self, on: bool) -> None:
        """List ignored groups too, or not."""
        self._showing_ignored.setChecked(on)

    def library_changed(self, change: Change) -> None:
        """Crops that are gone leave their groups."""
        self._model.refresh(change.crops_changed)
        if self._stack.forget(change.crops_removed):
            self._show_front()

    def look(self) -> None:
        """Look for duplicates among the crops that the filter shows."""
        crop_filter, threshold = self._filter, round(self._threshold.value(), 2)

        def work(tell: Progress) -> tuple[list[Group], dict[int, frozenset[int]]]:
            index = self._session.index
            index.refresh()
            found = find_duplicates(index, crop_filter, threshold=threshold, on_progress=tell)
            return [group_of(each) for each in found], ignored_groups(self._library)

        self._start("Comparing crops with each other…", work, self._found)

    # -- the steps --------------------------------------------------------------------------------

    def select_copies(self) -> None:
        """Select the copies of the group in front in the gallery."""
        if (group := self._stack.current) is not None:
            self.select_wanted.emit(list(group.copies))

    def select_all(self) -> None:
        """Select the copies of all listed groups in the gallery, but of those that are ignored."""
        if copies := self._stack.copies:
            self.select_wanted.emit(copies)

    def keep(self) -> None:
        """Keep the selected crop of the group."""
        if selected := self.grid.selected_ids():
            self._stack.keep(selected[0])
            self._show_front()

    def ignore(self) -> None:
        """List the group no more; where it is ignored already, take that back."""
        group, marks = self._stack.current, self._stack.marks_in_front()
        if marks:
            self._write(lambda: heed_groups(self._library, marks), self._stack.decided)
        elif group is not None:
            self._write(lambda: ignore_group(self._library, group.crop_ids), self._stack.decided)

    def back(self) -> None:
        """Go to the group before."""
        self.list.setCurrentIndex(self.list.model().index(self._stack.position - 1, 0))

    def next(self) -> None:
        """Go to the next group."""
        self.list.setCurrentIndex(self.list.model().index(self._stack.position + 1, 0))

    def undo(self) -> None:
        """Take back what was ignored last, or ignore again what was taken back."""
        if (step := self._stack.last_step) is not None:
            self._write(lambda: undo_ignored(self._library, step), self._stack.undone)

    # -- what happens -----------------------------------------------------------------------------

    def _found(self, found: tuple[list[Group], dict[int, frozenset[int]]]) -> None:
        groups, ignored = found
        showing = self._showing_ignored.isChecked()
        self._looked = True
        self._stack = Stack(groups, self._chosen_kind(), ignored, showing_ignored=showing)
        self._show_front()
        if self.isVisible():
            (self.grid if self._stack.current is not None else self._message).setFocus()

    def _relist(self, choose: Callable[[Choice], None], choice: Choice) -> None:
        choose(choice)
        if self._looked and not self._busy:
            self._show_front()

    def _chosen_kind(self) -> Kind:
        return list(Kind)[self._kind.currentIndex()]

    def _go_to(self, row: int) -> None:
        if row >= 0 and row != self._stack.position:
            self._stack.go_to(row)
            self._show_group()

    # -- what is shown ----------------------------------------------------------------------------

    def _has_cards(self) -> bool:
        return bool(self._stack.groups)

    def _has_steps(self) -> bool:
        return self._stack.last_step is not None

    def _show_front(self) -> None:
        groups = self._stack.groups
        self.list.show_pictures([group.kept for group in groups], self._list_words)
        self._copies = len(self._stack.copies)
        if groups:
            self._show_card()
        else:
            self._model.set_ids(np.empty(0, np.int64))
            self._say(_none_left(self._stack) if self._stack.ignored else _NOTHING)
            self._message.setFocus()
        self._show_group()

    def _show_group(self) -> None:
        group = self._stack.current
        if group is not None:
            place = self._stack.position
            self.list.setCurrentIndex(self.list.model().index(place, 0))
            self._title.setText(self._list_words(place).replace("\n", " · "))
            self._model.set_remarks({crop_id: _remark(group, crop_id) for crop_id in group.crop_ids})
            self._model.set_ids(np.array(group.crop_ids, np.int64))
            self.grid.clearSelection()
            self.grid.scrollToTop()
            words = [f"Group {place + 1:,} of {len(self._stack.groups):,}"]
            words.append(f"{self._copies:,} copies in all")
            if self._stack.ignored:
                words.append(f"{self._stack.ignored:,} ignored")
            self._bar.set_summary(" · ".join(words))
            ignored = self._stack.is_ignored(place)
            self._buttons.set_words(_IGNORE[0], *(_HEED if ignored else _IGNORE))
        self._show_able()

    def _list_words(self, place: int) -> str:
        words = _words(self._stack.groups[place])
        return f"{words} · ignored" if self._stack.is_ignored(place) else words

    def _able(self) -> dict[str, bool]:
        group = self._stack.current
        selected = self.grid.selected_ids() if group is not None else []
        return {
            "Select Copies": group is not None,
            "Select All Copies": self._copies > 0,
            "Keep": group is not None and bool(selected) and selected[0] != group.kept,
            _IGNORE[0]: group is not None,
            "Back": group is not None and self._stack.position > 0,
            "Next": group is not None and self._stack.position < len(self._stack.groups) - 1,
            "Undo": self._has_steps(),
        }


def _likeness() -> QDoubleSpinBox:
    """How alike near-duplicates must be."""
    box = QDoubleSpinBox()
    box.setRange(0.8, 0.99)
    box.setSingleStep(0.01)
    box.setValue(THRESHOLD)
    box.setPrefix("likeness ≥ ")
    box.setAccessibleName("Least likeness of near-duplicates")
    box.setToolTip("How alike two crops must be, 1 being the same; counts when you look anew")
    box.lineEdit().setAcceptDrops(False)  # folders may be dropped anywhere, here too
    return box


def _none_left(stack: Stack) -> str:
    """Where all that was found is ignored."""
    count = stack.ignored
    groups = f"{count:,} group{'s are' if count != 1 else ' is'} ignored"
    words = f"Nothing is listed: {groups}. “Show ignored” lists {'them' if count != 1 else 'it'}"
    return f"{words}, Z takes back the last step." if stack.last_step is not None else f"{words}."


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
