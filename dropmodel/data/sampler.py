"""Batches of P persons with K pictures each, which metric losses need."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from torch.utils.data import Sampler

from dropmodel.data.datasets import Sample

_Cameras = dict[int, list[int]]


class Pick(NamedTuple):
    """A training sample by its number, and when it is drawn: all that decides what happens to its picture."""

    sample: int
    epoch: int
    place: int


class PersonBatches(Sampler[list[Pick]]):
    """Batches of ``persons`` x ``pictures``, over ``world`` processes together; a batch sampler.

    An epoch is ``passes`` times every person once, in an order drawn by ``seed`` and epoch; the last batch of
    a pass is filled up with persons from its beginning. A person's pictures come from as many cameras as
    possible; who has fewer than K is repeated. Every process has the same order and takes its own ``persons /
    world`` of each batch, so that all of them together make the batches that one process alone would.

    The k-th batch of an epoch is the same whatever came before: :meth:`start_at` begins anywhere.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        *,
        persons: int = 16,
        pictures: int = 4,
        seed: int = 0,
        passes: int = 1,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        people: dict[int, _Cameras] = defaultdict(lambda: defaultdict(list))
        for index, sample in enumerate(samples):
            people[sample.identity][sample.camera].append(index)
        self._people = [list(people[identity].values()) for identity in sorted(people)]
        if min(persons, pictures, passes) < 1:
            raise ValueError(
                f"{passes} passes of {persons} persons x {pictures} pictures: each is at least 1"
            )
        if len(self._people) < persons:
            raise ValueError(f"{persons} persons a batch, but the training set has {len(self._people)}")
        if persons % world or not 0 <= rank < world:
            raise ValueError(
                f"{persons} persons a batch cannot be shared among {world} processes (this is {rank})"
            )
        self._persons, self._pictures, self._seed, self._passes = persons, pictures, seed, passes
        self._mine = slice(rank * persons // world, (rank + 1) * persons // world)
        self._epoch, self._first = 0, 0

    @property
    def batches(self) -> int:
        """Batches of a whole epoch."""
        return self._passes * -(-len(self._people) // self._persons)

    def start_at(self, epoch: int, batch: int = 0) -> None:
        """The next iteration gives ``epoch`` from its batch ``batch`` on."""
        if not 0 <= batch <= self.batches:
            raise ValueError(f"there is no batch {batch}; an epoch has {self.batches}")
        self._epoch, self._first = epoch, batch

    def __len__(self) -> int:
        """Batches that the next iteration gives."""
        return self.batches - self._first

    def __iter__(self) -> Iterator[list[Pick]]:
        epoch, first = self._epoch, self._first
        for number, people in enumerate(self._order(epoch)):
            if number < first:
                continue
            # Drawn anew for each batch, so that leaving out earlier ones changes nothing.
            random = np.random.default_rng((self._seed, epoch, number))
            chosen = [choose(self._people[person], self._pictures, random) for person in people]
            size = self._persons * self._pictures
            start = number * size + self._mine.start * self._pictures
            mine = [index for pictures in chosen[self._mine] for index in pictures]
            yield [Pick(index, epoch, start + place) for place, index in enumerate(mine)]

    def _order(self, epoch: int) -> Iterator[list[int]]:
        """Persons of each batch."""
        random = np.random.default_rng((self._seed, epoch))
        for _ in range(self._passes):
            order = random.permutation(len(self._people)).tolist()
            lacking = -len(order) % self._persons
            order += order[:lacking]
            for start in range(0, len(order), self._persons):
                yield order[start : start + self._persons]


def choose(cameras: Sequence[Sequence[int]], count: int, random: np.random.Generator) -> list[int]:
    """``count`` pictures of a person, given by camera: the cameras take turns until all pictures are used,
    then all over again.
    """
    chosen: list[int] = []
    while len(chosen) < count:
        turns = [random.permutation(cameras[camera]).tolist() for camera in random.permutation(len(cameras))]
        while turns and len(chosen) < count:
            chosen += [shots.pop() for shots in turns][: count - len(chosen)]
            turns = [shots for shots in turns if shots]
    return chosen
