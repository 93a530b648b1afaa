"""What a tool of the editor is, and the brushes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPainter

from dropgui.correction.brush import pressed_radius, segment
from dropgui.correction.region import NOWHERE, Labels, Point, Region
from dropgui.masks.history import History
from dropgui.masks.options import Options
from dropgui.masks.placement import Placement
from dropmodel.parts import BACKGROUND

if TYPE_CHECKING:
    from dropgui.correction.document import StrokeRecorder


@dataclass(frozen=True, slots=True)
class Touch:
    """Where the pointer touches the picture: ``pressure`` is a pen's, in [0, 1], 1 for a mouse.

    ``erase``: with the other button, or a pen's other end.
    """

    at: Point
    pressure: float = 1.0
    erase: bool = False


class Tool(QObject):
    """Takes the pointer, in the picture's own pixels, and edits the mask through the history.

    A gesture is press, any number of moves, release.
    """

    title = ""
    key = ""
    hint = ""
    """What to do with it, in one line."""
    has_radius = False
    """Whether the pointer is a disc of the brush's size."""

    overlay_changed = Signal(object)
    """A :class:`Box` in which what is drawn above the mask is to be drawn anew."""
    told = Signal(str)
    """Why nothing happened."""

    def __init__(self, history: History, options: Options) -> None:
        super().__init__(history)
        self.history = history
        self.options = options
        self.is_in_hand = False

    def take(self) -> None:
        """The tool is in hand now."""
        self.is_in_hand = True

    def lay_down(self) -> None:
        """Another tool is taken in hand; what is being drawn is given up."""
        self.cancel()
        self.is_in_hand = False

    def press(self, touch: Touch) -> None:
        """A button went down."""

    def move(self, touch: Touch) -> None:
        """The pointer moved while a button is down."""

    def release(self) -> None:
        """The button went up."""

    def hover(self, at: Point) -> None:
        """The pointer moved with no button down."""

    def step(self, steps: int) -> None:
        """Take more in or less, by notches: the brush's size where nothing else is set."""
        self.options.step_radius(steps)

    def turn(self) -> None:
        """Go on in the other way that the tool has, if any."""

    def finish(self) -> bool:
        """Carry out what is being drawn; whether there was anything."""
        return False

    def cancel(self) -> bool:
        """Give up what is being drawn; whether there was anything."""
        return False

    def paint(self, painter: QPainter, placement: Placement) -> None:
        """Draw what belongs above the mask."""

    def beneath(self) -> Labels | None:
        """Another mask uint8 [H, W] to show while a gesture lasts; None for the document's."""
        return None

    def label_at(self, at: Point) -> int | None:
        """The label at a place of the picture; None outside of it."""
        document = self.history.document
        return None if document is None else document.label_at(at)

    def words(self, label: int, done: str = "Paint") -> str:
        """An edit in words, for the undo menu."""
        return "Erase" if label == BACKGROUND else f"{done} {self.options.title(label)}"


class Brush(Tool):
    """A disc that follows the pointer; a pen's pressure makes it smaller."""

    title = "Brush"
    key = "B"
    hint = "Drag to paint {part}. The right button erases."
    has_radius = True

    def __init__(self, history: History, options: Options) -> None:
        super().__init__(history, options)
        self._stroke: StrokeRecorder | None = None
        self._last = Point(0, 0)
        self._last_radius = 0.0
        self._label = BACKGROUND

    def press(self, touch: Touch) -> None:
        """Begin a stroke with a dab."""
        document = self.history.document
        if document is None or self._stroke is not None:
            return
        self._label = BACKGROUND if touch.erase else self.label
        self._stroke = document.stroke(self._label)
        self._last, self._last_radius = touch.at, pressed_radius(self.options.radius, touch.pressure)
        self._dab(touch.at, self._last_radius)

    def move(self, touch: Touch) -> None:
        """Paint from where the pointer was to where it is."""
        if self._stroke is not None:
            self._dab(touch.at, pressed_radius(self.options.radius, touch.pressure))

    def release(self) -> None:
        """The stroke is one step."""
        if self._stroke is not None:
            stroke, self._stroke = self._stroke, None
            self.history.commit(self.words(self._label), stroke.finish())

    def cancel(self) -> bool:
        """Take the stroke in hand away."""
        if self._stroke is None:
            return False
        stroke, self._stroke = self._stroke, None
        self.history.drawn.emit(stroke.cancel())
        return True

    @property
    def label(self) -> int:
        """What the left button paints."""
        return self.options.label

    def region(self, start: Point, end: Point, radii: tuple[float, float]) -> Region:
        """What a move of the pointer paints."""
        document = self.history.document
        assert document is not None
        return segment(start, end, *radii, document.shape)

    def _dab(self, at: Point, radius: float) -> None:
        assert self._stroke is not None
        box = self._stroke.paint(self.region(self._last, at, (self._last_radius, radius)))
        self._last, self._last_radius = at, radius
        if box != NOWHERE:
            self.history.drawn.emit(box)


class Eraser(Brush):
    """A brush of background."""

    title = "Eraser"
    key = "E"
    hint = "Drag to erase. With “Only this part” on, other parts stay as they are."

    @property
    def label(self) -> int:
        """Background."""
        return BACKGROUND


class Picker(Tool):
    """Takes the part under the pointer in hand."""

    title = "Pick part"
    key = "I"
    hint = "Click a place to go on with its part. With any other tool: Ctrl+click."

    def press(self, touch: Touch) -> None:
        """Pick."""
        self.move(touch)

    def move(self, touch: Touch) -> None:
        """Pick again while the button is down."""
        label = self.label_at(touch.at)
        if label is not None:
            self.options.pick(label)
