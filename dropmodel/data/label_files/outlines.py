"""Outlines of parts drawn by people: COCO polygons and run lengths, LabelMe shapes.

Their categories are matched with the schema's parts by name, whatever the case and whether words are joined
by spaces, ``_`` or ``-``; ``background`` and ``ignore`` are known too. What comes later in a
file lies on top.
"""

import base64
import binascii
import io
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from dropmodel.errors import DataError
from dropmodel.parts import BACKGROUND, IGNORE, PartSchema

Labels = npt.NDArray[np.uint8]


def read_labelme(path: Path, size: tuple[int, int], schema: PartSchema) -> Labels:
    """Parts of a LabelMe JSON file at ``size`` (height, width): polygons, rectangles, circles and masks.

    Format: github.com/wkentaro/labelme. Unmarked pixels are background.
    """
    content = load_json(path)
    try:
        scale = size[1] / content["imageWidth"], size[0] / content["imageHeight"]
        canvas = Image.new("L", (size[1], size[0]), BACKGROUND)
        for shape in content["shapes"]:
            _draw_labelme(canvas, shape, scale, label_named(shape["label"], schema, path))
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError, OSError, binascii.Error) as error:
        raise DataError(f"{path}: not a file of LabelMe ({error!r})") from error
    return np.array(canvas)


def _draw_labelme(canvas: Image.Image, shape: dict[str, Any], scale: tuple[float, float], label: int) -> None:
    draw = ImageDraw.Draw(canvas)
    points = [(x * scale[0], y * scale[1]) for x, y in shape["points"]]
    kind = shape.get("shape_type") or "polygon"
    if kind == "polygon":
        draw.polygon(points, fill=label)
    elif kind == "rectangle":
        draw.rectangle(_corners(points), fill=label)
    elif kind == "circle":
        (x, y), (edge_x, edge_y) = points
        radius = float(np.hypot(edge_x - x, edge_y - y))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=label)
    elif kind == "mask":
        left, top, right, bottom = _corners(points)
        with Image.open(io.BytesIO(base64.b64decode(shape["mask"]))) as opened:
            inside = opened.convert("L").point(lambda value: 255 * (value > 0))
        box = (
            round(left),
            round(top),
            max(round(right), round(left) + 1),
            max(round(bottom), round(top) + 1),
        )
        inside = inside.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.NEAREST)
        canvas.paste(label, box, inside)
    else:
        raise ValueError(f"shapes of type {kind} have no area")


def _corners(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def read_coco(path: Path, picture: Path, size: tuple[int, int], schema: PartSchema) -> Labels | None:
    """Parts of ``picture`` in a COCO instances file: polygons, or run lengths plain or packed.

    ``size`` (height, width) is the result's. None for a picture that the file does not list, or lists
    without any part: nobody has marked it.
    """
    images = coco_images(path)
    image = images.get(_key(images, picture))
    if image is None or not image.annotations:
        return None
    canvas = np.zeros(size, np.uint8)
    try:
        for annotation in image.annotations:
            label = label_named(image.categories[annotation["category_id"]], schema, path)
            canvas[_area(annotation["segmentation"], (image.height, image.width), size)] = label
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataError(f"{path}: not a file of COCO ({error!r})") from error
    return canvas


class CocoImage:
    """One picture of a COCO file: its size in pixels and what is marked in it."""

    def __init__(self, image: dict[str, Any], categories: dict[int, str]) -> None:
        self.height, self.width = int(image["height"]), int(image["width"])
        self.annotations: list[dict[str, Any]] = []
        self.categories = categories


@lru_cache(maxsize=4)
def coco_images(path: Path) -> dict[str, CocoImage]:
    """The pictures of a COCO file by their file names; read once, for it may hold thousands."""
    content = load_json(path)
    try:
        categories = {row["id"]: str(row["name"]) for row in content.get("categories", ())}
        by_id = {row["id"]: CocoImage(row, categories) for row in content["images"]}
        for annotation in content["annotations"]:
            by_id[annotation["image_id"]].annotations.append(annotation)
        return {row["file_name"].replace("\\", "/"): by_id[row["id"]] for row in content["images"]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path}: not a file of COCO ({error!r})") from error


def _key(images: dict[str, CocoImage], picture: Path) -> str:
    """The file name under which ``picture`` is listed: with its folders as far as the file has them."""
    for count in range(1, len(picture.parts) + 1):
        name = "/".join(picture.parts[-count:])
        if name in images:
            return name
    return ""


def find_image(path: Path, picture: Path) -> CocoImage | None:
    """``picture`` in the COCO file ``path``, None if it is not listed."""
    images = coco_images(path)
    return images.get(_key(images, picture))


def _area(segmentation: Any, stored: tuple[int, int], size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    if isinstance(segmentation, dict):
        mask = _run_lengths(segmentation)
        if mask.shape != size:
            picture = Image.fromarray(mask.astype(np.uint8)).resize(
                (size[1], size[0]), Image.Resampling.NEAREST
            )
            mask = np.asarray(picture) > 0
        return mask
    canvas = Image.new("1", (size[1], size[0]))
    draw = ImageDraw.Draw(canvas)
    for polygon in segmentation:
        xs = np.asarray(polygon[0::2]) * size[1] / stored[1]
        ys = np.asarray(polygon[1::2]) * size[0] / stored[0]
        draw.polygon(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=1)
    return np.array(canvas)


def _run_lengths(coded: dict[str, Any]) -> npt.NDArray[np.bool_]:
    """COCO's run lengths, column by column, zeros first; a string packs them as :func:`_unpacked` says."""
    height, width = coded["size"]
    counts = coded["counts"]
    runs = _unpacked(counts) if isinstance(counts, str) else list(counts)
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    if values.size != height * width:
        raise ValueError(f"run lengths cover {values.size} of {height * width} pixels")
    return values.reshape(width, height).T


def _unpacked(text: str) -> list[int]:
    """Counts from COCO's packed string (cocoapi, common/maskApi.c).

    Each character carries 5 bits, low ones first, and in bit 6 whether more follow, all shifted by 48; the
    last one's fifth bit is the sign. From the fourth on, a count is the difference to the one two before.
    """
    counts: list[int] = []
    value, shift = 0, 0
    for character in text.encode("ascii"):
        bits = character - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value, shift = 0, 0
    return counts


def label_named(name: str, schema: PartSchema, path: Path) -> int:
    """Label of a category by its name; ``DataError`` names the known ones."""
    known = _labels(schema)
    try:
        return known[_plain(name)]
    except KeyError:
        names = ", ".join(schema.names)
        raise DataError(
            f"{path}: the category {name!r} is no part; known are {names}, background, ignore"
        ) from None


@lru_cache(maxsize=8)
def _labels(schema: PartSchema) -> dict[str, int]:
    labels = {"background": BACKGROUND, "ignore": IGNORE}
    for label, part in enumerate(schema, start=1):
        labels[_plain(part.name)] = labels[_plain(part.title)] = label
    return labels


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def load_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not JSON, or damaged ({error})") from error
    if not isinstance(content, dict):
        raise DataError(f"{path}: not a JSON object")
    return content
