"""What came of a run: before and after, and what to do with it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dropgui.finetuning.follow import Story
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.runs import Run
from dropgui.finetuning.words import CUT_SHORT, METRICS
from dropgui.flow import FlowLayout
from dropgui.library.rows import ModelVersionRow
from dropgui.style import GRID, note
from dropgui.training.warning import WarningLine
from dropgui.versions.words import explained_measures, percent

_CHANCE = "Measured on few, differences of a few percent may be chance."
_TIPS = {
    "use": "Show it all crops, then it answers searches; the old one until then",
    "drop": "Delete the new version; the one in use stays",
}
_FIELDS = {"batch": "a batch of {:g}", "rate": "a rate of {:g}", "epochs": "{:g} epochs"}


class OutcomePanel(QWidget):
    """Hidden while a run goes on."""

    use_wanted = Signal(ModelVersionRow)
    drop_wanted = Signal(ModelVersionRow)
    resume_wanted = Signal(Run)
    retry_wanted = Signal(Recipe)
    left = Signal()
    """Back to what there is to teach with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: Run | None = None
        self._version: ModelVersionRow | None = None
        self._made = False
        self._smaller: dict[str, Any] = {}
        self._rows: list[list[str]] = []
        self._doing: str | None = None
        self._words = QLabel()
        self._words.setWordWrap(True)
        self.error = WarningLine()
        self._table = QWidget()
        self._cells = QGridLayout(self._table)
        self._cells.setContentsMargins(0, 0, 0, 0)
        self._cells.setHorizontalSpacing(3 * GRID)
        self._cells.setVerticalSpacing(GRID // 2)
        self._cells.setColumnStretch(4, 1)
        self._status = note()
        self.use = _button("&Use It", _TIPS["use"])
        self.keep = _button("&Keep as a Version", "Leave it beside the version in use, for later")
        self.drop = _button("Dro&p", _TIPS["drop"])
        self.retry = _button("&Try That", "Begin anew with a smaller setting")
        self.resume = _button("&Resume", "Go on from where it was")
        self.back = _button("&Back", "To what there is to teach with")
        buttons = QWidget()
        flow = FlowLayout(buttons)
        flow.setContentsMargins(0, 0, 0, 0)
        for button, do in (
            (self.use, lambda: self.use_wanted.emit(self._version)),
            (self.keep, self.left.emit),
            (self.drop, lambda: self.drop_wanted.emit(self._version)),
            (self.retry, self._retry),
            (self.resume, lambda: self.resume_wanted.emit(self._run)),
            (self.back, self.left.emit),
        ):
            _connect(button, do)
            flow.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for widget in (self._words, self._table, self.error, buttons, self._status):
            column.addWidget(widget)
        self.show_work(None)

    @property
    def words(self) -> str:
        """What is said."""
        return self._words.text()

    @property
    def table(self) -> list[list[str]]:
        """What was measured, before and after, in words; empty where nothing was."""
        return self._rows

    @property
    def status(self) -> str:
        """What is said of its version, or of the work on versions; empty where nothing is."""
        return "" if self._status.isHidden() else self._status.text()

    def show_run(self, run: Run, story: Story, version: ModelVersionRow | None) -> None:
        """What came of a run that has ended; ``version``: what it made, None where that is not there."""
        self._run = run
        self._made = (story.done or {}).get("version") is not None
        self._smaller = {} if story.error is None else dict(story.error["smaller"])
        failed = run.state in {"failed", "interrupted"}
        self.error.clear()
        if failed:
            self.error.tell(_failure(run, story))
        self._words.setText("" if failed else _success(run, story))
        self._words.setVisible(not failed)
        self._show_table(run)
        self.retry.setVisible(bool(self._smaller))
        self.retry.setText(f"&Try With {_said(self._smaller)}")
        self.resume.setVisible(run.resumable)
        self.show_version(version)

    def show_version(self, version: ModelVersionRow | None) -> None:
        """The version that came of the run, as it is now; None: there is none (any more)."""
        self._version = version
        waits = version is not None and not version.active
        if not waits and self.keep.hasFocus():
            self.back.show()
            self.back.setFocus()  # or the page would scroll to whatever takes it
        for button in (self.use, self.keep, self.drop):
            button.setVisible(waits)
        self.back.setVisible(not waits)
        self.use.setDefault(waits)
        self._show_status()

    def show_work(self, doing: str | None) -> None:
        """What is being done with versions, None while nothing is: then nothing else can be."""
        self._doing = doing
        if doing is not None and (self.use.hasFocus() or self.drop.hasFocus()):
            self.keep.setFocus()
        wait = None if doing is None else f"{doing}: wait until that is done, or stop it"
        for button, tip in ((self.use, _TIPS["use"]), (self.drop, _TIPS["drop"])):
            button.setEnabled(doing is None)
            button.setToolTip(wait or tip)
        self._show_status()

    def _show_status(self) -> None:
        text = ""
        if self._doing is not None:
            text = f"{self._doing}… How far that is stands at the bottom of the window."
        elif self._version is not None and self._version.active:
            text = f"{self._version.name!r} is in use: it answers searches."
        elif self._version is None and self._made:
            text = "The version that came of it was dropped."
        self._status.setText(text)
        self._status.setVisible(bool(text))

    def show_error(self, text: str) -> None:
        """It could not be done."""
        self.error.tell(text)

    def _show_table(self, run: Run) -> None:
        while (item := self._cells.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._rows = [
            _row(title, run.before[name], run.after[name])
            for name, title in METRICS.items()
            if name in run.before and name in run.after
        ]
        self._table.setVisible(bool(self._rows))
        if not self._rows:
            return
        for column, words in enumerate(("On what was held out", "before", "after", "")):
            self._cells.addWidget(_quiet(words), 0, column)
        for row, texts in enumerate(self._rows, 1):
            for column, text in enumerate(texts):
                self._cells.addWidget(QLabel(f"<b>{text}</b>" if column == 2 else text), row, column)
        shown = [name for name in METRICS if name in run.before and name in run.after]
        said = note(f"{explained_measures(shown)} {_CHANCE}")
        self._cells.addWidget(said, len(self._rows) + 1, 0, 1, 5)

    def _retry(self) -> None:
        assert self._run is not None
        recipe = self._run.recipe.to_dict()
        self.retry_wanted.emit(Recipe.from_dict(recipe | self._smaller))


def _failure(run: Run, story: Story) -> str:
    if run.state == "interrupted":
        return (
            f"{CUT_SHORT} Nothing you made is lost, and the model in use answers as before. What it wrote is "
            f"in {run.folder}."
        )
    return run.message or (story.error or {}).get("message", "")


def _success(run: Run, story: Story) -> str:
    name = (story.done or {}).get("name")
    if not name:
        return run.message
    words = f"{name!r} was added beside the version in use."
    return words if run.before else f"{words} There was nobody to measure it on."


def _said(fields: dict[str, Any]) -> str:
    return " and ".join(_FIELDS.get(name, name + " {:g}").format(value) for name, value in fields.items())


def _row(title: str, before: float, after: float) -> list[str]:
    gain = f"{100 * (after - before):+.1f}".replace("-", "−")
    return [title, percent(before), percent(after), gain]


def _quiet(words: str) -> QLabel:
    label = QLabel(words)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def _button(words: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(tip)
    return button


def _connect(button: QPushButton, do: Callable[[], object]) -> None:
    button.clicked.connect(lambda _=False: do())
