"""The canvas: the crop at any zoom with its mask above it, and the pointer that edits it.

The mask is painted from the document's own memory, and only where it changed: a move of the brush costs what
the box it touched costs.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from dropgui.correction.region import Box, Labels
from dropgui.masks.history import History
from dropgui.masks.layers import MaskLayer, Photo
from dropgui.masks.letters import Letter, letters_of, mark_rect, paint_letters
from dropgui.masks.options import Options
from dropgui.masks.placement import around
from dropgui.masks.ring import make_ring, paint_ring
from dropgui.masks.stage import Stage
from dropgui.masks.tools import Tool, Touch
from dropgui.style import GRID, secondary

_LARGE_RING = 512.0  # device-independent pixels; a picture of a larger one is slower than drawing it
_LETTERS_AFTER_MS = 120
_EMPTY = "Choose a crop to correct its mask.\n\nPress E on a crop anywhere, or N for the next one to review."


class MaskCanvas(Stage):
    """Shows the history's document; gestures go to the tool."""

    pointed = Signal(object)
    """The :class:`Point` of the picture under the pointer, None off the picture."""
    picked = Signal(int)
    """Ctrl+click (or Alt+click) on this label."""
    counted = Signal(object)
    """The :class:`MaskDocument` was left alone for a moment after an edit: a time to measure it."""
    stepped = Signal(int)
    """Ctrl+wheel: a larger (1) or smaller (-1) brush is wanted."""

    def __init__(self, history: History, options: Options, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._options = options
        self._tool: Tool | None = None
        self._mask: MaskLayer | None = None  # what is shown
        self._own: MaskLayer | None = None  # the document's
        self._panned_from: QPointF | None = None
        self._space_is_down = False
        self._draws = False  # a button is down for the tool
        self._pen_draws = False  # and it is a pen's
        self._message = _EMPTY
        self._letters: list[Letter] = []
        self._still: tuple[object, QPixmap] | None = None  # what it shows, and the picture of it
        self._ring: tuple[tuple[float, float], QPixmap] | None = None  # the pointer, and what it is for
        self._recount = QTimer(self, singleShot=True, interval=_LETTERS_AFTER_MS)
        self._recount.timeout.connect(self._find_letters)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Mask on its picture")
        history.drawn.connect(self._drawn)
        history.interrupted.connect(self._interrupt)
        options.changed.connect(self._options_changed)
        options.look_changed.connect(self._look_changed)

    # -- what is shown ----------------------------------------------------------------------------

    def show_document(self, photo: Photo, letters: Sequence[Letter]) -> None:
        """Show the history's document on its picture, all of it, with the letters of its parts."""
        document = self._history.document
        assert document is not None
        self._mask = self._own = MaskLayer(document.labels, document.schema)
        self.setAccessibleDescription("")
        self.set_photo(photo)
        self._letters = list(letters)
        self._look_changed()

    def show_message(self, words: str = _EMPTY) -> None:
        """Show why there is no picture."""
        self._mask, self._own, self._letters = None, None, []
        self._message = words
        self.setAccessibleDescription(words)
        self.set_photo(None)

    def look_at(self, labels: Labels | None) -> None:
        """Show another mask of this crop, uint8 [H, W], that no tool changes; None: the document's again."""
        document = self._history.document
        if document is None or self._own is None:
            return
        if self._tool is not None:
            self._tool.cancel()
        self._hold(False)
        self._mask = self._own if labels is None else MaskLayer(labels, document.schema)
        self._look_changed()
        self._find_letters()

    def set_tool(self, tool: Tool) -> None:
        """Gestures go to this tool from now on; what the other one was drawing is given up."""
        if self._tool is not None:
            self._tool.lay_down()
            self._tool.overlay_changed.disconnect(self._overlay_changed)
        self._tool = tool
        self._hold(False)
        tool.overlay_changed.connect(self._overlay_changed)
        tool.take()
        self._show_cursor()
        self.update()

    # -- painting ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The photo, the mask, its edges and letters, the tool's own, the pointer; only where it is asked."""
        painter = QPainter(self)
        rect, ratio = event.rect(), self.devicePixelRatioF()
        painter.setClipRect(rect)
        if self._photo is None or self._mask is None:
            self._paint_message(painter)
            return
        tool = self._tool if self._mask is self._own else None
        beneath = None if tool is None else tool.beneath()
        if beneath is None:
            self._still = None
            self.paint_ground(painter, rect)
            self._paint_mask(painter, self._mask, rect, self._letters)
        else:
            source = QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)
            painter.drawPixmap(QRectF(rect), self._picture_of(beneath, ratio), source)
        if tool is not None:
            tool.paint(painter, self._placement)
        self._paint_pointer(painter)

    def _paint_mask(self, painter: QPainter, mask: MaskLayer, rect: QRect, letters: list[Letter]) -> None:
        """Fill, edges and letters, as the options have it."""
        options, ratio = self._options, self.devicePixelRatioF()
        if options.is_hidden:
            return
        if options.shows_fill:
            mask.paint(painter, self._placement)
        mask.paint_edges(painter, self._placement, rect, ratio)
        if options.shows_letters:
            only = options.part if options.is_alone else None
            paint_letters(painter, letters, self._placement, rect, only)

    def _picture_of(self, labels: Labels, ratio: float) -> QPixmap:
        """All of the canvas with another mask, kept while a tool drags something over it."""
        options = self._options
        look = (options.opacity, options.is_hidden, options.shows_fill, options.is_alone)
        seen = (id(labels), self._placement, self.size().toTuple(), ratio, look)
        if self._still is None or self._still[0] != seen:
            document = self._history.document
            assert document is not None
            mask = MaskLayer(labels, document.schema)
            mask.set_look(opacity=options.opacity, only=options.part if options.is_alone else None)
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            painter = QPainter(picture)
            self.paint_ground(painter, self.rect())
            kept = [each for each in self._letters if labels[each.at.pixel] == each.label]
            self._paint_mask(painter, mask, self.rect(), kept)
            painter.end()
            self._still = (seen, picture)
        return self._still[1]

    def _paint_message(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(secondary(self.palette()))
        room = self.rect().adjusted(4 * GRID, 0, -4 * GRID, -8 * GRID)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)

    def _paint_pointer(self, painter: QPainter) -> None:
        """The brush in its true size: light on dark, so that it is seen on any ground."""
        rect = self._pointer_rect()
        if rect is None:
            return
        if rect.width() > _LARGE_RING:
            paint_ring(painter, rect)
            return
        ratio = self.devicePixelRatioF()
        if self._ring is None or self._ring[0] != (rect.width(), ratio):
            self._ring = ((rect.width(), ratio), make_ring(rect.width(), ratio))
        ring = self._ring[1]
        half = ring.width() / ratio / 2
        painter.drawPixmap(rect.center() - QPointF(half, half), ring)

    def _pointer_rect(self) -> QRectF | None:
        tool = self._tool
        if tool is None or not tool.has_radius or self._pointer is None or self._moves_picture:
            return None
        if self._mask is not self._own:
            return None
        radius = max(2.0, self._options.radius * self._placement.scale)
        return QRectF(self._pointer.x() - radius, self._pointer.y() - radius, 2 * radius, 2 * radius)

    def _point_at(self, pointer: QPointF | None) -> None:
        """The pointer is elsewhere: draw its ring there."""
        before = self._pointer_rect()
        self._pointer = pointer
        for rect in (before, self._pointer_rect()):
            if rect is not None:
                self.update(around(rect, 3))

    def _drawn(self, box: Box) -> None:
        """The labels in ``box`` are others: edges reach a pixel beyond it."""
        self.update(around(self._placement.rect_of(box), 3))
        self._recount.start()

    def _overlay_changed(self, box: Box) -> None:
        self.update(around(self._placement.rect_of(box), GRID))

    def _options_changed(self) -> None:
        if self._options.is_alone:
            self._look_changed()
        rect = self._pointer_rect()
        if rect is not None:  # the ring that was drawn may have been larger
            self.update()

    def _look_changed(self) -> None:
        if self._mask is not None:
            options = self._options
            self._mask.set_look(opacity=options.opacity, only=options.part if options.is_alone else None)
        self.update()

    def _find_letters(self) -> None:
        document = self._history.document
        if document is None or self._mask is None:
            return
        before, self._letters = self._letters, letters_of(self._mask.labels, document.schema)
        for letter in {*before} ^ {*self._letters}:
            self.update(mark_rect(letter, self._placement))
        self.counted.emit(document)

    # -- the pointer ------------------------------------------------------------------------------

    @property
    def _moves_picture(self) -> bool:
        return self._space_is_down or self._panned_from is not None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the picture, pick a part, or begin a gesture of the tool."""
        if self._pen_draws:
            return
        button, at = event.button(), event.position()
        self._point_at(at)
        if button is Qt.MouseButton.MiddleButton or (
            button is Qt.MouseButton.LeftButton and self._space_is_down
        ):
            self._panned_from = at
            self._show_cursor()
        elif self._photo is not None and button is Qt.MouseButton.LeftButton and _picks(event):
            self._pick(at)
        elif button in {Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton} and not self._draws:
            self._press(at, erase=button is Qt.MouseButton.RightButton, pressure=1.0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture, or go on with the gesture."""
        if self._pen_draws:
            return
        at = event.position()
        if self._panned_from is not None:
            by = at - self._panned_from
            self._panned_from = at
            self.move_by(by)
        self._move(at, pressure=1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the button began."""
        if self._pen_draws:
            return
        if self._panned_from is not None and event.button() in {
            Qt.MouseButton.MiddleButton,
            Qt.MouseButton.LeftButton,
        }:
            self._panned_from = None
            self._show_cursor()
        elif not event.buttons():
            self._release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second click is a click; what is drawn point by point is finished by it."""
        self.mousePressEvent(event)
        if self._tool is not None and event.button() is Qt.MouseButton.LeftButton and self._tool.finish():
            self._hold(False)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen draws with its pressure, its other end erases. Meanwhile a mouse is but the pen once more."""
        at, erases = event.position(), event.pointerType() is QPointingDevice.PointerType.Eraser
        if not self._pen_draws and (self._space_is_down or _picks(event)):
            event.ignore()  # and comes again as a mouse
            return
        match event.type():
            case QEvent.Type.TabletPress:
                self._press(at, erase=erases or event.button() is Qt.MouseButton.RightButton,
                            pressure=event.pressure())  # fmt: skip
                self._pen_draws = self._draws
            case QEvent.Type.TabletMove:
                self._move(at, pressure=event.pressure())
            case QEvent.Type.TabletRelease if not event.buttons():
                self._pen_draws = False
                self._release()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Ctrl the brush grows and shrinks."""
        notches = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.stepped.emit(1 if notches > 0 else -1)
        elif notches:
            self.zoom(notches, event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is elsewhere."""
        super().leaveEvent(event)
        self._point_at(None)
        self.pointed.emit(None)

    def set_space(self, down: bool) -> None:
        """While the space bar is down, dragging moves the picture."""
        if down != self._space_is_down:
            self._point_at(self._pointer)
            self._space_is_down = down
            self._show_cursor()
            self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Left to the page."""
        event.ignore()

    def _interrupt(self) -> None:
        """What is being dragged is given up: the mask is about to change otherwise."""
        if self._draws and self._tool is not None:
            self._hold(False)
            self._tool.cancel()

    def _hold(self, on: bool) -> None:
        """A button is down for the tool, or no longer."""
        self._draws = self._history.is_held = on
        self._pen_draws = self._pen_draws and on

    def _press(self, at: QPointF, *, erase: bool, pressure: float) -> None:
        if self._tool is not None and self._photo is not None and self._mask is self._own:
            self._hold(True)
            self._tool.press(Touch(self._placement.to_picture(at), pressure, erase))

    def _move(self, at: QPointF, *, pressure: float) -> None:
        self._point_at(at)
        if self._photo is None or self._tool is None:
            return
        point = self._placement.to_picture(at)
        if self._draws:
            self._tool.move(Touch(point, pressure))
        else:
            self._tool.hover(point)
        self.pointed.emit(point)

    def _release(self) -> None:
        if self._draws and self._tool is not None:
            self._hold(False)
            self._tool.release()

    def _pick(self, at: QPointF) -> None:
        point, document = self._placement.to_picture(at), self._history.document
        label = None if document is None else document.label_at(point)
        if label is not None:
            self.picked.emit(label)

    def _show_cursor(self) -> None:
        if self._panned_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space_is_down:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)


def _picks(event: QMouseEvent | QTabletEvent) -> bool:
    # Many desktops keep Alt and the mouse for themselves.
    keys = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
    return bool(event.modifiers() & keys)
