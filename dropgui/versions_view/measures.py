"""The numbers of a comparison: measures with their intervals, and how far the vectors moved."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from dropgui.style import GRID, is_dark, scaled
from dropgui.versions.compared import MARKS, Compared, Verdict
from dropgui.versions.words import TITLES, explained_measures

_COLORS: Mapping[Verdict, tuple[str, str]] = {
    "better": ("#00795a", "#2bb98c"),
    "worse": ("#c8102e", "#ff6b7d"),
}
"""On light and on dark grounds; without a difference there is no colour."""

_SAYS: Mapping[Verdict, str] = {
    "better": "Beyond chance: all of the change's interval is above 0",
    "worse": "Beyond chance: all of the change's interval is below 0",
    "no difference": "May be chance: 0 lies within the change's interval",
}
_NARROW = "QTableView::item { padding: 0 2px; } QHeaderView::section { padding: 4px 5px; }"
"""Qt adds three to an item's: words stand below their heading, and there is a gap between columns."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Table(QTableWidget):
    """Read, not edited; as high as its rows."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setStyleSheet(_NARROW)
        self.horizontalHeader().setMinimumSectionSize(GRID // 2)
        self.setWordWrap(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAcceptDrops(False)
        self.verticalHeader().hide()

    def show_rows(self, titles: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> None:
        """Show these; the first so many columns are words, all after them but the last are numbers."""
        self.setColumnCount(len(titles))
        self.setHorizontalHeaderLabels(list(titles))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(len(titles) - 1, QHeaderView.ResizeMode.Stretch)
        self.setRowCount(len(rows))
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + GRID)
        for column in range(len(titles)):
            middle = words <= column < len(titles) - 1
            header = self.horizontalHeaderItem(column)
            assert header is not None
            header.setTextAlignment(_RIGHT if middle else _LEFT)
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                if words <= column < len(row) - 1:
                    item.setTextAlignment(_RIGHT)
                self.setItem(place, column, item)

    @property
    def whole_width(self) -> int:
        """What all columns need in which something is said."""
        header = self.horizontalHeader()
        said = range(self.columnCount() - 1)
        needed = sum(max(self.sizeHintForColumn(column), header.sectionSizeHint(column)) for column in said)
        return needed + header.minimumSectionSize()

    def text(self) -> list[list[str]]:
        """What is shown, by row."""
        rows, columns = range(self.rowCount()), range(self.columnCount())
        return [[self._text(row, column) for column in columns] for row in rows]

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return "" if item is None else item.text()


class MeasureTable(_Table):
    """One row a measure: before, after, the change, and whether it is beyond chance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Measures of both versions", parent)
        self._found: Compared | None = None

    def changeEvent(self, event: QEvent) -> None:
        """Another appearance."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._found is not None:
            self.show_compared(self._found)

    def show_compared(self, found: Compared) -> None:
        """Show a comparison's measures; the intervals are of 95 %."""
        self._found = found
        rows = found.rows()
        names = [name for name in TITLES if name in found.comparison.measures]
        shown = [[title, f"{MARKS[said]} {said}", *texts, ""] for title, said, *texts in rows]
        self.show_rows([*found.columns, ""], shown, words=2)
        for place, (_, said, *_) in enumerate(rows):
            item = self.item(place, 1)
            assert item is not None
            item.setToolTip(_SAYS[said])
            if (first := self.item(place, 0)) is not None:
                first.setToolTip(explained_measures([names[place]]))
            if said in _COLORS:
                item.setForeground(QColor(_COLORS[said][is_dark(self.palette())]))
                item.setFont(scaled(item.font(), 1, bold=True))


class DriftTable(_Table):
    """How alike both versions' vectors of the same crops are, part by part."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("How far the vectors moved, by part", parent)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setToolTip("How alike both versions' vectors of the same crops are; 1 is no change")

    def show_compared(self, found: Compared) -> None:
        """Show mean cosines by part."""
        drift = found.drift()
        if drift is None:
            self.show_rows(["Likeness of vectors"], [["Their vectors differ in length"]])
            return
        self.show_rows(["Part", "Likeness", ""], [[title, value, ""] for title, value in drift])
