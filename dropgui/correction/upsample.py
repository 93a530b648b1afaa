"""A model's small mask at the crop's own resolution, its edges drawn to those of the photo.

The guided filter of He, Sun and Tang (Guided Image Filtering, TPAMI 2013, equations 14 to 19) with the
photo's colours as the guide: in a window, a part's probability p is taken to be a linear function of the
colour I, p = a . I + b, with a = (S + epsilon U)^-1 cov(I, p) and b = mean(p) - a . mean(I), S being the
covariance of the colours there; a and b are averaged over all windows that hold a pixel, and the likeliest
class of each pixel is its label. On large crops a and b are found on a smaller picture and enlarged (He and
Sun, Fast Guided Filter, 2015): the guide is read at full resolution, so edges stay sharp.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropgui.correction.region import Labels, Photo

Planes = npt.NDArray[np.float32]
"""Of each class the probability in each cell, float32 [K + 1, h, w]."""

_Floats = npt.NDArray[np.float32]

_STRIDE = 4
"""Pixels a cell is given, in each direction, where a and b are found."""

_RADIUS = 1.0
"""Of the windows, in cells: half is nearer to enlarging smoothly, twice takes hands and feet off."""

_EPSILON = 1e-3
"""What a window's variance of colour (in 0..1) is weighed against: below it the photo is taken for flat."""

_INDEX = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


def upsample(mask: Planes | Labels, photo: Photo) -> Labels:
    """Labels uint8 [H, W], C-contiguous, of ``photo`` uint8 [H, W, 3] from a mask of any smaller size.

    ``mask``: probabilities float32 [K + 1, h, w], or where only that is known the label map uint8 [h, w];
    undecided cells (255) are a class like any other. A label map of the photo's own size comes back as it
    is. ``ValueError`` for a mask larger than the photo's, or of no known shape.
    """
    if mask.ndim not in {2, 3} or mask.shape[-2] > photo.shape[0] or mask.shape[-1] > photo.shape[1]:
        raise ValueError(f"a mask of {mask.shape} cannot be brought to a photo of {photo.shape}")
    if mask.ndim == 2 and mask.shape == photo.shape[:2]:
        return np.array(mask, np.uint8)
    classes, planes = _planes(mask)
    guide = _Guide.of(photo, (mask.shape[-2], mask.shape[-1]))
    best = np.full(photo.shape[:2], -np.inf, np.float32)
    labels = np.zeros(photo.shape[:2], np.uint8)
    for label, plane in zip(classes, planes, strict=True):
        share = guide.filtered(plane)
        ahead = share > best
        np.copyto(best, share, where=ahead)
        labels[ahead] = label
    return labels


def _planes(mask: Planes | Labels) -> tuple[list[int], Planes]:
    """The classes that occur, and the share of each in each cell."""
    if mask.ndim == 3:
        classes = [label for label, plane in enumerate(mask) if plane.any()]
        return classes, mask[classes].astype(np.float32, copy=False)
    classes = [int(label) for label in np.unique(mask)]
    return classes, (mask == np.array(classes, np.uint8)[:, None, None]).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Guide:
    """What the windows know of the colours: made once, used for each class.

    ``full`` float32 [H, W, 3] in 0..1; ``small`` [h, w, 3] the same where a and b are found; there, ``mean``
    [h, w, 3], and ``inverse`` [6, h, w] of S + epsilon U, the upper triangle row by row. ``window``: columns
    and rows.
    """

    full: _Floats
    small: _Floats
    mean: _Floats
    inverse: _Floats
    window: tuple[int, int]

    @classmethod
    def of(cls, photo: Photo, cells: tuple[int, int]) -> "_Guide":
        import cv2

        full: _Floats = (photo / 255).astype(np.float32)
        rows, columns = cells
        height, width = min(_STRIDE * rows, photo.shape[0]), min(_STRIDE * columns, photo.shape[1])
        small = full
        if (height, width) != photo.shape[:2]:
            small = np.asarray(cv2.resize(full, (width, height), interpolation=cv2.INTER_AREA), np.float32)
        window = _side(width / columns), _side(height / rows)
        mean = _box(small, window)
        spread = [
            _box(small[..., i] * small[..., j], window) - mean[..., i] * mean[..., j] for i, j in _INDEX
        ]
        return cls(full, small, mean, _inverse(*spread), window)

    def filtered(self, plane: _Floats) -> _Floats:
        """One class's share [cells] at the photo's resolution."""
        import cv2

        height, width = self.small.shape[:2]
        p = np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
        means = _box(np.dstack([self.small * p[..., None], p]), self.window)
        own = means[..., 3]
        c0, c1, c2 = (means[..., i] - self.mean[..., i] * own for i in range(3))
        i00, i01, i02, i11, i12, i22 = self.inverse
        lines = np.empty_like(means)
        lines[..., 0] = i00 * c0 + i01 * c1 + i02 * c2
        lines[..., 1] = i01 * c0 + i11 * c1 + i12 * c2
        lines[..., 2] = i02 * c0 + i12 * c1 + i22 * c2
        lines[..., 3] = own - np.einsum("hwc,hwc->hw", lines[..., :3], self.mean)
        lines = _box(lines, self.window)
        if self.full is not self.small:
            size = self.full.shape[1::-1]
            lines = np.asarray(cv2.resize(lines, size, interpolation=cv2.INTER_LINEAR), np.float32)
        share: _Floats = np.einsum("hwc,hwc->hw", lines[..., :3], self.full) + lines[..., 3]
        return share


def _side(cell: float) -> int:
    """Of the window in pixels, odd, where a cell has as many as ``cell``."""
    return 2 * max(round(_RADIUS * cell), 1) + 1


def _box(values: _Floats, window: tuple[int, int]) -> _Floats:
    """The mean over each window of columns x rows; beyond the edge the picture goes on as it ends."""
    import cv2

    return np.asarray(cv2.blur(values, window, borderType=cv2.BORDER_REPLICATE), np.float32)


def _inverse(a: _Floats, b: _Floats, c: _Floats, d: _Floats, e: _Floats, f: _Floats) -> _Floats:
    """Of the symmetric matrices [[a b c] [b d e] [c e f]] + epsilon U at each pixel, [6, h, w]."""
    a, d, f = a + _EPSILON, d + _EPSILON, f + _EPSILON
    adjugate = np.stack(
        [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b]
    )
    inverse: _Floats = adjugate / (a * adjugate[0] + b * adjugate[1] + c * adjugate[2])
    return inverse
