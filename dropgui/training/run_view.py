"""A run: where it is, its curves, its log, how to hold or end it, and at last what came of it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from dropgui.finetuning.follow import Story
from dropgui.finetuning.protocol import Command, Event, State
from dropgui.finetuning.runs import Run
from dropgui.finetuning.words import how_far, log_line, state_title
from dropgui.flow import FlowLayout
from dropgui.library.rows import ModelVersionRow
from dropgui.style import GRID, heading, note, scaled
from dropgui.training.curves import Curves
from dropgui.training.outcome import OutcomePanel

_LOG_LINES = 5000
_CUT_SHORT = "Cut short"
_HOLDABLE: frozenset[State] = frozenset({"gathering", "probing", "running", "pausing", "paused"})
_ASKED: dict[Command, State] = {"pause": "pausing", "stop": "stopping", "abort": "aborting"}


class RunView(QWidget):
    """Shows what it is told; ``wanted`` is what the user wants of the run."""

    wanted = Signal(str)
    """A command."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = QLabel()
        self._state.setFont(scaled(self._state.font(), 1.4, bold=True))
        self._data = note()
        self._line = QLabel()
        self._bar = QProgressBar()
        self._bar.setFixedHeight(GRID)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("How far the run is")
        self.pause = QPushButton("&Pause")
        self.stop = QPushButton("Stop and &Keep Best")
        self.stop.setToolTip("End after this step; the best that was measured so far becomes a version")
        self.abort = QPushButton("A&bort")
        self.abort.setToolTip("End and make no version; the run can be resumed later")
        self._buttons = QWidget()
        flow = FlowLayout(self._buttons)
        flow.setContentsMargins(0, 0, 0, 0)
        for button in (self.pause, self.stop, self.abort):
            flow.addWidget(button)
        self.pause.clicked.connect(self._pause_or_resume)
        self.stop.clicked.connect(lambda: self._ask("stop"))
        self.abort.clicked.connect(lambda: self._ask("abort"))
        self.outcome = OutcomePanel()
        self.curves = Curves()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        self.log.setAccessibleName("Log of the run")
        self.log.setTabChangesFocus(True)
        self.log.setFixedHeight(14 * GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        for widget in (self._state, self._data, self._line, self._bar, self._buttons, self.outcome):
            column.addWidget(widget)
        column.addWidget(self.curves, 1)
        column.addWidget(heading("Log"))
        column.addWidget(self.log)
        self._now: State = "starting"
        self.setFocusProxy(self.pause)

    @property
    def state(self) -> str:
        """Where the run is, as it is said."""
        return self._state.text()

    @property
    def line(self) -> str:
        """How far it is, as it is said."""
        return self._line.text()

    def begin(self, run: Run) -> None:
        """Another run, of which nothing is known yet."""
        self._show_data("learns", run)
        self.log.clear()
        self.outcome.hide()
        self._buttons.show()
        self._bar.show()
        self.tell(Story(), [])
        self.curves.show_story(Story())

    def tell(self, story: Story, events: list[Event]) -> None:
        """What is new."""
        self._show_state(story.state)
        line = how_far(story)
        self._line.setText(line)
        self._line.setVisible(bool(line))
        self._bar.setRange(0, story.of if story.steps else 0)
        self._bar.setValue(story.step)
        said = [text for event in events if (text := log_line(event))]
        if said:
            self.log.appendPlainText("\n".join(said))
        if any(event["event"] in {"step", "epoch"} for event in events):
            self.curves.show_story(story)

    def end(self, run: Run, story: Story, version: ModelVersionRow | None) -> None:
        """It has ended; ``version``: what it made, None where that is not there."""
        self._show_data("learnt", run)
        self._buttons.hide()
        self._bar.hide()
        self._state.setText(_CUT_SHORT if run.state == "interrupted" else state_title(story.state))
        self.outcome.show_run(run, story, version)
        self.outcome.show()

    def _show_data(self, verb: str, run: Run) -> None:
        self._data.setText(f"It {verb} from {run.data}." if run.data else "")

    def _show_state(self, state: State) -> None:
        self._now = state
        self._state.setText(state_title(state))
        paused = state in {"pausing", "paused"}
        self.pause.setText("&Go On" if paused else "&Pause")
        self.pause.setToolTip("Go on learning" if paused else "Wait after this step, until you say go on")
        self.pause.setEnabled(state in _HOLDABLE)
        self.stop.setEnabled(state in _HOLDABLE)
        self.abort.setEnabled(state in _HOLDABLE or state in {"starting", "stopping"})

    def _pause_or_resume(self) -> None:
        self._ask("resume" if self._now in {"pausing", "paused"} else "pause")

    def _ask(self, command: Command) -> None:
        """Show at once what was asked for; the worker's own word follows."""
        self._show_state(_ASKED.get(command, "running"))
        self.wanted.emit(command)
