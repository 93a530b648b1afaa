"""Whom a question is about, and what was decided of that person so far."""

import os
from dataclasses import dataclass
from pathlib import Path

from dropgui.library.decisions import CONFIRMED, REJECTED, decided_crops
from dropgui.library.library import Library
from dropgui.library.persons import person_names
from dropgui.library.queries import crop_ids, crop_rows, crops_at
from dropgui.library.rows import CropFilter
from dropgui.search.question import Query

Key = tuple[object, ...]
"""Names a question's views, so that its person is found again when it is asked once more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The person of a question, None while it has none, with the crops decided on, by verdict.

    ``verdicts`` maps crop ids to ``CONFIRMED`` or ``REJECTED``; ``own`` are the question's crops that are
    nobody's yet: they become the person's with the first decision.
    """

    person_id: int | None = None
    name: str = ""
    verdicts: dict[int, str] | None = None
    own: tuple[int, ...] = ()

    def count(self, verdict: str) -> int:
        """How many crops were decided so."""
        return list((self.verdicts or {}).values()).count(verdict)


def key_of(question: Query) -> Key:
    """The question's views; a picture that is no file counts as itself."""
    images = (str(image) if isinstance(image, str | os.PathLike) else id(image) for image in question.images)
    return (*question.crops, *images, *(("person", person) for person in question.persons))


def standing_of(library: Library, question: Query, remembered: int | None = None) -> Standing:
    """How the library stands to a question.

    Its person is the one it names, else the one its crops were confirmed as (the first of several), else the
    ``remembered`` one, if the library still has it.
    """
    files = [image for image in question.images if isinstance(image, str | os.PathLike)]
    crops = [*question.crops, *(crop for file in files for crop in crops_at(library, Path(file)))]
    rows = crop_rows(library, crops)
    theirs = [rows[crop].person_id for crop in crops if crop in rows]
    candidates = [i for i in (*question.persons, *theirs, remembered) if i is not None]
    own = tuple(crop for crop in crops if crop in rows and rows[crop].person_id is None)
    names = person_names(library, candidates)
    person_id = next((i for i in candidates if i in names), None)
    if person_id is None:
        return Standing(own=own)
    confirmed, rejected = decided_crops(library, person_id)
    # Crops may be a person's without a decision, where another tool said so.
    known = crop_ids(library, CropFilter(persons=frozenset({person_id}))).tolist()
    verdicts = dict.fromkeys((*known, *confirmed), CONFIRMED) | dict.fromkeys(rejected, REJECTED)
    return Standing(person_id, names[person_id], verdicts, own)
