"""A small data set of coloured figures on disk, with masks and levels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dropmodel.data.datasets import Dataset, Sample
from dropmodel.parts import EIGHT
from tests.support.people import person

PEOPLE, CAMERAS = 6, 3


def sample(root: Path, folder: str, identity: int, camera: int, view: int) -> Sample:
    path = root / folder / f"{identity:04d}_c{camera}s1_{view:06d}_00.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    person(identity, 10 * camera + view, 64, 32).save(path, quality=92)
    return Sample(path, identity, camera)


def with_mask(given: Sample, root: Path) -> Sample:
    """A head, a torso and two legs, the left one on the right of the picture."""
    labels = np.zeros((64, 32), np.uint8)
    labels[4:12, 12:20], labels[12:34, 8:24] = EIGHT.label("head"), EIGHT.label("torso")
    labels[34:60, 8:16], labels[34:60, 16:24] = EIGHT.label("right_leg"), EIGHT.label("left_leg")
    path = root / "masks" / given.path.parent.name / f"{given.path.stem}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(labels).save(path)
    return replace(given, mask=path)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Six persons at three cameras, one query and two gallery crops each, a distractor and a lonely query."""
    root = tmp_path_factory.mktemp("figures")
    query, gallery = [], []
    for identity in range(1, PEOPLE + 1):
        for camera in range(1, CAMERAS + 1):
            asked = sample(root, "query", identity, camera, 0)
            query.append(replace(with_mask(asked, root), level=identity % 2))
            gallery += [sample(root, "bounding_box_test", identity, camera, view) for view in (1, 2)]
    gallery.append(sample(root, "bounding_box_test", 0, 1, 1))
    query.append(sample(root, "query", 99, 1, 0))
    return Dataset("figures", root, query=tuple(query), gallery=tuple(gallery), labels="eight")
