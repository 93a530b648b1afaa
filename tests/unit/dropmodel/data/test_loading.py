"""Loaders: the same batches however they are read, right labels, and the cache of decoded pictures."""

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dropmodel.data.cache import PictureCache
from dropmodel.data.datasets import Dataset, open_dataset
from dropmodel.data.loading import Batch, normalized, training_loader
from dropmodel.data.targets import to_grid
from dropmodel.data.transform_config import TransformConfig
from dropmodel.errors import DataError
from dropmodel.inference.preprocess import Preprocessor
from dropmodel.parts import IGNORE
from tests.unit.dropmodel.data.conftest import parts_map

CONFIG = TransformConfig(height=64, width=32, paste=0.5, background=0.2)


@pytest.fixture
def dataset(synthetic: Path) -> Dataset:
    return open_dataset("synthetic", synthetic)


def same(first: Batch, second: Batch) -> bool:
    names = ("pictures", "targets", "identities", "cameras", "indices")
    return all(torch.equal(getattr(first, name), getattr(second, name)) for name in names)


def test_training_batches(dataset: Dataset) -> None:
    loader, sampler = training_loader(dataset, CONFIG, persons=3, pictures=4)
    batches = list(loader)
    assert len(batches) == len(loader) == sampler.batches == 2
    batch = batches[0]
    assert (batch.pictures.shape, batch.pictures.dtype) == ((12, 3, 64, 32), torch.uint8)
    assert batch.pictures.is_contiguous(memory_format=torch.channels_last)
    assert (batch.targets.shape, batch.targets.dtype) == ((12, 16, 8), torch.uint8)
    assert len(batch) == 12
    assert sorted({int(i) for b in batches for i in b.identities}) == list(range(6))
    for place, index in enumerate(batch.indices.tolist()):
        sample = dataset.train[index]
        assert dataset.identities[int(batch.identities[place])] == sample.identity
        assert int(batch.cameras[place]) == sample.camera


def test_batches_do_not_depend_on_who_reads_them(dataset: Dataset) -> None:
    settings = {"persons": 4, "pictures": 2, "seed": 5}
    loader, sampler = training_loader(dataset, CONFIG, cache_gib=0.0, **settings)  # type: ignore[arg-type]
    plain = [list(loader)]
    sampler.start_at(1)
    plain.append(list(loader))
    loader, sampler = training_loader(dataset, CONFIG, workers=1, **settings)  # type: ignore[arg-type]
    for epoch, expected in enumerate(plain):
        sampler.start_at(epoch)
        found = list(loader)
        assert all(same(a, b) for a, b in zip(found, expected, strict=True))
    sampler.start_at(1, 1)
    (rest,) = loader
    assert same(rest, plain[1][1])
    del loader
    halves = [
        list(training_loader(dataset, CONFIG, rank=rank, world=2, **settings)[0])  # type: ignore[arg-type]
        for rank in range(2)
    ]
    for step, expected_batch in enumerate(plain[0]):
        joined = torch.cat([half[step].pictures for half in halves])
        assert torch.equal(joined, expected_batch.pictures)


def test_without_transforms_pictures_and_parts_are_the_files(dataset: Dataset) -> None:
    loader, _ = training_loader(dataset, TransformConfig.plain(64, 32), persons=2, pictures=2)
    batch = next(iter(loader))
    for place, index in enumerate(batch.indices.tolist()):
        with Image.open(dataset.train[index].path) as opened:
            np.testing.assert_array_equal(batch.pictures[place].permute(1, 2, 0).numpy(), np.asarray(opened))
        np.testing.assert_array_equal(batch.targets[place].numpy(), to_grid(parts_map(64, 32), (16, 8), 9))


def test_normalized_as_at_inference(dataset: Dataset) -> None:
    batch = next(iter(training_loader(dataset, CONFIG, persons=2, pictures=2)[0]))
    images = [picture.permute(1, 2, 0).numpy() for picture in batch.pictures]
    expected = Preprocessor((64, 32), torch.device("cpu"))(images)
    torch.testing.assert_close(normalized(batch.pictures), expected)


def test_unreadable_pictures_and_missing_masks_are_named(dataset: Dataset) -> None:
    plain = TransformConfig.plain(64, 32)

    def read() -> None:
        list(training_loader(dataset, plain, persons=6, pictures=6)[0])

    sample = dataset.train[0]
    assert sample.mask is not None
    mask = sample.mask.read_bytes()
    sample.mask.unlink()
    with pytest.raises(DataError, match=sample.mask.name):
        read()
    sample.mask.write_bytes(mask)
    sample.path.write_bytes(b"")
    with pytest.raises(DataError, match=sample.path.name):
        read()


def test_cache_keeps_and_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = PictureCache(3, (4, 2))
    picture = Image.fromarray(np.arange(24, dtype=np.uint8).reshape(4, 2, 3))
    target = Image.fromarray(np.full((4, 2), 7, np.uint8))
    assert cache.get(1) is None
    cache.put(1, (picture, target))
    cache.put(2, (picture, None))
    copy = pickle.loads(pickle.dumps(cache))
    kept = copy.get(1)
    assert kept is not None
    assert kept[0].tobytes() == picture.tobytes()
    assert kept[1].tobytes() == target.tobytes()
    assert copy.get(2)[1] is None
    copy.put(0, (picture, target))
    assert cache.get(0) is not None
    folder = cache._folder
    del cache
    assert not folder.exists()
    monkeypatch.setattr("dropmodel.data.cache.cache_bytes", lambda count, size: 1 << 60)
    with pytest.raises(DataError, match="GiB free"):
        PictureCache(1, (4, 2))


KILLED = """\
import os, signal
from dropmodel.data.cache import PictureCache

cache = PictureCache(1, (4, 2))
print(cache._folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is swept without POSIX locks")
def test_what_a_killed_process_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    working = PictureCache(1, (4, 2))
    run = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False)
    left = Path(run.stdout.strip())
    assert left.parent == tmp_path
    assert left.exists()
    another = PictureCache(1, (4, 2))
    assert not left.exists()
    assert working._folder.exists()
    assert another._folder.exists()


def test_a_cached_pass_reads_no_files(dataset: Dataset) -> None:
    loader, sampler = training_loader(dataset, CONFIG, persons=6, pictures=6)
    everything = list(loader)
    assert {int(index) for batch in everything for index in batch.indices} == set(range(36))
    for sample in dataset.train:
        sample.path.unlink()
    sampler.start_at(0)
    assert all(same(a, b) for a, b in zip(loader, everything, strict=True))


def test_sets_without_masks_have_no_targets(dataset: Dataset) -> None:
    bare = replace(dataset, labels=None)
    batch = next(iter(training_loader(bare, CONFIG, persons=2, pictures=2)[0]))
    assert (batch.targets == IGNORE).all()
