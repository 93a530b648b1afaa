"""The masks that people made of a crop, the latest first, the model's own last; to be brought back."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from dropgui.library.rows import RevisionRow
from dropgui.style import GRID

_ROLE = Qt.ItemDataRole.UserRole


class _List(QListWidget):
    def sizeHint(self) -> QSize:
        return QSize(20 * GRID, 8 * GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(16 * GRID, 7 * GRID)

    def event(self, event: QEvent) -> bool:
        """The arrow keys are its own while it has the keyboard."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}
            and not event.modifiers()
        ):
            event.accept()
            return True
        return super().event(event)


class RevisionList(QWidget):
    """Selecting one shows it on the canvas; the button makes it the mask of now, as an edit."""

    looked_at = Signal(object)
    """The :class:`RevisionRow` to show, None for the model's own mask."""
    left = Signal()
    """Back to the mask in hand."""
    restored = Signal()
    """Make what is shown the mask of now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = _List()
        self._list.setAccessibleName("Earlier masks of this crop")
        self._list.setUniformItemSizes(True)
        self._list.itemSelectionChanged.connect(self._selected)
        self._restore = QPushButton("&Bring Back")
        self._restore.setToolTip("Make the mask that is shown the mask of now; Ctrl+Z takes it back")
        self._restore.clicked.connect(self.restored)
        self._back = QPushButton("Show Current")
        self._back.setToolTip("Show the mask of now again (Esc)")
        self._back.clicked.connect(self.clear_selection)
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        row.addWidget(self._restore)
        row.addWidget(self._back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._list)
        column.addLayout(row)
        self.set_revisions(())

    @property
    def view(self) -> QWidget:
        """What has the keyboard."""
        return self._list

    @property
    def shows_one(self) -> bool:
        """Whether an earlier mask is looked at."""
        return bool(self._list.selectedItems())

    def set_revisions(self, rows: Sequence[RevisionRow]) -> None:
        """List these, and the model's own mask under them."""
        self.clear_selection()
        self._list.clear()
        for row in rows:
            item = QListWidgetItem(f"{row.revision} · {_when(row.created_at)}")
            item.setData(_ROLE, row)
            item.setToolTip(f"Revision {row.revision}, saved {row.created_at.astimezone():%d %B %Y, %H:%M}")
            self._list.addItem(item)
        model = QListWidgetItem("The model's own mask")
        self._list.addItem(model)
        self._show_buttons()

    def step(self, step: int) -> None:
        """Look at an earlier (1) or later (-1) one."""
        place = self._list.currentRow() + step if self.shows_one else (0 if step > 0 else -1)
        if 0 <= place < self._list.count():
            self._list.setCurrentRow(place)
        elif place < 0:
            self.clear_selection()

    def clear_selection(self) -> None:
        """Look at the mask in hand."""
        self._list.clearSelection()
        self._list.setCurrentRow(-1)

    def _selected(self) -> None:
        self._show_buttons()
        chosen = self._list.selectedItems()
        if chosen:
            self.looked_at.emit(chosen[0].data(_ROLE))
        else:
            self.left.emit()

    def _show_buttons(self) -> None:
        for button in (self._restore, self._back):
            button.setEnabled(self.shows_one)


def _when(at: datetime) -> str:
    local = at.astimezone()
    today = datetime.now().astimezone()
    return f"{local:%H:%M:%S}" if local.date() == today.date() else f"{local:%d %b %Y, %H:%M}"
