"""The colours of agreement: from dark violet for none to yellow for full, in steps that everybody sees."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dropgui.style import GRID, scaled, secondary

# Nine steps of matplotlib's "viridis" (Smith and van der Walt, CC0).
_STEPS = (
    "#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725",
)  # fmt: skip
_OPACITY = 215  # of 255: the picture's light and dark still shows through


def _table() -> npt.NDArray[np.uint8]:
    steps = np.array([_channels(QColor(step)) for step in _STEPS], np.float64)
    at = np.linspace(0, len(steps) - 1, 256)
    channels = [np.interp(at, np.arange(len(steps)), steps[:, channel]) for channel in range(3)]
    return np.stack([*channels, np.full(256, _OPACITY)], axis=1).round().astype(np.uint8)


def _channels(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


def heat_image(heat: npt.NDArray[np.float32]) -> QImage:
    """``heat`` [h, w], shown from 0 to 1 and cut there, as a picture that is clear where it is NaN."""
    known = np.isfinite(heat)
    levels = np.clip(np.where(known, heat, 0) * 255, 0, 255).round().astype(np.uint8)
    pixels = np.ascontiguousarray(np.where(known[..., None], _table()[levels], 0).astype(np.uint8))
    height, width = heat.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


class HeatLegend(QWidget):
    """What the colours mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Colours: violet, the pixels do not agree; yellow, they agree")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A bar with a line of words under it."""
        return QSize(20 * GRID, GRID + 4 + self.fontMetrics().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """The bar from 0 to 1."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0, 0, self.width(), GRID)
        gradient = QLinearGradient(QPointF(0, 0), QPointF(self.width(), 0))
        for place, step in enumerate(_STEPS):
            gradient.setColorAt(place / (len(_STEPS) - 1), QColor(step))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 2, 2)
        painter.setPen(secondary(self.palette()))
        painter.setFont(scaled(self.font(), 0.86))
        words = QRectF(0, GRID + 2, self.width(), self.height() - GRID - 2)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, "0 unlike")
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, "alike 1")
