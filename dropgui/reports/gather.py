"""From a question and its answer to a report: rows, verdicts, pictures, and how the ranking was made."""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from dropgui.library import Library
from dropgui.library.decisions import CONFIRMED, REJECTED, decisions_of
from dropgui.library.persons import person_rows
from dropgui.library.queries import camera_rows, crop_ids, crop_rows, crops_at, folder_rows
from dropgui.library.rows import CropFilter, CropRow, ModelVersionRow
from dropgui.reports.content import Entry, Report, Verdict, View
from dropgui.search.certainty import prior_words
from dropgui.search.query import Answer, VectorQuery
from dropgui.search.question import Picture, Query, fusion_rule
from dropgui.search.reasons import reasons
from dropmodel.decode import read_image
from dropmodel.errors import ImageError
from dropmodel.parts import PartSchema

_PICTURE = (192, 384)  # width and height, pixels: sharp in a figure at 300 an inch
_VIEWS = 12
"""A person may have hundreds of crops; so many of a query are shown."""


def entries_of(
    library: Library,
    query: Query,
    answer: Answer,
    schema: PartSchema,
    *,
    persons: Collection[int] = (),
) -> tuple[Entry, ...]:
    """The matches as the library knows them, without pictures; a crop that is gone by now is left out.

    ``persons`` are meant by the query beside those that it names or shows crops of.
    """
    ids = [match.crop_id for match in answer.matches]
    rows = crop_rows(library, ids)
    verdicts = _verdicts(library, ids, _persons(library, query).union(persons))
    return tuple(
        Entry(rank, match, rows[match.crop_id], None, verdicts[match.crop_id], reasons(match, schema))
        for rank, match in enumerate(answer.matches, start=1)
        if match.crop_id in rows
    )


def report_of(
    library: Library,
    query: Query,
    asked: VectorQuery,
    answer: Answer,
    model: ModelVersionRow,
    *,
    title: str | None = None,
    persons: Collection[int] = (),
) -> Report:
    """Everything a figure or a page needs, its pictures read (a few milliseconds each).

    ``asked`` is what ``query`` resolved to and ``answer`` what was found for it, under ``model``. ``persons``
    are as for :func:`entries_of`.
    """
    entries = entries_of(library, query, answer, asked.features.schema, persons=persons)
    of_persons = crop_ids(library, CropFilter(persons=frozenset(query.persons))).tolist()
    views = _views(library, (*query.crops, *(of_persons if query.persons else ()), *query.images))
    return Report(
        title=title or _title(library, query, views),
        views=views,
        negatives=_views(library, query.negatives),
        entries=tuple(replace(entry, picture=crop_picture(entry.row)) for entry in entries),
        weights=asked.weights,
        schema=asked.features.schema,
        notes=tuple(_notes(library, query, asked, answer)),
        model=model.name if model.trained else f"{model.name} (untrained: it knows nothing of people yet)",
        made_at=datetime.now().astimezone(),
    )


def _persons(library: Library, query: Query) -> set[int]:
    """Who is searched for, as far as anybody said."""
    files = [path for path in query.images if isinstance(path, str | os.PathLike)]
    crops = [*query.crops, *(crop for path in files for crop in crops_at(library, Path(path)))]
    of_crops = {row.person_id for row in crop_rows(library, crops).values()}
    return {*query.persons, *(person for person in of_crops if person is not None)}


def _verdicts(library: Library, ids: list[int], persons: set[int]) -> dict[int, Verdict]:
    """Confirmed as one of these persons, else rejected as one of them, else undecided."""
    found = dict.fromkeys(ids, Verdict.UNDECIDED)
    for crop_id, decisions in decisions_of(library, ids).items():
        said = {decision.verdict for decision in decisions if decision.person_id in persons}
        if CONFIRMED in said:
            found[crop_id] = Verdict.CONFIRMED
        elif REJECTED in said:
            found[crop_id] = Verdict.REJECTED
    return found


def _views(library: Library, items: Iterable[int | Picture]) -> tuple[View, ...]:
    wanted = list({item if isinstance(item, int) else id(item): item for item in items}.values())[:_VIEWS]
    rows = crop_rows(library, (item for item in wanted if isinstance(item, int)))
    return tuple(
        _inside(rows[item]) if isinstance(item, int) else _outside(item)
        for item in wanted
        if not isinstance(item, int) or item in rows
    )


def _inside(row: CropRow) -> View:
    return View(crop_picture(row), f"{row.path.name} · {row.place}")


def _outside(picture: Picture) -> View:
    if isinstance(picture, Image.Image):
        return View(_small(picture.convert("RGB")), "a picture")
    if isinstance(picture, np.ndarray):
        return View(_small(Image.fromarray(picture)), "a picture")
    path = Path(picture)
    return View(_read(path, None), path.name)


def crop_picture(row: CropRow) -> Image.Image | None:
    """A crop as a report shows it, at most 192 x 384 pixels; None where its file cannot be read."""
    return _read(row.path, row.box)


def _read(path: Path, box: tuple[int, int, int, int] | None) -> Image.Image | None:
    try:
        whole = read_image(path, at_least=_PICTURE[::-1] if box is None else None)
    except ImageError:
        return None
    picture = Image.fromarray(whole)
    return _small(picture if box is None else picture.crop(box))


def _small(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail(_PICTURE, Image.Resampling.LANCZOS)
    return small


def _title(library: Library, query: Query, views: tuple[View, ...]) -> str:
    if query.persons:
        names = {row.id: row.name for row in person_rows(library)}
        return f"Matches for {_either(names, query.persons, 'and')}"
    if len(views) == 1:
        return f"Matches for {views[0].caption}"
    return f"Matches for {len(query.crops) + len(query.images)} views of one person"


def _notes(library: Library, query: Query, asked: VectorQuery, answer: Answer) -> Iterable[str]:
    yield fusion_rule(query)
    compared = f"{answer.compared:,} crops were compared"
    if answer.uncomparable:
        compared += f"; {answer.uncomparable:,} show none of these parts"
    yield f"{compared}."
    if query.crop_filter:
        yield f"Only crops {', '.join(_filter(library, query.crop_filter))} were asked for."
    yield f"Left out: {', '.join(_left_out(query))}."
    if asked.least_score is not None:
        yield f"Least score: {asked.least_score:g}."
    if query.least_probability is not None:
        yield f"Least probability: {query.least_probability:.0%}."
    if query.rerank:
        yield "The best were ordered anew by the neighbours that they have in common."
    if answer.approximate:
        missing = "some may be missing"
        if answer.recall is not None:
            missing = f"{answer.recall:.1%} of the first hundred were found when that was measured"
        yield f"The best were looked for among likely candidates, and {missing}."
    if answer.uncalibrated:
        yield f"{answer.uncalibrated} A score says which match is nearer, not how certain it is."
    elif answer.matches and answer.prior is not None:
        yield prior_words(answer.prior)


def _left_out(query: Query) -> Iterable[str]:
    yield "the query's own crops"
    if query.apart.same_image:
        yield "other crops of the same images"
    if query.apart.minutes is not None:
        yield f"crops of the same camera within {query.apart.minutes:g} min"
    if query.apart.decided:
        yield "crops that were decided already"


def _filter(library: Library, crop_filter: CropFilter) -> Iterable[str]:
    if crop_filter.folders:
        yield f"in {_either({row.id: row.name for row in folder_rows(library)}, crop_filter.folders)}"
    if crop_filter.cameras:
        yield f"of camera {_either({row.id: row.name for row in camera_rows(library)}, crop_filter.cameras)}"
    persons = [_either({row.id: row.name for row in person_rows(library)}, crop_filter.persons)]
    if crop_filter.persons or crop_filter.unassigned:
        nobody = ["nobody"] if crop_filter.unassigned else []
        yield f"of {' or '.join([*(persons if crop_filter.persons else []), *nobody])}"
    if crop_filter.tags:
        yield "with certain tags"
    if crop_filter.review_states:
        yield f"that are {' or '.join(sorted(crop_filter.review_states))}"
    if crop_filter.since is not None:
        yield f"since {crop_filter.since:%Y-%m-%d %H:%M}"
    if crop_filter.until is not None:
        yield f"before {crop_filter.until:%Y-%m-%d %H:%M}"
    if crop_filter.text:
        yield f"with “{crop_filter.text}” in their path"


def _either(names: Mapping[int, str], ids: Iterable[int], word: str = "or") -> str:
    return f" {word} ".join(names.get(i, "one that is gone") for i in sorted(ids))
