"""CVAT for images 1.1 (docs.cvat.ai, "XML annotation format"): one mask element a part.

A crop of a larger picture says its box in an attribute ``crop`` of its masks.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from dropgui.formats import rle
from dropgui.formats.files import new_file
from dropgui.formats.masks import (
    NO_PART,
    UNDECIDED,
    Box,
    CropMask,
    FormatError,
    Labels,
    Parts,
    ReadMask,
    blank,
    bounds,
    cut,
    parts_in,
)
from dropgui.formats.outlines import filled
from dropmodel.parts import PartSchema

_CROP = "crop"
_NO_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def write(target: Path, masks: Iterable[CropMask], schema: PartSchema) -> int:
    """Writes a new XML file; returns how many masks. :class:`FormatError` where it exists.

    Crops of one picture have to follow each other.
    """
    count, images = 0, 0
    last: str | None = None
    with new_file(target) as path, path.open("w", encoding="utf-8") as file:
        xml = _Writer(file, "utf-8")
        xml.startDocument()
        xml.open("annotations")
        xml.leaf("version", "1.1")
        _write_meta(xml, schema)
        for mask in masks:
            count += 1
            if _NO_XML.search(mask.image):
                raise FormatError(f"{mask.file} has a name that CVAT's files cannot hold. Rename it first.")
            if mask.image != last:
                if last is not None:
                    xml.close("image")
                width, height = mask.size
                xml.open("image", id=images, name=mask.image, width=width, height=height)
                images, last = images + 1, mask.image
            _write_mask(xml, mask, schema)
        if last is not None:
            xml.close("image")
        xml.close("annotations")
        xml.endDocument()
    return count


def read(source: Path, parts: Parts) -> Iterator[ReadMask]:
    """The masks of a file, picture by picture; where two overlap the one of the higher z_order counts."""
    try:
        with source.open("rb") as file:
            known = False
            # Python's expat stops entities that multiply; nothing outside of the file is ever read.
            for _, element in ET.iterparse(file):  # noqa: S314
                known = known or element.tag in {"annotations", "meta", "image"}
                if element.tag == "image":
                    yield from _image(element, source, parts)
                    element.clear()
            if not known:
                raise _odd(source, "it has no images")
    except OSError as error:
        raise FormatError(f"{source} cannot be read: {error.strerror}.") from error
    except ET.ParseError as error:
        raise _odd(source, f"it is no XML ({error})") from error


class _Writer(XMLGenerator):
    """XML line by line."""

    def open(self, tag: str, /, **attributes: object) -> None:
        """Begins an element."""
        self.startElement(tag, AttributesImpl({key: str(value) for key, value in attributes.items()}))
        self.characters("\n")

    def close(self, name: str) -> None:
        """Ends an element."""
        self.endElement(name)
        self.characters("\n")

    def leaf(self, tag: str, text: str, /, **attributes: object) -> None:
        """An element with text alone."""
        self.startElement(tag, AttributesImpl({key: str(value) for key, value in attributes.items()}))
        self.characters(text)
        self.close(tag)


def _write_meta(xml: _Writer, schema: PartSchema) -> None:
    for name in ("meta", "task", "labels"):
        xml.open(name)
    for name, color in [
        *((part.name, part.color) for part in schema),
        (UNDECIDED, "#ffffff"),
        (NO_PART, "#000000"),
    ]:
        xml.open("label")
        for key, value in (("name", name), ("color", color), ("type", "mask")):
            xml.leaf(key, value)
        xml.open("attributes")
        xml.open("attribute")
        for key, value in (("name", _CROP), ("mutable", "False"), ("input_type", "text"),
                           ("default_value", ""), ("values", "")):  # fmt: skip
            xml.leaf(key, value)
        for name_ in ("attribute", "attributes", "label"):
            xml.close(name_)
    for name in ("labels", "task", "meta"):
        xml.close(name)


def _write_mask(xml: _Writer, mask: CropMask, schema: PartSchema) -> None:
    left, top = mask.corner
    for name, pixels in parts_in(mask.labels, schema):
        x0, y0, x1, y1 = bounds(pixels)
        counts = rle.row_counts(pixels[y0:y1, x0:x1])
        xml.open(
            "mask",
            label=name,
            source="manual",
            occluded=0,
            rle=", ".join(map(str, counts)),
            left=left + x0,
            top=top + y0,
            width=x1 - x0,
            height=y1 - y0,
            z_order=0,
        )
        if mask.box is not None:
            xml.leaf("attribute", ",".join(map(str, mask.box)), name=_CROP)
        xml.close("mask")


def _image(image: ET.Element, source: Path, parts: Parts) -> Iterator[ReadMask]:
    name = image.get("name", "")
    shapes = sorted(
        (shape for shape in image if shape.tag in {"mask", "polygon"}),
        key=lambda shape: _number(shape, "z_order", source, "0"),
    )
    by_crop: defaultdict[Box | None, list[ET.Element]] = defaultdict(list)
    for shape in shapes:
        by_crop[_crop(shape, source)].append(shape)
    size = (_number(image, "width", source), _number(image, "height", source))
    for box, chosen in by_crop.items():
        whole = blank(*size, name, source)
        for shape in chosen:
            label = parts.label(shape.get("label", ""), source)
            try:
                (_draw_mask if shape.tag == "mask" else _draw_polygon)(whole, shape, source, label)
            except ValueError as error:
                raise _odd(source, f"a {shape.tag} of {name} cannot be read: {error}") from error
        polygons = sum(shape.tag == "polygon" for shape in chosen)
        yield ReadMask(name, None, box, cut(whole, box, source), polygons)


def _draw_mask(whole: Labels, shape: ET.Element, source: Path, label: int) -> None:
    left, top, width, height = (_number(shape, key, source) for key in ("left", "top", "width", "height"))
    counts = [int(count) for count in shape.get("rle", "").split(",")]
    pixels = rle.from_row_counts(counts, height, width)
    if left < 0 or top < 0 or top + height > whole.shape[0] or left + width > whole.shape[1]:
        raise ValueError("it reaches out of its picture")
    whole[top : top + height, left : left + width][pixels] = label


def _draw_polygon(whole: Labels, shape: ET.Element, _: Path, label: int) -> None:
    corners = [point.split(",") for point in shape.get("points", "").split(";")]
    points = [(float(x), float(y)) for x, y in corners]
    whole[filled(points, *whole.shape)] = label


def _crop(shape: ET.Element, source: Path) -> Box | None:
    text = next((item.text or "" for item in shape if item.get("name") == _CROP), "").strip()
    if not text:
        return None
    try:
        left, top, right, bottom = map(int, text.split(","))
    except ValueError as error:
        raise _odd(source, f"{text!r} is no box of a crop") from error
    return left, top, right, bottom


def _number(element: ET.Element, key: str, source: Path, default: str = "") -> int:
    text = element.get(key, default)
    try:
        return int(text)
    except ValueError as error:
        raise _odd(source, f"{key} of {element.get('name', element.tag)} is {text!r}, no number") from error


def _odd(source: Path, reason: str) -> FormatError:
    return FormatError(f"{source} is not a CVAT file (CVAT for images 1.1): {reason}.")
