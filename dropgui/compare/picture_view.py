"""One of two pictures that are compared: as it is, with its mask, or with the heat of the chosen part."""

from enum import Enum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dropgui.compare.colors import heat_image
from dropgui.compare.heats import Heat
from dropgui.query.subjects import Subject
from dropgui.style import secondary
from dropmodel.parts import FOREGROUND, GLOBAL, PartSchema

_RADIUS = 6.0
_FRAME = 3.0
_CHOSEN, _OTHER = 150, 60  # opacity of a part's colour in the mask, of 255
_VEIL = 0.55  # how far the window's ground hides what is not of the part, under a heat


class View(Enum):
    """What is laid over the pictures."""

    AGREEMENT = "Agreement"
    MASK = "Mask"
    PICTURE = "Picture"


class PictureView(QWidget):
    """A click on a part chooses it; the tooltip tells the agreement under the pointer."""

    part_clicked = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._schema: PartSchema | None = None
        self._picture = QImage()
        self._grey = QImage()
        self._labels: npt.NDArray[np.uint8] | None = None
        self._placeholder = ""
        self._heat: Heat | None = None
        self._waits = False  # for the heat
        self._part: str | None = None
        self._view = View.AGREEMENT
        self._layer: QImage | None = None
        self._frame: QColor | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 112)
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        """The shape of a person crop."""
        return QSize(240, 480)

    def show_subject(self, subject: Subject, schema: PartSchema | None) -> None:
        """Show a crop; its heat comes later."""
        self._schema, self._labels = schema, subject.labels
        self._picture = subject.picture
        self._grey = subject.picture.convertToFormat(QImage.Format.Format_Grayscale8)
        self._placeholder = "Picture cannot be shown"  # its name stands above
        self.setAccessibleName(f"{self._name}: {subject.title}")
        self.set_heat(None)
        self._waits = True

    def set_heat(self, heat: Heat | None) -> None:
        """Where it agrees with the other picture; None where that cannot be known."""
        self._heat, self._waits = heat, False
        self._compose()

    def set_part(self, part: str | None) -> None:
        """The part to look at."""
        self._part = part
        self._compose()

    def set_view(self, view: View) -> None:
        """What to lay over the picture."""
        self._view = view
        self._compose()

    def set_frame(self, color: QColor | None) -> None:
        """Frame the picture in a colour, or not."""
        if color != self._frame:
            self._frame = color
            self.update()

    @property
    def shows_heat(self) -> bool:
        """Whether the picture is covered by the heat of a part."""
        return self._view is View.AGREEMENT and self._current_heat() is not None

    def picture_rect(self) -> QRect:
        """Where the picture is in the widget."""
        if self._picture.isNull():
            return self.rect()
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        rect = QRect(QPoint(0, 0), size)
        rect.moveLeft((self.width() - rect.width()) // 2)  # both begin at the top, whatever their shapes
        return rect

    def agreement_at(self, point: QPoint) -> float | None:
        """Agreement of the chosen part at a point of the widget, None off the part."""
        heat, cell = self._current_heat(), self._cell(point)
        if heat is None or cell is None:
            return None
        value = float(heat[cell])
        return value if np.isfinite(value) else None

    def part_at(self, point: QPoint) -> str | None:
        """Name of the part under a point of the widget, if there is one."""
        cell = self._cell(point)
        if cell is None or self._labels is None or self._schema is None:
            return None
        label = int(self._labels[cell])
        return self._schema.names[label - 1] if 0 < label <= len(self._schema) else None

    def paintEvent(self, _: QPaintEvent) -> None:
        """Picture, then what is laid over it, then the frame."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        rect = self.picture_rect()
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(rect), _RADIUS, _RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(rect, self.palette().color(QPalette.ColorRole.AlternateBase))
        if self._picture.isNull():
            painter.setPen(secondary(self.palette()))
            text = rect.adjusted(12, 0, -12, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._placeholder)
        elif self.shows_heat or (self._view is View.AGREEMENT and self._waits):
            painter.drawImage(rect, self._grey)
            veil = self.palette().color(QPalette.ColorRole.Window)
            veil.setAlphaF(_VEIL)
            painter.fillRect(rect, veil)
        else:
            painter.drawImage(rect, self._picture)
        if self._layer is not None:
            painter.drawImage(rect, self._layer)
        painter.setClipping(False)
        if self._frame is not None:
            painter.setPen(QPen(self._frame, _FRAME))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = _FRAME / 2
            painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), _RADIUS, _RADIUS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the part under the pointer."""
        part = self.part_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and part is not None:
            self.part_clicked.emit(part)

    def event(self, event: QEvent) -> bool:
        """Tell the agreement, or the part, under the pointer."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(event.pos()), self)
            return True
        return super().event(event)

    def _tip(self, point: QPoint) -> str:
        part = self.part_at(point)
        title = "" if part is None or self._schema is None else self._schema.vector(part).title
        agreement = self.agreement_at(point) if self.shows_heat else None
        if agreement is not None and self._schema is not None and self._part is not None:
            chosen = self._schema.vector(self._part).title
            return f"{chosen}: agrees by {agreement:.2f} with the other picture"
        return title

    def _cell(self, point: QPoint) -> tuple[int, int] | None:
        rect = self.picture_rect()
        if self._labels is None or not rect.contains(point):
            return None
        height, width = self._labels.shape
        row = (point.y() - rect.y()) * height // rect.height()
        return row, (point.x() - rect.x()) * width // rect.width()

    def _current_heat(self) -> npt.NDArray[np.float32] | None:
        if self._heat is None or self._part is None:
            return None
        return self._heat.get(self._part)

    def _compose(self) -> None:
        heat = self._current_heat()
        if self._view is View.AGREEMENT and heat is not None:
            self._layer = heat_image(heat)
        elif self._view is View.MASK and self._labels is not None and self._schema is not None:
            self._layer = _tint(self._labels, self._schema, self._part)
        else:
            self._layer = None
        self.update()


def _tint(labels: npt.NDArray[np.uint8], schema: PartSchema, part: str | None) -> QImage:
    table = np.zeros((256, 4), np.uint8)
    for label, item in enumerate(schema, start=1):
        color = QColor(item.color)
        opacity = _CHOSEN if part in (item.name, FOREGROUND, GLOBAL) else _OTHER
        table[label] = color.red(), color.green(), color.blue(), opacity
    pixels = np.ascontiguousarray(table[labels])
    height, width = labels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
