"""Which crops belong together."""

from pathlib import Path

import numpy as np
import pytest

from dropgui.library import Library
from dropgui.library.groups import GroupBy, Groups, groups_of
from tests.support.crowd import make_crowd


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library.create(tmp_path_factory.mktemp("groups") / "l.droplib")
    make_crowd(library, 100, dim=4, named=0.6)
    return library


def test_by_person(library: Library) -> None:
    groups = groups_of(library, GroupBy.PERSON)
    assert groups.names == ("Person 1", "Person 2", "Person 3")
    assert groups.crop_ids.tolist() == list(range(1, 101))
    assert groups.codes_of(np.array([1, 20, 21, 60, 61, 100, 999])).tolist() == [0, 0, 1, 2, -1, -1, -1]


def test_by_camera_and_folder(library: Library) -> None:
    cameras, folders = groups_of(library, GroupBy.CAMERA), groups_of(library, GroupBy.FOLDER)
    assert cameras.names == tuple(f"cam {i}" for i in range(1, 7))
    assert set(cameras.codes.tolist()) == set(range(6))
    assert [folders.names[code] for code in folders.codes_of(np.array([1, 2]))] == ["south", "north"]


def test_an_empty_library_has_no_groups(tmp_path: Path) -> None:
    with Library.create(tmp_path / "e.droplib") as library:
        groups = groups_of(library, GroupBy.PERSON)
    assert groups.names == ()
    assert groups.codes_of(np.array([1, 2])).tolist() == [-1, -1]


def test_gaps_between_ids_are_no_group() -> None:
    groups = Groups(np.array([2, 5]), np.array([0, 1], np.int32), ("a", "b"))
    assert groups.codes_of(np.array([1, 2, 3, 5, 6])).tolist() == [-1, 0, -1, 1, -1]
