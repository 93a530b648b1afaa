"""What the library's queries answer with: plain frozen data, no live database objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from dropmodel.parts import PartSchema

UNSEEN = "unseen"
ACCEPTED = "accepted"
CORRECTED = "corrected"
SKIPPED = "skipped"

REVIEW_STATES = (UNSEEN, ACCEPTED, CORRECTED, SKIPPED)
"""What a person said of a crop's mask: nothing, right as it is, made right by hand, not now."""


@dataclass(frozen=True, slots=True)
class CropFilter:
    """Which crops to show or compare: those that meet every field. An empty field lets all crops through.

    ``folders``, ``cameras``, ``persons`` and ``tags`` hold ids, of which a crop needs one. ``unassigned``
    lets the crops of no person through, beside those of ``persons``. ``review_states`` are of
    :data:`REVIEW_STATES`. ``since`` (included) and ``until`` (excluded) are the camera's own clock, without
    a zone; a crop whose time is not known meets neither. ``text`` is a part of the path in the folder, upper
    and lower case alike. ``visible`` holds vector names of the active model with how visible they must be at
    least, in [0, 1], all of them; a crop that is not indexed meets none.
    """

    folders: frozenset[int] = frozenset()
    cameras: frozenset[int] = frozenset()
    persons: frozenset[int] = frozenset()
    tags: frozenset[int] = frozenset()
    unassigned: bool = False
    review_states: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    visible: frozenset[tuple[str, float]] = frozenset()

    def __post_init__(self) -> None:
        if any(time is not None and time.tzinfo is not None for time in (self.since, self.until)):
            raise ValueError("a camera's own clock has no time zone")
        if unknown := self.review_states.difference(REVIEW_STATES):
            raise ValueError(f"no such review states: {sorted(unknown)}; there are {REVIEW_STATES}")

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def to_dict(self) -> dict[str, Any]:
        """The fields that are not empty, as JSON can hold them; :meth:`from_dict` reads them back."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _plain(value) for name, value in given.items() if value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`; ``ValueError`` for what is no filter."""
        if unknown := set(values).difference(field.name for field in fields(cls)):
            raise ValueError(f"a filter has no {', '.join(sorted(unknown))}")
        return cls(**{name: _parsed(name, value) for name, value in values.items()})


def _plain(value: Any) -> Any:
    """A filter's field as JSON can hold it."""
    if isinstance(value, frozenset):
        return [list(item) if isinstance(item, tuple) else item for item in sorted(value)]
    return value.isoformat() if isinstance(value, datetime) else value


def _parsed(name: str, value: Any) -> Any:
    """Inverse of :func:`_plain`; ``ValueError`` for a value that the field cannot have."""
    match name, value:
        case "folders" | "cameras" | "persons" | "tags", list() if all(type(i) is int for i in value):
            return frozenset(value)
        case "review_states", list() if all(isinstance(state, str) for state in value):
            return frozenset(value)
        case "visible", list() if all(_is_visibility(item) for item in value):
            return frozenset((name, float(least)) for name, least in value)
        case "since" | "until", str():
            return datetime.fromisoformat(value)
        case ("unassigned", bool()) | ("text", str()):
            return value
    raise ValueError(f"{value!r} cannot be a filter's {name}")


def _is_visibility(item: Any) -> bool:
    match item:
        case [str(), int() | float() as least]:
            return 0 <= least <= 1
    return False


@dataclass(frozen=True, slots=True)
class CropRow:
    """A crop with what the gallery shows of it.

    ``width`` and ``height`` are of the upright picture, None until it was decoded. ``captured_at`` is the
    camera's own clock, without a zone. ``box`` is (left, top, right, bottom) in pixels of the upright
    picture, None for the whole image. ``missing``: the file was gone when its folder was last indexed.
    ``indexed``: has embeddings under the active model version. ``tags`` are in alphabetical order.
    """

    id: int
    image_id: int
    path: Path
    relative_path: str
    folder_id: int
    folder: str
    camera: str | None
    camera_id: int | None
    person: str | None
    person_id: int | None
    review_state: str
    tags: tuple[str, ...]
    captured_at: datetime | None
    width: int | None
    height: int | None
    orientation: int | None
    box: tuple[int, int, int, int] | None
    missing: bool
    indexed: bool

    @property
    def place(self) -> str:
        """Where the crop is from, in the fewest words: its camera, else the folder it lies in."""
        if self.camera is not None:
            return self.camera
        inner = self.relative_path.rpartition("/")[0]
        return f"{self.folder}/{inner}" if inner else self.folder


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder with how many crops it shows and how many of its pictures cannot be read."""

    id: int
    path: Path
    name: str
    crops: int
    faults: int
    missing: bool


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera with how many crops it has."""

    id: int
    name: str
    crops: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person: how many crops of it are on show, by how many cameras, and when it was seen.

    Times are the cameras' own clocks, without a zone; None where no crop's time is known.
    """

    id: int
    name: str
    crops: int
    cameras: int
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What somebody said of a crop and a person: ``verdict`` is confirmed or rejected."""

    crop_id: int
    person_id: int
    verdict: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class SavedSearchRow:
    """A query under a name, as the dictionary that was saved, and what was seen of its answer.

    ``seen_crops`` were looked at among its matches; ``seen_embedding_id`` was the newest embedding then, 0
    before the first look.
    """

    id: int
    name: str
    query: dict[str, Any]
    created_at: datetime
    seen_embedding_id: int
    seen_crops: frozenset[int]

    def unseen(self, crop_ids: Iterable[int]) -> tuple[int, ...]:
        """Those of an answer's crops that nobody has looked at yet, in their order."""
        return tuple(crop_id for crop_id in crop_ids if crop_id not in self.seen_crops)


@dataclass(frozen=True, slots=True)
class PastQueryRow:
    """A query that was asked, as a dictionary, and when."""

    id: int
    query: dict[str, Any]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """A picture that cannot be read, and why, in words for people."""

    path: Path
    reason: str
    folder_id: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a library holds: crops on show, those indexed under the active model, images, faults."""

    crops: int
    indexed: int
    images: int
    faults: int


@dataclass(frozen=True, slots=True)
class MaskRow:
    """A crop's label map, uint8 [h, w], 0 background, 1..K the parts of the schema called ``schema_name``.

    ``origin`` is ``"model"`` or ``"corrected"``; ``confidence`` is the model's mean certainty of the
    body's pixels, in [0, 1], None for a corrected mask.
    """

    labels: npt.NDArray[np.uint8]
    origin: str
    schema_name: str
    revision: int
    confidence: float | None
    model_version_id: int | None


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A mask that a person made: ``id`` names it, ``revision`` counts up from 1 in its crop.

    Its labels are those of the schema called ``schema_name``.
    """

    id: int
    crop_id: int
    revision: int
    schema_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """What is known of a crop's mask: how unsure the active model is, in [0, 1], and what a person said.

    ``uncertainty`` is None where the model has not seen the crop, ``revision`` the latest a person made, 0
    without.
    """

    crop_id: int
    state: str
    uncertainty: float | None
    revision: int


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How many crops' masks a person has looked at, by state."""

    total: int
    accepted: int
    corrected: int
    skipped: int

    @property
    def reviewed(self) -> int:
        """Accepted or corrected; a crop that was skipped still waits."""
        return self.accepted + self.corrected

    @property
    def words(self) -> str:
        """``148 of 2,000 reviewed, 12 corrected``, and how many were skipped where some were."""
        skipped = f", {self.skipped:,} skipped" if self.skipped else ""
        return f"{self.reviewed:,} of {self.total:,} reviewed, {self.corrected:,} corrected{skipped}"


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag with how many crops have it."""

    id: int
    name: str
    crops: int


@dataclass(frozen=True, slots=True)
class ModelVersionRow:
    """One set of weights: its part schema, the length D of its vectors, and the hash that names it.

    ``weights_path`` is where the weights came from, None for what comes with the program. ``parent_id`` is
    the version that it was taught from; ``metrics`` are measured numbers by name; ``data`` says what it was
    taught with and ``notes`` what people wrote. ``activated_at`` is when it last became the active version.
    """

    id: int
    name: str
    trained: bool
    schema: PartSchema
    dim: int
    weights_hash: str
    weights_path: Path | None
    parent_id: int | None
    active: bool
    created_at: datetime
    metrics: Mapping[str, Any]
    data: str
    notes: str
    activated_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobRow:
    """Long work: ``state`` is running, finished, cancelled, failed or interrupted (its process died).

    It is on a ``folder`` or for a model version; ``kind`` says which work it is.
    """

    id: int
    kind: str
    state: str
    folder_id: int | None
    folder: Path | None
    done: int
    total: int | None
    message: str | None
    started_at: datetime
    finished_at: datetime | None
    model_version_id: int | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """Who did what, when."""

    at: datetime
    actor: str | None
    action: str
    detail: str | None
