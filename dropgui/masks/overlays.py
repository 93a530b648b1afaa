"""Pixels that are not painted yet, shown above the mask in the colour that they would have."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, qRgba

from dropgui.correction.region import Point, Region
from dropgui.correction.transform import Placement as Put
from dropgui.masks.options import Options
from dropgui.masks.placement import Placement
from dropmodel.parts import BACKGROUND, IGNORE

_LEAST = 0.35


def paint_region(
    painter: QPainter, region: Region, label: int, options: Options, placement: Placement, opacity: float
) -> None:
    """Draw ``region`` in the colour of ``label``, in [0, 1] as strong as ``opacity`` says."""
    box = region.box
    if box.is_empty:
        return
    mask = np.ascontiguousarray(region.mask).view(np.uint8)
    image = QImage(mask.data, box.width, box.height, box.width, QImage.Format.Format_Indexed8)
    color = _color(label, options)
    strength = round(255 * opacity)
    image.setColorTable([qRgba(0, 0, 0, 0), qRgba(color.red(), color.green(), color.blue(), strength)])
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
    painter.drawImage(placement.rect_of(box), image, QRectF(0, 0, box.width, box.height))
    painter.restore()


class Ghost:
    """A part that is moved, scaled and turned, drawn pixel by pixel but for its copy in the mask."""

    def __init__(self, part: Region, label: int, options: Options) -> None:
        self._box = part.box
        self._mask = np.ascontiguousarray(part.mask).view(np.uint8)
        height, width = self._mask.shape
        indexed = QImage(self._mask.data, width, height, width, QImage.Format.Format_Indexed8)
        color = _color(label, options)
        # Where only outlines are shown it is seen all the same.
        strength = round(255 * max(options.opacity, _LEAST))
        indexed.setColorTable([qRgba(0, 0, 0, 0), qRgba(color.red(), color.green(), color.blue(), strength)])
        self._image = indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)

    def paint(self, painter: QPainter, placement: Placement, pivot: Point, put: Put) -> None:
        """Draw it where ``put`` brings it from ``pivot``."""
        at = placement.to_canvas(Point(pivot.x + put.dx, pivot.y + put.dy))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.translate(at)
        painter.rotate(put.angle)
        painter.scale(put.scale * placement.scale, put.scale * placement.scale)
        painter.drawImage(QPointF(self._box.left - pivot.x, self._box.top - pivot.y), self._image)
        painter.restore()


def _color(label: int, options: Options) -> QColor:
    schema = options.schema
    if label == BACKGROUND:
        return QColor("#202124")
    return QColor("#ffffff" if label == IGNORE or schema is None else schema.parts[label - 1].color)
