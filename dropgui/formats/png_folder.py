"""Our own exchange format: a folder of index-map PNGs with two tables.

``masks.csv`` has a row a mask: ``image`` (the picture's name), ``mask`` (its PNG in this folder) and, for a
crop of a larger picture, ``left``, ``top``, ``right``, ``bottom``. ``parts.csv`` says which number is which
part: ``label``, ``part``, ``title``, ``color``. A PNG's pixel values are labels; its palette has the parts'
colours.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture

from dropgui.formats.files import new_folder
from dropgui.formats.masks import (
    NO_PART,
    UNDECIDED,
    Box,
    CropMask,
    FormatError,
    Labels,
    Parts,
    ReadMask,
    read_text,
)
from dropgui.library.masks import encode_mask
from dropmodel.parts import BACKGROUND, IGNORE, PartSchema

MASKS, PARTS = "masks.csv", "parts.csv"
Table = npt.NDArray[np.int16]
_EDGES = ("left", "top", "right", "bottom")
_BROKEN = (OSError, SyntaxError, ValueError, EOFError)


def write(target: Path, masks: Iterable[CropMask], schema: PartSchema) -> int:
    """Writes a new folder; returns how many masks. :class:`FormatError` where there is something already."""
    with new_folder(target) as folder:
        count = 0
        with (folder / MASKS).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["image", "mask", *_EDGES])
            for mask in masks:
                name = _name(mask)
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(encode_mask(mask.labels, schema))
                table.writerow([mask.image, name, *(mask.box or ("",) * 4)])
                count += 1
        with (folder / PARTS).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["label", "part", "title", "color"])
            table.writerow([BACKGROUND, NO_PART, "Background", "#000000"])
            table.writerows(
                [label, part.name, part.title, part.color] for label, part in enumerate(schema, 1)
            )
            table.writerow([IGNORE, UNDECIDED, "Undecided", "#ffffff"])
    return count


def read(source: Path, parts: Parts) -> Iterator[ReadMask]:
    """The masks of a folder (or of its ``masks.csv``), one after the other."""
    folder = source if source.is_dir() else source.parent
    table = _parts_table(folder / PARTS, parts)
    path = folder / MASKS
    for number, row in _rows(path, ("image", "mask")):
        mask = folder / row["mask"]
        if not mask.resolve().is_relative_to(folder.resolve()):
            raise FormatError(f"{path}, line {number}: {row['mask']} is not in the folder.")
        yield ReadMask(row["image"], None, _box(row, path, number), _labels(mask, table, folder / PARTS))


def _name(mask: CropMask) -> str:
    """Where a mask lies in the folder: the picture's own name with an ending, so that no two are alike."""
    edges = "" if mask.box is None else "." + "-".join(map(str, mask.box))
    return str(PurePosixPath("masks") / f"{mask.image.lstrip('/')}{edges}.png")


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """A table's rows with their lines in the file."""
    table = csv.DictReader(io.StringIO(read_text(path), newline=""))
    missing = set(needed).difference(table.fieldnames or ())
    if missing:
        raise FormatError(f"{path} has no column {', '.join(sorted(missing))}.")
    try:
        for row in table:
            if any(not row[name] for name in needed):
                raise FormatError(f"{path}, line {table.line_num}: {' and '.join(needed)} are needed.")
            yield table.line_num, row
    except csv.Error as error:
        raise FormatError(f"{path}, line {table.line_num}: not a table ({error}).") from error


def _box(row: Mapping[str, str], path: Path, number: int) -> Box | None:
    edges = [row.get(name) or "" for name in _EDGES]
    if not any(edges):
        return None
    try:
        left, top, right, bottom = map(int, edges)
    except ValueError as error:
        raise FormatError(f"{path}, line {number}: a box is four whole numbers, not {edges}.") from error
    return left, top, right, bottom


def _parts_table(path: Path, parts: Parts) -> Table:
    """For every label in the files the library's own, int16 [256]; -1 for one that is not in the table."""
    table = np.full(256, -1, np.int16)
    for number, row in _rows(path, ("label", "part")):
        if not row["label"].isdecimal() or int(row["label"]) > IGNORE:
            raise FormatError(f"{path}, line {number}: {row['label']!r} is no label; they are 0 to 255.")
        table[int(row["label"])] = parts.label(row["part"], path)
    return table


def _labels(path: Path, table: Table, parts: Path) -> Labels:
    try:
        with Picture.open(path) as picture:
            if picture.mode not in {"P", "L"}:
                raise FormatError(
                    f"{path} is no map of labels but a picture of kind {picture.mode}. Export it as an "
                    "indexed PNG."
                )
            stored = np.array(picture, np.uint8)
    except FileNotFoundError as error:
        raise FormatError(f"There is no file {path}, though {MASKS} names it.") from error
    except _BROKEN as error:
        raise FormatError(f"{path} cannot be read: it is no PNG, or damaged.") from error
    labels = table[stored]
    if (labels < 0).any():
        value = int(stored[labels < 0].min())
        raise FormatError(f"{path} has pixels of the value {value}, which {parts} does not name.")
    return labels.astype(np.uint8)
