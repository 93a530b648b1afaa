"""A finished batch goes into the library: one transaction, after which nothing of it can be lost."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, select, update

from dropgui.indexing.decode import Outcome, Picture, Unchanged, Unreadable
from dropgui.library import Change, Library
from dropgui.library.chunks import chunks
from dropgui.library.embeddings import add_embeddings, remove_embeddings
from dropgui.library.jobs import note_progress
from dropgui.library.masks import add_model_masks, encode_mask
from dropgui.library.schema import Crop, Image, Mask
from dropmodel.features import Features
from dropmodel.parts import BACKGROUND, IGNORE, PartSchema


class ExtractionLike(Protocol):
    """What a model says of a batch of N pictures.

    ``labels`` uint8 [N, h, w] and ``confidence`` float [N, h, w], the certainty of each label in [0, 1].
    """

    @property
    def features(self) -> Features: ...  # noqa: D102
    @property
    def labels(self) -> npt.NDArray[np.uint8]: ...  # noqa: D102
    @property
    def confidence(self) -> npt.NDArray[np.floating]: ...  # noqa: D102


class ExtractorLike(Protocol):
    """What indexing needs of ``dropmodel.inference``'s extractor; tests bring a small one of their own."""

    @property
    def schema(self) -> PartSchema: ...  # noqa: D102
    @property
    def dim(self) -> int: ...  # noqa: D102
    @property
    def batch_size(self) -> int: ...  # noqa: D102
    @property
    def input_size(self) -> tuple[int, int]: ...  # noqa: D102

    def extract(self, images: Sequence[npt.NDArray[np.uint8]]) -> ExtractionLike:
        """Features and masks of upright uint8 [H, W, 3] pictures of any size."""
        ...


def store_batch(
    library: Library,
    model_version_id: int,
    outcomes: Sequence[Outcome],
    extraction: ExtractionLike | None,
    job: tuple[int, int, int],
) -> None:
    """Writes a batch: row i of ``extraction`` (None without) is the i-th picture among ``outcomes``.

    ``job`` is (id, done, total) of the running job. Crops that were forgotten meanwhile are left out.
    """
    pictures = [outcome for outcome in outcomes if isinstance(outcome, Picture)]
    masks = [] if extraction is None else _encode(extraction)

    def work(connection: Connection) -> Change:
        for outcome in outcomes:
            connection.execute(
                update(Image).where(Image.id == outcome.item.image_id).values(_image_values(outcome))
            )
        unreadable = [outcome.item.crop_id for outcome in outcomes if isinstance(outcome, Unreadable)]
        _forget_content(connection, unreadable, keep_version=None)
        replaced = [p.item.crop_id for p in pictures if p.item.old_hash not in {None, p.content_hash}]
        _forget_content(connection, replaced, keep_version=model_version_id)
        rows = _living(connection, [picture.item.crop_id for picture in pictures])
        crop_ids = [pictures[row].item.crop_id for row in rows]
        if extraction is not None and rows:
            features = extraction.features[np.array(rows)]
            add_embeddings(connection, model_version_id, crop_ids, features)
            pngs, confidences = zip(*(masks[row] for row in rows), strict=True)
            add_model_masks(connection, model_version_id, features.schema, crop_ids, pngs, confidences)
        note_progress(connection, *job)
        return Change(
            crops_changed=tuple(crop_ids),
            crops_removed=tuple(unreadable),
            folders=bool(unreadable),
            faults=bool(unreadable),
            jobs=True,
        )

    library.write(work, change=lambda change: change)


def _living(connection: Connection, crop_ids: list[int]) -> list[int]:
    """Positions of the crops that the library still has."""
    known = {
        crop_id
        for piece in chunks(crop_ids)
        for crop_id in connection.execute(select(Crop.id).where(Crop.id.in_(piece))).scalars()
    }
    return [row for row, crop_id in enumerate(crop_ids) if crop_id in known]


def _image_values(outcome: Outcome) -> dict[str, object]:
    item = outcome.item
    stamp: dict[str, object] = {"size": item.size, "mtime_ns": item.mtime_ns}
    match outcome:
        case Unchanged():
            return stamp
        case Unreadable():
            return {**stamp, "error": outcome.failure.reason, "content_hash": None}
        case Picture():
            return {
                **stamp,
                "error": None,
                "content_hash": outcome.content_hash,
                "width": outcome.width,
                "height": outcome.height,
                "orientation": outcome.orientation,
                "captured_at": outcome.captured_at,
            }


def _forget_content(connection: Connection, crop_ids: list[int], *, keep_version: int | None) -> None:
    """Drops what described pixels that are no more; what people decided of the crops stays."""
    if crop_ids:
        remove_embeddings(connection, crop_ids, keep_version=keep_version)
        connection.execute(delete(Mask).where(Mask.crop_id.in_(crop_ids)))


def _encode(extraction: ExtractionLike) -> list[tuple[bytes, float]]:
    """Every picture's mask as PNG, and the mean confidence of its body pixels (0 without any)."""
    schema = extraction.features.schema
    encoded = []
    for labels, confidence in zip(extraction.labels, extraction.confidence, strict=True):
        body = confidence[(labels != BACKGROUND) & (labels != IGNORE)]
        encoded.append((encode_mask(labels, schema), float(body.mean()) if body.size else 0.0))
    return encoded
