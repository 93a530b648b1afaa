"""Parsing targets: which part each pixel of a training picture shows, from any of the known kinds of files.

An index map is uint8, 0 background, 1..K parts of the schema, ``IGNORE`` (255) where nobody knows; a picture
without a target is ``IGNORE`` all over and takes no part in the parsing loss. A soft map is float32
[K + 1, H, W], the share of each class, background first, 0 all through where nobody knows; each pixel's
largest makes an index map of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.data.label_files.index_map import read_index_map
from dropmodel.data.label_files.outlines import read_coco, read_labelme
from dropmodel.data.label_sets import LABEL_SETS
from dropmodel.decode import upright_size
from dropmodel.errors import DataError
from dropmodel.parts import IGNORE, PartSchema

Labels = npt.NDArray[np.uint8]
Soft = npt.NDArray[np.float32]
Size = tuple[int, int]
"""Height and width."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write parts down: the ``endings`` of its files, or one ``single_file`` for all pictures.

    ``read(mask, picture, size, schema)`` gives labels uint8 at the picture's ``size``, a soft map, or None
    for a picture that nobody marked.
    """

    read: Callable[[Path, Path, Size, PartSchema], Labels | Soft | None]
    endings: tuple[str, ...] = ()
    single_file: bool = False


def _index_map(source: str, mask: Path, picture: Path, size: Size, schema: PartSchema) -> Labels:  # noqa: ARG001
    return to_size(read_index_map(mask, source, schema), size)


def _pifpaf(mask: Path, picture: Path, size: Size, schema: PartSchema) -> Soft:  # noqa: ARG001
    from dropmodel.data.label_files.fields import read_pifpaf

    return read_pifpaf(mask, size, schema)


def _soft(mask: Path, picture: Path, size: Size, schema: PartSchema) -> Soft:  # noqa: ARG001
    from dropmodel.data.label_files.fields import read_soft_map

    return read_soft_map(mask, size, schema)


def _labelme(mask: Path, picture: Path, size: Size, schema: PartSchema) -> Labels:  # noqa: ARG001
    return read_labelme(mask, size, schema)


def _keypoints(mask: Path, picture: Path, size: Size, schema: PartSchema) -> Labels | None:
    from dropmodel.data.label_files.keypoints import read_coco_keypoints

    return read_coco_keypoints(mask, picture, size, schema)


def _openpose(mask: Path, picture: Path, size: Size, schema: PartSchema) -> Labels | None:
    from dropmodel.data.label_files.keypoints import read_openpose

    return read_openpose(mask, stored_size(picture), size, schema)


FORMATS: dict[str, Format] = {
    **{name: Format(partial(_index_map, name), (".png", ".npy")) for name in LABEL_SETS},
    "densepose": Format(partial(_index_map, "densepose"), ("_IUV.png", "_INDS.png", ".png", ".npy")),
    "pifpaf": Format(_pifpaf, (".confidence_fields.npy", ".npy")),
    "soft": Format(_soft, (".npy", ".npz")),
    "labelme": Format(_labelme, (".json",)),
    "openpose": Format(_openpose, ("_keypoints.json", ".json")),
    "coco": Format(read_coco, single_file=True),
    "coco_keypoints": Format(_keypoints, single_file=True),
}
"""Known kinds of files: index maps by the name of their label set (``eight`` and ``five_v`` are our own),
pose confidence fields, soft maps, shapes of LabelMe and COCO, and joints drawn as capsules."""


@dataclass(frozen=True, slots=True)
class TargetReader:
    """Reads targets written as ``labels`` says (a key of :data:`FORMATS`) into ``schema``."""

    labels: str
    schema: PartSchema

    def __post_init__(self) -> None:
        if self.labels not in FORMATS:
            raise ValueError(f"unknown label format {self.labels!r}; choose {', '.join(FORMATS)}")

    def __call__(self, mask: Path | None, picture: Path, size: Size) -> Labels:
        """Index map uint8 at the picture's ``size`` (height, width); all ``IGNORE`` without a mask.

        Raises :class:`~dropmodel.errors.DataError` naming a file that is missing or cannot be understood.
        """
        found = None if mask is None else FORMATS[self.labels].read(mask, picture, size, self.schema)
        if found is None:
            return np.full(size, IGNORE, np.uint8)
        if found.ndim == 2:
            return found.astype(np.uint8, copy=False)
        labels: Labels = found.argmax(axis=0).astype(np.uint8)
        labels[~found.any(axis=0)] = IGNORE
        return labels


def stored_size(picture: Path) -> Size:
    """Height and width of a picture as it is meant to be seen, from its header."""
    try:
        with Image.open(picture) as opened:
            width, height = upright_size(opened)
            return height, width
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{picture}: not a picture, or damaged ({error})") from error


def to_size(labels: Labels, size: Size) -> Labels:
    """``labels`` uint8 [H, W] at ``size`` (height, width), each pixel the nearest one's."""
    if labels.shape == size:
        return labels
    return np.array(Image.fromarray(labels).resize((size[1], size[0]), Image.Resampling.NEAREST))


def to_grid(labels: Labels, grid: Size, classes: int) -> Labels:
    """``labels`` uint8 [H, W] at ``grid`` (height, width), which divides them, by vote of each cell's pixels.

    Of equal votes a part wins over the background, so that thin limbs do not break; a cell is ``IGNORE`` if
    more than half of it is. ``classes`` is K + 1.
    """
    if labels.shape == grid:
        return labels
    counts = _counts(labels, grid, classes)
    known = counts[:, :classes].astype(np.float32)
    known[:, 1:] += 0.5
    voted: Labels = known.argmax(axis=1).astype(np.uint8)
    voted[2 * counts[:, classes] > counts.sum(axis=1)] = IGNORE
    return voted.reshape(grid)


def _counts(labels: Labels, grid: Size, classes: int) -> npt.NDArray[np.intp]:
    """Pixels of each class, and last of ``IGNORE``, in each cell: intp [h * w, K + 2]."""
    (height, width), (rows, columns) = labels.shape, grid
    if height % rows or width % columns:
        raise ValueError(f"a map of {height} x {width} does not divide into {rows} x {columns} cells")
    cells = np.arange(rows * columns, dtype=np.int32).reshape(rows, 1, columns, 1)
    blocks = np.minimum(labels, classes).reshape(rows, height // rows, columns, width // columns)
    places = cells * (classes + 1) + blocks
    return np.bincount(places.ravel(), minlength=rows * columns * (classes + 1)).reshape(-1, classes + 1)
