"""Whole frames on disk: pictures with several persons, their boxes and masks.

``frames/000001.jpg`` with ``masks/frames/000001.png`` (parts, as in crops) and ``owners/frames/000001.png``
(whose a pixel is: 0 nobody's, k the k-th person of the frame). ``people.jsonl`` has a line a frame: the file,
its size, camera and place, and for each person the identity, the tight box (left, top, right, bottom in
pixels), the share that is seen and a description. It is written last.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.errors import DataError
from dropmodel.synthetic.output.crew import worked_off
from dropmodel.synthetic.output.dataset import Opening, explained, progress_bar, studio
from dropmodel.synthetic.output.pictures import save_mask, save_picture
from dropmodel.synthetic.output.recipe import STYLES

if TYPE_CHECKING:
    from dropmodel.synthetic.shot import Frame

_FOLDERS = ("frames", "masks/frames", "owners/frames")


def write_frames(
    out: Path,
    count: int,
    style: str,
    seed: int,
    *,
    workers: int = 1,
    opening: Opening = studio,
    progress: bool = False,
) -> int:
    """Write ``count`` frames into ``out``, which is new or empty; the number of persons in them.

    Raises :class:`~dropmodel.errors.DataError` where that is not possible.
    """
    if style not in STYLES:
        raise ValueError(f"unknown style {style!r}; choose {', '.join(STYLES)}")
    if count < 1:
        raise ValueError(f"{count} scenes; at least 1 is needed")
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise DataError(f"{out} is there and not an empty folder; choose another")
        for folder in _FOLDERS:
            (out / folder).mkdir(parents=True)
        lines: dict[int, dict[str, Any]] = {}
        make = _Maker(out, style, seed, opening)
        with progress_bar(count, 0, "frame", progress) as bar:
            for number, line in worked_off(range(1, count + 1), make, workers):
                lines[number] = line
                bar.update()
        text = "".join(json.dumps(lines[number]) + "\n" for number in sorted(lines))
        part = out / ".people.jsonl.part"
        part.write_text(text, encoding="utf-8")
        part.replace(out / "people.jsonl")
    except OSError as error:
        raise DataError(explained(error, out)) from error
    return sum(len(line["people"]) for line in lines.values())


class _Maker:
    """Makes one frame's files in a worker and returns its line."""

    def __init__(self, out: Path, style: str, seed: int, opening: Opening) -> None:
        self._out, self._style, self._seed, self._opening = out, style, seed, opening

    def __call__(self, number: int) -> dict[str, Any]:
        # A studio a frame: every frame is another place, so there is nothing to keep.
        frame = self._opening(self._style, self._seed, (128, 256)).scene(number)
        name = f"frames/{number:06d}"
        save_picture(frame.picture, self._out / f"{name}.jpg")
        save_mask(frame.parts, self._out / "masks" / f"{name}.png")
        _save_owners(frame.owners, self._out / "owners" / f"{name}.png")
        return described(f"{name}.jpg", frame)


def _save_owners(owners: npt.NDArray[np.uint8], path: Path) -> None:
    image = Image.fromarray(owners)
    image.putpalette(np.random.default_rng(0).integers(60, 256, 768, np.uint8).tobytes())
    image.save(path, "PNG")


def described(file: str, frame: "Frame") -> dict[str, Any]:
    """The line of ``people.jsonl`` that tells who is in ``frame``, which lies in ``file``."""
    height, width = frame.parts.shape
    people = [
        {
            "identity": person.identity,
            "box": [round(float(side), 1) for side in person.box],
            "visible": round(person.visible, 4),
            "yaw": round(person.yaw, 1),
            "pose": person.pose,
            "description": dict(person.description),
        }
        for person in frame.people
    ]
    return {
        "file": file,
        "width": width,
        "height": height,
        "camera": frame.camera,
        "place": frame.place,
        "people": people,
    }
