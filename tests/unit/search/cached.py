"""A library with embeddings, and what its cache has to hold."""

import json

import numpy as np

from dropgui.library import Library
from dropgui.library.embeddings import embedding_blocks, remove_embeddings
from dropgui.search import PartIndex
from tests.unit.library.made import DIM, SCHEMA, add_crops, add_model, embed, made_features


def header_of(library: Library, model: int = 1) -> dict[str, object]:
    data: dict[str, object] = json.loads((library.cache_dir / str(model) / "header.json").read_text())
    return data


def check_whole(index: PartIndex, library: Library) -> None:
    """The index holds exactly what the library holds, row by row."""
    with library.read() as connection:
        blocks = list(embedding_blocks(connection, index.model.id, SCHEMA, DIM, after=0, size=7))
    expected = {
        int(crop_id): (vectors, visibility)
        for block in blocks
        for crop_id, vectors, visibility in zip(block.crop_ids, block.vectors, block.visibility, strict=True)
    }
    rows = index.rows
    assert sorted(index.crop_ids.tolist()) == sorted(expected)
    assert len(index) == len(expected)
    for row in np.flatnonzero(rows.living):
        vectors, visibility = expected[int(rows.crop_ids[row])]
        found = np.stack([matrix[row] for matrix in rows.matrices])
        np.testing.assert_array_equal(found, vectors)
        np.testing.assert_allclose(rows.visibility_roots[:, row] ** 2, visibility, atol=1e-6)


def filled(library: Library, count: int = 30) -> tuple[int, list[int]]:
    model = add_model(library)
    crops = add_crops(library, count)
    embed(library, model, crops, made_features(count))
    return model, crops


def take_away(library: Library, crops: list[int]) -> None:
    library.write(lambda connection: remove_embeddings(connection, crops))
