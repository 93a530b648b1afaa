"""From what is searched for to ranked matches: loads the views, searches again whenever anything changes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from dropgui.errors import UserError
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.queries import CropFilter
from dropgui.query.asking import Asked, Asker
from dropgui.query.selection import PartSelection
from dropgui.query.subjects import Pictures, Subject, load_subject
from dropgui.query.targets import Options, Target, Wanted, options_of, question_of, wanted_of
from dropgui.search.query import Answer
from dropgui.search.question import Query
from dropgui.session import Session

__all__ = ["Asked", "QueryController", "Subject"]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Everything that is shown of a query."""

    wanted: Wanted
    views: tuple[Subject, ...]
    negatives: tuple[Subject, ...]


class QueryController(QObject):
    """One query at a time, with the ones before it to go back to. A query may have several views."""

    loading = Signal()
    cleared = Signal()
    """There is no query any more: its crop was removed from the library."""
    loaded = Signal(Subject)
    """There is another query; this is the view of it that is shown large."""
    turned = Signal(Subject)
    """Another view of the same query is shown large."""
    answered = Signal(Answer)
    cannot_search = Signal(str)
    """Why there is no ranking, for people: nothing chosen, or the crop is not indexed yet."""
    failed = Signal(Exception)
    history_changed = Signal()
    options_changed = Signal(Options)
    filter_wanted = Signal(CropFilter)
    """A question that is asked again was asked of these crops only."""

    def __init__(self, session: Session, runner: Runner, selection: PartSelection) -> None:
        super().__init__(runner)
        self._session = session
        self._selection = selection
        self._pictures = Pictures(session)
        self._asker = Asker(session, self._pictures)
        self._loads = Latest(runner)
        self._searches = Latest(runner)
        self._loaded: _Loaded | None = None
        self._asked: Asked | None = None
        self._front = 0
        self._filter = CropFilter()
        self._options = Options()
        self._trail: list[Wanted] = []
        self._position = -1
        selection.changed.connect(self.search)

    @property
    def subject(self) -> Subject | None:
        """What is searched for now; of several views the one that is shown large."""
        return None if self._loaded is None else self._loaded.views[self._front]

    @property
    def views(self) -> tuple[Subject, ...]:
        """The views of the person that is searched for; empty without a query."""
        return () if self._loaded is None else self._loaded.views

    @property
    def negatives(self) -> tuple[Subject, ...]:
        """Those who are not meant."""
        return () if self._loaded is None else self._loaded.negatives

    @property
    def question(self) -> Query | None:
        """What is asked now, with ``parts`` None for "as visible"; None where nothing is, or can be."""
        weights = self._selection.weights()
        if self._loaded is None or not weights:
            return None
        parts = None if self._selection.follows_crop else weights
        return question_of(self._loaded.wanted, self._options, parts, self._filter)

    @property
    def options(self) -> Options:
        """How is searched."""
        return self._options

    def set_options(self, options: Options) -> None:
        """Search in this way."""
        if options != self._options:
            self._options = options
            self.options_changed.emit(options)
            self.search()

    @property
    def asked(self) -> Asked | None:
        """The answer on show with its question; None while there is none."""
        return self._asked

    @property
    def top(self) -> int:
        """How many matches are asked for."""
        return self._options.top

    def set_top(self, top: int) -> None:
        """Ask for this many matches."""
        self.set_options(replace(self._options, top=top))

    def set_least_score(self, score: float | None) -> None:
        """Ask only for matches that score at least this; None: for all."""
        self.set_options(replace(self._options, least_score=score))

    def set_rerank(self, on: bool) -> None:
        """Order the best anew by their common neighbours, or leave them as they score."""
        self.set_options(replace(self._options, rerank=on))

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Search only these crops."""
        if crop_filter != self._filter:
            self._filter = crop_filter
            self.search()

    def show(self, *targets: Target) -> None:
        """Search for a crop of the library, a person or a picture; for several views of somebody."""
        self._go(Wanted(tuple(dict.fromkeys(targets))))

    def add_views(self, targets: Iterable[Target]) -> None:
        """More views of the person that is searched for; the first ones where nobody is."""
        wanted = self._wanted
        self._go(Wanted(tuple(dict.fromkeys(targets))) if wanted is None else wanted.with_views(targets))

    def add_negatives(self, targets: Iterable[Target]) -> None:
        """More who are not meant; nothing happens where nobody is searched for."""
        if (wanted := self._wanted) is not None:
            self._go(wanted.with_negatives(targets))

    def remove(self, target: Target) -> None:
        """A view or a negative less; the last view stays."""
        if (wanted := self._wanted) is not None and (fewer := wanted.without(lambda t: t == target)):
            self._go(fewer)

    def ask(self, query: Query) -> None:
        """Ask a question of crops, persons and files as it was asked before, with all its settings."""
        self._go(wanted_of(query))
        self._options = options_of(query)
        self.options_changed.emit(self._options)
        self._selection.restore(query.parts)
        self.filter_wanted.emit(query.crop_filter)

    def turn_to(self, position: int) -> None:
        """Show this view large."""
        if self._loaded is not None and position != self._front:
            self._front = position
            self.turned.emit(self._loaded.views[position])

    def can_step(self, step: int) -> bool:
        """Whether there is a query ``step`` places later (1) or earlier (-1)."""
        return 0 <= self._position + step < len(self._trail)

    def step(self, step: int) -> None:
        """Go to the next or the previous query."""
        if self.can_step(step):
            self._position += step
            self._load(self._trail[self._position])

    def crops_removed(self, crop_ids: frozenset[int]) -> None:
        """Crops are gone from the library: no query, past or present, may name them."""
        if not crop_ids:
            return
        trail = [(wanted, wanted.without(lambda t: t in crop_ids)) for wanted in self._trail]
        if all(before == after for before, after in trail):
            return
        before = self._wanted
        kept = [after for _, after in trail if after is not None]
        # Where the query of now is gone, the one before it would be the next to go back to.
        self._position = sum(after is not None for _, after in trail[: self._position + 1]) - 1
        current = None if before is None else before.without(lambda t: t in crop_ids)
        self._trail = kept
        if current is None:
            self._position = len(kept) - 1
        self.history_changed.emit()
        if current is None:
            self._loads.drop()
            self._searches.drop()
            self._loaded = self._asked = None
            self._selection.clear()
            self.cleared.emit()
        elif current != before:
            self._load(current)

    def crops_changed(self, crop_ids: frozenset[int]) -> None:
        """The library has new or newly indexed crops: look again."""
        wanted = self._wanted
        loaded = self._loaded
        waits = loaded is None or any(s.features is None for s in (*loaded.views, *loaded.negatives))
        if waits and wanted is not None and crop_ids.intersection((*wanted.views, *wanted.negatives)):
            # Also while it is being loaded: that reading may be from before the change.
            self._load(wanted)
        else:
            self.search()

    def reload(self, crop_id: int) -> None:
        """A crop's mask is another one: where the query has it, look at it again."""
        wanted = self._wanted
        if wanted is not None and crop_id in (*wanted.views, *wanted.negatives):
            self._load(wanted)

    def reload_all(self) -> None:
        """Another model answers: look at the query anew, with that."""
        if self._wanted is not None:
            self._load(self._wanted)

    def search(self) -> None:
        """Rank the library for the query as it is now."""
        loaded = self._loaded
        if loaded is None:
            return
        if any(view.features is None for view in (*loaded.views, *loaded.negatives)):
            if len(loaded.views) + len(loaded.negatives) == 1:
                self._refuse("This crop is not indexed yet. Its matches appear here as soon as it is.")
            else:
                self._refuse("A crop of this query is not indexed yet. Matches appear here as soon as it is.")
            return
        weights = self._selection.weights()
        if not weights:
            self._refuse("No chosen part is seen in this query. Choose a part that is.")
            return
        query = question_of(loaded.wanted, self._options, weights, self._filter)
        self._searches.request(lambda: self._asker.ask(query), self._answer, self._search_failed)

    def _answer(self, asked: Asked) -> None:
        self._asked = asked
        self.answered.emit(asked.answer)

    @property
    def _wanted(self) -> Wanted | None:
        return self._trail[self._position] if self._position >= 0 else None

    def _refuse(self, reason: str) -> None:
        self._searches.drop()
        self._asked = None
        self.cannot_search.emit(reason)

    def _search_failed(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._refuse(str(error))
        else:
            self.failed.emit(error)

    def _go(self, wanted: Wanted) -> None:
        """Search for somebody; what was searched for before can be gone back to."""
        before = self._wanted
        if before != wanted:
            del self._trail[self._position + 1 :]
            self._trail.append(wanted)
            self._position = len(self._trail) - 1
        self._load(wanted)

    def _load(self, wanted: Wanted) -> None:
        self._loads.drop()
        self._searches.drop()
        self._loaded = self._asked = None
        self.loading.emit()
        self.history_changed.emit()
        session, pictures = self._session, self._pictures

        def subjects(targets: Iterable[Target]) -> tuple[Subject, ...]:
            return tuple(load_subject(session, pictures, target) for target in targets)

        self._loads.request(
            lambda: _Loaded(wanted, subjects(wanted.views), subjects(wanted.negatives)),
            self._show,
            self.failed.emit,
        )

    def _show(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        # The view that was added last is the one to look at.
        self._front = len(loaded.views) - 1
        front = loaded.views[self._front]
        self.loaded.emit(front)
        read = [view for view in loaded.views if view.features is not None]
        if not read:
            self._selection.clear()
            return
        assert read[0].features is not None
        schema = read[0].features.schema
        seen = frozenset().union(*(view.seen for view in read))
        visibility = {
            name: max(view.visibility.get(name, 0.0) for view in read) for name in schema.vector_names
        }
        self._selection.set_crop(schema, seen, visibility)
