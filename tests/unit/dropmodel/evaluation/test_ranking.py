"""Ranking against a plain loop, and the rules of Market-1501 one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.evaluation import ranking
from dropmodel.evaluation.distances import _device_blocks, choice_blocks, distance_blocks
from dropmodel.evaluation.ranking import Labels, Ranker, Ranking, Rules, first_places, rank, ranks_of
from dropmodel.features import Features, FloatArray, Operand, distance
from dropmodel.parts import FIVE_V
from tests.unit.dropmodel.evaluation.made import features, labels, plain_ranking


def told(*pairs: tuple[int, int]) -> Labels:
    table = np.array(pairs, np.int64)
    return Labels(table[:, 0], table[:, 1])


def one(distances: list[float], query: tuple[int, int], *gallery: tuple[int, int]) -> Ranking:
    return rank([(slice(0, 1), np.array([distances], np.float32))], told(query), told(*gallery), keep=4)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    steps=st.sampled_from([2, 4, 1000]),
    few=st.sampled_from([0, 2, 48]),
    rows=st.sampled_from([1, 3, 256]),
)
def test_ranking_is_the_plain_loop(seed: int, steps: int, few: int, rows: int) -> None:
    """``steps`` makes ties: distances are one of so many values, some of them infinite."""
    rng = np.random.default_rng(seed)
    query, gallery = labels(seed, 7), labels(seed + 1, 40)
    distances = rng.integers(0, steps, (7, 40)).astype(np.float32)
    distances[rng.random(distances.shape) < 0.2] = np.inf
    blocks = [(slice(i, min(i + rows, 7)), distances[i : min(i + rows, 7)].copy()) for i in range(0, 7, rows)]
    before, ranking._FEW = ranking._FEW, few
    try:
        found = rank(blocks, query, gallery)
    finally:
        ranking._FEW = before
    expected = plain_ranking(distances, query, gallery)
    np.testing.assert_allclose(found.average_precision, [row[0] for row in expected], rtol=1e-12)
    np.testing.assert_allclose(found.inverse_penalty, [row[1] for row in expected], rtol=1e-12)
    np.testing.assert_array_equal(found.first_hit, [row[2] for row in expected])


def test_same_camera_and_junk_are_removed_and_distractors_count() -> None:
    gallery = ((5, 1), (-1, 2), (0, 2), (5, 2), (6, 3), (5, 3))
    found = one([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], (5, 1), *gallery)
    # What remains is: distractor, right, wrong, right.
    assert found.first_hit.tolist() == [2]
    assert found.mean_ap == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found.mean_inp == pytest.approx(2 / 4)
    assert found.gallery == 5
    assert found.top.tolist() == [[2, 3, 4, 5]]
    assert [found.rank(r) for r in (1, 2, 10)] == [0, 1, 1]


def test_crops_of_unknown_camera_are_never_of_the_same() -> None:
    assert one([0.1, 0.2], (5, -1), (5, -1), (6, -1)).first_hit.tolist() == [1]


@pytest.mark.parametrize("identity", [0, -1])
def test_a_query_that_is_nobody_has_no_right_answer(identity: int) -> None:
    found = one([0.1, 0.2], (identity, 1), (identity, 2), (6, 2))
    assert found.left_out == 1
    assert np.isnan(found.mean_ap)
    assert np.isnan(found.cmc(3)).all()


def test_queries_without_right_answers_are_left_out_of_the_means() -> None:
    found = rank(
        [(slice(0, 2), np.array([[0.1, 0.2], [0.1, 0.2]], np.float32))],
        told((1, 1), (9, 1)),
        told((2, 2), (1, 2)),
    )
    assert found.counted.tolist() == [True, False]
    assert found.left_out == 1
    assert found.mean_ap == pytest.approx(0.5)
    assert found.cmc(3).tolist() == [0, 1, 1]


def test_equal_distances_rank_in_the_order_of_the_gallery() -> None:
    assert one([0.5, 0.5], (1, 1), (2, 2), (1, 2)).first_hit.tolist() == [2]
    assert one([0.5, 0.5], (1, 1), (1, 2), (2, 2)).first_hit.tolist() == [1]


def test_columns_restrict_the_gallery() -> None:
    query, gallery = told((1, 1)), told((1, 2), (2, 3), (1, 3), (-1, 3))
    rules = Rules(query, gallery)
    ranker = Ranker(rules, columns=np.array([1, 2, 3]), keep=5)
    distances = np.array([[0.1, 0.2, 0.3, 0.0]], np.float32)
    rules.remove(slice(0, 1), distances)
    ranker.add(slice(0, 1), distances)
    found = ranker.result()
    assert found.first_hit.tolist() == [2]
    assert found.gallery == 2
    assert found.top.tolist() == [[1, 2, -1, -1, -1]]


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, float("inf"), float("nan")]), min_size=1, max_size=30))
def test_first_places_and_ranks_agree_with_a_stable_sort(values: list[float]) -> None:
    row: FloatArray = np.array(values, np.float32)
    order = [i for i in np.argsort(row, kind="stable").tolist() if not np.isnan(row[i])]
    assert first_places(row, 4).tolist() == order[:4]
    if order:
        assert ranks_of(row, np.array(order[::-1])).tolist() == list(range(1, len(order) + 1))


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), hidden=st.sampled_from([0.0, 0.5, 0.9]), rows=st.integers(1, 6))
def test_blocks_are_the_distance_on_numpy_and_torch(seed: int, hidden: float, rows: int) -> None:
    query, gallery = features(seed, 5, hidden), features(seed + 1, 7, hidden)
    weights = {"global": 0.5, "stripe_1": 2.0, "stripe_3": 0.0}
    expected = distance(query, gallery, weights)
    left = Operand.of(query, weights, is_query=True)
    right = Operand.of(gallery, weights, is_query=False)
    parts = [slice(i, min(i + rows, 5)) for i in range(0, 5, rows)]
    for blocks in (
        list(distance_blocks(query, gallery, weights, rows=rows)),
        list(_device_blocks(left, right, "cpu", parts)),
    ):
        assert [part for part, _ in blocks] == parts
        np.testing.assert_allclose(np.concatenate([block for _, block in blocks]), expected, atol=1e-6)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), hidden=st.sampled_from([0.0, 0.5, 0.9]), rows=st.integers(1, 6))
def test_blocks_of_several_choices_are_each_ones_distance(seed: int, hidden: float, rows: int) -> None:
    query, gallery = features(seed, 5, hidden), features(seed + 1, 7, hidden)
    choices = [("stripe_2",), ("foreground", "stripe_1", "stripe_2"), ("global", "stripe_3")]
    found = list(choice_blocks(query, gallery, choices, rows=rows))
    for place, names in enumerate(choices):
        expected = distance(query, gallery, dict.fromkeys(names, 1.0))
        whole = np.concatenate([blocks[place] for _, blocks in found])
        np.testing.assert_allclose(whole, expected, atol=1e-6)


def test_blocks_of_different_schemas_are_refused() -> None:
    query = features(0, 2)
    other = Features(np.ones((1, 7, 6), np.float32), np.ones((1, 7), np.float32), FIVE_V)
    with pytest.raises(ValueError, match="cannot compare"):
        distance_blocks(query, other)
