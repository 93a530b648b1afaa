"""A search that went badly and one of its first matches side by side: which of their labels is wrong?"""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from dropgui.compare.foot import Foot, Place
from dropgui.compare.looking import Looking
from dropgui.compare.page import ComparePage
from dropgui.compare.picture_view import View
from dropgui.errors import UserError
from dropgui.evaluation.result import Evaluation, WorstQuery
from dropgui.evaluation.vectors import index_of
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.models import active_model
from dropgui.library.rows import ModelVersionRow
from dropgui.query.subjects import Subject, load_crop
from dropgui.search.query import Match, VectorQuery
from dropgui.search.some import match_some
from dropgui.session import Session
from dropmodel.features import default_weights

_GONE = "This match cannot be compared any more: it has no vectors now. Measure again."


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A query with what the ``version`` that was measured says of its first matches, by crop id."""

    query: WorstQuery
    subject: Subject
    matches: Mapping[int, Match]
    version: ModelVersionRow


class Labels(Foot):
    """Says what the labels say, and leads to a search for either crop."""

    def __init__(self) -> None:
        super().__init__()
        self._query: WorstQuery | None = None
        self._place: Place | None = None
        self._remark = ""
        tip = "Leave this page and search for it: there Y and N say who it is"
        self.search_query = self._add("Search for Query", tip)
        self.search_match = self._add("Search for Match", f"{tip} (Ctrl+Return)")

    def set_query(self, query: WorstQuery) -> None:
        """The search whose matches are to be shown."""
        self._query, self._place = query, None

    def set_remark(self, remark: str) -> None:
        """What is to be known besides."""
        self._remark = remark
        self._show()

    def show_place(self, place: Place) -> None:
        """What both crops are labelled as."""
        self._place = place
        self._show()

    def _show(self) -> None:
        query, place = self._query, self._place
        if query is None or place is None:
            return
        person, right = query.person, query.found[place.position][1]
        told = (
            f"Both are labelled as {person}."
            if right
            else f"The query is labelled as {person}, the match as somebody else. If it is the same person, "
            "one of the labels is wrong."
        )
        self._words.setText(f"{told} {self._remark}".strip())


class PairView(QObject):
    """``page`` shows what :meth:`show_pair` was last asked for, as the version sees it that was measured."""

    shown = Signal(int)
    """This match is shown."""
    left = Signal()
    chosen = Signal(int)
    """Search for this crop."""
    failed = Signal(Exception)

    def __init__(self, session: Session, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._reads = Latest(runner)
        self._actives = Latest(runner)
        self._read: _Read | None = None
        self._place = 0
        self.labels = Labels()
        self.page = ComparePage("Back to Searches", self.labels)
        self.page.set_view(View.PICTURE)  # a label is judged by the picture
        self.looking = Looking(self.page, session, runner, self)
        self.page.left.connect(self.left)
        self.page.stepped.connect(self._step)
        self.labels.search_query.clicked.connect(lambda: self._search(None))
        self.labels.search_match.clicked.connect(lambda: self._search(self._place))

    @property
    def busy(self) -> bool:
        """Whether something is still to be shown."""
        return self._reads.busy or self._actives.busy or self.looking.busy

    def show_pair(self, found: Evaluation, query: WorstQuery, place: int) -> None:
        """Show the match at ``place``, from 0, of a search that was measured."""
        session, version = self._session, found.version
        names = () if found.report is None else found.report.vectors

        def read() -> _Read:
            try:
                subject = load_crop(session, query.crop_id, version.id)
            except KeyError as error:  # the version was dropped
                raise UserError(_GONE) from error
            if subject.features is None:
                raise UserError(_GONE)
            weights = dict.fromkeys(names, 1.0) or default_weights(version.schema)
            asked = VectorQuery(subject.features, weights)
            with index_of(session, version.id) as index:
                matches = match_some(index, asked, [crop for crop, _ in query.found])
            return _Read(query, subject, matches, index.model)

        def show(done: _Read) -> None:
            self._read = done
            self.labels.set_query(query)
            self._remark()
            self._turn(place)

        self._reads.request(read, show, self.failed.emit)

    def library_changed(self, change: Change) -> None:
        """Another version may answer searches now."""
        if change.models:
            self._remark()

    def drop(self) -> None:
        """Nothing is to be shown any more."""
        self._reads.drop()
        self._actives.drop()
        self.looking.drop()
        self._read = None

    def _step(self, step: int) -> None:
        if self._read is not None and 0 <= self._place + step < len(self._read.query.found):
            self._turn(self._place + step)

    def _turn(self, place: int) -> None:
        read = self._read
        assert read is not None
        assert read.subject.features is not None
        crop_id = read.query.found[place][0]
        match = read.matches.get(crop_id)
        if match is None:
            self.failed.emit(UserError(_GONE))
            return
        self._place = place
        total = len(read.query.found)
        self.page.show_place(Place(match, place + 1, place, total, None), read.subject.features.schema)
        self.looking.look(read.subject, crop_id, version=read.version.id)
        self.shown.emit(crop_id)

    def _remark(self) -> None:
        """A search from here is answered by the version in use, which may be another."""
        library = self._session.library

        def show(active: ModelVersionRow | None) -> None:
            if self._read is None or active is None:
                return
            measured = self._read.version
            words = (
                f"Likeness is {measured.name}’s, the version that was measured; searches are answered by "
                f"{active.name}."
            )
            self.labels.set_remark("" if active.id == measured.id else words)

        self._actives.request(lambda: active_model(library), show, self.failed.emit)

    def _search(self, place: int | None) -> None:
        if self._read is not None:
            query = self._read.query
            self.chosen.emit(query.crop_id if place is None else query.found[place][0])
