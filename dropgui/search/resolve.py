"""From a question as people ask it to the vectors that are scanned for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from dropgui.errors import UserError
from dropgui.library import Library
from dropgui.library.decisions import decided_crops
from dropgui.library.embeddings import features_of
from dropgui.library.neighbours import apart
from dropgui.library.queries import crop_ids, crop_rows, crops_at
from dropgui.library.rows import CropFilter, ModelVersionRow
from dropgui.search.query import VectorQuery
from dropgui.search.question import Picture, Query
from dropgui.search.visible import as_visible
from dropmodel.features import Features

ReadPictures = Callable[[Sequence[Picture]], Features]
"""What the model says of pictures from outside, one row each."""


class QuestionError(UserError):
    """A question that this library or its model cannot answer; says why."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a side of a question names: ``crops`` by id, and the ``pictures`` that are no crop of the library.

    ``own`` are all crops of the images named, those without vectors too.
    """

    crops: tuple[int, ...]
    pictures: tuple[Picture, ...]
    own: frozenset[int]


def resolve(query: Query, library: Library, model: ModelVersionRow, read: ReadPictures) -> VectorQuery:
    """The vectors, weights and exclusions that ``query`` stands for in ``library`` under ``model``.

    A file that is a crop of the library is that crop: its stored vectors are used, and it is not among its
    own matches. :class:`QuestionError` for a part that the model does not know, for chosen parts of which no
    view shows any, for a person without indexed crops; :class:`~dropgui.library.embeddings.NotIndexedError`
    for a crop without vectors; and what ``read`` raises.
    """
    confirmed, rejected = _of_persons(library, query.persons)
    views = _asked(library, (*query.crops, *confirmed, *query.images))
    unwanted = _asked(library, (*query.negatives, *rejected))
    features = _features(views, library, model, read)
    assert features is not None  # a question has at least one view
    left_out = apart(
        library,
        sorted(views.own),
        same_image=query.apart.same_image,
        minutes=query.apart.minutes,
        decided=query.apart.decided,
    )
    return VectorQuery(
        features=features,
        weights=_weights(query, features),
        crop_filter=query.crop_filter,
        top=query.top,
        exclude=views.own | left_out,
        negatives=_features(unwanted, library, model, read) if query.push > 0 else None,
        push=query.push,
        least_score=query.least_score,
        model_version_id=model.id,
    )


def _of_persons(library: Library, persons: Iterable[int]) -> tuple[list[int], list[int]]:
    """The indexed crops of these persons, and those rejected as one of them."""
    crops: list[int] = []
    rejected: list[int] = []
    for person in persons:
        own = _indexed(library, crop_ids(library, CropFilter(persons=frozenset({person}))).tolist())
        if not own:
            raise QuestionError(
                f"The person with the number {person} has no indexed crops to search by. Confirm one, or "
                "index the folder."
            )
        crops += own
        rejected += _indexed(library, decided_crops(library, person)[1])
    return crops, rejected


def _indexed(library: Library, ids: Iterable[int]) -> list[int]:
    return [row.id for row in crop_rows(library, ids).values() if row.indexed]


def _asked(library: Library, items: Iterable[int | Picture]) -> _Asked:
    crops: list[int] = []
    pictures: list[Picture] = []
    own: set[int] = set()
    for item in items:
        if isinstance(item, int):
            crops.append(item)
        elif isinstance(item, str | PathLike):
            there = crops_at(library, Path(item))
            own.update(there)
            # Of an image with several crops nobody knows which is meant; it is read as it is.
            whole = [row.id for row in crop_rows(library, there).values() if row.indexed and row.box is None]
            if len(whole) == 1:
                crops += whole
            else:
                pictures.append(item)
        else:
            pictures.append(item)
    crops = list(dict.fromkeys(crops))
    return _Asked(tuple(crops), tuple(pictures), frozenset({*own, *crops}))


def _features(asked: _Asked, library: Library, model: ModelVersionRow, read: ReadPictures) -> Features | None:
    """The stored vectors of the crops, then those of the pictures; None of nothing."""
    found = []
    if asked.crops:
        found.append(features_of(library, asked.crops, model.id))
    if asked.pictures:
        found.append(read(asked.pictures))
    return Features.concatenate(found) if found else None


def _weights(query: Query, features: Features) -> dict[str, float]:
    schema = features.schema
    if query.parts is None:
        return as_visible(features)
    unknown = [name for name in query.parts if name not in schema.vector_names]
    if unknown:
        raise QuestionError(f"There is no part {unknown[0]!r}. Choose from {', '.join(schema.vector_names)}.")
    chosen = schema.vector_indices(query.parts)
    if not features.visibility[:, chosen].any():
        titles = ", ".join(schema.vector(name).title.lower() for name in query.parts)
        raise QuestionError(
            f"The query shows nothing of what is to be compared: {titles}. Choose other parts."
        )
    return dict(query.parts)
