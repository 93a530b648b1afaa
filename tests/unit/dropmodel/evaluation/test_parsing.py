"""Parsing measures against pixel by pixel counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropmodel.evaluation.parsing import ParsingMeter
from dropmodel.parts import EIGHT, FIVE_V, IGNORE


@given(seed=st.integers(0, 2**32))
def test_measures_are_what_counting_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    meter = ParsingMeter(EIGHT)
    wanted, given_classes = [], []
    for _ in range(2):
        labels = rng.choice([0, 1, 2, 3, 4, IGNORE], (4, 3)).astype(np.uint8)
        target = rng.choice([0, 1, 2, 3, 4, 5, IGNORE], (8, 6)).astype(np.uint8)
        meter.add(labels, target)
        for y in range(8):
            for x in range(6):
                if target[y, x] != IGNORE and labels[y // 2, x // 2] != IGNORE:
                    wanted.append(int(target[y, x]))
                    given_classes.append(int(labels[y // 2, x // 2]))
    found = meter.result()
    pairs = list(zip(wanted, given_classes, strict=True))
    ious = []
    for label in range(9):
        both = sum(a == b == label for a, b in pairs)
        either = sum(label in pair for pair in pairs)
        if either:
            ious.append(both / either)
            assert found.class_iou[label] == pytest.approx(both / either)
        else:
            assert np.isnan(found.class_iou[label])
    assert found.images == 2
    assert found.mean_iou == pytest.approx(sum(ious) / len(ious))
    assert found.pixel_accuracy == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))


def test_left_taken_for_right() -> None:
    left, right = EIGHT.label("left_leg"), EIGHT.label("right_leg")
    meter = ParsingMeter(EIGHT)
    target = np.array([[left, left, right, right, 0]], np.uint8)
    meter.add(np.array([[left, right, right, 0, left]], np.uint8), target)
    assert meter.result().swapped == pytest.approx(1 / 3)


def test_nothing_measured_is_not_zero() -> None:
    found = ParsingMeter(FIVE_V).result()
    assert np.isnan([found.mean_iou, found.pixel_accuracy, found.swapped]).all()


def test_a_class_the_schema_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="class 7"):
        ParsingMeter(FIVE_V).add(np.zeros((2, 2), np.uint8), np.full((2, 2), 7, np.uint8))


def test_a_map_is_enlarged_by_its_nearest_cells() -> None:
    meter = ParsingMeter(FIVE_V)
    meter.add(np.array([[1, 2]], np.uint8), np.array([[1, 1, 2, 2, 2]] * 2, np.uint8))
    assert meter.result().pixel_accuracy == 1
