"""Moving, scaling and turning a part of the mask."""

import math
from dataclasses import dataclass

import numpy as np

from dropgui.correction.region import Box, Labels, Patch, Point, Region, patch_between
from dropmodel.parts import BACKGROUND


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a part goes: scaled and turned about its pivot, then moved.

    ``dx`` and ``dy`` in pixels, to the right and down; ``scale`` > 0; ``angle`` in degrees, clockwise on the
    screen.
    """

    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    angle: float = 0.0

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise ValueError(f"scale must be above 0, got {self.scale}")


class Lifted:
    """The pixels of one part, lifted off the mask to be put elsewhere.

    Made once when a drag starts, asked for every place on the way, always from the mask as it was then.
    ``region``: only the part's pixels in it, as of a flood or a lasso.
    """

    def __init__(self, labels: Labels, label: int, region: Region | None = None) -> None:
        part = labels == label
        if region is not None:
            part &= region.full(labels.shape)
        self.label = label
        self.part = Region.of(part)
        self._labels = labels.copy()
        self._below = np.where(part, np.uint8(BACKGROUND), labels)
        box = self.part.box
        self.pivot = Point((box.left + box.right) / 2, (box.top + box.bottom) / 2)

    def put_down(self, placement: Placement) -> Patch:
        """The mask with the part at its new place; the place it left becomes background.

        It covers what it is moved over, and what leaves the picture is lost. Each pixel looks up the pixel
        of the old part that its centre comes from, so nothing but the outline changes (nearest neighbour).
        """
        after = self._below.copy()
        box = self._reach(placement)
        if not box.is_empty:
            after[box.slices][self._covered(placement, box)] = self.label
        return patch_between(self._labels, after)

    def _reach(self, placement: Placement) -> Box:
        """A box around the part at its new place, cut at the picture's edges."""
        old = self.part.box
        half = math.hypot(old.height, old.width) / 2 * placement.scale + 1
        x, y = self.pivot.x + placement.dx, self.pivot.y + placement.dy
        reach = Box(math.floor(y - half), math.floor(x - half), math.ceil(y + half), math.ceil(x + half))
        return reach.clipped(self._labels.shape)

    def _covered(self, placement: Placement, box: Box) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        old = self.part.box
        angle = math.radians(placement.angle)
        cosine, sine = math.cos(angle) / placement.scale, math.sin(angle) / placement.scale
        x = np.arange(box.left, box.right) + 0.5 - placement.dx - self.pivot.x
        y = (np.arange(box.top, box.bottom) + 0.5 - placement.dy - self.pivot.y)[:, None]
        columns = np.floor(cosine * x + sine * y + self.pivot.x).astype(np.intp) - old.left
        rows = np.floor(cosine * y - sine * x + self.pivot.y).astype(np.intp) - old.top
        inside = (rows >= 0) & (rows < old.height) & (columns >= 0) & (columns < old.width)
        inside[inside] = self.part.mask[rows[inside], columns[inside]]
        return inside
