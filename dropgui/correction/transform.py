"""Moving, scaling and turning a part of the mask."""

import math
from dataclasses import dataclass

import numpy as np

from dropgui.correction.region import Box, Labels, Patch, Pixels, Point, Region
from dropmodel.parts import BACKGROUND

_TIE = 1e-9
"""A centre that comes from between two pixels is the latter's, whatever the sine of a half turn rounds to."""


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
    ``region``: only the part's pixels in it, as of a flood or a lasso. ``below`` uint8 [H, W] is the mask
    without them.
    """

    def __init__(self, labels: Labels, label: int, region: Region | None = None) -> None:
        part = labels == label
        if region is not None:
            part &= region.full(labels.shape)
        self.label = label
        self.part = Region.of(part)
        self.below = np.where(part, np.uint8(BACKGROUND), labels)
        box = self.part.box
        self.pivot = Point((box.left + box.right) / 2, (box.top + box.bottom) / 2)

    def put_down(self, placement: Placement) -> Patch:
        """The mask with the part at its new place; the place it left becomes background.

        It covers what it is moved over, and what leaves the picture is lost. Each pixel looks up the pixel
        of the old part that its centre comes from, so nothing but the outline changes (nearest neighbour).
        """
        place = self.reach(placement)
        box = self.part.box.joined(place)
        after = self.below[box.slices].copy()
        if not place.is_empty:
            after[place.within(box).slices][self._covered(placement, place)] = self.label
        return Patch(box, after)

    def reach(self, placement: Placement) -> Box:
        """A box around the part at its new place, cut at the picture's edges."""
        old = self.part.box
        half_height, half_width = old.height / 2, old.width / 2
        if placement.angle:
            half_height = half_width = math.hypot(half_height, half_width)
        down, right = half_height * placement.scale + 1, half_width * placement.scale + 1
        x, y = self.pivot.x + placement.dx, self.pivot.y + placement.dy
        reach = Box(math.floor(y - down), math.floor(x - right), math.ceil(y + down), math.ceil(x + right))
        return reach.clipped(self.below.shape)

    def _covered(self, placement: Placement, box: Box) -> Pixels:
        """The pixels of ``box`` that the part lies on, row by row: what is worked on stays in the cache."""
        if placement.scale == 1 and placement.angle == 0:
            return self._shifted(placement, box)
        old, pivot = self.part.box, self.pivot
        angle = math.radians(placement.angle)
        cosine, sine = math.cos(angle) / placement.scale, math.sin(angle) / placement.scale
        x = np.arange(box.left, box.right) + 0.5 - placement.dx - pivot.x
        across, down = cosine * x + (pivot.x - old.left + _TIE), -sine * x + (pivot.y - old.top + _TIE)
        # Outside of the old part's box stands a frame of pixels that are not the part's.
        framed = np.pad(self.part.mask, 1)
        covered = np.empty((box.height, box.width), np.bool_)
        for row in range(box.height):
            y = box.top + row + 0.5 - placement.dy - pivot.y
            columns = np.clip(np.floor(across + sine * y), -1, old.width).astype(np.intp) + 1
            rows = np.clip(np.floor(down + cosine * y), -1, old.height).astype(np.intp) + 1
            covered[row] = framed[rows, columns]
        return covered

    def _shifted(self, placement: Placement, box: Box) -> Pixels:
        """The same for a part that is only moved, all at once: each pixel's centre comes from as far away."""
        old = self.part.box
        right, down = (-math.floor(0.5 - by + _TIE) for by in (placement.dx, placement.dy))
        moved = Box(old.top + down, old.left + right, old.bottom + down, old.right + right)
        common = moved.common(box)
        covered = np.zeros((box.height, box.width), np.bool_)
        covered[common.within(box).slices] = self.part.mask[common.within(moved).slices]
        return covered
