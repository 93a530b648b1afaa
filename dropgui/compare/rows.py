"""The parts of two crops in rows: how alike they are, and which of them the ranking rests on."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from dropgui.query.part_list import paint_mark
from dropgui.search.query import SEEN_IN_COMMON, Match
from dropgui.style import GRID, secondary
from dropmodel.features import Features
from dropmodel.parts import PartSchema

_ROW_ROLE = Qt.ItemDataRole.UserRole
_HEIGHT = 3 * GRID
_WIDTH = 26 * GRID


@dataclass(frozen=True, slots=True)
class PartRow:
    """One vector of two crops.

    ``similarity`` is the cosine, None where the part is not seen in both; ``hidden`` then says in a few words
    where it is not. ``counts``: the ranking rests on it.
    """

    name: str
    title: str
    letters: str
    color: str
    similarity: float | None
    hidden: str
    counts: bool

    @property
    def words(self) -> str:
        """The row as it is read out."""
        alike = self.hidden if self.similarity is None else f"similarity {self.similarity:.2f}"
        return f"{self.title}, {alike}{'' if self.counts else ', does not count in this query'}"


def part_rows(
    match: Match, schema: PartSchema, query: Features | None, crop: Features | None
) -> tuple[PartRow, ...]:
    """A row for every vector that the match was ranked by, and for the others of two crops that are compared.

    ``query`` and ``crop`` hold a row each; without one of them only the vectors of the match are told.
    """
    rows = []
    for position, name in enumerate(schema.vector_names):
        part = schema.vector(name)
        counts = name in match.parts
        similarity: float | None
        if counts:
            similarity = match.parts[name]
            shown = (name not in match.hidden_in_query, name not in match.hidden_in_crop)
        elif query is None or crop is None:
            continue
        else:
            seen = (float(query.visibility[0, position]), float(crop.visibility[0, position]))
            common = np.sqrt(seen[0] * seen[1]) >= SEEN_IN_COMMON
            similarity = float(query.vectors[0, position] @ crop.vectors[0, position]) if common else None
            shown = (seen[0] >= SEEN_IN_COMMON, seen[1] >= SEEN_IN_COMMON)
        hidden = "" if similarity is not None else _hidden(*shown)
        rows.append(PartRow(name, part.title, part.letters, part.color, similarity, hidden, counts))
    return tuple(rows)


def _hidden(in_query: bool, in_crop: bool) -> str:
    if in_query:
        return "not in match"
    return "not in query" if in_crop else "in neither"


class PartRows(QListWidget):
    """The rows of one pair. A click chooses the part that the pictures show; so do the page's keys."""

    part_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_RowDelegate(self))
        self.setAccessibleName("Parts compared")
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.currentItemChanged.connect(self._current_changed)
        self._shown: tuple[PartRow, ...] = ()

    @property
    def part(self) -> str | None:
        """Name of the chosen part."""
        chosen = self.currentRow()
        return self._shown[chosen].name if 0 <= chosen < len(self._shown) else None

    @property
    def shown(self) -> tuple[PartRow, ...]:
        """The rows."""
        return self._shown

    def set_rows(self, rows: tuple[PartRow, ...]) -> None:
        """Show these rows; the chosen part stays chosen, at first it is the most telling one that counts."""
        if rows == self._shown:
            return
        before = self.part
        same = [row.name for row in rows] == [row.name for row in self._shown]
        self.blockSignals(True)
        if not same:
            self.clear()
            for _ in rows:
                self.addItem(QListWidgetItem())
        self._shown = rows
        for position, row in enumerate(rows):
            item = self.item(position)
            item.setData(_ROW_ROLE, row)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, row.words)
            item.setToolTip(row.words)
        names = [row.name for row in rows]
        if before not in names:
            counted = [row.name for row in rows if row.counts and row.similarity is not None]
            before = counted[0] if counted else names[0] if names else None
        if before is not None:
            self.setCurrentRow(names.index(before))
        self.blockSignals(False)
        self.viewport().update()
        if self.part is not None:
            self.part_changed.emit(self.part)

    def choose(self, name: str) -> None:
        """Choose this part, if it has a row."""
        for position, row in enumerate(self._shown):
            if row.name == name:
                self.setCurrentRow(position)

    def step(self, step: int) -> None:
        """Choose the part ``step`` rows further down."""
        if self._shown:
            self.setCurrentRow(max(0, min(len(self._shown) - 1, self.currentRow() + step)))

    def sizeHint(self) -> QSize:
        """Room for the parts of the usual schema."""
        return QSize(_WIDTH, 10 * _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Some rows; the others are scrolled to."""
        return QSize(_WIDTH, 3 * _HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """All keys are the page's, whatever on it has the focus."""
        event.ignore()

    def _current_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.part_changed.emit(item.data(_ROW_ROLE).name)


class _RowDelegate(QStyledItemDelegate):
    def sizeHint(self, _: QStyleOptionViewItem, __: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(_WIDTH, _HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Mark, title, bar, number; pale where the part does not count."""
        row: PartRow = index.data(_ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, palette, metrics = option.rect, option.palette, option.fontMetrics
        accent = palette.color(QPalette.ColorRole.Highlight)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            ground = QColor(accent)
            ground.setAlphaF(0.18 if chosen else 0.07)
            painter.setBrush(ground)
            painter.setPen(accent if chosen else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        faint = None if row.counts else secondary(palette)
        mark = QRect(area.x() + GRID // 2, area.y() + 3, 3 * GRID, _HEIGHT - 6)
        painter.setFont(option.font)
        paint_mark(painter, mark, row.letters, QColor(row.color), faint)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(faint or palette.color(QPalette.ColorRole.Text))
        number = metrics.horizontalAdvance("-0.00")
        title = QRect(
            mark.right() + GRID, area.y(), metrics.horizontalAdvance("Whole picture") + 4, area.height()
        )
        painter.drawText(
            title, middle, metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, title.width())
        )
        right = area.right() - GRID
        if row.similarity is None:
            room = QRect(title.right() + GRID, area.y(), right - title.right() - GRID, area.height())
            painter.setPen(secondary(palette))
            words = metrics.elidedText(row.hidden, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, words)
        else:
            value = QRect(right - number, area.y(), number, area.height())
            painter.drawText(value, middle | Qt.AlignmentFlag.AlignRight, f"{row.similarity:.2f}")
            left = title.right() + GRID
            track = QRectF(left, area.center().y() - 3, max(0, value.left() - GRID - left), GRID)
            self._paint_bar(painter, palette, track, row)
        painter.restore()

    @staticmethod
    def _paint_bar(painter: QPainter, palette: QPalette, track: QRectF, row: PartRow) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(track, 2, 2)
        color = QColor(row.color)
        color.setAlphaF(1.0 if row.counts else 0.5)
        painter.setBrush(color)
        level = min(1.0, max(0.0, row.similarity or 0.0)) * track.width()
        painter.drawRoundedRect(QRectF(track.x(), track.y(), level, track.height()), 2, 2)
