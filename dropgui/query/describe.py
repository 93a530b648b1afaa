"""A question in the few words of a list: who, by what, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from dropgui.gallery.thumbnails import read_thumbnail
from dropgui.library.library import Library
from dropgui.library.models import active_model
from dropgui.library.persons import person_rows
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.library.rows import CropFilter, CropRow
from dropgui.query.filter_words import Vocabulary, read_vocabulary, write
from dropgui.query.selection import preset_of
from dropgui.search.question import Query
from dropmodel.parts import PartSchema

_MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Described:
    """A question for people: ``title`` says who, ``detail`` by what and where; ``picture`` may be null."""

    query: Query
    title: str
    detail: str
    picture: QImage


def described(library: Library, queries: Iterable[Query], size: QSize) -> list[Described]:
    """These questions of crops, persons and files, with pictures of at most ``size`` pixels.

    Reads files: not for the thread of the window.
    """
    asked = list(queries)
    rows = crop_rows(library, {crop_id for query in asked for crop_id in query.crops})
    persons = {row.id: row.name for row in person_rows(library)}
    words = read_vocabulary(library)
    model = active_model(library)
    schema = None if model is None else model.schema
    found = []
    for query in asked:
        paths = _pictures(library, query, rows)
        names = [persons.get(person_id, "A person that is gone") for person_id in query.persons]
        names += [path.name for path in paths]
        views = len(query.crops) + len(query.images) + len(query.persons)
        title = names[0] if names else "A crop that is gone"
        found.append(
            Described(
                query,
                title if views == 1 else f"{title} and {views - 1} more",
                _detail(query, schema, words),
                read_thumbnail(paths[0], size) if paths else QImage(),
            )
        )
    return found


def name_for(title: str, detail: str) -> str:
    """A first name for a saved search."""
    return title if detail == "As visible" else f"{title} · {detail[:1].lower()}{detail[1:]}"


def parts_in_words(query: Query, schema: PartSchema | None) -> str:
    """Which parts count."""
    if query.parts is None or schema is None:
        return "As visible"
    if (preset := preset_of(query.parts, schema)) is not None:
        return preset.value
    titles = [schema.vector(name).title for name in query.parts if name in schema.vector_names]
    if len(titles) > _MOST_PARTS:
        return f"{len(titles)} parts"
    return ", ".join([titles[0], *(title.lower() for title in titles[1:])]) if titles else "Other parts"


def _detail(query: Query, schema: PartSchema | None, words: Vocabulary) -> str:
    said = [parts_in_words(query, schema)]
    if query.negatives:
        said.append(f"{len(query.negatives)} not meant")
    if query.least_score is not None:
        said.append(f"score {query.least_score:.2f} or more")
    if query.rerank:
        said.append("re-ranked")
    if query.apart.decided:
        said.append("undecided")
    if query.crop_filter:
        said.append(write(query.crop_filter, words))
    return " · ".join(said)


def _pictures(library: Library, query: Query, rows: dict[int, CropRow]) -> list[Path]:
    """The files of the views, the first ones first."""
    paths = [rows[crop_id].path for crop_id in query.crops if crop_id in rows]
    paths += [Path(image) for image in query.images if isinstance(image, str | Path)]
    if not paths and query.persons:
        of_person = crop_ids(library, CropFilter(persons=frozenset(query.persons[:1])))[:1].tolist()
        paths = [row.path for row in crop_rows(library, of_person).values()]
    return paths
