"""Masks in the library: a crop's label map as an index-map PNG, one byte a pixel, with the parts' colours."""

import io
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture
from sqlalchemy import Connection, Select, case, delete, insert, select

from dropgui.library.chunks import chunks
from dropgui.library.library import Library
from dropgui.library.rows import CORRECTED, MaskRow
from dropgui.library.schema import Mask, ModelVersion
from dropmodel.parts import PartSchema

Labels = npt.NDArray[np.uint8]

MODEL = "model"


def encode_mask(labels: Labels, schema: PartSchema) -> bytes:
    """``labels`` uint8 [h, w] as a palette PNG whose pixel values are the labels themselves."""
    picture = Picture.fromarray(labels)
    picture.putpalette(_palette(schema, int(labels.max())))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def decode_mask(png: bytes) -> Labels:
    """Inverse of :func:`encode_mask`, uint8 [h, w]."""
    with Picture.open(io.BytesIO(png)) as picture:
        return np.array(picture, dtype=np.uint8)


def add_model_masks(
    connection: Connection,
    model_version_id: int,
    schema: PartSchema,
    crop_ids: Sequence[int],
    pngs: Sequence[bytes],
    confidences: Sequence[float],
    uncertainties: Sequence[float | None],
) -> None:
    """Stores a model version's masks, one a crop, in place of those it gave before."""
    old = delete(Mask).where(Mask.origin == MODEL, Mask.model_version_id == model_version_id)
    for piece in chunks(crop_ids):
        connection.execute(old.where(Mask.crop_id.in_(piece)))
    rows = [
        {
            "crop_id": crop_id,
            "origin": MODEL,
            "model_version_id": model_version_id,
            "schema_name": schema.name,
            "confidence": confidence,
            "uncertainty": uncertainty,
            "png": png,
        }
        for crop_id, png, confidence, uncertainty in zip(
            crop_ids, pngs, confidences, uncertainties, strict=True
        )
    ]
    if rows:
        connection.execute(insert(Mask), rows)


def mask_of(library: Library, crop_id: int, model_version_id: int | None = None) -> MaskRow | None:
    """The crop's mask: the latest a person corrected, else the model version's, else the newest.

    The version is the active one where none is named.
    """
    return _first(library, select(Mask).where(Mask.crop_id == crop_id), model_version_id)


def model_mask_of(library: Library, crop_id: int) -> MaskRow | None:
    """The mask that the model made of the crop: the active one's, else the newest."""
    return _first(library, select(Mask).where(Mask.crop_id == crop_id, Mask.origin == MODEL))


def model_masks(
    connection: Connection, model_version_id: int, crop_ids: Iterable[int]
) -> Iterator[tuple[int, Labels]]:
    """The masks that a model version made of these crops, by crop id; one that has none is left out."""
    query = select(Mask.crop_id, Mask.png).where(
        Mask.origin == MODEL, Mask.model_version_id == model_version_id
    )
    for piece in chunks(crop_ids):
        for row in connection.execute(query.where(Mask.crop_id.in_(piece))):
            yield row.crop_id, decode_mask(row.png)


def _first(library: Library, masks: Select[Mask], model_version_id: int | None = None) -> MaskRow | None:
    named = model_version_id is not None
    of_version = ModelVersion.id == model_version_id if named else ModelVersion.active.is_(True)
    query = masks.outerjoin(ModelVersion).order_by(
        case((Mask.origin == CORRECTED, 0), (of_version, 1), else_=2),
        Mask.revision.desc(),
        Mask.id.desc(),
    )
    with library.read() as connection:
        row = connection.execute(query.limit(1)).first()
    if row is None:
        return None
    return MaskRow(
        labels=decode_mask(row.png),
        origin=row.origin,
        schema_name=row.schema_name,
        revision=row.revision,
        confidence=row.confidence,
        model_version_id=row.model_version_id,
    )


def _palette(schema: PartSchema, highest: int) -> list[int]:
    """Red, green, blue of every label up to ``highest``; beyond the parts (undecided pixels) white."""
    colors = [(0, 0, 0)] + [_rgb(part.color) for part in schema]
    colors += [(255, 255, 255)] * (highest + 1 - len(colors))
    return [channel for color in colors for channel in color]


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
