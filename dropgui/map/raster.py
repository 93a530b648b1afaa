"""Drawing a hundred thousand dots into a picture within a frame: numpy only, one write a pixel of the dot.

Qt's painter, or pyqtgraph's scatter plot on top of it, draws dot by dot; that is an order of magnitude slower
(python -m tests.benchmarks.map).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint32]
"""0xffRRGGBB, as ``QImage.Format_RGB32`` has it."""

_CLOSEST = 0.05  # of the plane's 2 units: nearer than this, fitting does not go
_SMOOTH_BELOW = 12_000  # dots; more are small or overlap, and soft edges would cost most of the frame


@lru_cache(maxsize=64)
def stamp(radius: float) -> npt.NDArray[np.float32]:
    """A filled circle's coverage of each pixel, float32 [2r + 1, 2r + 1] in [0, 1], r = ceil(radius).

    Coverage by the distance of a pixel's centre from the edge, which is right to a few per cent.
    """
    reach = int(np.ceil(radius))
    side = np.arange(-reach, reach + 1)
    distance = np.hypot(*np.meshgrid(side, side))
    return np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A picture with room for dots that reach over its edge.

    ``pixels`` uint32 [height + 2 margin, width + 2 margin]; the picture is what lies inside the margin.
    """

    pixels: Pixels
    margin: int

    @classmethod
    def blank(cls, width: int, height: int, margin: int, color: int) -> "Canvas":
        """A picture of one colour."""
        return cls(np.full((height + 2 * margin, width + 2 * margin), color, np.uint32), margin)

    @property
    def stride(self) -> int:
        """Pixels from one line to the next."""
        return int(self.pixels.shape[1])

    def inside(self) -> npt.NDArray[np.uint32]:
        """The picture's pixels, contiguous from its first one on; every line is ``stride`` long."""
        return self.pixels.reshape(-1)[self.margin * self.stride + self.margin :]

    def draw(
        self,
        x: npt.NDArray[np.int32],
        y: npt.NDArray[np.int32],
        colors: npt.NDArray[np.uint32],
        radius: float,
    ) -> None:
        """Dots with their centres at these pixels, int32 [n] each, and these colours; later ones on top.

        ``radius`` in pixels, less than the margin. Centres outside the picture and its margin draw nothing.
        """
        reach = int(np.ceil(radius))
        height, width = (side - 2 * self.margin for side in self.pixels.shape)
        near = np.flatnonzero((x >= -reach) & (x < width + reach) & (y >= -reach) & (y < height + reach))
        if not len(near):
            return
        base = (y[near] + self.margin) * self.stride + (x[near] + self.margin)
        colors = colors[near]
        coverage = stamp(radius)
        if len(near) > _SMOOTH_BELOW:
            coverage = np.round(coverage)
        flat = self.pixels.reshape(-1)
        # The soft edge first: where dots overlap, the full inside of one covers the edge of the other.
        for row, column in np.argwhere((coverage > 0) & (coverage < 1)):
            places = base + (row - reach) * self.stride + (column - reach)
            flat[places] = mixed(flat[places], colors, float(coverage[row, column]))
        for row, column in np.argwhere(coverage == 1):
            flat[base + ((row - reach) * self.stride + (column - reach))] = colors


def mixed(
    below: npt.NDArray[np.uint32], above: npt.NDArray[np.uint32], share: float
) -> npt.NDArray[np.uint32]:
    """Two colours, channel by channel, ``share`` of them ``above``."""
    weight = np.uint32(round(share * 256))
    rest = np.uint32(256) - weight
    # Red and blue at once, then green: 8 bits of room above each.
    two, one = np.uint32(0x00FF00FF), np.uint32(0x0000FF00)
    red_blue = (((below & two) * rest + (above & two) * weight) >> np.uint32(8)) & two
    green = (((below & one) * rest + (above & one) * weight) >> np.uint32(8)) & one
    return red_blue | green | np.uint32(0xFF000000)


@dataclass(frozen=True, slots=True)
class Viewport:
    """Which piece of the plane is seen: its centre, and how many pixels one unit of the plane takes."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    @classmethod
    def fitting(cls, points: npt.NDArray[np.float32], width: float, height: float) -> "Viewport":
        """The closest look that shows all points, with a margin of a twentieth."""
        if not len(points) or width <= 0 or height <= 0:
            return cls()
        low, high = points.min(0), points.max(0)
        extent = np.maximum(high - low, _CLOSEST)
        middle = (low + high) / 2
        scale = 0.9 * min(width / float(extent[0]), height / float(extent[1]))
        return cls(float(middle[0]), float(middle[1]), scale)

    def to_pixels(
        self, points: npt.NDArray[np.float32], width: float, height: float
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Where points [N, 2] are in a picture of this size, x and y in pixels, float32 [N] each."""
        scale = np.float32(self.scale)
        x = points[:, 0] * scale + np.float32(width / 2 - self.x * self.scale)
        y = points[:, 1] * scale + np.float32(height / 2 - self.y * self.scale)
        return x, y

    def panned(self, dx: float, dy: float) -> "Viewport":
        """Moved along with a drag of so many pixels."""
        return Viewport(self.x - dx / self.scale, self.y - dy / self.scale, self.scale)

    def zoomed(self, factor: float, px: float, py: float, width: float, height: float) -> "Viewport":
        """Closer by ``factor``; what is at pixel (px, py) stays there."""
        dx, dy = px - width / 2, py - height / 2
        scale = self.scale * factor
        return Viewport(self.x + dx / self.scale - dx / scale, self.y + dy / self.scale - dy / scale, scale)
