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
from dropgui.jobs.runner import Latest, Runner
from dropgui.query.subjects import Subject, load_crop
from dropgui.search.query import Match, VectorQuery
from dropgui.search.some import match_some
from dropgui.session import Session
from dropmodel.features import default_weights

_GONE = "This match cannot be compared any more: it has no vectors now. Measure again."


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A query with what the model in use says of its first matches, by crop id; that model's name."""

    query: WorstQuery
    subject: Subject
    matches: Mapping[int, Match]
    model: str


class Labels(Foot):
    """Says what the labels say, and leads to a search for either crop."""

    def __init__(self) -> None:
        super().__init__()
        self.query: WorstQuery | None = None
        self.remark = ""
        tip = "Leave this page and search for it: there Y and N say who it is"
        self.search_query = self._add("Search for Query", tip)
        self.search_match = self._add("Search for Match", f"{tip} (Ctrl+Return)")

    def show_place(self, place: Place) -> None:
        """What both crops are labelled as."""
        if self.query is None:
            return
        person = self.query.person
        right = self.query.found[place.position][1]
        told = (
            f"Both are labelled as {person}."
            if right
            else f"The query is labelled as {person}, the match as somebody else. If it is the same person, "
            "one of the labels is wrong."
        )
        self._words.setText(f"{told} {self.remark}".strip())


class PairView(QObject):
    """``page`` shows what :meth:`show_pair` was last asked for, by the model version in use."""

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
        return self._reads.busy or self.looking.busy

    def show_pair(self, found: Evaluation, query: WorstQuery, place: int) -> None:
        """Show the match at ``place``, from 0, of a search that was measured."""
        session = self._session
        names = () if found.report is None else found.report.vectors

        def read() -> _Read:
            index = session.index
            index.refresh()
            subject, schema = load_crop(session, query.crop_id), index.model.schema
            if subject.features is None:
                raise UserError(_GONE)
            known = [name for name in names if name in schema.vector_names]
            weights = dict.fromkeys(known, 1.0) or default_weights(schema)
            asked = VectorQuery(subject.features, weights)
            matches = match_some(index, asked, [crop for crop, _ in query.found])
            return _Read(query, subject, matches, index.model.name)

        def show(done: _Read) -> None:
            self._read = done
            self.labels.query = query
            other = done.model != found.version.name
            self.labels.remark = f"Likeness is {done.model}’s, the version in use." if other else ""
            self._turn(place)

        self._reads.request(read, show, self.failed.emit)

    def drop(self) -> None:
        """Nothing is to be shown any more."""
        self._reads.drop()
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
        self.looking.look(read.subject, crop_id)
        self.shown.emit(crop_id)

    def _search(self, place: int | None) -> None:
        if self._read is not None:
            query = self._read.query
            self.chosen.emit(query.crop_id if place is None else query.found[place][0])
