"""A crop's own pixels, all of them."""

import numpy as np

from dropgui.correction.region import Photo
from dropgui.library.rows import CropRow
from dropgui.session import PictureError
from dropmodel.decode import read_image
from dropmodel.errors import ImageError


def read_crop(row: CropRow, at_least: tuple[int, int] | None = None) -> Photo:
    """The crop upright and at its own resolution, uint8 [H, W, 3], C-contiguous.

    With ``at_least`` (height, width) a crop that is the whole image is read as indexing reads it, which may
    be smaller: then its vectors change by its mask alone.

    :class:`~dropgui.session.PictureError` where its picture cannot be read, or became smaller than its box.
    """
    try:
        pixels = read_image(row.path, at_least=at_least if row.box is None else None)
    except ImageError as error:
        raise PictureError(f"{error.path} cannot be used: {error.reason}.") from error
    if row.box is None:
        return pixels
    left, top, right, bottom = row.box
    if bottom > pixels.shape[0] or right > pixels.shape[1]:
        raise PictureError(
            f"{row.path} cannot be used: it is smaller than when it was indexed. Index its folder again."
        )
    return np.ascontiguousarray(pixels[top:bottom, left:right])
