"""Brings two crops and their heat onto a page, without making the window wait."""

from PySide6.QtCore import QObject, QTimer

from dropgui.compare.heats import Heats, Pair
from dropgui.compare.page import ComparePage
from dropgui.errors import UserError
from dropgui.jobs.runner import Latest, Runner
from dropgui.query.subjects import Subject, load_crop
from dropgui.session import Session


class Looking(QObject):
    """The last pair that was asked for is the one that is shown."""

    def __init__(self, page: ComparePage, session: Session, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        self._session = session
        self._heats = Heats(session)
        self._loads = Latest(runner)
        self._looks = Latest(runner)
        self._failed = runner.failed.emit
        self._asked: tuple[Subject, int] | None = None
        # What is known in a blink needs no word.
        self._patience = QTimer(self, singleShot=True, interval=200)
        self._patience.timeout.connect(lambda: page.say("Looking at both pictures…"))

    @property
    def busy(self) -> bool:
        """Whether something is still to be shown."""
        return self._loads.busy or self._looks.busy

    def is_at(self, query: Subject, crop_id: int) -> bool:
        """Whether these two are what is shown, or will be."""
        return self._asked is not None and self._asked[0] is query and self._asked[1] == crop_id

    def look(self, query: Subject, crop_id: int, views: int = 1, version: int | None = None) -> None:
        """Show a crop beside the query, which is one of so many views.

        ``version`` is of the model version that said what the query has of features, None for the active one.
        """
        self._asked = (query, crop_id)
        self._looks.drop()
        self._patience.start()
        session, heats = self._session, self._heats

        def loaded(match: Subject) -> None:
            if self.is_at(query, crop_id):
                self._page.show_subjects(query, match, views)
                self._looks.request(lambda: heats.pair(query, match, version), looked, failed)

        def looked(pair: Pair | None) -> None:
            if self.is_at(query, crop_id):
                self._patience.stop()
                self._page.show_pair(pair)

        def failed(error: Exception) -> None:
            if not self.is_at(query, crop_id):
                return
            self._patience.stop()
            if isinstance(error, UserError):
                self._page.show_fault(str(error))
            else:
                self._failed(error)

        self._loads.request(lambda: load_crop(session, crop_id, version), loaded, failed)

    def drop(self) -> None:
        """Nothing is wanted any more."""
        self._patience.stop()
        self._loads.drop()
        self._looks.drop()
        self._asked = None
