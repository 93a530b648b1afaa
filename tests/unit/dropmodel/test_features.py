"""The distance against a plain loop, and what Features refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.features import Features, default_weights, distance
from dropmodel.parts import EIGHT, FIVE_V, stripes

SCHEMA = stripes(3)
NAMES = SCHEMA.vector_names


def features(seed: int, count: int, hidden: float = 0.0) -> Features:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, len(NAMES), 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    visibility = rng.random((count, len(NAMES))).astype(np.float32)
    visibility[rng.random(visibility.shape) < hidden] = 0
    return Features(vectors, visibility, SCHEMA)


def plain_distance(q: Features, g: Features, weights: dict[str, float], i: int, k: int) -> float:
    total = mass = 0.0
    for name, weight in weights.items():
        j = NAMES.index(name)
        cosine = sum(float(a) * float(b) for a, b in zip(q.vectors[i, j], g.vectors[k, j], strict=True))
        w = (float(q.visibility[i, j]) * float(g.visibility[k, j])) ** 0.5 * weight
        total, mass = total + w * (1 - cosine), mass + w
    return total / mass if mass else float("inf")


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32),
    hidden=st.sampled_from([0.0, 0.5, 1.0]),
    weights=st.dictionaries(st.sampled_from(NAMES), st.floats(0, 4, width=16), min_size=1),
)
def test_distance_is_the_formula(seed: int, hidden: float, weights: dict[str, float]) -> None:
    q, g = features(seed, 3, hidden), features(seed + 1, 4, hidden)
    found = distance(q, g, weights)
    for i in range(3):
        for k in range(4):
            assert found[i, k] == pytest.approx(plain_distance(q, g, weights, i, k), abs=1e-4)


def test_by_default_foreground_and_parts_count_alike() -> None:
    assert default_weights(EIGHT) == dict.fromkeys(EIGHT.vector_names[1:], 1.0)
    q, g = features(1, 2), features(2, 2)
    np.testing.assert_array_equal(distance(q, g), distance(q, g, default_weights(SCHEMA)))


def test_a_pair_without_a_common_visible_vector_comes_last() -> None:
    q, g = features(1, 1), features(2, 2)
    g.visibility[0] = 0
    found = distance(q, g)
    assert np.isinf(found[0, 0])
    assert np.isfinite(found[0, 1])


def test_what_does_not_fit_is_refused() -> None:
    q = features(0, 1)
    with pytest.raises(ValueError, match="negative"):
        distance(q, q, {"global": -1.0})
    with pytest.raises(ValueError, match="cannot compare"):
        distance(q, Features(np.ones((1, 7, 6), np.float32), np.ones((1, 7), np.float32), FIVE_V))
    with pytest.raises(ValueError, match="vectors must be"):
        Features(np.ones((1, 4, 6), np.float32), np.ones((1, 4), np.float32), SCHEMA)
    with pytest.raises(ValueError, match="visibility must be"):
        Features(np.ones((2, 5, 6), np.float32), np.ones((1, 5), np.float32), SCHEMA)


def test_concatenate_and_index_keep_rows_together() -> None:
    a, b = features(0, 2), features(1, 3)
    both = Features.concatenate([a, b])
    assert len(both) == 5
    np.testing.assert_array_equal(both[2:].vectors, b.vectors)
    np.testing.assert_array_equal(both[np.array([4, 0])].visibility, [b.visibility[2], a.visibility[0]])
