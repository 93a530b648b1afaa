"""Where one crop stands: the place that a search of everything gives it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.library import Library
from dropgui.library.rows import CropFilter
from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search.rank import rank_of
from dropmodel.features import Features
from dropmodel.parts import stripes
from tests.unit.library.made import SCHEMA, add_crops, add_model, embed, made_features
from tests.unit.search.made import renewed_index

CROPS = 200


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartIndex]:
    with renewed_index(tmp_path_factory.mktemp("rank"), CROPS, 20) as opened:
        yield opened


def check(index: PartIndex, query: VectorQuery) -> None:
    found = [match.crop_id for match in search(index, replace(query, top=CROPS)).matches]
    assert {crop: rank_of(index, query, crop) for crop in found} == {
        crop: place for place, crop in enumerate(found, 1)
    }
    for crop in set(index.crop_ids.tolist()) - set(found):
        assert rank_of(index, query, crop) is None


@settings(max_examples=10)
@given(
    seed=st.integers(0, 1000),
    weights=st.dictionaries(st.sampled_from(SCHEMA.vector_names), st.floats(0.01, 10), min_size=1),
    views=st.integers(1, 3),
    negatives=st.booleans(),
    least=st.sampled_from([None, 0.0, 0.2]),
    excluded=st.frozensets(st.integers(1, CROPS), max_size=5),
    cameras=st.frozensets(st.integers(1, 2), max_size=1),
)
def test_the_rank_is_the_place_in_the_answer(
    index: PartIndex,
    seed: int,
    weights: dict[str, float],
    views: int,
    negatives: bool,
    least: float | None,
    excluded: frozenset[int],
    cameras: frozenset[int],
) -> None:
    query = VectorQuery(
        made_features(views, seed + 1), weights, CropFilter(cameras=cameras), exclude=excluded,
        negatives=made_features(1, seed + 2) if negatives else None, least_score=least,
    )  # fmt: skip
    check(index, query)


def test_equal_crops_rank_by_id(library: Library) -> None:
    model = add_model(library)
    base = made_features(1, hidden=0)
    vectors, visibility = np.repeat(base.vectors, 50, axis=0), np.repeat(base.visibility, 50, axis=0)
    embed(library, model, add_crops(library, 50), Features(vectors, visibility, SCHEMA))
    index = PartIndex.open(library, model)
    check(index, VectorQuery(made_features(1, 3, hidden=0), {"stripe_1": 1.0}))
    index.close()


def test_a_query_of_another_model_is_refused(index: PartIndex) -> None:
    with pytest.raises(ValueError, match="schema"):
        rank_of(index, VectorQuery(made_features(1, schema=stripes(4)), {"global": 1.0}), 1)
