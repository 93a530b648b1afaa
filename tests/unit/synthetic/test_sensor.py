"""The sensor: a perfect one codes light, a real one spoils it within reason, and styles share no camera."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.synthetic.drawing.textures import encoded
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.sensor import boxes, sensor_styles
from dropmodel.synthetic.sensor.boxes import BoxStyle
from dropmodel.synthetic.sensor.codec import recoded
from dropmodel.synthetic.sensor.optics import Array, reduced, shifted
from dropmodel.synthetic.sensor.sensor import Conditions, Sensor, draw_sensor
from dropmodel.synthetic.sensor.sensor_styles import SensorStyle

STYLES = [sensor_styles.TRAIN, sensor_styles.VALIDATION, sensor_styles.HELD_OUT]


def light(rows: int = 64, columns: int = 32) -> Array:
    """A bright floor, a dark upright shape, a little colour."""
    ramp = np.linspace(0.05, 0.5, rows, dtype=np.float32)
    image = np.repeat(np.repeat(ramp[:, None, None], columns, 1), 3, 2)
    image[8:-8, columns // 3 : -columns // 3] = (0.06, 0.03, 0.02)
    return np.ascontiguousarray(image)


def test_a_perfect_camera_only_codes_light() -> None:
    picture = Sensor().picture(light(), stream(1), Conditions(metered=0.18))
    expected = np.rint(encoded(light()) * 255)
    assert picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - expected).max() <= 1


def test_exposure_follows_the_light() -> None:
    plain = Sensor().picture(light(), stream(1))
    tenfold = Sensor().picture(light() * np.float32(10), stream(1))
    assert np.abs(plain.astype(int) - tenfold).max() <= 1


@given(st.integers(0, 10**6), st.floats(1.2, 4), st.booleans())
@settings(max_examples=15)
def test_more_light_is_never_darker(seed: int, factor: float, night: bool) -> None:
    sensor = draw_sensor(STYLES[seed % 3], stream(seed))
    met = Conditions(metered=0.2, night=night)
    less = sensor.picture(light(), stream(seed, "picture"), met)
    more = sensor.picture(light() * np.float32(factor), stream(seed, "picture"), met)
    assert more.mean() >= less.mean() - 0.5


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_every_camera_gives_a_picture_of_the_size_and_repeats(style: SensorStyle) -> None:
    for number in range(8):
        sensor = draw_sensor(style, stream(style.name, number))
        assert sensor == draw_sensor(style, stream(style.name, number))
        met = Conditions(night=number % 2 == 1, rain=0.5 * (number % 3 == 0), snow=0.5 * (number % 4 == 0))
        first = sensor.picture(light(96, 48), stream(number), met)
        assert first.shape == (96, 48, 3)
        assert first.std() > 2, "nothing is left to see"
        assert np.array_equal(first, sensor.picture(light(96, 48), stream(number), met))


def test_cameras_differ() -> None:
    sensors = [draw_sensor(sensor_styles.TRAIN, stream(k)) for k in range(12)]
    pictures = [sensor.picture(light(), stream(0)).astype(int) for sensor in sensors]
    for a, b in itertools.combinations(pictures, 2):
        assert np.abs(a - b).mean() > 1.5


def test_infrared_is_grey_at_night_only() -> None:
    sensor = Sensor(infrared=True)
    night = sensor.picture(light(), stream(1), Conditions(night=True))
    assert (night == night[..., :1]).all()
    day = sensor.picture(light(), stream(1))
    assert not (day == day[..., :1]).all()


def test_black_and_blank_frames_are_no_reason_to_fail() -> None:
    for style in STYLES:
        sensor = draw_sensor(style, stream(style.name))
        for level in (0.0, 1e-9, 1e6):
            picture = sensor.picture(np.full((40, 20, 3), level, np.float32), stream(1))
            assert picture.shape == (40, 20, 3)


def test_rain_and_snow_show() -> None:
    dark = np.full((128, 64, 3), 0.02, np.float32)
    for met in (Conditions(metered=0.18, rain=1.0), Conditions(metered=0.18, snow=1.0)):
        assert Sensor().picture(dark, stream(1), met).max() > 60


def test_reducing_keeps_the_mean() -> None:
    image = stream(1).uniform(size=(37, 23, 3)).astype(np.float32)
    small = reduced(image, 11, 7)
    assert small.shape == (11, 7, 3)
    assert small.mean() == pytest.approx(image.mean(), rel=1e-4)


def test_whole_shifts_move_pixels() -> None:
    image = stream(1).uniform(size=(9, 9, 3)).astype(np.float32)
    moved = shifted(image, 2.0, 1.0)
    assert np.allclose(moved[1:, 2:], image[:-1, :-2])


@pytest.mark.parametrize("grid", [(0, 0), (3, 5), (7, 1)])
def test_the_coder_loses_more_with_a_larger_step(grid: tuple[int, int]) -> None:
    image = stream(2).uniform(60, 190, (45, 27, 3)).astype(np.float32)
    losses = [np.abs(recoded(image, step, grid, (0.5, 0.0)) - image).mean() for step in (4, 16, 48)]
    assert losses[0] < losses[1] < losses[2]
    flat = np.full((45, 27, 3), 100, np.float32)
    assert np.allclose(recoded(flat, 30, grid, (1.0, 0.0)), flat, atol=0.01)


def _ranges(style: SensorStyle | BoxStyle) -> dict[str, tuple[tuple[float, float], ...]]:
    fields = {field.name: getattr(style, field.name) for field in dataclasses.fields(style)}
    return {
        name: value
        for name, value in fields.items()
        if isinstance(value, tuple) and isinstance(value[0], tuple)
    }


@pytest.mark.parametrize(
    "styles",
    [STYLES, [boxes.TRAIN, boxes.VALIDATION, boxes.HELD_OUT]],
    ids=["sensor", "boxes"],
)
def test_styles_share_no_value(styles: list[SensorStyle | BoxStyle]) -> None:
    for a, b in itertools.combinations(styles, 2):
        for name, ranges in _ranges(a).items():
            for (low, high), (other_low, other_high) in itertools.product(ranges, _ranges(b)[name]):
                assert high <= other_low or other_high <= low, f"{name}: {a.name} meets {b.name}"
    for style in styles:
        for name, ranges in _ranges(style).items():
            assert all(low < high for low, high in ranges), f"{style.name} {name}"
