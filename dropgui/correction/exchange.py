"""Masks of a library to other tools' files and back, pixel for pixel as the editor shows them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import numpy as np

from dropgui.correction.photo import read_crop
from dropgui.correction.region import Labels
from dropgui.correction.revisions import crop_labels
from dropgui.errors import UserError
from dropgui.formats import FORMATS, CropMask, FormatError, Parts, ReadMask, format_of
from dropgui.library import Library
from dropgui.library.corrections import add_correction, latest_corrections, revisions
from dropgui.library.queries import crop_ids, crop_rows, folder_rows
from dropgui.library.rows import ACCEPTED, CORRECTED, REVIEW_STATES, CropFilter, CropRow
from dropgui.session import PictureError
from dropmodel.parts import PartSchema

if TYPE_CHECKING:
    from dropgui.session import Session

Which = Literal["corrected", "reviewed", "all"]
"""Whose masks: those that people made, those that they made or accepted, or everybody's."""

_STATES: dict[str, frozenset[str]] = {
    "corrected": frozenset({CORRECTED}),
    "reviewed": frozenset({ACCEPTED, CORRECTED}),
    "all": frozenset(REVIEW_STATES),
}
_TOLD = 5
_ROWS_AT_ONCE = 500

Hear = Callable[[int, int], None]
"""Hears how many masks are done, and of how many."""


@dataclass(slots=True)
class Exported:
    """What was written: how many masks, and the pictures that were left out, with the reason."""

    masks: int = 0
    left_out: list[tuple[Path, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read: crops with a new revision, crops whose mask was the same, and what was left out."""

    saved: tuple[int, ...]
    same: int
    polygons: int
    left_out: tuple[str, ...]


def export_masks(
    session: "Session",
    target: Path,
    format_name: str,
    *,
    which: Which = "reviewed",
    crop_filter: CropFilter | None = None,
    on_progress: Hear | None = None,
) -> Exported:
    """Writes masks at their crops' own resolution; what people made pixel for pixel as they made it.

    Pictures are named by their path in their folder, with the folder's name before it where there are
    several. A picture that cannot be read is left out where its mask is the model's (which takes the
    picture's edges). :class:`UserError` where there is nothing to write, or no room for it.
    """
    chosen = crop_filter or CropFilter()
    library, schema = session.library, session.index.model.schema
    states = chosen.review_states & _STATES[which] if chosen.review_states else _STATES[which]
    ids = crop_ids(library, replace(chosen, review_states=states)).tolist()
    if not ids or not states:
        raise UserError(
            f"There are no masks to export from {library.path}: none is {' or '.join(sorted(states))}. "
            "Review some first, or export all (--which all)."
        )
    exported = Exported()
    masks = _outgoing(library, ids, schema, exported, on_progress or _silent)
    FORMATS[format_name].write(target, masks, schema)
    return exported


def import_masks(
    session: "Session",
    source: Path,
    format_name: str | None = None,
    *,
    renamed: Mapping[str, str] | None = None,
    partly: bool = False,
    on_progress: Hear | None = None,
) -> Imported:
    """Takes the masks of a file in, each as a new revision of its crop; the same ones again are no news.

    Every mask is looked at before the first is saved: where one is of no picture of this library or of
    another size, nothing is imported, unless ``partly``: then the others are. Vectors follow with
    :func:`dropgui.correction.effect.catch_up`. ``renamed`` maps the file's names of parts to the library's.

    :class:`UserError` naming the file and what to do.
    """
    library, schema = session.library, session.index.model.schema
    reader, parts = FORMATS[format_name or format_of(source)], Parts(schema, renamed or {})
    pictures = _Pictures(library)
    faults: list[str] = []
    total = 0
    for read in reader.read(source, parts):
        total += 1
        try:
            pictures.crops(read, source)
        except FormatError as error:
            faults.append(str(error))
    if faults and not partly:
        more = f"\n(and {len(faults) - _TOLD:,} more)" if len(faults) > _TOLD else ""
        raise FormatError(
            "\n".join(faults[:_TOLD])
            + f"{more}\nNothing was imported. Mend this, or import the others (--partly)."
        )
    if not total:
        raise FormatError(f"There are no masks in {source}.")
    saved: dict[int, None] = {}
    same = polygons = 0
    for number, read in enumerate(reader.read(source, parts), 1):
        try:
            crops = pictures.crops(read, source)
        except FormatError:
            continue
        polygons += read.polygons
        for row, labels in crops:
            if _take_in(library, row, labels, schema):
                saved[row.id] = None
            else:
                same += 1
        if on_progress is not None:
            on_progress(number, total)
    return Imported(tuple(saved), same, polygons, tuple(faults))


def _silent(_done: int, _total: int) -> None:
    """For those who want to hear nothing."""


def _outgoing(
    library: Library, ids: list[int], schema: PartSchema, exported: Exported, hear: Hear
) -> Iterator[CropMask]:
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        piece = ids[start : start + _ROWS_AT_ONCE]
        rows = crop_rows(library, piece)
        names = _names(library)
        for place, crop_id in enumerate(piece, start + 1):
            if row := rows.get(crop_id):
                try:
                    size, labels = _labels(library, row, schema)
                except PictureError as error:
                    exported.left_out.append((row.path, str(error)))
                else:
                    exported.masks += 1
                    yield CropMask(names(row), row.path, size, row.box, labels)
            hear(place, len(ids))


def _labels(library: Library, row: CropRow, schema: PartSchema) -> tuple[tuple[int, int], Labels]:
    """Width and height of the picture, and the crop's mask; without its picture where a person made it."""
    if row.width is not None and row.height is not None:
        with library.read() as connection:
            made = latest_corrections(connection, [row.id], schema.name).get(row.id)
        if made is not None and made.labels.shape == _shape(row):
            return (row.width, row.height), made.labels
    photo = read_crop(row)
    labels, _ = crop_labels(library, row.id, photo, schema)
    if row.width is not None and row.height is not None:
        if labels.shape != _shape(row):
            raise PictureError(
                f"{row.path} is of another size than when it was indexed. Index its folder, then try again."
            )
        return (row.width, row.height), labels
    if row.box is not None:
        raise PictureError(f"{row.path} was not indexed yet. Index its folder, then export again.")
    return (photo.shape[1], photo.shape[0]), labels


def _shape(row: CropRow) -> tuple[int, int]:
    """Height and width of a crop in pixels; its picture's size is known."""
    assert row.width is not None
    assert row.height is not None
    if row.box is None:
        return row.height, row.width
    left, top, right, bottom = row.box
    return bottom - top, right - left


def _names(library: Library) -> Callable[[CropRow], str]:
    """How pictures are named in files: alike in every export of the same folders."""
    prefixes = _prefixes(library)
    if len(prefixes) == 1:
        return lambda row: row.relative_path
    return lambda row: f"{prefixes[row.folder_id]}/{row.relative_path}"


def _prefixes(library: Library) -> dict[int, str]:
    """The folders' names by id, with a number behind a name that several have."""
    rows = folder_rows(library)
    taken = Counter(row.name for row in rows)
    return {row.id: f"{row.name}-{row.id}" if taken[row.name] > 1 else row.name for row in rows}


def _take_in(library: Library, row: CropRow, labels: Labels, schema: PartSchema) -> bool:
    """Saves a mask unless it is the crop's mask of now; whether it did."""
    try:
        _, now = _labels(library, row, schema)
    except PictureError:  # the mask can be kept without its picture
        now = np.zeros((0, 0), np.uint8)
    if np.array_equal(now, labels):
        return False
    base = max((old.revision for old in revisions(library, row.id)), default=0)
    add_correction(library, row.id, labels, schema, base_revision=base)
    return True


class _Pictures:
    """The library's pictures by every name that a file may give them."""

    def __init__(self, library: Library) -> None:
        rows = crop_rows(library, crop_ids(library))
        prefixes = _prefixes(library)
        self._of_image: defaultdict[int, list[CropRow]] = defaultdict(list)
        self._by_ending: defaultdict[str, set[int]] = defaultdict(set)
        self._by_path: defaultdict[str, set[int]] = defaultdict(set)
        self._by_file: dict[Path, int] = {}
        for row in rows.values():
            self._of_image[row.image_id].append(row)
            self._by_file[row.path] = row.image_id
            full = f"{prefixes[row.folder_id]}/{row.relative_path}"
            for start in _starts(full):
                self._by_ending[full[start:]].add(row.image_id)
            for path in (full, row.relative_path):
                self._by_path[path].add(row.image_id)

    def crops(self, read: ReadMask, source: Path) -> list[tuple[CropRow, Labels]]:
        """The crops that a mask is of, with their own part of it.

        :class:`FormatError` where no picture, or more than one, is meant, or one of another size.
        """
        rows = self._of_image[self._image(read, source)]
        if read.box is not None:
            rows = [row for row in rows if row.box == read.box]
            if not rows:
                raise FormatError(f"{source}: {read.image} has no crop {read.box} in this library.")
        found = []
        for row in rows:
            labels = read.labels
            whole = row if read.box is not None or row.box is None else _without_box(row)
            if row.width is not None and labels.shape != _shape(whole):
                height, width = _shape(whole)
                raise FormatError(
                    f"{source}: the mask of {read.image} has {labels.shape[1]} x {labels.shape[0]} pixels, "
                    f"the picture {width} x {height}. Export it at full size."
                )
            if whole is not row and row.box is not None:
                left, top, right, bottom = row.box
                labels = np.ascontiguousarray(labels[top:bottom, left:right])
            found.append((row, labels))
        return found

    def _image(self, read: ReadMask, source: Path) -> int:
        if read.file in self._by_file:
            return self._by_file[read.file]
        name = str(PurePosixPath(read.image.replace("\\", "/"))).lstrip("/")
        # A file may say less of the path than the library knows, or more; never only the same last name.
        looks = [self._by_path.get(name), self._by_ending.get(name)]
        looks += [self._by_path.get(name[start:]) for start in _starts(name)]
        for images in filter(None, looks):
            if len(images) == 1:
                return next(iter(images))
            raise FormatError(
                f"{source}: {read.image} may be {len(images)} pictures of this library. Put the name of "
                "their folder before it."
            )
        raise FormatError(f"{source}: {read.image} is no picture of this library. Index its folder first.")


def _starts(name: str) -> list[int]:
    """Where the folders of a path begin, the whole path first."""
    return [0, *(place + 1 for place, letter in enumerate(name) if letter == "/")]


def _without_box(row: CropRow) -> CropRow:
    return replace(row, box=None)
