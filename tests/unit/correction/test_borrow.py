"""Masks of other crops, warped to fit."""

import numpy as np
import numpy.typing as npt
import pytest

from dropgui.correction.borrow import Borrowed, borrow
from dropgui.correction.region import Labels, Photo
from tests.unit.correction.drawn import drawn, put

SHAPE = (128, 64)
COLORS = np.array([(110, 115, 105), (210, 170, 150), (40, 60, 150), (150, 30, 40), (70, 70, 30)])


def doll(
    dx: float = 0, dy: float = 0, arm: float = 0, seed: int = 0, shape: tuple[int, int] = SHAPE
) -> tuple[Photo, Labels]:
    """Head (1), torso (2), one arm (3) turned by ``arm`` degrees, a leg (5), before structured ground."""
    height, width = shape
    rows, columns = np.indices(shape)
    y, x = rows / height * 128 - dy, columns / width * 64 - dx
    labels = np.zeros(shape, np.uint8)
    labels[(y > 78) & (y < 122) & (np.abs(x - 32) < 7)] = 5
    labels[(y > 34) & (y < 80) & (np.abs(x - 32) < 12)] = 2
    labels[np.hypot(y - 24, x - 32) < 11] = 1
    angle = np.radians(arm)
    along, across = (
        (y - 38) * np.cos(angle) - (x - 40) * np.sin(angle),
        (y - 38) * np.sin(angle) + (x - 40) * np.cos(angle),
    )
    labels[(along > -3) & (along < 36) & (np.abs(across) < 4)] = 3
    kinds = np.array([0, 1, 2, 3, 0, 4])[labels]
    texture = 14 * np.sin(x / 2.3)[..., None] * np.cos(y / 3.1)[..., None] * np.array([1, -1, 0.5])
    photo = COLORS[kinds] + texture + np.random.default_rng(seed).normal(0, 3, (*shape, 3))
    return photo.clip(0, 255).astype(np.uint8), labels


def overlap(one: Labels, other: Labels) -> float:
    each: list[npt.NDArray[np.float64]] = [
        ((one == k) & (other == k)).sum() / ((one == k) | (other == k)).sum() for k in (1, 2, 3, 5)
    ]
    return float(np.mean(each))


def test_the_crop_itself_fits_best() -> None:
    photo, labels = doll()
    found = borrow(labels, photo, photo, labels)
    assert np.array_equal(found.labels, labels)
    assert found.fit > 0.99


def test_a_moment_later_the_flow_finds_everything() -> None:
    photo, labels = doll()
    after, truth = doll(dx=4, dy=-3, seed=1)
    found = borrow(labels, photo, after)
    assert found.way == "flow"
    assert overlap(labels, truth) < 0.75
    assert overlap(found.labels, truth) > 0.95
    assert found.fit > 0.6


def test_another_pose_in_another_light_does_not_fit() -> None:
    photo, labels = doll(arm=10)
    other, truth = doll(dx=-14, dy=5, arm=-55, seed=1)
    found = borrow(labels, photo, (other[..., ::-1] // 2).astype(np.uint8), truth)
    assert overlap(found.labels, truth) < 0.5
    assert found.fit < 0.45


def test_crops_of_other_sizes() -> None:
    photo, labels = doll()
    large, truth = doll(shape=(300, 170))
    found = borrow(labels, photo, large)
    assert found.labels.shape == (300, 170)
    assert overlap(found.labels, truth) > 0.9
    tiny = np.ascontiguousarray(photo[::8, ::8])
    assert borrow(labels, photo, tiny).labels.shape == (16, 8)


def test_an_empty_mask_fits_nothing() -> None:
    photo, labels = doll()
    found = borrow(np.zeros_like(labels), photo, photo, labels)
    assert found.fit == 0
    assert not found.labels.any()
    undecided = borrow(np.full_like(labels, 255), photo, photo, labels)
    assert set(np.unique(undecided.labels)) <= {0, 255}


def test_one_part_alone_can_be_taken() -> None:
    current = drawn("1112 1112 3322")
    borrowed = Borrowed(drawn("..11 ..11 3333"), "frame", 1.0)
    assert put(current, borrowed.patch(current)) == "..11 ..11 3333"
    assert put(current, borrowed.patch(current, 1)) == "..11 ..11 3322"
    assert put(current, borrowed.patch(current, 5)) == "1112 1112 3322"


def test_what_does_not_fit_is_refused() -> None:
    photo, labels = doll()
    with pytest.raises(ValueError, match="one size"):
        borrow(labels[:-1], photo, photo)
    with pytest.raises(ValueError, match="one size"):
        borrow(labels, photo, photo, labels[:-1])
