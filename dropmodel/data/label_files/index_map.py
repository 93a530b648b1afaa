"""Index maps: pictures or arrays whose values, or colours, are classes of a label set.

- Palette or grey PNG: the values are the classes (our own masks, LIP, ATR, Pascal-Person-Part, BodyPix, and
  what Self-Correction-Human-Parsing writes).
- RGB PNG: colours are looked up, for our schemas in their own colours, for the others in the colours of
  PASCAL VOC, which their tools use. DensePose's ``*_IUV.png`` has the surface in the channel that OpenCV
  writes first, blue.
- ``.npy``: an integer array [H, W].
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, UnidentifiedImageError

from dropmodel.data.label_sets import LABEL_SETS, reduce_labels
from dropmodel.errors import DataError
from dropmodel.parts import EIGHT, FIVE_V, IGNORE, PartSchema

Labels = npt.NDArray[np.uint8]
_BLUE = 2


def read_index_map(path: Path, source: str, schema: PartSchema) -> Labels:
    """The map in ``path``, of the label set ``source``, as uint8 [H, W] labels of ``schema``.

    Raises :class:`~dropmodel.errors.DataError` naming the file for one that is missing, damaged, of another
    kind or with a class or colour that ``source`` does not have.
    """
    values = _array(path) if path.suffix == ".npy" else _picture(path, source)
    if source == schema.name and values.dtype == np.uint8:
        # The usual case, read for every picture of every pass: nothing to reduce, only to check.
        same: Labels = values.view(np.uint8)
        # uint8 wraps: 255 (IGNORE) becomes 0 and 0 becomes 1, so one maximum checks both.
        if int((same + np.uint8(1)).max(initial=0)) <= len(schema) + 1:
            return same
    try:
        return reduce_labels(values, source, schema)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error


def _array(path: Path) -> npt.NDArray[np.integer[Any]]:
    values = load_array(path)
    if values.ndim != 2 or values.dtype.kind not in "iu":
        raise DataError(f"{path}: holds {values.dtype} {list(values.shape)}, not whole numbers [H, W]")
    return values


def load_array(path: Path) -> npt.NDArray[Any]:
    """The array in a ``.npy`` file, or the first one of an ``.npz``."""
    try:
        content = np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file") from error
    except (ValueError, OSError, EOFError) as error:
        raise DataError(f"{path}: not an array of NumPy ({error})") from error
    if isinstance(content, np.lib.npyio.NpzFile):
        with content:
            if not content.files:
                raise DataError(f"{path}: holds no array")
            first: npt.NDArray[Any] = content[content.files[0]]
            return first
    array: npt.NDArray[Any] = content
    return array


def _picture(path: Path, source: str) -> npt.NDArray[np.integer[Any]]:
    try:
        with Image.open(path) as opened:
            single = opened.mode in ("P", "L", "1", "I", "I;16")
            values = np.asarray(opened if single else opened.convert("RGB"))
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{path}: not a picture, or damaged ({error})") from error
    if values.dtype == np.bool_:
        return values.astype(np.uint8)
    if values.ndim == 2:
        return values
    if source == "densepose":
        return values[..., _BLUE]
    return _by_color(values, source, path)


def _by_color(rgb: Labels, source: str, path: Path) -> npt.NDArray[np.int32]:
    packed = (rgb.astype(np.int32) * np.array([1 << 16, 1 << 8, 1])).sum(axis=-1)
    colors = _colors(source)
    found, where = np.unique(packed, return_inverse=True)
    try:
        labels = np.array([colors[int(color)] for color in found], np.int32)
    except KeyError as error:
        raise DataError(f"{path}: the color #{error.args[0]:06x} is none of {source}'s") from error
    return labels[where].reshape(packed.shape)


@lru_cache(maxsize=16)
def _colors(source: str) -> dict[int, int]:
    """Class of each colour, as 0xRRGGBB, of a label set."""
    for schema in (EIGHT, FIVE_V):
        if schema.name == source:
            rgb = [ImageColor.getrgb(part.color)[:3] for part in schema]
            parts = {(r << 16) + (g << 8) + b: label for label, (r, g, b) in enumerate(rgb, start=1)}
            return {0: 0, 0x808080: IGNORE, **parts}
    return {_voc_color(value): value for value in range(len(LABEL_SETS[source].rows))}


def _voc_color(value: int) -> int:
    """Colour of a class in PASCAL VOC's palette: its bits dealt to red, green and blue from the top."""
    color = 0
    for bit in range(8):
        for channel in range(3):
            color |= (value >> (3 * bit + channel) & 1) << (8 * (2 - channel) + 7 - bit)
    return color
