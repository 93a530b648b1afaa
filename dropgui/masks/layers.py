"""What the canvas is painted from: the photo, the mask on the labels' own memory, and its edges."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, qRgba

from dropgui.correction.region import Box, Labels
from dropgui.masks.placement import Placement
from dropmodel.parts import IGNORE, PartSchema

_FAINT = 0.35  # of the opacity: parts that are not looked at
_UNDECIDED = QColor("#ffffff")


class Photo:
    """A picture, uint8 [H, W, 3] RGB, at its own size and halves of it: what is shown small stays smooth.

    Made on any thread.
    """

    def __init__(self, pixels: npt.NDArray[np.uint8]) -> None:
        pixels = np.ascontiguousarray(pixels)
        height, width = pixels.shape[:2]
        whole = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._levels = [whole.convertToFormat(QImage.Format.Format_RGB32)]
        while min(self._levels[-1].width(), self._levels[-1].height()) > 256:
            last = self._levels[-1]
            ignore, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            self._levels.append(last.scaled(last.width() // 2, last.height() // 2, ignore, smooth))

    @property
    def size(self) -> QSizeF:
        """Width and height in pixels."""
        return QSizeF(self._levels[0].size())

    @property
    def box(self) -> Box:
        """All of its pixels."""
        return Box.whole((self._levels[0].height(), self._levels[0].width()))

    def smallest(self) -> QImage:
        """The picture small, for the map of it."""
        return self._levels[-1]

    def paint(self, painter: QPainter, placement: Placement, ratio: float) -> None:
        """Paint it where it lies, smooth at every zoom; ``ratio``: device pixels a pixel."""
        wanted = placement.scale * ratio
        level = 0
        while level + 1 < len(self._levels) and wanted <= 0.5 ** (level + 1):
            level += 1
        whole = self.size
        target = QRectF(
            placement.left, placement.top, whole.width() * placement.scale, whole.height() * placement.scale
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        image = self._levels[level]
        painter.drawImage(target, image, QRectF(image.rect()))


class MaskLayer:
    """The label map [H, W] as it is at this moment: it is painted from the same memory, nothing is copied."""

    def __init__(self, labels: Labels, schema: PartSchema) -> None:
        height, width = labels.shape
        self._labels = labels
        self._schema = schema
        self._image = QImage(labels.data, width, height, width, QImage.Format.Format_Indexed8)
        self.set_look(opacity=0.5, only=None)

    @property
    def labels(self) -> Labels:
        """What is painted."""
        return self._labels

    def set_look(self, *, opacity: float, only: int | None) -> None:
        """How strong the colours are, in [0, 1], and which label alone is shown, None for all."""
        fill, edges = [qRgba(0, 0, 0, 0)] * 256, [qRgba(0, 0, 0, 0)] * 256
        for label, color in self._colors():
            share = 1.0 if only in (None, label) else 0.0
            red, green, blue = color.red(), color.green(), color.blue()
            fill[label] = qRgba(red, green, blue, round(255 * opacity * share))
            edges[label] = qRgba(red, green, blue, round(255 * (share or _FAINT)))
        self._image.setColorTable(fill)
        self._edge_colors = edges

    def paint(self, painter: QPainter, placement: Placement) -> None:
        """Paint every label as the square that it is."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.translate(placement.left, placement.top)
        painter.scale(placement.scale, placement.scale)
        painter.drawImage(0, 0, self._image)
        painter.restore()

    def paint_edges(self, painter: QPainter, placement: Placement, rect: QRect, ratio: float) -> None:
        """Paint lines of two device pixels where labels meet, in ``rect`` of the canvas, at every zoom."""
        height, width = self._labels.shape
        ends = (rect.left(), rect.right() + 1, rect.top(), rect.bottom() + 1)
        x0, x1, y0, y1 = (round(end * ratio) for end in ends)
        scale = placement.scale * ratio
        columns = np.floor((np.arange(x0 - 1, x1 + 1) + 0.5 - placement.left * ratio) / scale).astype(np.intp)
        rows = np.floor((np.arange(y0 - 1, y1 + 1) + 0.5 - placement.top * ratio) / scale).astype(np.intp)
        inside_x, inside_y = (columns >= 0) & (columns < width), (rows >= 0) & (rows < height)
        if not inside_x.any() or not inside_y.any():
            return
        seen = np.zeros((len(rows), len(columns)), np.uint8)
        kept = self._labels[rows[inside_y]].take(columns[inside_x], axis=1)
        top, left = int(inside_y.argmax()), int(inside_x.argmax())
        seen[top : top + kept.shape[0], left : left + kept.shape[1]] = kept
        own = seen[1:-1, 1:-1]
        drawn = np.zeros_like(own)
        for other in (seen[:-2, 1:-1], seen[2:, 1:-1], seen[1:-1, :-2], seen[1:-1, 2:]):
            # A line lies on both sides of an edge; on the background's side in the part's colour.
            np.maximum(drawn, np.where(own == 0, other, own) * (own != other), out=drawn)
        image = QImage(
            drawn.data, drawn.shape[1], drawn.shape[0], drawn.shape[1], QImage.Format.Format_Indexed8
        )
        image.setColorTable(self._edge_colors)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(x0 / ratio, y0 / ratio), image)

    def _colors(self) -> list[tuple[int, QColor]]:
        parts = [(label, QColor(part.color)) for label, part in enumerate(self._schema, start=1)]
        return [*parts, (IGNORE, _UNDECIDED)]
