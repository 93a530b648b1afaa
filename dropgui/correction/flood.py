"""Flood fill: everything that hangs together with a pixel, in the mask or by its colour in the photo."""

import numpy as np
import numpy.typing as npt

from dropgui.correction.region import Box, Labels, Photo, Pixels, Point, Region


def flood_labels(labels: Labels, point: Point) -> Region:
    """The pixels of the label at ``point`` that hang together with it, side by side; none outside."""
    return connected(labels, point)


def connected(values: npt.NDArray[np.uint8], point: Point) -> Region:
    """The pixels of ``values`` uint8 [H, W] with the value at ``point`` that hang together with it.

    Side by side, not across corners: a line of one pixel, aslant, holds a flood back.
    """
    import cv2

    if not point.lies_in(values.shape):
        return Region.empty()
    row, column = point.pixel
    filled = np.zeros((values.shape[0] + 2, values.shape[1] + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    _, _, _, (left, top, width, height) = cv2.floodFill(values, filled, (column, row), 0, 0, 0, flags)
    box = Box(top, left, top + height, left + width)
    return Region(box, filled[1:-1, 1:-1][box.slices] != 0)


def lab(photo: Photo) -> npt.NDArray[np.float32]:
    """``photo`` uint8 [H, W, 3] sRGB in CIE L*a*b* (D65), float32 [H, W, 3]: L in 0..100."""
    import cv2

    found = cv2.cvtColor(photo.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    return np.asarray(found, np.float32)


class ColorFlood:
    """A fill by colour, started at a pixel; dragging asks for other tolerances, which is quick.

    The difference of two colours is their distance in CIE L*a*b* (CIE 1976, about 2 is just seen, 100 is
    black against white). The colour to match is the mean of the 3 x 3 pixels around the start: one grain
    of noise shall not decide. ``labels`` and ``within``: only pixels of that label are filled.
    """

    def __init__(
        self, photo: Photo, point: Point, labels: Labels | None = None, within: int | None = None
    ) -> None:
        self._point = point
        self._far: npt.NDArray[np.float32] | None = None
        self._allowed: Pixels | None = None
        if not point.lies_in(photo.shape):
            return
        row, column = point.pixel
        colors = lab(photo)
        near = colors[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        self._far = np.linalg.norm(colors - near.mean((0, 1)), axis=2)
        if labels is not None and within is not None:
            self._allowed = labels == within

    def region(self, tolerance: float) -> Region:
        """What is filled at ``tolerance`` (in 0..100); the start itself always is, unless not allowed."""
        if self._far is None:
            return Region.empty()
        alike = self._far <= tolerance
        alike[self._point.pixel] = True
        if self._allowed is not None:
            alike &= self._allowed
            if not alike[self._point.pixel]:
                return Region.empty()
        return connected(alike.view(np.uint8), self._point)
