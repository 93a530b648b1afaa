"""Whatever is indexed, corrected and forgotten, in any order and meanwhile: the next answer is right."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.library import Library
from dropgui.library.embeddings import remove_embeddings
from dropgui.library.forget import forget_crops
from dropgui.search import Answer, PartIndex, VectorQuery, search, search_many
from dropgui.search import approximate as approximate_module
from dropgui.search import quickening as quickening_module
from dropgui.search import scan as scan_module
from dropgui.search.approximate import build
from dropgui.search.quickening import Quickener
from dropgui.search.wiping import wipe_caches
from dropmodel.features import Features, distance
from tests.unit.library.made import add_crops, add_model, embed, made_features

WEIGHTS = {"foreground": 1.0, "stripe_1": 2.0, "stripe_3": 0.5}
ALL = 10_000

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["append", "correct", "take away", "forget", "reopen", "build"]),
        st.integers(0, 2**16),
    ),
    min_size=2,
    max_size=6,
)


@contextmanager
def made_library() -> Iterator[Library]:
    with TemporaryDirectory() as folder, Library.create(Path(folder) / "some.droplib") as library:
        yield library


class Known:
    """What the library ought to hold: the features of each crop that can be found."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.model = add_model(library)
        self.features: dict[int, Features] = {}
        self._folders = 0

    def append(self, count: int, seed: int) -> None:
        self._folders += 1
        crops = add_crops(self.library, count, f"/folder{self._folders}")
        self._embed(crops, seed)

    def correct(self, seed: int) -> None:
        self._embed(self._some(seed), seed)

    def take_away(self, seed: int) -> None:
        gone = self._some(seed)
        self.library.write(lambda connection: remove_embeddings(connection, gone))
        self._drop(gone)

    def forget(self, seed: int) -> None:
        gone = self._some(seed)
        forget_crops(self.library, gone, wipe_cache=wipe_caches)
        self._drop(gone)

    def check(self, answer: Answer, query: VectorQuery) -> None:
        """Scores are the formula's; all crops are there that the query asks for, unless it is approximate."""
        ids = sorted(self.features)
        gallery = Features.concatenate([self.features[crop_id] for crop_id in ids])
        scores = 1 - distance(query.features, gallery, query.weights)[0]
        expected = {i: s for i, s in zip(ids, scores.tolist(), strict=True) if np.isfinite(s)}
        found = {match.crop_id: match.score for match in answer.matches}
        assert set(found) <= set(expected)
        assert found == pytest.approx({crop_id: expected[crop_id] for crop_id in found}, abs=2e-6)
        assert (answer.compared, answer.uncomparable) == (len(expected), len(ids) - len(expected))
        if not answer.approximate:
            best = sorted(expected.values(), reverse=True)[: query.top]
            assert [match.score for match in answer.matches] == pytest.approx(best, abs=2e-6)

    def _embed(self, crops: list[int], seed: int) -> None:
        features = made_features(len(crops), seed)
        embed(self.library, self.model, crops, features)
        for row, crop_id in enumerate(crops):
            self.features[crop_id] = features[row : row + 1]

    def _some(self, seed: int) -> list[int]:
        ids = sorted(self.features)
        rng = np.random.default_rng(seed)
        return [int(i) for i in rng.choice(ids, min(len(ids) - 16, 1 + seed % 5), replace=False)]

    def _drop(self, crops: list[int]) -> None:
        for crop_id in crops:
            del self.features[crop_id]


@settings(max_examples=6, deadline=None)
@given(steps=STEPS, hidden=st.sampled_from([0.0, 0.6]), top=st.sampled_from([5, 900]))
def test_the_next_answer_is_right(steps: list[tuple[str, int]], hidden: float, top: int) -> None:
    with made_library() as library:
        known = Known(library)
        known.append(40, 1)
        index = PartIndex.open(library, known.model, "cpu")
        for what, seed in steps:
            match what:
                case "append":
                    known.append(1 + seed % 4, seed)
                case "correct":
                    known.correct(seed)
                case "take away":
                    known.take_away(seed)
                case "forget":
                    known.forget(seed)
                case "reopen":
                    index.close()
                    index = PartIndex.open(library, known.model, "cpu")
                case "build":
                    pytest.importorskip("faiss")
                    index.refresh()
                    assert build(index)
            index.refresh()
            assert sorted(index.crop_ids.tolist()) == sorted(known.features)
            query = VectorQuery(made_features(1, seed, hidden=hidden), WEIGHTS, top=top)
            known.check(search(index, query, exact=True), query)
            known.check(search(index, query, exact=False), query)
            for answer in search_many(index, [query, replace(query, top=3)]):
                known.check(answer, replace(query, top=min(top, max(len(answer.matches), 3))))
        index.close()


def test_more_matches_than_candidates_are_looked_for_exactly() -> None:
    pytest.importorskip("faiss")
    with made_library() as library:
        known = Known(library)
        known.append(700, 1)
        index = PartIndex.open(library, known.model, "cpu")
        assert build(index)
        query = VectorQuery(made_features(1, 2), WEIGHTS, top=1000)
        assert search(index, query, exact=False).approximate
        assert not search(index, replace(query, top=1001), exact=False).approximate
        index.close()


@pytest.mark.parametrize("quick", [False, True])
def test_threads_search_while_crops_come_change_and_go(quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was there all the time keeps its score in every answer; who was forgotten never comes back."""
    if quick:
        pytest.importorskip("faiss")
        monkeypatch.setattr(scan_module, "SLOW_SECONDS", 0.0)
        monkeypatch.setattr(quickening_module, "_PATIENCE", 0.0)
        monkeypatch.setattr(approximate_module, "_FRESH", 10.0)
    with made_library() as library:
        known = Known(library)
        known.append(640, 1)
        index = PartIndex.open(library, known.model, "cpu")
        quickener = Quickener(index)
        query = VectorQuery(known.features[1], WEIGHTS, top=ALL if not quick else 1000)
        steady = {m.crop_id: m.score for m in search(index, query).matches if m.crop_id <= 500}
        gone: set[int] = set()
        stop, faults = threading.Event(), []

        def ask() -> None:
            try:
                while not stop.is_set():
                    before = frozenset(gone)
                    index.refresh()
                    quickener.look()
                    found = {match.crop_id: match.score for match in search(index, query).matches}
                    assert not before & set(found)
                    assert found[1] == steady[1]
                    assert {i: found[i] for i in steady if i in found} == {
                        i: steady[i] for i in steady if i in found
                    }
                    assert quick or set(steady) <= set(found)
            except BaseException as error:  # noqa: BLE001 - told by the test
                faults.append(error)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for round_ in range(8):
            known.append(5, 100 + round_)
            embed(library, known.model, [600 + round_], made_features(1, 300 + round_))
            forgotten = 510 + round_
            forget_crops(library, [forgotten], wipe_cache=wipe_caches)
            gone.add(forgotten)
        stop.set()
        for thread in threads:
            thread.join()
        quickener.close()
        index.close()
        assert not faults, faults[0]
