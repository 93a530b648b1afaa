"""Pinhole cameras and the windows cut from their frames."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in frame pixels."""


@dataclass(frozen=True)
class Camera:
    """A camera at ``position`` (metres), looking along ``heading`` and down by ``pitch``.

    ``heading`` in degrees from +y, counter-clockwise from above; ``pitch`` >= 0 looks down; ``roll`` turns
    the frame; ``field_of_view`` is horizontal, in degrees; ``frame`` is (width, height) in pixels.
    """

    position: tuple[float, float, float]
    heading: float
    pitch: float
    roll: float
    field_of_view: float
    frame: tuple[int, int]

    @cached_property
    def focal(self) -> float:
        """Focal length in pixels."""
        return self.frame[0] / 2 / math.tan(math.radians(self.field_of_view) / 2)

    @cached_property
    def axes(self) -> Array:
        """Rows right, down and forward in world coordinates, [3, 3]."""
        h, p, r = (math.radians(angle) for angle in (self.heading, self.pitch, self.roll))
        forward = np.array([-math.sin(h) * math.cos(p), math.cos(h) * math.cos(p), -math.sin(p)])
        right = np.array([math.cos(h), math.sin(h), 0.0])
        down = np.cross(forward, right)
        turned = math.cos(r) * right + math.sin(r) * down, math.cos(r) * down - math.sin(r) * right
        return np.stack([*turned, forward]).astype(np.float32)

    def project(self, points: npt.NDArray[np.floating]) -> Array:
        """Frame pixels x, y and depth in metres of world points, [..., 3]; behind the camera depth is <= 0.

        x and y have no meaning where depth is not positive.
        """
        seen = (np.asarray(points, np.float32) - np.asarray(self.position, np.float32)) @ self.axes.T
        depth = seen[..., 2]
        scale = self.focal / np.where(depth > 1e-3, depth, np.inf)
        x = seen[..., 0] * scale + self.frame[0] / 2
        y = seen[..., 1] * scale + self.frame[1] / 2
        return np.stack([x, y, depth], axis=-1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class View:
    """A window on a camera's frame, drawn at a size of its own.

    ``box`` is (left, top, right, bottom) in frame pixels, fractions and places outside the frame allowed;
    ``size`` is (width, height) of the drawing. The two shapes may differ: the picture is stretched, as
    re-identification crops are.
    """

    camera: Camera
    box: Box
    size: tuple[int, int]
