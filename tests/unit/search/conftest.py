"""A library with crops, and embeddings for them that no model had to make."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dropgui.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.create(tmp_path / "some.droplib") as opened:
        yield opened
