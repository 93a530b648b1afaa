"""Run-length encodings of masks: COCO's, as counts and as a string, and CVAT's.

All are the lengths of alternating runs, the first one of pixels that are not set (it may be 0). COCO counts
down the columns (cocodataset.org, "Data format"), CVAT along the rows of a box (docs.cvat.ai, "XML annotation
format", Run-length encoding).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.bool_]

_BITS = 5
_MORE, _SIGN = 0x20, 0x10
_FIRST_SIGN = 48


def row_counts(pixels: Pixels) -> list[int]:
    """Runs of ``pixels`` bool [h, w] along the rows."""
    flat = pixels.ravel()
    edges = np.flatnonzero(np.diff(flat.astype(np.int8), prepend=0))
    return [int(run) for run in np.diff(edges, prepend=0, append=flat.size)]


def column_counts(pixels: Pixels) -> list[int]:
    """Runs of ``pixels`` bool [h, w] down the columns."""
    return row_counts(pixels.T)


def from_row_counts(counts: Sequence[int], height: int, width: int) -> Pixels:
    """Inverse of :func:`row_counts`; ``ValueError`` where they are not of height x width pixels."""
    runs = np.array(counts, dtype=np.int64)
    if runs.ndim != 1 or (runs < 0).any() or runs.sum() != height * width:
        raise ValueError(f"runs of {runs.sum()} pixels do not fill {height} x {width}")
    set_ = np.arange(len(runs)) % 2 == 1
    return np.repeat(set_, runs).reshape(height, width)


def from_column_counts(counts: Sequence[int], height: int, width: int) -> Pixels:
    """Inverse of :func:`column_counts`; ``ValueError`` where they are not of height x width pixels."""
    return np.ascontiguousarray(from_row_counts(counts, width, height).T)


def to_string(counts: Sequence[int]) -> str:
    """Counts as COCO's compressed string.

    From the fourth on, a count is written as its difference to the last but one (runs of like neighbours are
    of like length); a number goes in groups of five bits, the lowest first, each with a bit that says whether
    more follow and 48 added to make it a letter; the last group's highest bit is its sign.
    """
    letters = []
    for place, count in enumerate(counts):
        number = count - counts[place - 2] if place > 2 else count
        while True:
            group = number & (_MORE - 1)
            number >>= _BITS
            done = number == (-1 if group & _SIGN else 0)
            letters.append(chr((group if done else group | _MORE) + _FIRST_SIGN))
            if done:
                break
    return "".join(letters)


def from_string(text: str) -> list[int]:
    """Inverse of :func:`to_string`; ``ValueError`` for other text."""
    counts: list[int] = []
    number = shift = 0
    for letter in text:
        group = ord(letter) - _FIRST_SIGN
        if not 0 <= group < 2 * _MORE or shift > 60:
            raise ValueError(f"{letter!r} is no sign of a compressed mask")
        number |= (group & (_MORE - 1)) << shift
        shift += _BITS
        if group & _MORE:
            continue
        if group & _SIGN:
            number -= 1 << shift
        counts.append(number + counts[-2] if len(counts) > 2 else number)
        number = shift = 0
    if shift:
        raise ValueError("a compressed mask ends in the middle of a number")
    return counts
