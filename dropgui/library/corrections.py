"""Masks that people made: every saving is a revision, the last ones are kept, and vectors follow them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, select, update

from dropgui.errors import UserError
from dropgui.library.changes import Change
from dropgui.library.chunks import chunks
from dropgui.library.library import Library
from dropgui.library.masks import Labels, decode_mask, encode_mask
from dropgui.library.rows import CORRECTED, UNSEEN, RevisionRow
from dropgui.library.schema import AsideMask, Crop, Embedding, Mask, ModelVersion
from dropmodel.parts import PartSchema

KEPT = 20
"""So many revisions of a crop's mask are kept, the latest ones."""

_CORRECTED = Mask.origin == CORRECTED


class GoneError(UserError, KeyError):
    """A crop or a revision has left the library since it was read."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Saved:
    """A mask that was saved: its ``revision``, and what it came after without knowing.

    ``overtaken`` is the revision that somebody else saved meanwhile, None for none. It is among the crop's
    revisions still.
    """

    revision: int
    overtaken: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """A crop's latest mask made by a person: uint8 [h, w]."""

    revision: int
    labels: Labels


def add_correction(
    library: Library,
    crop_id: int,
    labels: Labels,
    schema: PartSchema,
    *,
    base_revision: int,
    amends: int | None = None,
) -> Saved:
    """Saves ``labels`` uint8 [h, w] as the crop's latest revision; the crop is then reviewed as corrected.

    ``base_revision`` is the revision that was worked on, 0 for the model's own mask. ``amends`` is one that
    the same sitting saved before: it is replaced where nobody saved since, so that a sitting is one revision
    however often it is saved. Numbers are never used twice.

    :class:`GoneError` where the crop was forgotten meanwhile.
    """
    png = encode_mask(labels, schema)

    def work(connection: Connection) -> Saved:
        if connection.execute(select(Crop.id).where(Crop.id == crop_id)).first() is None:
            raise GoneError("The mask could not be saved: its picture was forgotten meanwhile.")
        latest, revision = latest_revision(connection, crop_id), _last_number(connection, crop_id) + 1
        known = base_revision if amends is None else amends
        of_crop = (Mask.crop_id == crop_id) & _CORRECTED
        if amends is not None and amends == latest:
            connection.execute(delete(Mask).where(of_crop, Mask.revision == amends))
        values = {
            "crop_id": crop_id,
            "origin": CORRECTED,
            "schema_name": schema.name,
            "revision": revision,
            "png": png,
        }
        connection.execute(insert(Mask).values(values))
        newest = select(Mask.id).where(of_crop).order_by(Mask.revision.desc()).limit(KEPT)
        connection.execute(delete(Mask).where(of_crop, Mask.id.not_in(newest)))
        connection.execute(update(Crop).where(Crop.id == crop_id).values(review_state=CORRECTED))
        return Saved(revision, None if latest <= known else latest)

    return library.write(work, change=Change(crops_changed=(crop_id,)))


def latest_revision(connection: Connection, crop_id: int) -> int:
    """The number of the crop's latest mask made by a person, 0 without any."""
    query = select(func.max(Mask.revision)).where(Mask.crop_id == crop_id, _CORRECTED)
    return connection.execute(query).scalar() or 0


def _last_number(connection: Connection, crop_id: int) -> int:
    """The highest number that a revision of the crop has, those of other pixels included."""
    query = select(func.max(AsideMask.revision)).where(AsideMask.crop_id == crop_id)
    return max(latest_revision(connection, crop_id), connection.execute(query).scalar() or 0)


def revisions(library: Library, crop_id: int) -> list[RevisionRow]:
    """The masks of a crop that people made and that are kept, the latest first."""
    query = select(Mask).where(Mask.crop_id == crop_id, _CORRECTED).order_by(Mask.revision.desc())
    with library.read() as connection:
        return [
            RevisionRow(row.id, row.crop_id, row.revision, row.schema_name, row.created_at)
            for row in connection.execute(query)
        ]


def labels_of(library: Library, revision: RevisionRow) -> Labels:
    """The label map of a revision, uint8 [h, w]; :class:`GoneError` where it is not kept any more."""
    with library.read() as connection:
        png = connection.execute(select(Mask.png).where(Mask.id == revision.id)).scalar()
    if png is None:
        raise GoneError(
            f"Revision {revision.revision} of this mask is not kept any more. Choose a later one."
        )
    return decode_mask(png)


def latest_corrections(
    connection: Connection, crop_ids: Iterable[int], schema_name: str
) -> dict[int, Correction]:
    """The latest masks that people made of these crops; one without, or of other parts, is left out."""
    found: dict[int, Correction] = {}
    for piece in chunks(crop_ids):
        query = (
            select(Mask.crop_id, Mask.revision, Mask.schema_name, Mask.png)
            .where(Mask.crop_id.in_(piece), _CORRECTED)
            .order_by(Mask.revision)
        )
        latest = {row.crop_id: row for row in connection.execute(query)}
        found.update(
            (crop_id, Correction(row.revision, decode_mask(row.png)))
            for crop_id, row in latest.items()
            if row.schema_name == schema_name
        )
    return found


def set_aside(connection: Connection, contents: Mapping[int, bytes | None]) -> None:
    """The pictures of these crops are others now, or cannot be read: what people drew waits for the old ones.

    ``contents`` has the hashes of what they were drawn on, None where that is not known.
    """
    columns = ("crop_id", "schema_name", "revision", "png", "created_at")
    for piece in chunks(contents):
        of_piece = and_(Mask.crop_id.in_(piece), _CORRECTED)
        rows = connection.execute(select(*(getattr(Mask, name) for name in columns)).where(of_piece)).all()
        kept = [
            {**dict(zip(columns, row, strict=True)), "content_hash": contents[row.crop_id]} for row in rows
        ]
        if kept:
            connection.execute(insert(AsideMask), kept)
        connection.execute(delete(Mask).where(of_piece))


def bring_back(connection: Connection, contents: Mapping[int, bytes], replaced: Collection[int]) -> None:
    """Masks that people made of the very content that these crops' pictures have now are theirs again.

    So are those of which it is not known what they were made of.

    The review state of crops that have other pixels than they had (``replaced``, and those of which masks
    are set aside) is that of their masks of now.
    """
    for piece in chunks(contents):
        rows = connection.execute(select(AsideMask).where(AsideMask.crop_id.in_(piece))).all()
        back = [row for row in rows if row.content_hash in {None, contents[row.crop_id]}]
        if back:
            connection.execute(insert(Mask), [_as_mask(row) for row in back])
            connection.execute(delete(AsideMask).where(AsideMask.id.in_([row.id for row in back])))
        others = {row.crop_id for row in rows}.union(replaced).intersection(piece)
        made = select(Mask.crop_id).where(Mask.crop_id == Crop.id, _CORRECTED).exists()
        state = case((made, CORRECTED), else_=UNSEEN)
        connection.execute(update(Crop).where(Crop.id.in_(others)).values(review_state=state))


def _as_mask(row: Row[Any]) -> dict[str, Any]:
    return {
        "crop_id": row.crop_id,
        "origin": CORRECTED,
        "schema_name": row.schema_name,
        "revision": row.revision,
        "png": row.png,
        "created_at": row.created_at,
    }


def corrected_crops(library: Library) -> list[int]:
    """Ids of the crops whose mask a person made, rising."""
    query = select(Mask.crop_id).where(_CORRECTED).distinct().order_by(Mask.crop_id)
    with library.read() as connection:
        return list(connection.execute(query).scalars())


def unpooled(library: Library) -> list[int]:
    """Crops whose vectors under the active model are of an older mask than the latest a person made, by id.

    A program that ended between saving and pooling leaves such ones.
    """
    latest = (
        select(Mask.crop_id, Mask.schema_name, func.max(Mask.revision).label("revision"))
        .where(_CORRECTED)
        .group_by(Mask.crop_id)
        .subquery()
    )
    query = (
        select(latest.c.crop_id)
        .join(Embedding, Embedding.crop_id == latest.c.crop_id)
        .join(ModelVersion, ModelVersion.id == Embedding.model_version_id)
        .where(
            ModelVersion.active.is_(True),
            Embedding.mask_revision < latest.c.revision,
            func.json_extract(ModelVersion.schema, "$.name") == latest.c.schema_name,
        )
        .order_by(latest.c.crop_id)
    )
    with library.read() as connection:
        return list(connection.execute(query).scalars())
