"""The changed queries of the benchmark of parts: only what is said is changed, and always alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropmodel.parts import EIGHT
from tests.benchmarks.parts import CHANGES, COLOURS, Change, Picture, recoloured, walled


def made(seed: int) -> tuple[Picture, np.ndarray[tuple[int, int], np.dtype[np.bool_]]]:
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (24, 12, 3)).astype(np.uint8)
    where = np.zeros((24, 12), dtype=bool)
    top, left = rng.integers(0, 20), rng.integers(0, 8)
    where[top : top + 4, left : left + 4] = True
    return picture, where


@given(seed=st.integers(0, 999), number=st.integers(0, 2**32 - 1))
def test_another_colour_where_it_is_asked_and_nowhere_else(seed: int, number: int) -> None:
    picture, where = made(seed)
    before = picture.copy()
    changed = recoloured(picture, where, number)
    np.testing.assert_array_equal(picture, before)
    np.testing.assert_array_equal(changed[~where], picture[~where])
    own, new = picture[where].mean(axis=0), changed[where].mean(axis=0)
    apart = np.linalg.norm(COLOURS - own, axis=1)
    assert np.linalg.norm(new - own) > np.sort(apart)[0] / 2
    # Light and shade stay: where it was darker it is not lighter now.
    order = np.argsort(picture[where].astype(float).mean(axis=1))
    assert (np.diff(changed[where].astype(float).mean(axis=1)[order]) >= -1).all()
    np.testing.assert_array_equal(changed, recoloured(picture, where, number))


@given(seed=st.integers(0, 999), number=st.integers(0, 2**32 - 1))
def test_a_wall_hides_all_of_the_part(seed: int, number: int) -> None:
    picture, where = made(seed)
    changed = walled(picture, where, number)
    rows = where.any(axis=1)
    np.testing.assert_array_equal(changed[~rows], picture[~rows])
    assert np.abs(changed[rows] - COLOURS[number % len(COLOURS)]).max() < 30
    np.testing.assert_array_equal(changed, walled(picture, where, number))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_what_is_left_to_ask_by_is_not_what_was_changed(change: Change) -> None:
    assert not set(change.parts) & set(change.left)
    assert set(change.parts) | set(change.left) <= set(EIGHT.names)
