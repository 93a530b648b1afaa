"""The section of the worst searches: who was looked for, and what came first instead."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from dropgui.evaluation.result import Evaluation, WorstQuery
from dropgui.gallery.grid import CARD_WIDTHS, CropGrid
from dropgui.gallery.model import CropModel
from dropgui.gallery.picture_list import PictureList
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library import Library
from dropgui.style import GRID, heading, note

_SAY = (
    "The searches that went worst; often it is a label that is wrong. Select one to see what came first, and "
    "click a match to see both side by side. Enter or a double click on a search asks it again; Ctrl+Return "
    "searches for the selected match."
)


class WorstPanel(QWidget):
    """The worst queries in a list, the first matches of the selected one beside it."""

    chosen = Signal(int)
    """Search for this crop."""
    pair_wanted = Signal(Evaluation, WorstQuery, int)
    """Show a query beside its match at this place, from 0."""

    def __init__(
        self, library: Library, runner: Runner, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._found: Evaluation | None = None
        self._queries: Sequence[WorstQuery] = ()
        self._model = CropModel(library, runner, thumbnails, self)
        self.grid = CropGrid(self._model, thumbnails, matches=False)
        self.grid.setAccessibleName("What came first in the selected search")
        self.grid.set_card_width(CARD_WIDTHS[1])
        self.grid.chosen.connect(self._compare)
        self.list = PictureList(library, runner, thumbnails, "Searches that went worst")
        self.list.selectionModel().currentChanged.connect(lambda index: self._show(index.row()))
        self.list.activated.connect(self._search)
        self._title = heading("")
        side = QWidget()
        inner = QVBoxLayout(side)
        inner.setContentsMargins(GRID, 0, 0, 0)
        inner.setSpacing(GRID // 2)
        inner.addWidget(self._title)
        inner.addWidget(self.grid, 1)
        split = QSplitter()
        split.addWidget(self.list)
        split.addWidget(side)
        split.setStretchFactor(1, 1)
        split.setSizes([26 * GRID, 60 * GRID])
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, GRID, 0)
        column.setSpacing(GRID)
        column.addWidget(note(_SAY))
        column.addWidget(split, 1)
        self.setFocusProxy(self.list)

    def show_evaluation(self, found: Evaluation) -> None:
        """Show what was found."""
        self._found = found
        self._queries = found.worst
        self.list.show_pictures([query.crop_id for query in found.worst], self._words)
        if found.worst:
            self.list.setCurrentIndex(self.list.model().index(0, 0))
        else:
            self._show(-1)

    def _show(self, row: int) -> None:
        query = self._queries[row] if 0 <= row < len(self._queries) else None
        found = () if query is None else query.found
        self._title.setText("" if query is None else f"First matches when {query.person} was looked for")
        self._model.set_remarks(
            {crop: f"{rank} · {'right' if right else 'wrong'}" for rank, (crop, right) in enumerate(found, 1)}
        )
        self._model.set_ids(np.empty(0, np.int64))
        self._model.set_ids(np.array([crop for crop, _ in found], np.int64))

    def _compare(self, crop_id: int) -> None:
        query = self._queries[self.list.row or 0]
        place = [crop for crop, _ in query.found].index(crop_id)
        self.pair_wanted.emit(self._found, query, place)

    def _search(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._queries):
            self.chosen.emit(self._queries[index.row()].crop_id)

    def _words(self, row: int) -> str:
        query = self._queries[row]
        return (
            f"{query.person} · AP {100 * query.average_precision:.0f}\nfirst right one: {query.first_hit:,}"
        )
