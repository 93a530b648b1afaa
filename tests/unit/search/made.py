"""Indexes to search in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dropgui.library import Library
from dropgui.search import PartIndex
from tests.unit.library.made import add_crops, add_model, embed, made_features


@contextmanager
def renewed_index(folder: Path, count: int, renewed: int) -> Iterator[PartIndex]:
    """Of ``count`` crops in a library of its own; the first ``renewed`` got other vectors later."""
    with Library.create(folder / "some.droplib") as library:
        model = add_model(library)
        crops = add_crops(library, count)
        embed(library, model, crops, made_features(count))
        opened = PartIndex.open(library, model)
        embed(library, model, crops[:renewed], made_features(renewed, seed=5))  # the first rows are dead
        opened.refresh()
        yield opened
        opened.close()
