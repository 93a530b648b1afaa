"""Re-ranking against dense matrices and plain loops."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.evaluation.distances import distance_blocks
from dropmodel.evaluation.ranking import rank
from dropmodel.evaluation.rerank import Neighbourhood, jaccard_graph, reranked_blocks
from dropmodel.features import Features, Operand, distance
from tests.unit.dropmodel.evaluation.made import features, labels, people

Matrix = npt.NDArray[np.float64]


def dense(query: Features, gallery: Features, k1: int, k2: int, share: float) -> Matrix:
    """The paper's formulas, word for word, on N x N matrices."""
    everyone = Features.concatenate([query, gallery])
    plain = distance(everyone, everyone).astype(np.float64)
    count = len(everyone)
    np.fill_diagonal(plain, 0)
    finite = np.where(np.isfinite(plain), plain, 0)
    plain /= np.where(finite.max(1) > 0, finite.max(1), 1)[:, None]
    to_rank = plain.copy()
    np.fill_diagonal(to_rank, -1)
    nearest = [[j for j in np.argsort(row, kind="stable").tolist() if row[j] < np.inf] for row in to_rank]

    def reciprocal(i: int, k: int) -> set[int]:
        return {j for j in nearest[i][: k + 1] if i in nearest[j][: k + 1]}

    weights = np.zeros((count, count))
    for i in range(count):
        wide = reciprocal(i, k1)
        final = set(wide)
        for j in wide:
            narrow = reciprocal(j, max(round(k1 / 2), 1))
            if len(narrow & wide) > 2 / 3 * len(narrow):
                final |= narrow
        for j in final:
            weights[i, j] = np.exp(-plain[i, j])
        weights[i] /= weights[i].sum()
    if k2 > 1:
        weights = np.array([weights[row[:k2]].mean(0) for row in nearest])
    answer = np.zeros((len(query), len(gallery)))
    for i in range(len(query)):
        for g in range(len(gallery)):
            other = weights[len(query) + g]
            jaccard = 1 - np.minimum(weights[i], other).sum() / np.maximum(weights[i], other).sum()
            answer[i, g] = (1 - share) * jaccard + share * plain[i, len(query) + g]
    return answer


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**32),
    hidden=st.sampled_from([0.0, 0.5]),
    k1=st.sampled_from([1, 4, 20]),
    k2=st.sampled_from([1, 3]),
)
def test_reranking_is_the_papers_formula(seed: int, hidden: float, k1: int, k2: int) -> None:
    query, gallery = features(seed, 4, hidden), features(seed + 1, 14, hidden)
    blocks = list(reranked_blocks(query, gallery, options=Neighbourhood(k1, k2, 0.3), rows=3))
    found = np.concatenate([block for _, block in blocks])
    np.testing.assert_allclose(found, dense(query, gallery, k1, k2, 0.3), atol=2e-5)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32), hidden=st.sampled_from([0.0, 0.5]), k1=st.sampled_from([2, 20]))
def test_the_graph_has_the_same_distances(seed: int, hidden: float, k1: int) -> None:
    first, second = features(seed, 6, hidden), features(seed + 1, 9, hidden)
    options = Neighbourhood(k1, 3)
    weights = {"foreground": 2.0, "stripe_1": 0.5, "stripe_3": 1.0}
    everyone = Features.concatenate([first, second])
    roots = {name: weight**0.5 for name, weight in weights.items()}
    shares: list[float] = []
    side = Operand.of(everyone, roots, is_query=True)
    graph = jaccard_graph(side, options=options, rows=4, on_progress=shares.append)
    found = np.ones((15, 15))
    for i in range(15):
        row = slice(graph.starts[i], graph.starts[i + 1])
        assert (np.diff(graph.places[row]) > 0).all()
        found[i, graph.places[row]] = graph.distances[row]
    np.testing.assert_allclose(found, found.T, atol=1e-6)
    np.testing.assert_array_equal(np.diag(found), 1)
    blocks = reranked_blocks(first, second, weights, options=Neighbourhood(k1, 3, share=1e-7))
    ((_, expected),) = blocks
    finite = np.isfinite(expected)
    np.testing.assert_allclose(found[:6, 6:][finite], expected[finite], atol=2e-5)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_the_graph_of_nobody_is_empty() -> None:
    graph = jaccard_graph(Operand.of(features(0, 1), {"stripe_1": 1.0}, is_query=True)[:0])
    assert (graph.starts.tolist(), graph.places.tolist()) == ([0], [])


def test_share_one_keeps_the_plain_order() -> None:
    query, gallery = features(0, 3), features(1, 9)
    ((_, found),) = reranked_blocks(query, gallery, options=Neighbourhood(share=1.0))
    np.testing.assert_array_equal(np.argsort(found), np.argsort(distance(query, gallery)))


def test_reranking_helps_where_persons_form_clusters() -> None:
    who, others = labels(0, 20, others=False), labels(1, 60, others=False)
    query, gallery = people(2, who, 2.2), people(3, others, 2.2)
    plain = rank(distance_blocks(query, gallery), who, others)
    better = rank(reranked_blocks(query, gallery, options=Neighbourhood(8, 3)), who, others)
    assert better.mean_ap > plain.mean_ap + 0.05


def test_senseless_options_are_refused() -> None:
    with pytest.raises(ValueError, match="re-ranking needs"):
        Neighbourhood(k1=0)
