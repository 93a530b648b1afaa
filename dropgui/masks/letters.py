"""Where each part carries its letters: the place deepest inside it, found on a small copy of the mask."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter

from dropgui.correction.region import Point
from dropgui.masks.placement import Placement
from dropgui.query.part_list import paint_mark
from dropmodel.parts import PartSchema

_LONGEST = 192  # pixels of the copy
_MARK = QSize(24, 18)
_SHALLOW = 0.6  # of the mark's height: a part that is thinner on the canvas carries none


@dataclass(frozen=True, slots=True)
class Letter:
    """A part's mark: ``depth`` is how far its middle is from the part's edge, in pixels of the picture."""

    label: int
    letters: str
    color: str
    at: Point
    depth: float


def letters_of(labels: npt.NDArray[np.uint8], schema: PartSchema) -> list[Letter]:
    """A mark for every part that ``labels`` [H, W] shows."""
    import cv2

    step = max(1, -(-max(labels.shape) // _LONGEST))
    small = np.pad(labels[::step, ::step], 1)
    found = []
    for label in np.flatnonzero(np.bincount(small.ravel(), minlength=256)[: len(schema) + 1]).tolist():
        if label == 0:
            continue
        here = (small == label).astype(np.uint8)
        depths = np.asarray(cv2.distanceTransform(here, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
        row, column = np.unravel_index(int(np.argmax(depths)), depths.shape)
        part = schema.parts[label - 1]
        at = Point((float(column) - 0.5) * step, (float(row) - 0.5) * step)
        found.append(Letter(label, part.letters, part.color, at, float(depths[row, column]) * step))
    return found


def mark_rect(letter: Letter, placement: Placement) -> QRect:
    """Where the mark is on the canvas."""
    room = QRect(0, 0, _MARK.width(), _MARK.height())
    room.moveCenter(placement.to_canvas(letter.at).toPoint())
    return room


def paint_letters(
    painter: QPainter, letters: list[Letter], placement: Placement, rect: QRect, only: int | None
) -> None:
    """Draw the marks in ``rect`` of the parts that are wide enough; ``only`` one of them, None for all."""
    for letter in letters:
        room = mark_rect(letter, placement)
        wide = 2 * letter.depth * placement.scale > _MARK.height() * _SHALLOW
        if wide and only in (None, letter.label) and room.intersects(rect):
            paint_mark(painter, room, letter.letters, QColor(letter.color), None)
