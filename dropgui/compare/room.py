"""Wires the side-by-side view to the ranked matches: it shows the grid's current match, and steps."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QWidget

from dropgui.compare.foot import Place, Verdicts
from dropgui.compare.looking import Looking
from dropgui.compare.page import ComparePage
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import MATCH_ROLE, RANK_ROLE, VERDICT_ROLE, CropModel
from dropgui.jobs.runner import Runner
from dropgui.query.controller import QueryController
from dropgui.query.selection import PartSelection
from dropgui.session import Session


class Comparison(QObject):
    """``pages`` is the Matches tab: the ranked matches, or one of them beside the query.

    The grid's current match is the one compared, so that a decision, an undo or a new ranking moves both. A
    new query, or an answer without matches, leads back to the grid. ``decide`` gives a verdict on the grid's
    selected match and goes to the next one.
    """

    def __init__(
        self,
        session: Session,
        runner: Runner,
        controller: QueryController,
        selection: PartSelection,
        model: CropModel,
        grid: CropGrid,
        matches: QWidget,
        decide: Callable[[str], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._selection = selection
        self._model = model
        self._grid = grid
        self._matches = matches
        self.verdicts = Verdicts()
        self.page = ComparePage("Back to Matches", self.verdicts)
        self.looking = Looking(self.page, session, runner, self)
        self.pages = QStackedWidget()
        self.pages.addWidget(matches)
        self.pages.addWidget(self.page)
        self.action = QAction("&Compare with Query", self)
        self.action.setShortcut(QKeySequence(Qt.Key.Key_Space))
        # Elsewhere the space bar presses buttons and ticks boxes.
        self.action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.action.setStatusTip("Query and match side by side, part by part")
        self.action.triggered.connect(self.open)
        grid.addAction(self.action)
        self.page.left.connect(self.close)
        self.page.stepped.connect(self.step)
        self.verdicts.decided.connect(decide)
        grid.current_changed.connect(self._follow)
        model.modelReset.connect(self._follow)
        model.dataChanged.connect(self._follow)
        controller.turned.connect(self._follow)
        controller.loading.connect(self.close)
        controller.cleared.connect(self.close)

    @property
    def is_open(self) -> bool:
        """Whether the Matches tab shows two crops side by side."""
        return self.pages.currentWidget() is self.page

    def open(self) -> None:
        """Compare the grid's current match with the query, or else the first one."""
        if not self._model.crop_ids or self._controller.subject is None:
            return
        self.pages.setCurrentWidget(self.page)
        if self._grid.current_id is not None:
            self._grid.select(self._grid.current_id)  # alone: a decision is on what is shown
        self._follow()
        self.page.setFocus()

    def close(self) -> None:
        """Back to the ranked matches."""
        if self.is_open:
            self.looking.drop()
            self.pages.setCurrentWidget(self._matches)
            self._grid.setFocus()

    def step(self, step: int) -> None:
        """Go ``step`` matches further down the ranking."""
        crops = self._model.crop_ids
        current = self._grid.current_id
        if current in crops:
            place = crops.index(current) + step
            if 0 <= place < len(crops):
                self._grid.select(crops[place])

    def _follow(self) -> None:
        """Show the grid's current match as it is now."""
        if not self.is_open:
            return
        crops = self._model.crop_ids
        query, schema = self._controller.subject, self._selection.schema
        if not crops or query is None or schema is None:
            self.close()
            return
        current = self._grid.current_id
        if current not in crops:
            self._grid.select(crops[0])  # which leads here again
            return
        index = self._model.index(self._model.row_of(current))
        match, verdict = index.data(MATCH_ROLE), index.data(VERDICT_ROLE)
        place = Place(match, index.data(RANK_ROLE), crops.index(current), len(crops), verdict)
        self.page.show_place(place, schema)
        if not self.looking.is_at(query, current):
            self.looking.look(query, current, len(self._controller.views))
