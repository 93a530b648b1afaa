import numpy as np
import pytest

from dropmodel.synthetic.places.style import STYLES, PlaceStyle
from dropmodel.synthetic.places.weather import NIGHTS, WET, Hour, indoors, outdoors, warmth
from dropmodel.synthetic.seeds import stream

LAMPS = [(0.0, 3.0, 5.0), (8.0, -4.0, 5.0)]
OUTSIDE = [(style, weather) for style in STYLES.values() for weather in sorted(set(style.weathers))]
INSIDE = [(style, light) for style in STYLES.values() for light in style.indoor_lights]


def sound(hour: Hour) -> None:
    light = hour.lighting
    assert np.linalg.norm(light.key_direction) == pytest.approx(1, abs=1e-4)
    assert light.key_direction[2] > 0
    for color in (
        light.key,
        light.ambient,
        light.bounce,
        light.fog_color,
        light.sky.zenith,
        light.sky.horizon,
    ):
        assert np.isfinite(color).all()
        assert min(color) >= 0
    assert max(light.ambient) > 0
    assert 0 <= hour.precipitation <= 1
    assert 0 <= light.wet <= 1
    assert 0 <= light.snow <= 1
    assert 0 <= light.fog < 0.05
    assert 0.3 < light.key_width < 25


@pytest.mark.parametrize(("style", "weather"), OUTSIDE, ids=lambda value: getattr(value, "name", value))
def test_every_weather_is_sound(style: PlaceStyle, weather: str) -> None:
    for number in range(5):
        hour = outdoors(stream("light", number), weather, style.light, LAMPS, (0, 0, 1))
        sound(hour)
        assert hour.night == (weather in NIGHTS)
        if weather in WET:
            assert hour.lighting.wet > 0
            assert hour.precipitation > 0
        if hour.night:
            assert hour.lighting.lamps
            assert max(hour.lighting.ambient) < 0.15


@pytest.mark.parametrize(("style", "light"), INSIDE, ids=lambda value: getattr(value, "name", value))
def test_every_indoor_light_is_sound(style: PlaceStyle, light: str) -> None:
    for number in range(5):
        hour = indoors(stream("light", number), light, style.light, 3.5, LAMPS)
        sound(hour)
        assert not hour.night
        assert hour.lighting.fog == 0


def test_a_night_without_lamps_gets_one() -> None:
    style = STYLES["train"]
    hour = outdoors(stream("dark"), "night_lamps", style.light, [], (3, 4, 1))
    assert len(hour.lighting.lamps) == 1


def test_warm_lamps_are_red_and_cold_ones_blue() -> None:
    warm, cold = warmth(2700), warmth(8000)
    assert warm[0] > warm[1] > warm[2]
    assert cold[2] > cold[0]
    assert np.mean(warm) == pytest.approx(1, abs=0.01)
