"""Re-ranking of an answer, against the formula on all of its crops."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from dropgui.library import Library
from dropgui.library.embeddings import features_of
from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search.rerank import rerank, search_reranked
from dropmodel.evaluation.rerank import Neighbourhood, reranked_blocks
from dropmodel.features import Features
from tests.unit.library.made import SCHEMA, add_crops, add_model, as_stored, embed, made_features

PERSONS = 12
VIEWS = 10
WEIGHTS = {"stripe_1": 2.0, "stripe_2": 1.0, "global": 0.5}


def crowd() -> Features:
    """Ten views each of twelve persons, far apart in noise."""
    rng = np.random.default_rng(3)
    base = made_features(PERSONS, 1, hidden=0)
    noisy = made_features(PERSONS * VIEWS, 2, hidden=0.1)
    vectors = np.repeat(base.vectors, VIEWS, axis=0) + 0.9 * noisy.vectors
    vectors += 0.4 * rng.standard_normal((PERSONS, 1, 1, vectors.shape[2])).repeat(VIEWS, axis=0)[:, 0]
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return as_stored(Features(vectors.astype(np.float32), noisy.visibility, SCHEMA))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartIndex]:
    with Library.create(tmp_path_factory.mktemp("rerank") / "some.droplib") as library:
        model = add_model(library)
        embed(library, model, add_crops(library, PERSONS * VIEWS), crowd())
        opened = PartIndex.open(library, model)
        yield opened
        opened.close()


def test_orders_as_the_formula_does(index: PartIndex) -> None:
    features = crowd()[4:5]
    query = VectorQuery(features, WEIGHTS, top=40, exclude=frozenset({5}))
    answer = search(index, query)
    again = rerank(index, query, answer, Neighbourhood(k1=6, k2=3))
    gallery = features_of(index.library, [match.crop_id for match in answer.matches], index.model.id)
    ((_, distances),) = reranked_blocks(features, gallery, WEIGHTS, options=Neighbourhood(k1=6, k2=3))
    expected = np.argsort(distances[0], kind="stable") + 1
    assert [match.former_rank for match in again.matches] == expected.tolist() != list(range(1, 41))
    for match in again.matches:
        assert match.former_rank is not None
        assert replace(match, former_rank=None) == answer.matches[match.former_rank - 1]


def test_views_and_negatives_count_as_they_rank(index: PartIndex) -> None:
    """With nothing but the plain distance in the answer the order is the search's own."""
    everyone = crowd()
    query = VectorQuery(everyone[:3], WEIGHTS, top=60, negatives=everyone[20:22], push=1.0)
    again = rerank(index, query, search(index, query), Neighbourhood(share=1.0))
    assert [match.former_rank for match in again.matches] == list(range(1, 61))


def test_brings_more_of_the_person_to_the_front(index: PartIndex) -> None:
    plain = reranked = 0
    for crop in range(0, PERSONS * VIEWS, 7):
        own = set(range(crop - crop % VIEWS + 1, crop - crop % VIEWS + VIEWS + 1))
        query = VectorQuery(crowd()[crop : crop + 1], WEIGHTS, top=VIEWS - 1, exclude=frozenset({crop + 1}))
        plain += len(own & {match.crop_id for match in search(index, query).matches})
        answer = search_reranked(index, query)
        assert len(answer.matches) == VIEWS - 1
        assert answer.compared == PERSONS * VIEWS - 1
        reranked += len(own & {match.crop_id for match in answer.matches})
    assert reranked > plain


def test_matches_that_are_gone_stay_at_the_end(library: Library) -> None:
    model = add_model(library)
    embed(library, model, add_crops(library, 20), made_features(20))
    index = PartIndex.open(library, model)
    query = VectorQuery(made_features(1, 5), {"global": 1.0})
    answer = search(index, query)
    lost = replace(answer.matches[0], crop_id=999)
    again = rerank(index, query, replace(answer, matches=(lost, *answer.matches[1:])))
    assert (again.matches[-1].crop_id, again.matches[-1].former_rank) == (999, 1)
    assert rerank(index, query, replace(answer, matches=())).matches == ()
    index.close()
