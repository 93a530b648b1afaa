"""The tab of ranked matches: what was compared, how many to show, the grid or why there is none."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QStackedWidget, QVBoxLayout, QWidget

from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import CropModel
from dropgui.query.controller import QueryController, Subject
from dropgui.query.selection import PartSelection
from dropgui.search.query import Answer
from dropgui.style import GRID, note

_NO_QUERY = "Click a person in the gallery to see their matches here."


def summary(answer: Answer, vectors: int) -> str:
    """What an answer rests on, in a line."""
    compared = f"{answer.compared:,} crop{'s' * (answer.compared != 1)} compared"
    words = [f"{compared} by {vectors} part{'s' * (vectors != 1)} in {answer.seconds * 1000:,.0f} ms"]
    if answer.uncomparable:
        words.append(f"{answer.uncomparable:,} left out: they show none of these parts")
    return " · ".join(words)


class MatchesPage(QWidget):
    """Follows the controller; the model is filled from its answers."""

    def __init__(
        self,
        controller: QueryController,
        selection: PartSelection,
        model: CropModel,
        grid: CropGrid,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._selection = selection
        self._model = model
        self._grid = grid
        self._summary = QLabel()
        self.warning = note()
        self.warning.hide()
        self._message = note(_NO_QUERY)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._top = QSpinBox()
        self._top.setRange(1, 1000)
        self._top.setSingleStep(10)
        self._top.setValue(controller.top)
        self._top.setKeyboardTracking(False)
        self._top.lineEdit().setAcceptDrops(False)  # folders may be dropped anywhere, here too
        self._top.setAccessibleName("Number of matches to show")
        self._top.valueChanged.connect(controller.set_top)
        show = QLabel("Sho&w")
        show.setBuddy(self._top)
        header = QHBoxLayout()
        header.setContentsMargins(2 * GRID, GRID // 2, GRID, 0)
        header.addWidget(self._summary, 1)
        header.addWidget(show)
        header.addWidget(self._top)
        self._header = QWidget()
        inner = QVBoxLayout(self._header)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(2)
        inner.addLayout(header)
        indented = QHBoxLayout()
        indented.setContentsMargins(2 * GRID, 0, GRID, 0)
        indented.addWidget(self.warning)
        inner.addLayout(indented)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._message)
        self._pages.addWidget(grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._header)
        column.addWidget(self._pages, 1)
        self._header.hide()
        # A crop of the library is there in a blink; only what takes longer is worth a word.
        self._patience = QTimer(self, singleShot=True, interval=200)
        self._patience.timeout.connect(lambda: self.say("Looking at the picture…"))
        controller.loading.connect(self._patience.start)
        controller.loaded.connect(self._subject_changed)
        controller.failed.connect(lambda error: self.say(str(error)))
        controller.cleared.connect(lambda: self.say(_NO_QUERY))
        controller.answered.connect(self._show)
        controller.cannot_search.connect(self.say)

    @property
    def summary_text(self) -> str:
        """The line above the grid."""
        return self._summary.text()

    @property
    def message(self) -> str:
        """What stands in place of the grid, empty while matches are shown."""
        return self._message.text() if self._pages.currentIndex() == 0 else ""

    def say(self, reason: str) -> None:
        """Show why there are no matches."""
        self._patience.stop()
        self._model.set_matches([])
        self._message.setText(reason)
        self._header.hide()
        self._pages.setCurrentIndex(0)

    def _subject_changed(self, _: Subject) -> None:
        self._patience.stop()
        self._model.set_matches([])
        self._grid.scrollToTop()

    def _show(self, answer: Answer) -> None:
        self._grid.set_schema(self._selection.schema)
        self._model.set_matches(answer.matches)
        if not answer.matches:
            self.say(_why_none(answer))
            return
        self._summary.setText(summary(answer, len(answer.matches[0].parts)))
        self._header.show()
        self._pages.setCurrentIndex(1)


def _why_none(answer: Answer) -> str:
    if answer.uncomparable:
        return f"None of the {answer.uncomparable:,} other crops shows the chosen parts. Choose other parts."
    return "There is no other crop to compare with. Untick folders or cameras, or add more pictures."
