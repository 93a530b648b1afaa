"""The rows a search scans, mapped from the cache and swapped as a whole when the library grows."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from dropgui.library import Library, LibraryError
from dropgui.library.models import calibration_of, model_version
from dropgui.library.persons import person_sizes
from dropgui.library.queries import crop_ids
from dropgui.library.rows import CropFilter, ModelVersionRow
from dropgui.search.cache import BURIED, Header, PartCache
from dropgui.search.certainty import Certainty, Prior, crops_a_person
from dropgui.search.growing import Columns, DeviceMatrices
from dropmodel.evaluation.calibration import Calibration

if TYPE_CHECKING:
    import torch

    from dropgui.search.approximate import Approximate

_ATTEMPTS = 5


_DEAD = 0.25
"""With more dead rows than this share the cache is built anew when it is opened."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One state of the index.

    ``crop_ids`` int64 [N]; ``living`` bool [N], False for a row that a later one of the same crop
    replaced or whose crop lost its embeddings; ``matrices`` 2 + K mapped fp16 [N, D]; ``visibility_roots``
    float32 [2 + K, N], the square roots that the weights are made of; ``on_devices`` holds the matrices that
    were copied to an accelerator. States of equal ``files`` have the same rows, the longer one more.
    """

    crop_ids: npt.NDArray[np.int64]
    living: npt.NDArray[np.bool_]
    matrices: tuple[npt.NDArray[np.float16], ...]
    visibility_roots: npt.NDArray[np.float32]
    on_devices: DeviceMatrices
    files: tuple[str, int]

    def matrix(self, position: int, device: str) -> "torch.Tensor":
        """The vectors at ``position``, fp16 [N, D], on ``device``, where they stay."""
        import torch

        if device == "cpu":
            return torch.from_numpy(self.matrices[position])
        return self.on_devices.get(position, device, self.matrices[position])


@dataclass(frozen=True, slots=True)
class _Passing:
    """Which of ``rows`` pass ``crop_filter`` in a state of the library, bool [N]."""

    rows: Rows
    crop_filter: CropFilter
    state: int
    mask: npt.NDArray[np.bool_]


class PartIndex:
    """All embeddings of one model version of a library, ready to be scanned. Safe to use from any thread.

    ``approximate`` finds candidates where a scan would take too long; None until
    :func:`dropgui.search.approximate.build` gave it to the index.
    """

    def __init__(self, library: Library, model: ModelVersionRow, device: str | None = None) -> None:
        """Use :meth:`open`."""
        self.library = library
        self.model = model
        self._device = device
        self._cache = PartCache(library, model)
        self._lock = threading.Lock()
        self._passing: _Passing | None = None
        self._certainty: tuple[int, Rows, Certainty | None] | None = None
        self.approximate: Approximate | None = None
        self._columns = Columns(0)
        self._header, self._rows = self._take(self._cache.open, None)
        if np.count_nonzero(self._rows.living) < (1 - _DEAD) * len(self._rows.living):
            self._header, self._rows = self._take(self._cache.renew, None)

    @classmethod
    def open(cls, library: Library, model_version_id: int, device: str | None = None) -> Self:
        """The index of a model version, its cache rebuilt if it is stale, damaged or gone.

        Searches run on ``device``, ``cpu`` or a CUDA device; on CUDA if there is any where it is None.
        ``KeyError`` for an unknown version.
        """
        with library.read() as connection:
            model = model_version(connection, model_version_id)
        return cls(library, model, device)

    @property
    def device(self) -> str:
        """Where searches run."""
        if self._device is None:
            from dropgui.search.kernels import search_device

            self._device = search_device()
        return self._device

    @property
    def crop_ids(self) -> npt.NDArray[np.int64]:
        """The crops that can be found, int64, in the order they were indexed."""
        rows = self._rows
        return rows.crop_ids[rows.living]

    def __len__(self) -> int:
        return int(np.count_nonzero(self._rows.living))

    @property
    def folder(self) -> Path:
        """Where disposable files made of this index lie; what is put there is removed with what it is of."""
        return self.library.cache_dir / str(self.model.id)

    @property
    def rows(self) -> Rows:
        """The state that a search works on; it stays whole while the index moves on."""
        return self._rows

    def refresh(self) -> bool:
        """Takes in what was indexed or forgotten since, by any process; False if that is nothing.

        Costs well under a millisecond where nothing changed.
        """
        with self._lock:
            before = self._header
            self._header, self._rows = self._take(self._cache.catch_up, before)
            return self._header != before

    def passing(self, rows: Rows, crop_filter: CropFilter) -> npt.NDArray[np.bool_]:
        """Which of ``rows`` are of crops on show that pass the filter, bool [N].

        The last answer is kept while nothing changes in the library: many searches have the same filter.
        """
        state = self.library.state()
        last = self._passing
        if last is None or last.rows is not rows or (last.crop_filter, last.state) != (crop_filter, state):
            mask = np.isin(rows.crop_ids, crop_ids(self.library, crop_filter))
            self._passing = last = _Passing(rows, crop_filter, state, mask)
        return last.mask

    @property
    def certainty(self) -> Certainty | None:
        """What turns distances into probabilities in this library; None where the model is not calibrated."""
        state, rows = self.library.state(), self._rows
        last = self._certainty
        if last is None or last[0] != state or last[1] is not rows:
            self._certainty = last = (state, rows, self._look_up_certainty(int(rows.living.sum())))
        return last[2]

    def _look_up_certainty(self, crops: int) -> Certainty | None:
        data = calibration_of(self.library, self.model.id)
        if not data:
            return None
        calibration = Calibration.from_dict(data)
        size = crops_a_person(person_sizes(self.library), crops)
        return Certainty(calibration, Prior(size, crops, calibration.source))

    def warm(self) -> None:
        """Loads torch, times the kernels and touches every row, so that the first search is not slower."""
        import torch

        from dropgui.search.kernels import kernel_for

        rows = self._rows
        for position in range(len(rows.matrices)):
            matrix = rows.matrix(position, self.device)
            kernel_for(str(matrix.device))(torch.zeros(matrix.shape[1], device=matrix.device), matrix)

    def seal(self) -> None:
        """Leaves the cache on the disk in a state that the next start can trust; searches may go on."""
        with self._lock:
            if not self._header.synced:
                # Sealing touches nothing but the cache. Removed, on a full disk or under another program's
                # lock, it is only built anew at the next start.
                with suppress(LibraryError, FileNotFoundError):
                    self._header = self._cache.seal()

    def close(self) -> None:
        """Seals the cache and unmaps it."""
        self.seal()
        with self._lock:
            self._passing = None
            self.approximate = None
            self._columns = Columns(0)
            none = np.empty(0, dtype=bool)
            self._rows = Rows(
                self._columns.crop_ids, none, (), self._columns.roots, DeviceMatrices(), ("", 0)
            )

    def _take(self, ask: Callable[[], Header], known: Header | None) -> tuple[Header, Rows]:
        """A header and its rows, those at hand if it is ``known``.

        Asks again if the cache was removed or rebuilt in between.
        """
        for _ in range(_ATTEMPTS):
            with suppress(FileNotFoundError):
                header = ask()
                return header, (self._rows if header == known else self._map(header, known))
        raise LibraryError(
            f"The search cache {self.library.cache_dir} keeps being removed by another program. "
            "Close the other program, then search again."
        )

    def _map(self, header: Header, known: Header | None) -> Rows:
        """The rows of ``header``; what ``known`` has of the same files is not read again."""
        if known is not None and (known.data, known.generation) == (header.data, header.generation):
            columns, start = self._columns, known.rows
            living, devices = self._rows.living, self._rows.on_devices
        else:
            columns, start = Columns(len(header.vector_names)), 0
            living, devices = np.empty(0, dtype=bool), DeviceMatrices()
        matrices = tuple(self._cache.matrix(header, j) for j in range(len(header.vector_names)))
        columns.extend(start, self._cache.crop_ids(header, start), self._cache.visibility(header, start))
        self._columns = columns
        crop_ids = columns.crop_ids
        replaced = np.isin(crop_ids[:start], crop_ids[start:])
        return Rows(
            crop_ids=crop_ids,
            living=np.concatenate([living & ~replaced, _last_of_each(crop_ids[start:])]),
            matrices=matrices,
            visibility_roots=columns.roots,
            on_devices=devices,
            files=(header.data, header.generation),
        )


def _last_of_each(crop_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """True where a crop id occurs for the last time, False where there is no crop any more."""
    living = np.zeros(len(crop_ids), dtype=bool)
    _, from_end = np.unique(crop_ids[::-1], return_index=True)
    living[len(crop_ids) - 1 - from_end] = True
    living[crop_ids == BURIED] = False
    return living
