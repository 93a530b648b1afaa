"""ROC against counting every threshold, and the pairs it is made of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.evaluation.ranking import Labels, Rules
from dropmodel.evaluation.verification import Pairs, PairSampler, Roc, roc
from tests.unit.dropmodel.evaluation.made import labels


def pairs(seed: int, count: int, steps: int, *, weighted: bool = True) -> Pairs:
    rng = np.random.default_rng(seed)
    same = rng.random(count) < 0.4
    same[:2] = True, False
    distances = np.round(rng.normal(np.where(same, 0.4, 0.6), 0.2) * steps) / steps
    weights = rng.integers(1, 4, count).astype(np.float64) if weighted else np.ones(count)
    return Pairs(distances.astype(np.float32), same, weights)


def curve(found: Pairs) -> Roc:
    made = roc(found)
    assert made is not None
    return made


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), steps=st.sampled_from([3, 1000]))
def test_roc_is_the_count_at_every_threshold(seed: int, steps: int) -> None:
    drawn = pairs(seed, 50, steps)
    found = curve(drawn)
    assert found.thresholds[1:].tolist() == sorted(set(drawn.distances.tolist()))
    positive, negative = drawn.weights[drawn.same].sum(), drawn.weights[~drawn.same].sum()
    for threshold, tpr, fpr in zip(found.thresholds, found.tpr, found.fpr, strict=True):
        taken = drawn.distances <= threshold
        assert tpr == pytest.approx(drawn.weights[taken & drawn.same].sum() / positive)
        assert fpr == pytest.approx(drawn.weights[taken & ~drawn.same].sum() / negative)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), steps=st.sampled_from([3, 1000]))
def test_auc_is_how_often_the_same_person_is_nearer(seed: int, steps: int) -> None:
    drawn = pairs(seed, 40, steps)
    right, wrong = drawn.distances[drawn.same], drawn.distances[~drawn.same]
    wins = (right[:, None] < wrong) + 0.5 * (right[:, None] == wrong)
    weights = drawn.weights[drawn.same][:, None] * drawn.weights[~drawn.same]
    assert curve(drawn).auc == pytest.approx(float((wins * weights).sum() / weights.sum()))


def test_rates_of_a_small_example() -> None:
    distances = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], np.float32)
    same = np.array([1, 1, 0, 1, 0, 0], np.bool_)
    found = curve(Pairs(distances, same, np.ones(6)))
    assert found.tpr_at(0.0) == pytest.approx(2 / 3)
    assert found.tpr_at(0.32) == pytest.approx(2 / 3)
    assert found.tpr_at(0.34) == pytest.approx(1.0)
    assert found.threshold_at(0.0) == pytest.approx(0.2)
    assert found.eer == pytest.approx(1 / 3)
    assert found.auc == pytest.approx(8 / 9)


def test_perfect_and_hopeless_pairs() -> None:
    same = np.array([True, True, False])
    best = curve(Pairs(np.array([0.1, 0.2, 0.9], np.float32), same, np.ones(3)))
    worst = curve(Pairs(np.array([0.8, 0.9, 0.1], np.float32), same, np.ones(3)))
    blind = curve(Pairs(np.zeros(3, np.float32), same, np.ones(3)))
    assert (best.auc, best.eer, best.tpr_at(1e-4)) == (1, 0, 1)
    assert (worst.auc, worst.eer, worst.tpr_at(1e-4)) == (0, 1, 0)
    assert (blind.auc, blind.eer) == (0.5, 0.5)
    assert worst.threshold_at(1e-4) == -np.inf


def test_one_kind_of_pairs_has_no_curve() -> None:
    assert roc(Pairs(np.zeros(2, np.float32), np.ones(2, np.bool_), np.ones(2))) is None


def test_a_thinned_curve_keeps_its_ends_and_is_close() -> None:
    found = curve(pairs(0, 5000, 100_000, weighted=False))
    thin = found.thinned(100)
    assert len(thin.fpr) <= 102
    assert (thin.fpr[0], thin.tpr[0], thin.fpr[-1], thin.tpr[-1]) == (0, 0, 1, 1)
    assert thin.auc == pytest.approx(found.auc, abs=5e-3)


def sample(query: Labels, gallery: Labels, negatives: int, rows: int) -> Pairs:
    rules = Rules(query, gallery)
    sampler = PairSampler(rules, negatives=negatives)
    distances = np.random.default_rng(0).random((len(query), len(gallery))).astype(np.float32)
    for start in range(0, len(query), rows):
        part = slice(start, min(start + rows, len(query)))
        block = distances[part].copy()
        rules.remove(part, block)
        sampler.add(part, block)
    return sampler.result()


def test_all_pairs_by_the_rules_where_there_are_few() -> None:
    query, gallery = labels(0, 9), labels(1, 30)
    found = sample(query, gallery, 10_000, 4)
    same = wrong = 0
    for person, camera in zip(query.identities, query.cameras, strict=True):
        for other, place in zip(gallery.identities, gallery.cameras, strict=True):
            if other != -1:
                match = person == other and person > 0
                same += int(match and camera != place)
                wrong += int(not match)
    assert int(found.same.sum()) == same
    assert int((~found.same).sum()) == wrong
    assert (found.weights == 1).all()


def test_drawn_pairs_stand_for_all() -> None:
    query, gallery = labels(0, 200), labels(1, 500)
    every, some = sample(query, gallery, 200_000, 64), sample(query, gallery, 20_000, 64)
    assert int(some.same.sum()) == int(every.same.sum())
    assert some.weights[~some.same].sum() == pytest.approx(int((~every.same).sum()), rel=0.03)
    assert len(some) < 0.4 * len(every)
