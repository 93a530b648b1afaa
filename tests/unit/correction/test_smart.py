"""The smart brush ends at the photo's edges."""

from itertools import pairwise

import numpy as np
import pytest

from dropgui.correction.region import Photo, Pixels, Point, Region
from dropgui.correction.smart import SmartStroke


def limb(height: int, width: int, noise: float = 8) -> tuple[Photo, Pixels]:
    """A dark upright limb, wider below, before light ground, with noise."""
    rows, columns = np.indices((height, width))
    part = np.abs(columns + 0.5 - width / 2) < width * (0.12 + 0.1 * rows / height)
    photo = np.where(part[..., None], (60, 40, 90), (170, 180, 150))
    noisy = photo + np.random.default_rng(0).normal(0, noise, photo.shape)
    return noisy.clip(0, 255).astype(np.uint8), part


def stroked(photo: Photo, radius: float, first: float = 0.2, last: float = 0.8) -> tuple[SmartStroke, Pixels]:
    """A stroke down the middle, and what a plain brush paints."""
    stroke, plain = SmartStroke(photo), np.zeros(photo.shape[:2], np.bool_)
    ways = np.linspace(first, last, 13) * photo.shape[0]
    middle = photo.shape[1] / 2
    for start, end in pairwise(ways):
        region = stroke.move(Point(middle, float(start)), Point(middle, float(end)), radius, radius)
        plain[region.box.slices] |= region.mask
    return stroke, plain


@pytest.mark.parametrize(("height", "width"), [(128, 64), (700, 420)])
def test_a_wide_stroke_stops_at_the_edge(height: int, width: int) -> None:
    photo, part = limb(height, width)
    stroke, plain = stroked(photo, width * 0.3)
    found = stroke.snapped().full(part.shape)
    wanted = plain & part
    assert (plain & ~part).sum() > 0.4 * wanted.sum()
    assert (found & ~plain).sum() == 0
    assert (found & wanted).sum() / (found | wanted).sum() > 0.92


def test_a_stroke_inside_of_the_part_is_kept() -> None:
    photo, _ = limb(128, 64, noise=1)
    stroke, plain = stroked(photo, 4)
    assert stroke.snapped().mask.sum() > 0.95 * plain.sum()


def test_the_same_stroke_paints_the_same() -> None:
    photo, _ = limb(128, 64)
    first, second = (stroked(photo, 20)[0].snapped() for _ in range(2))
    assert first.box == second.box
    assert np.array_equal(first.mask, second.mask)


def test_the_pointer_s_own_way_is_always_painted() -> None:
    photo = np.random.default_rng(3).integers(0, 256, (64, 48, 3)).astype(np.uint8)
    stroke, _ = stroked(photo, 12)
    found = stroke.snapped(0).full((64, 48))
    assert found[14:50, 23:25].all()


def test_strokes_at_and_beyond_the_edges_of_the_picture() -> None:
    photo, _ = limb(64, 48)
    everything = SmartStroke(photo)
    everything.move(Point(24, 32), Point(24, 32), 200, 200)
    assert everything.snapped().mask.sum() == 64 * 48
    outside = SmartStroke(photo)
    assert not outside.move(Point(-90, 5), Point(-80, 5), 10, 10)
    assert outside.snapped().box == Region.empty().box
    assert not SmartStroke(photo).snapped()
    corner = SmartStroke(photo)
    corner.move(Point(0, 0), Point(1, 1), 3, 3)
    assert corner.snapped().full((64, 48))[0, 0]


@pytest.mark.parametrize("passes_both", [False, True])
def test_parts_of_one_colour_are_told_apart_by_the_mask(passes_both: bool) -> None:
    photo, part = limb(128, 64)
    labels = np.where(part, np.where(np.arange(64) < 36, 5, 6), 0).astype(np.uint8)  # the border: x = 36
    stroke = SmartStroke(photo, labels)
    middle = 36 if passes_both else 32
    stroke.move(Point(middle, 70), Point(middle, 100), 12, 12)
    found = stroke.snapped().full(part.shape) & part
    assert found[75:95, 30:36].all()
    assert found[75:95, 36:40].all() == passes_both


def test_a_part_that_was_seen_too_narrow_can_be_widened() -> None:
    photo, part = limb(128, 64)
    seen = part & (np.abs(np.arange(64) + 0.5 - 32) < 7)
    stroke = SmartStroke(photo, np.where(seen, 5, 0).astype(np.uint8))
    stroke.move(Point(32, 90), Point(32, 115), 20, 20)
    found = stroke.snapped().full(part.shape)
    assert found[95:110, 23:41].all(), "by a cell of the model's map on each side"
    assert not found[95:110, :22].any()
