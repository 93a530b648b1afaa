"""The query crop with its mask on it: a click on a part chooses it."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dropgui.query.selection import PartSelection
from dropgui.style import secondary

_CHOSEN, _PLAIN, _HOVERED = 120, 40, 190  # opacity of a part's colour on the picture, of 255


class CropView(QWidget):
    """Shows a picture fitted to the widget, its label map [h, w] tinted over the whole of it."""

    def __init__(self, selection: PartSelection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._pixmap: QPixmap | None = None
        self._labels: npt.NDArray[np.uint8] | None = None
        self._hovered = 0
        self._tinted = True
        self._placeholder = ""
        self.setMouseTracking(True)
        self.setMinimumSize(96, 192)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Query crop with its body-part mask")
        selection.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The shape of a person crop."""
        return QSize(136, 264)

    def set_crop(self, pixmap: QPixmap | None, placeholder: str = "") -> None:
        """Show a picture without a mask; ``placeholder`` says why there is none."""
        self._pixmap, self._placeholder = pixmap, placeholder
        self._labels, self._hovered = None, 0
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
        schema = self._selection.schema
        return schema.names[label - 1] if schema is not None and 0 < label <= len(schema) else None

    def picture_rect(self) -> QRect:
        """Where the picture is in the widget."""
        if self._pixmap is None or self._pixmap.isNull():
            return self.rect()
        size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        rect = QRect(QPoint(0, 0), size)
        rect.moveCenter(self.rect().center())
        return rect

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the part, or with Shift it alone."""
        name = self.part_at(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or name is None:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._selection.set_only(name)
        else:
            self._selection.toggle(name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the part under the pointer."""
        self._hover(self._label_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self._hover(0)

    def event(self, event: QEvent) -> bool:
        """Name the part in a tool tip."""
        if isinstance(event, QHelpEvent):
            name = self.part_at(event.pos())
            schema = self._selection.schema
            if name is None or schema is None:
                QToolTip.hideText()
            else:
                title = schema.parts[schema.label(name) - 1].title
                seen = f"{self._selection.visibility(name):.0%} visible"
                QToolTip.showText(event.globalPos(), f"{title}, {seen}. Click: count it or not", self)
            return True
        return super().event(event)

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

    def _hover(self, label: int) -> None:
        if label != self._hovered:
            self._hovered = label
            self.setCursor(Qt.CursorShape.PointingHandCursor if label else Qt.CursorShape.ArrowCursor)
            self.update()

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
        for label, part in enumerate(self._selection.schema or (), start=1):
            color = QColor(part.color)
            alpha = _CHOSEN if self._selection.is_chosen(part.name) else _PLAIN
            if label == self._hovered:
                alpha = _HOVERED
            table[label] = color.red(), color.green(), color.blue(), alpha
        pixels = np.ascontiguousarray(table[labels])
        height, width = labels.shape
        return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
