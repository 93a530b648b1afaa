"""Tidying a mask: smoother outlines, filled holes, no islands; in one part or in all.

What belongs together hangs together side by side, not across corners. Undecided pixels (255) are left
alone, and nothing is given to them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropgui.correction.region import Labels, Patch, Pixels, patch_between
from dropmodel.parts import BACKGROUND, IGNORE


def smooth(labels: Labels, radius: float, label: int | None = None) -> Patch:
    """Every pixel becomes what most of its surroundings are, weighed by a Gaussian of ``radius`` pixels.

    With ``label`` only that part's outline moves: pixels become that part, or what else is strongest there.
    A tie leaves a pixel as it is.
    """
    import cv2

    present = [int(found) for found in np.flatnonzero(np.bincount(labels.ravel(), minlength=256))]
    best = np.full(labels.shape, -1.0, np.float32)
    after = labels.copy()
    own = np.zeros(labels.shape, np.float32)
    for found in present:
        if found == IGNORE:
            continue
        here = (labels == found).astype(np.float32)
        share = np.asarray(cv2.GaussianBlur(here, (0, 0), radius, borderType=cv2.BORDER_REPLICATE))
        own[here > 0] = share[here > 0]
        stronger = share > best
        best[stronger] = share[stronger]
        after[stronger] = found
    keep = (labels == IGNORE) | (best <= own)
    if label is not None:
        keep |= (labels != label) & (after != label)
    return patch_between(labels, np.where(keep, labels, after))


def fill_holes(labels: Labels, largest: int | None = None, label: int | None = None) -> Patch:
    """Background that is enclosed becomes the part around it.

    A hole is a piece of background that does not touch the picture's edge. With ``label`` only holes with
    nothing but that part around them are filled; without, every hole, with the part that it shares the most
    of its border with. ``largest``: holes of more pixels stay, as the gap between an arm and the body does.
    """
    after = labels.copy()
    for piece in _pieces(labels == BACKGROUND):
        if piece.at_edge or (largest is not None and piece.size > largest):
            continue
        around = piece.around(labels)
        if label is not None and set(map(int, around)) != {label}:
            continue
        _give(after, piece, around)
    return patch_between(labels, after)


def remove_islands(labels: Labels, smallest: int | None = None, label: int | None = None) -> Patch:
    """Pieces of a part apart from its largest become what they share the most of their border with.

    ``smallest``: pieces of as many pixels or more stay; ``None`` keeps the largest alone. ``label``: of one
    part, else of each.
    """
    after = labels.copy()
    parts = np.unique(labels) if label is None else np.array([label])
    for part in parts:
        if part in {BACKGROUND, IGNORE}:
            continue
        pieces = sorted(_pieces(labels == part), key=lambda piece: -piece.size)
        for piece in pieces[1:]:
            if smallest is None or piece.size < smallest:
                _give(after, piece, piece.around(labels))
    return patch_between(labels, after)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Pixels that hang together: ``mask`` bool [h, w] with a margin of one pixel, and where its corner is."""

    top: int
    left: int
    mask: Pixels
    size: int
    at_edge: bool

    def around(self, labels: Labels) -> npt.NDArray[np.uint8]:
        """The labels beside it, one for each side of a pixel that it shares with another."""
        rows, columns = np.nonzero(self.mask)
        found = []
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            outside = ~self.mask[rows + down, columns + right]
            y, x = rows[outside] + down + self.top, columns[outside] + right + self.left
            inside = (y >= 0) & (y < labels.shape[0]) & (x >= 0) & (x < labels.shape[1])
            found.append(labels[y[inside], x[inside]])
        return np.concatenate(found)


def _pieces(mask: Pixels) -> list[_Piece]:
    import cv2

    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    pieces = []
    for number in range(1, count):
        left, top, width, height, size = (int(value) for value in stats[number])
        box = numbers[top : top + height, left : left + width] == number
        at_edge = top == 0 or left == 0 or top + height == mask.shape[0] or left + width == mask.shape[1]
        pieces.append(_Piece(top - 1, left - 1, np.pad(box, 1), size, at_edge))
    return pieces


def _give(after: Labels, piece: _Piece, around: npt.NDArray[np.uint8]) -> None:
    """Gives the piece to the label most often ``around`` it, undecided ones left out."""
    counts = np.bincount(around, minlength=256)
    counts[IGNORE] = 0
    if counts.any():
        inner = piece.mask[1:-1, 1:-1]
        top, left = piece.top + 1, piece.left + 1
        after[top : top + inner.shape[0], left : left + inner.shape[1]][inner] = int(counts.argmax())
