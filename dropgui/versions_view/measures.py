"""The numbers of a comparison: measures with their intervals, and how far the vectors moved."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from dropgui.style import GRID, scaled
from dropgui.versions import words
from dropgui.versions.compare import Measure, VersionComparison

MINUS = "\N{MINUS SIGN}"
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
        self.setWordWrap(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAcceptDrops(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setStretchLastSection(True)

    def show_rows(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show these; all but the first and the last column are numbers."""
        self.setColumnCount(len(titles))
        self.setHorizontalHeaderLabels(list(titles))
        self.setRowCount(len(rows))
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + GRID)
        for column in range(len(titles)):
            middle = 0 < column < len(titles) - 1
            header = self.horizontalHeaderItem(column)
            assert header is not None
            header.setTextAlignment(_RIGHT if middle else _LEFT)
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                if 0 < column < len(row) - 1:
                    item.setTextAlignment(_RIGHT)
                self.setItem(place, column, item)

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

    def show_comparison(self, found: VersionComparison) -> None:
        """Show a comparison's measures; the intervals are of 95 %."""
        measures = [
            (words.TITLES[name], found.measures[name]) for name in words.TITLES if name in found.measures
        ]
        rows = [
            [
                title,
                _with_interval(one.before, one.before_interval),
                _with_interval(one.after, one.after_interval),
                f"{_signed(one.change)} ({_bounds(one.change_interval, '+')})",
                _verdict(one),
            ]
            for title, one in measures
        ]
        self.show_rows(["Measure", found.before.name, found.after.name, "Change", "Result"], rows)
        for place, (_, one) in enumerate(measures):
            if one.certain and (item := self.item(place, 4)) is not None:
                item.setFont(scaled(item.font(), 1, bold=True))


class DriftTable(_Table):
    """How alike both versions' vectors of the same crops are, part by part."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("How far the vectors moved, by part", parent)

    def show_drift(self, drift: Mapping[str, float] | None, titles: Mapping[str, str]) -> None:
        """Show mean cosines by vector name; None where the versions' vectors differ in length."""
        if drift is None:
            self.show_rows(["Likeness of vectors"], [["Their vectors differ in length"]])
            return
        rows = [[titles.get(name, name), f"{value:.3f}", ""] for name, value in drift.items()]
        self.show_rows(["Part", "Likeness", ""], rows)


def _signed(change: float) -> str:
    return f"{100 * change:+.1f}".replace("-", MINUS)


def _with_interval(value: float, interval: tuple[float, float]) -> str:
    return f"{words.percent(value)} ({_bounds(interval)})"


def _bounds(interval: tuple[float, float], sign: str = "") -> str:
    low, high = (f"{100 * bound:{sign}.0f}" for bound in interval)
    return f"{low} to {high}".replace("-", MINUS)


def _verdict(measure: Measure) -> str:
    if not measure.certain:
        return "may be chance"
    return "better" if measure.change > 0 else "worse"
