"""Moving, scaling and turning the part in hand by the handles of its box."""

import math
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from dropgui.correction.region import NOWHERE, Point, tight_box
from dropgui.correction.transform import Lifted
from dropgui.correction.transform import Placement as Put
from dropgui.masks.history import History
from dropgui.masks.options import Options
from dropgui.masks.placement import Placement
from dropgui.masks.tools import Tool, Touch

if TYPE_CHECKING:
    from dropgui.correction.delta import Delta

_HANDLE = 10.0  # device-independent pixels around a handle that take it
_KNOB = 22.0  # of the turning handle above the box
_SMALLEST = 0.05


class _Grip(Enum):
    MOVE = "Move"
    SCALE = "Scale"
    TURN = "Turn"


class MovePart(Tool):
    """Each drag is one step; what the part leaves becomes background."""

    title = "Move part"
    key = "T"
    hint = "Drag {part} to its place. Corners scale it, the knob turns it. Click another part to move that."

    def __init__(self, history: History, options: Options) -> None:
        super().__init__(history, options)
        self._box = NOWHERE
        self._grip: _Grip | None = None
        self._lifted: Lifted | None = None
        self._seen: Delta | None = None  # what is shown of the drag in hand
        self._start = Point(0, 0)
        self._placement = Placement()
        history.edited.connect(lambda _: self._measure())
        options.changed.connect(self._measure)

    def take(self) -> None:
        """Show the box of the part."""
        super().take()
        self._measure()

    def press(self, touch: Touch) -> None:
        """Take the part by its middle, a corner or the knob."""
        document = self.history.document
        at = touch.at
        if document is None or touch.erase:
            return
        self._measure()
        grip = self._grip_at(at)
        if grip is None:
            label = self.label_at(at)
            if not label:
                return
            self.options.pick(label)
            grip = _Grip.MOVE
        self._grip, self._start = grip, at
        self._lifted = Lifted(document.labels, self.options.part)

    def move(self, touch: Touch) -> None:
        """Show the part where it would be."""
        document, lifted = self.history.document, self._lifted
        if document is None or lifted is None:
            return
        shown = NOWHERE
        if self._seen is not None:
            shown = document.revert(self._seen)
        self._seen = document.put(lifted.put_down(self._put(touch.at, lifted.pivot)))
        if self._seen is not None:
            shown = shown.joined(self._seen.box)
        if not shown.is_empty:
            self.history.drawn.emit(shown)
        self._show()

    def release(self) -> None:
        """It stays there."""
        grip, seen = self._grip, self._seen
        self._grip, self._lifted, self._seen = None, None, None
        if grip is not None:
            self.history.commit(f"{grip.value} {self.options.title(self.options.part)}", seen)
        self._measure()

    def cancel(self) -> bool:
        """Back to where it was."""
        document, seen = self.history.document, self._seen
        was = self._grip is not None
        self._grip, self._lifted, self._seen = None, None, None
        if seen is not None and document is not None:
            self.history.drawn.emit(document.revert(seen))
        return was

    def paint(self, painter: QPainter, placement: Placement) -> None:
        """The part's box with its handles; none while it is dragged."""
        self._placement = placement
        if self._box.is_empty or self._grip is not None:
            return
        rect = placement.rect_of(self._box)
        top = QPointF(rect.center().x(), rect.top())
        knob = top - QPointF(0, _KNOB)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((QColor(0, 0, 0, 190), 3.0), (QColor("#ffffff"), 1.25)):
            painter.setPen(QPen(color, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect)
            painter.drawLine(top, knob)
        painter.setPen(QPen(QColor(0, 0, 0, 190), 1))
        painter.setBrush(QColor("#ffffff"))
        painter.drawEllipse(knob, 5, 5)
        for corner in _corners(rect):
            painter.drawRect(QRectF(corner.x() - 4, corner.y() - 4, 8, 8))

    def _put(self, at: Point, pivot: Point) -> Put:
        """Where the part goes when the pointer is ``at``."""
        start = self._start
        if self._grip is _Grip.MOVE:
            return Put(dx=at.x - start.x, dy=at.y - start.y)
        if self._grip is _Grip.SCALE:
            grown = _apart(at, pivot) / max(_apart(start, pivot), 1e-6)
            return Put(scale=max(grown, _SMALLEST))
        turned = math.atan2(at.y - pivot.y, at.x - pivot.x) - math.atan2(start.y - pivot.y, start.x - pivot.x)
        return Put(angle=math.degrees(turned))

    def _grip_at(self, at: Point) -> _Grip | None:
        if self._box.is_empty:
            return None
        rect, point = self._placement.rect_of(self._box), self._placement.to_canvas(at)
        knob = QPointF(rect.center().x(), rect.top() - _KNOB)
        if _near(point, knob):
            return _Grip.TURN
        if any(_near(point, corner) for corner in _corners(rect)):
            return _Grip.SCALE
        return _Grip.MOVE if self.label_at(at) == self.options.part else None

    def _measure(self) -> None:
        """The box of the part in hand; while another tool is, nobody sees it."""
        document = self.history.document if self.is_in_hand else None
        box = NOWHERE if document is None else tight_box(document.labels == self.options.part)
        if box != self._box:
            self._show()
            self._box = box
            self._show()

    def _show(self) -> None:
        """The box and what is around it is drawn anew."""
        if not self._box.is_empty:
            margin = math.ceil((_KNOB + _HANDLE) / self._placement.scale)
            self.overlay_changed.emit(self._box.grown(margin))


def _corners(rect: QRectF) -> tuple[QPointF, ...]:
    return rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight()


def _near(one: QPointF, other: QPointF) -> bool:
    return math.hypot(one.x() - other.x(), one.y() - other.y()) <= _HANDLE


def _apart(one: Point, other: Point) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)
