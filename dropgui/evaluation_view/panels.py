"""The sections of the page: overview, parts, cameras and masks."""

from math import isnan

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui.evaluation import tables
from dropgui.evaluation.result import CameraTable, Evaluation
from dropgui.evaluation.tables import confusion, parts, summary
from dropgui.evaluation_view.charts import CmcChart
from dropgui.evaluation_view.heat import Cell, HeatTable
from dropgui.evaluation_view.tables import DataTable
from dropgui.style import GRID, heading, note
from dropmodel.evaluation.parsing import ParsingScore

_WIDE = 144 * GRID
_HEIGHT = 36 * GRID
_MEANING = 3  # the column of the measures' table that says what they mean
_PARTS_SAY = (
    "The first row is what all figures are of. The others are the same searches by one vector alone: they "
    "show what each part is worth here. A crop that does not show the part comes last."
)
_CAMERAS_SAY = (
    "Seen by the camera of the row, looked for among the crops of the camera of the column. A dash: no such "
    "search has a right answer."
)
_NO_CAMERAS = "No two cameras are known. Cameras are read from the names of folders and files when indexing."
_MASKS_SAY = (
    "Of the pixels of a part in corrected masks (row), the share in percent to which the model gave each "
    "part (column). Blue is right, orange is wrong."
)
_NO_MASKS = "No corrected mask to compare with. Correct some in the mask editor: select a crop and press E."


class _Panel(QWidget):
    """A column with a margin, words first."""

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = note(words)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self.column.setSpacing(GRID)
        self.column.addWidget(self.words)


class Overview(QScrollArea):
    """On whom it was measured, the measures, and the curve of cumulative matches."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = DataTable("Measures")
        self.table.horizontalHeader().setStretchLastSection(True)
        self.cmc = CmcChart()
        self.cmc.setMinimumHeight(_HEIGHT)
        inner = _Panel()
        self._title, self._words = heading(""), inner.words
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inner.column.insertWidget(0, self._title)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(3 * GRID)
        self._row.addWidget(self.table)
        self._row.addWidget(self.cmc, 1)
        inner.column.addLayout(self._row, 1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def text(self) -> str:
        """What is said above the numbers."""
        return self._words.text()

    def show_evaluation(self, found: Evaluation) -> None:
        """Show what was found."""
        self._title.setText(found.version.name)
        self._words.setText(" ".join(found.notes))
        table = summary(found)
        self.table.show_table(table, sortable=False)
        for place, row in enumerate(table.rows):
            for column in range(len(table.columns)):
                if (item := self.table.item(place, column)) is not None:
                    item.setToolTip(f"{row[0]}: {row[_MEANING]}")
        self.table.fit()
        self.cmc.setVisible(found.report is not None)
        if found.report is not None:
            self.cmc.show_ranking(found.report.ranking)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side, or one below the other where there is little room."""
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._row.setDirection(way)
        for widget in (self.table, self.cmc):
            self._row.setAlignment(widget, Qt.AlignmentFlag.AlignTop if wide else Qt.AlignmentFlag(0))


class PartsPanel(_Panel):
    """Each choice of vectors."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_PARTS_SAY, parent)
        self.table = DataTable("Measures by parts")
        self.column.addWidget(self.table, 1)

    def show_evaluation(self, found: Evaluation) -> None:
        """Show what was found."""
        self.table.show_table(parts(found))


class CamerasPanel(_Panel):
    """Each pair of cameras as a heat table, or all numbers as a list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_CAMERAS_SAY, parent)
        self._found: Evaluation | None = None
        self.measure = QComboBox()
        self.measure.setAccessibleName("What the table of cameras shows")
        self.measure.setToolTip("What to show of each pair of cameras")
        self.measure.addItem("Rank-1", "rank1")
        self.measure.addItem("mAP", "mean_ap")
        self.measure.addItem("All numbers as a list", None)
        self.measure.currentIndexChanged.connect(self._show)
        self.heat = HeatTable("Measures by pairs of cameras")
        self.table = DataTable("All measures by pairs of cameras")
        self._pages = QStackedWidget()
        for page in (self.heat, self.table):
            self._pages.addWidget(page)
        row = QHBoxLayout()
        row.addWidget(self.measure)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(self._pages, 1)

    def show_evaluation(self, found: Evaluation) -> None:
        """Show what was found."""
        self._found = found
        self._show()

    def _show(self) -> None:
        known = None if self._found is None else self._found.cameras
        self.words.setText(_NO_CAMERAS if known is None else _said(known))
        for widget in (self.measure, self._pages):
            widget.setVisible(known is not None)
        if known is None or self._found is None:
            return
        name = self.measure.currentData()
        if name is None:
            self.table.show_table(tables.cameras(self._found))
            self._pages.setCurrentWidget(self.table)
            return
        cells = [[_cell(known, name, own, other) for other in known.names] for own in known.names]
        self.heat.show_cells(known.names, known.names, cells)
        self._pages.setCurrentWidget(self.heat)


class MasksPanel(_Panel):
    """Which part was taken for which."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_NO_MASKS, parent)
        self.heat = HeatTable("Parts of corrected masks by what the model took them for", power=0.5)
        self.column.addWidget(self.heat, 1)

    def show_evaluation(self, found: Evaluation) -> None:
        """Show what was found."""
        score = found.parsing
        self.heat.setVisible(score is not None)
        self.words.setText(_NO_MASKS if score is None else f"{_score(score)} {_MASKS_SAY}")
        middle, left = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignLeft
        self.words.setAlignment(middle if score is None else left)
        if score is None:
            return
        table = confusion(score)
        titles = [str(row[0]) for row in table.rows]
        letters = ["BG", *(part.letters for part in score.schema), "IoU"]
        columns = [*titles, "IoU"]
        cells = [
            [_confused(titles[place], columns[at], value, at == place) for at, value in enumerate(row[1:])]
            for place, row in enumerate(table.rows)
        ]
        self.heat.show_cells(titles, letters, cells)
        for at, title in enumerate(columns):
            if (header := self.heat.horizontalHeaderItem(at)) is not None:
                header.setToolTip(title)


def _said(known: CameraTable) -> str:
    if not known.left_out:
        return _CAMERAS_SAY
    return f"{_CAMERAS_SAY} {known.left_out:,} cameras with fewer labelled crops are not shown."


def _cell(known: CameraTable, name: str, own: str, other: str) -> Cell:
    row = known.rows.get((own, other))
    if row is None:
        return Cell(None, f"{own} to {other}: nobody to look for")
    low, high = row.rank1_interval if name == "rank1" else row.map_interval
    share = row.rank1 if name == "rank1" else row.mean_ap
    spread = f"{100 * low:.0f} to {100 * high:.0f}"
    return Cell(share, f"{own} to {other}: {100 * share:.1f} % ({spread}) of {row.queries:,} searches")


def _score(score: ParsingScore) -> str:
    swapped = "" if isnan(score.swapped) else f", left and right exchanged {100 * score.swapped:.1f} %"
    return (
        f"{score.images:,} corrected mask{'s' * (score.images != 1)}: mIoU {100 * score.mean_iou:.1f} %, "
        f"pixels right {100 * score.pixel_accuracy:.1f} %{swapped}."
    )


def _confused(true: str, given: str, value: tables.Cell, right: bool) -> Cell:
    if not isinstance(value, float):
        return Cell(None, f"{true}: in no corrected mask")
    if given == "IoU":
        return Cell(value / 100, f"{true}: intersection over union {value:.1f} %")
    said = f"{true}: {value:.1f} % of its pixels were taken for {given.lower()}"
    return Cell(value / 100, said, wrong=not right)
