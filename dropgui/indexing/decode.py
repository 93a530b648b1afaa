"""One picture file, read once by a decoding thread: its hash, its pixels, what its EXIF and its name tell."""

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from dropgui.indexing.names import time_of
from dropgui.indexing.plan import Item
from dropgui.indexing.walk import Failure
from dropmodel.decode import read_image, upright_size
from dropmodel.errors import ImageError

_HASH_BYTES = 16
_EXIF_IFD = 0x8769
_ORIENTATION, _TAKEN_AT = 0x0112, 0x9003
_BROKEN_EXIF = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error)
"""What Pillow raises for broken EXIF data, which is no reason to refuse a sound picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture: upright ``pixels`` uint8 [H, W, 3], and the facts stored of its file.

    ``width`` and ``height`` are the upright file's; ``pixels`` may be a smaller draft of it.
    """

    item: Item
    content_hash: bytes
    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    orientation: int
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The file's time changed but its content did not, and its embeddings still hold."""

    item: Item


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The file cannot be used; ``failure`` says why."""

    item: Item
    failure: Failure


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Nothing came of the picture this time; what is known of it stays. ``failure`` says why."""

    item: Item
    failure: Failure


Outcome = Picture | Unchanged | Unreadable | LeftOut


def read_item(item: Item, at_least: tuple[int, int]) -> Outcome:
    """Reads a picture, at a reduced size of at least ``at_least`` (height, width) where that is faster."""
    try:
        content_hash = hash_file(item.path)
        if item.embedded and content_hash == item.old_hash:
            return Unchanged(item)
        pixels = read_image(item.path, at_least=at_least)
        width, height, orientation, captured_at = _facts(item.path)
    except ImageError as error:
        return Unreadable(item, Failure(item.path, error.reason))
    except OSError as error:
        return Unreadable(item, Failure(item.path, f"it could not be read: {error.strerror}"))
    return Picture(
        item, content_hash, pixels, width, height, orientation, captured_at or time_of(item.path.name)
    )


def hash_file(path: Path) -> bytes:
    """BLAKE2b-128 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_HASH_BYTES)).digest()


def _facts(path: Path) -> tuple[int, int, int, datetime | None]:
    """Upright width and height, EXIF orientation (1 without) and the time the picture was taken."""
    with Pillow.open(path) as picture:
        width, height = upright_size(picture)
        try:
            exif = picture.getexif()
            orientation, taken_at = exif.get(_ORIENTATION, 1), exif.get_ifd(_EXIF_IFD).get(_TAKEN_AT)
        except _BROKEN_EXIF:
            return width, height, 1, None
    return width, height, orientation if orientation in range(1, 9) else 1, _time(taken_at)


def _time(text: object) -> datetime | None:
    """EXIF's ``2026:11:21 10:00:00`` as the camera's own clock; None for anything else."""
    if not isinstance(text, str):
        return None
    date, _, clock = text.strip("\0 ").partition(" ")
    try:
        return datetime.fromisoformat(f"{date.replace(':', '-')} {clock}")
    except ValueError:
        return None
