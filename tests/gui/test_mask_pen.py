"""A pen on the mask editor's canvas: pressure, its other end, and the mouse that systems send beside it."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from dropgui.correction.document import MaskDocument
from dropgui.correction.region import Point
from dropgui.masks.canvas import MaskCanvas
from dropgui.masks.history import History
from dropgui.masks.layers import Photo
from dropgui.masks.options import Options
from dropgui.masks.tools import Brush
from dropmodel.parts import EIGHT

KIND, BUTTON, END = QEvent.Type, Qt.MouseButton, QPointingDevice.PointerType
HEIGHT, WIDTH = 96, 64


class Desk:
    """A canvas with a brush of radius 10 in hand, a pen and a mouse."""

    def __init__(self) -> None:
        self.history = History()
        self.options = Options(self.history)
        self.options.set_schema(EIGHT)
        self.options.pick(2)
        self.options.set_radius(10)
        photo = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        self.document = MaskDocument(np.zeros((HEIGHT, WIDTH), np.uint8), EIGHT, photo)
        self.history.open(self.document)
        self.canvas = MaskCanvas(self.history, self.options)
        self.canvas.resize(400, 500)
        self.canvas.show_document(Photo(photo), [])
        self.canvas.set_tool(Brush(self.history, self.options))

    def pen(
        self,
        kind: QEvent.Type,
        x: float,
        y: float,
        pressure: float,
        end: QPointingDevice.PointerType = END.Pen,
        keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> bool:
        """The pen at a place of the picture; whether the canvas took it."""
        at = self.canvas.placement.to_canvas(Point(x, y))
        button = BUTTON.NoButton if kind is KIND.TabletMove else BUTTON.LeftButton
        down = BUTTON.LeftButton if pressure else BUTTON.NoButton
        device = QPointingDevice(
            "pen", 7, QInputDevice.DeviceType.Stylus, end, QInputDevice.Capability.Pressure, 1, 3
        )
        event = QTabletEvent(
            kind, device, at, self.canvas.mapToGlobal(at), pressure, 0, 0, 0, 0, 0, keys, button, down
        )
        QApplication.sendEvent(self.canvas, event)
        return bool(event.isAccepted())

    def mouse(self, kind: QEvent.Type, x: float, y: float) -> None:
        """What a system makes of the pen for programs that know none."""
        at = self.canvas.placement.to_canvas(Point(x, y))
        button = BUTTON.NoButton if kind is KIND.MouseMove else BUTTON.LeftButton
        down = BUTTON.NoButton if kind is KIND.MouseButtonRelease else BUTTON.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, at, self.canvas.mapToGlobal(at), button, down, none)
        QApplication.sendEvent(self.canvas, event)

    def widths(self, *rows: int) -> list[int]:
        return [int((self.document.labels[row] == 2).sum()) for row in rows]


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.canvas.deleteLater()


def test_pressure_is_the_radius_along_the_stroke(desk: Desk) -> None:
    assert desk.pen(KIND.TabletPress, 32, 20, 0.2)
    desk.pen(KIND.TabletMove, 32, 50, 0.6)
    desk.pen(KIND.TabletMove, 32, 70, 1.0)
    assert desk.history.stack.count() == 0, "the stroke is in hand"
    desk.pen(KIND.TabletRelease, 32, 70, 0.0)
    thin, middle, wide = desk.widths(20, 50, 70)
    assert thin == pytest.approx(5, abs=2)
    assert middle == pytest.approx(13, abs=2)
    assert wide == 20
    assert desk.history.stack.count() == 1, "one step"


def test_the_other_end_erases(desk: Desk) -> None:
    desk.document.labels[:] = 2
    desk.pen(KIND.TabletPress, 32, 40, 0.5, END.Eraser)
    desk.pen(KIND.TabletRelease, 32, 40, 0.0, END.Eraser)
    assert desk.widths(40) == [WIDTH - 10]
    assert desk.history.stack.undoText() == "Erase"


def test_hovering_shows_the_brush_and_paints_nothing(desk: Desk) -> None:
    seen: list[Point] = []
    desk.canvas.pointed.connect(seen.append)
    desk.pen(KIND.TabletMove, 20, 30, 0.0)
    desk.pen(KIND.TabletMove, 40, 60, 0.0)
    assert [(round(at.x), round(at.y)) for at in seen] == [(20, 30), (40, 60)]
    rect = desk.canvas._pointer_rect()
    assert rect is not None
    assert rect.contains(desk.canvas.placement.to_canvas(Point(40, 60)))
    assert not desk.document.labels.any()


def test_a_mouse_sent_beside_the_pen_paints_nothing(desk: Desk) -> None:
    desk.pen(KIND.TabletPress, 32, 20, 0.1)
    desk.mouse(KIND.MouseButtonPress, 32, 20)
    for y in (40, 60):
        desk.pen(KIND.TabletMove, 32, y, 0.1)
        desk.mouse(KIND.MouseMove, 32, y)
    desk.mouse(KIND.MouseButtonRelease, 32, 60)
    desk.pen(KIND.TabletMove, 32, 80, 0.1)
    desk.pen(KIND.TabletRelease, 32, 80, 0.0)
    assert max(desk.widths(20, 40, 60, 80)) <= 3, "thin as the pen drew it"
    assert min(desk.widths(20, 40, 60, 80)) >= 1, "to its end"
    assert desk.history.stack.count() == 1
    desk.mouse(KIND.MouseButtonPress, 10, 10)
    desk.mouse(KIND.MouseButtonRelease, 10, 10)
    assert desk.history.stack.count() == 2, "afterwards a mouse is a mouse"


def test_a_key_pressed_in_a_stroke_does_not_leave_it_open(desk: Desk) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    desk.pen(KIND.TabletPress, 32, 20, 0.5)
    desk.pen(KIND.TabletMove, 32, 40, 0.5, keys=control)
    assert desk.pen(KIND.TabletRelease, 32, 40, 0.0, keys=control)
    assert desk.history.stack.count() == 1
    assert not desk.history.is_held
    assert not desk.pen(KIND.TabletPress, 32, 40, 0.5, keys=control), "to pick, it comes again as a mouse"
