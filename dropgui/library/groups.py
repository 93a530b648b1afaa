"""Which crops belong together by what is known of them, for all crops at once: what a map is coloured by."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Row, select

from dropgui.library.columns import integer_columns
from dropgui.library.library import Library
from dropgui.library.schema import Camera, Crop, Folder, Image, Person


class GroupBy(StrEnum):
    """What puts two crops into one group."""

    PERSON = "person"
    CAMERA = "camera"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Crops by group.

    ``crop_ids`` int64 [N], ascending; ``codes`` int32 [N], a position in ``names``, -1 for a crop of no
    group. ``names`` has the groups in the order people count in ("cam 9" before
    "cam 10"), those without crops too.
    """

    crop_ids: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int32]
    names: tuple[str, ...]

    def codes_of(self, crop_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The group of each of these crops, int32 [n]; -1 also for a crop that is not known."""
        if not len(self.crop_ids):
            return np.full(len(crop_ids), -1, np.int32)
        places = np.searchsorted(self.crop_ids, crop_ids).clip(max=len(self.crop_ids) - 1)
        return np.where(self.crop_ids[places] == crop_ids, self.codes[places], -1).astype(np.int32)


def groups_of(library: Library, by: GroupBy) -> Groups:
    """All crops of the library by person, camera or folder, read from one committed state."""
    table: type[Person | Camera | Folder]
    key: ColumnElement[Any]
    match by:
        case GroupBy.PERSON:
            table, key = Person, Crop.person_id.expression
        case GroupBy.CAMERA:
            table, key = Camera, Image.camera_id.expression
        case GroupBy.FOLDER:
            table, key = Folder, Image.folder_id.expression
    crops = select(Crop.id, key).join(Image, Image.id == Crop.image_id).order_by(Crop.id)
    with library.read() as connection:
        named = sorted(connection.execute(select(table.id, table.name)).all(), key=_as_counted)
        crop_ids, keys = integer_columns(connection, crops)
    code_of = {row.id: code for code, row in enumerate(named)}
    present, places = np.unique(keys, return_inverse=True)
    codes = np.array([code_of.get(key, -1) for key in present.tolist()], np.int32)
    return Groups(crop_ids, codes[places], names=tuple(row.name for row in named))


def _as_counted(row: Row[int, str]) -> tuple[list[tuple[int, str]], int]:
    """Sorts digits by their value and other characters, cases alike, as they are."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", row.name)
    return [(int(piece), "") if piece.isdigit() else (-1, piece.casefold()) for piece in pieces], row.id
