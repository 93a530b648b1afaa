"""Saved searches: kept, asked again, and watched for matches that nobody has looked at."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, QTimer, Signal

from dropgui.dialogs.notice import NoticeBar
from dropgui.errors import UserError
from dropgui.gallery.saved_list import SavedList, SavedRow
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.embeddings import newest_embedding
from dropgui.library.library import Library
from dropgui.library.rows import SavedSearchRow
from dropgui.library.saved_searches import (
    delete_search,
    mark_seen,
    rename_search,
    save_search,
    saved_searches,
)
from dropgui.query.controller import QueryController
from dropgui.query.describe import described, name_for
from dropgui.search.query import Answer
from dropgui.search.question import Query
from dropgui.session import NotIndexedYetError, Session

_PAUSE_MS = 3000  # between two looks for new matches while crops arrive


@dataclass(frozen=True, slots=True)
class _Watched:
    """A saved search with what it finds now; ``matches`` None where it cannot be asked, and ``tip`` why."""

    row: SavedSearchRow
    tip: str
    matches: tuple[int, ...] | None


class SavedSearches(QObject):
    """Fills the list of saved searches and does what is asked there."""

    chosen = Signal()
    """A saved search is asked again."""

    def __init__(
        self,
        session: Session,
        runner: Runner,
        controller: QueryController,
        shown: SavedList,
        notice: NoticeBar,
    ) -> None:
        super().__init__(shown)
        self._session = session
        self._library = session.library
        self._runner = runner
        self._controller = controller
        self._list = shown
        self._notice = notice
        self._reads = Latest(runner)
        self._watched: dict[int, _Watched] = {}
        self._looking: int | None = None
        self._to_edit: int | None = None
        self._stale = True
        self._in_front = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.reload)
        shown.chosen.connect(self._ask)
        shown.renamed.connect(self._rename)
        shown.deleted.connect(self._delete)
        controller.answered.connect(self._look)

    def reload(self) -> None:
        """Read the saved searches, and ask those again that may have new matches."""
        session, known, stale = self._session, dict(self._watched), self._stale
        self._stale = False
        self._reads.request(lambda: _watch(session, {} if stale else known), self._show)

    def set_in_front(self, in_front: bool) -> None:
        """Whether the matches are in sight: what is behind another page was not looked at."""
        self._in_front = in_front
        asked = self._controller.asked
        if in_front and asked is not None:
            self._look(asked.answer)

    def library_changed(self, change: Change) -> None:
        """Crops may be new matches; searches may be others."""
        if change.crops_added or change.crops_changed or change.crops_removed or change.elsewhere:
            self._stale = True
            if not self._pause.isActive():
                self._pause.start()
        elif change.searches:
            self.reload()

    def save(self) -> None:
        """Keep what is asked now under a name that the user may change at once."""
        question = self._controller.question
        if question is None:
            self._notice.tell("Search for somebody first; then the search can be saved.")
            return
        try:
            kept = question.to_dict()
        except ValueError:
            self._notice.tell("A pasted picture is no file. Save it as one and drop that to keep the search.")
            return
        asked = self._controller.asked
        seen = [] if asked is None else [match.crop_id for match in asked.answer.matches]

        def edit(search_id: int) -> None:
            self._to_edit, self._looking = search_id, search_id
            self.reload()

        self._runner.run(lambda: _save(self._session, question, kept, seen), edit)

    def _show(self, watched: dict[int, _Watched]) -> None:
        self._watched = watched
        self._list.set_rows(
            [
                SavedRow(
                    item.row.id,
                    item.row.name,
                    None if item.matches is None else len(item.row.unseen(item.matches)),
                    item.tip,
                )
                for item in watched.values()
            ]
        )
        if self._to_edit in watched:
            assert self._to_edit is not None
            self._list.edit(self._to_edit)
            self._to_edit = None

    def _ask(self, search_id: int) -> None:
        watched = self._watched.get(search_id)
        if watched is None:
            return
        try:
            query = Query.from_dict(watched.row.query)
        except ValueError as error:
            self._notice.tell(f"“{watched.row.name}” cannot be asked any more: {error}.", error=True)
            return
        self._looking = search_id
        self._controller.ask(query)
        self.chosen.emit()

    def _look(self, answer: Answer) -> None:
        """The answer on show may be a saved search's: what it finds is seen now."""
        question, watched = self._controller.question, self._watched.get(self._looking or 0)
        if question is None or watched is None or not self._in_front:
            return
        try:
            same = question.to_dict() == watched.row.query
        except ValueError:
            same = False
        if not same:
            return
        ids = [match.crop_id for match in answer.matches]
        new = watched.row.unseen(ids)
        ids += watched.matches or ()
        if new and watched.row.seen_embedding_id:
            self._notice.tell(
                f"{len(new):,} of these matches {'is' if len(new) == 1 else 'are'} new since you looked last."
            )
        if new or not watched.row.seen_embedding_id:
            library, search_id = self._library, watched.row.id
            self._runner.run(lambda: _mark(library, search_id, ids))

    def _rename(self, search_id: int, name: str) -> None:
        library = self._library
        self._run(lambda: rename_search(library, search_id, name))

    def _delete(self, search_id: int) -> None:
        watched = self._watched.get(search_id)
        if watched is None:
            return
        library, row = self._library, watched.row

        def bring_back() -> None:
            self._run(lambda: _bring_back(library, row))

        def tell() -> None:
            self._notice.tell(f"The saved search “{row.name}” was deleted.", "Undo", bring_back)

        self._run(lambda: delete_search(library, search_id), tell)

    def _run(self, work: Callable[[], object], on_done: Callable[[], None] | None = None) -> None:
        """Write; the list is shown anew also where that was refused."""

        def done(_: object) -> None:
            self.reload()
            if on_done is not None:
                on_done()

        def failed(error: Exception) -> None:
            self.reload()
            self._runner.failed.emit(error)

        self._runner.run(work, done, failed)


def _watch(session: Session, known: dict[int, _Watched]) -> dict[int, _Watched]:
    rows = saved_searches(session.library)
    found = {}
    for row in rows:
        before = known.get(row.id)
        if before is not None and before.row.query == row.query:
            found[row.id] = _Watched(row, before.tip, before.matches)
        else:
            found[row.id] = _asked(session, row)
    return found


def _asked(session: Session, row: SavedSearchRow) -> _Watched:
    try:
        query = Query.from_dict(row.query)
        (said,) = described(session.library, [query], QSize(1, 1))
        tip = f"{said.title}\n{said.detail}"
        answer = session.search(query)
    except NotIndexedYetError:
        return _Watched(row, row.name, ())
    except (UserError, ValueError) as error:
        return _Watched(row, f"This search cannot be asked now: {error}", None)
    return _Watched(row, tip, tuple(match.crop_id for match in answer.matches))


def _save(session: Session, question: Query, kept: dict[str, object], seen: list[int]) -> int:
    library = session.library
    (said,) = described(library, [question], QSize(1, 1))
    first = name_for(said.title, said.detail)
    taken = {row.name for row in saved_searches(library)}
    name, number = first, 2
    while name in taken:
        name, number = f"{first} {number}", number + 1
    search_id = save_search(library, name, kept)
    _mark(library, search_id, [*seen, *(match.crop_id for match in session.search(question).matches)])
    return search_id


def _mark(library: Library, search_id: int, crop_ids: list[int]) -> None:
    with library.read() as connection:
        newest = newest_embedding(connection)
    mark_seen(library, search_id, crop_ids, newest)


def _bring_back(library: Library, row: SavedSearchRow) -> None:
    search_id = save_search(library, row.name, row.query)
    mark_seen(library, search_id, row.seen_crops, row.seen_embedding_id)
