"""Picture files of a data set: JPEG crops and index-map PNG masks."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.parts import EIGHT

_QUALITY = 92
"""High, for the sensor has compressed the picture already."""


@lru_cache(maxsize=1)
def palette() -> npt.NDArray[np.uint8]:
    """Colours of background and the eight parts, uint8 [9, 3]."""
    colors = ["#000000", *(part.color for part in EIGHT)]
    return np.array([list(bytes.fromhex(color[1:])) for color in colors], np.uint8)


def save_picture(picture: npt.NDArray[np.uint8], path: Path) -> None:
    """``picture`` uint8 [H, W, 3] as a JPEG file."""
    Image.fromarray(picture).save(path, "JPEG", quality=_QUALITY)


def save_mask(labels: npt.NDArray[np.uint8], path: Path) -> None:
    """``labels`` uint8 [H, W], 0..8, as a palette PNG whose values are the labels."""
    image = Image.fromarray(labels)
    image.putpalette(palette().tobytes())
    image.save(path, "PNG")
