"""What happens to training pictures: the target goes along, chance is the generator's, bytes stay bytes."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dropmodel.data.geometry import MEAN_COLOR, mirrored
from dropmodel.data.occlusion import Pair, texture, with_background, with_occluder
from dropmodel.data.photometry import photometry
from dropmodel.data.targets import to_grid
from dropmodel.data.transform_config import TransformConfig
from dropmodel.data.transforms import TrainTransform, resized
from dropmodel.inference.render import palette
from dropmodel.parts import EIGHT, IGNORE
from tests.unit.dropmodel.data.conftest import parts_map

SIZE = (64, 32)
PLAIN = TransformConfig.plain(*SIZE)
COLORS = palette(EIGHT)


def pair(shift: int = 0) -> Pair:
    """A person whose pixels have the colours of their labels, before blue."""
    labels = np.roll(parts_map(*SIZE), shift, axis=1)
    pixels = COLORS[labels]
    pixels[labels == 0] = (20, 40, 200)
    return Image.fromarray(pixels), Image.fromarray(labels)


def donor(random: np.random.Generator) -> Pair:
    picture, target = pair(int(random.integers(-3, 4)))
    return picture.point(lambda value: 255 - value), target


def run(seed: int = 0, **settings: Any) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    config = replace(PLAIN, target_stride=1, **settings)
    return TrainTransform(config, EIGHT)(*pair(), np.random.default_rng(seed), donor)


def agreement(pixels: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> float:
    """Share of the labelled pixels that have their label's colour, nearly."""
    body = (labels > 0) & (labels < IGNORE)
    close = np.abs(pixels.astype(int) - COLORS[labels].astype(int)).max(axis=-1) < 60
    return float(close[body].mean())


def test_nothing_is_nothing() -> None:
    pixels, labels = run()
    np.testing.assert_array_equal(pixels, np.asarray(pair()[0]))
    np.testing.assert_array_equal(labels, parts_map(*SIZE))


def test_flip_exchanges_left_and_right() -> None:
    pixels, labels = run(flip=1.0)
    np.testing.assert_array_equal(pixels, np.asarray(pair()[0])[:, ::-1])
    np.testing.assert_array_equal(labels, EIGHT.flip_labels(parts_map(*SIZE)))
    undecided = Image.fromarray(np.full((4, 4), IGNORE, np.uint8))
    assert (np.asarray(mirrored(undecided, EIGHT)) == IGNORE).all()


@given(st.integers(0, 10_000))
def test_geometry_moves_picture_and_target_together(seed: int) -> None:
    pixels, labels = run(seed, pad_crop=1.0, warp=1.0, turn=20.0, pad=0.1, perspective=0.2)
    assert agreement(pixels, labels) > 0.85
    # Nothing of the body is outside of it: colours of parts lie where labels are.
    outside = labels == 0
    blue_or_mean = (np.abs(pixels.astype(int) - (20, 40, 200)).max(-1) < 90) | (
        np.abs(pixels.astype(int) - MEAN_COLOR).max(-1) < 90
    )
    assert blue_or_mean[outside].mean() > 0.9


def test_a_padded_crop_shifts_whole_pixels_and_fills_with_the_mean() -> None:
    pixels, labels = run(3, pad_crop=1.0, pad=0.1)
    assert agreement(pixels, labels) == 1.0
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    assert (border == MEAN_COLOR).all(axis=-1).any()


def test_warp_turns_the_way_it_says() -> None:
    _, labels = run(1, warp=1.0, turn=0.0, shear=0.0, perspective=0.0, zoom=(2.0, 2.0), pad=0.0)
    assert (labels > 0).sum() > 1.5 * (parts_map(*SIZE) > 0).sum()


def test_erased_area_has_the_mean_and_is_background() -> None:
    pixels, labels = run(5, erase=1.0, erase_area=(0.2, 0.2))
    area = (pixels == MEAN_COLOR).all(axis=-1)
    assert 0.15 < area.mean() < 0.25
    assert not labels[area].any()
    np.testing.assert_array_equal(labels[~area], parts_map(*SIZE)[~area])


@given(st.integers(0, 10_000))
def test_what_little_is_seen_is_never_hidden(seed: int) -> None:
    """A person of whom hardly anything is left gets neither occluder nor rectangle over it."""
    labels = np.zeros(SIZE, np.uint8)
    labels[30:34, 10:20] = 2
    config = replace(PLAIN, target_stride=1, paste=1.0, erase=1.0)
    picture, target = Image.fromarray(COLORS[labels]), Image.fromarray(labels)
    _, left = TrainTransform(config, EIGHT)(picture, target, np.random.default_rng(seed), donor)
    np.testing.assert_array_equal(left, labels)


@given(st.integers(0, 10_000))
def test_occluders_are_background_and_leave_enough_of_the_person(seed: int) -> None:
    config = replace(PLAIN, hide_most=0.5)
    picture, target = pair()
    assert target is not None
    pasted, covered = with_occluder(picture, target, donor, config, np.random.default_rng(seed))
    assert covered is not None
    before, after = np.asarray(target), np.asarray(covered)
    assert ((after == before) | (after == 0)).all()
    assert (after > 0).sum() >= 0.5 * (before > 0).sum()
    # Where the label still stands so does the person, but for soft edges.
    same = np.abs(np.asarray(pasted).astype(int) - np.asarray(picture)).max(-1) < 128
    assert same[after > 0].mean() > 0.97


def test_most_pictures_get_an_occluder() -> None:
    changed = 0
    for seed in range(40):
        picture, target = pair()
        pasted, _ = with_occluder(picture, target, donor, PLAIN, np.random.default_rng(seed))
        changed += pasted.tobytes() != picture.tobytes()
    assert changed > 30


def test_occluders_without_any_masks() -> None:
    picture, _ = pair()
    changed = 0
    for seed in range(10):
        pasted, target = with_occluder(
            picture, None, lambda random: (donor(random)[0], None), PLAIN, np.random.default_rng(seed)
        )
        assert target is None
        changed += pasted.tobytes() != picture.tobytes()
    assert changed > 5


@pytest.mark.parametrize("made_up", [0.0, 1.0])
def test_backgrounds_change_behind_the_person_only(made_up: float) -> None:
    picture, target = pair()
    assert target is not None
    config = replace(PLAIN, texture=made_up)
    changed = with_background(picture, target, donor, config, np.random.default_rng(1))
    before, after, labels = (np.asarray(image).astype(int) for image in (picture, changed, target))
    difference = np.abs(before - after).max(-1)
    inner = np.asarray(target.point(lambda value: 255 * (value > 0))) > 0
    core = inner & np.roll(inner, 2, 0) & np.roll(inner, -2, 0) & np.roll(inner, 2, 1) & np.roll(inner, -2, 1)
    assert difference[core].max() < 20
    assert (difference[labels == 0] > 20).mean() > 0.8
    empty = Image.new("L", target.size)
    assert with_background(picture, empty, donor, config, np.random.default_rng(1)) is picture


def test_a_donors_person_does_not_come_along() -> None:
    picture, target = pair()
    nobody = Image.new("L", picture.size)
    nobody.putpixel((0, 0), 1)
    config = replace(PLAIN, texture=0.0)
    changed = with_background(picture, nobody, lambda _: (picture, target), config, np.random.default_rng(0))
    inside = np.asarray(changed)[20:40, 14:18].astype(int)
    assert np.abs(inside - (20, 40, 200)).max() < 90


def test_textures_have_the_size() -> None:
    for seed in range(10):
        assert texture((32, 64), np.random.default_rng(seed)).size == (32, 64)


@given(st.integers(0, 10_000))
def test_photometry_keeps_the_size_and_follows_the_generator(seed: int) -> None:
    config = TransformConfig(height=64, width=32)
    picture, _ = pair()
    once, again = (photometry(picture, config, np.random.default_rng(seed)) for _ in range(2))
    assert (once.size, once.mode) == (picture.size, "RGB")
    assert once.tobytes() == again.tobytes()


@pytest.mark.parametrize(
    "name",
    [
        "light", "color", "grey", "tone", "gradient", "stretch", "solarize", "blur", "motion",
        "low_resolution", "sharpen", "noise", "jpeg",
    ],
)  # fmt: skip
def test_each_change_changes_something_but_not_all(name: str) -> None:
    random = np.random.default_rng(0)
    noise = Image.fromarray(random.integers(60, 220, (16, 8, 3)).astype(np.uint8))
    picture = noise.resize((32, 64), Image.Resampling.BICUBIC)
    setting: dict[str, Any] = {name: 1.0}
    config = replace(PLAIN, **setting)
    changed = [photometry(picture, config, np.random.default_rng(seed)) for seed in range(8)]
    assert any(image.tobytes() != picture.tobytes() for image in changed)
    before = np.asarray(picture).astype(float).ravel()
    for image in changed:
        after = np.asarray(image).astype(float).ravel()
        assert np.corrcoef(before, after)[0, 1] > 0.4 or name == "grey"
    if name == "grey":
        values = np.asarray(changed[0]).astype(int)
        assert np.ptp(values, axis=-1).max() <= 1


def test_light_is_a_factor_and_colour_keeps_grey_grey() -> None:
    grey = Image.new("RGB", (32, 64), (100, 100, 100))
    config = replace(PLAIN, light=1.0, brightness=0.3, contrast=0.0)
    lit = (photometry(grey, config, np.random.default_rng(seed)) for seed in range(50))
    values = [np.asarray(image)[0, 0, 0] for image in lit]
    assert min(values) >= 100 * np.exp(-0.3) - 1
    assert max(values) <= 100 * np.exp(0.3) + 1
    config = replace(PLAIN, color=1.0, white_balance=0.0)
    assert np.ptp(np.asarray(photometry(grey, config, np.random.default_rng(1)))) <= 1


def test_the_whole_recipe_gives_grids_and_repeats() -> None:
    config = TransformConfig(height=64, width=32, background=0.5, paste=0.8)
    transform = TrainTransform(config, EIGHT)
    for seed in range(30):
        (pixels, labels), again = (transform(*pair(), np.random.default_rng(seed), donor) for _ in range(2))
        assert pixels.shape == (64, 32, 3)
        assert labels.shape == (16, 8)
        assert pixels.dtype == labels.dtype == np.uint8
        assert set(np.unique(labels)) <= {*range(9), IGNORE}
        np.testing.assert_array_equal(pixels, again[0])
        np.testing.assert_array_equal(labels, again[1])


def test_unlabelled_pictures_stay_unknown() -> None:
    config = TransformConfig(height=64, width=32, paste=1.0, background=1.0, erase=1.0)
    _, labels = TrainTransform(config, EIGHT)(pair()[0], None, np.random.default_rng(0), donor)
    assert labels.shape == (16, 8)
    assert (labels == IGNORE).all()


def test_resized_targets_take_the_nearest_label() -> None:
    pixels, labels = np.asarray(pair()[0]), parts_map(*SIZE)
    picture, target = resized(pixels, labels, (128, 64))
    assert target is not None
    assert (picture.size, target.size) == ((64, 128), (64, 128))
    np.testing.assert_array_equal(to_grid(np.asarray(target), SIZE, 9), labels)


def test_wrong_configurations_are_refused() -> None:
    config = TransformConfig(height=128, width=64)
    assert (config.size, config.grid) == ((128, 64), (32, 16))
    with pytest.raises(ValueError, match=r"flip is 2\.0; a chance"):
        TransformConfig(flip=2.0)
    with pytest.raises(ValueError, match="do not divide"):
        TransformConfig(height=130)
    with pytest.raises(ValueError, match="zoom is"):
        TransformConfig(zoom=(2.0, 1.0))
