"""What a report tells, gathered once; figure, table and page only differ in how they show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from PIL import Image

from dropgui.library.rows import CropRow
from dropgui.search.query import Match
from dropmodel.parts import PartSchema


class Verdict(Enum):
    """What people decided of a match: whether it is the person that was searched for."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture of the query, None where its file cannot be read; ``caption`` says where it is from."""

    picture: Image.Image | None
    caption: str


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One match: its ``rank`` from 1, what the search said, what the library knows, and its picture.

    ``picture`` is None where the file cannot be read. ``reasons`` are sentences
    (:func:`dropgui.search.reasons.reasons`).
    """

    rank: int
    match: Match
    row: CropRow
    picture: Image.Image | None
    verdict: Verdict
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A query and its ranked matches.

    ``weights`` maps the chosen vectors to their weights; ``notes`` are sentences on how the ranking was made:
    what counted, how views were joined, which crops were left out. ``model`` names the model that made the
    vectors; ``made_at`` is a local time.
    """

    title: str
    views: tuple[View, ...]
    negatives: tuple[View, ...]
    entries: tuple[Entry, ...]
    weights: Mapping[str, float]
    schema: PartSchema
    notes: tuple[str, ...]
    model: str
    made_at: datetime
