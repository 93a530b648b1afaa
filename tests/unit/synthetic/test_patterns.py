import numpy as np
import pytest

from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe import palette, patterns
from dropmodel.synthetic.wardrobe.garments.prints import MOTIFS

STYLES = (palette.TRAIN, palette.VALIDATION, palette.HELD_OUT)
COLORS = np.array([[0.2, 0.25, 0.4], [0.85, 0.83, 0.78], [0.6, 0.2, 0.2]], np.float32)


def seam(image: np.ndarray, axis: int) -> float:
    """How much bigger the step over the edge is than the biggest step inside."""
    steps = np.abs(np.diff(image, axis=axis)).mean(axis=(1 - axis, 2))
    first, last = np.take(image, 0, axis), np.take(image, -1, axis)
    return float(np.abs(first - last).mean() - steps.max())


@pytest.mark.parametrize("kind", patterns.WEAVES)
def test_weaves_have_no_seam_and_keep_the_colour(kind: str) -> None:
    image, width = patterns.weave(kind, stream("test", kind))
    assert seam(image, 0) < 0.04
    assert seam(image, 1) < 0.04
    assert 0.75 < image.mean() < 1.1
    assert 0.03 < width < 0.5


@pytest.mark.parametrize("kind", patterns.PATTERNS)
def test_patterns_have_no_seam(kind: str) -> None:
    image, width, whole = patterns.paint(kind, COLORS, stream("test", kind))
    assert image.shape[0] == image.shape[1]
    assert np.isfinite(image).all()
    assert 0 <= image.min() <= image.max() <= 1
    assert seam(image, 1) < 0.06
    # A pattern for a whole garment ends at its hem; the tile's top and bottom never meet.
    assert whole or seam(image, 0) < 0.06
    assert 0.04 < width <= 1.0
    assert image.reshape(-1, 3).std(axis=0).max() > 0.02


def test_a_pattern_repeats() -> None:
    one = patterns.paint("floral", COLORS, stream("test", 7))[0]
    other = patterns.paint("floral", COLORS, stream("test", 7))[0]
    assert np.array_equal(one, other)


def test_no_pattern_print_or_colour_belongs_to_two_styles() -> None:
    for a, one in enumerate(STYLES):
        for other in STYLES[a + 1 :]:
            assert not set(one.patterns) & set(other.patterns)
            assert not set(one.prints) & set(other.prints)
            for kind in ("cloth", "hair"):
                ours = {code for row in getattr(one, kind).values() for code in row}
                theirs = {code for row in getattr(other, kind).values() for code in row}
                assert not ours & theirs
            assert not set(one.skin) & set(other.skin)


def test_styles_use_every_pattern_and_print_and_train_most() -> None:
    used = [name for style in STYLES for name in style.patterns]
    assert sorted(used) == sorted(patterns.PATTERNS)
    assert sorted(name for style in STYLES for name in style.prints) == sorted(MOTIFS)
    assert len(palette.TRAIN.patterns) > max(len(s.patterns) for s in STYLES[1:])
    assert min(len(style.patterns) for style in STYLES) >= 4


def test_every_style_can_draw_every_colour_word_of_the_priors() -> None:
    for style in STYLES:
        for prior in (palette.TOP, palette.OUTER, palette.LOWER, palette.SHOE, palette.BAG, palette.SAFETY):
            assert set(prior) <= set(style.cloth)


def test_skin_grows_darker_along_the_scale() -> None:
    light = [sum(palette.skin_tint(stream("skin", k), float(k)).srgb) for k in range(10)]
    assert light[0] > light[4] > light[7] > light[9]
    assert all(
        tint.srgb[0] > tint.srgb[2] for tint in (palette.skin_tint(stream(k), k / 2) for k in range(19))
    )
