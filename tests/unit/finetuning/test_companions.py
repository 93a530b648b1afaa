"""Crops are drawn person by person, as far as the model can tell."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from dropgui.finetuning.choice import choose
from dropgui.finetuning.companions import together
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.split import deal
from dropgui.library import Library
from dropgui.library.embeddings import remove_embeddings
from tests.unit.finetuning.made import CAMERAS, IDENTITIES, crops_of

IntArray = npt.NDArray[np.int64]


def crowd(
    persons: int, cameras: int, each: int, spread: float = 0.2
) -> tuple[npt.NDArray[np.float16], IntArray, IntArray]:
    """Vectors of ``each`` crops of everybody at every camera, a camera's own tint on all of its crops."""
    random = np.random.default_rng(3)
    who, where = (x.ravel() for x in np.mgrid[:persons, :cameras].repeat(each, axis=2))
    vectors = random.normal(size=(persons, 32))[who] + 3 * random.normal(size=(cameras, 32))[where]
    noise = spread * random.normal(size=vectors.shape)
    return (vectors + noise).astype(np.float16), where.astype(np.int64), who.astype(np.int64)


def test_who_is_drawn_comes_with_other_crops_of_the_same_person_from_other_cameras() -> None:
    vectors, cameras, who = crowd(300, 4, 6)
    found = together(vectors, cameras, 240, np.random.default_rng(0))
    alone = np.random.default_rng(0).permutation(len(who))[:240]
    assert np.unique(who[found]).size < 20 < 150 < np.unique(who[alone]).size
    for person in np.unique(who[found])[:-1]:
        assert np.unique(cameras[found][who[found] == person]).size == 4


def test_a_camera_that_films_somebody_for_an_hour_does_not_fill_the_company() -> None:
    vectors, cameras, who = crowd(40, 2, 60)
    found = together(vectors, cameras, 12, np.random.default_rng(0))
    assert sorted(np.bincount(cameras[found])) == [6, 6]
    unknown = together(vectors, np.full(len(who), -1), 24, np.random.default_rng(0))
    assert len(unknown) == 24


@given(st.integers(0, 60), st.integers(1, 4), st.integers(0, 80), st.integers(0, 3), st.booleans())
def test_never_twice_never_too_many_and_the_same_for_a_seed(
    people: int, cameras: int, count: int, seed: int, known: bool
) -> None:
    vectors, where, _ = crowd(max(people, 1), cameras, 1)
    vectors, where = vectors[: people * cameras], where[: people * cameras]
    where = where if known else np.full(len(where), -1)
    found = together(vectors, where, count, np.random.default_rng(seed))
    assert len(found) == len(set(found.tolist())) == min(count, len(vectors))
    assert set(found.tolist()) <= set(range(len(vectors)))
    assert found.tolist() == together(vectors, where, count, np.random.default_rng(seed)).tolist()


def test_crops_that_the_model_never_saw_come_last(library: Library) -> None:
    unseen = crops_of(library, IDENTITIES - 1)
    library.write(lambda connection: remove_embeddings(connection, unseen))
    everybody = choose(library, Recipe(sources=("adapt",)), deal(library)).train
    assert {one.crop_id for one in everybody} >= set(unseen)
    most = choose(library, Recipe(sources=("adapt",), crops=len(everybody) - CAMERAS), deal(library)).train
    assert not {one.crop_id for one in most} & set(unseen)
