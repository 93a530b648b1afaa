"""Label maps as pictures: an indexed PNG in the schema's colours, and an overlay."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor

from dropmodel.decode import RgbImage
from dropmodel.parts import BACKGROUND, IGNORE, PartSchema

_OPACITY = 0.55
_IGNORE_COLOR = (128, 128, 128)


def palette(schema: PartSchema) -> npt.NDArray[np.uint8]:
    """Colour of every label, uint8 [256, 3] RGB: background and unused black, ``IGNORE`` grey."""
    colors = np.zeros((256, 3), np.uint8)
    for label, part in enumerate(schema, start=BACKGROUND + 1):
        colors[label] = ImageColor.getrgb(part.color)[:3]
    colors[IGNORE] = _IGNORE_COLOR
    return colors


def index_picture(labels: npt.NDArray[np.uint8], size: tuple[int, int], schema: PartSchema) -> Image.Image:
    """``labels`` uint8 [h, w] at ``size`` (height, width): a palette picture whose values are the labels."""
    picture = Image.fromarray(labels).resize((size[1], size[0]), Image.Resampling.NEAREST)
    picture.putpalette(palette(schema).tobytes())
    return picture


def overlay(image: RgbImage, labels: npt.NDArray[np.uint8], schema: PartSchema) -> Image.Image:
    """``image`` uint8 [H, W, 3] with the parts of ``labels`` uint8 [h, w] laid over it in their colours."""
    large = np.asarray(index_picture(labels, (image.shape[0], image.shape[1]), schema))
    mixed = image * (1 - _OPACITY) + palette(schema)[large] * _OPACITY
    return Image.fromarray(np.where((large == BACKGROUND)[..., None], image, np.rint(mixed)).astype(np.uint8))
