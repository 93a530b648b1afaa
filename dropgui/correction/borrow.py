"""A mask borrowed from another crop of the same person, warped to fit: the frame before, or another view.

Three ways are tried, and the one that fits best is taken:

- ``frame``: the other crop stretched to this one's size;
- ``flow``: that, then drawn along the two photos by dense optical flow (Kroeger et al., Fast Optical Flow
  using Dense Inverse Search, ECCV 2016; OpenCV's), for pictures a moment apart;
- ``parts``: each part moved, scaled and turned to where the model sees it in this crop, by the moments of the
  two, for anything else.

On rendered crops moved, bent and relit a little the flow brings masks over at a mean intersection over union
of 0.96, where the model's own were at 0.58. Between views of different cameras the parts bring 0.47, less
than the model: a start where the model saw nothing right, no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from dropgui.correction.flood import lab
from dropgui.correction.region import Labels, Patch, Photo, Pixels, Shape, patch_between
from dropmodel.parts import BACKGROUND, IGNORE

Way = Literal["frame", "flow", "parts"]

_Pixel = TypeVar("_Pixel", np.uint8, np.float32)
_Floats = npt.NDArray[np.floating]
_Field = npt.NDArray[np.float32]
"""For each pixel the place (x, y) in the other crop that it is taken from, float32 [H, W, 2], 0 being the
middle of the first pixel; outside of the other crop for a pixel that is taken from nowhere."""

_NOWHERE = -1e4
_LEAST_SCALE, _MOST_SCALE = 0.5, 2.0
"""A part is made that much smaller or larger at most."""

_LONG = 2.0
"""From such a ratio of its axes on, a part has a direction that it can be turned by."""

_LEAST_PART = 0.001
"""Of the crop's pixels; where a smaller part lies says nothing."""

_GAP = 0.03
"""Between parts that were moved apart, in heights of the crop: so much is closed."""

_FAR = 10.0
"""Difference of colour (CIE 1976) at which the photos' agreement has fallen to 1/e."""

_LEAST_FLOW = 32
"""Pixels that a crop's shorter side needs for optical flow."""


@dataclass(frozen=True, slots=True, eq=False)
class Borrowed:
    """The borrowed mask ``labels`` uint8 [H, W], how it was made, and how well it fits, ``fit`` in 0..1.

    The fit is, for two thirds, how alike the photos are under the mask, for one how far it agrees with the
    model's own mask of this crop. On rendered crops, masks with a fit above 0.6 had a mean intersection
    over union with the exact ones of 0.92, those from 0.5 to 0.6 of 0.68, those below of 0.42.
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
        (_fit(labels, source, target, model, field), way, field)
        for way, field in _fields(labels, source, target, model)
    ]
    fit, way, field = max(fits, key=lambda each: each[0])
    return Borrowed(_taken(labels, field), way, fit)


def _fields(
    labels: Labels, source: Photo, target: Photo, model: Labels | None
) -> Iterator[tuple[Way, _Field]]:
    stretched = _stretched(target.shape, source.shape)
    yield "frame", stretched
    if min(target.shape[:2]) >= _LEAST_FLOW:
        yield "flow", _flowed(stretched, source, target)
    if model is not None:
        yield "parts", _by_parts(labels, model)


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


def _by_parts(labels: Labels, model: Labels) -> _Field:
    """Each part of ``labels`` put where ``model`` has it, the largest first: arms cover the torso."""
    field = np.full((*model.shape, 2), _NOWHERE, np.float32)
    rows, columns = np.indices(model.shape, np.float32)
    sizes = np.bincount(labels.ravel(), minlength=256)
    for part in np.argsort(-sizes, kind="stable"):
        if part in {BACKGROUND, IGNORE} or not sizes[part]:
            continue
        here, there = _Moments.of(model == part), _Moments.of(labels == part)
        if here is None or there is None:
            continue
        turn = _turn(here, there).astype(np.float32)
        x, y = columns - np.float32(here.center[0]), rows - np.float32(here.center[1])
        place = np.dstack([turn[0, 0] * x + turn[0, 1] * y, turn[1, 0] * x + turn[1, 1] * y])
        place += there.center.astype(np.float32)
        own = _taken(labels, place) == part
        field[own] = place[own]
    return _closed(field, model)


def _closed(field: _Field, model: Labels) -> _Field:
    """Narrow gaps between the parts closed, where the model sees the person: each from the nearest part."""
    import cv2

    open_ = (field[..., 0] == _NOWHERE).view(np.uint8)
    if open_.all():
        return field
    far, nearest = cv2.distanceTransformWithLabels(
        open_, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    person = (model != BACKGROUND) & (model != IGNORE)
    gap = (open_ != 0) & person & (np.asarray(far) <= _GAP * len(model))
    claimed = np.zeros((int(np.max(nearest)) + 1, 2), np.float32)
    claimed[nearest[open_ == 0]] = field[open_ == 0]
    closed = field.copy()
    closed[gap] = claimed[nearest[gap]]
    return closed


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Where a part's pixels lie: their mean (x, y), the directions of their axes (columns of ``axes``, the
    longer first) with the standard deviation along each, and along x and y."""

    center: _Floats
    axes: _Floats
    lengths: _Floats
    spread: _Floats

    @classmethod
    def of(cls, mask: Pixels) -> "_Moments | None":
        rows, columns = np.nonzero(mask)
        if len(rows) < max(_LEAST_PART * mask.size, 4):
            return None
        places = np.stack([columns, rows]).astype(np.float64)
        covariance = np.cov(places) + np.eye(2) / 12  # of the pixels themselves, squares of side 1
        squares, axes = np.linalg.eigh(covariance)
        return cls(places.mean(1), axes[:, ::-1], np.sqrt(squares[::-1]), np.sqrt(np.diag(covariance)))


def _turn(here: _Moments, there: _Moments) -> _Floats:
    """What turns a step from the middle of a part here into one there, [2, 2].

    A long part is turned by its axis, less than a right angle; a round one keeps its direction.
    """
    if min(here.lengths[0] / here.lengths[1], there.lengths[0] / there.lengths[1]) < _LONG:
        return np.diag(np.clip(there.spread / here.spread, _LEAST_SCALE, _MOST_SCALE))
    scale = np.clip(there.lengths / here.lengths, _LEAST_SCALE, _MOST_SCALE)
    ahead = np.sign(np.sum(here.axes * there.axes, axis=0))
    ahead[ahead == 0] = 1
    turned: _Floats = there.axes * ahead * scale @ here.axes.T
    return turned


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
