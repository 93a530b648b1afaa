"""Pixels that are not painted yet, shown above the mask in the colour that they would have."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, qRgba

from dropgui.correction.region import Region
from dropgui.masks.options import Options
from dropgui.masks.placement import Placement
from dropmodel.parts import BACKGROUND, IGNORE


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


def _color(label: int, options: Options) -> QColor:
    schema = options.schema
    if label == BACKGROUND:
        return QColor("#202124")
    return QColor("#ffffff" if label == IGNORE or schema is None else schema.parts[label - 1].color)
