"""Contact sheets: persons down, cameras across, each crop beside its mask."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dropmodel.synthetic.output.pictures import palette
from dropmodel.synthetic.output.records import read_rows
from dropmodel.synthetic.seeds import stream

_GAP = 4
_LABEL = 14
_MARGIN = 34
_PAPER = (246, 246, 244)
_INK = (90, 90, 90)


def contact_sheet(
    root: Path, *, identities: int = 40, cameras: int = 6, height: int | None = None, seed: int = 0
) -> Image.Image:
    """Sheet of a finished data set: ``identities`` drawn at random (not picked), ``cameras`` crops of each.

    ``height`` in pixels makes the crops smaller; the mask is drawn over a faded copy of the crop.
    """
    crops: dict[int, dict[int, dict[str, Any]]] = {}
    for row in read_rows(root / "meta.parquet"):
        crops.setdefault(row["identity"], {}).setdefault(row["camera"], row)
    numbers = np.array(sorted(crops))
    chosen = sorted(stream(seed, "sheet").permutation(numbers)[:identities].tolist())
    with Image.open(root / next(iter(crops[chosen[0]].values()))["file"]) as first:
        size = first.size
    if height is not None:
        size = (round(size[0] * height / size[1]), height)
    columns = min(cameras, max(len(crops[number]) for number in chosen))
    cell = 2 * size[0] + _GAP
    sheet = Image.new(
        "RGB",
        (_MARGIN + columns * (cell + 2 * _GAP), _GAP + len(chosen) * (size[1] + _LABEL + _GAP)),
        _PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(10)
    for line, number in enumerate(chosen):
        top = _GAP + line * (size[1] + _LABEL + _GAP)
        draw.text((4, top + size[1] // 2), f"{number:04d}", _INK, font)
        for column, row in enumerate(list(crops[number].values())[:columns]):
            left = _MARGIN + column * (cell + 2 * _GAP)
            picture, mask = _pair(root, row["file"], size)
            sheet.paste(picture, (left, top))
            sheet.paste(mask, (left + size[0] + _GAP, top))
            draw.text((left, top + size[1] + 1), _label(row, cell), _INK, font)
    return sheet


def _pair(root: Path, file: str, size: tuple[int, int]) -> tuple[Image.Image, Image.Image]:
    with Image.open(root / file) as opened:
        picture = opened.convert("RGB").resize(size, Image.Resampling.BILINEAR)
    with Image.open(root / "masks" / Path(file).with_suffix(".png")) as opened:
        labels = np.asarray(opened.resize(size, Image.Resampling.NEAREST))
    grey = np.asarray(picture.convert("L"), np.float32)[..., None] * 0.35 + 30
    colors = palette()[labels].astype(np.float32)
    mixed = np.where(labels[..., None] > 0, 0.75 * colors + 0.6 * grey, np.repeat(grey, 3, axis=2))
    return picture, Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))


def _label(row: dict[str, Any], width: int) -> str:
    """Camera, pose and what hides the person, as far as it fits."""
    words = [f"c{row['camera']}", row["pose"], row["variant"] and f"other {row['variant']}", row["occluder"]]
    return " ".join(word for word in words if word)[: width // 6]
