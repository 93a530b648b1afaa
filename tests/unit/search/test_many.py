"""Many searches at once, against one after the other."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.library import Library
from dropgui.library.queries import camera_rows
from dropgui.library.rows import CropFilter
from dropgui.search import Answer, PartIndex, VectorQuery, search, search_many
from dropgui.search import kernels as kernels_module
from dropgui.search import many as many_module
from dropmodel.features import Features
from tests.unit.library.made import DIM, SCHEMA, add_crops, add_model, embed, made_features

CROPS = 500
NAMES = SCHEMA.vector_names


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartIndex]:
    with Library.create(tmp_path_factory.mktemp("many") / "some.droplib") as library:
        model = add_model(library)
        crops = add_crops(library, CROPS, cameras=40)
        embed(library, model, crops, made_features(CROPS))
        embed(library, model, crops[10:20], made_features(10, seed=9))  # leaves dead rows
        opened = PartIndex.open(library, model)
        yield opened
        opened.close()


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Waking threads for a thousand tiny products takes longer than the products."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_module, "_BLOCK", 150)
    monkeypatch.setattr(many_module, "_GROUP", 5)


def check_same(answers: list[Answer], expected: list[Answer]) -> None:
    for answer, other in zip(answers, expected, strict=True):
        assert replace(answer, seconds=0) == replace(other, seconds=0)


queries = st.builds(
    lambda seed, weights, hidden, excluded, negatives, camera, top: VectorQuery(
        made_features(1 + seed % 2, seed, hidden=hidden),
        weights,
        CropFilter(cameras=frozenset(camera)),
        top=top,
        exclude=frozenset(excluded),
        negatives=made_features(negatives, seed + 1) if negatives else None,
    ),
    seed=st.integers(0, 1000),
    weights=st.dictionaries(st.sampled_from(NAMES), st.floats(0.1, 5), min_size=1),
    hidden=st.sampled_from([0.0, 0.4, 0.95]),
    excluded=st.lists(st.integers(1, CROPS + 50), max_size=4),
    negatives=st.integers(0, 2),
    camera=st.sampled_from([(), (), (1,), range(1, 30)]),
    top=st.sampled_from([1, 30, CROPS]),
)


@given(asked=st.lists(queries, max_size=10))
@settings(max_examples=20, deadline=None)
@pytest.mark.usefixtures("small_blocks")
def test_answers_as_one_search_after_the_other_does(index: PartIndex, asked: list[VectorQuery]) -> None:
    assert len(camera_rows(index.library)) == 40
    check_same(search_many(index, asked), [search(index, query) for query in asked])


@pytest.mark.parametrize("kernel", kernels_module.MANY_KERNELS)
def test_any_kernel_gives_exact_answers(
    index: PartIndex, kernel: kernels_module.ManyKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels_module, "many_kernel_for", lambda *_: kernel)
    asked = [VectorQuery(made_features(1, seed), {"global": 1.0, "stripe_2": 2.0}) for seed in range(10)]
    check_same(search_many(index, asked), [search(index, query) for query in asked])


def test_rounding_hides_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """2,000 near copies: bf16 sums cannot tell them apart, so such a query is scanned on its own."""
    monkeypatch.setattr(kernels_module, "many_kernel_for", lambda *_: kernels_module.bfloat_product)
    rng = np.random.default_rng(0)
    base = made_features(1, hidden=0)
    vectors = np.repeat(base.vectors, 2000, axis=0) + rng.normal(0, 1e-3, (2000, *base.vectors.shape[1:]))
    gallery = Features(
        vectors.astype(np.float16).astype(np.float32), np.repeat(base.visibility, 2000, axis=0), SCHEMA
    )
    model = add_model(library)
    embed(library, model, add_crops(library, 2000), gallery)
    index = PartIndex.open(library, model)
    asked = [VectorQuery(base, {"stripe_2": 1.0}, top=20), VectorQuery(base, {"global": 1.0}, top=20)]
    check_same(search_many(index, asked), [search(index, query) for query in asked])
    index.close()


def test_nothing_asked_is_nothing_answered(index: PartIndex) -> None:
    assert search_many(index, []) == []
    with pytest.raises(ValueError, match="numbers a vector"):
        search_many(index, [VectorQuery(made_features(1, dim=2 * DIM), {"global": 1.0})])
