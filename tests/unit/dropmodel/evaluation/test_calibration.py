"""Calibration: fits against slow ones and known truths; what is stored; reliability."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.evaluation.calibrate import calibrate, draw_pairs, vector_distances
from dropmodel.evaluation.calibration import (
    KNOTS,
    Calibration,
    Isotonic,
    Kind,
    Logistic,
    fit,
    pool,
    reliability,
)
from dropmodel.evaluation.ranking import DoubleArray, Rules
from dropmodel.evaluation.verification import Pairs
from dropmodel.features import distance
from tests.unit.dropmodel.evaluation.made import features, labels, people

KINDS: tuple[Kind, ...] = ("logistic", "isotonic")


def drawn(seed: int, count: int, slope: float = -12.0, middle: float = 0.5) -> Pairs:
    """Pairs whose probability is a logistic function of their distance."""
    rng = np.random.default_rng(seed)
    distances = rng.random(count).astype(np.float32)
    chance = 0.5 + 0.5 * np.tanh(slope * (distances - middle) / 2)
    same = rng.random(count) < chance
    same[:2] = True, False
    return Pairs(distances, same, np.ones(count))


def share(pairs: Pairs) -> float:
    return float(np.average(pairs.same, weights=pairs.weights))


def best_falling(values: DoubleArray, weights: DoubleArray) -> DoubleArray:
    """Isotonic regression by its min-max formula: fit_i = min over a <= i of max over b >= i of the mean."""
    count = len(values)
    result = np.empty(count)
    for i in range(count):
        result[i] = min(
            max(np.average(values[a : b + 1], weights=weights[a : b + 1]) for b in range(i, count))
            for a in range(i + 1)
        )
    return result


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), min_size=1, max_size=14),
)
def test_pooling_is_the_best_falling_curve(rows: list[tuple[int, int]]) -> None:
    values, weights = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    levels, masses, _ = pool(np.arange(len(rows)).astype(np.float64), values, weights)
    assert (np.diff(levels) < 0).all()
    spread = levels[np.searchsorted(np.cumsum(masses), np.cumsum(weights))]
    np.testing.assert_allclose(spread, best_falling(values, weights), atol=1e-12)


def test_equal_distances_share_a_step() -> None:
    levels, masses, centres = pool(np.array([0.1, 0.1, 0.2]), np.array([0.0, 1.0, 0.0]), np.ones(3))
    assert (levels.tolist(), masses.tolist(), centres.tolist()) == ([0.5, 0], [2, 1], [0.1, 0.2])


def test_logistic_finds_the_truth() -> None:
    pairs = drawn(0, 60_000)
    found = fit(pairs, "logistic", prior=share(pairs))
    assert isinstance(found, Logistic)
    assert found.slope == pytest.approx(-12, rel=0.05)
    assert -found.intercept / found.slope == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_come_true_on_new_pairs(kind: Kind) -> None:
    pairs, fresh = drawn(0, 20_000), drawn(1, 20_000)
    curve = fit(pairs, kind, prior=share(pairs))
    assert reliability(curve(fresh.distances), fresh.same, fresh.weights).ece < 0.02


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    slope=st.sampled_from([-500.0, -5.0, 0.0, 10.0]),
    asked=st.lists(st.floats(-1, 3, width=32), min_size=2, max_size=20),
)
def test_never_rises_on_any_distance(kind: Kind, seed: int, slope: float, asked: list[float]) -> None:
    curve = fit(drawn(seed, 60, slope), kind)
    values = curve(np.sort(np.array(asked)))
    assert (np.diff(values) <= 1e-12).all()
    assert ((values > 0) & (values < 1)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_weight_is_a_repetition(kind: Kind) -> None:
    rng = np.random.default_rng(0)
    base = drawn(0, 300)
    times = rng.integers(1, 4, 300)
    weighted = Pairs(base.distances, base.same, times.astype(np.float64))
    repeated = Pairs(np.repeat(base.distances, times), np.repeat(base.same, times), np.ones(int(times.sum())))
    asked = np.linspace(0, 1, 50)
    np.testing.assert_allclose(fit(weighted, kind)(asked), fit(repeated, kind)(asked), atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_apart_from_each_other_give_finite_curves(kind: Kind) -> None:
    distances = np.array([0.1, 0.2, 0.8, 0.9], np.float32)
    curve = fit(Pairs(distances, distances < 0.5, np.ones(4)), kind)
    near, far = curve([0.0, 1.0])
    assert 0.6 < near < 1
    assert 0 < far < 0.4


def test_pairs_that_cannot_be_compared_do_not_count() -> None:
    pairs = drawn(0, 100)
    more = Pairs(np.append(pairs.distances, np.float32(np.inf)), np.append(pairs.same, True), np.ones(101))
    assert fit(more, "logistic") == fit(pairs, "logistic")
    with pytest.raises(ValueError, match="different ones"):
        fit(pairs.take(pairs.same))


def test_isotonic_keeps_few_knots() -> None:
    curve = fit(drawn(0, 50_000))
    assert isinstance(curve, Isotonic)
    assert len(curve.distances) <= KNOTS
    assert list(curve.distances) == sorted(curve.distances)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), positives=st.integers(1, 300), negatives=st.integers(1, 300))
def test_no_step_is_more_certain_than_its_pairs(seed: int, positives: int, negatives: int) -> None:
    """However far apart: one pair of the other kind may lie among the nearest, and among the farthest."""
    rng = np.random.default_rng(seed)
    distances = np.concatenate([rng.random(positives) / 2, 1 + rng.random(negatives)]).astype(np.float32)
    same = np.arange(positives + negatives) < positives
    curve = fit(Pairs(distances, same, np.ones(len(same))))
    near, far = curve([0.0, 2.0])
    # With a prior of a half all pairs of a kind weigh one half together; there is one more of each.
    own, other = positives / (positives + 1), 1 / (negatives + 1)
    assert near == pytest.approx(own / (own + other), rel=1e-4)
    assert far == pytest.approx(1 - (1 - other) / (1 - other + (1 - own)), rel=1e-3, abs=1e-5)


def test_knots_follow_the_odds_to_the_ends() -> None:
    """Of a hundred thousand pairs the nearest say far more than 64 : 1, and the knots keep it."""
    pairs = drawn(0, 100_000, slope=-24.0)
    curve = fit(pairs)
    near, far = curve([0.0, 1.0])
    assert near / (1 - near) > 2000
    assert (1 - far) / far > 2000
    asked = np.linspace(0.3, 0.7, 9)
    np.testing.assert_allclose(curve(asked), 1 / (1 + np.exp(24 * (asked - 0.5))), atol=0.03)


def test_calibration_through_json_prior_and_what_cannot_be_compared() -> None:
    made = Calibration({1: Logistic(1.0, -4.0), 9: Isotonic((0.1, 0.5), (0.9, 0.2))}, 0.5, 0.03)
    again = Calibration.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again == made
    assert replace(made, source="rendered people").to_dict()["source"] == "rendered people"
    assert again.probability(0.3, 9) == pytest.approx(0.55)
    assert again.probability(0.25, 2) == pytest.approx(0.5)
    rare = again.probability(0.25, 1, prior=0.01)
    assert rare == pytest.approx(0.01)
    assert again.probability([np.inf, np.nan], 9, prior=0.01).tolist() == [0.01, 0.01]
    with pytest.raises(ValueError, match="share between"):
        again.probability(0.1, 9, prior=1.0)
    for bad in ({}, {"curves": {}, "prior": 0.5}, {"curves": {"1": {"kind": "guess"}}, "prior": 0.5}):
        with pytest.raises(ValueError, match="calibration"):
            Calibration.from_dict(bad)


def test_reliability_of_a_small_example() -> None:
    found = reliability(
        np.array([0.2, 0.2, 0.8, 0.8]), np.array([False, True, True, True]), np.array([1.0, 1, 1, 1]), bins=2
    )
    np.testing.assert_allclose(found.predicted, [0.2, 0.8])
    np.testing.assert_allclose(found.observed, [0.5, 1.0])
    assert found.ece == pytest.approx((0.3 + 0.2) / 2)


def test_distances_of_drawn_pairs_are_those_of_the_formula() -> None:
    query, gallery = features(0, 6, 0.3), features(1, 9, 0.3)
    rules = Rules(labels(0, 6), labels(1, 9))
    drawn_pairs = draw_pairs(rules)
    own, roots = vector_distances(query, gallery, drawn_pairs, (1, 2, 3, 4))
    with np.errstate(invalid="ignore"):
        found = (own * roots).sum(1) / roots.sum(1)
    expected = distance(query, gallery)[drawn_pairs.queries, drawn_pairs.places]
    np.testing.assert_allclose(found[roots.sum(1) > 0], expected[np.isfinite(expected)], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_is_calibrated_by_number_of_vectors(kind: Kind) -> None:
    who, others = labels(0, 60, 20, others=False), labels(1, 200, 20, others=False)
    query, gallery = people(2, who, 1.2), people(3, others, 1.2)
    made = calibrate(query, gallery, Rules(who, others), kind=kind)
    assert made is not None
    calibration, reliable = made
    assert sorted(calibration.curves) == [1, 2, 3, 4]
    assert calibration.ece == pytest.approx(reliable.ece, abs=1e-4)
    assert reliable.ece < 0.1
    # The same small distance says more when it rests on more vectors.
    one, four = (float(calibration.probability(0.3, count)) for count in (1, 4))
    assert four >= one > 0.5


def test_nobody_twice_means_no_calibration() -> None:
    who = labels(0, 4, others=False)
    assert calibrate(people(0, who, 1), people(1, who, 1), Rules(who, who[:0])) is None
