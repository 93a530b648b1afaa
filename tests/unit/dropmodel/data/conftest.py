"""A small data set of drawn people in the synthetic layout, with masks of the eight parts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from dropmodel.parts import EIGHT
from tests.support.people import person

Write = Callable[..., Path]


def parts_map(height: int, width: int) -> npt.NDArray[np.uint8]:
    """A body of eight parts, blocks in their usual places: the person's left is on the picture's right."""
    labels = np.zeros((height, width), np.uint8)

    def block(name: str, top: float, bottom: float, left: float, right: float) -> None:
        rows = slice(round(top * height), round(bottom * height))
        labels[rows, round(left * width) : round(right * width)] = EIGHT.label(name)

    block("head", 0.05, 0.2, 0.4, 0.6)
    block("torso", 0.2, 0.5, 0.35, 0.65)
    block("right_arm", 0.2, 0.5, 0.2, 0.35)
    block("left_arm", 0.2, 0.5, 0.65, 0.8)
    block("right_leg", 0.5, 0.9, 0.35, 0.5)
    block("left_leg", 0.5, 0.9, 0.5, 0.65)
    block("right_foot", 0.9, 0.97, 0.35, 0.5)
    block("left_foot", 0.9, 0.97, 0.5, 0.65)
    return labels


@pytest.fixture
def write() -> Write:
    def picture(path: Path, identity: int = 1, view: int = 0, height: int = 64, width: int = 32) -> Path:
        """A drawn person as a picture file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        person(identity, view, height, width).save(path)
        return path

    return picture


@pytest.fixture
def synthetic(tmp_path: Path, write: Write) -> Path:
    """Six training persons and three of the test at three cameras, two pictures each, with masks."""
    root = tmp_path / "set"
    for identity in range(1, 10):
        for camera in (1, 2, 3):
            for frame in (0, 1):
                asked = "query" if frame == 0 else "bounding_box_test"
                folder = "bounding_box_train" if identity <= 6 else asked
                name = f"{identity:04d}_c{camera}s1_{frame:06d}_01"
                write(root / folder / f"{name}.jpg", identity, 10 * camera + frame)
                mask = root / "masks" / folder / f"{name}.png"
                mask.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(parts_map(64, 32)).save(mask)
    return root
