"""The part-major copy of a model version's embeddings beside the library file. Disposable.

``<cache_dir>/<model version>/header.json`` names a data folder and how many rows of its files count:
one fp16 matrix [N, D] a vector, fp16 visibilities [N, 2 + K] and int64 crop ids [N], all without headers
of their own. The header is swapped in last, so a torn append is never read. Writers, also in different
processes, take turns by holding the library's write lock. Rows of crops that lost their embeddings are
buried where they lie: their numbers are overwritten with zeros and their crop id with -1.

A cache whose last append was not forced to the disk is rebuilt when it is opened: its writer died (or is
still at work), and after a power cut its pages could be anything.
"""

import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from dropgui.library import Library, LibraryError
from dropgui.library.embeddings import (
    EmbeddingBlock,
    embedded_crops,
    embedding_blocks,
    generation,
    newest_embedding,
)
from dropgui.library.rows import ModelVersionRow

_FORMAT = 2
_ABANDONED_SECONDS = 3600
_HEADER = "header.json"

BUILDING = ".building"
"""How the name of a folder ends that is not whole yet."""
_GONE = ".gone"
_REMOVALS = 3  # looks at a folder in which others may be building

BURIED = -1
"""The crop id of a row whose crop lost its embeddings."""
_CROPS = "crops.i64"
_VISIBILITY = "visibility.f16"


@dataclass(frozen=True, slots=True)
class Header:
    """What a cache holds: ``rows`` rows, all the library's embeddings of the version up to ``seen_id``."""

    format: int
    library_id: str
    model_version_id: int
    generation: int
    vector_names: tuple[str, ...]
    dim: int
    data: str
    rows: int
    seen_id: int
    synced: bool

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Inverse of :meth:`to_json`; ``ValueError`` or ``TypeError`` for anything else."""
        data: dict[str, Any] = json.loads(text)
        return cls(**{**data, "vector_names": tuple(data.get("vector_names", ()))})

    def to_json(self) -> str:
        """The header as a JSON object."""
        return json.dumps(asdict(self))


class PartCache:
    """Keeps the cache of one model version in step with its library.

    The cache may be removed at any time, also while it is being written: that is a ``FileNotFoundError``,
    after which asking again builds it anew.
    """

    def __init__(self, library: Library, model: ModelVersionRow) -> None:
        self._library = library
        self._model = model
        self._folder = library.cache_dir / str(model.id)

    def open(self) -> Header:
        """A header in step with the library, from a cache that is certainly whole."""
        header = self._header()
        if header is None or not header.synced:
            self.rebuild()
        return self._sealed()

    def renew(self) -> Header:
        """The same from a cache that was built just now, without dead rows."""
        self.rebuild()
        return self._sealed()

    def _sealed(self) -> Header:
        header = self.catch_up()
        return header if header.synced else self.seal()

    def catch_up(self) -> Header:
        """Appends what the library gained and buries what it lost."""
        header = self._header()
        with self._library.read() as connection:
            newest, taken = newest_embedding(connection), generation(connection, self._model.id)
        if header is not None and (header.seen_id, header.generation) == (newest, taken):
            return header
        if header is None or _from_the_future(header, newest, taken):
            self.rebuild()
        return self._library.write(self._keep_up)

    def seal(self) -> Header:
        """Forces the cache to the disk, so that the next :meth:`open` can trust it."""
        return self._library.write(lambda _: self._sync())

    def wipe(self, connection: Connection) -> bool:
        """Leaves nothing of crops that lost their embeddings on the disk, and nothing that is in no use.

        For the thread that writes. False where something could not be removed; ``FileNotFoundError`` where
        there is no cache that could be kept.
        """
        header = self._header()
        if header is None:
            raise FileNotFoundError(self._folder)
        with _disk_faults(self._folder):
            header = self._bury(header, connection)
            self._swap_in(header)
        self._sync()
        return remove_others(self._folder, {header.data, _HEADER})

    def crop_ids(self, header: Header, after: int = 0) -> npt.NDArray[np.int64]:
        """Crop ids of the rows from ``after`` on, int64 [n]; :data:`BURIED` where there is none any more."""
        count = header.rows - after
        path = self._data(header) / _CROPS
        return np.fromfile(path, dtype="<i8", count=count, offset=8 * after).astype(np.int64)

    def visibility(self, header: Header, after: int = 0) -> npt.NDArray[np.float32]:
        """Visibilities of the rows from ``after`` on, float32 [n, 2 + K]."""
        parts, count = len(header.vector_names), header.rows - after
        path = self._data(header) / _VISIBILITY
        flat = np.fromfile(path, dtype="<f2", count=count * parts, offset=2 * parts * after)
        return flat.reshape(count, parts).astype(np.float32)

    def matrix(self, header: Header, position: int) -> npt.NDArray[np.float16]:
        """The vectors at ``position`` among the 2 + K, fp16 [N, D], mapped from the file."""
        shape = (header.rows, header.dim)
        if not header.rows:
            return np.empty(shape, dtype=np.float16)
        # Copy-on-write: torch wants memory that may be written, and nothing ever writes.
        return np.memmap(self._data(header) / _vector_file(header, position), "<f2", "c", shape=shape)

    def _header(self) -> Header | None:
        """The cache's header if it is ours, intact and of this library; else None."""
        try:
            header = Header.from_json((self._folder / _HEADER).read_text(encoding="utf-8"))
            intact = all(
                (self._data(header) / name).stat().st_size >= header.rows * stride
                for name, stride in _strides(header).items()
            )
        except (OSError, ValueError, TypeError, AttributeError):
            return None
        blank = self._blank(header.data, header.generation)
        same = replace(header, rows=0, seen_id=0, synced=True) == replace(blank, synced=True)
        return header if intact and same else None

    def _blank(self, data: str, generation_: int) -> Header:
        return Header(
            format=_FORMAT,
            library_id=self._library.id,
            model_version_id=self._model.id,
            generation=generation_,
            vector_names=self._model.schema.vector_names,
            dim=self._model.dim,
            data=data,
            rows=0,
            seen_id=0,
            synced=False,
        )

    def _data(self, header: Header) -> Path:
        return self._folder / header.data

    def rebuild(self) -> None:
        """Builds fresh files beside the old ones from one committed state, then swaps the header."""
        data = uuid4().hex + BUILDING
        with _disk_faults(self._folder), self._library.read() as connection:
            (self._folder / data).mkdir(parents=True)
            header = self._blank(data, generation(connection, self._model.id))
            header = self._append(header, connection)
        self._library.write(lambda connection: self._adopt(connection, header))

    def _adopt(self, connection: Connection, header: Header) -> None:
        """Makes freshly built files the cache, unless they are outdated, and removes what is in no use."""
        built = self._data(header)
        with _disk_faults(self._folder):
            if generation(connection, self._model.id) == header.generation and built.is_dir():
                header = replace(header, data=header.data.removesuffix(BUILDING))
                built.rename(self._data(header))
                self._swap_in(header)
            else:
                shutil.rmtree(built, ignore_errors=True)
        current = self._header()
        for folder in self._folder.glob("*/"):
            named = current is not None and folder.name == current.data
            if not named and (folder.suffix != BUILDING or abandoned(folder)):
                # Where a program still maps these files Windows refuses; the next rebuild gets them.
                shutil.rmtree(folder, ignore_errors=True)

    def _keep_up(self, connection: Connection) -> Header:
        header = self._header()
        taken = generation(connection, self._model.id)
        with _disk_faults(self._folder):
            if header is None or _from_the_future(header, newest_embedding(connection), taken):
                # Somebody removed the cache, or forgot crops, between our rebuild and this lock.
                header = self._blank(uuid4().hex, taken)
                self._data(header).mkdir(parents=True)
            if header.generation != taken:
                header = self._bury(header, connection)
            header = self._append(header, connection)
            self._swap_in(header)
        return header

    def _bury(self, header: Header, connection: Connection) -> Header:
        """Overwrites the rows of crops that have no embeddings; returns the new header.

        Rows buried before are overwritten again: a power cut may have kept some of their pages.
        """
        ids = self.crop_ids(header)
        known = embedded_crops(connection, self._model.id)
        starts, ends = _runs(~np.isin(ids, known))
        for name, stride in _strides(header).items():
            blank = np.array(BURIED, "<i8").tobytes() if name == _CROPS else bytes(stride)
            with (self._data(header) / name).open("r+b") as file:
                file.truncate(header.rows * stride)  # what lies behind may be anybody's
                for start, end in zip(starts, ends, strict=True):
                    file.seek(start * stride)
                    file.write(blank * (end - start))
        return replace(header, generation=generation(connection, self._model.id), synced=False)

    def _append(self, header: Header, connection: Connection) -> Header:
        """Writes the library's rows above ``header.seen_id`` behind the header's; returns the new header."""
        newest = newest_embedding(connection)
        model = self._model
        for block in embedding_blocks(connection, model.id, model.schema, model.dim, after=header.seen_id):
            for name, content in _contents(header, block):
                with (self._data(header) / name).open("ab") as file:
                    file.truncate(header.rows * _strides(header)[name])
                    file.write(content)
            header = replace(header, rows=header.rows + len(block.crop_ids), synced=False)
        for name in _strides(header):
            (self._data(header) / name).touch()
        return replace(header, seen_id=newest)

    def _sync(self) -> Header:
        header = self._header()
        if header is None:
            raise FileNotFoundError(self._folder)
        with _disk_faults(self._folder):
            for name in _strides(header):
                with (self._data(header) / name).open("r+b") as file:
                    os.fsync(file.fileno())
            header = replace(header, synced=True)
            self._swap_in(header)
        return header

    def _swap_in(self, header: Header) -> None:
        new = self._folder / f"{_HEADER}.new"
        new.write_text(header.to_json(), encoding="utf-8")
        new.replace(self._folder / _HEADER)


def _from_the_future(header: Header, newest: int, taken: int) -> bool:
    """Whether an older copy of the library was put back: what is here may never have been there.

    Ids only grow, but for the newest being taken away, and that makes the generation grow.
    """
    return header.generation > taken or (header.generation == taken and header.seen_id > newest)


def remove_others(folder: Path, kept: Iterable[str]) -> bool:
    """Removes everything in ``folder`` but what has these names; False if something could not be removed."""
    names = set(kept)
    for _ in range(_REMOVALS):
        others = [path for path in folder.iterdir() if path.name not in names]
        if not others:
            break
        for path in others:
            _remove(path)
    return {path.name for path in folder.iterdir()} == names


def _remove(path: Path) -> None:
    """Renamed first: whoever is building in there can add nothing behind the removal's back."""
    with suppress(OSError):
        path = path.rename(path.with_name(uuid4().hex + _GONE))
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _runs(chosen: npt.NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """Where runs of True begin and where they end."""
    edges = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
    return edges[::2].tolist(), edges[1::2].tolist()


def abandoned(folder: Path) -> bool:
    """Whether nobody has written to a folder for so long that its builder must have died."""
    return time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS


def _vector_file(header: Header, position: int) -> str:
    return f"{position:02}-{header.vector_names[position]}.f16"


def _strides(header: Header) -> dict[str, int]:
    """Bytes a row in each file."""
    strides = {_vector_file(header, j): 2 * header.dim for j in range(len(header.vector_names))}
    return {**strides, _VISIBILITY: 2 * len(header.vector_names), _CROPS: 8}


def _contents(header: Header, block: EmbeddingBlock) -> Iterator[tuple[str, bytes]]:
    for position in range(len(header.vector_names)):
        yield _vector_file(header, position), block.vectors[:, position].astype("<f2", copy=False).tobytes()
    yield _VISIBILITY, block.visibility.astype("<f2", copy=False).tobytes()
    yield _CROPS, block.crop_ids.astype("<i8", copy=False).tobytes()


@contextmanager
def _disk_faults(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise LibraryError(
            f"The search cache {folder} could not be written ({error.strerror}). Free some space and make "
            "sure you may write there; the library itself is safe."
        ) from error
