"""The controls above the matches: how they are grouped, how good they must be, re-ranking, how many."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QSlider,
    QSpinBox,
    QWidget,
)

from dropgui.flow import FlowLayout, labelled
from dropgui.matches.sections import GroupBy
from dropgui.query.controller import QueryController
from dropgui.query.targets import Options
from dropgui.style import GRID

_HUNDREDTHS = 100


class AnswerBar(QWidget):
    """Sets the controller's least score, re-ranking and number of matches; grouping is the page's own."""

    grouped = Signal()

    def __init__(self, controller: QueryController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._group = QComboBox()
        self._group.addItems([by.value for by in GroupBy])
        self._group.setAccessibleName("Group matches by")
        self._group.setToolTip("Put matches together by what is known of them")
        self._group.currentIndexChanged.connect(self.grouped)
        self._least = QSlider(Qt.Orientation.Horizontal)
        self._least.setRange(0, _HUNDREDTHS)
        self._least.setPageStep(5)
        self._least.setFixedWidth(10 * GRID)
        self._least.setAccessibleName("Least score of a match")
        self._least.setToolTip("Leave out matches that score less. At the left end: leave out none.")
        self._least.valueChanged.connect(self._set_least)
        self._least_words = QLabel()
        self._least_words.setMinimumWidth(self._least_words.fontMetrics().horizontalAdvance("0.00 "))
        self._rerank = QCheckBox("&Re-rank")
        self._rerank.setToolTip(
            "Matches that have the same neighbours as the query come first.\n"
            "▲ and ▼ on a card say how many places it rose or fell."
        )
        self._rerank.toggled.connect(controller.set_rerank)
        self._top = QSpinBox()
        self._top.setRange(1, 1000)
        self._top.setSingleStep(10)
        self._top.setValue(controller.top)
        self._top.setKeyboardTracking(False)
        self._top.lineEdit().setAcceptDrops(False)  # folders may be dropped anywhere, here too
        self._top.setAccessibleName("Number of matches to show")
        self._top.setToolTip("How many of the best matches to show")
        self._top.valueChanged.connect(controller.set_top)
        row = FlowLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(labelled("&Group by", self._group))
        row.addWidget(labelled("M&in. score", self._least, self._least_words))
        row.addWidget(self._rerank)
        row.addWidget(labelled("Sho&w", self._top))
        self._say_least()
        controller.options_changed.connect(self._show_options)

    @property
    def group_by(self) -> GroupBy:
        """What matches are put together by."""
        return list(GroupBy)[self._group.currentIndex()]

    def set_group_by(self, by: GroupBy) -> None:
        """Put matches together by this."""
        self._group.setCurrentIndex(list(GroupBy).index(by))

    def toggle_rerank(self) -> None:
        """Re-rank, or no longer."""
        self._rerank.toggle()

    def set_least(self, score: float | None) -> None:
        """Leave out matches that score less than this, to two decimals; None: leave out none."""
        self._least.setValue(0 if score is None else round(score * _HUNDREDTHS))

    def _show_options(self, options: Options) -> None:
        """A question that is asked again was asked in this way."""
        for control in (self._least, self._rerank, self._top):
            control.blockSignals(True)
        self.set_least(options.least_score)
        self._rerank.setChecked(options.rerank)
        self._top.setValue(options.top)
        for control in (self._least, self._rerank, self._top):
            control.blockSignals(False)
        self._say_least()

    def _set_least(self, value: int) -> None:
        self._say_least()
        self._controller.set_least_score(value / _HUNDREDTHS if value else None)

    def _say_least(self) -> None:
        value = self._least.value()
        self._least_words.setText(f"{value / _HUNDREDTHS:.2f}" if value else "any")
