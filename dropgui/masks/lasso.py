"""The lasso: an outline drawn freely, or point by point, and what is done inside it."""

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from dropgui.correction.polygon import polygon
from dropgui.correction.region import Box, Point
from dropgui.correction.sides import swap_sides
from dropgui.masks.history import History
from dropgui.masks.options import LassoDoes, Options
from dropgui.masks.placement import Placement
from dropgui.masks.tools import Tool, Touch
from dropmodel.parts import BACKGROUND

_CLOSE = 8.0  # device-independent pixels from the first point: a click there closes the outline
_LEAST = 0.25  # pixels of the picture between two points of a free line


class Lasso(Tool):
    """Dragging draws freely and ends with the button; clicks set points, until the outline is closed."""

    title = "Lasso"
    key = "L"
    hint = (
        "Drag around an area, or click points and close with Enter. Right button: erase inside. "
        "Backspace: one point back."
    )

    def __init__(self, history: History, options: Options) -> None:
        super().__init__(history, options)
        self._points: list[Point] = []
        self._free = 0  # points of the line that is being dragged
        self._ahead: Point | None = None
        self._erases = False
        self._reach = 1.0  # of a click that closes, in pixels of the picture

    @property
    def points(self) -> int:
        """How many points there are."""
        return len(self._points)

    def turn(self) -> None:
        """From painting to exchanging sides, and back."""
        paints = self.options.lasso_does is LassoDoes.PAINT
        self.options.set_lasso_does(LassoDoes.SWAP if paints else LassoDoes.PAINT)

    def press(self, touch: Touch) -> None:
        """A point, or the end where it is on the first one."""
        if len(self._points) > 2 and _apart(touch.at, self._points[0]) < self._reach:
            self.finish()
            return
        if not self._points:
            self._erases = touch.erase
        self._points.append(touch.at)
        self._free = 0
        self._show()

    def move(self, touch: Touch) -> None:
        """More of a free line."""
        if self._points and _apart(touch.at, self._points[-1]) >= _LEAST:
            self._points.append(touch.at)
            self._free += 1
            self._show()

    def release(self) -> None:
        """A free line is closed where the button goes up; a click goes on."""
        if self._free > 3:
            self.finish()

    def hover(self, at: Point) -> None:
        """The line to the next point."""
        if self._points:
            self._ahead = at
            self._show()

    def finish(self) -> bool:
        """Close the outline and do what is to be done inside."""
        document = self.history.document
        if not self._points or document is None:
            return False
        points, erases = self._points, self._erases
        self.cancel()
        region = polygon(points, document.shape)
        if not region:
            return True
        if self.options.lasso_does is LassoDoes.SWAP and not erases:
            patch = swap_sides(document.labels, document.schema, region)
            self.history.put("Exchange Left and Right", patch)
        else:
            label = BACKGROUND if erases else self.options.label
            self.history.paint(self.words(label), region, label)
        return True

    def back(self) -> bool:
        """Take the last point away; whether there was one."""
        if not self._points:
            return False
        self._show()
        self._points.pop()
        return True

    def cancel(self) -> bool:
        """Give the outline up."""
        if not self._points:
            return False
        self._show()
        self._points, self._ahead, self._free = [], None, 0
        return True

    def paint(self, painter: QPainter, placement: Placement) -> None:
        """The outline so far: light on dark, its points, and the line to the pointer."""
        self._reach = _CLOSE / placement.scale
        if not self._points:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = [placement.to_canvas(point) for point in self._points]
        if self._ahead is not None and not self._free:
            line.append(placement.to_canvas(self._ahead))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 190), 3.0), (QColor("#ffffff"), 1.25)):
            painter.setPen(QPen(color, width))
            painter.drawPolyline(QPolygonF(line))
        if not self._free:
            painter.setPen(QPen(QColor(0, 0, 0, 190), 1))
            painter.setBrush(QColor("#ffffff"))
            for place, point in enumerate(line[: len(self._points)]):
                size = 4.5 if place == 0 else 2.5
                painter.drawEllipse(QPointF(point), size, size)

    def _show(self) -> None:
        shown = [*self._points, *([] if self._ahead is None else [self._ahead])]
        xs, ys = [point.x for point in shown], [point.y for point in shown]
        box = Box(math.floor(min(ys)), math.floor(min(xs)), math.ceil(max(ys)) + 1, math.ceil(max(xs)) + 1)
        # Where the line to the pointer was, it must go too.
        self.overlay_changed.emit(box.joined(self._shown))
        self._shown = box

    _shown = Box(0, 0, 0, 0)


def _apart(one: Point, other: Point) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)
