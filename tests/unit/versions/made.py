"""Libraries with several versions of a model that needs no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from dropgui.library import Library
from dropgui.library.models import register_model
from dropgui.library.queries import crop_ids
from dropgui.search import Answer, Query
from dropgui.session import Session
from dropmodel.features import Features
from tests.unit.indexing.fake import DIM, SCHEMA, FakeExtraction, FakeExtractor, pictures, run

if TYPE_CHECKING:
    from dropmodel.inference import Extractor

PARTS = dict.fromkeys(SCHEMA.vector_names, 1.0)


@dataclass
class TurnedExtractor(FakeExtractor):
    """What another version says: in its vectors other colours are near each other."""

    turn: int = 0

    def extract(self, images: Sequence[npt.NDArray[np.uint8]]) -> FakeExtraction:
        found = super().extract(images)
        return FakeExtraction(
            turned(found.features, self.turn), found.labels, found.confidence, found.uncertainty
        )


def turned(features: Features, turn: int) -> Features:
    """Vectors whose first numbers weigh more the higher ``turn`` is."""
    vectors = features.vectors.copy()
    vectors[..., 0] **= 1 + turn
    vectors[..., 1] /= 1 + turn
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return Features(vectors, features.visibility, features.schema)


class MadeSession(Session):
    """A session whose versions' models are made, by id; ``networks`` counts what each is shown."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.networks: dict[int, TurnedExtractor] = {}

    def network(self, version: int) -> TurnedExtractor:
        return self.networks.setdefault(version, TurnedExtractor(turn=version))

    def extractor_of(self, model_version_id: int) -> "Extractor":
        return cast("Extractor", self.network(model_version_id))


def add_version(library: Library, name: str, parent: int | None = None) -> int:
    return register_model(
        library, name=name, schema=SCHEMA, dim=DIM, weights_hash=name, trained=True, parent_id=parent
    ).id


def index(session: MadeSession, folder: Path, version: int) -> None:
    """Indexes a folder under a version, as its network sees it."""
    from dropgui.indexing import index_folder

    index_folder(session.library, folder, lambda: session.network(version), lambda: version)


def two_versions(library: Library, folder: Path, count: int = 20) -> tuple[MadeSession, int, int]:
    """A session on a library indexed under its first version, with a second one that has no vectors."""
    old = add_version(library, "old")
    new = add_version(library, "new", parent=old)
    session = MadeSession(library)
    index(session, pictures(folder, count), old)
    return session, old, new


def ask(session: Session, crop: int) -> Answer:
    return session.search(Query(crops=[crop], parts=PARTS, top=1000))


def ranking(session: Session, crop: int) -> list[tuple[int, float]]:
    """What a search answers, to the last digit."""
    return [(match.crop_id, match.score) for match in ask(session, crop).matches]


def first_crop(library: Library) -> int:
    return int(crop_ids(library)[0])


__all__ = [
    "PARTS",
    "MadeSession",
    "TurnedExtractor",
    "add_version",
    "ask",
    "first_crop",
    "index",
    "pictures",
    "ranking",
    "run",
    "turned",
    "two_versions",
]
