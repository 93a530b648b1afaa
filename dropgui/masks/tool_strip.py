"""The tools as a column of buttons, each with its sign and its key."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from dropgui.masks.glyphs import paint_glyph
from dropgui.masks.tools import Tool
from dropgui.style import GRID, scaled, secondary

_SIDE = 5 * GRID
_LEAST = 13 * GRID // 4  # of its height where the window is low: the sign still stands beside its key
_RADIUS = 6.0


class _ToolButton(QToolButton):
    """A sign with its key in the corner."""

    def __init__(self, tool: Tool) -> None:
        super().__init__()
        self._name, self._key = tool.title, tool.key
        self.setCheckable(True)
        self.setAccessibleName(tool.title)
        self.setToolTip(f"{tool.title} ({tool.key})")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(_SIDE)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(_SIDE, _SIDE)

    def minimumSizeHint(self) -> QSize:
        """Lower, where the window is."""
        return QSize(_SIDE, _LEAST)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Ground, sign, key."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, on = self.palette(), self.isChecked()
        ground = QColor(palette.color(QPalette.ColorRole.Highlight))
        ground.setAlphaF(1.0 if on else 0.14 if self.underMouse() else 0.0)
        painter.setPen(palette.color(QPalette.ColorRole.Highlight) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        room = QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5)
        painter.drawRoundedRect(room, _RADIUS, _RADIUS)
        color = palette.color(QPalette.ColorRole.HighlightedText if on else QPalette.ColorRole.WindowText)
        side = 2.25 * GRID
        above = min(4.0, (room.height() - side) / 2)
        paint_glyph(painter, QRectF(room.x() + 5, room.y() + above, side, side), self._name, color)
        painter.setFont(scaled(self.font(), 0.74, bold=True))
        painter.setPen(color if on else secondary(palette))
        corner = room.adjusted(0, 0, -4, -2)
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, self._key)


class ToolStrip(QWidget):
    """One tool is in hand."""

    chosen = Signal(Tool)

    def __init__(self, tools: Sequence[Tool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Tools")
        self._buttons = {tool: _ToolButton(tool) for tool in tools}
        group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for tool, button in self._buttons.items():
            group.addButton(button)
            column.addWidget(button)
            button.clicked.connect(lambda _=False, tool=tool: self.choose(tool))
        column.addStretch()

    def choose(self, tool: Tool) -> None:
        """Take a tool in hand."""
        self._buttons[tool].setChecked(True)
        self.chosen.emit(tool)
