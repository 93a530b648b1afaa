"""A library with crops, and embeddings for them that no model had to make."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dropgui.library import Library
from dropgui.search import cache as cache_module


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.create(tmp_path / "some.droplib") as opened:
        yield opened


@pytest.fixture
def rebuilds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every rebuild."""
    counted: list[int] = []
    real = cache_module.PartCache.rebuild

    def count(self: cache_module.PartCache) -> None:
        counted.append(1)
        real(self)

    monkeypatch.setattr(cache_module.PartCache, "rebuild", count)
    return counted
