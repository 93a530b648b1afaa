"""What saving changed: how visible each part is now, and where the crop stands in the search of now."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from dropgui.correction.effect import Effect
from dropgui.query.part_list import paint_mark
from dropgui.style import GRID, note, secondary
from dropmodel.parts import PartSchema

_ROW = 22
_SHOWN = 5  # the rows with the largest changes
_LEAST = 0.005  # a smaller change of visibility is none
FIRST = "Edits are saved by themselves. What they change in searches is shown here."


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    letters: str
    color: str
    before: float | None
    after: float


class _Rows(QWidget):
    """Before and after, a row for each vector whose visibility changed."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[_Row, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: Sequence[_Row]) -> None:
        self._rows = tuple(rows)
        words = [f"{row.title} {_share(row.before)} before, {_share(row.after)} now" for row in rows]
        self.setAccessibleName("Visible: " + ("; ".join(words) or "nothing changed"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(20 * GRID, len(self._rows) * _ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(18 * GRID, len(self._rows) * _ROW)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        palette, middle = self.palette(), Qt.AlignmentFlag.AlignVCenter
        number = painter.fontMetrics().horizontalAdvance("100% ")
        arrow = painter.fontMetrics().horizontalAdvance(" → ")
        for place, row in enumerate(self._rows):
            room = QRect(0, place * _ROW, self.width(), _ROW)
            mark = QRect(0, room.y() + 2, 3 * GRID, _ROW - 4)
            paint_mark(painter, mark, row.letters, QColor(row.color), None)
            numbers = QRect(room.right() - 2 * number - arrow, room.y(), 2 * number + arrow, _ROW)
            title = QRect(mark.right() + GRID, room.y(), numbers.left() - mark.right() - GRID, _ROW)
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            elided = painter.fontMetrics().elidedText(row.title, Qt.TextElideMode.ElideRight, title.width())
            painter.drawText(title, middle, elided)
            after = QRect(numbers.right() - number, room.y(), number, _ROW)
            painter.drawText(after, middle | Qt.AlignmentFlag.AlignRight, _share(row.after))
            painter.setPen(secondary(palette))
            before = QRect(numbers.left(), room.y(), number, _ROW)
            painter.drawText(before, middle | Qt.AlignmentFlag.AlignRight, _share(row.before))
            painter.drawText(
                QRect(before.right(), room.y(), arrow, _ROW), middle | Qt.AlignmentFlag.AlignCenter, "→"
            )


class EffectView(QWidget):
    """Words, then rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = note(FIRST)
        self._rank = note()
        self._rank.setForegroundRole(QPalette.ColorRole.WindowText)
        self._rest = note()
        self._rows = _Rows()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        for widget in (self._rank, self._words, self._rows, self._rest):
            column.addWidget(widget)
        self.say(FIRST)

    @property
    def words(self) -> str:
        """What is said."""
        lines = (self._rank, self._words)
        return " ".join(line.text() for line in lines if not line.isHidden())

    def say(self, words: str) -> None:
        """What is going on, in place of an effect."""
        self._words.setText(words)
        self._words.show()
        self._rank.hide()
        self._rest.hide()
        self._rows.set_rows(())

    def show_effect(self, effect: Effect, schema: PartSchema) -> None:
        """What a saved mask changed."""
        before = effect.visibility_before
        rows = []
        for name in schema.vector_names[1:]:  # the whole picture is always seen
            part, after = schema.vector(name), effect.visibility_after[name]
            old = None if before is None else before[name]
            if old is None or abs(after - old) >= _LEAST:
                rows.append(_Row(part.title, part.letters, part.color, old, after))
        rows.sort(key=lambda row: -abs(row.after - (row.before or 0.0)))
        more = len(rows) - _SHOWN
        self._rows.set_rows(rows[:_SHOWN])
        self._rank.setText(_rank_words(effect))
        self._rank.setVisible(bool(self._rank.text()))
        self._words.setText("How visible parts are now:" if rows else "No part is more or less visible.")
        self._rest.setText(f"and {more} more, by less")
        self._rest.setVisible(more > 0)


def _rank_words(effect: Effect) -> str:
    old, new = effect.rank_before, effect.rank_after
    if new is None:
        return "" if old is None else f"In the search: was match {old:,}, is none any more."
    if old is None:
        return f"In the search: match {new:,} now."
    if old == new:
        return f"In the search: match {new:,}, as before."
    return f"In the search: match {old:,} → {new:,}."


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
