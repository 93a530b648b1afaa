"""The pictures that a command reads, and the file of arrays that it writes."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dropmodel.decode import read_image
from dropmodel.errors import DataError, ImageError

if TYPE_CHECKING:
    from dropmodel.decode import RgbImage
    from dropmodel.inference import Extractor

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
"""Files with these endings are taken from a folder; a file named outright is always tried."""


class Pictures:
    """Reads the named pictures one by one; those that fail are told on stderr and left out."""

    def __init__(self, named: Sequence[Path], extractor: "Extractor") -> None:
        self._paths = list(_find(named))
        self._at_least = extractor.input_size
        self.read: list[Path] = []
        self.failed: list[ImageError] = []

    def __iter__(self) -> Iterator[tuple[Path, "RgbImage"]]:
        for path in self._paths:
            try:
                image = read_image(path, at_least=self._at_least)
            except ImageError as error:
                self.failed.append(error)
                sys.stderr.write(f"dropmodel: {error}\n")
                continue
            self.read.append(path)
            yield path, image


def _find(named: Sequence[Path]) -> Iterator[Path]:
    """Files as named, folders by their pictures (all levels, sorted); ``ValueError`` if that is nothing.

    What is hidden in a folder (``._0001.jpg``, ``.ipynb_checkpoints``) is left out.
    """
    found = False
    for path in named:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file is path or (
                file.suffix.lower() in IMAGE_SUFFIXES
                and not any(name.startswith(".") for name in file.relative_to(path).parts)
                and file.is_file()
            ):
                found = True
                yield file
    if not found:
        raise ValueError("there are no pictures in " + ", ".join(map(str, named)))


def write_npz(path: Path, **fields: Any) -> None:
    """Write whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            np.savez(file, **fields)
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path} could not be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
