"""Tables of an evaluation: sorted by a click on a heading, copied with Ctrl+C."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableWidget, QTableWidgetItem, QWidget

from dropgui.evaluation.tables import RANGE, Cell, Table, cell_text
from dropgui.style import GRID

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FLAT = f"QHeaderView::section {{ border: 0; background: transparent; padding: 0 {GRID // 2}px; }}"


class _Item(QTableWidgetItem):
    """Sorted by its value, shown as its text; nothing comes before everything."""

    def __init__(self, value: Cell) -> None:
        super().__init__(cell_text(value))
        self.value = value

    def __lt__(self, other: QTableWidgetItem) -> bool:
        mine, theirs = self.value, other.value if isinstance(other, _Item) else None
        if isinstance(mine, str) and isinstance(theirs, str):
            return mine < theirs
        return _number(mine) < _number(theirs)


class ReadTable(QTableWidget):
    """Read, not edited. What is selected, else all of it, is copied as text that spreadsheets take."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAcceptDrops(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setStyleSheet(_FLAT)
        copy = QAction("&Copy Table", self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def text(self) -> list[list[str]]:
        """What is shown, by row, headings first and the heading of each row where it has one."""
        rows, columns = range(self.rowCount()), range(self.columnCount())
        headed = not self.verticalHeader().isHidden()
        top = [self._heading(self.horizontalHeaderItem(column)) for column in columns]
        lines = [([""] if headed else []) + top]
        for row in rows:
            own = [self._heading(self.verticalHeaderItem(row))] if headed else []
            lines.append(own + [self._heading(self.item(row, column)) for column in columns])
        return lines

    def copy(self) -> None:
        """Put the table on the clipboard, or the rows that are selected."""
        chosen = {index.row() for index in self.selectedIndexes()}
        lines = self.text()
        kept = [line for row, line in enumerate(lines, -1) if row < 0 or not chosen or row in chosen]
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in kept))

    def _heading(self, item: QTableWidgetItem | None) -> str:
        return "" if item is None else item.text()


class DataTable(ReadTable):
    """A table of an evaluation, each row a thing."""

    def sizeHint(self) -> QSize:
        """Room for all columns."""
        columns = range(self.columnCount())
        return QSize(sum(map(self.sizeHintForColumn, columns)) + GRID * len(columns), self.height())

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setStyleSheet(f"QTableView::item {{ padding: 0 {GRID - 3}px; }}")  # Qt adds three
        self.horizontalHeader().setStyleSheet(_FLAT.replace(f"{GRID // 2}px", f"{GRID}px"))
        self.verticalHeader().hide()
        self.setToolTip("Click a heading to sort; Ctrl+C copies")

    def show_table(self, table: Table, *, sortable: bool = True) -> None:
        """Show these rows in their order."""
        self.setSortingEnabled(False)
        self.setColumnCount(len(table.columns))
        self.setHorizontalHeaderLabels(list(table.columns))
        self.setRowCount(len(table.rows))
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + GRID)
        for column in range(len(table.columns)):
            words = all(isinstance(row[column], str) for row in table.rows)
            header = self.horizontalHeaderItem(column)
            assert header is not None
            side = LEFT if words and not table.columns[column].startswith(RANGE) else RIGHT
            header.setTextAlignment(side)
            for place, row in enumerate(table.rows):
                item = _Item(row[column])
                item.setTextAlignment(side)
                self.setItem(place, column, item)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(sortable)
        stretched = self.horizontalHeader().stretchLastSection()
        for column in range(len(table.columns) - stretched):
            self.resizeColumnToContents(column)

    def fit(self) -> None:
        """As high as its rows; what does not fit of the last column is left out."""
        rows = self.rowCount() * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + GRID // 2)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def _number(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else float("-inf")
