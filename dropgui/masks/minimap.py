"""A small map of a picture that is larger than the canvas: what is in view, and a way to go elsewhere."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from dropgui.correction.region import Point
from dropgui.masks.canvas import MaskCanvas
from dropgui.style import GRID

_LONGEST = 17 * GRID


class MiniMap(QWidget):
    """Lies in the canvas's corner while not all of the picture is in view."""

    def __init__(self, canvas: MaskCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setAccessibleName("Map of the picture: click to look there")
        self.setToolTip("What is in view. Click or drag to look elsewhere (arrow keys).")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()
        canvas.placed.connect(self._follow)

    def paintEvent(self, _: QPaintEvent) -> None:
        """The picture with a frame around what is in view."""
        painter = QPainter(self)
        photo = self._canvas.photo
        if photo is None:
            return
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), photo.smallest())
        seen = self._seen()
        veil = QColor(0, 0, 0, 110)
        whole = QRectF(self.rect())
        for piece in (
            QRectF(whole.left(), whole.top(), whole.width(), seen.top()),
            QRectF(whole.left(), seen.bottom(), whole.width(), whole.bottom() - seen.bottom()),
            QRectF(whole.left(), seen.top(), seen.left(), seen.height()),
            QRectF(seen.right(), seen.top(), whole.right() - seen.right(), seen.height()),
        ):
            painter.fillRect(piece, veil)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
        painter.drawRect(seen.adjusted(1, 1, -1, -1))
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Shadow), 1))
        painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        self._look_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on looking while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    def place(self) -> None:
        """Into the canvas's lower right corner."""
        photo = self._canvas.photo
        if photo is None:
            self.hide()
            return
        longest = QSize(_LONGEST, _LONGEST)
        size = photo.size.toSize().scaled(longest, Qt.AspectRatioMode.KeepAspectRatio)
        corner = self._canvas.rect().bottomRight()
        self.setGeometry(
            QRect(corner.x() - size.width() - GRID, corner.y() - size.height() - GRID,
                  size.width(), size.height())
        )  # fmt: skip
        whole = self._canvas.placement.rect_of(photo.box)
        fits = QRectF(self._canvas.rect()).adjusted(-1, -1, 1, 1).contains(whole)
        self.setVisible(not fits)

    def _follow(self) -> None:
        self.place()
        self.update()

    def _seen(self) -> QRectF:
        """What of the picture is in view, on the map."""
        photo, placement = self._canvas.photo, self._canvas.placement
        if photo is None:
            return QRectF()
        box = placement.box_of(QRectF(self._canvas.rect()), photo.size)
        across, down = self.width() / photo.size.width(), self.height() / photo.size.height()
        return QRectF(box.left * across, box.top * down, box.width * across, box.height * down)

    def _look_at(self, at: QPointF) -> None:
        photo = self._canvas.photo
        if photo is not None:
            across, down = photo.size.width() / self.width(), photo.size.height() / self.height()
            self._canvas.centre(Point(at.x() * across, at.y() * down))
