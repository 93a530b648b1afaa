"""A finished batch goes into the library: one transaction, after which nothing of it can be lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, select, update

from dropgui.indexing.decode import LeftOut, Outcome, Picture, Unchanged, Unreadable
from dropgui.indexing.plan import Item
from dropgui.library import Change, Library
from dropgui.library.chunks import chunks
from dropgui.library.corrections import bring_back, latest_corrections, set_aside
from dropgui.library.embeddings import add_embeddings, remove_embeddings
from dropgui.library.jobs import note_progress
from dropgui.library.masks import add_model_masks, encode_mask
from dropgui.library.schema import Crop, Image, Mask
from dropmodel.features import Features
from dropmodel.parts import BACKGROUND, IGNORE, PartSchema


class ExtractionLike(Protocol):
    """What a model says of a batch of N pictures.

    ``labels`` uint8 [N, h, w] and ``confidence`` float [N, h, w], the certainty of each label in [0, 1];
    ``uncertainty`` float [N] of each whole mask, in [0, 1].
    """

    @property
    def features(self) -> Features: ...  # noqa: D102
    @property
    def labels(self) -> npt.NDArray[np.uint8]: ...  # noqa: D102
    @property
    def confidence(self) -> npt.NDArray[np.floating]: ...  # noqa: D102
    @property
    def uncertainty(self) -> npt.NDArray[np.floating]: ...  # noqa: D102


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

    def pool(
        self, images: Sequence[npt.NDArray[np.uint8]], labels: Sequence[npt.NDArray[np.uint8]]
    ) -> ExtractionLike:
        """Features of pictures under uint8 [h, w] label maps that people made, of any size."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What a model says of N pictures: its own masks, and vectors under what people made of them.

    ``features`` are of the latest mask a person made where ``mask_revisions`` [N] is above 0.
    """

    extraction: ExtractionLike
    features: Features
    mask_revisions: tuple[int, ...]


def look(library: Library, network: ExtractorLike, pictures: Sequence[Picture]) -> Looked:
    """Runs the network over pictures, and again over those of which a person corrected the mask.

    A mask of pixels that are no more, or of other parts than the network's, does not count.
    """
    pixels = [picture.pixels for picture in pictures]
    extraction = network.extract(pixels)
    same = [p.item.crop_id for p in pictures if p.item.old_hash in {None, p.content_hash}]
    with library.read() as connection:
        corrections = latest_corrections(connection, same, network.schema.name)
    features = extraction.features
    corrected = [row for row, p in enumerate(pictures) if p.item.crop_id in corrections]
    made = [corrections[pictures[row].item.crop_id] for row in corrected]
    if corrected:
        pooled = network.pool([pixels[row] for row in corrected], [mask.labels for mask in made]).features
        vectors, visibility = features.vectors.copy(), features.visibility.copy()
        vectors[corrected], visibility[corrected] = pooled.vectors, pooled.visibility
        features = Features(vectors, visibility, features.schema)
    revisions = dict(zip(corrected, (mask.revision for mask in made), strict=True))
    return Looked(extraction, features, tuple(revisions.get(row, 0) for row in range(len(pictures))))


def store_batch(
    library: Library,
    model_version_id: int,
    outcomes: Sequence[Outcome],
    looked: Looked | None,
    job: tuple[int, int, int],
) -> None:
    """Writes a batch: row i of ``looked`` (None without) is the i-th picture among ``outcomes``.

    ``job`` is (id, done, total) of the running job. Crops that were forgotten meanwhile are left out.
    """
    pictures = [outcome for outcome in outcomes if isinstance(outcome, Picture)]
    masks = [] if looked is None else _encode(looked.extraction)

    def work(connection: Connection) -> Change:
        for outcome in outcomes:
            connection.execute(
                update(Image).where(Image.id == outcome.item.image_id).values(_image_values(outcome))
            )
        broken = [outcome.item for outcome in outcomes if isinstance(outcome, Unreadable)]
        unreadable = tuple(item.crop_id for item in broken)
        _forget_content(connection, broken, keep_version=None)
        replaced = [p.item for p in pictures if p.item.old_hash not in {None, p.content_hash}]
        _forget_content(connection, replaced, keep_version=model_version_id)
        contents = {picture.item.crop_id: picture.content_hash for picture in pictures}
        bring_back(connection, contents, [item.crop_id for item in replaced])
        rows = _living(connection, [picture.item.crop_id for picture in pictures])
        crop_ids = [pictures[row].item.crop_id for row in rows]
        if looked is not None and rows:
            features = looked.features[np.array(rows)]
            revisions = [looked.mask_revisions[row] for row in rows]
            add_embeddings(connection, model_version_id, crop_ids, features, revisions)
            add_model_masks(
                connection,
                model_version_id,
                features.schema,
                crop_ids,
                *zip(*(masks[row] for row in rows), strict=True),
            )
        note_progress(connection, *job)
        return Change(
            crops_changed=tuple(crop_ids),
            crops_removed=unreadable,
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
        case Unchanged() | LeftOut():
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


def _forget_content(connection: Connection, items: Sequence[Item], *, keep_version: int | None) -> None:
    """Drops what a model said of pixels that are no more, and sets aside what people drew on them.

    What people decided of the crops stays.
    """
    crop_ids = [item.crop_id for item in items]
    if crop_ids:
        remove_embeddings(connection, crop_ids, keep_version=keep_version)
        set_aside(connection, {item.crop_id: item.old_hash for item in items})
        connection.execute(delete(Mask).where(Mask.crop_id.in_(crop_ids)))


def _encode(extraction: ExtractionLike) -> list[tuple[bytes, float, float]]:
    """Every picture's mask as PNG, its body pixels' mean confidence (0 without any), its uncertainty."""
    schema = extraction.features.schema
    encoded = []
    told = zip(extraction.labels, extraction.confidence, extraction.uncertainty, strict=True)
    for labels, confidence, unsure in told:
        body = confidence[(labels != BACKGROUND) & (labels != IGNORE)]
        encoded.append((encode_mask(labels, schema), float(body.mean()) if body.size else 0.0, float(unsure)))
    return encoded
