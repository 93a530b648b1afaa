"""From chosen crops to what the engine takes: files, boxes, who, where, when, label maps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from dropgui.finetuning.choice import Choice, Picked
from dropgui.library import Library
from dropgui.library.chunks import chunks
from dropgui.library.masks import MODEL, Labels, decode_mask
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CORRECTED, CropRow
from dropgui.library.schema import Mask

if TYPE_CHECKING:
    from dropmodel.training.finetune import Example, Material

_CLOCK_ZERO = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's own clock has no zone


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What the engine takes; ``left_out`` crops were chosen but their file, or they themselves, are gone."""

    material: "Material"
    left_out: int


def gather(library: Library, choice: Choice, parent_id: int) -> Gathered:
    """The crops of ``choice`` as examples, in its order.

    ``parent_id``: the model version whose masks are the weak ones.
    """
    from dropmodel.training.finetune import Material

    wanted = [one.crop_id for one in (*choice.train, *choice.held_out)]
    rows = {crop_id: row for crop_id, row in crop_rows(library, wanted).items() if _is_there(row)}
    with library.read() as connection:
        corrected = _corrected(connection, (*choice.train, *choice.held_out))
        bare = [one.crop_id for one in choice.train if one.crop_id not in corrected]
        weak = _weak(connection, bare if choice.weak else [], parent_id)

    def example(one: Picked) -> "Example":
        return _example(one, rows[one.crop_id], corrected.get(one.crop_id), weak.get(one.crop_id))

    train = [one for one in choice.train if one.crop_id in rows]
    held_out = [one for one in choice.held_out if one.crop_id in rows]
    places = {one.crop_id: place for place, one in enumerate(train)}
    material = Material(
        train=[example(one) for one in train],
        held_out=[example(one) for one in held_out],
        rejected=frozenset((places[crop], person) for crop, person in choice.rejected if crop in places),
    )
    return Gathered(material, len(wanted) - len(train) - len(held_out))


def _example(one: Picked, row: CropRow, corrected: Labels | None, weak: Labels | None) -> "Example":
    from dropmodel.training.finetune import Example

    taken = row.captured_at
    return Example(
        path=row.path,
        box=row.box,
        person=one.person_id,
        camera=-1 if row.camera_id is None else row.camera_id,
        seconds=float("nan") if taken is None else (taken - _CLOCK_ZERO).total_seconds(),
        corrected=corrected,
        weak=weak,
    )


def _is_there(row: CropRow) -> bool:
    try:
        return not row.missing and row.path.is_file()
    except OSError:  # a share that is not connected
        return False


def _corrected(connection: Connection, picked: Iterable[Picked]) -> dict[int, Labels]:
    """The masks that people made, by crop: the revision that was chosen, or the nearest that is left."""
    wanted = {one.crop_id: one.revision for one in picked if one.revision}
    found: dict[int, tuple[int, bytes]] = {}
    for piece in chunks(wanted):
        query = select(Mask.crop_id, Mask.revision, Mask.png).where(
            Mask.crop_id.in_(piece), Mask.origin == CORRECTED
        )
        for crop, revision, png in connection.execute(query):
            away = abs(revision - wanted[crop])
            if crop not in found or away < found[crop][0]:
                found[crop] = away, png
    return {crop: decode_mask(png) for crop, (_, png) in found.items()}


def _weak(connection: Connection, crop_ids: Iterable[int], model_version_id: int) -> dict[int, Labels]:
    """The model's own masks, by crop."""
    found: dict[int, Labels] = {}
    for piece in chunks(crop_ids):
        query = select(Mask.crop_id, Mask.png).where(
            Mask.crop_id.in_(piece), Mask.origin == MODEL, Mask.model_version_id == model_version_id
        )
        found.update((crop, decode_mask(png)) for crop, png in connection.execute(query))
    return found
