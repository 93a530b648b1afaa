"""Before a run: what there is to teach with, what is missing, how to teach, and the button that starts it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dropgui.errors import UserError
from dropgui.finetuning.plan import Plan, SourcePlan
from dropgui.finetuning.recipe import SOURCES, Recipe, Source
from dropgui.finetuning.runs import Run
from dropgui.finetuning.words import HOW_TO_GET
from dropgui.finetuning.words import SOURCES as TITLES
from dropgui.style import GRID, heading, note, scaled
from dropgui.training.estimate_line import EstimateLine
from dropgui.training.recipe_form import RecipeForm
from dropgui.training.warning import WarningLine

_ABOUT = (
    "The model learns from what you said in this library. What comes of it is a new version beside the one "
    "in use: nothing changes until you take it, and you can always go back."
)
_MEANWHILE = (
    "While it learns you can pause it, stop and keep the best so far, or abort. Searches go on meanwhile."
)
_NOBODY = (
    "Nobody is held out yet to measure on: with 4 persons of two crops each, or 4 corrected masks, "
    "you will see whether it helped."
)
_WIDEST = 90 * GRID
_INDENT = 3 * GRID


class _SourceRow(QWidget):
    """One source: its box, what there is of it, and what is missing."""

    def __init__(self, source: Source, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title, tip = TITLES[source]
        self.box = QCheckBox(title)
        self.box.setToolTip(tip)
        self.words = note()
        self.words.setContentsMargins(_INDENT, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GRID // 2)
        column.setSpacing(GRID // 4)
        column.addWidget(self.box)
        column.addWidget(self.words)
        self._touched = False
        self.box.clicked.connect(self._touch)

    def show_plan(self, found: SourcePlan, more: str, *, wanted: bool) -> None:
        """``wanted``: tick it, as long as nobody said otherwise."""
        self.box.setEnabled(found.possible)
        if not found.possible:
            self.box.setChecked(False)
            there_is = "" if found.words.startswith("0 ") else f"There are {found.words}. "
            self.words.setText(f"{there_is}Needed first: {found.missing}. {HOW_TO_GET[found.source]}")
            return
        if not self._touched:
            self.box.setChecked(wanted)
        hints = "".join(f" {hint[0].upper()}{hint[1:]}." for hint in found.hints)
        self.words.setText(f"{found.words[0].upper()}{found.words[1:]}{more}.{hints}")

    def _touch(self) -> None:
        self._touched = True


class PlanView(QWidget):
    """Asks for nothing that it could know. Its ``foot`` stands below it, where it does not scroll away."""

    start_wanted = Signal(Recipe)
    estimate_wanted = Signal(Recipe)
    resume_wanted = Signal(Run)
    show_wanted = Signal(Run)
    delete_wanted = Signal(Run)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self._last: Run | None = None
        self._busy = False
        self._rows = {source: _SourceRow(source) for source in SOURCES}
        self._measured = note()
        self.form = RecipeForm()
        self.error = WarningLine()
        self.start = QPushButton("Start &Teaching")
        self.start.setDefault(True)
        self.start.setToolTip("Teach a new version, in the background")
        self.start.clicked.connect(self._start)
        self.estimate = EstimateLine()
        self.estimate.wanted.connect(self._ask_estimate)
        self.form.changed.connect(self.estimate.renew)
        self._parent_words = note()
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        title = QLabel("Teach the model")
        title.setFont(scaled(title.font(), 1.4, bold=True))
        column.addWidget(title)
        column.addWidget(note(_ABOUT))
        column.addWidget(self._parent_words)
        column.addWidget(self._make_last())
        column.addSpacing(GRID)
        column.addWidget(heading("What it learns from"))
        for row in self._rows.values():
            row.box.toggled.connect(self._show_able)
            row.box.toggled.connect(self.estimate.renew)
            column.addWidget(row)
        column.addWidget(self._measured)
        column.addSpacing(GRID)
        column.addWidget(heading("How"))
        column.addWidget(self.form)
        column.addWidget(note(_MEANWHILE))
        column.addStretch(1)
        _fill(self, inner)
        self.foot = self._make_foot()
        self.setFocusProxy(self.start)
        self._show_able()

    def _make_foot(self) -> QWidget:
        """How to begin, and what keeps one from it: in view however long the rest is."""
        inner = QWidget()
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.start)
        buttons.addWidget(self.estimate.button)
        buttons.addStretch(1)
        column = QVBoxLayout(inner)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.error)
        column.addWidget(self.estimate)
        column.addLayout(buttons)
        foot = QWidget()
        _fill(foot, inner)
        return foot

    # -- what it shows ----------------------------------------------------------------------------

    @property
    def sources(self) -> tuple[Source, ...]:
        """What is ticked."""
        return tuple(source for source, row in self._rows.items() if row.box.isChecked())

    def box(self, source: Source) -> QCheckBox:
        """The box of a source."""
        return self._rows[source].box

    def words(self, source: Source) -> str:
        """What is said of a source."""
        return self._rows[source].words.text()

    @property
    def measured(self) -> str:
        """What is said of measuring."""
        return self._measured.text()

    def show_plan(self, found: Plan, last: Run | None) -> None:
        """What there is now, and the newest run."""
        self._plan = found
        labelled = {source for source in found.possible if source != "adapt"}
        for source, row in self._rows.items():
            more = ""
            if source == "persons" and found.rejected:
                more = f", and {found.rejected:,} rejected {'match' if found.rejected == 1 else 'matches'}"
            row.show_plan(found.of(source), more, wanted=source in labelled or not labelled)
        on = found.measured
        self._measured.setText(
            f"Measured on {on} that it does not learn from: always the same ones, so that versions compare "
            "fairly."
            if on
            else _NOBODY
        )
        self._parent_words.setText(
            f"It starts from {found.parent.name!r}, the version in use."
            if found.parent is not None
            else "Nothing is indexed yet, so there is no model to teach. Add a folder of pictures first."
        )
        self._show_last(last)
        self._show_able()

    def set_busy(self, *, busy: bool) -> None:
        """A run is being started."""
        self.start.setText("Starting…" if busy else "Start &Teaching")
        self._busy = busy
        if busy:
            self.error.clear()
            self.estimate.clear()
        self._show_able()

    # -- the last run -----------------------------------------------------------------------------

    def _make_last(self) -> QWidget:
        self.last = QWidget()
        row = QHBoxLayout(self.last)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self._last_words = note()
        row.addWidget(self._last_words, 1)
        self.show_button = _button("Sho&w", "Show its curves and what came of it")
        self.resume_button = _button("&Resume", "Go on with it from where it was")
        self.delete_button = _button("&Forget It", "Delete the run; versions that came of runs stay")
        for button, signal in (
            (self.show_button, self.show_wanted),
            (self.resume_button, self.resume_wanted),
            (self.delete_button, self.delete_wanted),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit(self._last))
            row.addWidget(button)
        self.last.hide()
        return self.last

    @property
    def last_words(self) -> str:
        """What is said of the last run; empty where there was none."""
        return "" if self.last.isHidden() else self._last_words.text()

    def _show_last(self, last: Run | None) -> None:
        self._last = last
        self.last.setVisible(last is not None and last.state != "running")
        if last is None:
            return
        began = f"{last.started_at.astimezone():%d %b, %H:%M}"
        if last.state == "interrupted":
            said = "was cut short, and nothing of it is lost." if last.resumable else "was cut short."
        else:
            said = last.message or "has ended."
        self._last_words.setText(f"The last run ({began}): {said}")
        self.resume_button.setVisible(last.resumable)

    # -- starting ---------------------------------------------------------------------------------

    def _show_able(self) -> None:
        if self._busy and self.start.hasFocus():
            self.form.setFocus()  # or the focus would leave the page
        ready = self._plan is not None and self._plan.parent is not None and bool(self.sources)
        for button in (self.start, self.estimate.button):
            button.setEnabled(ready and not self._busy)
        for button in (self.show_button, self.resume_button, self.delete_button):
            button.setEnabled(not self._busy)

    def _start(self) -> None:
        if (recipe := self._recipe()) is not None:
            self.start_wanted.emit(recipe)

    def _ask_estimate(self) -> None:
        if self.sources and (recipe := self._recipe()) is not None:
            self.estimate_wanted.emit(recipe)
        else:
            self.estimate.clear()

    def _recipe(self) -> Recipe | None:
        """What is chosen; where that is none, why not is said."""
        self.error.clear()
        try:
            return self.form.recipe(self.sources)
        except UserError as error:
            self.error.tell(str(error))
            return None


def _fill(outer: QWidget, inner: QWidget) -> None:
    """Lines no longer than can be read well, at the left."""
    inner.setMaximumWidth(_WIDEST)
    row = QHBoxLayout(outer)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(inner, 100)
    row.addStretch(1)


def _button(words: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(tip)
    return button
