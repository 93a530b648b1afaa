"""P persons with K pictures: who comes when, from which cameras, in which process."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropmodel.data.datasets import Sample
from dropmodel.data.sampler import PersonBatches, Pick


def people(*pictures: dict[int, int]) -> list[Sample]:
    """For each person the number of pictures at each camera."""
    return [
        Sample(Path(f"{identity}/{camera}/{shot}.jpg"), identity, camera)
        for identity, cameras in enumerate(pictures)
        for camera, count in cameras.items()
        for shot in range(count)
    ]


CROWD = people(*({1: 3, 2: 2, 3: 1} for _ in range(10)))


def identities(batch: list[Pick], samples: list[Sample] = CROWD) -> list[int]:
    return [samples[pick.sample].identity for pick in batch]


@given(st.integers(1, 10), st.integers(1, 8), st.integers(0, 1000))
def test_everyone_comes_once_a_pass(persons: int, pictures: int, seed: int) -> None:
    sampler = PersonBatches(CROWD, persons=persons, pictures=pictures, seed=seed)
    batches = list(sampler)
    assert len(batches) == len(sampler) == -(-10 // persons)
    for batch in batches:
        assert set(Counter(identities(batch)).values()) == {pictures}
        assert len(set(identities(batch))) == persons
    first = [identity for batch in batches for identity in identities(batch)[::pictures]][:10]
    assert sorted(first) == list(range(10))
    places = [pick.place for batch in batches for pick in batch]
    assert places == list(range(len(places)))


def test_cameras_are_mixed_and_the_short_repeat() -> None:
    samples = people({1: 5, 2: 5, 3: 5, 4: 5}, {1: 1, 2: 1}, {7: 9})
    sampler = PersonBatches(samples, persons=3, pictures=4)
    (batch,) = sampler
    cameras = {
        who: [samples[p.sample].camera for p in batch if samples[p.sample].identity == who]
        for who in range(3)
    }
    assert sorted(cameras[0]) == [1, 2, 3, 4]
    assert sorted(cameras[1]) == [1, 1, 2, 2]
    assert cameras[2] == [7] * 4
    shots = [pick.sample for pick in batch if samples[pick.sample].identity == 2]
    assert len(set(shots)) == 4


def test_epochs_differ_and_repeat_by_seed() -> None:
    sampler, other = PersonBatches(CROWD, persons=4, seed=1), PersonBatches(CROWD, persons=4, seed=1)
    first = list(sampler)
    assert first == list(other)
    sampler.start_at(1)
    assert [p.sample for b in sampler for p in b] != [p.sample for b in first for p in b]
    sampler.start_at(0)
    assert list(sampler) == first
    assert list(PersonBatches(CROWD, persons=4, seed=2)) != first


def test_passes_lengthen_an_epoch() -> None:
    sampler = PersonBatches(CROWD, persons=5, pictures=2, passes=3)
    assert len(sampler) == 6
    assert Counter(who for batch in sampler for who in identities(batch)) == dict.fromkeys(range(10), 6)


@given(st.integers(0, 9))
def test_an_epoch_goes_on_where_it_was_left(batch: int) -> None:
    sampler = PersonBatches(CROWD, persons=4, passes=3)
    sampler.start_at(5)
    whole = list(sampler)
    sampler.start_at(5, batch)
    assert list(sampler) == whole[batch:]
    assert len(sampler) == len(whole) - batch


@pytest.mark.parametrize("world", [1, 2, 4])
def test_processes_share_each_batch(world: int) -> None:
    alone = list(PersonBatches(CROWD, persons=4, seed=3))
    parts = [list(PersonBatches(CROWD, persons=4, seed=3, rank=rank, world=world)) for rank in range(world)]
    joined = [[pick for part in step for pick in part] for step in zip(*parts, strict=True)]
    assert joined == alone


def test_what_cannot_be_sampled_is_told() -> None:
    with pytest.raises(ValueError, match="11 persons a batch, but the training set has 10"):
        PersonBatches(CROWD, persons=11)
    with pytest.raises(ValueError, match="cannot be shared among 3 processes"):
        PersonBatches(CROWD, persons=4, world=3)
    with pytest.raises(ValueError, match="at least 1"):
        PersonBatches(CROWD, persons=4, pictures=0)
    with pytest.raises(ValueError, match="there is no batch 9"):
        PersonBatches(CROWD, persons=4).start_at(0, 9)
