"""The smart brush: a stroke that ends at the photo's edges; worked out on another thread when it is over."""

import numpy as np
from PySide6.QtGui import QPainter

from dropgui.correction.region import NOWHERE, Pixels, Point, Region
from dropgui.correction.smart import SmartStroke
from dropgui.jobs.runner import Runner
from dropgui.masks.history import History
from dropgui.masks.options import Options
from dropgui.masks.overlays import paint_region
from dropgui.masks.placement import Placement
from dropgui.masks.tools import Brush, Touch
from dropmodel.parts import BACKGROUND

_NOTHING = "The smart brush found nothing to change there. The brush (B) paints all that it passes over."


class SmartBrush(Brush):
    """Paints like the brush while the button is down, then keeps what belongs to what it passed over."""

    title = "Smart brush"
    key = "W"
    hint = "Drag along {part}, over its edges: the stroke stops at them. The right button erases."

    def __init__(self, history: History, options: Options, runner: Runner) -> None:
        super().__init__(history, options)
        self._runner = runner
        self._smart: SmartStroke | None = None
        self._mask: Pixels = np.zeros((0, 0), np.bool_)
        self._box = NOWHERE
        self._waiting: Region | None = None

    @property
    def busy(self) -> bool:
        """Whether a stroke is being worked out."""
        return self._waiting is not None

    def press(self, touch: Touch) -> None:
        """Begin a stroke, unless the one before is being worked out."""
        document = self.history.document
        if document is None or self.busy:
            return
        self._smart, self._box = SmartStroke(document.photo, document.labels.copy()), NOWHERE
        self._mask = np.zeros(document.shape, np.bool_)
        super().press(touch)

    def release(self) -> None:
        """Show the plain stroke until it is known where it ends."""
        smart, document = self._smart, self.history.document
        if self._stroke is None or smart is None or document is None:
            return
        label = self._label
        super().cancel()
        self._smart = None
        self._waiting = Region(self._box, self._mask[self._box.slices])
        self._show()

        def done(region: Region) -> None:
            self._end_waiting()
            here = document is self.history.document
            if here and not self.history.paint(self.words(label), region, label):
                self.told.emit(_NOTHING)

        def failed(error: Exception) -> None:
            self._end_waiting()
            self._runner.failed.emit(error)

        self._runner.run(smart.snapped, done, failed)

    def region(self, start: Point, end: Point, radii: tuple[float, float]) -> Region:
        """As the plain brush, remembered for the end of the stroke."""
        if self._smart is None:
            return super().region(start, end, radii)
        region = self._smart.move(start, end, *radii)
        self._mask[region.box.slices] |= region.mask
        self._box = self._box.joined(region.box)
        return region

    def paint(self, painter: QPainter, placement: Placement) -> None:
        """The plain stroke, while it is worked out."""
        if self._waiting is not None and self._label != BACKGROUND:
            opacity = self.options.opacity
            paint_region(painter, self._waiting, self._label, self.options, placement, opacity)

    def _end_waiting(self) -> None:
        self._show()
        self._waiting = None

    def _show(self) -> None:
        if self._waiting is not None:
            self.overlay_changed.emit(self._waiting.box)
