"""A library of many crops that nobody photographed: clustered vectors, persons, cameras, no picture files."""

from pathlib import Path

import numpy as np
from sqlalchemy import insert

from dropgui.library import Library
from dropgui.library.embeddings import add_embeddings
from dropgui.library.models import register_model
from dropgui.library.schema import Camera, Crop, Folder, Image, Person
from dropmodel.features import Features
from dropmodel.parts import EIGHT

_BLOCK = 5000
_EACH = 20  # crops a person
_STYLES = 40  # kinds of clothing that persons share


def crowd_features(identities: np.ndarray, dim: int, rng: np.random.Generator) -> Features:
    """Unit vectors around a centre of their person, which lies around one of a few styles."""
    fixed = np.random.default_rng(0)
    parts = len(EIGHT.vector_names)
    styles = fixed.standard_normal((_STYLES, parts, dim), dtype=np.float32)
    centres = np.stack(
        [
            styles[person % _STYLES]
            + np.random.default_rng(person).standard_normal((parts, dim), dtype=np.float32)
            for person in np.unique(identities)
        ]
    )
    vectors = centres[np.searchsorted(np.unique(identities), identities)]
    vectors = vectors + rng.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    visibility = (rng.random((len(identities), parts)) > 0.1).astype(np.float32)
    visibility[:, :2] = 1
    return Features(vectors, visibility, EIGHT)


def make_crowd(
    library: Library,
    count: int,
    *,
    dim: int = 512,
    cameras: int = 6,
    named: float = 0.6,
    root: Path = Path("/crowd"),
) -> int:
    """Fills a new library with ``count`` crops, the first ``named`` share of persons known; the version.

    The picture of crop ``i`` would be ``{i:08}.jpg``, in ``root/north`` if ``i`` is even, else in
    ``root/south``.
    """
    model = register_model(library, name="crowd", schema=EIGHT, dim=dim, weights_hash="c", trained=True)
    persons = max(1, count // _EACH)
    rng = np.random.default_rng(1)
    folders = [
        {"id": i + 1, "path": str(root / name), "name": name} for i, name in enumerate(("north", "south"))
    ]
    library.write(lambda c: c.execute(insert(Folder), folders))
    rows = [{"id": i + 1, "name": f"cam {i + 1}"} for i in range(cameras)]
    library.write(lambda c: c.execute(insert(Camera), rows))
    known = [{"id": i + 1, "name": f"Person {i + 1}"} for i in range(round(named * persons))]
    if known:
        library.write(lambda c: c.execute(insert(Person), known))
    for start in range(0, count, _BLOCK):
        ids = np.arange(start + 1, min(start + _BLOCK, count) + 1)
        identities = (ids - 1) // _EACH
        images = [
            {
                "id": i,
                "folder_id": 1 + i % 2,
                "relative_path": str(Path(f"{i:08}.jpg")),
                "size": i,
                "mtime_ns": i,
                "camera_id": 1 + (i * 7 + i // 3) % cameras,
            }
            for i in ids.tolist()
        ]
        crops = [
            {"id": i, "image_id": i, "person_id": person + 1 if person < len(known) else None}
            for i, person in zip(ids.tolist(), identities.tolist(), strict=True)
        ]
        features = crowd_features(identities, dim, rng)
        library.write(lambda c, rows=images: c.execute(insert(Image), rows))  # type: ignore[misc]
        library.write(lambda c, rows=crops: c.execute(insert(Crop), rows))  # type: ignore[misc]
        numbers = ids.tolist()
        library.write(lambda c, i=numbers, f=features: add_embeddings(c, model.id, i, f))  # type: ignore[misc]
    return model.id
