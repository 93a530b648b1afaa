"""Duplicates that are to be listed no more: remembered, taken back, forgotten with their crops."""

import pytest

from dropgui.library import Library
from dropgui.library.forget import forget_crops
from dropgui.library.ignored import heed_groups, ignore_group, ignored_groups, undo_ignored
from tests.unit.library.made import add_crops


@pytest.fixture
def crops(library: Library) -> list[int]:
    return add_crops(library, 6)


def said(library: Library) -> list[set[int]]:
    return [set(group) for group in ignored_groups(library).values()]


def test_what_is_ignored_outlives_the_program(library: Library, crops: list[int]) -> None:
    ignore_group(library, crops[:3])
    library.close()
    with Library.open(library.path) as again:
        assert said(again) == [set(crops[:3])]


def test_it_is_taken_back_and_that_too(library: Library, crops: list[int]) -> None:
    first, second = ignore_group(library, crops[:2]), ignore_group(library, crops[3:])
    assert said(library) == [set(crops[:2]), set(crops[3:])]
    undone = undo_ignored(library, first)
    assert said(library) == [set(crops[3:])]
    undo_ignored(library, undone)
    assert ignored_groups(library).keys() == first.after.keys() | second.after.keys(), "under the same ids"
    heeded = heed_groups(library, [*first.after, 99])
    assert said(library) == [set(crops[3:])]
    undo_ignored(library, heeded)
    undo_ignored(library, heeded)  # as two windows might
    assert said(library) == [set(crops[:2]), set(crops[3:])]


def test_crops_that_are_gone_are_not_brought_back(library: Library, crops: list[int]) -> None:
    kept, lost = ignore_group(library, [*crops[:3], 99]), ignore_group(library, crops[3:5])
    assert said(library) == [set(crops[:3]), set(crops[3:5])]
    heeded = heed_groups(library, [*kept.after, *lost.after])
    forget_crops(library, [crops[0], crops[3]])
    undo_ignored(library, heeded)
    assert said(library) == [set(crops[1:3]), {crops[4]}]
    forget_crops(library, [crops[5]])
    assert said(library) == [set(crops[1:3])], "one crop alone is no group"
    with library.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ignored_groups").scalar_one() == 1
