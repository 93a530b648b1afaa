"""A picture on which body parts are pointed at: what the query crop and the body drawing have in common."""

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dropgui.query.selection import PartSelection


class PartCanvas(QWidget):
    """A click counts a part or no longer, Shift+click counts it alone, the pointer lights it up."""

    def __init__(self, selection: PartSelection, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection = selection
        self.hovered: str | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(96, 144)  # all below it is in sight on a laptop's screen, 768 high
        self.setAccessibleName(name)
        selection.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The shape of a person crop."""
        return QSize(136, 264)

    def part_at(self, point: QPoint) -> str | None:
        """Name of the part at a point of the widget, if there is one."""
        raise NotImplementedError

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the part, or with Shift it alone."""
        name = self.part_at(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or name is None:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.selection.set_only(name)
        else:
            self.selection.toggle(name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the part under the pointer."""
        self._hover(self.part_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self._hover(None)

    def event(self, event: QEvent) -> bool:
        """Name the part in a tool tip, and say why it cannot be chosen."""
        if isinstance(event, QHelpEvent):
            name = self.part_at(event.pos())
            if name is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self._tip(name), self)
            return True
        return super().event(event)

    def _tip(self, name: str) -> str:
        schema = self.selection.schema
        if schema is None:
            return ""
        title = schema.parts[schema.label(name) - 1].title
        if not self.selection.is_seen(name):
            return f"{title} is not seen in this crop, so it cannot be compared."
        return f"{title}, {self.selection.visibility(name):.0%} visible. Click: count it, or no longer"

    def _hover(self, name: str | None) -> None:
        if name != self.hovered:
            self.hovered = name
            reachable = name is not None and self.selection.is_seen(name)
            self.setCursor(Qt.CursorShape.PointingHandCursor if reachable else Qt.CursorShape.ArrowCursor)
            self.update()
