"""Changes of place, the same for a picture and its target."""

import math

import numpy as np
from PIL import Image, ImageOps

from dropmodel.data.transform_config import TransformConfig
from dropmodel.parts import PartSchema

Generator = np.random.Generator

MEAN_COLOR = (124, 116, 104)
"""ImageNet's mean in 0..255: nothing, to a network that normalises with it. Fills what is outside."""


def moved(
    picture: Image.Image,
    target: Image.Image | None,
    schema: PartSchema | None,
    config: TransformConfig,
    random: Generator,
) -> tuple[Image.Image, Image.Image | None]:
    """``picture`` RGB and ``target`` L after flip, padded crop and warp; outside the picture: background."""
    flip, shift, warp = random.random(3) < (config.flip, config.pad_crop, config.warp)
    if flip:
        picture = ImageOps.mirror(picture)
        target = mirrored(target, schema) if target is not None and schema is not None else target
    if warp:
        return _warped(picture, target, _homography(config, random, shift))
    if shift:
        reach = max(round(config.pad * config.height), 1)
        across, down = (int(step) for step in random.integers(-reach, reach + 1, 2))
        return _shifted(picture, across, down, MEAN_COLOR), target and _shifted(target, across, down, 0)
    return picture, target


def mirrored(target: Image.Image, schema: PartSchema) -> Image.Image:
    """``target`` of the mirrored picture: left and right parts are exchanged."""
    table = np.arange(256)
    table[: len(schema) + 1] = schema.flip_order
    return ImageOps.mirror(target).point(table.tolist())


def _shifted(image: Image.Image, across: int, down: int, fill: int | tuple[int, int, int]) -> Image.Image:
    canvas = Image.new(image.mode, image.size, fill)
    canvas.paste(image, (across, down))
    return canvas


def _warped(
    picture: Image.Image, target: Image.Image | None, homography: tuple[float, ...]
) -> tuple[Image.Image, Image.Image | None]:
    way = Image.Transform.PERSPECTIVE
    warped = picture.transform(picture.size, way, homography, Image.Resampling.BILINEAR, fillcolor=MEAN_COLOR)
    if target is not None:
        target = target.transform(target.size, way, homography, Image.Resampling.NEAREST, fillcolor=0)
    return warped, target


def _homography(config: TransformConfig, random: Generator, shift: bool) -> tuple[float, ...]:
    """Pillow's eight numbers, which take a pixel of the result to one of the source."""
    height, width = config.size
    turn = math.radians(random.uniform(-config.turn, config.turn))
    shear = math.tan(math.radians(random.uniform(-config.shear, config.shear)))
    zoom = random.uniform(*config.zoom)
    # Width and height vary a little apart from each other: detectors' boxes are not exact.
    stretch = math.exp(random.uniform(-0.06, 0.06))
    reach = (config.pad if shift else 0.25 * config.pad) * height
    across, down = random.uniform(-reach, reach, 2)
    tilt_x, tilt_y = random.uniform(-config.perspective, config.perspective, 2)
    to_middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    cos, sin = math.cos(turn) / zoom, math.sin(turn) / zoom
    change = np.array(
        [
            [cos * stretch, (cos * shear - sin) * stretch, -across],
            [sin / stretch, (sin * shear + cos) / stretch, -down],
            [2 * tilt_x / width, 2 * tilt_y / height, 1],
        ]
    )
    matrix = np.linalg.inv(to_middle) @ change @ to_middle
    return tuple((matrix / matrix[2, 2]).ravel()[:8].tolist())
