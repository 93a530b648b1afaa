"""Approximate candidates: never a wrong score, told recall, and never used when they are out of step."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from dropgui.library import Library
from dropgui.library.embeddings import remove_embeddings
from dropgui.library.forget import forget_crops
from dropgui.library.queries import camera_rows
from dropgui.library.rows import CropFilter
from dropgui.search import PartIndex, VectorQuery, search, search_many
from dropgui.search import approximate as approximate_module
from dropgui.search import kernels as kernels_module
from dropgui.search.approximate import FaissMissingError, Recall, build, is_wanted, measure_recall
from dropgui.search.wiping import wipe_caches
from dropmodel.features import Features
from tests.unit.library.made import SCHEMA, add_crops, add_model, as_stored, embed, made_features

pytest.importorskip("faiss")

CROPS = 3000
WEIGHTS = {"stripe_1": 1.0, "stripe_2": 2.0}


def clustered(count: int, seed: int, hidden: float = 0.3) -> Features:
    """Crops of some hundred persons: neighbours as real ones have them."""
    rng = np.random.default_rng(seed)
    base = made_features(100, 1, hidden=0).vectors[rng.integers(0, 100, count)]
    vectors = base + 0.15 * rng.standard_normal(base.shape)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    visibility = made_features(count, seed, hidden=hidden).visibility
    return as_stored(Features(vectors.astype(np.float32), visibility, SCHEMA))


@pytest.fixture
def index(library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[PartIndex]:
    monkeypatch.setattr(approximate_module, "_LEAST", 150)
    monkeypatch.setattr(approximate_module, "_TIMES", 3)
    model = add_model(library)
    embed(library, model, add_crops(library, CROPS), clustered(CROPS, 0))
    opened = PartIndex.open(library, model)
    yield opened
    opened.close()


def queries(count: int = 8, crop_filter: CropFilter | None = None) -> list[VectorQuery]:
    chosen = crop_filter or CropFilter()
    return [VectorQuery(clustered(1, 50 + i, 0), WEIGHTS, chosen, top=20) for i in range(count)]


def found(index: PartIndex, query: VectorQuery, *, exact: bool) -> list[int]:
    answer = search(index, query, exact=exact)
    assert answer.approximate != exact
    return [match.crop_id for match in answer.matches]


def known_recall(index: PartIndex) -> Recall | None:
    return None if index.approximate is None else index.approximate.recall


def test_scores_are_exact_and_little_is_missed(index: PartIndex) -> None:
    assert build(index)
    shared = 0
    for query in queries():
        exact, quick = search(index, query, exact=True), search(index, query, exact=False)
        assert (quick.approximate, exact.approximate) == (True, False)
        assert (quick.compared, quick.uncomparable) == (exact.compared, exact.uncomparable)
        by_id = {
            match.crop_id: match for match in search(index, replace(query, top=CROPS), exact=True).matches
        }
        assert all(match == by_id[match.crop_id] for match in quick.matches)
        scores = [match.score for match in quick.matches]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) == 20
        shared += len({m.crop_id for m in quick.matches} & {m.crop_id for m in exact.matches})
    assert shared > 0.9 * 8 * 20


def test_recall_is_measured_and_kept(index: PartIndex, library: Library) -> None:
    with pytest.raises(ValueError, match="no approximate codes"):
        measure_recall(index)
    build(index)
    recall = measure_recall(index, queries=10)
    assert recall is not None
    assert 0.8 < recall.at_100 <= 1
    assert 0.8 < recall.at_10 <= 1
    assert recall.queries == 10
    assert known_recall(index) == recall
    again = PartIndex.open(library, index.model.id)
    assert known_recall(again) is None
    assert build(again)
    assert known_recall(again) == recall
    again.close()


def test_recall_is_no_better_than_the_candidates(index: PartIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    build(index)
    monkeypatch.setattr(approximate_module, "_MOST", 3)
    monkeypatch.setattr(approximate_module, "_TIMES", 0)
    recall = measure_recall(index, queries=10)
    assert recall is not None
    assert recall.at_100 < 0.5
    assert measure_recall(index, queries=10, cancelled=lambda: True) is None


def test_filters_and_exclusions_hold(index: PartIndex, library: Library) -> None:
    build(index)
    camera = next(row.id for row in camera_rows(library) if row.name == "c1")
    for query in queries(crop_filter=CropFilter(cameras=frozenset({camera}))):
        crops = found(index, query, exact=False)
        assert len(crops) == 20
        assert all(crop % 2 == 0 for crop in crops)  # the second camera's
        without = replace(query, exclude=frozenset(crops[:3]))
        assert not set(crops[:3]) & set(found(index, without, exact=False))


def test_codes_are_used_where_the_scan_would_be_slow(
    index: PartIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = queries(1)[0]
    build(index)
    assert not is_wanted(index)
    assert not search(index, query).approximate
    slow = kernels_module.Timing(kernels_module.linear, 1e-3)
    monkeypatch.setattr(kernels_module, "timing", lambda _: slow)
    assert is_wanted(index)
    assert search(index, query).approximate
    assert not search_many(index, [query, query])[0].approximate
    assert not search_many(index, [query])[0].approximate
    index.approximate = None
    assert not search(index, query).approximate
    assert not search(index, query, exact=False).approximate


def test_news_are_candidates_until_they_are_many(index: PartIndex, library: Library) -> None:
    build(index)
    query = queries(1)[0]
    before = index.approximate
    embed(library, index.model.id, add_crops(library, 1, "/own"), query.features)
    embed(library, index.model.id, add_crops(library, 20, "/more"), clustered(20, 8))
    index.refresh()
    assert found(index, query, exact=False)[0] == CROPS + 1  # the query's own vectors
    assert build(index)
    assert before is not None
    assert index.approximate is not None
    assert index.approximate.rows == before.rows
    embed(library, index.model.id, add_crops(library, 400, "/many"), clustered(400, 9))
    index.refresh()
    assert not search(index, query, exact=False).approximate
    assert build(index)
    assert index.approximate.rows == CROPS + 421
    assert found(index, query, exact=False)[0] == CROPS + 1


@pytest.mark.parametrize("again", [True, False])
def test_what_was_taken_away_is_never_found(index: PartIndex, library: Library, again: bool) -> None:
    build(index)
    query = queries(1)[0]
    first = found(index, query, exact=False)[:5]
    library.write(lambda connection: remove_embeddings(connection, first))
    index.refresh()
    assert build(index) is True if again else True
    answer = search(index, query, exact=False)
    assert answer.approximate == again
    assert not set(first) & {match.crop_id for match in answer.matches}


def test_forgetting_wipes_the_codes_and_a_build_in_progress_comes_to_nothing(
    index: PartIndex, library: Library
) -> None:
    build(index)
    folder = index.folder / "approximate"
    assert len(list(folder.glob("*.faiss"))) == len(SCHEMA.vector_names)
    forget_crops(library, [1], wipe_cache=wipe_caches)
    assert not folder.exists()
    index.refresh()
    forgotten: list[int] = []

    def forget(share: float) -> None:
        assert 0 <= share <= 1
        if share > 0.5 and not forgotten:
            forgotten.append(2)
            forget_crops(library, [2], wipe_cache=wipe_caches)

    assert not build(index, forget)
    assert {path.name for path in index.folder.iterdir() if path.is_dir()} == {
        json.loads((index.folder / "header.json").read_text())["data"]
    }
    index.refresh()
    assert build(index)


def test_building_leaves_torch_its_threads(index: PartIndex) -> None:
    before = torch.get_num_threads()
    assert build(index)
    assert torch.get_num_threads() == before


def test_a_build_can_be_cancelled(index: PartIndex) -> None:
    shares: list[float] = []
    assert not build(index, shares.append, lambda: len(shares) > 2)
    assert index.approximate is None
    assert not list(index.folder.glob("approximate*"))
    assert build(index)


@pytest.mark.parametrize("broken", ["approximate.json", "02-"])
def test_broken_codes_are_made_anew(index: PartIndex, library: Library, broken: str) -> None:
    build(index)
    victim = next(
        path for path in (index.folder / "approximate").iterdir() if path.name.startswith(broken[:2])
    )
    victim.write_bytes(victim.read_bytes()[:20])
    again = PartIndex.open(library, index.model.id)
    assert build(again)
    assert found(again, queries(1)[0], exact=False)
    again.close()


def test_without_faiss_it_says_what_to_install(index: PartIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(FaissMissingError, match=r"pip install 'dropgui\[faiss\]'"):
        build(index)
