"""Reading a picture file into RGB, once and for all rooms.

Everything is decided here: orientation, colour modes, transparency, sizes and what is refused. The function
keeps no state and changes none of Pillow's, so it runs in any number of threads.
"""

import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from dropmodel.errors import ImageError

RgbImage = npt.NDArray[np.uint8]
"""uint8 [H, W, 3], RGB, rows from the top."""

MIN_SIDE = 8
"""Pictures with a shorter side are refused: nothing of a person is left in them."""

MAX_PIXELS = 89_478_485
"""Pictures with more pixels are refused as decompression bombs: the size at which Pillow starts to warn
(256 MiB as RGB)."""

_SPARE = 2
"""How many pixels are kept for one that is asked for: the mean of whole blocks loses nothing by then."""

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SWAPS_SIDES = {5, 6, 7, 8}
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    IndexError,
    KeyError,
    struct.error,
    zlib.error,
)
"""What Pillow's readers raise for broken files; there is no common class."""


def read_image(path: str | os.PathLike[str], *, at_least: tuple[int, int] | None = None) -> RgbImage:
    """The picture in ``path`` as it is meant to be seen: uint8 [H, W, 3], RGB.

    The EXIF orientation is applied. Grey, palette, CMYK and 16-bit pictures become 8-bit RGB (16 bits are
    scaled, not cut); transparency is laid over white; of an animation the first frame counts. With
    ``at_least`` (height, width) a picture may come smaller than stored, by a whole number, but never smaller
    than that. It keeps its proportions. A JPEG is then decoded at a half, a quarter or an eighth, many times
    faster; any other is shrunk after decoding to no less than twice that size, so that many fit in memory.

    Raises :class:`~dropmodel.errors.ImageError` with a reason for people: missing, empty, not a picture,
    damaged or cut short, shorter than ``MIN_SIDE``, more than ``MAX_PIXELS``.
    """
    file = Path(path)
    try:
        with Image.open(file) as image:
            return _decode(image, file, at_least)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # The warning arrives as an exception where a program turns warnings into errors.
        raise _too_large(file) from error
    except MemoryError as error:
        raise ImageError(file, "there is not enough memory to open it") from error
    except _DAMAGED as error:
        raise ImageError(file, _reason(file, error)) from error


def _decode(image: Image.Image, path: Path, at_least: tuple[int, int] | None) -> RgbImage:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(path)
    if min(image.size) < MIN_SIDE:
        raise ImageError(
            path, f"it is only {image.width} x {image.height} pixels; {MIN_SIDE} a side are needed"
        )
    orientation = _left_to_turn(image)
    wanted = None
    if at_least is not None:
        height, width = reversed(at_least) if orientation in _SWAPS_SIDES else at_least
        wanted = width, height
        image.draft(None, wanted)
    rgb = _to_rgb(image)
    if wanted is not None:
        rgb = _shrink(rgb, *wanted)
    if orientation in _TURNS:
        rgb = rgb.transpose(_TURNS[orientation])
    return np.array(rgb)


def _shrink(rgb: Image.Image, width: int, height: int) -> Image.Image:
    """``rgb`` without the pixels that a network of this input size has no use for."""
    factor = min(rgb.width // (_SPARE * width), rgb.height // (_SPARE * height))
    return rgb.reduce(factor) if factor > 1 else rgb


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height of an opened picture as it is meant to be seen; its pixels need not be loaded."""
    return (image.height, image.width) if _left_to_turn(image) in _SWAPS_SIDES else image.size


def _left_to_turn(image: Image.Image) -> int:
    """The EXIF orientation that is not undone yet, 1 for none: of TIFF files Pillow does it by itself."""
    if image.format == "TIFF":
        return 1
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except _DAMAGED:  # A broken tag is no reason to refuse a sound picture.
        return 1
    return value if isinstance(value, int) else 1


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        image = Image.fromarray(_to_8_bit(np.asarray(image)))
    if image.mode == "RGB" and "transparency" not in image.info:
        image.load()
        return image
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
    return image.convert("RGB")


def _to_8_bit(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Grey of another depth to uint8: floats up to 1 by 255, whole numbers above 255 as 16 bits."""
    grey: npt.NDArray[Any] = np.nan_to_num(values.astype(np.float32))
    top = float(grey.max())
    if values.dtype.kind == "f" and top <= 1:
        grey = grey * 255
    elif values.dtype.itemsize == 2 or top > 255:
        grey = grey / 257
    rounded: npt.NDArray[np.uint8] = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return rounded


def _too_large(path: Path) -> ImageError:
    limit = MAX_PIXELS // 1_000_000
    return ImageError(path, f"it has more than {limit} million pixels; save it smaller and add it again")


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read: permission denied"
    if path.is_dir():
        return "it is a folder, not a picture"
    try:
        if path.stat().st_size == 0:
            return "the file is empty"
    except OSError as fault:
        return f"it cannot be read: {fault}"
    if isinstance(error, UnidentifiedImageError):
        return "it is not a picture of a known kind"
    return f"the picture is damaged or cut short ({error})"
