"""Which crops of a grid are selected: one bit a row, so that any choice of 100,000 costs the same.

Qt's own selection is a list of ranges. It compares each range that was with each that is, so a scattered
choice of 40,000 rows held the window for seconds when the next row was clicked.
"""

from collections.abc import Iterable
from typing import cast

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Signal,
)

from dropgui.gallery.model import CropModel

Flag = QItemSelectionModel.SelectionFlag
Rows = npt.NDArray[np.bool_]


class Picks(QItemSelectionModel):
    """Takes the place of a view's selection model; clicks, keys and rubber bands end in :meth:`select`.

    Qt's own lists hold the current row, if it is selected, and nothing else: that is what the view asks of
    them when it toggles a row, and what a screen reader reads. What else is selected only this class knows.
    """

    changed = Signal()
    """Others are selected. Not emitted while the model is reset."""

    def __init__(self, model: CropModel, parent: QObject) -> None:
        super().__init__(model, parent)
        self._crops = model
        self._rows: Rows = np.zeros(0, bool)
        self._settled: Rows = self._rows  # without the gesture that is under way
        model.rowsInserted.connect(self._grow)

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """Ids of the selected crops, int64 [n], in the order of the grid."""
        return self._crops.ids[self._rows]

    @property
    def count(self) -> int:
        """How many crops are selected."""
        return int(np.count_nonzero(self._rows))

    def has(self, row: int) -> bool:
        """Whether a row is selected."""
        return 0 <= row < len(self._rows) and bool(self._rows[row])

    def pick(self, rows: Rows) -> None:
        """Make these rows the selected ones, bool [rows of the model]; titles among them are left out."""
        self._settled = np.zeros(len(rows), bool)
        self._show(rows & (self._crops.ids >= 0))

    def pick_others(self) -> None:
        """Select what is not, and no longer what is."""
        self.pick(~self._rows)

    def select(self, what: QItemSelection | QModelIndex | QPersistentModelIndex, command: Flag) -> None:
        """As Qt does: a gesture under way (``Current``) replaces what it selected so far."""
        if command == Flag.NoUpdate:
            return
        if command & Flag.Clear:
            self._settled = np.zeros(len(self._crops.ids), bool)
        elif not command & Flag.Current:
            self._settled = self._rows
        rows = self._settled.copy()
        for first, last in _ranges(what):
            piece = rows[first : last + 1]
            if command & Flag.Toggle:
                np.logical_not(piece, out=piece)
            else:
                piece[:] = bool(command & Flag.Select)
        self._show(rows & (self._crops.ids >= 0))

    def setCurrentIndex(self, index: QModelIndex | QPersistentModelIndex, command: Flag) -> None:
        """Put the keyboard on a row, and select what the command says."""
        super().setCurrentIndex(index, command)
        self._tell_qt()

    def clear(self) -> None:
        """Select nothing, and put the keyboard nowhere."""
        self.pick(np.zeros(len(self._crops.ids), bool))
        super().clear()

    def _show(self, rows: Rows) -> None:
        before, self._rows = self._rows, rows
        self._tell_qt()
        if not np.array_equal(before, rows):
            self.changed.emit()

    def _tell_qt(self) -> None:
        current = self.currentIndex()
        selected = self.has(current.row())
        # Of a selection, not of an index: with that Qt would call our own method again.
        super().select(
            QItemSelection(current, current) if selected else QItemSelection(), Flag.ClearAndSelect
        )

    def _grow(self) -> None:
        """Rows joined at the end."""
        more = np.zeros(len(self._crops.ids) - len(self._rows), bool)
        self._rows = np.concatenate([self._rows, more])
        self._settled = np.concatenate([self._settled, more])


def _ranges(what: QItemSelection | QModelIndex | QPersistentModelIndex) -> Iterable[tuple[int, int]]:
    """First and last row of each."""
    if not isinstance(what, QItemSelection):
        return [(what.row(), what.row())] if what.isValid() else []
    # The stubs do not know that a selection is a list of ranges.
    return [(part.top(), part.bottom()) for part in cast("Iterable[QItemSelectionRange]", what)]
