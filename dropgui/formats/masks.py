"""What the formats have in common: masks on their way out and in, and the names of parts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dropgui.errors import UserError
from dropmodel.parts import BACKGROUND, IGNORE, PartSchema

Labels = npt.NDArray[np.uint8]
Pixels = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the upright picture, without the last column and row."""

UNDECIDED = "undecided"
"""What pixels of label 255 are called in other tools' files."""

NO_PART = "background"


class FormatError(UserError):
    """A file of masks that cannot be read or written; names the file."""


@dataclass(frozen=True, slots=True, eq=False)
class CropMask:
    """A mask on its way out.

    ``image`` names the picture as files shall, with forward slashes; ``file`` is where it lies. ``size`` is
    its width and height. ``labels`` uint8 [h, w] are of the pixels in ``box``, of the whole picture without
    one.
    """

    image: str
    file: Path
    size: tuple[int, int]
    box: Box | None
    labels: Labels

    @property
    def corner(self) -> tuple[int, int]:
        """Left and top of the labels in the picture."""
        return (0, 0) if self.box is None else self.box[:2]


@dataclass(frozen=True, slots=True, eq=False)
class ReadMask:
    """A mask on its way in, as :class:`CropMask`.

    Without a box the labels are of the whole picture, whichever crops it has. ``file`` is where the picture
    should lie, None where the format does not tell. ``polygons`` of it were outlines, which have no pixels
    of their own: a pixel is in one where its centre is.
    """

    image: str
    file: Path | None
    box: Box | None
    labels: Labels
    polygons: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """What names of parts in files stand for.

    ``renamed`` maps names that files use to names of ``schema``, to "undecided" or to "background".
    """

    schema: PartSchema
    renamed: Mapping[str, str] = field(default_factory=dict)

    def label(self, name: str, source: Path) -> int:
        """The label of a part; :class:`FormatError` naming the file and the known parts."""
        known = {NO_PART: BACKGROUND, UNDECIDED: IGNORE}
        known.update((part, self.schema.label(part)) for part in self.schema.names)
        own = self.renamed.get(name, name)
        if own not in known:
            raise FormatError(
                f"{source} has a part {name!r} that this library does not know. Say which of its parts that "
                f"is, for instance --part {name}={self.schema.names[0]}; there are {', '.join(known)}."
            )
        return known[own]


def parts_in(labels: Labels, schema: PartSchema) -> Iterator[tuple[str, Pixels]]:
    """The names and pixels (bool [h, w]) of all parts in a map, and of what is undecided.

    Of a map of background alone that is the background: a picture without a shape was not annotated.
    """
    found = [int(label) for label in np.flatnonzero(np.bincount(labels.ravel(), minlength=256))]
    for label in found:
        if label == BACKGROUND:
            if found == [BACKGROUND]:
                yield NO_PART, labels == label
        else:
            yield UNDECIDED if label == IGNORE else schema.names[label - 1], labels == label


def bounds(pixels: Pixels) -> Box:
    """The smallest box around pixels bool [h, w], of which at least one is set."""
    rows, columns = np.flatnonzero(pixels.any(1)), np.flatnonzero(pixels.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def cut(labels: Labels, box: Box | None, source: Path) -> Labels:
    """What lies in ``box`` of a whole picture's labels; :class:`FormatError` where it reaches out of it."""
    if box is None:
        return labels
    left, top, right, bottom = box
    if not (0 <= left < right <= labels.shape[1] and 0 <= top < bottom <= labels.shape[0]):
        raise FormatError(f"{source} has a crop {box} that is not in its picture.")
    return np.ascontiguousarray(labels[top:bottom, left:right])


def blank(width: int, height: int, image: str, source: Path) -> Labels:
    """An empty map of a picture; :class:`FormatError` for a size that no picture has."""
    if not (0 < width <= 65535 and 0 < height <= 65535):
        raise FormatError(f"{source} says that {image} has {width} x {height} pixels, which no picture has.")
    return np.zeros((height, width), np.uint8)


def read_text(source: Path) -> str:
    """A file's text; :class:`FormatError` where there is none."""
    try:
        return source.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FormatError(f"{source} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{source} is not a text file. Choose the file that the other tool wrote."
        ) from error
