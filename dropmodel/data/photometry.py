"""Changes of a picture's light, colour and sharpness, as rendered pictures need to pass for photographs.

Pillow does nearly all of the work: at these sizes its C loops over bytes are several times faster than tensor
operations, whose overhead is larger than the picture.
"""

import io
import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps

from dropmodel.data.transform_config import Range, TransformConfig

Generator = np.random.Generator
_LUMA = np.array([0.299, 0.587, 0.114])
_REFERENCE_HEIGHT = 256
"""Blur and motion are given in pixels of pictures this high."""

# ITU-R BT.601: rows of Y, I, Q; hue is an angle in the plane of I and Q.
_TO_YIQ = np.array([_LUMA, [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
_FROM_YIQ = np.linalg.inv(_TO_YIQ)


def photometry(image: Image.Image, config: TransformConfig, random: Generator) -> Image.Image:
    """``image`` RGB with light, colours, optics, sensor and compression by ``config``, in this order."""
    image = _colored(image, config, random)
    image = _toned(image, config, random)
    if random.random() < config.gradient:
        image = _lit_from_aside(image, config, random)
    return _photographed(image, config, random)


def _colored(image: Image.Image, config: TransformConfig, random: Generator) -> Image.Image:
    """Brightness, contrast, saturation, hue and white balance in one 3 x 4 matrix: one pass, one rounding."""
    draws: npt.NDArray[np.float64] = random.uniform(-1, 1, 6) * config.strength
    light, color = random.random(2) < (config.light, config.color)
    grey = random.random() < config.grey
    if not (light or color or grey):
        return image
    matrix, offset = np.eye(3), 0.0
    if color:
        matrix = np.diag(np.exp([config.white_balance * draws[0], config.white_balance * draws[1] / 2,
                                 -config.white_balance * draws[0]]))  # fmt: skip
    saturation = 0.0 if grey else max(1 + config.saturation * draws[2], 0.0) if color else 1.0
    angle = 2 * math.pi * config.hue * draws[3] if color else 0.0
    cos, sin = saturation * math.cos(angle), saturation * math.sin(angle)
    matrix = _FROM_YIQ @ np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]]) @ _TO_YIQ @ matrix
    if light:
        gain = math.exp(config.brightness * draws[4])
        contrast = max(1 + config.contrast * draws[5], 0.1)
        mean = float(_LUMA @ np.asarray(image.resize((1, 1), Image.Resampling.BOX), np.float64)[0, 0])
        matrix *= gain * contrast
        offset = gain * mean * (1 - contrast)
    rows = np.concatenate([matrix, np.full((3, 1), offset)], axis=1)
    return image.convert("RGB", tuple(rows.ravel().tolist()))


def _toned(image: Image.Image, config: TransformConfig, random: Generator) -> Image.Image:
    """Gamma and solarisation as one table of 256 values, and full contrast."""
    stretch, tone, solarize = random.random(3) < (config.stretch, config.tone, config.solarize)
    if stretch:
        image = ImageOps.autocontrast(image, cutoff=1)
    if not (tone or solarize):
        return image
    values = np.linspace(0, 1, 256)
    if tone:
        values = values ** math.exp(config.gamma * config.strength * random.uniform(-1, 1))
    if solarize:
        # Mild: what is brighter than the threshold is mirrored at it.
        threshold = random.uniform(0.6, 0.9)
        values = np.where(values > threshold, 2 * threshold - values, values)
    table = np.clip(np.rint(255 * values), 0, 255).astype(np.uint8)
    return image.point(table.tolist() * 3)


def _lit_from_aside(image: Image.Image, config: TransformConfig, random: Generator) -> Image.Image:
    """Light that falls off along a straight line, or a soft shadow's edge; tinted a little."""
    across, down = _plane(image.size)
    angle = random.uniform(0, 2 * math.pi)
    along = math.cos(angle) * across + math.sin(angle) * down
    softness = random.uniform(0.5, 6.0)
    ramp = np.tanh(softness * (along - random.uniform(-0.5, 0.5)))
    depth = min(0.5 * config.strength, 0.9) * random.uniform(0.2, 1.0)
    tint = random.uniform(0.85, 1.15, 3).astype(np.float32)
    factor = 1 + (depth * ramp).astype(np.float32)[..., None] * tint
    lit = np.asarray(image) * factor
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


@lru_cache(maxsize=4)
def _plane(size: tuple[int, int]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Places across [1, W] and down [H, 1] in -1..1."""
    width, height = size
    across = np.linspace(-1, 1, width, dtype=np.float32)[None]
    return across, np.linspace(-1, 1, height, dtype=np.float32)[:, None]


def _photographed(image: Image.Image, config: TransformConfig, random: Generator) -> Image.Image:
    """Lens, shutter, few pixels, sharpening, noise and JPEG, in the order a camera has them."""
    scale = image.height / _REFERENCE_HEIGHT
    strength = config.strength
    blur, motion, low, sharpen, noise, jpeg = random.random(6) < (
        config.blur, config.motion, config.low_resolution, config.sharpen, config.noise, config.jpeg,
    )  # fmt: skip
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(scale * strength * _within(config.blur_sigma, random)))
    if motion:
        image = _moved(image, scale * strength * _within(config.motion_length, random), random)
    size, many = image.size, None
    if low:
        many = image.size
        kept = _within(config.resolution, random) ** min(strength, 2.0)
        size = max(round(kept * many[0]), 8), max(round(kept * many[1]), 16)
        image = image.resize(size, _one_of((Image.Resampling.BOX, Image.Resampling.BILINEAR), random))
    if sharpen:
        image = image.filter(
            ImageFilter.UnsharpMask(random.uniform(0.5, 2.0), int(random.uniform(40, 180)), 0)
        )
    if noise:
        # Small pictures are shrunk ones, in which noise has partly averaged out.
        image = _noisy(image, math.sqrt(scale) * strength * _within(config.noise_level, random), random)
    # Compressed before or after it was enlarged, as recorders do the one and web pages the other.
    early = jpeg and many is not None and random.random() < 0.5
    if early:
        image = _compressed(image, config, random)
    if many is not None:
        ways = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.NEAREST)
        image = image.resize(many, ways[int(random.choice(3, p=(0.55, 0.4, 0.05)))])
    return _compressed(image, config, random) if jpeg and not early else image


def _within(bounds: Range, random: Generator) -> float:
    return float(random.uniform(*bounds))


def _one_of(ways: tuple[Image.Resampling, ...], random: Generator) -> Image.Resampling:
    return ways[int(random.integers(len(ways)))]


def _moved(image: Image.Image, length: float, random: Generator) -> Image.Image:
    """The mean of the picture along a straight path of ``length`` pixels."""
    angle = random.uniform(-math.pi, math.pi)
    steps = max(math.ceil(length), 2)
    mixed = image
    for step in range(1, steps):
        way = length * (step / (steps - 1) - 0.5)
        shift = (1, 0, way * math.cos(angle), 0, 1, way * math.sin(angle))
        copy = image.transform(image.size, Image.Transform.AFFINE, shift, Image.Resampling.BILINEAR)
        # The k-th copy enters with 1/k, so that all have the same share in the end.
        mixed = Image.blend(mixed, copy, 1 / (step + 1))
    # The path runs out of the picture: there the unmoved one stays.
    margin = math.ceil(length / 2)
    if image.width > 2 * margin and image.height > 2 * margin:
        inner = (margin, margin, image.width - margin, image.height - margin)
        moved = image.copy()
        moved.paste(mixed.crop(inner), inner[:2])
        return moved
    return image


def _noisy(image: Image.Image, level: float, random: Generator) -> Image.Image:
    """Normal noise of standard deviation ``level``, apart in the channels or the same in all."""
    values = np.asarray(image)
    shape = values.shape if random.random() < 0.5 else (*values.shape[:2], 1)
    noise = random.standard_normal(shape, np.float32)
    if random.random() < 0.5:
        # Dark places of a bright sensor are clean, those of a small one are not.
        noise = noise * (0.35 + values.mean(axis=2, keepdims=True, dtype=np.float32) / 195)
    return Image.fromarray(np.clip(values + level * noise, 0, 255).astype(np.uint8))


def _compressed(image: Image.Image, config: TransformConfig, random: Generator) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=round(_within(config.jpeg_quality, random)))
    with Image.open(file) as opened:
        opened.load()
        return opened
