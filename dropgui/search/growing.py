"""What the states of an index share: memory that only grows, so that a state stays whole while it does."""

import logging
import threading
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dropmodel.features import FloatArray

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

_SPARE = 8  # a copy leaves room for an eighth more


class Columns:
    """Crop ids and square roots of visibilities of the rows, in memory with room for more.

    Rows may only be put behind those that a reader has been given. Not safe for two writers.
    """

    def __init__(self, parts: int) -> None:
        """Empty, for ``parts`` vectors a row."""
        self._crop_ids = np.empty(0, dtype=np.int64)
        self._roots = np.empty((parts, 0), dtype=np.float32)
        self._rows = 0

    def extend(self, start: int, crop_ids: npt.NDArray[np.int64], visibility: FloatArray) -> None:
        """Puts rows behind the first ``start``: ids int64 [n] and visibilities float32 [n, parts]."""
        end = start + len(crop_ids)
        if end > len(self._crop_ids):
            room = end + (end // _SPARE if start else 0)
            ids, roots = np.empty(room, np.int64), np.empty((len(self._roots), room), np.float32)
            ids[:start], roots[:, :start] = self._crop_ids[:start], self._roots[:, :start]
            self._crop_ids, self._roots = ids, roots
        self._crop_ids[start:end] = crop_ids
        np.sqrt(visibility.T, out=self._roots[:, start:end])
        self._rows = end

    @property
    def crop_ids(self) -> npt.NDArray[np.int64]:
        """Of all rows so far, int64 [N]."""
        return self._crop_ids[: self._rows]

    @property
    def roots(self) -> FloatArray:
        """sqrt(v) of all rows so far, float32 [parts, N]."""
        return self._roots[:, : self._rows]


class DeviceMatrices:
    """Copies of the matrices on accelerators; rows that came since are added. Safe to use from any thread.

    What an accelerator has no memory for stays in the computer's own, for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._copies: dict[tuple[int, str], tuple[torch.Tensor, int]] = {}
        self._too_large: set[tuple[int, str]] = set()

    def get(self, position: int, device: str, matrix: npt.NDArray[np.float16]) -> "torch.Tensor":
        """The rows of ``matrix``, the one at ``position``, fp16 [N, D], on ``device``, where they stay."""
        import torch

        with self._lock:
            if (position, device) not in self._too_large:
                try:
                    return self._copied(position, device, matrix)
                except torch.OutOfMemoryError as error:
                    log.warning("Searching on the CPU what %s has no memory for: %s", device, error)
                    self._copies.pop((position, device), None)
                    self._too_large.add((position, device))
        return torch.from_numpy(matrix)

    def _copied(self, position: int, device: str, matrix: npt.NDArray[np.float16]) -> "torch.Tensor":
        import torch

        count = len(matrix)
        copy, filled = self._copies.get((position, device), (None, 0))
        if copy is None or len(copy) < count:
            room = count + (count // _SPARE if copy is not None else 0)
            larger = torch.empty((room, matrix.shape[1]), dtype=torch.float16, device=device)
            if copy is not None:
                larger[:filled] = copy[:filled]
            copy = larger
        if filled < count:
            copy[filled:count] = torch.from_numpy(matrix[filled:]).to(device)
            filled = count
        self._copies[position, device] = (copy, filled)
        return copy[:count]
