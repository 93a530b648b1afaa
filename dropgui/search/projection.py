"""A library's crops as points in the plane: near each other where a chosen part looks alike.

Two ways, one after the other. Principal components (Pearson 1901) are there in a blink, whatever the number
of crops. t-SNE (van der Maaten and Hinton 2008) keeps neighbours together much better and takes from seconds
to minutes; it starts from the principal components, so that the large picture stays theirs (Kobak and Berens
2019), runs in a process of its own (:mod:`dropgui.search.tsne`) and can be stopped at any moment
(docs/decisions/0050).

A finished layout is kept beside the search cache, under a digest of the very vectors it was made from.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from dropgui.errors import UserError
from dropgui.library import Library, LibraryError
from dropgui.library.queries import crop_ids as shown_crop_ids
from dropgui.library.rows import CropFilter
from dropgui.search.index import PartIndex, Rows
from dropgui.search.query import SEEN_IN_COMMON
from dropmodel.parts import FOREGROUND

Points = npt.NDArray[np.float32]
"""Places in the plane, float32 [N, 2], within [-1, 1]; the longer side reaches from -1 to 1."""

COMPONENTS = 50
"""Principal components that t-SNE is given: more cost time and hold little but noise."""

FEWEST = 12
"""Fewer crops than this are not worth arranging, and t-SNE has no sense of neighbours among them."""

MOST = 300_000
"""More crops than this would keep two cores busy for an hour; narrow the filter instead."""

_SAMPLE = 100_000  # rows that principal components are fitted on; more do not move them
_BLOCK = 8192
_KEPT_LAYOUTS = 24
_ABANDONED_SECONDS = 6 * 3600
_WORK = ".work"
_FORMAT = b"map 1"


class MapExtraMissingError(UserError):
    """The library that t-SNE comes from is not installed."""


class ArrangementError(UserError):
    """The process that arranged the map ended badly."""


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """The crops of a map with their principal components.

    ``crop_ids`` int64 [N], ascending; ``components`` float32 [N, k], k at most :data:`COMPONENTS`, the one
    of the largest variance first; ``hidden`` more crops passed the filter but do not show the part.
    ``digest`` names the model version, the part, the crops and their vectors.
    """

    part: str
    crop_ids: npt.NDArray[np.int64]
    components: npt.NDArray[np.float32]
    hidden: int
    digest: str

    @property
    def points(self) -> Points:
        """The crops by their first two components."""
        plane = np.zeros((len(self.crop_ids), 2), np.float32)
        plane[:, : min(2, self.components.shape[1])] = self.components[:, :2]
        return framed(plane)


def cloud_of(index: PartIndex, part: str = FOREGROUND, crop_filter: CropFilter = CropFilter()) -> Cloud:  # noqa: B008 - frozen
    """The crops that pass the filter and show ``part``, with their principal components.

    ``ValueError`` for a part that the index's model does not know.
    """
    (position,) = index.model.schema.vector_indices([part])
    index.refresh()
    rows = index.rows
    wanted = rows.living & index.passing(rows, crop_filter)
    seen = rows.visibility_roots[position] ** 2 >= SEEN_IN_COMMON
    places = np.flatnonzero(wanted & seen)
    places = places[np.argsort(rows.crop_ids[places], kind="stable")]
    digest = hashlib.blake2b(_FORMAT, digest_size=16)
    digest.update(f"{index.library.id} {index.model.id} {part}".encode())
    digest.update(rows.crop_ids[places].astype("<i8").tobytes())
    for block in _blocks(rows, position, places):
        digest.update(block.tobytes())
    return Cloud(
        part=part,
        crop_ids=rows.crop_ids[places],
        components=principal_components(lambda chosen: _blocks(rows, position, places[chosen]), len(places)),
        hidden=int(np.count_nonzero(wanted & ~seen)),
        digest=digest.hexdigest(),
    )


def principal_components(
    blocks: Callable[[slice], Iterator[npt.NDArray[np.float16]]], count: int, most: int = COMPONENTS
) -> npt.NDArray[np.float32]:
    """The first min(``most``, D) principal components of ``count`` vectors, float32 [count, k].

    ``blocks(chosen)`` gives the vectors of the chosen places, some rows [n, D] at a time. The covariance is
    that of at most 100,000 evenly spaced rows and its eigenvectors are exact; each points to the side of its
    largest coordinate, so that the same vectors give the same picture.
    """
    import torch

    if not count:
        return np.empty((0, 0), np.float32)
    sample = slice(None, None, -(-count // _SAMPLE))
    total, rows = torch.zeros(()), 0
    for block in blocks(sample):
        total = total + torch.from_numpy(block).float().sum(0)
        rows += len(block)
    mean = total / rows
    scatter = torch.zeros(len(mean), len(mean), dtype=torch.float64)
    for block in blocks(sample):
        centred = torch.from_numpy(block).float() - mean
        scatter += centred.T @ centred
    axes = torch.linalg.eigh(scatter).eigenvectors.flip(1)[:, :most]
    largest = axes.abs().argmax(0)
    axes = (axes * axes[largest, torch.arange(axes.shape[1])].sign()).float()
    projected = [(torch.from_numpy(block).float() - mean) @ axes for block in blocks(slice(None))]
    components: npt.NDArray[np.float32] = torch.cat(projected).numpy()
    return components


def framed(plane: npt.NDArray[np.floating]) -> Points:
    """``plane`` [N, 2] moved and scaled, the same in both directions, so that it just fills [-1, 1]."""
    if not len(plane):
        return np.empty((0, 2), np.float32)
    low, high = plane.min(0), plane.max(0)
    half = float((high - low).max()) / 2
    framed_points: Points = ((plane - (low + high) / 2) / (half or 1.0)).astype(np.float32)
    return framed_points


def can_arrange() -> bool:
    """Whether t-SNE is installed (the extra ``map``)."""
    return importlib.util.find_spec("openTSNE") is not None


def kept_layout(library: Library, cloud: Cloud) -> Points | None:
    """The layout that was found for these very crops earlier; None where there is none."""
    path = _layout_file(library, cloud)
    try:
        with path.open("rb") as file:
            points: Points = np.load(file, allow_pickle=False)
        path.touch()
    except (OSError, ValueError, EOFError):
        return None
    return points if points.shape == (len(cloud.crop_ids), 2) else None


class Arrangement:
    """t-SNE of one cloud. :meth:`run` waits for it; :meth:`cancel` ends it, from any thread."""

    def __init__(self, library: Library, cloud: Cloud) -> None:
        """:class:`MapExtraMissingError` if t-SNE is not installed; ``ValueError`` for too few or too many."""
        if not can_arrange():
            raise MapExtraMissingError(
                "Arranging the map by likeness needs one more package: pip install 'dropgui[map]'."
            )
        if not FEWEST <= len(cloud.crop_ids) <= MOST:
            raise ValueError(f"{len(cloud.crop_ids)} crops; t-SNE takes {FEWEST} to {MOST}")
        self._library = library
        self._cloud = cloud
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = False

    def run(self, on_layout: Callable[[Points, float], None] | None = None) -> Points | None:
        """The finished layout, which is kept for :func:`kept_layout`; None if it was cancelled.

        ``on_layout`` is called on this thread with the layout so far and the share done, in (0, 1].
        :class:`ArrangementError` if the process dies, :class:`LibraryError` if the disk is full.
        """
        folder = _maps(self._library) / f"{uuid4().hex}{_WORK}"
        try:
            with _disk_faults(folder):
                _clear_abandoned(folder.parent)
                folder.mkdir(parents=True)
                np.save(folder / "components.npy", self._cloud.components)
            points = self._follow(folder, on_layout)
            if points is not None:
                self._keep(points)
            return points
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def cancel(self) -> None:
        """End the process at once; nothing is kept of what it did."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                self._process.kill()

    def _follow(self, folder: Path, on_layout: Callable[[Points, float], None] | None) -> Points | None:
        points: Points | None = None
        with (folder / "errors.txt").open("w+", encoding="utf-8") as errors:
            process = self._start(folder, errors.fileno())
            if process is None:
                return None
            with process:
                assert process.stdout is not None
                for line in process.stdout:
                    told = json.loads(line)
                    try:
                        points = framed(np.load(folder / told["layout"]))
                        (folder / told["layout"]).unlink()
                    except FileNotFoundError:
                        self.cancel()
                        break
                    if on_layout is not None and not self._cancelled:
                        on_layout(points, float(told["done"]))
            if self._cancelled or not folder.exists():  # the library forgot something, and its cache went
                return None
            if process.returncode != 0 or points is None:
                errors.seek(0)
                last = (errors.read().strip().splitlines() or ["no reason given"])[-1]
                raise ArrangementError(
                    f"The map could not be arranged by likeness ({last}). Close other programs to free some "
                    "memory, or show fewer crops, and try again."
                )
        return points

    def _start(self, folder: Path, errors: int) -> "subprocess.Popen[str] | None":
        with self._lock:
            if not self._cancelled:
                # -P: what happens to lie in the working directory is not imported.
                self._process = subprocess.Popen(  # noqa: S603 - our own module
                    [sys.executable, "-P", "-m", "dropgui.search.tsne", str(folder)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
                    | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
                )
            return self._process

    def _keep(self, points: Points) -> None:
        """Keeps the layout, unless one of its crops was forgotten meanwhile."""
        path = _layout_file(self._library, self._cloud)
        crop_ids = self._cloud.crop_ids

        def work(_: object) -> None:
            # Inside the library's lock nobody can forget between the look and the file.
            if not np.isin(crop_ids, shown_crop_ids(self._library), assume_unique=True).all():
                return
            with _disk_faults(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                new = path.with_suffix(f".{os.getpid()}.new")
                with new.open("wb") as file:
                    np.save(file, points)
                new.replace(path)
                layouts = sorted(path.parent.glob("*.npy"), key=lambda kept: kept.stat().st_mtime)
                for old in layouts[:-_KEPT_LAYOUTS]:
                    old.unlink(missing_ok=True)

        self._library.write(work)


def _blocks(rows: Rows, position: int, places: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.float16]]:
    matrix = rows.matrices[position]
    for start in range(0, len(places), _BLOCK):
        yield np.asarray(matrix[places[start : start + _BLOCK]])


def _maps(library: Library) -> Path:
    return library.cache_dir / "maps"


def _layout_file(library: Library, cloud: Cloud) -> Path:
    return _maps(library) / f"{cloud.digest}.npy"


def _clear_abandoned(maps: Path) -> None:
    """Removes what a program that was killed left behind."""
    for folder in maps.glob(f"*{_WORK}"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _disk_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LibraryError(
            f"The map's file {path} could not be written ({error.strerror}). Free some space and make sure "
            "you may write there; the library itself is safe."
        ) from error
