"""A picture of pictures: crops beside their parsing targets."""

from collections.abc import Iterable
from itertools import islice

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dropmodel.data.datasets import Sample
from dropmodel.data.targets import TargetReader
from dropmodel.decode import read_image
from dropmodel.errors import DataError, ImageError
from dropmodel.inference.render import overlay
from dropmodel.parts import PartSchema

_COLUMNS = 8
_GAP = 6
_LINE = 14
_PAPER, _INK = (246, 246, 244), (60, 60, 60)


def sheet(
    samples: Iterable[Sample], labels: str | None, schema: PartSchema, *, count: int, height: int
) -> Image.Image:
    """The first ``count`` of ``samples`` that can be read, ``height`` pixels high, with a legend.

    Beside each crop stands the same with its target over it, or nothing where it has none; below, person and
    camera.
    """
    reader = None if labels is None else TargetReader(labels, schema)
    size = height, height // 2
    pairs = list(islice(_pairs(samples, reader, schema, size), count))
    columns = min(_COLUMNS, max(len(pairs), 1))
    rows = -(-len(pairs) // columns)
    cell = 2 * size[1] + 1 + _GAP
    canvas = Image.new("RGB", (columns * cell + _GAP, rows * (height + _LINE + _GAP) + 2 * _LINE), _PAPER)
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(11)
    _legend(draw, font, schema)
    for place, (sample, picture, marked) in enumerate(pairs):
        left = _GAP + place % columns * cell
        top = 2 * _LINE + place // columns * (height + _LINE + _GAP)
        canvas.paste(picture, (left, top))
        if marked is not None:
            canvas.paste(marked, (left + size[1] + 1, top))
        camera = f"camera {sample.camera}" if sample.camera >= 0 else ""
        draw.text((left, top + height), f"{sample.identity} {camera}", _INK, font)
    return canvas


def _pairs(
    samples: Iterable[Sample], reader: TargetReader | None, schema: PartSchema, size: tuple[int, int]
) -> "Iterable[tuple[Sample, Image.Image, Image.Image | None]]":
    shape = size[1], size[0]
    for sample in samples:
        try:
            pixels = read_image(sample.path)
            marked = None
            if reader is not None and sample.mask is not None:
                labels = reader(sample.mask, sample.path, pixels.shape[:2])
                marked = overlay(pixels, labels, schema).resize(shape, Image.Resampling.BILINEAR)
        except (ImageError, DataError):
            # The report names it; the sheet shows the others.
            continue
        yield sample, Image.fromarray(np.asarray(pixels)).resize(shape, Image.Resampling.BILINEAR), marked


def _legend(
    draw: ImageDraw.ImageDraw, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, schema: PartSchema
) -> None:
    left = float(_GAP)
    for part in schema:
        draw.rectangle((left, 6, left + 10, 16), fill=part.color)
        draw.text((left + 14, 4), part.title, _INK, font)
        left += 24 + draw.textlength(part.title, font)
