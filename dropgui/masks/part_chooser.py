"""The parts to paint, in rows: the key, the mark, the name, and how much of the crop each takes."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dropgui.masks.options import Options
from dropgui.query.part_list import paint_mark
from dropgui.style import GRID, scaled, secondary
from dropmodel.parts import BACKGROUND, IGNORE

_ROW = 3 * GRID
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class PartChooser(QWidget):
    """A click takes a part in hand. Painted as a whole: it is one control with one choice."""

    def __init__(self, options: Options, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self._shares: Mapping[int, float] = {}
        self._hovered: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        options.changed.connect(self._changed)
        self._changed()

    @property
    def labels(self) -> list[int]:
        """What there is to choose, in order: the parts, the background, undecided."""
        schema = self._options.schema
        return [] if schema is None else [*range(1, len(schema) + 1), BACKGROUND, IGNORE]

    def set_shares(self, shares: Mapping[int, float]) -> None:
        """The share of the crop's pixels by label, in [0, 1]."""
        self._shares = shares
        self.update()

    def sizeHint(self) -> QSize:
        """A line for each."""
        return QSize(24 * GRID, max(1, len(self.labels)) * _ROW)

    def minimumSizeHint(self) -> QSize:
        """As high as it is."""
        return QSize(18 * GRID, self.sizeHint().height())

    def key_of(self, label: int) -> str:
        """The key that takes a label in hand."""
        if label in {BACKGROUND, IGNORE}:
            return "0" if label == BACKGROUND else "U"
        return str(label) if label <= 9 else ""

    def paintEvent(self, _: QPaintEvent) -> None:
        """A row for every label, the one in hand set apart."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, label in enumerate(self.labels):
            self._paint_row(painter, QRect(0, row * _ROW, self.width(), _ROW), label)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take in hand what was clicked."""
        label = self._label_at(event)
        if label is not None:
            self._options.pick(label)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up what would be taken."""
        self._hovered = self._label_at(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down while it has the keyboard."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self.labels:
            event.ignore()
            return
        place = self.labels.index(self._options.label) + step
        self._options.pick(self.labels[max(0, min(len(self.labels) - 1, place))])

    def event(self, event: QEvent) -> bool:
        """The arrow keys are its own while it has the keyboard; a tooltip names the key."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in _STEPS:
                event.accept()
                return True
        elif isinstance(event, QHelpEvent):
            label = self._label_at(event)
            words = "" if label is None else self._tip(label)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _tip(self, label: int) -> str:
        words = f"{self._options.title(label)} (key {self.key_of(label)})"
        if label == IGNORE:
            return f"{words}: nobody can say what is there; it counts for nothing"
        share = self._shares.get(label, 0.0)
        return f"{words}: {share:.1%} of the picture" if share else f"{words}: not in this mask"

    def _label_at(self, event: QMouseEvent | QHelpEvent) -> int | None:
        y = event.pos().y()
        row = y // _ROW
        return self.labels[row] if 0 <= row < len(self.labels) else None

    def _paint_row(self, painter: QPainter, room: QRect, label: int) -> None:
        palette, options = self.palette(), self._options
        accent, chosen = palette.color(QPalette.ColorRole.Highlight), label == options.label
        if chosen or label == self._hovered:
            ground = QColor(accent)
            ground.setAlphaF(0.18 if chosen else 0.07)
            painter.setBrush(ground)
            painter.setPen(QPen(accent, 1.5 if self.hasFocus() else 1) if chosen else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(room).adjusted(1, 1, -1, -1), 4, 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(scaled(self.font(), 0.86))
        painter.setPen(secondary(palette))
        key = QRect(room.x() + 6, room.y(), 2 * GRID, room.height())
        painter.drawText(key, middle, self.key_of(label))
        painter.setFont(self.font())
        mark = QRect(key.right() + 2, room.y() + 3, 3 * GRID, room.height() - 6)
        self._paint_mark(painter, mark, label)
        share = self._shares.get(label, 0.0)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        words = QRect(mark.right() + GRID, room.y(), room.right() - mark.right() - 7 * GRID, room.height())
        title = painter.fontMetrics().elidedText(
            options.title(label), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, middle, title)
        painter.setPen(secondary(palette))
        number = f"{share:.1%}" if share else "–"
        painter.drawText(room.adjusted(0, 0, -GRID, 0), middle | Qt.AlignmentFlag.AlignRight, number)

    def _paint_mark(self, painter: QPainter, room: QRect, label: int) -> None:
        schema = self._options.schema
        if schema is not None and 0 < label <= len(schema):
            part = schema.parts[label - 1]
            paint_mark(painter, room, part.letters, QColor(part.color), None)
            return
        painter.setPen(QPen(secondary(self.palette()), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(room).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "?" if label == IGNORE else "")

    def _changed(self) -> None:
        self.setAccessibleName(f"Part to paint: {self._options.title(self._options.label)}")
        self.updateGeometry()
        self.update()
