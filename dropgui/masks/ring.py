"""The pointer of a brush: a ring in its true size, light on dark, so that it is seen on any ground."""

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

_MARGIN = 3  # for the line's own width


def paint_ring(painter: QPainter, rect: QRectF) -> None:
    """Draw the ring whose line runs along the edge of ``rect``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(0, 0, 0, 190), 3.0), (QColor("#ffffff"), 1.25)):
        painter.setPen(QPen(color, width))
        painter.drawEllipse(rect)


def make_ring(diameter: float, ratio: float) -> QPixmap:
    """The ring as a picture with the ring in its middle: stroking one anew costs more than a whole stamp.

    ``diameter`` in device-independent pixels, ``ratio`` device pixels to one of them.
    """
    side = math.ceil(diameter) + 2 * _MARGIN
    ring = QPixmap(math.ceil(side * ratio), math.ceil(side * ratio))
    ring.setDevicePixelRatio(ratio)
    ring.fill(Qt.GlobalColor.transparent)
    painter = QPainter(ring)
    size = ring.width() / ratio
    inset = (size - diameter) / 2
    paint_ring(painter, QRectF(inset, inset, diameter, diameter))
    painter.end()
    return ring
