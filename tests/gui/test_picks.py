"""Selecting in the grid: as Qt does it, gesture by gesture, and at a size that Qt's own lists cannot hold."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication

from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import CropModel, Section
from dropgui.gallery.picks import Flag, Picks
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library import Library
from dropgui.search.query import Match

CROPS = 24
KEY, KEYS, BUTTON = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton
Mode = QAbstractItemView.SelectionMode
MODIFIERS = st.sampled_from([KEYS.NoModifier, KEYS.ControlModifier, KEYS.ShiftModifier])
ROWS = st.integers(0, CROPS - 1)
GESTURES = st.one_of(
    st.tuples(st.just("click"), ROWS, MODIFIERS, st.sampled_from([BUTTON.LeftButton, BUTTON.RightButton])),
    st.tuples(
        st.just("key"), st.sampled_from([KEY.Key_Right, KEY.Key_Up, KEY.Key_Down, KEY.Key_Space]), MODIFIERS
    ),
    st.tuples(st.just("drag"), ROWS, ROWS, MODIFIERS),
    st.tuples(st.just("beside"), MODIFIERS),
    st.tuples(st.just("all")),
    st.tuples(st.just("none")),
)


@pytest.fixture
def parts(tmp_path: Path, application: object) -> Iterator[tuple[Library, Runner, Thumbnails]]:
    with Library.create(tmp_path / "empty.droplib") as library:
        runner, thumbnails = Runner(), Thumbnails()
        yield library, runner, thumbnails
        for grid in QApplication.topLevelWidgets():
            if isinstance(grid, CropGrid):
                away(grid)
        runner.close()
        thumbnails.close()


def grid_of(parts: tuple[Library, Runner, Thumbnails], ids: np.ndarray) -> CropGrid:
    model = CropModel(*parts, parts[1])  # outlives the grid: rows may be on their way
    grid = CropGrid(model, parts[2], matches=True)
    grid.resize(700, 900)
    model.set_ids(ids)
    grid.show()
    QApplication.processEvents()
    return grid


def away(grid: CropGrid) -> None:
    """Windows that stay take the pointer from the tests that follow."""
    grid.close()
    grid.deleteLater()
    QApplication.sendPostedEvents(grid, QEvent.Type.DeferredDelete)


def play(grid: CropGrid, gesture: tuple[object, ...]) -> None:
    view = grid.viewport()

    def middle(row: int) -> QPoint:
        return grid.visualRect(grid.model().index(row, 0)).center()

    match gesture:
        case "click", int(row), KEYS() as keys, BUTTON() as button:
            QTest.mouseClick(view, button, keys, middle(row))
        case "key", KEY() as key, KEYS() as keys:
            QTest.keyClick(grid, key, keys)
        case "drag", int(first), int(last), KEYS() as keys:
            QTest.mousePress(view, BUTTON.LeftButton, keys, middle(first))
            for step in (0.5, 1.0):
                QTest.mouseMove(view, (middle(first) * (1 - step) + middle(last) * step))
                QApplication.processEvents()
            QTest.mouseRelease(view, BUTTON.LeftButton, keys, middle(last))
        case "beside", KEYS() as keys:
            QTest.mouseClick(view, BUTTON.LeftButton, keys, view.rect().bottomRight() - QPoint(3, 3))
        case (("all" | "none") as what,):
            own = isinstance(grid.selectionModel(), Picks)
            kind = CropGrid if own else QAbstractItemView
            (kind.selectAll if what == "all" else kind.clearSelection)(grid)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,  # two windows and a clock: what fails must fail again
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from([Mode.ExtendedSelection, Mode.MultiSelection]), st.lists(GESTURES, max_size=8))
def test_every_gesture_selects_what_qt_would(
    parts: tuple[Library, Runner, Thumbnails], mode: Mode, gestures: list[tuple[object, ...]]
) -> None:
    ours, qts = (grid_of(parts, np.arange(1, CROPS + 1)) for _ in range(2))
    qts.setSelectionModel(QItemSelectionModel(qts.model(), qts))
    for grid in (ours, qts):
        grid.resize(1400, 1400)  # every row is in sight,
        grid.setAutoScroll(False)  # and nothing moves after a while by itself
        grid.setSelectionMode(mode)
        grid.selectionModel().setCurrentIndex(grid.model().index(0, 0), Flag.NoUpdate)
    for gesture in gestures:
        play(ours, gesture)
        play(qts, gesture)
        expected = sorted(index.row() + 1 for index in qts.selectionModel().selectedIndexes())
        assert ours.selected_ids() == expected, gesture
        assert ours.selected_count() == len(expected)
        current = ours.currentIndex()
        assert current.row() == qts.currentIndex().row()
        assert ours.selectionModel().isSelected(current) == (current.row() + 1 in expected), "screen readers"
    away(ours)
    away(qts)


def test_scattered_rows_among_many(parts: tuple[Library, Runner, Thumbnails]) -> None:
    ids = np.arange(1, 60_001)
    grid = grid_of(parts, ids)
    told: list[int] = []
    grid.selection_changed.connect(lambda: told.append(grid.selected_count()))
    odd = ids[::2]
    grid.select_crops(odd)
    assert grid.current_id == 1
    grid.select_others()
    np.testing.assert_array_equal(grid.selected, ids[1::2])
    play(grid, ("click", 4, KEYS.ControlModifier, BUTTON.LeftButton))
    play(grid, ("click", 1, KEYS.ControlModifier, BUTTON.LeftButton))
    play(grid, ("click", 3, KEYS.NoModifier, BUTTON.RightButton))
    expected = np.union1d(ids[1::2], [5])
    np.testing.assert_array_equal(grid.selected, expected[expected != 2])
    assert told == [30_000, 30_000, 30_001, 30_000]


def test_a_selection_stays_with_its_crops(parts: tuple[Library, Runner, Thumbnails]) -> None:
    grid = grid_of(parts, np.arange(1, 11))
    model = grid.model()
    assert isinstance(model, CropModel)
    grid.select_crops([2, 9])
    model.set_ids(np.arange(1, 13))  # some joined at the end
    assert grid.selected_ids() == [2, 9]
    model.set_ids(np.array([12, 9, 7]))
    assert grid.selected_ids() == [9]
    told: list[int] = []
    grid.selection_changed.connect(lambda: told.append(grid.selected_count()))
    model.set_ids(np.array([7, 12]))
    assert told == [0]


def test_titles_are_never_selected(parts: tuple[Library, Runner, Thumbnails]) -> None:
    grid = grid_of(parts, np.empty(0, np.int64))
    model = grid.model()
    assert isinstance(model, CropModel)
    matches = [Match(crop_id, 0.5, {}, {}, None, (), ()) for crop_id in (4, 5, 6)]
    model.set_matches(matches, [Section("one", (0, 2)), Section("two", (1,))])
    grid.selectAll()
    assert grid.selected_ids() == [4, 6, 5]
    grid.select_crops([6])
    grid.select_others()
    assert grid.selected_ids() == [4, 5]
