"""A crop's mask for correcting, and its revisions: opened, saved, looked at again, brought back.

Masks of people are kept as they were drawn, at the crop's own resolution. The model's own are small; for
correcting (and for other programs) they are brought to that resolution along the photo's edges.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Picture

from dropgui.correction.photo import read_crop
from dropgui.correction.region import Labels, Photo
from dropgui.correction.upsample import upsample
from dropgui.library import Library
from dropgui.library.corrections import GoneError, Saved, add_correction, labels_of, revisions
from dropgui.library.masks import mask_of, model_mask_of
from dropgui.library.queries import crop_rows
from dropgui.library.reviews import set_uncertainty
from dropgui.library.rows import CORRECTED, CropRow, MaskRow, RevisionRow
from dropmodel.parts import IGNORE, PartSchema

if TYPE_CHECKING:
    from dropgui.session import Session

__all__ = [
    "GoneError",
    "Opened",
    "Saved",
    "ask_again",
    "at_full_size",
    "crop_labels",
    "labels_of",
    "model_labels",
    "model_mask",
    "open_crop",
    "restore",
    "restored_part",
    "revisions",
    "save_correction",
]


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A crop's mask as it is taken in hand.

    ``labels`` uint8 [H, W] and ``photo`` uint8 [H, W, 3] are of the crop's own resolution, C-contiguous and
    the caller's to change. ``revision`` is the one a person made, 0 where the labels are the model's own.
    """

    crop: CropRow
    photo: Photo
    labels: Labels
    schema: PartSchema
    revision: int


def open_crop(session: "Session", crop_id: int) -> Opened:
    """The crop's mask of now for correcting: the latest a person made, else the model's own, else none of it.

    :class:`GoneError` for a crop that is gone, :class:`~dropgui.session.PictureError` for a picture that
    cannot be read, :class:`~dropgui.session.NotIndexedYetError` in a library without a model.
    """
    row, schema = _crop(session.library, crop_id), session.index.model.schema
    photo = read_crop(row)
    labels, revision = crop_labels(session.library, crop_id, photo, schema)
    return Opened(row, photo, labels, schema, revision)


def crop_labels(library: Library, crop_id: int, photo: Photo, schema: PartSchema) -> tuple[Labels, int]:
    """The crop's mask of now, uint8 of the size of ``photo``, and its revision, 0 for the model's own.

    A mask that a person made is given pixel for pixel. One of another schema or of another size (its picture
    was replaced by one of another size, or it was imported small) does not count.
    """
    stored = mask_of(library, crop_id)
    if stored is not None and stored.origin == CORRECTED:
        if stored.schema_name == schema.name and stored.labels.shape == photo.shape[:2]:
            return stored.labels, stored.revision
        stored = model_mask_of(library, crop_id)
    return _grown(stored, photo, schema), 0


def model_mask(library: Library, crop_id: int) -> MaskRow | None:
    """The active model's own mask at the size it was made; None where it made none yet."""
    return model_mask_of(library, crop_id)


def model_labels(library: Library, crop_id: int, photo: Photo, schema: PartSchema) -> Labels:
    """The model's own mask at the size of ``photo``, uint8 [H, W]; background where it made none."""
    return _grown(model_mask_of(library, crop_id), photo, schema)


def save_correction(
    session: "Session",
    crop_id: int,
    labels: Labels,
    *,
    base_revision: int,
    amends: int | None = None,
) -> Saved:
    """Saves a mask as the crop's latest revision; see :func:`dropgui.library.corrections.add_correction`.

    The crop is marked "corrected", which is what fine-tuning learns from. Its vectors follow with
    :func:`dropgui.correction.effect.repool`. ``ValueError`` for labels that are no map of the model's parts.
    """
    schema = session.index.model.schema
    if labels.dtype != np.uint8 or labels.ndim != 2 or not labels.size:
        raise ValueError(f"a mask is uint8 [H, W], got {labels.dtype} {labels.shape}")
    if np.any((labels > len(schema)) & (labels != IGNORE)):
        raise ValueError(f"the mask holds labels that the schema {schema.name!r} does not know")
    return add_correction(
        session.library, crop_id, labels, schema, base_revision=base_revision, amends=amends
    )


def restore(session: "Session", revision: RevisionRow, *, base_revision: int) -> Saved:
    """Makes an older revision the latest again, as a new one: nothing that came after it is lost."""
    labels = labels_of(session.library, revision)
    return save_correction(session, revision.crop_id, labels, base_revision=base_revision)


def restored_part(labels: Labels, model: Labels, part: int) -> Labels:
    """``labels`` with one part as the model's own mask has it, both uint8 [H, W]; a new map.

    Pixels that are the part in either become what the model says of them: what was drawn too much is another
    part or background again.
    """
    return np.where((labels == part) | (model == part), model, labels)


def ask_again(session: "Session", opened: Opened) -> tuple[Labels, float]:
    """The active model's mask of a crop, read anew at the crop's own size, and how unsure it is of it.

    The library remembers how unsure: of masks that an old program made it does not know.
    """
    model = session.index.model
    found = session.read_picture(read_crop(opened.crop, session.extractor.input_size))
    set_uncertainty(session.library, model.id, opened.crop.id, found.uncertainty)
    return at_full_size(found.labels, opened.photo), found.uncertainty


def at_full_size(labels: Labels, photo: Photo) -> Labels:
    """A model's label map uint8 [h, w] at the size of ``photo`` uint8 [H, W, 3], along its edges.

    On a photo that is smaller than the map, which has no edges to follow, the nearest cells.
    """
    height, width = photo.shape[:2]
    if labels.shape[0] <= height and labels.shape[1] <= width:
        return upsample(labels, photo)
    small = Picture.fromarray(labels).resize((width, height), Picture.Resampling.NEAREST)
    return np.array(small, np.uint8)


def _crop(library: Library, crop_id: int) -> CropRow:
    rows = crop_rows(library, [crop_id])
    if crop_id not in rows:
        raise GoneError("This picture was forgotten meanwhile. Choose another one.")
    return rows[crop_id]


def _grown(stored: MaskRow | None, photo: Photo, schema: PartSchema) -> Labels:
    """A model's mask at the size of ``photo``; background for none and for one of other parts."""
    if stored is None or stored.schema_name != schema.name:
        return np.zeros(photo.shape[:2], np.uint8)
    return at_full_size(stored.labels, photo)
