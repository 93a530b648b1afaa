"""Curves that grow with a run, and the words of its log."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dropgui.finetuning.words import log_line, losses_of
from dropgui.training.losses import TOTAL, LossCurves

VALUES = st.none() | st.floats(0, 100)


def step(number: int, value: float | None) -> dict[str, Any]:
    losses = {"triplet": value, "foreground_triplet": value, "parsing": 1.0}
    return {"event": "step", "number": number, "total": value, "losses": losses}


def points(curves: LossCurves, steps: list[dict[str, Any]]) -> dict[str, tuple[list[float], list[float]]]:
    return {title: (curve.x, curve.y) for title, curve in curves.follow(steps).items()}


@given(st.lists(VALUES, max_size=30), st.lists(st.integers(0, 30), max_size=5))
def test_a_curve_that_grew_is_the_one_made_at_once(values: list[float | None], looks: list[int]) -> None:
    steps = [step(i + 1, value) for i, value in enumerate(values)]
    grown = LossCurves()
    for look in sorted(looks):
        grown.follow(steps[:look])
    assert points(grown, steps) == points(LossCurves(), steps)


@given(st.integers(1, 20), st.integers(1, 20))
def test_steps_that_a_resumed_run_does_again_count_once(done: int, again: int) -> None:
    first = [step(i + 1, 2.0) for i in range(done)]
    kept = first[: min(again, done) - 1]
    then = kept + [step(i, 1.0) for i in range(len(kept) + 1, done + 3)]
    curves = LossCurves()
    curves.follow(first)
    assert points(curves, then) == points(LossCurves(), then)
    assert points(curves, then)[TOTAL][0] == list(range(1, done + 3)), "every step is there once"


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_an_average_stays_among_its_values(values: list[float]) -> None:
    _, y = points(LossCurves(), [step(i + 1, value) for i, value in enumerate(values)])[TOTAL]
    assert min(values) - 1e-6 <= min(y)
    assert max(y) <= max(values) + 1e-6


def test_losses_of_one_kind_are_one() -> None:
    losses = {"identity_global": 1.0, "identity_parts": 3.0, "foreground_triplet": 4.0, "new": 5.0, "x": None}
    assert losses_of(losses) == {"Who it is": 2.0, "Near and far": 4.0, "new": 5.0}


def test_what_was_measured_on_nobody() -> None:
    assert log_line({"event": "epoch", "epoch": 2, "metrics": {}}) == "After epoch 2: nobody to measure on."
