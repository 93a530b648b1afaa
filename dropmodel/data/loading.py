"""Batches for training, read by worker processes.

What happens to a picture depends on the seed, the epoch and its place in the epoch, never on which process
reads it: any number of workers and of training processes gives the same batches, and so does a resumed run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from dropmodel.data.cache import PictureCache, cache_bytes
from dropmodel.data.datasets import Dataset, Sample
from dropmodel.data.occlusion import Pair
from dropmodel.data.sampler import PersonBatches, Pick
from dropmodel.data.targets import TargetReader
from dropmodel.data.transforms import TrainTransform, TransformConfig, resized
from dropmodel.decode import read_image
from dropmodel.errors import DataError, ImageError
from dropmodel.inference.preprocess import IMAGENET_MEAN, IMAGENET_STD
from dropmodel.parts import EIGHT, PartSchema

CACHE_GIB = 4.0
"""Training sets that need no more than this are kept decoded."""

_DONOR_TRIES = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """N pictures as they leave the loader.

    ``pictures`` uint8 [N, 3, H, W] RGB, channels last in memory; ``targets`` uint8 [N, h, w] classes 0..K,
    ``IGNORE`` where unknown; ``identities`` int64 [N], classes 0..C-1; ``cameras`` and ``indices`` (of the
    samples) int64 [N].
    """

    pictures: Tensor
    targets: Tensor
    identities: Tensor
    cameras: Tensor
    indices: Tensor

    def __len__(self) -> int:
        return len(self.pictures)

    def pin_memory(self) -> "Batch":
        """The batch in page-locked memory, from which it travels to a GPU while that computes."""
        return Batch(*(getattr(self, f.name).pin_memory() for f in fields(self)))


def normalized(pictures: Tensor) -> Tensor:
    """``pictures`` uint8 [N, 3, H, W] as backbones want them: float32, ImageNet's mean 0 and deviation 1."""
    scale = torch.tensor([1 / (255 * s) for s in IMAGENET_STD], device=pictures.device)[:, None, None]
    shift = torch.tensor(
        [-m / s for m, s in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)], device=pictures.device
    )[:, None, None]
    return torch.addcmul(shift, pictures.float(), scale)


@dataclass(frozen=True, slots=True)
class _Item:
    """One picture of a batch."""

    picture: Tensor
    target: Tensor
    identity: int
    camera: int
    index: int


class _Pictures:
    """Reads samples' pictures and targets at one size, from the cache where they are there."""

    def __init__(
        self,
        samples: Sequence[Sample],
        size: tuple[int, int],
        reader: TargetReader | None,
        cache: PictureCache | None,
    ) -> None:
        self.samples = tuple(samples)
        self._size, self._reader, self._cache = size, reader, cache

    def __call__(self, index: int) -> Pair:
        """Picture, RGB, and target, L or None, of a sample."""
        kept = None if self._cache is None else self._cache.get(index)
        if kept is not None:
            return kept
        sample = self.samples[index]
        try:
            pixels = read_image(sample.path, at_least=self._size)
        except ImageError as error:
            raise DataError(f"{error}; dropmodel check-dataset lists all such pictures") from error
        target = None
        if self._reader is not None and sample.mask is not None:
            target = self._reader(sample.mask, sample.path, pixels.shape[:2])
        pair = resized(pixels, target, self._size)
        if self._cache is not None:
            self._cache.put(index, pair)
        return pair


class TrainingPictures(TorchDataset[_Item]):
    """Transformed training pictures by :class:`~dropmodel.data.sampler.Pick`; a torch data set."""

    def __init__(
        self,
        dataset: Dataset,
        config: TransformConfig,
        schema: PartSchema = EIGHT,
        *,
        seed: int = 0,
        cache_gib: float = CACHE_GIB,
    ) -> None:
        self._classes = {identity: number for number, identity in enumerate(dataset.identities)}
        reader = None if dataset.labels is None else TargetReader(dataset.labels, schema)
        needed = cache_bytes(len(dataset.train), config.size)
        cache = PictureCache(len(dataset.train), config.size) if needed <= cache_gib * 2**30 else None
        self._pictures = _Pictures(dataset.train, config.size, reader, cache)
        self._transform = TrainTransform(config, schema)
        self._seed = seed

    def __len__(self) -> int:
        return len(self._pictures.samples)

    def __getitem__(self, pick: Pick) -> _Item:
        random = np.random.default_rng((self._seed, pick.epoch, pick.place))
        sample = self._pictures.samples[pick.sample]

        def donor(random: np.random.Generator) -> Pair:
            """Somebody else's picture: the person's own clothes in front of another would blur who is who."""
            index = pick.sample
            for _ in range(_DONOR_TRIES):
                index = int(random.integers(len(self)))
                if self._pictures.samples[index].identity != sample.identity:
                    break
            return self._pictures(index)

        picture, target = self._transform(*self._pictures(pick.sample), random, donor)
        return _Item(
            torch.from_numpy(picture),
            torch.from_numpy(target),
            self._classes[sample.identity],
            sample.camera,
            pick.sample,
        )


def training_loader(
    dataset: Dataset,
    config: TransformConfig,
    schema: PartSchema = EIGHT,
    *,
    persons: int = 16,
    pictures: int = 4,
    seed: int = 0,
    passes: int = 1,
    rank: int = 0,
    world: int = 1,
    workers: int = 0,
    pin_memory: bool = False,
    cache_gib: float = CACHE_GIB,
) -> tuple[DataLoader[Batch], PersonBatches]:
    """Batches of training pictures and the sampler that orders them.

    Before each epoch call the sampler's ``start_at(epoch)``, or ``start_at(epoch, batch)`` to go on inside
    one. ``cache_gib`` 0 keeps nothing decoded. Workers are spawned, stay for all epochs and end with the
    loader; see :class:`~dropmodel.data.sampler.PersonBatches` for the rest.
    """
    sampler = PersonBatches(
        dataset.train,
        persons=persons,
        pictures=pictures,
        seed=seed,
        passes=passes,
        rank=rank,
        world=world,
    )
    source = TrainingPictures(dataset, config, schema, seed=seed, cache_gib=cache_gib)
    loader: DataLoader[Any] = DataLoader(
        source,
        batch_sampler=sampler,
        collate_fn=collated,
        num_workers=workers,
        pin_memory=pin_memory,
        # Forked processes inherit locks of torch's threads and sometimes wait for them for ever.
        multiprocessing_context="spawn" if workers else None,
        persistent_workers=workers > 0,
        prefetch_factor=4 if workers else None,
        # One of its own: without, making an iterator draws from torch's global generator.
        generator=torch.Generator(),
    )
    return loader, sampler


def collated(items: list[_Item]) -> Batch:
    """Items of one size as a batch."""
    pictures = torch.stack([item.picture for item in items])
    return Batch(
        pictures=pictures.permute(0, 3, 1, 2),
        targets=torch.stack([item.target for item in items]),
        identities=torch.tensor([item.identity for item in items]),
        cameras=torch.tensor([item.camera for item in items]),
        indices=torch.tensor([item.index for item in items]),
    )
