"""Training pictures a second: ``python -m tests.benchmarks.loading [ROOT] [--json]``.

One process of one thread, CPU time, standard recipe (:class:`TransformConfig`'s defaults): from files, from
the cache of decoded pictures, and with every background replaced. ``torchvision`` is what transforms.v2
does of it: no occluders, no JPEG (its codec does not load beside a CPU-only torch), no erasing (it passes
masks by). ROOT is any data set; without it a small one is drawn.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from dropmodel.data.datasets import Dataset, Sample, guess_name, open_dataset
from dropmodel.data.loading import TrainingPictures
from dropmodel.data.sampler import Pick
from dropmodel.data.targets import TargetReader
from dropmodel.data.transform_config import TransformConfig
from dropmodel.data.transforms import resized
from dropmodel.decode import read_image
from dropmodel.network.torchvision_ops import prepare_torchvision
from dropmodel.parts import EIGHT
from tests.support.people import person

SIZES = ((128, 64), (256, 128))
PICTURES = 600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", nargs="?", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        root = arguments.root or Path(folder)
        dataset = open_dataset(guess_name(root), root) if arguments.root else drawn(root)
        rows = [measured(dataset, size) for size in SIZES]
    if arguments.json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    for row in rows:
        sys.stdout.write("  ".join(f"{name} {value}" for name, value in row.items()) + "\n")


def drawn(root: Path) -> Dataset:
    """Drawn people of 256 x 128 pixels with a body of one block a part."""
    samples = []
    for number in range(64):
        picture, mask = root / f"{number}.jpg", root / f"{number}.png"
        person(number // 4, number, 256, 128).save(picture, quality=92)
        labels = np.zeros((256, 128), np.uint8)
        labels[16:240, 36:92] = 1 + np.arange(224)[:, None] // 28
        Image.fromarray(labels).save(mask)
        samples.append(Sample(picture, number // 4, number % 4, mask))
    return Dataset("drawn", root, tuple(samples), labels="eight")


def measured(dataset: Dataset, size: tuple[int, int]) -> dict[str, str | float]:
    """Pictures a second of CPU time, by kind."""
    config = TransformConfig(height=size[0], width=size[1])
    count = len(dataset.train)
    files = TrainingPictures(dataset, config, cache_gib=0)
    cached = TrainingPictures(dataset, config)
    backgrounds = TrainingPictures(dataset, replace(config, background=1.0))
    for source in (cached, backgrounds):
        for index in range(count):
            source[Pick(index, 0, index)]
    theirs = _torchvision(dataset, size)
    return {
        "size": f"{size[0]} x {size[1]}",
        "files": _rate(lambda place: files[Pick(place % count, 1, place)]),
        "cached": _rate(lambda place: cached[Pick(place % count, 1, place)]),
        "backgrounds": _rate(lambda place: backgrounds[Pick(place % count, 1, place)]),
        "torchvision": _rate(lambda place: theirs(dataset.train[place % count])),
    }


def _rate(work: Callable[[int], object]) -> float:
    start = time.process_time()
    for place in range(PICTURES):
        work(place)
    return round(PICTURES / (time.process_time() - start), 1)


def _torchvision(dataset: Dataset, size: tuple[int, int]) -> Callable[[Sample], object]:
    prepare_torchvision()
    from torchvision import tv_tensors  # type: ignore[import-untyped]
    from torchvision.transforms import v2  # type: ignore[import-untyped]

    recipe = v2.Compose(
        [
            v2.RandomHorizontalFlip(),
            v2.RandomApply([v2.RandomAffine(6, (0.04, 0.04), (0.88, 1.15), 4)], 0.4),
            v2.RandomApply([v2.RandomPerspective(0.1, 1.0)], 0.4),
            v2.RandomApply([v2.ColorJitter(0.35, 0.35, 0.4, 0.025)], 0.8),
            v2.RandomApply([v2.GaussianBlur(5, (0.4, 2.0))], 0.25),
        ]
    )
    reader = TargetReader(dataset.labels or "eight", EIGHT)

    def work(sample: Sample) -> object:
        pixels = read_image(sample.path)
        labels = reader(sample.mask, sample.path, pixels.shape[:2])
        picture, target = resized(pixels, labels, size)
        image = tv_tensors.Image(torch.from_numpy(np.array(picture)).permute(2, 0, 1))
        mask = tv_tensors.Mask(torch.from_numpy(np.array(target)))
        return recipe(image, mask)

    return work


if __name__ == "__main__":
    main()
