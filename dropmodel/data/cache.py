"""Pictures and targets decoded once, in a file that all loading processes map into memory.

A mapped file is shared by processes however they were started, needs no room in shared memory, which
containers often lack, and gives its pages back where memory is short.
"""

import shutil
import sys
import tempfile
import weakref
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.data.occlusion import Pair
from dropmodel.errors import DataError

_PREFIX, _LOCK = "dropmodel-pictures-", "lock"
_CHANNELS = 4
_TARGET = 3
_EMPTY, _UNLABELLED, _LABELLED = 0, 1, 2


def cache_bytes(count: int, size: tuple[int, int]) -> int:
    """Size of the file for ``count`` pictures of ``size`` (height, width)."""
    return count * size[0] * size[1] * _CHANNELS


def _claimed(folder: Path) -> IO[bytes] | None:
    """Marks ``folder`` as in use for as long as the file that is returned is open; None on Windows."""
    if sys.platform == "win32":
        return None
    import fcntl

    lock = (folder / "claim").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    # Only now under the name that others look for: they never find it free.
    (folder / "claim").rename(folder / _LOCK)
    return lock


def _removed(folder: Path, lock: IO[bytes] | None) -> None:
    if lock is not None:
        lock.close()
    shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Removes what killed processes left behind: the system frees their locks."""
    if sys.platform == "win32":
        return
    import fcntl

    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            with path.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.parent, ignore_errors=True)
        except OSError:  # Somebody's at work, or another user's.
            continue


class PictureCache:
    """Room for ``count`` pictures with targets of ``size`` (height, width); filled as they are first read.

    The file is temporary and goes with the object, or, where its process was killed, with the next one's.
    Copies in other processes share it.
    """

    def __init__(self, count: int, size: tuple[int, int]) -> None:
        self._shape = (count, *size, _CHANNELS)
        _sweep()
        needed, free = cache_bytes(count, size), shutil.disk_usage(tempfile.gettempdir()).free
        if needed > 0.9 * free:
            raise DataError(
                f"{tempfile.gettempdir()} has {free / 2**30:.1f} GiB free, but decoded pictures need "
                f"{needed / 2**30:.1f}: free some, name another folder in TMPDIR or turn the cache off"
            )
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._folder = folder
        weakref.finalize(self, _removed, folder, _claimed(folder))
        self._open("w+")

    def _open(self, mode: str) -> None:
        self._pixels: npt.NDArray[np.uint8] = np.memmap(
            self._folder / "pixels",
            np.uint8,
            mode,
            shape=self._shape,  # type: ignore[call-overload]
        )
        self._states: npt.NDArray[np.uint8] = np.memmap(
            self._folder / "states",
            np.uint8,
            mode,
            shape=(self._shape[0],),  # type: ignore[call-overload]
        )

    def get(self, index: int) -> Pair | None:
        """The picture, RGB, and its target, L; None if it was not put there yet."""
        state = self._states[index]
        if state == _EMPTY:
            return None
        pixels = self._pixels[index]
        picture = Image.fromarray(np.ascontiguousarray(pixels[..., :_TARGET]))
        return picture, Image.fromarray(pixels[..., _TARGET]) if state == _LABELLED else None

    def put(self, index: int, pair: Pair) -> None:
        """Keeps a picture; where two processes do it at once they write the same."""
        picture, target = pair
        self._pixels[index, ..., :_TARGET] = np.asarray(picture)
        if target is not None:
            self._pixels[index, ..., _TARGET] = np.asarray(target)
        # Last: whoever sees the state finds the pixels.
        self._states[index] = _UNLABELLED if target is None else _LABELLED

    def __getstate__(self) -> dict[str, Any]:
        return {"_shape": self._shape, "_folder": self._folder}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._shape, self._folder = state["_shape"], state["_folder"]
        self._open("r+")
