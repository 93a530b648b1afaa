"""What hides persons: occluders and backgrounds out of the training set itself, and erased rectangles.

Both are cut from a *donor*, another training picture with its target. A donor without a target has no known
background; then pieces are cut anywhere, as they are from pictures of other persons in the literature.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from dropmodel.data.geometry import MEAN_COLOR
from dropmodel.data.transform_config import TransformConfig
from dropmodel.parts import BACKGROUND, IGNORE

Generator = np.random.Generator
Pair = tuple[Image.Image, Image.Image | None]
"""A picture, RGB, and its target, L, of one size."""
Donor = Callable[[Generator], Pair]
"""Draws another training picture."""

_PERSON = [0, *[255] * (IGNORE - 1), 0]
"""Table of what is surely a person."""
_NOT_BACKGROUND = [0, *[255] * 255]
_TRIES = 6


def person_of(target: Image.Image) -> Image.Image:
    """Mask, L of 0 and 255, of the pixels that have a part."""
    return target.point(_PERSON)


def with_background(
    picture: Image.Image, target: Image.Image, donor: Donor, config: TransformConfig, random: Generator
) -> Image.Image:
    """``picture``'s person before a background of another picture or of made-up texture.

    Undecided pixels stay with the person. Without any person nothing changes.
    """
    inside = target.point(_NOT_BACKGROUND)
    if inside.getbbox() is None:
        return picture
    made_up = random.random() < config.texture
    background = texture(picture.size, random) if made_up else _emptied(*donor(random), random)
    # Half a pixel of softness hides the stairs of the mask; more would show the old background.
    return Image.composite(picture, background, inside.filter(ImageFilter.GaussianBlur(0.6)))


def _emptied(picture: Image.Image, target: Image.Image | None, random: Generator) -> Image.Image:
    """The background of a donor; its person is filled with what is around, blurred by the distance."""
    if random.random() < 0.5:
        picture, target = ImageOps.mirror(picture), target and ImageOps.mirror(target)
    if target is None:
        return picture.filter(ImageFilter.BoxBlur(picture.width / 16))
    # A little wider than the mask, whose edge pixels are mixed with the person.
    person = target.point(_NOT_BACKGROUND).filter(ImageFilter.MaxFilter(5))
    outside = ImageOps.invert(person)
    blurred = np.zeros((picture.height, picture.width, 3), np.float32)
    weight = np.full((picture.height, picture.width, 1), 1e-3, np.float32)
    known = Image.composite(picture, Image.new("RGB", picture.size), outside)
    for radius, share in ((picture.width / 8, 1.0), (picture.width / 2, 0.02)):
        blur = ImageFilter.BoxBlur(radius)
        blurred += share * np.asarray(known.filter(blur), np.float32)
        weight += share * np.asarray(outside.filter(blur), np.float32)[..., None] / 255
    filled = Image.fromarray(np.clip(blurred / weight, 0, 255).astype(np.uint8))
    return Image.composite(picture, filled, outside)


def texture(size: tuple[int, int], random: Generator) -> Image.Image:
    """A made-up surface of ``size`` (width, height): clouds of colour, stripes or bricks."""
    width, height = size
    # Streets and walls are mostly grey: light varies more than colour.
    base = random.uniform(25, 230) + random.uniform(0, 25) * random.standard_normal(3)
    cells = int(random.integers(2, 12))
    light = random.uniform(5, 50) * random.standard_normal((2 * cells, cells, 1))
    tint = random.uniform(0, 15) * random.standard_normal((2 * cells, cells, 3))
    grid = np.clip(base + light + tint, 0, 255).astype(np.uint8)
    smooth = random.random() < 0.7
    way = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    image = Image.fromarray(grid).resize(size, way)
    if random.random() < 0.4:
        draw = ImageDraw.Draw(image)
        color = tuple(int(c) for c in np.clip(base + 60 * random.standard_normal(), 0, 255))
        step, thick = int(random.integers(6, 30)), int(random.integers(1, 5))
        slope = random.uniform(-0.6, 0.6)
        for start in range(-height, width + height, step):
            draw.line([(start, 0), (start + slope * height, height)], fill=color, width=thick)
    return image


def with_occluder(
    picture: Image.Image, target: Image.Image | None, donor: Donor, config: TransformConfig, random: Generator
) -> Pair:
    """``picture`` with something in front, which is background in the target.

    Half of the time a person cut out by its mask, half a piece of background; nothing where that would hide
    too much of the person.
    """
    given, given_target = donor(random)
    person = person_of(given_target) if given_target is not None else None
    box = person.getbbox() if person is not None else None
    seen = 0 if target is None else _pixels(target)
    for _ in range(_TRIES):
        if person is not None and box is not None and random.random() < 0.5:
            cut, shape, place = _passer_by(given, person, box, random)
        else:
            cut, shape, place = _piece(given, person, random)
        if target is None:
            picture = picture.copy()
            picture.paste(cut, place, shape)
            return picture, None
        covered = target.copy()
        covered.paste(BACKGROUND, (*place, place[0] + cut.width, place[1] + cut.height), _hard(shape))
        if _may_stay(seen, _pixels(covered), target.width * target.height, config):
            picture = picture.copy()
            picture.paste(cut, place, shape)
            return picture, covered
    return picture, target


def _may_stay(seen: int, left: int, size: int, config: TransformConfig) -> bool:
    """Whether enough is ``left`` of the ``seen`` pixels of a person in a picture of ``size`` pixels."""
    return left == seen or left >= max((1 - config.hide_most) * seen, config.leave_least * size)


def _hard(shape: Image.Image) -> Image.Image:
    return shape.point([0] * 128 + [255] * 128)


def _pixels(target: Image.Image) -> int:
    """Pixels that have a part."""
    counts = target.histogram()
    return sum(counts[1:IGNORE])


def _passer_by(
    given: Image.Image, person: Image.Image, box: tuple[int, int, int, int], random: Generator
) -> tuple[Image.Image, Image.Image, tuple[int, int]]:
    """Another person beside and in front: nearer to the camera, so lower and as a rule larger."""
    cut, shape = given.crop(box), person.crop(box)
    if random.random() < 0.5:
        cut, shape = ImageOps.mirror(cut), ImageOps.mirror(shape)
    scale = random.uniform(0.75, 1.35)
    size = max(round(scale * cut.width), 4), max(round(scale * cut.height), 8)
    cut = cut.resize(size, Image.Resampling.BILINEAR)
    shape = shape.resize(size, Image.Resampling.BILINEAR)
    width, height = given.size
    middle = width / 2 + random.choice((-1, 1)) * random.uniform(0.2, 0.6) * width
    bottom = box[3] + random.uniform(-0.02, 0.45) * height
    return cut, shape, (round(middle - size[0] / 2), round(bottom - size[1]))


def _piece(
    given: Image.Image, person: Image.Image | None, random: Generator
) -> tuple[Image.Image, Image.Image, tuple[int, int]]:
    """A piece of background as a pillar, a wall before the legs, or a thing of any shape at any place."""
    width, height = given.size
    kind = random.random()
    if kind < 0.3:
        size = round(width * random.uniform(0.15, 0.5)), height
        place = round(random.uniform(-0.1, 1.1) * width - size[0] / 2), 0
    elif kind < 0.65:
        size = width, round(height * random.uniform(0.15, 0.5))
        place = 0, height - size[1]
    else:
        size = round(width * random.uniform(0.2, 0.7)), round(height * random.uniform(0.1, 0.45))
        place = (
            round(random.uniform(-0.2, 1.2) * width - size[0] / 2),
            round(random.uniform(0.15, 1.1) * height - size[1] / 2),
        )
    cut = given.crop(_empty_box(given.size, person, random)).resize(size, Image.Resampling.BILINEAR)
    return cut, _outline(size, random if kind >= 0.65 else None), place


def _empty_box(
    size: tuple[int, int], person: Image.Image | None, random: Generator
) -> tuple[int, int, int, int]:
    """A rectangle without the person, or nearly: the strip at a side where none was found by chance."""
    width, height = size
    for _ in range(_TRIES):
        w, h = round(width * random.uniform(0.15, 0.5)), round(height * random.uniform(0.1, 0.5))
        left, top = int(random.integers(width - w + 1)), int(random.integers(height - h + 1))
        box = (left, top, left + w, top + h)
        if person is None or person.crop(box).getbbox() is None:
            return box
    strip = max(width // 10, 2)
    left = 0 if random.random() < 0.5 else width - strip
    return left, 0, left + strip, height


def _outline(size: tuple[int, int], random: Generator | None) -> Image.Image:
    """Mask of a whole rectangle, or with ``random`` of a rectangle, an ellipse or a polygon; soft edges."""
    shape = Image.new("L", size, 255)
    if random is None or random.random() < 0.4:
        return shape
    shape.paste(0, (0, 0, *size))
    draw = ImageDraw.Draw(shape)
    if random.random() < 0.4:
        draw.ellipse((0, 0, size[0] - 1, size[1] - 1), fill=255)
    else:
        corners = int(random.integers(5, 10))
        turns = 2 * math.pi * (np.arange(corners) + random.uniform(0, 0.8, corners)) / corners
        radii = random.uniform(0.55, 1.0, corners)
        points = np.stack([np.cos(turns) * radii * size[0], np.sin(turns) * radii * size[1]], axis=1) / 2
        draw.polygon([(x + size[0] / 2, y + size[1] / 2) for x, y in points.tolist()], fill=255)
    return shape.filter(ImageFilter.GaussianBlur(0.7))


def erased(
    picture: npt.NDArray[np.uint8],
    target: npt.NDArray[np.uint8] | None,
    config: TransformConfig,
    random: Generator,
) -> None:
    """Covers a rectangle of ``picture`` uint8 [H, W, 3] with the mean colour; background in ``target``."""
    height, width = picture.shape[:2]
    for _ in range(_TRIES):
        area = height * width * random.uniform(*config.erase_area)
        aspect = math.exp(random.uniform(math.log(0.3), math.log(3.3)))
        h, w = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < h < height and 0 < w < width:
            top, left = int(random.integers(height - h)), int(random.integers(width - w))
            if target is not None:
                person = (target != BACKGROUND) & (target != IGNORE)
                seen, hidden = int(person.sum()), int(person[top : top + h, left : left + w].sum())
                if not _may_stay(seen, seen - hidden, person.size, config):
                    continue
            picture[top : top + h, left : left + w] = MEAN_COLOR
            if target is not None:
                target[top : top + h, left : left + w] = BACKGROUND
            return
