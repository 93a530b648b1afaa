"""Libraries of made-up crops for timing searches: persons without number, vectors as the model's are long."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import insert

from dropgui.library import Library
from dropgui.library.embeddings import add_embeddings
from dropgui.library.models import register_model
from dropgui.library.schema import Camera, Crop, Folder, Image
from dropmodel.features import Features
from dropmodel.parts import EIGHT

DIM = 512
CAMERAS = 100
_PER_PERSON = 20
_POOL = 16_384
_BLOCK = 5000
_NOISE = 0.8  # as long as that for a person's vector of length 1: two crops of one have cosine 0.6


class Crowd:
    """Crops of made-up persons, the same for the same ids: a person's vector and noise out of a pool."""

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(0)
        parts = len(EIGHT.vector_names)
        self._persons = max(count // _PER_PERSON, 2)
        self._centres = [self._unit(rng, min(self._persons, _POOL)) for _ in range(parts)]
        self._noise = [_NOISE * self._unit(rng, _POOL) for _ in range(parts)]

    def features(self, ids: Sequence[int]) -> Features:
        """Of the crops with these ids."""
        wanted = np.asarray(ids, dtype=np.int64)
        person = wanted % self._persons
        vectors = np.empty((len(ids), len(EIGHT.vector_names), DIM), np.float32)
        for j, (centres, noise) in enumerate(zip(self._centres, self._noise, strict=True)):
            # Other multipliers for every part: no two crops have the same vectors.
            vectors[:, j] = centres[person * (2 * j + 1) % len(centres)]
            vectors[:, j] += noise[(wanted * (2 * j + 5) + wanted // _POOL * (j + 1)) % _POOL]
        vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
        visibility = np.random.default_rng(int(wanted[0])).random(vectors.shape[:2], dtype=np.float32)
        return Features(vectors, visibility, EIGHT)

    @staticmethod
    def _unit(rng: np.random.Generator, count: int) -> npt.NDArray[np.float32]:
        vectors = rng.standard_normal((count, DIM), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def fill(library: Library, crowd: Crowd, count: int) -> int:
    """A library of ``count`` crops of a hundred cameras; returns the model version."""
    model = register_model(library, name="random", schema=EIGHT, dim=DIM, weights_hash="r", trained=False)
    cameras = [{"id": i + 1, "name": f"c{i}"} for i in range(CAMERAS)]
    library.write(lambda c: c.execute(insert(Folder).values(id=1, path="/bench", name="bench")))
    library.write(lambda c: c.execute(insert(Camera), cameras))
    for start in range(0, count, _BLOCK):
        add(library, crowd, model.id, list(range(start + 1, min(start + _BLOCK, count) + 1)))
    return model.id


def add(library: Library, crowd: Crowd, model: int, ids: list[int]) -> None:
    """Crops with these ids and their embeddings."""
    images = [
        {
            "id": i,
            "folder_id": 1,
            "relative_path": f"{i:08}.jpg",
            "size": i,
            "mtime_ns": i,
            "camera_id": i % CAMERAS + 1,
        }
        for i in ids
    ]
    crops = [{"id": i, "image_id": i} for i in ids]
    library.write(lambda c: c.execute(insert(Image), images))
    library.write(lambda c: c.execute(insert(Crop), crops))
    library.write(lambda c: add_embeddings(c, model, ids, crowd.features(ids)))
