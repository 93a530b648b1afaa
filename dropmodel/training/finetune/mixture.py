"""Batches of a fine-tuning run: people, clusters, corrected masks and rehearsal side by side."""

from collections import defaultdict
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import torch

from dropmodel.data.loading import Batch
from dropmodel.data.occlusion import Pair
from dropmodel.data.sampler import choose
from dropmodel.data.transform_config import TransformConfig
from dropmodel.data.transforms import TrainTransform
from dropmodel.errors import DataError
from dropmodel.parts import PartSchema
from dropmodel.training.finetune.config import FinetuneConfig
from dropmodel.training.finetune.examples import Material
from dropmodel.training.finetune.pictures import Pictures

IntArray = npt.NDArray[np.int64]

_MOST_STEPS = 400
"""Steps of the longest epoch: after each it is measured, and people want to see that it goes on."""

_LEAST_STEPS = 8
_DONOR_TRIES = 4


class Roll:
    """Who is who among the rows: first the training examples, then the rehearsal.

    ``classes`` int64 [R]: confirmed persons from 0 where they are learnt, then the rehearsal's; -1 nobody.
    ``clusters`` int64 [R]: the cluster of each row, -1 none; changed from epoch to epoch.
    """

    def __init__(self, material: Material, *, persons: bool = True) -> None:
        taught = len(material.train)
        self.rows = (*material.train, *material.rehearsal)
        self.taught = taught
        names = [
            (row >= taught, example.person if persons or row >= taught else None)
            for row, example in enumerate(self.rows)
        ]
        known = sorted(
            {name for name in names if name[1] is not None}, key=lambda name: (name[0], name[1] or 0)
        )
        number = {name: place for place, name in enumerate(known)}
        self.classes: IntArray = np.array([number.get(name, -1) for name in names], np.int64)
        self.clusters: IntArray = np.full(len(self.rows), -1, np.int64)
        self.rejected = sorted(
            (place, number[False, person]) for place, person in material.rejected if (False, person) in number
        )

    @property
    def identities(self) -> int:
        """Number of classes."""
        return int(self.classes.max(initial=-1)) + 1


class Mixture:
    """The trainer's :class:`~dropmodel.training.trainer.Loader` over a :class:`Roll`.

    Each batch has ``config.rehearse`` of its crops from the rehearsal and shares the rest alike among the
    sources that are on: persons and clusters by ``config.pictures`` of each, corrected crops one by one. For
    a person with rejected crops one of them comes on top. ``DataError`` where there is nothing to learn from.
    """

    def __init__(
        self,
        roll: Roll,
        pictures: Pictures,
        config: FinetuneConfig,
        transforms: TransformConfig,
        schema: PartSchema,
    ) -> None:
        self._roll, self._pictures, self._config = roll, pictures, config
        self._transform = TrainTransform(transforms, schema)
        rows = np.arange(len(roll.rows))
        confirmed = (roll.classes >= 0) & (rows < roll.taught)
        self._confirmed = _by_camera(roll, rows[confirmed], roll.classes)
        self._rehearsed = _by_camera(roll, rows[roll.taught :], roll.classes)
        corrected = [row for row in rows[: roll.taught] if roll.rows[row].corrected is not None]
        self._corrected = corrected if config.masks else []
        self._rejected: dict[int, list[int]] = defaultdict(list)
        for row, number in roll.rejected:
            self._rejected[number].append(row)
        if not (self._confirmed or self._corrected or config.adapt):
            raise DataError(
                "there is nothing to learn from: none of the crops has what this run learns from, a person's "
                "name or a corrected mask"
            )
        self._slots = self._shares()

    @property
    def identities(self) -> int:
        """Number of classes."""
        return self._roll.identities

    def __len__(self) -> int:
        if self._config.steps:
            return self._config.steps
        sizes = {
            "persons": sum(len(shots) for person in self._confirmed for shots in person),
            "corrected": len(self._corrected),
            "clusters": self._roll.taught,
        }
        longest = max(-(-sizes[name] // count) for name, count in self._slots.items() if name in sizes)
        return min(max(longest, _LEAST_STEPS), _MOST_STEPS)

    def batches(self, epoch: int, start: int = 0) -> Generator[Batch, None, None]:
        """The epoch's batches from the one at ``start`` on, each made while the one before is learnt from."""
        groups = _by_camera(self._roll, np.flatnonzero(self._roll.clusters >= 0), self._roll.clusters)
        if not (groups or self._confirmed or self._corrected):
            raise DataError(
                "no two crops are alike enough to be taken for one person, so there is nothing to learn: add "
                "more pictures of the same people, or name some of them"
            )
        with ThreadPoolExecutor(1, "pictures") as ahead:
            coming = ahead.submit(self._batch, epoch, start, groups)
            for number in range(start + 1, len(self) + 1):
                batch = coming.result()
                if number < len(self):
                    coming = ahead.submit(self._batch, epoch, number, groups)
                yield batch

    def names(self, batch: Batch) -> Sequence[str]:
        """The files of a batch."""
        return [str(self._roll.rows[row].path) for row in batch.indices.tolist()]

    def _shares(self) -> dict[str, int]:
        """Crops of each source in a batch."""
        config, each = self._config, self._config.pictures
        slots: dict[str, int] = {}
        left = config.batch
        if self._rehearsed and config.rehearse:
            slots["rehearsed"] = max(round(config.rehearse * config.batch / each), 1) * each
            left -= slots["rehearsed"]
        found = {"persons": self._confirmed, "corrected": self._corrected, "clusters": config.adapt}
        active = [name for name, source in found.items() if source]
        for name in active:
            share = left // len(active)
            slots[name] = max(share, 1) if name == "corrected" else max(share // each, 2) * each
        return slots

    def _batch(self, epoch: int, number: int, clusters: "list[_Shots]") -> Batch:
        rows = self._rows(epoch, number, clusters)
        made = [self._item(row, epoch, number, place) for place, row in enumerate(rows)]
        index = torch.tensor(rows)
        return Batch(
            pictures=torch.stack([torch.from_numpy(picture) for picture, _ in made]).permute(0, 3, 1, 2),
            targets=torch.stack([torch.from_numpy(target) for _, target in made]),
            identities=torch.from_numpy(self._roll.classes[rows]),
            cameras=torch.tensor([self._roll.rows[row].camera for row in rows]),
            indices=index,
        )

    def _rows(self, epoch: int, number: int, clusters: "list[_Shots]") -> list[int]:
        random = np.random.default_rng((self._config.seed, epoch, number))
        each, rows = self._config.pictures, []
        people = {"rehearsed": self._rehearsed, "persons": self._confirmed, "clusters": clusters}
        for stream, (name, groups) in enumerate(people.items()):
            count = self._slots.get(name, 0) // each
            for person in self._turn(stream, len(groups), count, epoch, number):
                rows += choose(groups[person], each, random)
                against = self._rejected.get(person) if name == "persons" else None
                if against:
                    rows.append(int(random.choice(against)))
        count = self._slots.get("corrected", 0)
        turn = self._turn(len(people), len(self._corrected), count, epoch, number)
        rows += [int(self._corrected[place]) for place in turn]
        return rows

    def _turn(self, stream: int, of: int, count: int, epoch: int, number: int) -> list[int]:
        """The next ``count`` of ``of`` things, dealt again in a new order when all had their turn."""
        if not of:
            return []
        taken = []
        for place in range(number * count, (number + 1) * count):
            deal, at = divmod(place, of)
            order = np.random.default_rng((self._config.seed, epoch, stream, deal)).permutation(of)
            taken.append(int(order[at]))
        return taken

    def _item(
        self, row: int, epoch: int, number: int, place: int
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        random = np.random.default_rng((self._config.seed, epoch, number, place))

        def donor(random: np.random.Generator) -> Pair:
            """Somebody else's picture, as far as one knows."""
            other = row
            for _ in range(_DONOR_TRIES):
                other = int(random.integers(len(self._pictures)))
                if other != row and not self._same(row, other):
                    break
            return self._pictures(other)

        return self._transform(*self._pictures(row), random, donor)

    def _same(self, row: int, other: int) -> bool:
        classes, clusters = self._roll.classes, self._roll.clusters
        return bool(
            (classes[row] == classes[other] and classes[row] >= 0)
            or (clusters[row] == clusters[other] and clusters[row] >= 0)
        )


_Shots = list[list[int]]
"""A person's rows by camera."""


def _by_camera(roll: Roll, rows: IntArray, groups: IntArray) -> list[_Shots]:
    """The rows of each group in turn, by camera."""
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in rows.tolist():
        found[int(groups[row])][roll.rows[row].camera].append(row)
    return [list(found[group].values()) for group in sorted(found)]
