"""The tools' signs, drawn in the text's colour so that they are right in both appearances."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

_SIDE = 20.0  # the square that every sign is drawn in


def paint_glyph(painter: QPainter, room: QRectF, name: str, color: QColor) -> None:
    """The sign of the tool called ``name``, in the square ``room``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(room.topLeft())
    painter.scale(room.width() / _SIDE, room.height() / _SIDE)
    pen = QPen(color, 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _GLYPHS[name](painter, color)
    painter.restore()


def _line(painter: QPainter, *points: tuple[float, float], closed: bool = False) -> None:
    polygon = QPolygonF([QPointF(*point) for point in points])
    (painter.drawPolygon if closed else painter.drawPolyline)(polygon)


def _brush(painter: QPainter, color: QColor) -> None:
    _line(painter, (17, 3), (9.5, 10.5))
    path = QPainterPath(QPointF(9.8, 10.2))
    path.cubicTo(5, 9.5, 6.5, 15.5, 2.5, 16.5)
    path.cubicTo(6.5, 18.5, 12.5, 16, 9.8, 10.2)
    painter.fillPath(path, color)
    painter.drawPath(path)


def _eraser(painter: QPainter, _: QColor) -> None:
    _line(painter, (11, 3.5), (17, 9.5), (9.5, 17), (6, 17), (2.8, 13.8), (2.8, 11.8), closed=True)
    _line(painter, (6.8, 7.7), (12.8, 13.7))


def _smart(painter: QPainter, color: QColor) -> None:
    pen = QPen(painter.pen())
    pen.setDashPattern([1.6, 1.8])
    painter.setPen(pen)
    painter.drawEllipse(QPointF(8, 12), 5.2, 5.2)
    _star(painter, color, QPointF(14.5, 5), 4.4)


def _star(painter: QPainter, color: QColor, at: QPointF, size: float) -> None:
    thin = size * 0.28
    path = QPainterPath(at + QPointF(0, -size))
    for x, y in (
        (thin, -thin),
        (size, 0),
        (thin, thin),
        (0, size),
        (-thin, thin),
        (-size, 0),
        (-thin, -thin),
    ):
        path.lineTo(at + QPointF(x, y))
    path.closeSubpath()
    painter.fillPath(path, color)


def _lasso(painter: QPainter, color: QColor) -> None:
    points = ((4, 5), (12.5, 2.8), (17.2, 9), (11, 16.8), (3.5, 13.5))
    _line(painter, *points, closed=True)
    painter.setBrush(color)
    for x, y in points:
        painter.drawEllipse(QPointF(x, y), 1.2, 1.2)


def _fill(painter: QPainter, color: QColor) -> None:
    _line(painter, (8, 4), (15, 11), (9, 17), (2, 10), closed=True)
    _line(painter, (5.5, 1.5), (8, 4))
    drop = QPainterPath(QPointF(17, 11.5))
    drop.cubicTo(20, 16, 18.5, 17.5, 17, 17.5)
    drop.cubicTo(15.5, 17.5, 14.6, 16, 17, 11.5)
    painter.fillPath(drop, color)


def _move(painter: QPainter, _: QColor) -> None:
    _line(painter, (10, 2), (10, 18))
    _line(painter, (2, 10), (18, 10))
    for dx, dy in ((0, -1), (0, 1), (-1, 0), (1, 0)):
        tip = (10 + 8 * dx, 10 + 8 * dy)
        side = 2.6
        _line(
            painter,
            (tip[0] - side * (dx or 1), tip[1] - side * (dy or 1)),
            tip,
            (tip[0] - side * (dx or -1), tip[1] - side * (dy or -1)),
        )


def _pick(painter: QPainter, color: QColor) -> None:
    _line(painter, (3, 17), (3.6, 14), (11, 6.6), (13.4, 9), (6, 16.4), closed=True)
    _line(painter, (9.6, 5.2), (14.8, 10.4))
    painter.setPen(QPen(color, 3.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    _line(painter, (13, 7), (15.6, 4.4))


_GLYPHS: dict[str, Callable[[QPainter, QColor], None]] = {
    "Brush": _brush,
    "Eraser": _eraser,
    "Smart brush": _smart,
    "Lasso": _lasso,
    "Fill": _fill,
    "Move part": _move,
    "Pick part": _pick,
}
