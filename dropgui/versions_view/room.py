"""The room of model versions: its tab, its share of the Model menu, and which version answers."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QTabWidget

from dropgui import menus
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Latest, Runner
from dropgui.jobs.version_jobs import VersionJobs
from dropgui.library.changes import Change
from dropgui.library.jobs import interrupted_jobs
from dropgui.library.models import active_model, model_versions
from dropgui.library.rows import ModelVersionRow
from dropgui.session import Session
from dropgui.versions.use import JOB
from dropgui.versions_view.page import VersionsPage


class VersionsRoom(QObject):
    """Adds the tab, and notices when another version has become the active one, whoever switched."""

    tab_wanted = Signal(int)
    switched = Signal()
    """Another version answers searches from now on."""
    renamed = Signal()
    """The version that answers has another name."""

    def __init__(
        self,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        tabs: QTabWidget,
        jobs: VersionJobs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._library = session.library
        self._runner = runner
        self._reads = Latest(runner)
        self._active: tuple[int, str] | None = None
        self._jobs = jobs
        self.page = VersionsPage(session, runner, thumbnails, jobs)
        self._tab = tabs.addTab(self.page, "Versions")
        self.page.front_wanted.connect(self._come_to_front)
        self._key = f"Ctrl+{self._tab + 1}"
        tabs.setTabToolTip(self._tab, f"Model versions: use one, go back, compare ({self._key})")
        self._look()

    def start(self) -> None:
        """Offer to go on with a version that was being made ready when the program ended."""
        library = self._library

        def unfinished() -> ModelVersionRow | None:
            left = [job.model_version_id for job in interrupted_jobs(library) if job.kind == JOB]
            rows = {row.id: row for row in model_versions(library) if not row.active}
            return next((rows[each] for each in left if each in rows), None)

        def offer(row: ModelVersionRow | None) -> None:
            if row is not None:
                self._jobs.offer_to_go_on(row)

        self._runner.run(unfinished, offer)

    def fill_menu(self, menu: QMenu) -> None:
        """What can be done with versions."""
        menu.aboutToShow.connect(self.page.read_soon)
        menus.add(menu, "&Versions", self._come_to_front, self._key)
        menu.addSeparator()
        self.page.commands.fill(menu, "use", "back", "compare", "save")
        menu.addSeparator()
        self.page.commands.fill(menu, "import", "starter", "export")
        menu.addSeparator()
        self.page.commands.fill(menu, "vectors", "drop")
        menu.addSeparator()
        self.page.commands.fill(menu, "stop")

    def library_changed(self, change: Change) -> None:
        """Follow the library."""
        self.page.library_changed(change)
        if change.models or change.elsewhere:
            self._look()

    def _come_to_front(self) -> None:
        self.tab_wanted.emit(self._tab)

    def _look(self) -> None:
        library = self._library
        self._reads.request(lambda: active_model(library), self._noticed)

    def _noticed(self, active: ModelVersionRow | None) -> None:
        before, self._active = self._active, None if active is None else (active.id, active.name)
        if before is None or self._active is None:
            return
        if self._active[0] != before[0]:
            self.switched.emit()
        elif self._active != before:
            self.renamed.emit()
