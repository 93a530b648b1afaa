"""Moving, scaling and turning the part in hand by the handles of its box.

While it is dragged only a picture of it moves: the mask itself changes once, where it is let go.
"""

import math
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from dropgui.correction.region import NOWHERE, Box, Labels, Point, tight_box
from dropgui.correction.transform import Lifted
from dropgui.correction.transform import Placement as Put
from dropgui.masks.history import History
from dropgui.masks.options import Options
from dropgui.masks.overlays import Ghost
from dropgui.masks.placement import Placement
from dropgui.masks.tools import Tool, Touch

_HANDLE = 10.0  # device-independent pixels around a handle that take it
_KNOB = 22.0  # of the turning handle from the box
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
        self._ghost: Ghost | None = None
        self._put = Put()  # where the drag in hand has brought it
        self._shown = NOWHERE
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
        self._grip, self._start, self._put = grip, at, Put()
        self._lifted = Lifted(document.labels, self.options.part)
        self._ghost = Ghost(self._lifted.part, self.options.part, self.options)
        self._shown = NOWHERE

    def move(self, touch: Touch) -> None:
        """Show the part where it would be."""
        lifted = self._lifted
        if lifted is None:
            return
        self._put = self._way_to(touch.at, lifted.pivot)
        place = lifted.reach(self._put)
        first, before = self._shown.is_empty, self._shown
        self._shown = place
        # What the part leaves is seen from now on, and what stood on it, its letters.
        self.overlay_changed.emit(Box.whole(lifted.below.shape) if first else place.joined(before))

    def release(self) -> None:
        """It stays there."""
        document, grip, lifted, put = self.history.document, self._grip, self._lifted, self._put
        self._end()
        if grip is not None and lifted is not None and document is not None and put != Put():
            seen = document.put(lifted.put_down(put))
            self.history.commit(f"{grip.value} {self.options.title(self.options.part)}", seen)
        self._measure()

    def cancel(self) -> bool:
        """Back to where it was."""
        was = self._grip is not None
        self._end()
        return was

    def beneath(self) -> Labels | None:
        """The mask without the part that is dragged."""
        return None if self._lifted is None or self._shown.is_empty else self._lifted.below

    def paint(self, painter: QPainter, placement: Placement) -> None:
        """The part's box with its handles; none while it is dragged."""
        self._placement = placement
        if self._ghost is not None and self._lifted is not None and not self._shown.is_empty:
            self._ghost.paint(painter, placement, self._lifted.pivot, self._put)
        if self._box.is_empty or self._grip is not None:
            return
        rect = placement.rect_of(self._box)
        foot, knob = _knob(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((QColor(0, 0, 0, 190), 3.0), (QColor("#ffffff"), 1.25)):
            painter.setPen(QPen(color, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect)
            painter.drawLine(foot, knob)
        painter.setPen(QPen(QColor(0, 0, 0, 190), 1))
        painter.setBrush(QColor("#ffffff"))
        painter.drawEllipse(knob, 5, 5)
        for corner in _corners(rect):
            painter.drawRect(QRectF(corner.x() - 4, corner.y() - 4, 8, 8))

    def _end(self) -> None:
        """Nothing is dragged any more."""
        lifted, shown = self._lifted, self._shown
        self._grip, self._lifted, self._ghost, self._shown = None, None, None, NOWHERE
        if lifted is not None and not shown.is_empty:
            self.overlay_changed.emit(Box.whole(lifted.below.shape))

    def _way_to(self, at: Point, pivot: Point) -> Put:
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
        if _near(point, _knob(rect)[1]):
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


def _knob(rect: QRectF) -> tuple[QPointF, QPointF]:
    """Where the turning handle stands, and where it is: above the box, below where there is no room."""
    x = rect.center().x()
    if rect.top() < _KNOB + _HANDLE:
        return QPointF(x, rect.bottom()), QPointF(x, rect.bottom() + _KNOB)
    return QPointF(x, rect.top()), QPointF(x, rect.top() - _KNOB)


def _corners(rect: QRectF) -> tuple[QPointF, ...]:
    return rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight()


def _near(one: QPointF, other: QPointF) -> bool:
    return math.hypot(one.x() - other.x(), one.y() - other.y()) <= _HANDLE


def _apart(one: Point, other: Point) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)
