"""What people said of masks, and which mask to look at next: the one that the model is least sure of.

The order is by the active model's uncertainty, the highest first, then by crop id; masks of which it is not
known come last. Only crops that the model has seen and whose picture can be read are in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from dropgui.library.changes import Change
from dropgui.library.chunks import chunks
from dropgui.library.columns import integer_columns
from dropgui.library.library import Library
from dropgui.library.marks import Marks, MarksUndo, difference, marked, note, read_marks, write_marks
from dropgui.library.masks import MODEL
from dropgui.library.queries import shown
from dropgui.library.rows import (
    ACCEPTED,
    CORRECTED,
    REVIEW_STATES,
    SKIPPED,
    UNSEEN,
    CropFilter,
    ReviewProgress,
    ReviewRow,
)
from dropgui.library.schema import Crop, Image, Mask, ModelVersion

_ACTIVE = select(ModelVersion.id).where(ModelVersion.active.is_(True)).scalar_subquery()
_MODELS = Mask.model_version_id == _ACTIVE
"""A mask that the active model made, by the index that is in the order of review."""

_MODELS_BY_CROP = and_(_MODELS, Mask.origin == MODEL)
"""The same, by the index of crops."""

_NO_FILTER = CropFilter()


def set_review_state(library: Library, crop_ids: Iterable[int], state: str) -> MarksUndo:
    """Says ``state`` of these crops' masks; returns how to take it back.

    Accepting leaves a mask that a person made "corrected", and so does skipping it: it is still to be learnt
    from. Crops that are gone are ignored. ``ValueError`` for a state that there is not, and for "corrected",
    which only a saved mask is.
    """
    if state not in REVIEW_STATES or state == CORRECTED:
        raise ValueError(f"a mask cannot be marked {state!r}")
    wanted = list(crop_ids)

    def work(connection: Connection) -> MarksUndo:
        before = read_marks(connection, wanted)
        kept = {CORRECTED} if state in {ACCEPTED, SKIPPED} else set()
        after = Marks({i: old if old in kept else state for i, old in before.states.items()})
        token = difference(before, after)
        write_marks(connection, token.after)
        return note(connection, f"masks {state}", token)

    return marked(library, work)


def next_to_review(
    library: Library,
    after: int | None = None,
    crop_filter: CropFilter = _NO_FILTER,
    *,
    states: Iterable[str] = (UNSEEN,),
    backwards: bool = False,
) -> int | None:
    """The crop that follows ``after`` (None: the first one) among those of ``states``; None at the end.

    ``backwards``: the one before it, of any state where ``states`` says so. ``after`` itself need not be of
    these states or pass the filter; one that has no place in the order is as none.
    """
    place = _place(library, after)
    halves = (False, True) if backwards else (True, False)  # whether the uncertainty is known
    start = 0 if place is None else halves.index(place.unsure is not None)
    with library.read() as connection:
        for known in halves[start:]:
            query = _order(library, crop_filter, states, known=known, backwards=backwards)
            if place is not None and known == (place.unsure is not None):
                query = query.where(*_beyond(place, backwards=backwards))
            found = connection.execute(query.limit(1)).scalar()
            if found is not None:
                return found
    return None


def review_order(
    library: Library, crop_filter: CropFilter = _NO_FILTER, *, states: Iterable[str] = (UNSEEN,)
) -> npt.NDArray[np.int64]:
    """Ids of all crops of ``states`` that pass the filter, int64 [N], in the order of review."""
    with library.read() as connection:
        halves = [
            integer_columns(connection, _order(library, crop_filter, states, known=known))[0]
            for known in (True, False)
        ]
    return np.concatenate(halves)


def set_uncertainty(library: Library, model_version_id: int, crop_id: int, uncertainty: float) -> None:
    """How unsure a model version is of its mask of a crop, in [0, 1]; nothing where it made none."""
    here = Mask.crop_id == crop_id, Mask.model_version_id == model_version_id, Mask.origin == MODEL
    known = update(Mask).where(*here).values(uncertainty=uncertainty)
    library.write(lambda connection: connection.execute(known), change=Change(crops_changed=(crop_id,)))


def review_rows(library: Library, crop_ids: Iterable[int]) -> dict[int, ReviewRow]:
    """What is known of these crops' masks; an id that is gone is left out."""
    made = (
        select(Mask.crop_id, func.max(Mask.revision).label("revision"))
        .where(Mask.origin == CORRECTED)
        .group_by(Mask.crop_id)
    )
    rows: dict[int, ReviewRow] = {}
    with library.read() as connection:
        for piece in chunks(crop_ids):
            states = connection.execute(select(Crop.id, Crop.review_state).where(Crop.id.in_(piece)))
            unsure = select(Mask.crop_id, Mask.uncertainty).where(_MODELS_BY_CROP)
            by_crop = {
                row.crop_id: row.uncertainty
                for row in connection.execute(unsure.where(Mask.crop_id.in_(piece)))
            }
            revisions = {
                row.crop_id: row.revision for row in connection.execute(made.where(Mask.crop_id.in_(piece)))
            }
            rows.update(
                (row.id, ReviewRow(row.id, row.review_state, by_crop.get(row.id), revisions.get(row.id, 0)))
                for row in states
            )
    return rows


def review_progress(library: Library, crop_filter: CropFilter = _NO_FILTER) -> ReviewProgress:
    """How many of the crops that pass the filter are reviewed; those the model has not seen count too."""
    query = (
        select(Crop.review_state, func.count().label("crops"))
        .join(Image)
        .where(*shown(library, crop_filter))
        .group_by(Crop.review_state)
    )
    with library.read() as connection:
        numbers = {row.review_state: row.crops for row in connection.execute(query)}
    return ReviewProgress(
        total=sum(numbers.values()),
        accepted=numbers.get(ACCEPTED, 0),
        corrected=numbers.get(CORRECTED, 0),
        skipped=numbers.get(SKIPPED, 0),
    )


def _order(
    library: Library,
    crop_filter: CropFilter,
    states: Iterable[str],
    *,
    known: bool,
    backwards: bool = False,
) -> Select[int]:
    """Masks whose uncertainty is known, or those of which it is not."""
    forwards = Mask.uncertainty.desc(), Mask.crop_id.asc()
    order = (Mask.uncertainty.asc(), Mask.crop_id.desc()) if backwards else forwards
    return (
        select(Mask.crop_id)
        .join(Crop, Crop.id == Mask.crop_id)
        .join(Image, Image.id == Crop.image_id)
        .where(
            _MODELS,
            Mask.uncertainty.is_not(None) if known else Mask.uncertainty.is_(None),
            Crop.review_state.in_(sorted(states)),
            *shown(library, crop_filter),
        )
        .order_by(*order)
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a crop is in the order; ``unsure`` is None where that is not known."""

    crop_id: int
    unsure: float | None


def _beyond(place: _Place, *, backwards: bool) -> list[ColumnElement[bool]]:
    """What follows a place among those that are known as it is."""
    tied = Mask.crop_id < place.crop_id if backwards else Mask.crop_id > place.crop_id
    if place.unsure is None:
        return [tied]
    further = Mask.uncertainty > place.unsure if backwards else Mask.uncertainty < place.unsure
    beyond = or_(further, and_(Mask.uncertainty == place.unsure, tied))
    # Says nothing new, but lets SQLite begin there in its index.
    begin = Mask.uncertainty >= place.unsure if backwards else Mask.uncertainty <= place.unsure
    return [beyond, begin]


def _place(library: Library, crop_id: int | None) -> _Place | None:
    if crop_id is None:
        return None
    query = select(Mask.uncertainty).where(Mask.crop_id == crop_id, _MODELS_BY_CROP)
    with library.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else _Place(crop_id, row.uncertainty)
