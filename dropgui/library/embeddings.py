"""Embeddings in the library: one row a crop, fp16; and the generation that keeps caches honest.

A cache of a model version's embeddings holds all rows up to some id. Rows are only ever added above that
id; when something is taken away, the version's generation grows and a cache has to look for what is gone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, and_, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropgui.errors import UserError
from dropgui.library.chunks import chunks
from dropgui.library.columns import integer_columns
from dropgui.library.library import Library
from dropgui.library.models import model_version
from dropgui.library.schema import Embedding, Meta
from dropmodel.features import Features
from dropmodel.parts import PartSchema

_FILE_TYPE = np.dtype("<f2")


class NotIndexedError(UserError, KeyError):
    """A crop has no embeddings under the model version that was asked for."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class EmbeddingBlock:
    """Some crops' embeddings as they are stored, in the order of their row ids.

    ``crop_ids`` int64 [N]; ``vectors`` float16 [N, 2 + K, D]; ``visibility`` float16 [N, 2 + K].
    """

    crop_ids: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float16]
    visibility: npt.NDArray[np.float16]


def add_embeddings(
    connection: Connection,
    model_version_id: int,
    crop_ids: Sequence[int],
    features: Features,
    mask_revisions: Sequence[int] | None = None,
) -> None:
    """Stores ``features``, row i for ``crop_ids[i]``, in place of what these crops had before."""
    drop = delete(Embedding).where(Embedding.model_version_id == model_version_id)
    for piece in chunks(crop_ids):
        connection.execute(drop.where(Embedding.crop_id.in_(piece)))
    vectors = features.vectors.astype(_FILE_TYPE)
    visibility = features.visibility.astype(_FILE_TYPE)
    revisions = mask_revisions or [0] * len(crop_ids)
    rows = [
        {
            "crop_id": crop_id,
            "model_version_id": model_version_id,
            "mask_revision": revision,
            "visibility": seen.tobytes(),
            "vectors": row.tobytes(),
        }
        for crop_id, revision, row, seen in zip(crop_ids, revisions, vectors, visibility, strict=True)
    ]
    if rows:
        connection.execute(insert(Embedding), rows)


def remove_embeddings(
    connection: Connection, crop_ids: Iterable[int], *, keep_version: int | None = None
) -> None:
    """Takes these crops' embeddings away and lets the caches that hold them know.

    Those under ``keep_version`` stay.
    """
    touched: set[int] = set()
    kept = Embedding.model_version_id.is_distinct_from(keep_version)
    for piece in chunks(crop_ids):
        of_piece = and_(Embedding.crop_id.in_(piece), kept)
        touched.update(
            connection.execute(select(Embedding.model_version_id).where(of_piece).distinct()).scalars()
        )
        connection.execute(delete(Embedding).where(of_piece))
    for model_version_id in touched:
        bump_generation(connection, model_version_id)


def generation(connection: Connection, model_version_id: int) -> int:
    """Grows whenever embeddings of the model version are taken away."""
    query = select(Meta.value).where(Meta.key == f"generation:{model_version_id}")
    return int(connection.execute(query).scalar() or 0)


def bump_generation(connection: Connection, model_version_id: int) -> None:
    """Says that embeddings of the model version were taken away."""
    value = str(generation(connection, model_version_id) + 1)
    row = upsert(Meta).values(key=f"generation:{model_version_id}", value=value)
    connection.execute(row.on_conflict_do_update(index_elements=[Meta.key], set_={"value": value}))


def embedding_blocks(
    connection: Connection,
    model_version_id: int,
    schema: PartSchema,
    dim: int,
    *,
    after: int,
    size: int = 4096,
) -> Iterator[EmbeddingBlock]:
    """All embeddings of a model version with row ids above ``after``, in blocks of at most ``size``."""
    query = (
        select(Embedding.id, Embedding.crop_id, Embedding.vectors, Embedding.visibility)
        # Adding 0 keeps SQLite from its index on the version, which would sort all rows for every block.
        .where(Embedding.model_version_id + 0 == model_version_id)
        .order_by(Embedding.id)
        .limit(size)
    )
    parts = len(schema.vector_names)
    while rows := connection.execute(query.where(Embedding.id > after)).all():
        after = rows[-1].id
        yield EmbeddingBlock(
            crop_ids=np.array([row.crop_id for row in rows], dtype=np.int64),
            vectors=_array([row.vectors for row in rows]).reshape(len(rows), parts, dim),
            visibility=_array([row.visibility for row in rows]).reshape(len(rows), parts),
        )


def has_embeddings(library: Library, model_version_id: int) -> bool:
    """Whether any crop has embeddings under a model version."""
    query = select(Embedding.id).where(Embedding.model_version_id == model_version_id).limit(1)
    with library.read() as connection:
        return connection.execute(query).first() is not None


def embedded_crops(connection: Connection, model_version_id: int) -> npt.NDArray[np.int64]:
    """Ids of the crops with embeddings of a model version, int64 [N], rising."""
    query = select(Embedding.crop_id).where(Embedding.model_version_id == model_version_id)
    return integer_columns(connection, query.order_by(Embedding.crop_id))[0]


def newest_embedding(connection: Connection) -> int:
    """The highest row id of all embeddings, 0 without any."""
    return connection.execute(select(func.max(Embedding.id))).scalar() or 0


def features_of(library: Library, crop_ids: Iterable[int], model_version_id: int) -> Features:
    """Embeddings of these crops under a model version, in this order, as float32.

    Raises :class:`NotIndexedError` for a crop without, ``KeyError`` for an unknown model version.
    """
    wanted = [int(i) for i in crop_ids]
    with library.read() as connection:
        model = model_version(connection, model_version_id)
        query = select(Embedding.crop_id, Embedding.vectors, Embedding.visibility).where(
            Embedding.model_version_id == model_version_id
        )
        found = {
            row.crop_id: (row.vectors, row.visibility)
            for piece in chunks(wanted)
            for row in connection.execute(query.where(Embedding.crop_id.in_(piece)))
        }
    absent = [crop_id for crop_id in wanted if crop_id not in found]
    if absent:
        raise NotIndexedError(
            f"{len(absent)} of {len(wanted)} crops are not indexed under the model {model.name!r} yet "
            f"(the first is crop {absent[0]}). Index their folder, then try again."
        )
    parts = len(model.schema.vector_names)
    vectors = _array([found[crop_id][0] for crop_id in wanted]).reshape(len(wanted), parts, model.dim)
    visibility = _array([found[crop_id][1] for crop_id in wanted]).reshape(len(wanted), parts)
    return Features(vectors.astype(np.float32), visibility.astype(np.float32), model.schema)


def _array(blobs: list[bytes]) -> npt.NDArray[np.float16]:
    return np.frombuffer(b"".join(blobs), dtype=_FILE_TYPE)
