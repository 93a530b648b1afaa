"""What the library's queries answer with: plain frozen data, no live database objects."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dropmodel.parts import PartSchema


@dataclass(frozen=True, slots=True)
class CropFilter:
    """Which crops to show or compare; an empty set means any."""

    folders: frozenset[int] = frozenset()
    cameras: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.folders or self.cameras)


@dataclass(frozen=True, slots=True)
class CropRow:
    """A crop with what the gallery shows of it.

    ``width`` and ``height`` are of the upright picture, None until it was decoded. ``captured_at`` is the
    camera's own clock, without a zone. ``box`` is (left, top, right, bottom) in pixels of the upright
    picture, None for the whole image. ``missing``: the file was gone when its folder was last indexed.
    ``indexed``: has embeddings under the active model version.
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
    captured_at: datetime | None
    width: int | None
    height: int | None
    orientation: int | None
    box: tuple[int, int, int, int] | None
    missing: bool
    indexed: bool


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
class ModelVersionRow:
    """One set of weights: its part schema, the length D of its vectors, and the hash that names it."""

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


@dataclass(frozen=True, slots=True)
class JobRow:
    """Long work: ``state`` is running, finished, cancelled, failed or interrupted (its process died)."""

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


@dataclass(frozen=True, slots=True)
class EventRow:
    """Who did what, when."""

    at: datetime
    actor: str | None
    action: str
    detail: str | None
