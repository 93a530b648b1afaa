"""The fill: what hangs together with a click, by colour or in the mask.

Colours are compared on another thread: a large picture would hold the pointer up.
"""

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter

from dropgui.correction.flood import ColorFlood, flood_labels
from dropgui.correction.region import Box, Point, Region
from dropgui.jobs.runner import Latest, Runner
from dropgui.masks.history import History
from dropgui.masks.options import FillBy, Options
from dropgui.masks.overlays import paint_region
from dropgui.masks.placement import Placement
from dropgui.masks.tools import Tool, Touch
from dropmodel.parts import BACKGROUND

if TYPE_CHECKING:
    from dropgui.correction.document import MaskDocument

_PER_PIXEL = 0.15  # tolerance a device-independent pixel of dragging
_STRENGTH = 0.67  # of the preview


class Fill(Tool):
    """Press to see what would be filled, drag right for more and left for less, let go to fill it."""

    title = "Fill"
    key = "F"
    hint = (
        "Click an area to fill it with {part}. Keep the button down and drag right for more, left for less."
    )

    def __init__(self, history: History, options: Options, runner: Runner) -> None:
        super().__init__(history, options)
        self._work = Latest(runner)
        self._document: MaskDocument | None = None
        self._flood: ColorFlood | None = None
        self._region: Region | None = None
        self._start = Point(0, 0)
        self._tolerance = 0.0
        self._label = BACKGROUND
        self._is_held = False
        self._scale = 1.0

    @property
    def busy(self) -> bool:
        """Whether a fill is under way."""
        return self._document is not None

    def step(self, steps: int) -> None:
        """Colours may differ more or less."""
        self.options.set_tolerance(self.options.tolerance + steps)

    def turn(self) -> None:
        """From colours to the mask, and back."""
        by_color = self.options.fill_by is FillBy.COLOR
        self.options.set_fill_by(FillBy.MASK if by_color else FillBy.COLOR)

    def press(self, touch: Touch) -> None:
        """Look at what hangs together with this place."""
        document = self.history.document
        at = touch.at
        if document is None or self.busy or self.label_at(at) is None:
            return
        self._label = BACKGROUND if touch.erase else self.options.label
        if self.options.fill_by is FillBy.MASK:
            region = flood_labels(document.labels, at)
            self.history.paint(self.words(self._label, "Fill"), region, self._label)
            return
        self._document, self._start, self._is_held = document, at, True
        self._tolerance = self.options.tolerance
        photo = document.photo
        self._work.request(lambda: ColorFlood(photo, at), self._begun)

    def move(self, touch: Touch) -> None:
        """More or less alike."""
        if self.busy and self._is_held:
            dragged = (touch.at.x - self._start.x) * self._scale
            self._tolerance = self.options.tolerance + dragged * _PER_PIXEL
            self._look()

    def release(self) -> None:
        """Fill what is seen."""
        if self.busy:
            self._is_held = False
            self.options.set_tolerance(self._tolerance)
            self._tolerance = self.options.tolerance
            if self._flood is not None:
                self._look()

    def cancel(self) -> bool:
        """Fill nothing."""
        was = self.busy
        self._work.drop()
        self._document, self._flood, self._is_held = None, None, False
        self._show(None)
        return was

    def paint(self, painter: QPainter, placement: Placement) -> None:
        """What would be filled, in its colour."""
        self._scale = placement.scale
        if self._region is not None:
            paint_region(painter, self._region, self._label, self.options, placement, _STRENGTH)

    def _begun(self, flood: ColorFlood) -> None:
        if self.busy:
            self._flood = flood
            self._look()

    def _look(self) -> None:
        flood, tolerance = self._flood, min(100.0, max(0.0, self._tolerance))
        if flood is not None:
            ends = not self._is_held
            self._work.request(lambda: flood.region(tolerance), lambda region: self._seen(region, ends=ends))

    def _seen(self, region: Region, *, ends: bool) -> None:
        document = self._document
        if document is None:
            return
        if not ends:
            self._show(region)
            return
        label = self._label
        self.cancel()
        if document is self.history.document:
            self.history.paint(self.words(label, "Fill"), region, label)

    def _show(self, region: Region | None) -> None:
        before, self._region = self._region, region
        box = Box(0, 0, 0, 0)
        for each in (before, region):
            if each is not None:
                box = box.joined(each.box)
        if not box.is_empty:
            self.overlay_changed.emit(box)
