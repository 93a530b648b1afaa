"""Detector boxes: their errors are what they say, and they stay in the frame."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.sensor import boxes
from dropmodel.synthetic.sensor.boxes import BoxError, BoxStyle, detected, error_of, extended, overlap

FRAME = (1920, 1080)
TIGHT = (900.0, 300.0, 980.0, 500.0)
NONE = ((0.0, 0.0),)
EXACT = BoxStyle("exact", NONE, NONE, NONE, NONE, 0, 0, 0, 0, 1)
STYLES = [boxes.TRAIN, boxes.VALIDATION, boxes.HELD_OUT]

lefts = st.floats(0, 1700)
sizes = st.floats(40, 220)


def test_a_detector_without_faults_gives_the_tight_box() -> None:
    box, error = detected(stream(1), TIGHT, FRAME, EXACT)
    assert box == pytest.approx(TIGHT)
    assert dataclasses.astuple(error) == pytest.approx((0,) * 5)


def test_errors_are_shares_of_the_tight_size() -> None:
    error = error_of((920, 300, 1000, 400), TIGHT)
    assert (error.dx, error.dy, error.dw, error.dh) == pytest.approx((0.25, -0.25, 0.0, -0.5))
    assert error.truncated == pytest.approx(1 - 0.75 * 0.5)
    assert error_of(TIGHT, TIGHT) == BoxError(0, 0, 0, 0, 0)


@given(lefts, st.floats(0, 900), sizes, st.floats(80, 500), st.integers(0, 10**6))
@settings(max_examples=60)
def test_boxes_hold_together(left: float, top: float, width: float, height: float, seed: int) -> None:
    tight = (left, top, min(left + width, 1920), min(top + height, 1080))
    for style in STYLES:
        box, error = detected(stream(seed), tight, FRAME, style)
        assert box[0] < box[2]
        assert box[1] < box[3]
        assert 0 <= error.truncated <= 1
        assert (box[0] + box[2]) / 2 == pytest.approx(
            (tight[0] + tight[2]) / 2 + error.dx * (tight[2] - tight[0])
        )
        if box[2] - box[0] <= FRAME[0] and box[3] - box[1] <= FRAME[1]:
            assert box[0] >= -1e-6
            assert box[2] <= 1920 + 1e-6
            assert box[1] >= -1e-6
            assert box[3] <= 1080 + 1e-6


def test_most_boxes_would_pass_as_detections_and_some_are_cut() -> None:
    for style in STYLES:
        made = [detected(stream(style.name, k), TIGHT, FRAME, style, aspect=0.4) for k in range(400)]
        good = sum(overlap(box, TIGHT) > 0.5 for box, _ in made)
        cut = sum(error.truncated > 0.05 for _, error in made)
        assert good > 0.93 * len(made), style.name
        assert 0.08 * len(made) < cut < 0.5 * len(made), style.name


def test_most_boxes_get_the_shape_of_the_crop() -> None:
    made = [detected(stream(k), TIGHT, FRAME, boxes.TRAIN)[0] for k in range(300)]
    shaped = sum(abs((b[2] - b[0]) / (b[3] - b[1]) - 0.5) < 1e-6 for b in made)
    assert 0.7 * len(made) < shaped < 0.92 * len(made)


def test_a_double_box_holds_the_neighbour() -> None:
    both = BoxStyle("double", NONE, NONE, NONE, NONE, 0, 0, 0, 1, 1)
    neighbour = (960.0, 310.0, 1040.0, 505.0)
    box, _ = detected(stream(1), TIGHT, FRAME, both, neighbours=[(1500, 300, 1560, 500), neighbour])
    assert box == pytest.approx((900, 300, 1040, 505))
    alone, _ = detected(stream(1), TIGHT, FRAME, both, neighbours=[(1500, 300, 1560, 500)])
    assert alone == pytest.approx(TIGHT)


def test_extending_keeps_the_centre() -> None:
    assert extended((0, 0, 10, 100), 0.5) == (-20, 0, 30, 100)
    assert extended((0, 0, 100, 100), 0.5) == (0, -50, 100, 150)


def test_the_same_seed_gives_the_same_box() -> None:
    assert detected(stream(5), TIGHT, FRAME, boxes.TRAIN) == detected(stream(5), TIGHT, FRAME, boxes.TRAIN)
