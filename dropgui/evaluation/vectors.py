"""The vectors that a model version has stored, a few at a time: there may be more than fit in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from dropgui.search import PartIndex
from dropgui.session import Session
from dropmodel.evaluation.ranking import IntArray
from dropmodel.features import Features, FloatArray


@contextmanager
def index_of(session: Session, model_version_id: int) -> Iterator[PartIndex]:
    """The search index of any version, of the active one the session's own; ``KeyError`` if unknown."""
    index = session.index
    if index.model.id == model_version_id:
        index.refresh()
        yield index
        return
    other = PartIndex.open(session.library, model_version_id, index.device)
    try:
        yield other
    finally:
        other.close()


class StoredVectors:
    """Vectors of some crops, read from the search cache as they are needed.

    ``has`` bool [N]: which of the ``crops`` int64 [N] it has vectors of; places are among these N.
    """

    def __init__(self, index: PartIndex, crops: IntArray) -> None:
        rows = index.rows
        living = np.flatnonzero(rows.living)
        ids = rows.crop_ids[living]
        order = np.argsort(ids, kind="stable")
        at = np.searchsorted(ids[order], crops).clip(max=max(len(ids) - 1, 0))
        self.has = ids[order][at] == crops if len(ids) else np.zeros(len(crops), np.bool_)
        self._at = living[order][at] if len(ids) else np.zeros(len(crops), np.int64)
        self._rows = rows
        self.schema = index.model.schema
        self.device = index.device

    @property
    def bytes_each(self) -> int:
        """Memory that a crop's vectors take as float32."""
        return sum(4 * matrix.shape[1] for matrix in self._rows.matrices)

    def take(self, places: IntArray) -> Features:
        """The features of the crops at these places, float32; they must have vectors."""
        rows = self._at[places]
        columns = [matrix[rows].astype(np.float32) for matrix in self._rows.matrices]
        visibility: FloatArray = np.square(self._rows.visibility_roots[:, rows].T)
        return Features(np.stack(columns, axis=1), np.ascontiguousarray(visibility), self.schema)
