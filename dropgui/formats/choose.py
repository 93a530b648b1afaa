"""Which formats there are, and which one a file is of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dropgui.formats import coco, cvat, labelme, png_folder
from dropgui.formats.masks import CropMask, FormatError, Parts, ReadMask
from dropmodel.parts import PartSchema


@dataclass(frozen=True, slots=True)
class Format:
    """How masks are written and read, as by :mod:`dropgui.formats.coco`; ``title`` is for people."""

    title: str
    write: Callable[[Path, Iterable[CropMask], PartSchema], int]
    read: Callable[[Path, Parts], Iterator[ReadMask]]


FORMATS = {
    "png": Format("Folder of label maps (PNG) with tables", png_folder.write, png_folder.read),
    "coco": Format("COCO instances (JSON)", coco.write, coco.read),
    "coco-counts": Format(
        "COCO instances (JSON), run lengths as numbers", partial(coco.write, compressed=False), coco.read
    ),
    "cvat": Format("CVAT for images 1.1 (XML)", cvat.write, cvat.read),
    "labelme": Format("LabelMe (folder of JSON)", labelme.write, labelme.read),
}


def format_of(source: Path) -> str:
    """The name of the format of a file or folder; :class:`FormatError` where it is none of them."""
    if not source.exists():
        raise FormatError(f"There is no file {source}. Check the name.")
    if source.is_dir():
        if (source / png_folder.MASKS).is_file():
            return "png"
        if next(source.rglob("*.json"), None) is not None:
            return "labelme"
        raise FormatError(
            f"{source} holds neither {png_folder.MASKS} nor JSON files. Choose the folder with the masks."
        )
    if source.name == png_folder.MASKS:
        return "png"
    if source.suffix.lower() == ".xml":
        return "cvat"
    if source.suffix.lower() == ".json":
        with source.open(encoding="utf-8", errors="replace") as file:
            return "coco" if '"annotations"' in file.read() else "labelme"
    raise FormatError(f"{source} is no file of masks that is known here: .json, .xml, or a folder.")
