"""The page that measures a model version on the library: choices above, what was found in sections below."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui.dialogs.notice import NoticeBar
from dropgui.errors import UserError
from dropgui.evaluation import words
from dropgui.evaluation.evaluate import NothingToEvaluateError, evaluate_version
from dropgui.evaluation.files import save_page, write_charts, write_tables
from dropgui.evaluation.offer import Offer, offer_of
from dropgui.evaluation.recalibrate import forget_calibration, recalibrate_with
from dropgui.evaluation.result import Evaluation
from dropgui.evaluation.trust import Fitted
from dropgui.evaluation_view.certainty import CertaintyPanel
from dropgui.evaluation_view.choices import Choices
from dropgui.evaluation_view.panels import CamerasPanel, MasksPanel, Overview, PartsPanel
from dropgui.evaluation_view.worst import WorstPanel
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.indexing.progress import Progress, duration
from dropgui.jobs.long_work import LongWork
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.models import model_version
from dropgui.session import Session
from dropgui.style import GRID, note

_FIRST = (
    "See how well a model version finds the persons of this library: every labelled crop is looked for among "
    "all the others. No picture is read and nothing is changed by it."
)
_STALE = "What people said has changed since this was measured."
_LATER_MS = 1500  # labels are read anew this long after a change: it costs a look at all crops


class EvaluatePage(QWidget):
    """Measures when asked, in the background."""

    chosen = Signal(int)
    """Search for this crop."""
    failed = Signal(Exception)
    """A bug; what a user can mend is said on the page."""
    recalibrated = Signal()
    """Searches tell other percentages from now on."""
    able_changed = Signal()
    """Other things can be done now."""

    def __init__(
        self, session: Session, runner: Runner, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._library = session.library
        self._reads = Latest(runner)
        self._found: Evaluation | None = None
        self.work = LongWork(self)
        self.choices = Choices()
        self.notice = NoticeBar()
        self.overview = Overview()
        self.parts = PartsPanel()
        self.cameras = CamerasPanel()
        self.certainty = CertaintyPanel()
        self.worst = WorstPanel(session.library, runner, thumbnails)
        self.masks = MasksPanel()
        self.export = QPushButton("E&xport")
        self.export.setToolTip("Write what was measured to files: a page, tables, or curves")
        self.sections = QTabWidget()
        self.sections.setDocumentMode(True)
        corner = QWidget()
        beside = QHBoxLayout(corner)
        beside.setContentsMargins(GRID, 0, GRID, GRID // 2)
        beside.addWidget(self.export)
        self.sections.setCornerWidget(corner)
        for title, panel in {
            "Overview": self.overview,
            "Parts": self.parts,
            "Cameras": self.cameras,
            "Certainty": self.certainty,
            "Worst searches": self.worst,
            "Masks": self.masks,
        }.items():
            self.sections.addTab(panel, title)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._read)
        self._build()
        self.choices.changed.connect(self._show_able)
        self.choices.measure.clicked.connect(self.measure)
        self.worst.chosen.connect(self.chosen)
        self.certainty.calibrate_wanted.connect(self.calibrate)
        self.certainty.forget_wanted.connect(self.forget)
        self.work.began.connect(self._began)
        self.work.progressed.connect(self._show_progress)
        self.work.ended.connect(self._ended)
        self._show_able()

    def _build(self) -> None:
        self._message = note(_FIRST)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._by_names = QPushButton("Take Persons from &Names")
        self._by_names.setToolTip("Measure on persons as the names of files and folders tell")
        self._by_names.clicked.connect(self.measure_by_names)
        self._by_names.hide()
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        middle.setSpacing(2 * GRID)
        middle.addStretch(1)
        middle.addWidget(self._message)
        middle.addWidget(self._by_names, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self._bar = QProgressBar()
        self._bar.setFixedHeight(GRID)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("How far measuring is")
        self._bar_words = note()
        self._progress = QWidget()
        inner = QVBoxLayout(self._progress)
        inner.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        inner.setSpacing(GRID // 2)
        inner.addWidget(self._bar)
        inner.addWidget(self._bar_words)
        self._progress.hide()
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(self.sections)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.choices)
        column.addWidget(self._progress)
        column.addWidget(self.notice)
        column.addWidget(self._pages, 1)
        self.setFocusProxy(self.choices.measure)

    # -- what it shows ----------------------------------------------------------------------------

    @property
    def found(self) -> Evaluation | None:
        """What is shown."""
        return self._found

    @property
    def message(self) -> str:
        """What is said in place of results; empty where there are some."""
        return "" if self._pages.currentIndex() else self._message.text()

    @property
    def progress_text(self) -> str:
        """How far it is; empty while nothing is done."""
        return "" if self._progress.isHidden() else self._bar_words.text()

    @property
    def busy(self) -> bool:
        """Whether something is being done, or read."""
        return self.work.busy or self._reads.busy or self._later.isActive()

    @property
    def is_stale(self) -> bool:
        """Whether it is said that people said something since."""
        return self.notice.text == _STALE

    # -- from outside -----------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while nobody looked is read now."""
        super().showEvent(event)
        self._later.start(0)

    def library_changed(self, change: Change) -> None:
        """Follow the library, while the page is seen."""
        if self.isVisible() and not self._later.isActive():
            self._later.start(0 if change.models else _LATER_MS)

    def close_work(self) -> None:
        """Stop what is being done; before the library is closed."""
        self.work.close()

    # -- what is done -----------------------------------------------------------------------------

    def measure(self) -> None:
        """Measure what is chosen; while that goes on, stop it."""
        if self.work.busy:
            self.work.stop()
            return
        version = self.choices.version_offer
        if version is None or version.why_not is not None:
            return
        session, options, number = self._session, self.choices.options, version.row.id
        self.notice.hide()
        self._by_names.hide()
        self.work.run(
            "Measuring",
            version.row.name,
            lambda tell, cancel: evaluate_version(session, number, options, on_progress=tell, cancel=cancel),
            self._show,
            self.tell,
        )

    def measure_by_names(self) -> None:
        """Measure on persons as the names of files and folders tell."""
        self.choices.set_source("names")
        self.measure()

    def calibrate(self) -> None:
        """Let searches tell what was fitted to this library."""
        found = self._found
        if found is not None and found.certainty is not None and found.certainty.fitted is not None:
            fitted = found.certainty.fitted
            self._change(found, fitted)

    def forget(self) -> None:
        """Let searches tell again what the model brought."""
        if self._found is not None:
            self._change(self._found, None)

    def _change(self, found: Evaluation, fitted: Fitted | None) -> None:
        library, version = self._library, found.version.id

        def work(*_: object) -> str:
            if fitted is None:
                forget_calibration(library, version)
                return words.FORGOTTEN
            recalibrate_with(library, version, fitted)
            with library.read() as connection:
                return words.recalibrated(model_version(connection, version))

        def done(told: str) -> None:
            self._found = found.with_own(fitted)
            self._show_sections(self._found)
            self.notice.tell(told)
            self.recalibrated.emit()

        self.work.run("Calibrating", found.version.name, work, done, self.tell)

    def export_page(self, path: Path) -> None:
        """Write all of it as one page for a browser."""
        library = self._library

        def write(found: Evaluation) -> list[Path]:
            save_page(found, library, path)
            return [path]

        self._export(write)

    def export_tables(self, folder: Path) -> None:
        """Write the tables as CSV into a folder."""
        self._export(lambda found: write_tables(found, folder))

    def export_charts(self, folder: Path) -> None:
        """Write the curves as PNG into a folder."""
        self._export(lambda found: write_charts(found, folder))

    def _export(self, write: Callable[[Evaluation], list[Path]]) -> None:
        found = self._found
        if found is None:
            return

        def done(paths: list[Path]) -> None:
            where = paths[0] if len(paths) == 1 else f"{len(paths)} files to {paths[0].parent}"
            self.notice.tell(f"Wrote {where}.")

        self.work.run("Writing", found.version.name, lambda *_: write(found), done, self.tell)

    # -- what happens -----------------------------------------------------------------------------

    def _read(self) -> None:
        library = self._library
        self._reads.request(lambda: offer_of(library), self._offered)

    def _offered(self, offer: Offer) -> None:
        self.choices.show_offer(offer)
        found = self._found
        if found is None:
            if not self.work.busy:
                self._say_what_is_there(offer)
            return
        stale = offer.states[found.options.source] != found.state
        if stale and not self.work.busy:
            self.notice.tell(_STALE, "Measure Again", self.measure)
        elif self.is_stale:
            self.notice.hide()

    def _say_what_is_there(self, offer: Offer) -> None:
        if not offer.versions:
            self._say(words.NOT_INDEXED)
            return
        source = self.choices.options.source
        count = offer.persons[source]
        if count:
            self._say(f"{_FIRST}\n\n{words.counted(count, 'person')} can be looked for.")
        else:
            self._say(words.nothing(source), by_names=offer.persons["names"] > 1)

    def _show(self, found: Evaluation | None) -> None:
        if found is None:
            self.notice.tell("Stopped.")
            return
        self._found = found
        self._show_sections(found)
        self._pages.setCurrentIndex(1)
        self._later.start(0)  # somebody may have said something meanwhile

    def _show_sections(self, found: Evaluation) -> None:
        for panel in (self.overview, self.parts, self.cameras, self.certainty, self.worst, self.masks):
            panel.show_evaluation(found)
        self._show_able()

    def _say(self, text: str, *, by_names: bool = False) -> None:
        self._message.setText(text)
        self._by_names.setVisible(by_names)
        self._pages.setCurrentIndex(0)

    def tell(self, error: Exception) -> None:
        """Say what went wrong, here; a bug elsewhere."""
        if isinstance(error, NothingToEvaluateError):
            self._found = None
            self._say(str(error), by_names=self.choices.options.source == "persons")
            self._show_able()
        elif isinstance(error, UserError):
            self.notice.tell(str(error), error=True)
        else:
            self.failed.emit(error)

    def _began(self, title: str) -> None:
        self._bar.setRange(0, 0)
        self._bar_words.setText(f"{title}…")
        self._progress.show()
        self._show_able()

    def _ended(self) -> None:
        self._progress.hide()
        self._show_able()

    def _show_progress(self, _: str, __: str, progress: Progress) -> None:
        total = progress.total or progress.done
        if progress.phase == "finishing":
            self._bar.setRange(0, 0)
            self._bar_words.setText("Looking whether percentages come true…")
            return
        self._bar.setRange(0, total)
        self._bar.setValue(progress.done)
        left = "" if progress.eta_seconds is None else f" · {duration(progress.eta_seconds)} left"
        self._bar_words.setText(f"Looked for {progress.done:,} of {total:,} crops{left}")

    def _show_able(self) -> None:
        version, busy = self.choices.version_offer, self.work.busy
        why_not = words.NOT_INDEXED if version is None else version.why_not
        button = self.choices.measure
        button.setText("Sto&p" if busy else "Meas&ure")
        button.setEnabled(busy or why_not is None)
        button.setToolTip("Stop measuring" if busy else why_not or "Look for every labelled crop")
        self.export.setEnabled(self._found is not None and not busy)
        self.able_changed.emit()
