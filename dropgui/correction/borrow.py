"""A mask borrowed from another crop of the same person, warped to fit: the picture before, or one like it.

Two ways are tried, and the one that fits best is taken:

- ``frame``: the other crop stretched to this one's size;
- ``flow``: that, then drawn along the two photos by dense optical flow (Kroeger et al., Fast Optical Flow
  using Dense Inverse Search, ECCV 2016; OpenCV's), for pictures a moment apart.

On rendered crops moved, bent and relit a little it brings masks over at a mean intersection over union of
0.93, where the model's own were at 0.41. Between other poses, and views of different cameras, nothing that
was tried is better than the model's own mask; the fit tells (docs/decisions/0073).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from dropgui.correction.flood import lab
from dropgui.correction.region import Labels, Patch, Photo, Shape, patch_between
from dropmodel.parts import BACKGROUND, IGNORE

Way = Literal["frame", "flow"]

_Pixel = TypeVar("_Pixel", np.uint8, np.float32)
_Field = npt.NDArray[np.float32]
"""For each pixel the place (x, y) in the other crop that it is taken from, float32 [H, W, 2], 0 being the
middle of the first pixel; outside of the other crop for a pixel that is taken from nowhere."""

_FAR = 10.0
"""Difference of colour (CIE 1976) at which the photos' agreement has fallen to 1/e."""

_LEAST_FLOW = 32
"""Pixels that a crop's shorter side needs for optical flow."""


@dataclass(frozen=True, slots=True, eq=False)
class Borrowed:
    """The borrowed mask ``labels`` uint8 [H, W], how it was made, and how well it fits, ``fit`` in 0..1.

    The fit is, for two thirds, how alike the photos are under the mask, for one how far it agrees with the
    model's own mask of this crop. On 186 pairs of rendered crops, exact masks that were borrowed with a fit
    of 0.6 and more had a mean intersection over union with the right ones of 0.90 (the model's own 0.57),
    from 0.5 to 0.6 of 0.86 (0.35), from 0.45 to 0.5 of 0.52 (0.49), below of 0.17 (0.41).
    """

    labels: Labels
    way: Way
    fit: float

    def patch(self, current: Labels, label: int | None = None) -> Patch:
        """What to change in ``current``: everything, or one part alone, which covers what is in its place."""
        if label is None:
            return patch_between(current, self.labels)
        without = np.where(current == label, np.uint8(BACKGROUND), current)
        return patch_between(current, np.where(self.labels == label, np.uint8(label), without))


def borrow(labels: Labels, source: Photo, target: Photo, model: Labels | None = None) -> Borrowed:
    """The mask ``labels`` uint8 [h, w] of the crop ``source`` uint8 [h, w, 3], warped to the crop ``target``.

    ``target`` is uint8 [H, W, 3]; ``model`` uint8 [H, W] is the model's own mask of it, where there is one.
    A tenth of a second for crops of 256 x 128 pixels, seconds for those of a thousand: not for the window's
    own thread. ``ValueError`` where masks and photos differ in size.
    """
    if labels.shape != source.shape[:2] or (model is not None and model.shape != target.shape[:2]):
        raise ValueError("a mask and its photo must be of one size")
    fits = [
        (_fit(labels, source, target, model, field), way, field) for way, field in _fields(source, target)
    ]
    fit, way, field = max(fits, key=lambda each: each[0])
    return Borrowed(_taken(labels, field), way, fit)


def _fields(source: Photo, target: Photo) -> Iterator[tuple[Way, _Field]]:
    stretched = _stretched(target.shape, source.shape)
    yield "frame", stretched
    if min(target.shape[:2]) >= _LEAST_FLOW:
        yield "flow", _flowed(stretched, source, target)


def _stretched(shape: Shape, other: Shape) -> _Field:
    rows, columns = np.indices(shape[:2], np.float32)
    x = (columns + 0.5) * (other[1] / shape[1]) - 0.5
    y = (rows + 0.5) * (other[0] / shape[0]) - 0.5
    return np.dstack([x, y]).astype(np.float32)


def _flowed(field: _Field, source: Photo, target: Photo) -> _Field:
    """``field``, moved on to where the photo taken through it agrees with ``target``."""
    import cv2

    here = cv2.cvtColor(target, cv2.COLOR_RGB2GRAY)
    there = cv2.cvtColor(_seen(source, field), cv2.COLOR_RGB2GRAY)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = search.calc(here, there, np.zeros((*here.shape, 2), np.float32))
    rows, columns = np.indices(here.shape, np.float32)
    return _seen(field, np.dstack([columns, rows]) + np.asarray(flow, np.float32))


def _taken(labels: Labels, field: _Field) -> Labels:
    """``labels`` through ``field``, nearest pixel, background from outside: uint8 of the field's size."""
    columns, rows = np.floor(field + 0.5).astype(np.intp).transpose(2, 0, 1)
    height, width = labels.shape
    inside = (columns >= 0) & (rows >= 0) & (columns < width) & (rows < height)
    found = np.zeros(inside.shape, np.uint8)
    found[inside] = labels[rows[inside], columns[inside]]
    return found


def _seen(picture: npt.NDArray[_Pixel], field: _Field) -> npt.NDArray[_Pixel]:
    """``picture`` [h, w, c] through ``field``, interpolated; beyond its edge it goes on as it ends."""
    import cv2

    x, y = np.ascontiguousarray(field[..., 0]), np.ascontiguousarray(field[..., 1])
    found = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, picture.dtype)


def _fit(labels: Labels, source: Photo, target: Photo, model: Labels | None, field: _Field) -> float:
    taken = _taken(labels, field)
    person = (taken != BACKGROUND) & (taken != IGNORE)
    if not person.any():
        return 0.0
    far = np.linalg.norm(lab(_seen(source, field)) - lab(target), axis=2)
    photos = float(np.exp(-far[person] / _FAR).mean())
    return photos if model is None else (2 * photos + _agreement(taken, model)) / 3


def _agreement(one: Labels, other: Labels) -> float:
    """Intersection over union of the parts, by how many pixels each has in either."""
    common = every = 0
    for part in np.union1d(one, other):
        if part not in {BACKGROUND, IGNORE}:
            a, b = one == part, other == part
            common += int(np.count_nonzero(a & b))
            every += int(np.count_nonzero(a | b))
    return common / every if every else 0.0
