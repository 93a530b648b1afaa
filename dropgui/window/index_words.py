"""Says what indexing does, in the status bar and above the grids, and forgets folders once it rests."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from dropgui.dialogs.notice import NoticeBar
from dropgui.indexing.pipeline import IndexReport
from dropgui.jobs.index_job import IndexJobs
from dropgui.jobs.job_bar import JobBar
from dropgui.jobs.runner import Runner
from dropgui.library.rows import JobRow
from dropgui.session import Session


class IndexWords(QObject):
    """Follows the jobs."""

    busy = Signal(bool)
    """Whether something is being indexed."""
    problems_wanted = Signal()
    resumed = Signal(list)
    """The user wants these folders indexed to the end."""
    failed = Signal(Exception)

    def __init__(
        self, session: Session, runner: Runner, jobs: IndexJobs, job_bar: JobBar, notice: NoticeBar
    ) -> None:
        super().__init__(jobs)
        self._session = session
        self._runner = runner
        self._jobs = jobs
        self._job_bar = job_bar
        self._notice = notice
        jobs.started.connect(self._started)
        jobs.progressed.connect(lambda path, progress: job_bar.show_progress(path.name, progress))
        jobs.finished.connect(self._finished)
        jobs.failed.connect(lambda _, error: self.failed.emit(error))
        jobs.idle.connect(self._idle)
        job_bar.cancelled.connect(jobs.cancel)

    def offer_resume(self, unfinished: list[JobRow]) -> None:
        """Ask whether to go on with what did not finish last time."""
        folders = list(dict.fromkeys(job.folder for job in unfinished if job.folder is not None))
        if folders:
            names = ", ".join(folder.name for folder in folders)
            self._notice.tell_when_free(
                f"Indexing of {names} did not finish last time.", "Resume", lambda: self.resumed.emit(folders)
            )

    def cancel(self) -> None:
        """Stop indexing, once."""
        self._job_bar.cancel()

    def forget(self, folder_id: int, path: Path) -> None:
        """Forget a folder; where something is being indexed, which may be this folder, stop that first."""
        if self._jobs.current is None:
            self._forget(folder_id, path)
        else:
            self._notice.tell(f"{path.name} is forgotten as soon as indexing has stopped.")
            once = Qt.ConnectionType.SingleShotConnection
            self._jobs.idle.connect(lambda: self._forget(folder_id, path), once)
            self._jobs.cancel()

    def _forget(self, folder_id: int, path: Path) -> None:
        self._runner.run(
            lambda: self._session.forget_folder(folder_id),
            lambda _: self._notice.tell(f"{path.name} was forgotten."),
        )

    def _started(self, folder: Path) -> None:
        self.busy.emit(True)
        self._job_bar.begin(f"Looking through {folder.name}")

    def _finished(self, folder: Path, report: IndexReport) -> None:
        tell = self._notice.tell
        if report.cancelled:
            tell(
                f"Indexing of {folder.name} was cancelled; what was done is kept.",
                "Resume",
                lambda: self._jobs.add(folder),
            )
            return
        words = f"{folder.name}: {report.indexed:,} pictures indexed"
        if report.skipped:
            words += f", {report.skipped:,} known already"
        if report.failed:
            tell(
                f"{words}, {len(report.failed):,} could not be read.", "Show Them", self.problems_wanted.emit
            )
        elif not report.indexed and not report.skipped:
            tell(f"There are no pictures in {folder.name} (JPEG, PNG, WebP, BMP or TIFF).")
        else:
            tell(f"{words}.")

    def _idle(self) -> None:
        self._job_bar.hide()
        self.busy.emit(False)
