"""Where the picture lies on the canvas. Zooming keeps the point under the pointer where it is."""

import math
from dataclasses import dataclass, replace
from typing import Self

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF

from dropgui.correction.region import Box, Point

HIGHEST = 64.0
"""Largest zoom: device-independent pixels a pixel of the picture."""

_MARGIN = 16  # around a picture that is fitted
_KEPT = 48  # as much of the picture stays in view, however far it is moved


@dataclass(frozen=True, slots=True)
class Placement:
    """``scale``: device-independent pixels a pixel of the picture; ``left``, ``top``: of its corner."""

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    @classmethod
    def fitted(cls, picture: QSizeF, room: QSizeF) -> Self:
        """All of ``picture`` in the middle of ``room``, with a margin."""
        wide = max(1.0, room.width() - 2 * _MARGIN) / picture.width()
        high = max(1.0, room.height() - 2 * _MARGIN) / picture.height()
        scale = min(wide, high, HIGHEST)
        left = (room.width() - scale * picture.width()) / 2
        return cls(scale, left, (room.height() - scale * picture.height()) / 2)

    def zoomed(self, factor: float, at: QPointF, lowest: float) -> Self:
        """``factor`` times as large, within ``lowest`` and :data:`HIGHEST`, the point ``at`` staying."""
        scale = min(HIGHEST, max(lowest, self.scale * factor))
        moved = scale / self.scale
        return replace(
            self,
            scale=scale,
            left=at.x() - (at.x() - self.left) * moved,
            top=at.y() - (at.y() - self.top) * moved,
        )

    def moved(self, by: QPointF) -> Self:
        """Moved by device-independent pixels."""
        return replace(self, left=self.left + by.x(), top=self.top + by.y())

    def kept(self, picture: QSizeF, room: QSizeF) -> Self:
        """Moved back as far as a piece of the picture has to stay in view."""
        width, height = picture.width() * self.scale, picture.height() * self.scale
        wide, high = min(_KEPT, width), min(_KEPT, height)
        left = min(room.width() - wide, max(wide - width, self.left))
        return replace(self, left=left, top=min(room.height() - high, max(high - height, self.top)))

    def centred(self, at: Point, room: QSizeF) -> Self:
        """Moved so that the picture's point ``at`` is in the middle of ``room``."""
        left = room.width() / 2 - at.x * self.scale
        return replace(self, left=left, top=room.height() / 2 - at.y * self.scale)

    def to_picture(self, point: QPointF) -> Point:
        """A point of the canvas in the picture's own pixels."""
        return Point((point.x() - self.left) / self.scale, (point.y() - self.top) / self.scale)

    def to_canvas(self, point: Point) -> QPointF:
        """Inverse of :meth:`to_picture`."""
        return QPointF(self.left + point.x * self.scale, self.top + point.y * self.scale)

    def rect_of(self, box: Box) -> QRectF:
        """A box of the picture, on the canvas."""
        corner = self.to_canvas(Point(box.left, box.top))
        return QRectF(corner.x(), corner.y(), box.width * self.scale, box.height * self.scale)

    def box_of(self, rect: QRectF, picture: QSizeF) -> Box:
        """The pixels of the picture that ``rect`` of the canvas touches."""
        corner, end = self.to_picture(rect.topLeft()), self.to_picture(rect.bottomRight())
        touched = Box(math.floor(corner.y), math.floor(corner.x), math.ceil(end.y), math.ceil(end.x))
        return touched.clipped((int(picture.height()), int(picture.width())))


def around(rect: QRectF, margin: int = 2) -> QRect:
    """The whole pixels that have to be painted anew for ``rect``, antialiasing included."""
    return rect.toAlignedRect().adjusted(-margin, -margin, margin, margin)
