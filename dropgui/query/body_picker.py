"""A drawing of a body whose parts are chosen by a click: seen from the front, left the person's own."""

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QTransform,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from dropgui.assets import asset
from dropgui.query.part_canvas import PartCanvas
from dropgui.query.selection import PartSelection
from dropgui.style import scaled, secondary
from dropmodel.parts import EIGHT, PartSchema


class BodyPicker(PartCanvas):
    """The body drawing; it knows the parts of the schema ``eight`` and is hidden for any other."""

    def __init__(self, selection: PartSelection, parent: QWidget | None = None) -> None:
        super().__init__(selection, "Body drawing: click the parts that count", parent)
        self._renderer = QSvgRenderer(str(asset("body.svg")), self)
        self._shapes: dict[str, QImage] = {}

    @staticmethod
    def knows(schema: PartSchema) -> bool:
        """Whether the drawing has every part of the schema."""
        return set(schema.names) == set(EIGHT.names)

    def part_at(self, point: QPoint) -> str | None:
        """Name of the part drawn at a point of the widget, if there is one."""
        transform, invertible = self._transform().inverted()
        if not invertible:
            return None
        inside = transform.map(QPointF(point))
        for name in EIGHT.names:
            bounds = self._renderer.boundsOnElement(name)
            if bounds.adjusted(-1, -1, 1, 1).contains(inside):
                shape = self._shape(name)
                offset = (inside - bounds.topLeft()) * 2
                x, y = int(offset.x()), int(offset.y())
                if shape.valid(x, y) and shape.pixelColor(x, y).alpha() > 0:
                    return name
        return None

    def paintEvent(self, _: QPaintEvent) -> None:
        """Chosen parts in their colour, others as an outline's ground, those not seen faint."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        transform = self._transform()
        for part in EIGHT:
            self._paint_part(painter, part.name, QColor(part.color), transform)
        painter.setFont(scaled(self.font(), 0.8))
        painter.setPen(secondary(self.palette()))
        feet = transform.map(QPointF(0, 262))
        side = QRectF(feet.x() - 8, feet.y() - 8, 24, 16)
        painter.drawText(side, Qt.AlignmentFlag.AlignCenter, "R")
        feet = transform.map(QPointF(120, 262))
        side = QRectF(feet.x() - 16, feet.y() - 8, 24, 16)
        painter.drawText(side, Qt.AlignmentFlag.AlignCenter, "L")

    def _paint_part(self, painter: QPainter, name: str, color: QColor, transform: QTransform) -> None:
        chosen = self.selection.is_chosen(name) and self.selection.is_seen(name)
        ground = self.palette().color(QPalette.ColorRole.Mid)
        fill = QColor(color if chosen else ground)
        if not self.selection.is_seen(name):
            fill.setAlphaF(0.35)
        elif name == self.hovered:
            fill = fill.lighter(115) if chosen else QColor(color)
            fill.setAlphaF(1.0 if chosen else 0.6)
        target = transform.mapRect(self._renderer.boundsOnElement(name))
        ratio = self.devicePixelRatioF()
        tile = QPixmap(max(1, round(target.width() * ratio)), max(1, round(target.height() * ratio)))
        tile.fill(Qt.GlobalColor.transparent)
        brush = QPainter(tile)
        brush.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._renderer.render(brush, name, QRectF(tile.rect()))
        brush.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        brush.fillRect(tile.rect(), QBrush(fill))
        brush.end()
        painter.drawPixmap(target, tile, QRectF(tile.rect()))

    def _shape(self, name: str) -> QImage:
        if name not in self._shapes:
            size = (self._renderer.boundsOnElement(name).size() * 2).toSize()
            image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            self._renderer.render(painter, name)
            painter.end()
            self._shapes[name] = image
        return self._shapes[name]

    def _transform(self) -> QTransform:
        box = QRectF(self._renderer.viewBoxF())
        scale = min(self.width() / box.width(), self.height() / box.height())
        left = (self.width() - box.width() * scale) / 2
        top = (self.height() - box.height() * scale) / 2
        return QTransform().translate(left, top).scale(scale, scale).translate(-box.x(), -box.y())
