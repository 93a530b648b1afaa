"""The tab of ranked matches: what was compared, the grid or why there is none, times, and reasons."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import CropModel
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropRow
from dropgui.matches.bar import AnswerBar
from dropgui.matches.judge import Judge
from dropgui.matches.sections import GroupBy, sections_of
from dropgui.matches.strip import MatchStrip
from dropgui.matches.timeline import Timeline
from dropgui.query.controller import Asked, QueryController, Subject
from dropgui.query.selection import PartSelection
from dropgui.search.certainty import prior_words
from dropgui.search.query import Answer, Match
from dropgui.search.reasons import approximate_words
from dropgui.style import GRID, note

_NO_QUERY = "Click a person in the gallery to see their matches here."
_LOW = 72 * GRID  # a page this high or lower has no room for the timeline
_KEPT_ROWS = 5000
_NO_PERCENT = "A score says which match is nearer, not how likely it is the same person."


def summary(asked: Asked) -> str:
    """What an answer rests on, in a line."""
    answer, vectors = asked.answer, len(asked.vectors.weights)
    compared = f"{answer.compared:,} crop{'s' * (answer.compared != 1)} compared"
    words = [f"{compared} by {vectors} part{'s' * (vectors != 1)} in {answer.seconds * 1000:,.0f} ms"]
    if answer.uncomparable:
        words.append(f"{answer.uncomparable:,} left out: they show none of these parts")
    if answer.approximate:
        words.append(approximate_words(answer))
    if asked.question.rerank and answer.matches:
        words.append(_moved(answer))
    return " · ".join(words)


class MatchesPage(QWidget):
    """Follows the controller and the judge; the model is filled from their answers."""

    export_wanted = Signal()

    def __init__(
        self,
        controller: QueryController,
        selection: PartSelection,
        judge: Judge,
        model: CropModel,
        grid: CropGrid,
        runner: Runner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._selection = selection
        self._judge = judge
        self._library = judge.library
        self._model = model
        self._grid = grid
        self._reads = Latest(runner)
        self._rows: dict[int, CropRow] = {}
        self._answer: Answer | None = None
        self._is_new = True
        self._wants_timeline = True
        self.bar = AnswerBar(controller)
        self.timeline = Timeline()
        self.strip = MatchStrip()
        self._summary = note()
        self.warning = note()
        self.warning.hide()
        self._certainty = note()
        self._message = note(_NO_QUERY)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._message)
        self.pages.addWidget(self._make_body())
        self._header = self._make_header()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._header)
        column.addWidget(self.pages, 1)
        self._header.hide()
        # A crop of the library is there in a blink; only what takes longer is worth a word.
        self._patience = QTimer(self, singleShot=True, interval=200)
        self._patience.timeout.connect(lambda: self.say("Looking at the picture…"))
        self._connect()

    @property
    def summary_text(self) -> str:
        """The line above the grid."""
        return self._summary.text()

    @property
    def message(self) -> str:
        """What stands in place of the grid, empty while matches are shown."""
        return self._message.text() if self.pages.currentIndex() == 0 else ""

    @property
    def certainty_text(self) -> str:
        """What is said of probabilities: what they rest on, or that there are none."""
        return "" if self._certainty.isHidden() else self._certainty.text()

    def say(self, reason: str) -> None:
        """Show why there are no matches."""
        self._header.hide()
        self._say(reason)

    def decide(self, verdict: str | None) -> None:
        """The selected matches are the person, are not, or nobody knows; then the next undecided one."""
        decided = self._grid.selected_ids()
        self._judge.decide(decided, verdict)
        if decided and verdict is not None:
            self._go_on(decided[-1])

    def set_timeline_wanted(self, wanted: bool) -> None:
        """Show matches over time, where their times are known."""
        self._wants_timeline = wanted
        self._show_timeline()

    def library_changed(self, change: Change) -> None:
        """What is known of these crops is read again with the next answer."""
        if change.elsewhere:
            self._rows.clear()
        for crop_id in (*change.crops_changed, *change.crops_removed):
            self._rows.pop(crop_id, None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the pictures have the room."""
        super().resizeEvent(event)
        self._show_timeline()

    # -- layout -----------------------------------------------------------------------------------

    def _make_header(self) -> QWidget:
        header = QWidget()
        export = QPushButton("E&xport…")
        export.setToolTip("Save the matches as a figure, a table or a page (Ctrl+E)")
        export.clicked.connect(self.export_wanted)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self._summary, 1)
        top.addWidget(export)
        column = QVBoxLayout(header)
        column.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addLayout(top)
        for line in (self._certainty, self.warning, self.bar):
            column.addWidget(line)
        return header

    def _make_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline)
        column.addWidget(self._grid, 1)
        column.addWidget(self.strip)
        return body

    def _connect(self) -> None:
        controller, judge = self._controller, self._judge
        controller.loading.connect(self._patience.start)
        controller.loaded.connect(self._subject_changed)
        controller.failed.connect(lambda error: self.say(str(error)))
        controller.cleared.connect(lambda: self.say(_NO_QUERY))
        controller.answered.connect(self._show)
        controller.cannot_search.connect(self.say)
        judge.changed.connect(self._show_verdicts)
        self.bar.grouped.connect(self._show_grouped)
        self._grid.current_changed.connect(self._show_current)
        self._grid.selection_changed.connect(self._show_able)
        self.timeline.chosen.connect(self._grid.select)
        self.strip.decided.connect(self.decide)

    # -- what is shown ----------------------------------------------------------------------------

    def _say(self, reason: str) -> None:
        self._patience.stop()
        self._answer = None
        self._model.set_matches([])
        self._message.setText(reason)
        self.pages.setCurrentIndex(0)

    def _subject_changed(self, _: Subject) -> None:
        self._patience.stop()
        self._answer = None
        self._is_new = True
        self._model.set_matches([])
        self.strip.show_nothing()
        self._grid.scrollToTop()

    def _show(self, answer: Answer) -> None:
        asked = self._controller.asked
        if asked is None:
            return
        self._header.show()
        if not answer.matches:
            self._summary.setText(summary(asked))
            self._certainty.hide()
            self._say(_why_none(asked))
            return
        self._answer = answer
        if self.bar.group_by is GroupBy.NOTHING:
            self._fill()
        self._read_rows()

    def _show_grouped(self) -> None:
        if self._answer is not None:
            if self.bar.group_by is GroupBy.NOTHING:
                self._fill()
            self._read_rows()  # groups are filled once all rows are here
            self._grid.scrollToTop()

    def _read_rows(self) -> None:
        """What the library knows of the matches: groups and times need all of them."""
        answer = self._answer
        if answer is None:
            return
        missing = [match.crop_id for match in answer.matches if match.crop_id not in self._rows]
        if not missing:
            self._fill_rest()
            return

        def arrived(rows: dict[int, CropRow]) -> None:
            if len(self._rows) > _KEPT_ROWS:
                self._rows.clear()
            self._rows.update(rows)
            if self._answer is answer:
                self._fill_rest()

        self._reads.request(lambda: crop_rows(self._library, missing), arrived)

    def _fill_rest(self) -> None:
        if self.bar.group_by is not GroupBy.NOTHING:
            self._fill()
        answer = self._answer
        if answer is not None:
            self.timeline.show_matches(answer.matches, self._rows)
            self._show_timeline()
            self._show_current()

    def _fill(self) -> None:
        answer, asked = self._answer, self._controller.asked
        if answer is None or asked is None:
            return
        schema = self._selection.schema
        self._grid.set_schema(schema)
        self._model.set_verdicts(self._judge.verdicts)
        sections = sections_of(answer.matches, self._rows, self.bar.group_by)
        self._model.set_matches(answer.matches, sections, schema)
        self._summary.setText(summary(asked))
        told = answer.uncalibrated
        self._certainty.setText(prior_words(answer.prior) if answer.prior is not None and not told else told)
        self._certainty.setToolTip(_NO_PERCENT if told else "")
        self._certainty.show()
        if self.message:
            self.pages.setCurrentIndex(1)
        if self._is_new:
            self._is_new = False
            self._grid.select(self._model.crop_ids[0])
            self._grid.scrollToTop()
        self._show_current()

    def _show_timeline(self) -> None:
        self.timeline.setVisible(
            self._wants_timeline and len(self.timeline.dots) > 1 and self.height() > _LOW
        )

    def _show_current(self) -> None:
        crop_id = self._grid.current_id
        self.timeline.set_current(crop_id)
        found = None if crop_id is None else self._match(crop_id)
        schema = self._selection.schema
        if found is None or crop_id is None or schema is None:
            self.strip.show_nothing()
        else:
            self.strip.show_match(*found, self._rows.get(crop_id), schema)
        self._show_able()

    def _match(self, crop_id: int) -> tuple[int, Match] | None:
        matches = () if self._answer is None else self._answer.matches
        ranked = enumerate(matches, start=1)
        return next(((rank, match) for rank, match in ranked if match.crop_id == crop_id), None)

    def _show_able(self) -> None:
        self.strip.set_able(self._answer is not None and self._grid.selected_count() > 0)

    def _show_verdicts(self) -> None:
        verdicts = self._judge.verdicts
        self._model.set_verdicts(verdicts)
        self.timeline.set_verdicts(verdicts)
        self.strip.show_standing(self._judge.standing)

    def _go_on(self, after: int) -> None:
        """Select the next match that nothing was decided of; after the last, the first one."""
        ids, verdicts = self._model.crop_ids, self._judge.verdicts
        at = ids.index(after) + 1
        following = next((i for i in (*ids[at:], *ids[:at]) if i not in verdicts), None)
        if following is not None:
            self._grid.select(following)


def _moved(answer: Answer) -> str:
    """What re-ranking did."""
    places = [(match.former_rank, rank) for rank, match in enumerate(answer.matches, start=1)]
    rose = sum(before is not None and before > rank for before, rank in places)
    joined = sum(before is not None and before > len(places) for before, _ in places)
    words = f"re-ranked: {rose:,} rose"
    return f"{words}, {joined:,} joined" if joined else words


def _why_none(asked: Asked) -> str:
    answer, least = asked.answer, asked.question.least_score
    if answer.compared and least is not None:
        return f"No match scores at least {least:.2f}. Move “Min. score” to the left to see more."
    if answer.uncomparable:
        return f"None of the {answer.uncomparable:,} other crops shows the chosen parts. Choose other parts."
    if asked.question.crop_filter:
        return "No other crop passes the filter. Ctrl+Shift+A brings the whole library back."
    if asked.question.apart.decided:
        return "No other crop is undecided. Untick “Decided” on the right to see the decided ones."
    return "There is no other crop to compare with. Add more pictures."
