"""Boxes, points and sets of pixels: what every tool of the mask editor speaks of.

A point is (x, y) in the picture's own pixels: pixel [row, column] covers row..row + 1 and
column..column + 1, its centre is (column + 0.5, row + 0.5). A tool's shape takes a pixel exactly where the
pixel's centre lies in the shape.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.uint8]
"""A label map uint8 [H, W]: 0 background, 1..K parts, 255 undecided."""

Photo = npt.NDArray[np.uint8]
"""The picture under it, uint8 [H, W, 3] RGB."""

Pixels = npt.NDArray[np.bool_]

Shape = tuple[int, ...]
"""Height and width of a picture, in pixels."""


class Point(NamedTuple):
    """A place in a picture, in pixels from its upper left corner."""

    x: float
    y: float

    @property
    def pixel(self) -> tuple[int, int]:
        """Row and column of the pixel it lies in; they may be outside of the picture."""
        return math.floor(self.y), math.floor(self.x)

    def lies_in(self, shape: Shape) -> bool:
        """Whether its pixel is one of a picture of ``shape``."""
        row, column = self.pixel
        return 0 <= row < shape[0] and 0 <= column < shape[1]


class Box(NamedTuple):
    """Rows ``top``..``bottom`` and columns ``left``..``right``, without the last of each."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def whole(cls, shape: Shape) -> "Box":
        """All of a picture of ``shape``."""
        return cls(0, 0, shape[0], shape[1])

    @property
    def height(self) -> int:
        """Rows; none where the box is empty."""
        return max(self.bottom - self.top, 0)

    @property
    def width(self) -> int:
        """Columns; none where the box is empty."""
        return max(self.right - self.left, 0)

    @property
    def is_empty(self) -> bool:
        """Whether no pixel lies in it."""
        return self.bottom <= self.top or self.right <= self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """For ``labels[box.slices]``; the box must lie in the picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def clipped(self, shape: Shape) -> "Box":
        """What of it lies in a picture of ``shape``; empty at the corner where nothing does."""
        return self.common(Box.whole(shape))

    def common(self, other: "Box") -> "Box":
        """The pixels in both."""
        found = Box(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )
        return NOWHERE if found.is_empty else found

    def joined(self, other: "Box") -> "Box":
        """The smallest box around both; an empty one adds nothing."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def grown(self, pixels: int) -> "Box":
        """With a margin of ``pixels`` on every side; it may reach out of the picture."""
        return Box(self.top - pixels, self.left - pixels, self.bottom + pixels, self.right + pixels)

    def within(self, outer: "Box") -> "Box":
        """The same pixels, counted from the upper left corner of ``outer``."""
        return Box(
            self.top - outer.top, self.left - outer.left, self.bottom - outer.top, self.right - outer.left
        )

    def inner(self, part: "Box") -> "Box":
        """The inverse of :meth:`within`: ``part``, counted from this box's corner, in the picture."""
        return Box(self.top + part.top, self.left + part.left, self.top + part.bottom, self.left + part.right)


NOWHERE = Box(0, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Pixels of a picture: those of ``box`` where ``mask``, bool [box.height, box.width], is set.

    The box lies in the picture. It need not be tight.
    """

    box: Box
    mask: Pixels

    def __post_init__(self) -> None:
        if self.mask.shape != (self.box.height, self.box.width):
            raise ValueError(f"a mask of {self.mask.shape} does not fill the box {tuple(self.box)}")

    def __bool__(self) -> bool:
        return bool(self.mask.any())

    @classmethod
    def empty(cls) -> "Region":
        """No pixel."""
        return cls(NOWHERE, np.zeros((0, 0), np.bool_))

    @classmethod
    def of(cls, mask: Pixels) -> "Region":
        """The pixels set in ``mask`` bool [H, W], in their tight box."""
        return cls(Box.whole(mask.shape), mask).tight()

    def tight(self) -> "Region":
        """The same pixels in the smallest box."""
        box = tight_box(self.mask)
        if box.is_empty:
            return Region.empty()
        return Region(self.box.inner(box), self.mask[box.slices])

    def full(self, shape: Shape) -> Pixels:
        """As bool [H, W] of a whole picture of ``shape``."""
        mask = np.zeros(shape[:2], np.bool_)
        mask[self.box.slices] = self.mask
        return mask


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """What a tool wants a box to become: ``values`` uint8 [box.height, box.width], labels as above."""

    box: Box
    values: Labels

    def __post_init__(self) -> None:
        if self.values.shape != (self.box.height, self.box.width) or self.values.dtype != np.uint8:
            raise ValueError(f"uint8 labels of {self.values.shape} do not fill the box {tuple(self.box)}")


def patch_between(before: Labels, after: Labels) -> Patch:
    """What turns ``before`` into ``after``, both uint8 [H, W], in the tight box of the difference."""
    box = tight_box(before != after)
    return Patch(box, np.ascontiguousarray(after[box.slices]))


def tight_box(mask: Pixels) -> Box:
    """The smallest box around the set pixels of ``mask`` bool [h, w]; empty where none is."""
    rows = np.flatnonzero(mask.any(1))
    if not len(rows):
        return NOWHERE
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(0))
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
