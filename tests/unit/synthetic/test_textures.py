"""Tiles: light kept over the levels, seams, the sRGB curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropmodel.synthetic.drawing.textures import cloudy, encoded, linear, tile
from dropmodel.synthetic.seeds import stream


@given(st.floats(0, 1, width=32))
def test_coding_light_and_back_gives_the_light(value: float) -> None:
    assert float(linear(encoded(value))) == pytest.approx(value, abs=1e-5)


def test_coding_knows_the_standard_s_middle_grey() -> None:
    # IEC 61966-2-1: sRGB 0.5 is 21.4 % of white.
    assert float(linear(0.5)) == pytest.approx(0.2140, abs=1e-4)


def test_the_last_level_is_the_mean_light_of_a_tile() -> None:
    painting = np.zeros((64, 64, 3))
    painting[::2] = 1.0
    levels = tile(painting).levels
    assert levels.shape == (127, 64, 4)
    assert float(linear(levels[-1, 0, 0] / 255)) == pytest.approx(0.5, abs=0.01)


def test_transparent_paint_does_not_bleed_into_smaller_levels() -> None:
    painting = np.zeros((8, 8, 4))
    painting[:, :4] = (1.0, 0.0, 0.0, 1.0)
    painting[:, 4:, 1] = 1.0
    last = tile(painting).levels[-1, 0]
    assert tuple(last[:2]) == (255, 0)
    assert last[3] == pytest.approx(128, abs=1)


@pytest.mark.parametrize("shape", [(48, 48, 3), (64, 32, 3), (64, 64), (64, 64, 2)])
def test_only_square_powers_of_two_are_tiles(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="tile"):
        tile(np.zeros(shape))


def test_noise_tiles_without_a_seam() -> None:
    noise = cloudy(128, (4, 8), stream(1, "noise"))
    inner = np.abs(np.diff(noise, axis=0)).max()
    assert np.abs(noise[0] - noise[-1]).max() <= 1.5 * inner
    inner = np.abs(np.diff(noise, axis=1)).max()
    assert np.abs(noise[:, 0] - noise[:, -1]).max() <= 1.5 * inner


def test_streams_differ_by_name_and_repeat() -> None:
    first = stream(7, "pose", 1).random(4)
    assert np.array_equal(first, stream(7, "pose", 1).random(4))
    assert not np.array_equal(first, stream(7, "clothes", 1).random(4))
    assert not np.array_equal(first, stream(7, "pose", 2).random(4))
