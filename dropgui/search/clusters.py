"""Suggested persons: crops of nobody that look like one person, or like more of a person who is known.

Nothing is written here: a suggestion is only ever applied by somebody who looked at it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from dropgui.errors import UserError
from dropgui.library import Library
from dropgui.library.chunks import chunks
from dropgui.library.decisions import REJECTED
from dropgui.library.queries import features_of
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Crop, Decision, Image
from dropgui.search.duplicates import Progress
from dropgui.search.index import PartIndex, Rows
from dropgui.search.query import VectorQuery
from dropgui.search.scan import search
from dropmodel.errors import MissingPackageError
from dropmodel.evaluation.grouping import Grouping, Known, group
from dropmodel.evaluation.rerank import jaccard_graph
from dropmodel.features import Operand, default_weights

_ANCHORS = 20
"""Crops that stand for a known person, spread over all that there are."""
_VIEWS = 12
_CLOSEST_OF = 500
_START = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's own clock has no zone
_GRAPH_SHARE = 0.9

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Crops that may be one person, the surest first.

    ``fits`` says for each crop how like it is to the rest of its group: 1 - D of it and the others as one
    query. ``cohesion`` is the mean of 1 - D over all pairs of the group, by what they show in common; both in
    [-1, 1]. ``person_id`` is the known person whom these crops would join, None for a new one.
    """

    crop_ids: tuple[int, ...]
    fits: tuple[float, ...]
    cohesion: float
    person_id: int | None = None


def suggest_persons(
    index: PartIndex,
    crop_filter: CropFilter = CropFilter(),  # noqa: B008 - frozen
    *,
    options: Grouping | None = None,
    weights: Mapping[str, float] | None = None,
    device: str = "cpu",
    on_progress: Progress | None = None,
) -> tuple[Suggestion, ...]:
    """Groups of at least two crops of nobody, or of one and more that join a person; the most useful first.

    Only crops that pass the filter are suggested; known persons are met through some of all their crops.
    ``weights`` are of the vectors that count, the model's own choice without. First come groups that are
    large and cohere: by cohesion * (1 - 1 / crops). Takes the time of comparing all crops with all others.
    Raises :class:`~dropgui.errors.UserError` without scikit-learn.
    """
    chosen = Grouping() if options is None else options
    tell = on_progress or (lambda _: None)
    rows = index.rows
    persons = persons_by_crop(index.library)
    passing = rows.living & index.passing(rows, crop_filter)
    nobody = np.flatnonzero(passing & ~np.isin(rows.crop_ids, np.fromiter(persons, np.int64)))
    anchors = np.flatnonzero(rows.living & np.isin(rows.crop_ids, _anchors(persons)))
    places = np.concatenate([nobody, anchors])
    crop_ids = rows.crop_ids[places]
    with index.library.read() as connection:
        known = _known(connection, crop_ids, persons)
    side = _side(rows, index, places, weights)
    graph = jaccard_graph(
        side,
        options=chosen.neighbourhood,
        device=device,
        on_progress=lambda share: tell(_GRAPH_SHARE * share),
    )
    try:
        groups = group(side, graph, known, chosen)
    except MissingPackageError as error:
        raise UserError(str(error)) from error
    suggestions = [
        found for members in groups if (found := _suggestion(side, known, crop_ids, members)) is not None
    ]
    tell(1.0)
    return tuple(sorted(suggestions, key=_usefulness))


def closest_groups(
    index: PartIndex, crop_ids: Iterable[int], group_of: Mapping[int, int], top: int = 12
) -> list[tuple[int, float]]:
    """Groups that are most like these crops, best first, with the score of their best crop.

    ``group_of`` maps crop ids to any names of groups; crops that it does not name are passed over, and so are
    ``crop_ids`` themselves. Crops that are not indexed show nothing, and without any the answer is empty.
    """
    own = list(crop_ids)
    indexed = np.array(own, np.int64)[np.isin(own, index.crop_ids)]
    others = frozenset(group_of).difference(own)
    if not len(indexed) or not others:
        return []
    features = features_of(index.library, indexed[:_VIEWS].tolist(), index.model.id)
    strangers = frozenset(index.crop_ids.tolist()) - others
    query = VectorQuery(
        features, default_weights(features.schema), top=min(_CLOSEST_OF, len(others)), exclude=strangers
    )
    found: dict[int, float] = {}
    for match in search(index, query).matches:
        if match.crop_id in group_of:  # not one that was indexed in between
            found.setdefault(group_of[match.crop_id], match.score)
    return list(found.items())[:top]


def persons_by_crop(library: Library) -> dict[int, int]:
    """Whose each crop is that is somebody's, person ids by crop ids."""
    with library.read() as connection:
        return _persons(connection)


def _persons(connection: Connection) -> dict[int, int]:
    query = select(Crop.id, Crop.person_id).where(Crop.person_id.is_not(None)).order_by(Crop.id)
    return {row.id: row.person_id for row in connection.execute(query)}


def _anchors(persons: Mapping[int, int]) -> IntArray:
    """Some crops of each person."""
    crops: dict[int, list[int]] = {}
    for crop_id, person in persons.items():
        crops.setdefault(person, []).append(crop_id)
    chosen = [
        every[place]
        for every in crops.values()
        for place in np.unique(np.linspace(0, len(every) - 1, _ANCHORS).round().astype(int))
    ]
    return np.array(chosen, np.int64)


def _known(connection: Connection, crop_ids: IntArray, persons: Mapping[int, int]) -> Known:
    place_of = {crop_id: place for place, crop_id in enumerate(crop_ids.tolist())}
    count = len(crop_ids)
    images, cameras = -np.arange(1, count + 1, dtype=np.int64), np.full(count, -1, np.int64)
    times = np.full(count, np.nan)
    rejected = set()
    of_crops = select(Crop.id, Crop.image_id, Image.camera_id, Image.captured_at).join(Image)
    said_no = select(Decision.crop_id, Decision.person_id).where(Decision.verdict == REJECTED)
    for piece in chunks(crop_ids):
        for row in connection.execute(of_crops.where(Crop.id.in_(piece))):
            place = place_of[row.id]
            images[place] = row.image_id
            cameras[place] = -1 if row.camera_id is None else row.camera_id
            if row.captured_at is not None:
                times[place] = (row.captured_at - _START).total_seconds()
        for crop_id, person in connection.execute(said_no.where(Decision.crop_id.in_(piece))):
            rejected.add((place_of[crop_id], person))
    whose = np.fromiter((persons.get(crop_id, -1) for crop_id in crop_ids.tolist()), np.int64, count)
    return Known(images, cameras, times, whose, frozenset(rejected))


def _side(rows: Rows, index: PartIndex, places: IntArray, weights: Mapping[str, float] | None) -> Operand:
    """These rows as both sides of a distance: the roots of the weights on each."""
    schema = index.model.schema
    chosen = default_weights(schema) if weights is None else weights
    positions = schema.vector_indices(chosen)
    roots = np.ascontiguousarray(rows.visibility_roots[list(positions)][:, places].T)
    roots *= np.sqrt(np.fromiter(chosen.values(), np.float32))
    vectors = np.empty((len(places), len(positions), index.model.dim), np.float32)
    for column, position in enumerate(positions):
        np.multiply(rows.matrices[position][places], roots[:, column, None], out=vectors[:, column])
    return Operand(vectors.reshape(len(places), len(positions) * index.model.dim), roots)


def _suggestion(side: Operand, known: Known, crop_ids: IntArray, members: list[int]) -> Suggestion | None:
    """The group in words of crops, None where there is nothing to decide."""
    persons = known.persons[members]
    new = persons < 0
    person = int(persons.max())
    if new.sum() < (1 if person >= 0 else 2):
        return None
    own, roots = side.vectors[members], side.roots[members]
    others, mass = own.sum(axis=0) - own, roots.sum(axis=0) - roots
    likeness = np.einsum("nd,nd->n", own, others)
    weight = np.einsum("np,np->n", roots, mass)
    fits = np.divide(likeness, weight, out=np.zeros_like(likeness), where=weight > 0)
    order = np.lexsort((crop_ids[members][new], -fits[new]))
    return Suggestion(
        crop_ids=tuple(crop_ids[members][new][order].tolist()),
        fits=tuple(fits[new][order].tolist()),
        cohesion=float(likeness.sum() / weight.sum()),
        person_id=None if person < 0 else person,
    )


def _usefulness(suggestion: Suggestion) -> tuple[float, int]:
    count = len(suggestion.crop_ids) + (suggestion.person_id is not None)
    return -suggestion.cohesion * (1 - 1 / count), suggestion.crop_ids[0]
