"""LabelMe (github.com/wkentaro/labelme, 5.2 and later): a JSON file a picture, a shape of type "mask" a part.

A mask shape has its box (the first and the last pixel as points) and its pixels as a PNG of 0 and 1. Files
lie in a folder as the pictures do; ``imagePath`` leads to the picture. A crop of a larger picture says its
box in ``crop`` (ours) of its shapes. Outlines (polygons) are read, but never written: they would lose pixels.
"""

import base64
import binascii
import io
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image as Picture

from dropgui.formats.files import new_folder
from dropgui.formats.masks import (
    Box,
    CropMask,
    FormatError,
    Labels,
    Parts,
    Pixels,
    ReadMask,
    blank,
    bounds,
    cut,
    parts_in,
    read_text,
)
from dropgui.formats.outlines import filled
from dropmodel.parts import PartSchema

_VERSION = "5.4.1"


def write(target: Path, masks: Iterable[CropMask], schema: PartSchema) -> int:
    """Writes a new folder; returns how many masks. :class:`FormatError` where there is something already.

    Crops of one picture have to follow each other.
    """
    count = 0
    with new_folder(target) as folder:
        for image, group in groupby(masks, key=lambda mask: mask.image):
            crops = list(group)
            count += len(crops)
            path = _free(folder / PurePosixPath(image.lstrip("/")))
            path.parent.mkdir(parents=True, exist_ok=True)
            width, height = crops[0].size
            data = {
                "version": _VERSION,
                "flags": {},
                "shapes": [shape for crop in crops for shape in _shapes(crop, schema)],
                # As seen from where the folder will be.
                "imagePath": _way(target / path.parent.relative_to(folder), crops[0].file),
                "imageData": None,
                "imageHeight": height,
                "imageWidth": width,
                "image": image,
            }
            path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return count


def read(source: Path, parts: Parts) -> Iterator[ReadMask]:
    """The masks of a folder and those below it, or of one file; where two overlap the later shape counts."""
    files = sorted(source.rglob("*.json")) if source.is_dir() else [source]
    if not files:
        raise FormatError(f"There are no JSON files in {source}.")
    for path in files:
        data = _parsed(path)
        try:
            way, shapes = str(data["imagePath"]), data["shapes"]
            size = (int(data["imageWidth"]), int(data["imageHeight"]))
            by_crop: defaultdict[Box | None, list[dict[str, Any]]] = defaultdict(list)
            for shape in shapes:
                by_crop[_crop(shape, path)].append(shape)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _odd(path, f"{error} is missing or no number") from error
        name = PurePosixPath(way.replace("\\", "/")).name
        below = path.parent.relative_to(source) if source.is_dir() else Path()
        image = str(data.get("image") or (PurePosixPath(below.as_posix()) / name))
        file = Path(os.path.normpath(path.parent.absolute() / way.replace("\\", "/")))
        for box, chosen in by_crop.items():
            yield _mask(path, image, file, size, box, chosen, parts)


def _shapes(mask: CropMask, schema: PartSchema) -> Iterator[dict[str, Any]]:
    left, top = mask.corner
    for name, pixels in parts_in(mask.labels, schema):
        x0, y0, x1, y1 = bounds(pixels)
        buffer = io.BytesIO()
        Picture.fromarray(pixels[y0:y1, x0:x1].astype(np.uint8)).save(buffer, "PNG")
        yield {
            "label": name,
            "points": [[left + x0, top + y0], [left + x1 - 1, top + y1 - 1]],
            "group_id": None,
            "description": "",
            "shape_type": "mask",
            "flags": {},
            "mask": base64.b64encode(buffer.getvalue()).decode("ascii"),
            **({} if mask.box is None else {"crop": list(mask.box)}),
        }


def _mask(
    path: Path,
    image: str,
    file: Path,
    size: tuple[int, int],
    box: Box | None,
    shapes: list[dict[str, Any]],
    parts: Parts,
) -> ReadMask:
    whole = blank(*size, image, path)
    polygons = 0
    for shape in shapes:
        label = parts.label(str(shape.get("label")), path)
        kind = shape.get("shape_type", "polygon")
        try:
            if kind == "mask":
                _draw(whole, shape, label)
            elif kind == "polygon":
                whole[filled([(x, y) for x, y in shape["points"]], *whole.shape)] = label
                polygons += 1
            else:
                raise ValueError(f"shapes of type {kind!r} have no pixels; masks and polygons do")
        except (KeyError, TypeError, ValueError, OSError, SyntaxError, binascii.Error) as error:
            raise _odd(path, f"the shape {shape.get('label')!r} cannot be read: {error}") from error
    return ReadMask(image, file, box, cut(whole, box, path), polygons)


def _draw(whole: Labels, shape: dict[str, Any], label: int) -> None:
    (x0, y0), (x1, y1) = ((round(x), round(y)) for x, y in shape["points"])
    with Picture.open(io.BytesIO(base64.b64decode(shape["mask"], validate=True))) as picture:
        pixels: Pixels = np.array(picture.convert("L") if picture.mode != "1" else picture) != 0
    if pixels.shape != (y1 - y0 + 1, x1 - x0 + 1):
        raise ValueError(f"its mask has {pixels.shape[1]} x {pixels.shape[0]} pixels, not those of its box")
    if x0 < 0 or y0 < 0 or y1 >= whole.shape[0] or x1 >= whole.shape[1]:
        raise ValueError("it reaches out of its picture")
    whole[y0 : y1 + 1, x0 : x1 + 1][pixels] = label


def _crop(shape: dict[str, Any], path: Path) -> Box | None:
    crop = shape.get("crop")
    if crop is None:
        return None
    if not isinstance(crop, list) or len(crop) != 4 or not all(type(edge) is int for edge in crop):
        raise _odd(path, f"{crop!r} is no box of a crop")
    left, top, right, bottom = crop
    return left, top, right, bottom


def _free(picture: Path) -> Path:
    """``picture.json``, as LabelMe calls it; the picture's whole name where another one took that."""
    short = picture.with_suffix(".json")
    return short if not short.exists() else picture.with_name(f"{picture.name}.json")


def _way(folder: Path, file: Path) -> str:
    """From a folder to a picture; whole where they are on different drives."""
    try:
        return Path(os.path.relpath(file, folder.absolute())).as_posix()
    except ValueError:
        return file.as_posix()


def _parsed(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise _odd(path, f"it is no JSON ({error})") from error
    if not isinstance(data, dict):
        raise _odd(path, "it describes no picture")
    return data


def _odd(path: Path, reason: str) -> FormatError:
    return FormatError(f"{path} is not a LabelMe file: {reason}.")
