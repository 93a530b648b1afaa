"""A few crops are told of as the search of everything tells of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search.some import match_some
from dropmodel.parts import stripes
from tests.unit.library.made import SCHEMA, made_features
from tests.unit.search.made import renewed_index

CROPS = 60


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartIndex]:
    with renewed_index(tmp_path_factory.mktemp("some"), CROPS, 9) as opened:
        yield opened


@settings(max_examples=15)
@given(
    seed=st.integers(0, 1000),
    weights=st.dictionaries(st.sampled_from(SCHEMA.vector_names), st.floats(0.01, 10), min_size=1),
    views=st.integers(1, 2),
    asked=st.frozensets(st.integers(1, CROPS + 5)),
)
def test_they_are_what_the_search_tells(
    index: PartIndex, seed: int, weights: dict[str, float], views: int, asked: frozenset[int]
) -> None:
    query = VectorQuery(made_features(views, seed=seed), weights, top=CROPS)
    everything = {match.crop_id: match for match in search(index, query).matches}
    narrow = replace(query, top=1, exclude=asked, least_score=2.0)
    found = match_some(index, narrow, asked)
    assert set(found) == asked & set(everything)
    for crop, match in found.items():
        want = everything[crop]
        assert match.parts == pytest.approx(want.parts, abs=1e-12)  # sums may be made in another order
        assert replace(match, parts={}, pushed=0) == replace(want, parts={}, pushed=0)


def test_a_query_of_another_model_is_refused(index: PartIndex) -> None:
    other = made_features(1, schema=stripes(4))
    with pytest.raises(ValueError, match="schema"):
        match_some(index, VectorQuery(other, {"global": 1.0}), [1])
