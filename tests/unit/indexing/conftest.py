"""An open library beside an empty folder for pictures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dropgui.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "data").mkdir()
    with Library.create(tmp_path / "data" / "some.droplib") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pictures"
    made.mkdir()
    return made
