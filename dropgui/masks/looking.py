"""Earlier masks of the crop in hand: looked at on the canvas, and brought back as an edit."""

from PySide6.QtCore import QObject, Signal

from dropgui.correction.region import Labels
from dropgui.correction.revisions import model_labels, revisions
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.corrections import labels_of
from dropgui.library.rows import RevisionRow
from dropgui.masks.editing import Editing
from dropgui.masks.page import MaskPage
from dropgui.session import Session


class Looking(QObject):
    """Follows the list of revisions."""

    failed = Signal(Exception)

    def __init__(self, session: Session, runner: Runner, editing: Editing, page: MaskPage) -> None:
        super().__init__(page)
        self._session = session
        self._editing = editing
        self._page = page
        self._reads = Latest(runner)
        self._lists = Latest(runner)
        self._shown: tuple[str, Labels] | None = None
        page.revisions.looked_at.connect(self._look)
        page.revisions.left.connect(self._look_back)
        page.revisions.restored.connect(self.bring_back)
        editing.saved.connect(self._list)

    @property
    def busy(self) -> bool:
        """Whether a mask, or the list of them, is being read."""
        return self._reads.busy or self._lists.busy

    def bring_back(self) -> None:
        """Make the mask that is shown the mask of now."""
        if self._shown is not None:
            words, labels = self._shown
            self._page.revisions.clear_selection()
            self._editing.replace(f"Bring Back {words.title()}", labels)

    def _look(self, revision: RevisionRow | None) -> None:
        sitting, library = self._editing.sitting, self._session.library
        if sitting is None:
            return
        opened = sitting.opened
        words = "the model's own mask" if revision is None else f"revision {revision.revision}"

        def read() -> Labels:
            if revision is None:
                return model_labels(library, opened.crop.id, opened.photo, opened.schema)
            return labels_of(library, revision)

        def show(labels: Labels) -> None:
            if self._editing.sitting is not sitting or not self._page.revisions.shows_one:
                return
            if labels.shape != sitting.document.shape:
                self._page.show_looking(
                    f"{words.capitalize()} is of another size: the picture was replaced since."
                )
                return
            self._shown = (words, labels)
            self._page.canvas.look_at(labels)
            self._page.show_looking(f"{words[0].upper()}{words[1:]}. Alt+Enter brings it back, Esc returns.")

        self._reads.request(read, show, self.failed.emit)

    def _look_back(self) -> None:
        self._reads.drop()
        if self._shown is not None:
            self._shown = None
            self._page.canvas.look_at(None)
        self._page.show_looking("")

    def _list(self, crop_id: int) -> None:
        """A saving made a revision, or made its own anew."""
        library = self._session.library

        def show(rows: list[RevisionRow]) -> None:
            sitting = self._editing.sitting
            if sitting is not None and sitting.crop_id == crop_id and not self._page.revisions.shows_one:
                self._page.revisions.set_revisions(rows)

        self._lists.request(lambda: revisions(library, crop_id), show, self.failed.emit)
