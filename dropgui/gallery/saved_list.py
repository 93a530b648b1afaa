"""Saved searches on the left: a click asks again; a badge says how many matches are new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dropgui.style import GRID, heading, note, scaled

_ID = Qt.ItemDataRole.UserRole
_FEWEST_SEEN = 3  # rows that stay on screen, however low the window


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A saved search: ``unseen`` matches are new since it was looked at last; None: not known yet."""

    id: int
    name: str
    unseen: int | None
    tip: str


class _Tree(QTreeWidget):
    """F2 and Delete are for its rows while it has the keyboard, whatever they are elsewhere in the window."""

    delete_pressed = Signal()

    def event(self, event: QEvent) -> bool:
        """Take the keys before the window's shortcuts do."""
        own = isinstance(event, QKeyEvent) and event.key() in {Qt.Key.Key_F2, Qt.Key.Key_Delete}
        if own and event.type() == QEvent.Type.ShortcutOverride and self.state() == self.State.NoState:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the current row away; F2 edits it already."""
        if event.key() == Qt.Key.Key_Delete and self.currentItem() is not None:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


class SavedList(QWidget):
    """The section of saved searches, with what can be done with one."""

    chosen = Signal(int)
    renamed = Signal(int, str)
    deleted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = _Tree()
        self.tree.setAccessibleName("Saved searches")
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.tree.viewport().setAutoFillBackground(False)
        self.tree.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.tree.setMinimumHeight(0)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.tree.itemClicked.connect(lambda item: self.chosen.emit(item.data(0, _ID)))
        self.tree.itemActivated.connect(lambda item: self.chosen.emit(item.data(0, _ID)))
        self.tree.itemChanged.connect(self._edited)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.delete_pressed.connect(lambda: self._with_current(self.deleted.emit))
        self._none = note("None yet. Ctrl+S keeps a search, and tells when it has new matches.")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(heading("Saved searches"))
        column.addWidget(self._none)
        column.addWidget(self.tree)
        self.set_rows([])

    def badge(self, search_id: int) -> str:
        """What is said beside a search: how many matches are new, empty for none."""
        item = self._item(search_id)
        return "" if item is None else item.text(1)

    def set_rows(self, rows: Sequence[SavedRow]) -> None:
        """Show these; the current one stays current."""
        blocker = QSignalBlocker(self.tree)
        current = self.tree.currentItem()
        kept = None if current is None else current.data(0, _ID)
        self.tree.clear()
        for row in rows:
            item = QTreeWidgetItem(self.tree, [row.name, f"{row.unseen:,} new" if row.unseen else ""])
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(0, _ID, row.id)
            item.setToolTip(0, row.tip)
            item.setToolTip(1, "Matches that came since you looked last" if row.unseen else "")
            item.setFont(1, scaled(self.tree.font(), 0.92, bold=True))
            item.setForeground(1, self.palette().brush(QPalette.ColorRole.Accent))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if row.id == kept:
                self.tree.setCurrentItem(item)
        blocker.unblock()
        self.tree.setVisible(bool(rows))
        self._none.setVisible(not rows)
        # As high as its rows, so that the sections stand together; with many rows it gives way and scrolls.
        row_height = max(20, self.tree.sizeHintForRow(0))
        self.tree.setMinimumHeight(min(len(rows), _FEWEST_SEEN) * row_height + 4)
        self.tree.setMaximumHeight(len(rows) * row_height + 4)
        # Only the words wrap, and so need another height at every width; rows need no more than they are.
        high = QSizePolicy.Policy.Maximum if rows else QSizePolicy.Policy.Preferred
        self.setSizePolicy(QSizePolicy.Policy.Preferred, high)

    def edit(self, search_id: int) -> None:
        """Let the user type a name for a search."""
        item = self._item(search_id)
        if item is not None:
            self.tree.setCurrentItem(item)
            self.tree.setFocus()
            self.tree.editItem(item, 0)

    def _item(self, search_id: int) -> QTreeWidgetItem | None:
        items = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return next((item for item in items if item is not None and item.data(0, _ID) == search_id), None)

    def _edited(self, item: QTreeWidgetItem, column: int) -> None:
        if column == 0:
            self.renamed.emit(item.data(0, _ID), item.text(0))

    def _with_current(self, do: Callable[[int], object]) -> None:
        item = self.tree.currentItem()
        if item is not None:
            do(item.data(0, _ID))

    def _show_menu(self, point: QPoint) -> None:
        item = self.tree.itemAt(point)
        if item is not None:
            self.tree.setCurrentItem(item)
            menu = QMenu(self)
            menu.addAction("&Rename (F2)", lambda: self._with_current(self.edit))
            menu.addAction("&Delete (Del)", lambda: self._with_current(self.deleted.emit))
            menu.exec(self.tree.viewport().mapToGlobal(point))
