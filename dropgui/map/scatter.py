"""The dots: pan, zoom, hover, click and lasso. Knows places, colours and ids, nothing of a library."""

from enum import Enum, auto

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from dropgui.map.coloring import between
from dropgui.map.raster import Canvas, Viewport
from dropgui.style import GRID

_SMALLEST, _LARGEST = 1.2, 6.0  # radius of a dot, device-independent pixels
_OUTLINE = 1.5  # around a selected dot
_REACH = 10.0  # how near the pointer must come to a dot
_DIMMED = 0.3  # of a dot's colour, where others are emphasised or selected
_STEP = 0.12  # of the widget, a press of an arrow key
_ZOOM = 1.25
_CLOSEST, _FARTHEST = 400.0, 0.5  # scale, relative to the one that fits
_MARGIN = 32  # device pixels beside the picture, for dots that reach over its edge


class Tool(Enum):
    """What dragging with the left button does."""

    LASSO = auto()
    MOVE = auto()


class Scatter(QWidget):
    """Draws up to several 100,000 dots into one picture, anew whenever anything but the pointer changes.

    Dragging with the left button does what the tool says; with the middle or right button it always moves.
    Ctrl or Shift adds to the selection.
    """

    picked = Signal(object)
    """Crop ids that are selected now, int64 [n], by click, lasso or key; as a list Qt would copy each."""
    chosen = Signal(int)
    """A dot was double-clicked."""
    hovered = Signal(object, QPoint)
    """The crop id under the pointer, or None, and where its dot is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids = np.empty(0, np.int64)
        self._points = self._corners = np.empty((0, 2), np.float32)
        self._lines = np.empty(0, np.int16)
        self._shades = np.empty(0, np.int16)
        self._table = np.empty(0, np.uint32)
        self._emphasised: frozenset[int] = frozenset()
        self._selected = np.empty(0, bool)
        self._chance = self._order = np.empty(0, np.intp)
        self._bounds = (0, 0)  # where in the order the undimmed ones and the selected ones begin
        self._view = Viewport()
        self._follows = True  # nobody has moved the view: it shows everything
        self._fit_scale = 1.0
        self._tool = Tool.LASSO
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._moving = False
        self._lasso: list[QPointF] = []
        self._under: int | None = None
        self._canvas: Canvas | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(20 * GRID, 20 * GRID)
        self.setAccessibleName("Map of crops")
        self.set_tool(Tool.LASSO)

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """Crops on the map, int64 [N]."""
        return self._ids

    @property
    def selected_ids(self) -> npt.NDArray[np.int64]:
        """The selected crops, int64 [n]."""
        return self._ids[self._selected]

    @property
    def viewport(self) -> Viewport:
        """The piece of the plane in view."""
        return self._view

    def set_points(self, ids: npt.NDArray[np.int64], points: npt.NDArray[np.float32]) -> None:
        """Show these crops, int64 [N], at these places, float32 [N, 2]; y grows downwards.

        Crops that stay keep being selected. The view stays, or shows everything if nobody moved it.
        """
        if not np.array_equal(ids, self._ids):
            selected = self._ids[self._selected]
            self._ids = ids
            self._selected = np.isin(ids, selected)
            self._lines = np.zeros(len(ids), np.int16)
            self._table = np.empty(0, np.uint32)  # until the colours come
            self._chance = np.random.default_rng(0).permutation(len(ids))
            self._sort()
        self._points = points
        # All that fitting has to know; looking for it among 100,000 takes a third of a frame.
        ends = [(column.min(), column.max()) for column in points.T if len(points)]
        self._corners = np.array(ends, np.float32).T
        self._hover(None)
        self._fit_scale = self._fitting().scale
        if self._follows:
            self._view = self._fitting()
        self._redraw()

    def set_colors(
        self, lines: npt.NDArray[np.int16], shades: npt.NDArray[np.int16], colors: list[QColor]
    ) -> None:
        """Dot i is of the legend's line ``lines[i]`` and has the colour ``colors[shades[i]]``; int16 [N]."""
        self._lines, self._shades = lines, shades
        self._table = np.array([color.rgb() for color in colors], np.uint32)
        self._sort()
        self._redraw()

    def set_emphasis(self, lines: frozenset[int]) -> None:
        """Dim all dots but those of these lines of the legend; none: dim nothing."""
        self._emphasised = lines
        self._sort()
        self._redraw()

    def set_selected(self, crop_ids: npt.ArrayLike) -> None:
        """Select these crops, as far as they are on the map; tells nobody."""
        self._selected = np.isin(self._ids, np.asarray(crop_ids, np.int64))
        self._sort()
        self._redraw()

    def set_tool(self, tool: Tool) -> None:
        """What dragging with the left button does from now on."""
        self._tool = tool
        lasso = tool is Tool.LASSO
        self.setCursor(Qt.CursorShape.CrossCursor if lasso else Qt.CursorShape.OpenHandCursor)

    def fit(self) -> None:
        """Show everything, and go on doing so."""
        self._follows = True
        self._view = self._fitting()
        self._redraw()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Closer by ``factor`` (farther below 1), around a point of the widget or its middle."""
        at = QPointF(self.rect().center()) if at is None else at
        wanted = self._view.scale * factor
        wanted = min(self._fit_scale * _CLOSEST, max(self._fit_scale * _FARTHEST, wanted))
        factor = wanted / self._view.scale
        self._look(self._view.zoomed(factor, at.x(), at.y(), self.width(), self.height()))

    def position_of(self, crop_id: int) -> QPointF:
        """Where a crop's dot is in the widget; ``ValueError`` for one that is not on the map."""
        found = np.flatnonzero(self._ids == crop_id)
        if not len(found):
            raise ValueError(f"crop {crop_id} is not on the map")
        x, y = self._places(self._points[found])
        return QPointF(float(x[0]), float(y[0]))

    def render_dots(self) -> Canvas:
        """Draw all dots; what paintEvent does when something changed."""
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        ground = self.palette().color(QPalette.ColorRole.Base)
        canvas = Canvas.blank(width, height, _MARGIN, ground.rgb())
        if not len(self._ids):
            return canvas
        scaled = Viewport(self._view.x, self._view.y, self._view.scale * ratio)
        x, y = scaled.to_pixels(self._points, width, height)
        # What is far outside would not fit into 32 bits when zoomed in.
        column = np.clip(x, -_MARGIN - 1, width + _MARGIN).astype(np.int32)[self._order]
        row = np.clip(y, -_MARGIN - 1, height + _MARGIN).astype(np.int32)[self._order]
        colors, radius = self._colors(), self.dot_radius() * ratio
        bright, selected = self._bounds
        canvas.draw(column[:bright], row[:bright], colors[:bright], radius)
        canvas.draw(column[bright:selected], row[bright:selected], colors[bright:selected], radius)
        if selected < len(row):
            outline = self.palette().color(QPalette.ColorRole.Text).rgb()
            ring = np.full(len(row) - selected, outline, np.uint32)
            canvas.draw(column[selected:], row[selected:], ring, radius + _OUTLINE * ratio)
            canvas.draw(column[selected:], row[selected:], colors[selected:], radius)
        return canvas

    def dot_radius(self) -> float:
        """Device-independent pixels: smaller where many share the room, larger when zoomed in."""
        room = (self.width() * self.height() / max(1, len(self._ids))) ** 0.5
        radius = 0.3 * room * (self._view.scale / self._fit_scale) ** 0.5
        return float(min(_LARGEST, max(_SMALLEST, radius)))

    def _colors(self) -> npt.NDArray[np.uint32]:
        """The colour of every dot in the order of drawing, uint32 [N]."""
        role = QPalette.ColorRole
        table, shades = self._table, self._shades
        if not len(table):
            table = np.array([self.palette().color(role.Dark).rgb()], np.uint32)
            shades = np.zeros(len(self._ids), np.int16)
        ground = self.palette().color(role.Base)
        dim = [between(ground, QColor(color), _DIMMED).rgb() for color in table.tolist()]
        colors = table[shades[self._order]]
        dimmed = self._order[: self._bounds[0]]
        colors[: len(dimmed)] = np.array(dim, np.uint32)[shades[dimmed]]
        return colors

    def _standing_out(self) -> npt.NDArray[np.bool_]:
        """Which dots the legend does not dim, bool [N]."""
        if not self._emphasised:
            return np.ones(len(self._ids), bool)
        return np.isin(self._lines, list(self._emphasised))

    def _sort(self) -> None:
        """The order of drawing: dimmed ones, the others, selected ones; by chance within each.

        By chance, for any other order would hide one group behind another.
        """
        bright = self._standing_out()
        if self._selected.any():
            bright &= self._selected
        layer = bright.astype(np.int8)
        layer[self._selected] = 2
        self._order = self._chance[np.argsort(layer[self._chance], kind="stable")]
        self._bounds = int(np.count_nonzero(layer == 0)), int(np.count_nonzero(layer < 2))

    def _fitting(self) -> Viewport:
        return Viewport.fitting(self._corners, self.width(), self.height())

    def _places(
        self, points: npt.NDArray[np.float32]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        return self._view.to_pixels(points, self.width(), self.height())

    def _look(self, view: Viewport) -> None:
        self._view = view
        self._follows = False
        self._hover(None)
        self._redraw()

    def _redraw(self) -> None:
        self._canvas = None
        self.update()

    # -- pointing ---------------------------------------------------------------------------------

    def crop_at(self, where: QPointF) -> int | None:
        """The crop whose dot is nearest to a point of the widget, if one is near."""
        if not len(self._ids):
            return None
        x, y = self._places(self._points)
        distance = (x - np.float32(where.x())) ** 2 + (y - np.float32(where.y())) ** 2
        distance[~self._standing_out()] = np.inf  # the others are only there to orient by
        nearest = int(np.argmin(distance))
        near = distance[nearest] <= max(_REACH, self.dot_radius()) ** 2
        return int(self._ids[nearest]) if near else None

    def inside(self, outline: list[QPointF]) -> npt.NDArray[np.bool_]:
        """Which dots lie in a closed outline (widget coordinates), to the pixel, bool [N].

        None that the legend dims.
        """
        mask = QImage(self.size().expandedTo(QSize(1, 1)), QImage.Format.Format_Grayscale8)
        mask.fill(0)
        path = QPainterPath()
        path.addPolygon(outline)
        path.setFillRule(Qt.FillRule.WindingFill)  # where it crosses itself, all of it counts
        painter = QPainter(mask)
        painter.fillPath(path, QColor("white"))
        painter.end()
        pixels = np.frombuffer(mask.constBits(), np.uint8).reshape(mask.height(), mask.bytesPerLine())
        x, y = self._places(self._points)
        found = (x >= 0) & (x < mask.width()) & (y >= 0) & (y < mask.height())
        found[found] = pixels[y[found].astype(np.intp), x[found].astype(np.intp)] > 127
        return found & self._standing_out()

    def _pick(self, found: npt.NDArray[np.bool_], *, add: bool) -> None:
        self._selected = self._selected | found if add else found
        self._sort()
        self._redraw()
        self.picked.emit(self.selected_ids)

    def _hover(self, crop_id: int | None) -> None:
        if crop_id == self._under:
            return
        self._under = crop_id
        where = QPoint() if crop_id is None else self.position_of(crop_id).toPoint()
        self.hovered.emit(crop_id, where)
        self.update()

    # -- Qt's own ---------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        """The dots as they were drawn last, the ring around the one under the pointer, the lasso."""
        if self._canvas is None:
            self._canvas = self.render_dots()
        canvas = self._canvas
        height, width = (side - 2 * canvas.margin for side in canvas.pixels.shape)
        lines = 4 * canvas.stride
        image = QImage(canvas.inside().data, width, height, lines, QImage.Format.Format_RGB32)
        painter = QPainter(self)
        painter.drawImage(QRectF(self.rect()), image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        if self._under is not None:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 2))
            radius = self.dot_radius() + 3
            painter.drawEllipse(self.position_of(self._under), radius, radius)
        if self._lasso:
            accent = palette.color(QPalette.ColorRole.Accent)
            fill = QColor(accent)
            fill.setAlphaF(0.14)
            painter.setPen(QPen(accent, 1.5))
            painter.setBrush(fill)
            painter.drawPolygon(self._lasso, Qt.FillRule.WindingFill)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What was in the middle stays there."""
        super().resizeEvent(event)
        self._fit_scale = self._fitting().scale
        if self._follows:
            self._view = self._fitting()
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Light or dark."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._redraw()

    def event(self, event: QEvent) -> bool:
        """Two fingers on a touchpad zoom."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.zoom(1 + event.value(), event.position())
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom(_ZOOM ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The beginning of a click, a lasso or a move."""
        self._pressed = self._last = event.position()
        self._moving = event.button() is not Qt.MouseButton.LeftButton or self._tool is Tool.MOVE
        self._lasso = []

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover, or go on with what was begun."""
        where = event.position()
        if self._pressed is None:
            self._hover(self.crop_at(where))
            return
        far = (where - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if not far and self._last == self._pressed:
            return
        self._hover(None)
        step, self._last = where - self._last, where
        if self._moving:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._look(self._view.panned(step.x(), step.y()))
            return
        self._lasso = [*(self._lasso or [self._pressed]), where]
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select what the lasso holds or what was clicked."""
        if self._pressed is None:
            return
        dragged, outline = self._last != self._pressed, self._lasso
        self._pressed, self._lasso = None, []
        self.set_tool(self._tool)  # the cursor, after moving
        add = bool(event.modifiers() & (_CTRL | _SHIFT))
        if outline:
            self._pick(self.inside([*outline, event.position()]), add=add)
        elif not dragged and event.button() is Qt.MouseButton.LeftButton:
            crop_id = self.crop_at(event.position())
            clicked = self._ids == (-1 if crop_id is None else crop_id)
            self._pick(clicked, add=add)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double-click on a dot chooses it."""
        crop_id = self.crop_at(event.position())
        if crop_id is not None and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(crop_id)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, + and - zoom, Home shows everything, Ctrl+A selects it."""
        across, down = _STEP * self.width(), _STEP * self.height()
        match event.key():
            case Qt.Key.Key_Left:
                self._look(self._view.panned(across, 0))
            case Qt.Key.Key_Right:
                self._look(self._view.panned(-across, 0))
            case Qt.Key.Key_Up:
                self._look(self._view.panned(0, down))
            case Qt.Key.Key_Down:
                self._look(self._view.panned(0, -down))
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(_ZOOM)
            case Qt.Key.Key_Minus:
                self.zoom(1 / _ZOOM)
            case Qt.Key.Key_Home:
                self.fit()
            case Qt.Key.Key_A if event.modifiers() == _CTRL:
                self._pick(np.ones(len(self._ids), bool), add=False)
            case _:
                super().keyPressEvent(event)


_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
