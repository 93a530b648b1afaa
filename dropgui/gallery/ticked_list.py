"""A list of ticked rows with their counts: the sections of the library panel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTreeView,
    QWidget,
)

from dropgui.style import scaled

_ROLE = Qt.ItemDataRole
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_NOWHERE = QModelIndex()
_FEWEST_SEEN = 3  # rows that a list keeps on screen, however low the window


@dataclass(frozen=True, slots=True)
class TickRow:
    """A row: what it stands for, its name, how many crops it has, and more about it."""

    id: int
    name: str
    count: int
    tip: str


class _TickModel(QAbstractTableModel):
    """Reads rows only where they are seen: there may be thousands."""

    ticked = Signal()
    renamed = Signal(int, str)

    def __init__(self, parent: QObject, *, editable: bool) -> None:
        super().__init__(parent)
        self.rows: tuple[TickRow, ...] = ()
        self.ticks: frozenset[int] = frozenset()
        self._editable = editable

    def fill(self, rows: tuple[TickRow, ...]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.ticks = self.ticks.intersection(row.id for row in rows)
        self.endResetModel()

    def set_ticks(self, ticks: frozenset[int]) -> None:
        self.ticks = ticks
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, 0))

    def rowCount(self, parent: QModelIndex = _NOWHERE) -> int:  # type: ignore[override]
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = _NOWHERE) -> int:  # type: ignore[override]
        return 0 if parent.isValid() else 2

    def data(self, index: QModelIndex, role: int = _ROLE.DisplayRole) -> Any:  # type: ignore[override]
        row = self.rows[index.row()]
        first = index.column() == 0
        match role:
            case _ROLE.DisplayRole:
                return row.name if first else f"{row.count:,}"
            case _ROLE.EditRole if first:
                return row.name
            case _ROLE.CheckStateRole if first:
                return Qt.CheckState.Checked if row.id in self.ticks else Qt.CheckState.Unchecked
            case _ROLE.ToolTipRole if first:
                return row.tip
            case _ROLE.TextAlignmentRole if not first:
                return _RIGHT
            case _ROLE.FontRole if not first:
                parent = self.parent()
                assert isinstance(parent, QWidget)
                return scaled(parent.font(), 0.92)
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = _ROLE.EditRole) -> bool:  # type: ignore[override]
        row = self.rows[index.row()]
        if role == _ROLE.CheckStateRole:
            ticked = Qt.CheckState(value) is Qt.CheckState.Checked
            self.ticks = self.ticks | {row.id} if ticked else self.ticks - {row.id}
            self.dataChanged.emit(index, index, [role])
            self.ticked.emit()
            return True
        if role == _ROLE.EditRole and str(value) != row.name:
            self.renamed.emit(row.id, str(value))  # whoever gives names fills the list anew
        return False

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:  # type: ignore[override]
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if index.column() == 0:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
            if self._editable:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags


class TickedList(QTreeView):
    """Rows to tick; ``editable`` ones can be renamed with F2, ``several`` can be selected at once."""

    ticked_changed = Signal()
    """The user ticked a row, or unticked one."""
    renamed = Signal(int, str)
    """The user wants a row to have another name; the list shows it once it is filled with it."""
    selection_changed = Signal()

    def __init__(
        self, name: str, parent: QWidget | None = None, *, editable: bool = False, several: bool = False
    ) -> None:
        super().__init__(parent)
        self._rows = _TickModel(self, editable=editable)
        self._waiting: tuple[TickRow, ...] | None = None
        self.setModel(self._rows)
        self.setAccessibleName(name)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        if several:
            self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.header().setStretchLastSection(False)
        self.header().setResizeContentsPrecision(0)  # counts in view say how wide their column is
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._rows.ticked.connect(self.ticked_changed)
        self._rows.renamed.connect(self.renamed)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        self.selectionModel().currentChanged.connect(self.selection_changed)

    @property
    def rows(self) -> tuple[TickRow, ...]:
        """What is listed."""
        return self._rows.rows

    @property
    def current(self) -> TickRow | None:
        """The row that the keyboard is on."""
        index = self.currentIndex()
        return self.rows[index.row()] if index.isValid() else None

    @property
    def selected(self) -> tuple[TickRow, ...]:
        """The selected rows, from above."""
        return tuple(self.rows[row] for row in sorted(i.row() for i in self.selectionModel().selectedRows()))

    @property
    def editing(self) -> bool:
        """Whether a name is being typed."""
        return self.state() == QAbstractItemView.State.EditingState

    @property
    def ticked(self) -> frozenset[int]:
        """Ids of the ticked rows."""
        return self._rows.ticks

    def set_ticked(self, ids: Iterable[int]) -> None:
        """Tick these rows and no other; tells nobody."""
        self._rows.set_ticks(frozenset(ids))

    def fill(self, rows: Sequence[TickRow]) -> None:
        """List these, keeping ticks, selection and place, as far as the same rows are still there."""
        if (given := tuple(rows)) == self.rows:
            return
        if self.editing:
            self._waiting = given  # who is typing a name is not disturbed
            return
        current, selected = self.current, {row.id for row in self.selected}
        scroll = self.verticalScrollBar().value()
        self._rows.fill(given)
        flag = QItemSelectionModel.SelectionFlag
        for place, row in enumerate(given):
            if row.id in selected:
                self.selectionModel().select(self._rows.index(place, 0), flag.Select | flag.Rows)
            if current is not None and row.id == current.id:
                self.selectionModel().setCurrentIndex(self._rows.index(place, 0), flag.NoUpdate)
        # As high as its rows, so that sections stand together; with many rows it gives way and scrolls.
        row_height = max(20, self.sizeHintForRow(0))
        self.setMinimumHeight(min(len(given), _FEWEST_SEEN) * row_height + 4)
        self.setMaximumHeight(len(given) * row_height + 4)
        self.verticalScrollBar().setValue(scroll)
        self.selection_changed.emit()

    def edit_current(self) -> None:
        """Let the user type another name for the current row."""
        index = self.currentIndex()
        if index.isValid():
            self.setFocus()
            self.edit(index.siblingAtColumn(0))

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """The name is typed: what changed meanwhile is listed now."""
        super().closeEditor(editor, hint)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.fill(waiting)
