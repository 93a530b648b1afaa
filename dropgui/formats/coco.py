"""COCO instances (cocodataset.org, "Data format"): one annotation a part, its pixels as run lengths.

A category is a part; its ``id`` is the part's label; "undecided" and "background" are two more. A crop
of a larger picture says its box in ``crop`` (ours; others ignore it); masks are of the whole picture, as COCO
wants them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dropgui.formats import rle
from dropgui.formats.files import new_file
from dropgui.formats.masks import (
    NO_PART,
    UNDECIDED,
    Box,
    CropMask,
    FormatError,
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

_CATEGORIES = {UNDECIDED: 255, NO_PART: 256}
"""The ids of what is no part; those of parts are their labels."""


def write(target: Path, masks: Iterable[CropMask], schema: PartSchema, *, compressed: bool = True) -> int:
    """Writes a new JSON file; returns how many masks. :class:`FormatError` where it exists.

    ``compressed``: run lengths as pycocotools' strings, else as lists of numbers.
    """
    images: dict[str, dict[str, Any]] = {}
    count = number = 0
    with new_file(target) as path, path.open("w", encoding="utf-8") as file:
        file.write('{"annotations": [')
        for mask in masks:
            count += 1
            size = {"width": mask.size[0], "height": mask.size[1]}
            image = images.setdefault(mask.image, {"id": len(images) + 1, "file_name": mask.image, **size})
            for annotation in _annotations(mask, schema, compressed=compressed):
                file.write(",\n" if number else "\n")
                number += 1
                json.dump({"id": number, "image_id": image["id"], **annotation}, file)
        rest = {
            "images": list(images.values()),
            "categories": _categories(schema),
            "info": {"description": "Body part masks by DROP", "parts": schema.name},
        }
        file.write("],\n" + json.dumps(rest, indent=0)[1:])
    return count


def read(source: Path, parts: Parts) -> Iterator[ReadMask]:
    """The masks of a file, picture by picture; where two overlap the later annotation counts."""
    data = _parsed(source)
    try:
        labels = {item["id"]: parts.label(str(item["name"]), source) for item in data["categories"]}
        by_image: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
        for annotation in data["annotations"]:
            by_image[annotation["image_id"]].append(annotation)
        images = [(item["id"], str(item["file_name"]), item["width"], item["height"])
                  for item in data["images"]]  # fmt: skip
    except KeyError as error:
        raise _odd(source, f"it lacks {error}") from error
    except TypeError as error:
        raise _odd(source, f"a list is missing or something else ({error})") from error
    for image_id, name, width, height in images:
        by_crop: defaultdict[Box | None, list[dict[str, Any]]] = defaultdict(list)
        for annotation in by_image[image_id]:
            by_crop[_crop(annotation, source)].append(annotation)
        for box, annotations in by_crop.items():
            yield _mask(source, name, (width, height), box, annotations, labels)


def _annotations(mask: CropMask, schema: PartSchema, *, compressed: bool) -> Iterator[dict[str, Any]]:
    width, height = mask.size
    left, top = mask.corner
    for name, pixels in parts_in(mask.labels, schema):
        whole = np.zeros((height, width), np.bool_)
        whole[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        x0, y0, x1, y1 = bounds(whole)
        counts = rle.column_counts(whole)
        yield {
            "category_id": _CATEGORIES.get(name) or schema.label(name),
            "iscrowd": 0,
            "area": int(pixels.sum()),
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "segmentation": {
                "size": [height, width],
                "counts": rle.to_string(counts) if compressed else counts,
            },
            **({} if mask.box is None else {"crop": list(mask.box)}),
        }


def _categories(schema: PartSchema) -> list[dict[str, Any]]:
    categories: list[dict[str, Any]] = [
        {"id": label, "name": part.name, "supercategory": "person"} for label, part in enumerate(schema, 1)
    ]
    others = [{"id": number, "name": name, "supercategory": "other"} for name, number in _CATEGORIES.items()]
    return [*categories, *others]


def _mask(
    source: Path,
    name: str,
    size: tuple[int, int],
    box: Box | None,
    annotations: list[dict[str, Any]],
    labels: dict[Any, int],
) -> ReadMask:
    try:
        whole = blank(*size, name, source)
    except TypeError as error:
        raise _odd(source, f"the size of {name} is no number") from error
    polygons = 0
    for annotation in annotations:
        place = f"annotation {annotation.get('id')} of {name}"
        try:
            pixels, outlines = _pixels(annotation["segmentation"], *whole.shape)
            whole[pixels] = labels[annotation["category_id"]]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise _odd(source, f"{place} cannot be read: {error}") from error
        polygons += outlines
    return ReadMask(name, None, box, cut(whole, box, source), polygons)


def _pixels(segmentation: Any, height: int, width: int) -> tuple[Pixels, int]:
    """The pixels of an annotation, and of how many polygons they were."""
    if isinstance(segmentation, dict):
        rows, columns = segmentation["size"]
        if (rows, columns) != (height, width):
            raise ValueError(f"its mask has {columns} x {rows} pixels, its picture {width} x {height}")
        counts = segmentation["counts"]
        runs = rle.from_string(counts) if isinstance(counts, str) else counts
        return rle.from_column_counts(runs, height, width), 0
    pixels = np.zeros((height, width), np.bool_)
    for flat in segmentation:
        pixels |= filled(list(zip(flat[::2], flat[1::2], strict=True)), height, width)
    return pixels, len(segmentation)


def _crop(annotation: dict[str, Any], source: Path) -> Box | None:
    crop = annotation.get("crop")
    if crop is None:
        return None
    if not isinstance(crop, list) or len(crop) != 4 or not all(type(edge) is int for edge in crop):
        raise _odd(source, f"{crop!r} is no box of a crop")
    left, top, right, bottom = crop
    return left, top, right, bottom


def _parsed(source: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_text(source))
    except (json.JSONDecodeError, RecursionError) as error:
        raise _odd(source, f"it is no JSON ({error})") from error
    if not isinstance(data, dict) or "annotations" not in data or "images" not in data:
        raise _odd(source, "it has no images and annotations")
    return data


def _odd(source: Path, reason: str) -> FormatError:
    return FormatError(f"{source} is not a COCO file of masks: {reason}.")
