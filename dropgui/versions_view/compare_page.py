"""Two versions side by side: the numbers, the queries that got better or worse, and what each found."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui.dialogs.notice import NoticeBar
from dropgui.dialogs.questions import which_comparison
from dropgui.errors import UserError
from dropgui.finetuning.measured_on import compare_fairly
from dropgui.gallery.grid import CARD_WIDTHS, CropGrid
from dropgui.gallery.model import CropModel
from dropgui.gallery.picture_list import PictureList
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.indexing.progress import CancelToken
from dropgui.jobs.long_work import LongWork, Tell
from dropgui.jobs.runner import Runner
from dropgui.session import Session
from dropgui.style import GRID, heading, note, scaled
from dropgui.versions.compare import ChangedQuery, VersionComparison
from dropgui.versions.compared import Compared
from dropgui.versions.tree import Version
from dropgui.versions_view.measures import DriftTable, MeasureTable

_FIRST = (
    "Choose two versions and compare them on persons and masks that no version was taught with.\n"
    "You see how sure a difference is, and which searches got better or worse."
)


_DRIFT = 25 * GRID


class ComparePage(QWidget):
    """Compares when asked; nothing is changed by it."""

    back_wanted = Signal()
    """Back to the tree of versions."""
    shown = Signal()
    """There is another comparison."""
    failed = Signal(Exception)

    def __init__(
        self,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        work: LongWork,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._work = work
        self._notice = NoticeBar()
        self._found: Compared | None = None
        self._queries: Sequence[ChangedQuery] = ()
        self._models = [CropModel(session.library, runner, thumbnails, self) for _ in range(2)]
        self.grids = [CropGrid(model, thumbnails, matches=False) for model in self._models]
        for side, grid in zip(("before", "after"), self.grids, strict=True):
            grid.setAccessibleName(f"What the version {side} finds")
            grid.set_card_width(CARD_WIDTHS[0])
        self._headings = [heading(""), heading("")]
        self.list = PictureList(session.library, runner, thumbnails, "Searches that got better or worse")
        self.measures = MeasureTable()
        self.drift = DriftTable()
        self._headline = QLabel()
        self._headline.setFont(scaled(self._headline.font(), 1, bold=True))
        self._headline.setWordWrap(True)
        self._words = note()
        self.before, self.after = QComboBox(), QComboBox()
        for combo, tip in (
            (self.before, "The version to compare with"),
            (self.after, "The version to judge"),
        ):
            combo.setAccessibleName(tip)
            combo.setToolTip(tip)
            combo.setMaximumWidth(24 * GRID)
            combo.currentIndexChanged.connect(self._show_able)
        self.export = QPushButton("E&xport…")
        self.export.clicked.connect(self.ask_export)
        self.start = QPushButton("&Compare")
        self.start.setDefault(True)
        self.start.clicked.connect(self.compare)
        self._message = note(_FIRST)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setMargin(4 * GRID)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._message)
        self._pages.addWidget(self._make_result())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_bar())
        column.addWidget(self._notice)
        column.addWidget(self._pages, 1)
        self.setFocusProxy(self.after)
        self.list.selectionModel().currentChanged.connect(lambda index: self._show_query(index.row()))
        work.began.connect(self._show_able)
        work.ended.connect(self._show_able)

    def _make_bar(self) -> QHBoxLayout:
        back = QPushButton("‹ &Versions")
        back.setToolTip("Back to the tree of versions")
        back.clicked.connect(self.back_wanted)
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(back)
        row.addStretch(1)
        row.addWidget(self.before)
        row.addWidget(note("→"))
        row.addWidget(self.after)
        row.addWidget(self.start)
        row.addWidget(self.export)
        return row

    def _make_result(self) -> QWidget:
        top = QWidget()
        numbers = QGridLayout(top)
        numbers.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        numbers.setSpacing(GRID)
        numbers.addWidget(self._headline, 0, 0, 1, 2)
        numbers.addWidget(self._words, 1, 0, 1, 2)
        numbers.addWidget(self.measures, 2, 0)
        numbers.addWidget(self.drift, 2, 1)
        numbers.setColumnStretch(0, 1)
        self.drift.setFixedWidth(_DRIFT)
        self.measures.setMinimumWidth(32 * GRID)
        sides = self._sides = QSplitter(Qt.Orientation.Horizontal)
        self.list.setMinimumWidth(20 * GRID)
        sides.addWidget(self.list)
        for title, grid in zip(self._headings, self.grids, strict=True):
            side = QWidget()
            column = QVBoxLayout(side)
            column.setContentsMargins(GRID, 0, 0, 0)
            column.setSpacing(GRID // 2)
            column.addWidget(title)
            column.addWidget(grid, 1)
            sides.addWidget(side)
            sides.setStretchFactor(sides.count() - 1, 1)
        sides.setSizes([24 * GRID, 30 * GRID, 30 * GRID])
        sides.setChildrenCollapsible(False)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(top)
        split.addWidget(sides)
        split.setStretchFactor(1, 1)
        split.setSizes([24 * GRID, 48 * GRID])
        split.setChildrenCollapsible(False)
        return split

    # -- what it shows ----------------------------------------------------------------------------

    @property
    def comparison(self) -> VersionComparison | None:
        """What is shown."""
        return None if self._found is None else self._found.comparison

    @property
    def words(self) -> str:
        """What is said above the numbers, or in their place."""
        return self._words.text() if self._pages.currentIndex() == 1 else self._message.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more room, or less."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Where there is room for one table only it is the measures', all of it."""
        room = self.width() - _DRIFT - 5 * GRID
        self.drift.setVisible(self.measures.whole_width <= room)

    # -- from outside -----------------------------------------------------------------------------

    def set_versions(self, versions: Sequence[Version]) -> None:
        """Offer these; what was chosen stays chosen."""
        for combo in (self.before, self.after):
            chosen = combo.currentData()
            was_blocked = combo.blockSignals(True)
            combo.clear()
            for version in versions:
                combo.addItem(version.row.name, version.row.id)
            combo.setCurrentIndex(max(combo.findData(chosen), 0))
            combo.blockSignals(was_blocked)
        self._show_able()

    def choose(self, before_id: int, after_id: int) -> None:
        """Propose two versions."""
        self.before.setCurrentIndex(self.before.findData(before_id))
        self.after.setCurrentIndex(self.after.findData(after_id))

    def compare(self) -> None:
        """Compare the two that are chosen; again, and it stops."""
        if self._work.busy:
            self._work.stop()
            return
        session, before, after = self._session, self.before.currentData(), self.after.currentData()

        def work(tell: Tell, cancel: CancelToken) -> Compared | None:
            return compare_fairly(session, before, after, on_progress=tell, cancel=cancel)

        self._say("Comparing…")
        names = f"{self.before.currentText()} and {self.after.currentText()}"
        self._work.run("Comparing", names, work, self._show, self._fault)

    def export_to(self, path: Path) -> None:
        """Write what is shown to a file, as its suffix says."""
        found, library = self._found, self._session.library
        if found is None:
            return

        def write(*_: object) -> None:
            from dropgui.versions.compared_files import save_compared  # fonts and pages, read where wanted

            save_compared(found, library, path)

        def failed(error: Exception) -> None:
            if isinstance(error, UserError):
                self._notice.tell(str(error), error=True)
            else:
                self.failed.emit(error)

        self._runner.run(write, lambda _: self._notice.tell(f"Wrote {path}."), failed)

    def ask_export(self) -> None:
        """Ask where what is shown is to be written."""
        if self._found is not None and (chosen := which_comparison(self, "comparison.html")) is not None:
            self.export_to(chosen)

    @property
    def told(self) -> str:
        """What was said of the last export."""
        return self._notice.text

    # -- what happens -----------------------------------------------------------------------------

    def _show(self, found: Compared | None) -> None:
        if found is None:
            self._say(_FIRST)
            return
        self._found = found
        comparison = found.comparison
        self.measures.show_compared(found)
        self.drift.show_compared(found)
        self._make_room()
        self._headline.setText(found.headline)
        self._words.setText(found.words)
        for title, version in zip(self._headings, (comparison.before, comparison.after), strict=True):
            title.setText(f"{version.name} finds")
        self._queries = (*comparison.worse, *comparison.better)
        self.list.show_pictures([query.crop_id for query in self._queries], self._words_of)
        self._sides.setVisible(bool(self._queries))
        self._show_able()
        self.shown.emit()
        self._pages.setCurrentIndex(1)
        if self._queries:
            self.list.setCurrentIndex(self.list.model().index(0, 0))
        else:
            self._show_query(-1)

    def _show_query(self, row: int) -> None:
        query = self._queries[row] if 0 <= row < len(self._queries) else None
        for side, model in enumerate(self._models):
            top = () if query is None else query.top[side]
            if query is not None and self._found is not None:
                right = self._found.right.get(query.person_id, frozenset())
                model.set_remarks({crop: _remark(place, crop in right) for place, crop in enumerate(top, 1)})
            model.set_ids(np.empty(0, np.int64))
            model.set_ids(np.array(top, np.int64))

    def _words_of(self, row: int) -> str:
        query = self._queries[row]
        change = "Better" if query.change > 0 else "Worse"
        before, after = query.first_hit
        points = round(abs(100 * query.change)) or "less than 1"
        return f"{change} by {points}\nfirst right one: {before} → {after}"

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._pages.setCurrentIndex(0)

    def _fault(self, error: Exception) -> None:
        self._say(str(error) if isinstance(error, UserError) else _FIRST)
        if not isinstance(error, UserError):
            self.failed.emit(error)

    def _show_able(self) -> None:
        same = self.before.currentData() == self.after.currentData()
        busy = self._work.title
        mine = busy is not None and busy.startswith("Comparing")
        self.start.setText("Sto&p" if mine else "&Compare")
        self.start.setEnabled(mine or (busy is None and not same))
        tip = "Measure both versions on the same crops; nothing is changed by it"
        if busy is not None:
            tip = "Stop comparing" if mine else f"{busy}: wait until that is done, or stop it"
        elif same:
            tip = "Choose two different versions"
        self.start.setToolTip(tip)
        for combo in (self.before, self.after):
            combo.setEnabled(busy is None)
        self.export.setEnabled(self._found is not None)
        self.export.setToolTip(
            "Save what is shown as a page, a table or a picture"
            if self._found is not None
            else "Compare two versions first"
        )


def _remark(place: int, is_right: bool) -> str:
    return f"{place} · {'right' if is_right else 'wrong'}"
