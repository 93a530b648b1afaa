"""Libraries to teach in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dropgui.library import Library
from tests.unit.finetuning.made import copied, correct, crops_of, make_library, name


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed library in which nobody was named."""
    return make_library(tmp_path_factory.mktemp("indexed"))


@pytest.fixture(scope="session")
def labelled(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed library with persons and corrected masks, enough of both."""
    path = copied(indexed, tmp_path_factory.mktemp("labelled"))
    with Library.open(path) as library:
        name(library)
        correct(library, [crop for identity in range(6, 14) for crop in crops_of(library, identity)[:2]])
    return path


@pytest.fixture
def bare(indexed: Path, tmp_path: Path) -> Iterator[Library]:
    with Library.open(copied(indexed, tmp_path / "bare")) as library:
        yield library


@pytest.fixture
def library(labelled: Path, tmp_path: Path) -> Iterator[Library]:
    with Library.open(copied(labelled, tmp_path)) as library:
        yield library
