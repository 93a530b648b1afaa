"""What a corrected mask does at once, without training: the crop's vectors are pooled under it anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from dropgui.correction.photo import read_crop
from dropgui.correction.revisions import GoneError
from dropgui.library import Change, Library
from dropgui.library.corrections import latest_corrections, unpooled
from dropgui.library.embeddings import add_embeddings
from dropgui.library.queries import crop_rows
from dropgui.library.schema import Crop, Embedding
from dropgui.search import VectorQuery
from dropgui.search.rank import rank_of
from dropgui.session import PictureError
from dropmodel.features import Features

if TYPE_CHECKING:
    from dropgui.session import Session

__all__ = ["Effect", "catch_up", "repool", "unpooled"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a saved mask changed for its crop.

    ``revision`` is the mask that the vectors are of now. Visibilities in [0, 1] by the names of vectors;
    ``visibility_before`` is None where the crop had no vectors yet. Ranks count from 1 among all crops that
    pass the query's filter; None without a query, or where the crop has no place in its answer.
    """

    crop_id: int
    revision: int
    visibility_before: Mapping[str, float] | None
    visibility_after: Mapping[str, float]
    rank_before: int | None
    rank_after: int | None


def repool(session: "Session", crop_id: int, query: VectorQuery | None = None) -> Effect:
    """Pools the crop's vectors under the latest mask a person made; for a thread of its own (0.1 to 1 s).

    Loads the model at the first use. The crop's embeddings are replaced in one transaction and the index
    takes the new row in; a pooling of a newer mask that was quicker is left as it is. ``query`` is what
    the window searches for at the moment.

    :class:`GoneError` for a crop that is gone or has no such mask, else what reading the picture and loading
    the model raise.
    """
    library, index = session.library, session.index
    row = crop_rows(library, [crop_id]).get(crop_id)
    with library.read() as connection:
        correction = latest_corrections(connection, [crop_id], index.model.schema.name).get(crop_id)
    if row is None or correction is None:
        raise GoneError("This mask is not there any more: its picture was forgotten or its parts are others.")
    before = session.features_of_crop(crop_id) if row.indexed else None
    index.refresh()
    rank_before = None if query is None else rank_of(index, query, crop_id)
    extractor = session.extractor_of(index.model.id)
    photo = read_crop(row, extractor.input_size)
    features = extractor.pool([photo], [correction.labels]).features
    _replace(library, index.model.id, crop_id, features, correction.revision)
    index.refresh()
    after = session.features_of_crop(crop_id)
    return Effect(
        crop_id=crop_id,
        revision=correction.revision,
        visibility_before=None if before is None else _visibility(before),
        visibility_after=_visibility(after),
        rank_before=rank_before,
        rank_after=None if query is None else rank_of(index, query, crop_id),
    )


def catch_up(session: "Session", on_progress: Callable[[int, int], None] | None = None) -> int:
    """Pools all crops whose vectors are of an older mask than the latest a person made; returns how many.

    For what a program left that ended between saving and pooling, and for imports. ``on_progress`` hears how
    many are done, of how many. Crops whose picture cannot be read now are left for the next time.
    """
    waiting = unpooled(session.library)
    done = 0
    for number, crop_id in enumerate(waiting, 1):
        done += _tried(session, crop_id)
        if on_progress is not None:
            on_progress(number, len(waiting))
    return done


def _tried(session: "Session", crop_id: int) -> bool:
    try:
        repool(session, crop_id)
    except (PictureError, GoneError):
        return False
    return True


def _replace(
    library: Library, model_version_id: int, crop_id: int, features: Features, revision: int
) -> None:
    """Stores the crop's vectors of a mask's revision, unless there are those of a later one."""

    def work(connection: Connection) -> Change:
        if connection.execute(select(Crop.id).where(Crop.id == crop_id)).first() is None:
            raise GoneError("This mask is not there any more: its picture was forgotten meanwhile.")
        of_crop = (Embedding.crop_id == crop_id) & (Embedding.model_version_id == model_version_id)
        stored = connection.execute(select(Embedding.mask_revision).where(of_crop)).scalar()
        if stored is not None and stored > revision:
            return Change()
        add_embeddings(connection, model_version_id, [crop_id], features, [revision])
        return Change(crops_changed=(crop_id,))

    library.write(work, change=lambda change: change)


def _visibility(features: Features) -> dict[str, float]:
    return dict(zip(features.schema.vector_names, features.visibility[0].tolist(), strict=True))
