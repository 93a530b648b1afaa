"""A small mask at the photo's resolution: its edges are the photo's."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.correction.region import Labels, Photo
from dropgui.correction.upsample import upsample
from dropmodel.parts import IGNORE


def scene(height: int, width: int, seed: int = 0) -> tuple[Photo, Labels]:
    """A red disc (1) on a blue slab (2) before grey ground, with noise."""
    rows, columns = np.indices((height, width))
    labels = np.zeros((height, width), np.uint8)
    labels[height // 3 :, width // 4 : 3 * width // 4] = 2
    labels[np.hypot(rows - height * 0.3, columns - width * 0.5) < width * 0.23] = 1
    photo = np.array([(120, 120, 120), (200, 40, 40), (30, 60, 170)])[labels]
    noisy = photo + np.random.default_rng(seed).normal(0, 6, photo.shape)
    return noisy.clip(0, 255).astype(np.uint8), labels


def shrunk(labels: Labels, cell: int) -> npt.NDArray[np.float32]:
    """Exact shares of classes 0..2 in cells of ``cell`` pixels."""
    height, width = labels.shape
    planes = np.stack([labels == label for label in range(3)]).astype(np.float32)
    shares: npt.NDArray[np.float32] = planes.reshape(3, height // cell, cell, width // cell, cell).mean(
        (2, 4)
    )
    return shares


def overlap(found: Labels, truth: Labels) -> float:
    """Mean intersection over union of the classes."""
    each = [((found == k) & (truth == k)).sum() / ((found == k) | (truth == k)).sum() for k in (0, 1, 2)]
    return float(np.mean(each))


@pytest.mark.parametrize("cell", [4, 12])
def test_edges_are_those_of_the_photo(cell: int) -> None:
    photo, truth = scene(32 * cell, 16 * cell)
    shares = shrunk(truth, cell)
    coarse = shares.argmax(0).astype(np.uint8)
    nearest = coarse.repeat(cell, 0).repeat(cell, 1)
    from_shares, from_labels = upsample(shares, photo), upsample(coarse, photo)
    assert from_shares.dtype == np.uint8
    assert from_shares.flags.c_contiguous
    assert from_shares.flags.writeable
    assert overlap(nearest, truth) < 0.96
    assert overlap(from_shares, truth) > 0.995
    assert overlap(from_labels, truth) > 0.995


def test_sizes_need_not_be_multiples() -> None:
    photo, truth = scene(101, 67)
    coarse = truth[::5, ::4]
    found = upsample(coarse, photo)
    assert found.shape == truth.shape
    assert overlap(found, truth) > 0.9
    assert upsample(coarse[:1, :1], photo[:1, :3]).shape == (1, 3)


def test_a_label_map_of_full_size_is_copied() -> None:
    photo, truth = scene(48, 32)
    found = upsample(truth, photo)
    assert np.array_equal(found, truth)
    assert not np.shares_memory(found, truth)


def test_undecided_stays_undecided() -> None:
    photo, truth = scene(128, 64)
    coarse = truth[2::4, 2::4].copy()
    coarse[coarse == 1] = IGNORE
    found = upsample(coarse, photo)
    assert set(np.unique(found)) == {0, 2, IGNORE}
    assert ((found == IGNORE) == (truth == 1)).mean() > 0.98


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9))
def test_nothing_is_invented(seed: int, rows: int, columns: int) -> None:
    chance = np.random.default_rng(seed)
    photo = chance.integers(0, 256, (rows * 3 + 1, columns * 2 + 3, 3)).astype(np.uint8)
    coarse = chance.choice(np.array([0, 3, 7, 255], np.uint8), size=(rows, columns))
    assert set(np.unique(upsample(coarse, photo))) <= set(np.unique(coarse))
    one = np.full((rows, columns), 5, np.uint8)
    assert (upsample(one, photo) == 5).all()


def test_a_flat_photo_has_no_edges_to_follow() -> None:
    _, truth = scene(128, 64)
    flat = np.full((128, 64, 3), 90, np.uint8)
    assert overlap(upsample(shrunk(truth, 4), flat), truth) > 0.9


def test_what_does_not_fit_is_refused() -> None:
    photo, truth = scene(48, 32)
    with pytest.raises(ValueError, match="cannot be brought"):
        upsample(truth, photo[:20])
    with pytest.raises(ValueError, match="cannot be brought"):
        upsample(truth[0], photo)
