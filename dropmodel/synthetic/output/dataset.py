"""A data set of rendered people on disk, in the layout of Market-1501 with masks beside it.

``bounding_box_train``, ``query`` and ``bounding_box_test`` hold crops named ``0001_c1s1_000151_01.jpg``
(person, camera, sequence, frame, number of the crop). ``masks/<folder>/<name>.png`` are index maps of the
person's parts (0 background, 1..8 as in :data:`dropmodel.parts.EIGHT`), ``others/<folder>/<name>.png`` those
of other persons in the crop, where there are any. ``meta.parquet`` has a row a crop and ``dataset.json``
tells what it is made of; it is written last, so a folder with it is whole.

Work goes person by person. A worker fills a folder under ``.work``, which becomes valid by one renaming; then
its files are moved to their places, its row file last. Whenever the program is killed, the next run moves on
what was finished, makes anew what was not, and gives the same bytes as a run that was never disturbed.
"""

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dropmodel.errors import DataError
from dropmodel.parts import EIGHT
from dropmodel.synthetic.output.crew import worked_off
from dropmodel.synthetic.output.pictures import save_mask, save_picture
from dropmodel.synthetic.output.recipe import FOLDERS, Recipe, Unit, made_with
from dropmodel.synthetic.output.records import row, write_table

if TYPE_CHECKING:
    from dropmodel.synthetic.shot import Frame, Shot

LICENCE = "CC0-1.0"
WORK = ".work"
_ROWS = "rows.jsonl"


class Shooting(Protocol):
    """What makes crops: :class:`dropmodel.synthetic.studio.Studio` or, in tests, something quicker."""

    def shots(
        self, identity: int, camera: int, frames: int, occluded: bool | None = None
    ) -> "Iterator[Shot]":
        """``frames`` successive crops of a person at a camera."""
        ...

    def scene(self, number: int) -> "Frame":
        """A whole frame with several persons."""
        ...


Opening = Callable[[str, int, tuple[int, int]], Shooting]
"""Opens a studio for a style, a seed and a size (width, height); pickled by its name."""


def studio(style: str, seed: int, size: tuple[int, int]) -> Shooting:
    """The renderer's own studio."""
    from dropmodel.synthetic.studio import Studio

    return Studio(style, seed, size=size)


def write_dataset(
    recipe: Recipe, out: Path, *, workers: int = 1, opening: Opening = studio, progress: bool = False
) -> int:
    """Make the data set of ``recipe`` in ``out``, or go on where an earlier run ended; the number of crops.

    The bytes do not depend on ``workers``. Raises :class:`~dropmodel.errors.DataError` where ``out`` holds
    something else or cannot be written.
    """
    try:
        return _write(recipe, out, workers, opening, progress)
    except OSError as error:
        raise DataError(explained(error, out)) from error


def _write(recipe: Recipe, out: Path, workers: int, opening: Opening, progress: bool) -> int:
    header = {"format": 1, "recipe": recipe.to_dict(), "made_with": made_with()}
    if _is_finished(out, header):
        shutil.rmtree(out / WORK, ignore_errors=True)
        count: int = json.loads((out / "dataset.json").read_text("utf-8"))["crops"]
        return count
    work = out / WORK
    for folder in (work / "rows", work / "units"):
        folder.mkdir(parents=True, exist_ok=True)
    _write_json(work / "recipe.json", header)
    for folder_name in FOLDERS.values():
        for folder in (out, out / "masks", out / "others"):
            (folder / folder_name).mkdir(parents=True, exist_ok=True)
    _recovered(out)
    units = list(recipe.units())
    todo = [unit for unit in units if not (work / "rows" / f"{unit.name}.jsonl").exists()]
    with progress_bar(len(units), len(units) - len(todo), "person", progress) as bar:
        for unit, _ in worked_off(todo, _Maker(out, opening), workers):
            _settled(out, work / "units" / unit.name)
            bar.update()
    return _closed(out, units, header)


def _is_finished(out: Path, header: dict[str, Any]) -> bool:
    """Whether ``out`` holds all of this very data set; ``DataError`` where it holds something else."""
    if out.exists() and not out.is_dir():
        raise DataError(f"{out} is a file; name a folder")
    for path, finished in ((out / "dataset.json", True), (out / WORK / "recipe.json", False)):
        if path.exists():
            found = json.loads(path.read_text("utf-8"))
            if differing := _differences(found, header):
                raise DataError(
                    f"{out} holds a data set of another kind: {'; '.join(differing)}. "
                    "Choose another folder or delete this one"
                )
            return finished
    if out.is_dir() and any(path.name != WORK for path in out.iterdir()):
        raise DataError(f"{out} is not empty and holds no data set; choose another folder")
    return False


def _differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """In words, where two headers differ."""
    here, there = found.get("recipe", {}), wanted["recipe"]
    differing = [
        f"its {name} is {here.get(name)}, not {value}"
        for name, value in there.items()
        if name != "casts" and here.get(name) != value
    ]
    if here.get("casts") != there["casts"]:
        differing.append("its persons, cameras, frames or style are others")
    versions = found.get("made_with", {})
    differing += [
        f"it was made with {name} {versions.get(name)}, not {value}"
        for name, value in wanted["made_with"].items()
        if versions.get(name) != value
    ]
    return differing


@dataclass(frozen=True)
class _Maker:
    """Makes one person's files in a worker; studios stay open from person to person."""

    out: Path
    opening: Opening

    def __call__(self, unit: Unit) -> None:
        done = self.out / WORK / "units" / unit.name
        part = done.with_name(f"{unit.name}.{os.getpid()}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        with (part / _ROWS).open("w", encoding="utf-8") as rows:
            for file, split, shot in self._crops(unit):
                for path, save, picture in _files(part, file, shot):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    save(picture, path)
                rows.write(json.dumps(row(file, split, shot)) + "\n")
        try:
            part.rename(done)
        except OSError:
            # A worker of a run that was killed may have been quicker; its bytes are the same.
            if not done.exists():
                raise
            shutil.rmtree(part)

    def _crops(self, unit: Unit) -> Iterator[tuple[str, str, "Shot"]]:
        """File name, split and shot of each crop."""
        opened = _opened(self.opening, unit.cast.style, unit.seed, unit.size)
        numbers: dict[tuple[int, str], int] = {}
        for take in unit.takes():
            shots = opened.shots(unit.identity, take.camera, len(take.splits), take.occluded)
            for split, shot in zip(take.splits, shots, strict=True):
                number = numbers.get((take.camera, split), 0) + 1
                numbers[take.camera, split] = number
                info = shot.info
                name = f"{unit.name}_c{take.camera}s{info.sequence}_{info.frame:06d}_{number:02d}"
                yield f"{FOLDERS[split]}/{name}.jpg", split, shot


_STUDIOS: dict[tuple[Opening, str, int, tuple[int, int]], Shooting] = {}


def _opened(opening: Opening, style: str, seed: int, size: tuple[int, int]) -> Shooting:
    key = (opening, style, seed, size)
    if key not in _STUDIOS:
        # One at a time: places take memory, and persons of a style come together.
        _STUDIOS.clear()
        _STUDIOS[key] = opening(style, seed, size)
    return _STUDIOS[key]


def _files(root: Path, file: str, shot: "Shot") -> Iterator[tuple[Path, Callable[[Any, Path], None], Any]]:
    mask = Path(file).with_suffix(".png")
    yield root / file, save_picture, shot.picture
    yield root / "masks" / mask, save_mask, shot.parts
    if shot.others.any():
        yield root / "others" / mask, save_mask, shot.others


def _recovered(out: Path) -> None:
    """Finishes what a killed run had begun to move.

    What it had not finished making stays until the end: its last workers may still be writing there.
    """
    for folder in sorted((out / WORK / "units").iterdir()):
        if not folder.name.endswith(".part"):
            _settled(out, folder)


def _settled(out: Path, folder: Path) -> None:
    """Moves a finished person's files to their places; the row file, which says it is done, last."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != _ROWS:
            path.replace(out / path.relative_to(folder))
    rows = folder / _ROWS
    if rows.exists():
        rows.replace(out / WORK / "rows" / f"{folder.name}.jsonl")
    shutil.rmtree(folder)


def _closed(out: Path, units: list[Unit], header: dict[str, Any]) -> int:
    """Writes table and description of a data set whose persons are all there."""
    rows = [
        json.loads(line)
        for unit in units
        for line in (out / WORK / "rows" / f"{unit.name}.jsonl").read_text("utf-8").splitlines()
    ]
    write_table(rows, out / "meta.parquet")
    counts = {split: sum(row["split"] == split for row in rows) for split in FOLDERS}
    described = {
        **header,
        "licence": LICENCE,
        "people": "rendered; they never lived",
        "parts": list(EIGHT.names),
        "crops": len(rows),
        "crops_by_split": counts,
    }
    _write_json(out / "dataset.json", described)
    # Where a worker of a killed run is writing even now, what is left goes with the next run.
    shutil.rmtree(out / WORK, ignore_errors=True)
    return len(rows)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def progress_bar(total: int, done: int, unit: str, progress: bool) -> Any:
    """A bar on stderr; shows nothing without ``progress`` or where nobody watches."""
    from tqdm import tqdm

    return tqdm(total=total, initial=done, unit=unit, disable=None if progress else True)


def explained(error: OSError, out: Path) -> str:
    """Why ``out`` could not be written, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"there is no space left for {out}; free some and run again, it goes on where it was"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{out} may not be written: {error.strerror}; choose another folder"
    return f"{out} cannot be written: {error.strerror or error}"
