"""A table whose cells are coloured by their share, with the number in each: colour is not the only sign."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidgetItem,
    QWidget,
)

from dropgui.evaluation_view.tables import ReadTable
from dropgui.style import GRID, is_dark
from dropmodel.evaluation.chart import BLUE, ORANGE

_SHARE = Qt.ItemDataRole.UserRole + 1
_WRONG = Qt.ItemDataRole.UserRole + 2
_DARK_BLUE, _DARK_ORANGE = "#3d8fd1", "#e0752f"
_SIDE = 6 * GRID
_PAPER, _INK = QColor("#ffffff"), QColor("#000000")  # one of them has 4.5 : 1 on any ground


@dataclass(frozen=True, slots=True)
class Cell:
    """``share`` in 0..1, None for nothing; ``tip`` says it in words. ``wrong``: the less the better."""

    share: float | None
    tip: str
    wrong: bool = False


class _Delegate(QStyledItemDelegate):
    """The ground mixed from the table's own and a colour, the number in whatever can be read on it."""

    def __init__(self, power: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._power = power

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        share = index.data(_SHARE)
        strength = None if share is None else max(share, 0.0) ** self._power
        ground = heat_color(option.palette, strength, wrong=bool(index.data(_WRONG)))
        room = option.rect.adjusted(1, 1, -1, -1)
        painter.save()
        painter.fillRect(room, ground)
        painter.setPen(readable_on(ground))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, index.data())
        if option.state & option.state.State_HasFocus or option.state & option.state.State_Selected:
            painter.setPen(option.palette.color(QPalette.ColorRole.Text))
            painter.drawRect(room.adjusted(0, 0, -1, -1))
        painter.restore()


def heat_color(palette: QPalette, strength: float | None, *, wrong: bool = False) -> QColor:
    """The ground of a cell, ``strength`` in 0..1, None for nothing."""
    base = palette.color(QPalette.ColorRole.AlternateBase)
    if strength is None:
        return base
    colors = (_DARK_ORANGE, _DARK_BLUE) if is_dark(palette) else (ORANGE, BLUE)
    full = QColor(colors[0 if wrong else 1])
    mixed = [
        round(a + (b - a) * strength)
        for a, b in zip(base.getRgb()[:3], full.getRgb()[:3], strict=True)  # type: ignore[index]
    ]
    return QColor(*mixed)


def readable_on(ground: QColor) -> QColor:
    """White or black, whichever has the greater contrast (WCAG's relative luminance)."""
    return _PAPER if contrast(_PAPER, ground) >= contrast(_INK, ground) else _INK


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    def linear(value: float) -> float:
        return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(value) for value in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class HeatTable(ReadTable):
    """Rows by columns; copied like any table."""

    def __init__(self, name: str, power: float = 1.0, parent: QWidget | None = None) -> None:
        """``power`` below 1 shows small shares too."""
        super().__init__(name, parent)
        self.setItemDelegate(_Delegate(power, self))
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_cells(
        self, rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[Cell]]
    ) -> None:
        """Show these, with headings for each row and column."""
        self.setRowCount(len(rows))
        self.setColumnCount(len(columns))
        self.setVerticalHeaderLabels(list(rows))
        self.setHorizontalHeaderLabels(list(columns))
        wide = max((self.fontMetrics().horizontalAdvance(name) for name in columns), default=0) + 2 * GRID
        self.horizontalHeader().setDefaultSectionSize(max(_SIDE, wide))
        self.verticalHeader().setDefaultSectionSize(4 * GRID)
        for place, line in enumerate(cells):
            for column, cell in enumerate(line):
                item = QTableWidgetItem(_text(cell.share))
                item.setData(_SHARE, cell.share)
                item.setData(_WRONG, cell.wrong)
                item.setToolTip(cell.tip)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, cell.tip)
                self.setItem(place, column, item)

    def changeEvent(self, event: QEvent) -> None:
        """Another appearance: other grounds."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()


def _text(share: float | None) -> str:
    """A share in percent in few letters."""
    if share is None:
        return "–"
    value = 100 * share
    return f"{value:.0f}" if value >= 9.95 or value < 0.05 else f"{value:.1f}"
