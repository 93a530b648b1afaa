"""The query crop with its mask on it: a click on a part chooses it."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from dropgui.query.part_canvas import PartCanvas
from dropgui.query.selection import PartSelection
from dropgui.style import secondary

_CHOSEN, _PLAIN, _HOVERED = 120, 40, 190  # opacity of a part's colour on the picture, of 255


class CropView(PartCanvas):
    """Shows a picture fitted to the widget, its label map [h, w] tinted over the whole of it."""

    def __init__(self, selection: PartSelection, parent: QWidget | None = None) -> None:
        super().__init__(selection, "Query crop with its body-part mask", parent)
        self._pixmap: QPixmap | None = None
        self._labels: npt.NDArray[np.uint8] | None = None
        self._tinted = True
        self._placeholder = ""

    def set_crop(self, pixmap: QPixmap | None, placeholder: str = "") -> None:
        """Show a picture without a mask; ``placeholder`` says why there is none."""
        self._pixmap, self._placeholder = pixmap, placeholder
        self._labels, self.hovered = None, None
        self.update()

    def set_labels(self, labels: npt.NDArray[np.uint8] | None) -> None:
        """The mask, uint8 [h, w] of classes 0..K, stretched over the picture."""
        self._labels = labels
        self.update()

    def set_tinted(self, tinted: bool) -> None:
        """Draw the mask over the picture, or the picture alone."""
        self._tinted = tinted
        self.update()

    def part_at(self, point: QPoint) -> str | None:
        """Name of the part under a point of the widget, if there is one."""
        label = self._label_at(point)
        schema = self.selection.schema
        return schema.names[label - 1] if schema is not None and 0 < label <= len(schema) else None

    def picture_rect(self) -> QRect:
        """Where the picture is in the widget."""
        if self._pixmap is None or self._pixmap.isNull():
            return self.rect()
        size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        rect = QRect(QPoint(0, 0), size)
        rect.moveCenter(self.rect().center())
        return rect

    def paintEvent(self, _: QPaintEvent) -> None:
        """Picture, then the tinted mask."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        rect = self.picture_rect()
        frame = QPainterPath()
        frame.addRoundedRect(rect, 6, 6)
        painter.setClipPath(frame)
        painter.fillRect(rect, self.palette().color(QPalette.ColorRole.AlternateBase))
        if self._pixmap is None or self._pixmap.isNull():
            painter.setPen(secondary(self.palette()))
            text = rect.adjusted(12, 0, -12, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._placeholder)
            return
        painter.drawPixmap(rect, self._pixmap)
        if self._tinted and self._labels is not None:
            painter.drawImage(rect, self._tint(self._labels))

    def _label_at(self, point: QPoint) -> int:
        rect = self.picture_rect()
        if self._labels is None or not rect.contains(point):
            return 0
        height, width = self._labels.shape
        row = (point.y() - rect.y()) * height // rect.height()
        column = (point.x() - rect.x()) * width // rect.width()
        return int(self._labels[row, column])

    def _tint(self, labels: npt.NDArray[np.uint8]) -> QImage:
        table = np.zeros((256, 4), np.uint8)
        for label, part in enumerate(self.selection.schema or (), start=1):
            color = QColor(part.color)
            alpha = _CHOSEN if self.selection.is_chosen(part.name) else _PLAIN
            if part.name == self.hovered:
                alpha = _HOVERED
            table[label] = color.red(), color.green(), color.blue(), alpha
        pixels = np.ascontiguousarray(table[labels])
        height, width = labels.shape
        return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
