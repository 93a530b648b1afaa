"""Many masks at once: looked through, the least certain first, and accepted together."""

from enum import Enum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui.correction.review import (
    ACCEPTED,
    CORRECTED,
    REVIEW_STATES,
    SKIPPED,
    UNSEEN,
    ReviewProgress,
    review_order,
    similar,
)
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import ID_ROLE
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.rows import CropFilter
from dropgui.masks.header import button
from dropgui.masks.keys import KeyedPage
from dropgui.masks.marking import Marking
from dropgui.masks.review_model import ReviewModel
from dropgui.masks.reviewing import Reviewing
from dropgui.session import Session
from dropgui.style import GRID, note

_HOW = "Click masks to select them, then accept them together. Double-click one to correct it."
_AGAIN_AFTER_MS = 300


class Show(Enum):
    """Which masks the grid shows."""

    UNSEEN = "To review"
    SKIPPED = "Skipped"
    ACCEPTED = "Accepted"
    CORRECTED = "Corrected"
    ALL = "All"
    SIMILAR = "Alike"


_STATES = {
    Show.UNSEEN: (UNSEEN,),
    Show.SKIPPED: (SKIPPED,),
    Show.ACCEPTED: (ACCEPTED,),
    Show.CORRECTED: (CORRECTED,),
    Show.ALL: REVIEW_STATES,
}
_NONE = {
    Show.UNSEEN: "Every mask is reviewed.\n\n“All” shows them again.",
    Show.SKIPPED: "No mask was skipped.",
    Show.ACCEPTED: "No mask was accepted yet.",
    Show.CORRECTED: "No mask was corrected yet.",
    Show.ALL: "No crop was indexed yet. Masks appear here as soon as one is.",
    Show.SIMILAR: "Nothing is alike.",
}


class ReviewPage(KeyedPage):
    """The grid with what can be said of its selected masks."""

    edit_wanted = Signal(int)
    left = Signal()

    def __init__(
        self,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        reviewing: Reviewing,
        marking: Marking,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Masks to review")
        self._session = session
        self._marking = marking
        self._reads = Latest(runner)
        self._filter = CropFilter()
        self._alike: int | None = None
        self._is_stale = True
        self.model = ReviewModel(session.library, runner, thumbnails, self)
        self.grid = CropGrid(self.model, thumbnails, matches=False)
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.grid.setAccessibleName("Masks to review")
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_AFTER_MS)
        self._again.timeout.connect(self.reload)
        self._make_actions()
        self._build()
        self.grid.doubleClicked.connect(lambda index: self.edit_wanted.emit(int(index.data(ID_ROLE))))
        self.grid.selection_changed.connect(self._show_able)
        reviewing.progressed.connect(self._show_progress)
        self.answer_keys_of(self.grid)
        self.setFocusProxy(self.grid)
        self._show_able()

    @property
    def busy(self) -> bool:
        """Whether the list of crops is being read."""
        return self._reads.busy or self._again.isActive()

    @property
    def progress(self) -> str:
        """How far the review is, in words."""
        return self._words.text()

    @property
    def message(self) -> str:
        """What stands in place of the grid, empty while masks are shown."""
        return self._message.text() if self._pages.currentIndex() == 0 else ""

    def show_alike(self, crop_id: int) -> None:
        """Show crops that may have the same fault, to choose from."""
        self._alike = crop_id
        self.set_shown(Show.SIMILAR)

    def set_shown(self, show: Show) -> None:
        """Show these masks."""
        self._shown.setCurrentText(show.value)
        self.reload()

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Only these crops."""
        self._filter = crop_filter
        self._look_again()

    def library_changed(self, change: Change) -> None:
        """Masks or what was said of them may be others."""
        self.model.refresh((*change.crops_changed, *change.crops_removed))
        if change.crops_added or change.crops_changed or change.crops_removed or change.elsewhere:
            self._look_again()

    def reload(self) -> None:
        """Read which crops are to be shown."""
        self._is_stale = False
        session, crop_filter, show, alike = self._session, self._filter, self._show, self._alike

        def read() -> npt.NDArray[np.int64]:
            if show is Show.SIMILAR:
                return np.array([] if alike is None else similar(session, alike), np.int64)
            return review_order(session.library, crop_filter, states=_STATES[show])

        self._reads.request(read, self._show_ids)

    def showEvent(self, event: QShowEvent) -> None:
        """What changed meanwhile is read now."""
        super().showEvent(event)
        if self._is_stale:
            self.reload()
        QTimer.singleShot(0, self, self.setFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Esc is the page's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    # -- layout -----------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        make = self._action
        self._accept = make("Accept", "Return", "The selected masks are right as they are")
        self._skip = make("Skip", "S", "Leave the selected masks for later")
        self._unsee = make("Not Reviewed", "Backspace", "Nobody has looked at the selected masks")
        self._edit = make("Correct", "E", "Correct the mask in the editor")
        self._alike_to = make("Alike", "G", "Show crops of the same person and those that look most alike")
        self._all = make("Select All", "Ctrl+A", "Select all masks, or none")
        self._back = make("Back", "V", "Back to the mask in hand")
        for action, do in (
            (self._accept, lambda: self._mark(ACCEPTED, "accepted")),
            (self._skip, lambda: self._mark(SKIPPED, "skipped")),
            (self._unsee, lambda: self._mark(UNSEEN, "to be reviewed again")),
            (self._edit, self._edit_current),
            (self._alike_to, self._show_alike_to_current),
            (self._all, self._select_all),
            (self._back, self.left.emit),
        ):
            action.triggered.connect(lambda _=False, do=do: do())
            self.add_commands([action])
        for number, show in enumerate(Show, 1):
            action = make(show.value, str(number), "")
            action.triggered.connect(lambda _=False, show=show: self.set_shown(show))
            self.add_commands([action])

    def _build(self) -> None:
        self._words = QLabel()
        self._words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._selected = QLabel()
        self._selected.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._shown = QComboBox()
        self._shown.addItems([show.value for show in Show])
        self._shown.setAccessibleName("Which masks to show")
        self._shown.setToolTip(f"Which masks to show (1 to {len(Show)})")
        self._shown.activated.connect(lambda _: self.reload())
        accept = button(self._accept, "Accept")
        accept.setDefault(True)
        top = QHBoxLayout()
        top.setContentsMargins(GRID, GRID // 2, GRID, 0)
        top.setSpacing(GRID)
        top.addWidget(self._shown)
        top.addWidget(self._words, 1)
        top.addWidget(self._selected)
        for each in (
            accept,
            button(self._skip, "Skip"),
            button(self._unsee, "Not Reviewed"),
            button(self._alike_to, "Alike"),
            button(self._edit, "Correct"),
            button(self._back, "Back"),
        ):
            top.addWidget(each)
        how = note(_HOW)
        how.setContentsMargins(GRID, 0, GRID, 0)
        self._message = note()
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._message)
        self._pages.addWidget(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(top)
        column.addWidget(how)
        column.addWidget(self._pages, 1)

    def _action(self, text: str, key: str, tip: str) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setAutoRepeat(False)
        action.setToolTip(tip)
        return action

    # -- what happens -----------------------------------------------------------------------------

    @property
    def _show(self) -> Show:
        return Show(self._shown.currentText())

    def _look_again(self) -> None:
        """Soon, and only while somebody looks."""
        self._is_stale = True
        if self.isVisible():
            self._again.start()

    def _show_ids(self, ids: npt.NDArray[np.int64]) -> None:
        current = self.grid.currentIndex().row()
        self.model.set_ids(ids)
        self._message.setText(_NONE[self._show])
        self._pages.setCurrentIndex(1 if len(ids) else 0)
        if len(ids) and not self.grid.currentIndex().isValid():
            place = self.model.index(min(max(0, current), len(ids) - 1))
            self.grid.selectionModel().setCurrentIndex(
                place, self.grid.selectionModel().SelectionFlag.NoUpdate
            )
        self._show_able()

    def _show_progress(self, progress: ReviewProgress) -> None:
        self._words.setText(progress.words)

    def _show_able(self) -> None:
        count = self.grid.selected_count()
        self._selected.setText(f"{count:,} selected" if count else "")
        for action in (self._accept, self._skip, self._unsee):
            action.setEnabled(count > 0)

    def _mark(self, state: str, words: str) -> None:
        ids = self.grid.selected_ids()
        self.grid.clearSelection()
        self._marking.mark(ids, state, f"{len(ids):,} mask{'s' * (len(ids) != 1)} {words}.")

    def _edit_current(self) -> None:
        if (crop_id := self.grid.current_id) is not None:
            self.edit_wanted.emit(crop_id)

    def _show_alike_to_current(self) -> None:
        if (crop_id := self.grid.current_id) is not None:
            self.show_alike(crop_id)

    def _select_all(self) -> None:
        if self.grid.selected_count() == len(self.model.ids):
            self.grid.clearSelection()
        else:
            self.grid.selectAll()
