import numpy as np
import pytest

from dropmodel.synthetic.scenery.atlas import KINDS, painted, surface
from dropmodel.synthetic.scenery.brush import any_shade, coursed, ink, name, varied, words
from dropmodel.synthetic.seeds import stream

REPEATING = ("asphalt", "cobbles", "grass", "terrazzo", "concrete_slabs", "brick", "formwork", "metro_tiles")


@pytest.mark.parametrize("kind", KINDS)
def test_every_painter_paints(kind: str) -> None:
    painting = KINDS[kind].paint(stream("tile", kind, 0))
    assert painting.dtype == np.float32
    assert painting.shape in {(128, 128, 3), (256, 256, 3)}
    assert np.isfinite(painting).all()
    assert painting.min() > -0.5
    assert painting.max() < 2.5
    assert 0.05 < painting.mean() < 0.95


def test_equal_numbers_give_equal_tiles() -> None:
    first = painted("gravel", 3).levels
    painted.cache_clear()
    assert np.array_equal(first, painted("gravel", 3).levels)
    assert not np.array_equal(first, painted("gravel", 4).levels)


@pytest.mark.parametrize("kind", REPEATING)
def test_tiles_repeat_sideways_without_a_seam(kind: str) -> None:
    painting = KINDS[kind].paint(stream("tile", kind, 1))
    inside = np.abs(np.diff(painting, axis=1)).mean(axis=(0, 2))
    seam = np.abs(painting[:, 0] - painting[:, -1]).mean()
    assert seam <= inside.max() * 1.2


def test_surface_stretches_and_tints() -> None:
    look = surface("window", 0, (0.5, 0.5, 0.5), metres=(1.2, 1.5), glow=0.4)
    assert look.tile_size == (1.2, 1.5)
    assert look.color == (0.5, 0.5, 0.5)
    assert look.glow == 0.4


def test_courses_count_their_bricks() -> None:
    numbers, joints, rise = coursed(64, 4, 2, 2.0, (0.0, 0.5))
    assert set(np.unique(numbers)) == set(range(8))
    assert 0.05 < joints.mean() < 0.4
    assert rise.min() >= 0
    assert rise.max() <= 1


def test_words_are_drawn_within_their_box() -> None:
    cover = words((80, 20), "Word", 14)
    assert cover.shape == (20, 80)
    assert 0.02 < cover.mean() < 0.6


def test_shades_stay_in_range() -> None:
    random = stream("shades")
    for _ in range(200):
        assert all(0 < part <= 250 for part in varied(any_shade(random, 60, 220), random, 0.4, 0.2))
        assert name(random)
    assert ink((0, 0, 0)) == (0, 0, 0)
    assert ink((255, 255, 255)) == pytest.approx((1, 1, 1))
