"""A picture on a stage: at any zoom, moved about, painted smoothly; what is drawn on it is another's affair.

The photo is kept as it lies at the zoom of now, so that painting a piece of it copies, and does not scale.
"""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QNativeGestureEvent, QPainter, QPalette, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dropgui.correction.region import Point
from dropgui.masks.layers import Photo
from dropgui.masks.placement import Placement
from dropgui.style import GRID

_STEP = 1.2  # a notch of the wheel
_KEY_PAN = 8 * GRID


class Stage(QWidget):
    """Knows where the picture lies. What is fitted stays so when the stage gets another size."""

    placed = Signal()
    """Another zoom, or another place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photo: Photo | None = None
        self._ground: QPixmap | None = None  # the photo as it lies now
        self._placement = Placement()
        self._is_fitted = True
        self._pointer: QPointF | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(20 * GRID, 15 * GRID)

    @property
    def placement(self) -> Placement:
        """Where the picture lies."""
        return self._placement

    @property
    def photo(self) -> Photo | None:
        """The picture."""
        return self._photo

    def set_photo(self, photo: Photo | None) -> None:
        """Show all of another picture; None for none."""
        self._photo = photo
        self._ground = None
        self.fit()
        self.placed.emit()
        self.update()

    def fit(self) -> None:
        """Show all of the picture."""
        self._is_fitted = True
        if self._photo is not None:
            self._place(Placement.fitted(self._photo.size, QRectF(self.rect()).size()))

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """A notch closer for every step, or further away; ``at`` stays where it is, else the pointer."""
        if self._photo is None:
            return
        at = at or self._pointer or QPointF(self.rect().center())
        room = QRectF(self.rect()).size()
        lowest = min(1.0, Placement.fitted(self._photo.size, room).scale) / 2
        self._is_fitted = False
        self._place(self._placement.zoomed(_STEP**steps, at, lowest).kept(self._photo.size, room))

    def zoom_to(self, scale: float) -> None:
        """So many device-independent pixels a pixel of the picture."""
        if self._photo is not None:
            self._is_fitted = False
            middle = QPointF(self.rect().center())
            zoomed = self._placement.zoomed(scale / self._placement.scale, middle, 0.01)
            self._place(zoomed.kept(self._photo.size, QRectF(self.rect()).size()))

    def pan(self, right: int, down: int) -> None:
        """Look further right and down by so many steps."""
        self.move_by(QPointF(-right * _KEY_PAN, -down * _KEY_PAN))

    def centre(self, at: Point) -> None:
        """Bring this point of the picture into the middle."""
        if self._photo is not None:
            room = QRectF(self.rect()).size()
            self._is_fitted = False
            self._place(self._placement.centred(at, room).kept(self._photo.size, room))

    def move_by(self, by: QPointF) -> None:
        """Move the picture by device-independent pixels."""
        if self._photo is not None:
            self._is_fitted = False
            self._place(self._placement.moved(by).kept(self._photo.size, QRectF(self.rect()).size()))

    def _place(self, placement: Placement) -> None:
        if placement != self._placement:
            self._placement = placement
            self.placed.emit()
        self._ground = None
        self.update()

    def paint_ground(self, painter: QPainter, rect: QRect) -> None:
        """Paint the picture, and what is around it, in ``rect``."""
        ratio = self.devicePixelRatioF()
        if self._ground is None:
            self._ground = self._make_ground(ratio)
        source = QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)
        painter.drawPixmap(QRectF(rect), self._ground, source)

    def sizeHint(self) -> QSize:
        """Room for a person."""
        return QSize(60 * GRID, 80 * GRID)

    def event(self, event: QEvent) -> bool:
        """Two fingers apart on a touch pad: zoom."""
        zooms = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is zooms:
            self.zoom(4 * event.value(), event.position())
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What was fitted stays so."""
        super().resizeEvent(event)
        self._ground = None
        if self._is_fitted:
            self.fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another palette, or another screen."""
        super().changeEvent(event)
        self._ground = None

    def _make_ground(self, ratio: float) -> QPixmap:
        ground = QPixmap(self.size() * ratio)
        ground.setDevicePixelRatio(ratio)
        ground.fill(self.palette().color(QPalette.ColorRole.Mid))
        if self._photo is not None:
            painter = QPainter(ground)
            self._photo.paint(painter, self._placement, ratio)
            painter.end()
        return ground
