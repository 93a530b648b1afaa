"""What a model version says of some crops by itself: stored where it was shown them, else shown now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from dropgui.indexing.progress import CancelToken
from dropgui.library.chunks import chunks
from dropgui.library.embeddings import features_of
from dropgui.library.masks import Labels, model_masks
from dropgui.library.rows import CropRow
from dropgui.library.schema import Embedding
from dropgui.session import Session
from dropmodel.decode import read_image
from dropmodel.errors import ImageError
from dropmodel.features import Features

_BATCH = 32


class CancelledError(Exception):
    """Somebody asked to stop."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """By crop id: ``features`` of one row each, and ``masks`` uint8 [h, w]; what cannot be read is missing.

    Vectors are rounded as the library rounds them, and made with the model's own masks.
    """

    features: Mapping[int, Features]
    masks: Mapping[int, Labels]


def look_at(
    session: Session,
    model_version_id: int,
    crops: Sequence[int],
    masks: Sequence[int],
    rows: Mapping[int, CropRow],
    cancel: CancelToken,
    progressed: Callable[[int, int], None],
) -> Seen:
    """What the version says of ``crops``, and its masks of ``masks``; nothing is written to the library.

    ``progressed`` is told how many pictures were shown to it, and of how many. :class:`CancelledError` when
    that was asked for.
    """
    library = session.library
    with library.read() as connection:
        own = _with_own_masks(connection, model_version_id, crops)
        drawn = dict(model_masks(connection, model_version_id, masks))
    features = features_of(library, own, model_version_id)
    known = {crop: features[place : place + 1] for place, crop in enumerate(own)}
    unseen = [crop for crop in crops if crop not in known] + [crop for crop in masks if crop not in drawn]
    wanted = list(dict.fromkeys(unseen))
    if not wanted:
        return Seen(known, drawn)
    extractor = session.extractor_of(model_version_id)
    for start in range(0, len(wanted), _BATCH):
        if cancel.cancelled:
            raise CancelledError
        batch = {crop: _read(rows.get(crop)) for crop in wanted[start : start + _BATCH]}
        pixels = {crop: seen for crop, seen in batch.items() if seen is not None}
        extraction = extractor.extract(list(pixels.values()))
        rounded = Features(
            extraction.features.vectors.astype(np.float16).astype(np.float32),
            extraction.features.visibility.astype(np.float16).astype(np.float32),
            extraction.features.schema,
        )
        for place, crop in enumerate(pixels):
            known[crop] = rounded[place : place + 1]
            drawn[crop] = extraction.labels[place]
        progressed(min(start + _BATCH, len(wanted)), len(wanted))
    return Seen(known, drawn)


def _with_own_masks(connection: Connection, model_version_id: int, crops: Sequence[int]) -> list[int]:
    """Those of the crops with vectors that were made with the model's own masks."""
    query = select(Embedding.crop_id).where(
        Embedding.model_version_id == model_version_id, Embedding.mask_revision == 0
    )
    found = {
        crop
        for piece in chunks(crops)
        for crop in connection.execute(query.where(Embedding.crop_id.in_(piece))).scalars()
    }
    return [crop for crop in dict.fromkeys(crops) if crop in found]


def _read(row: CropRow | None) -> npt.NDArray[np.uint8] | None:
    """A crop's pixels uint8 [H, W, 3]; None where they cannot be read."""
    if row is None:
        return None
    try:
        pixels = read_image(row.path)
    except ImageError:
        return None
    if row.box is None:
        return pixels
    left, top, right, bottom = row.box
    return pixels[top:bottom, left:right]
