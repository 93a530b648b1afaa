"""From a chosen crop to ranked matches: loads the query, and searches again whenever it changes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from dropgui.errors import UserError
from dropgui.gallery.thumbnails import read_thumbnail
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.queries import CropFilter, crop_rows, mask_of
from dropgui.query.selection import PartSelection
from dropgui.search.query import Answer, VectorQuery
from dropgui.search.question import Apart, Query
from dropgui.session import Session
from dropmodel.features import Features

_PICTURE = QSize(512, 1024)  # enough for the panel at twice the pixel density


@dataclass(frozen=True, slots=True)
class Subject:
    """What is searched for: a crop of the library, or a picture from outside (``crop_id`` None).

    ``place`` says where it is from: camera, folder, or outside.
    ``features`` holds one row and ``labels`` is uint8 [h, w]; both None while the crop is not indexed.
    """

    crop_id: int | None
    path: Path
    place: str
    picture: QImage
    features: Features | None
    labels: npt.NDArray[np.uint8] | None


def load_crop(session: Session, crop_id: int) -> Subject:
    """Read a crop of the library with what the active model said of it."""
    row = crop_rows(session.library, [crop_id]).get(crop_id)
    if row is None:
        raise UserError("This crop is no longer in the library.")
    mask = mask_of(session.library, crop_id) if row.indexed else None
    return Subject(
        crop_id,
        row.path,
        row.place,
        read_thumbnail(row.path, _PICTURE),
        session.features_of_crop(crop_id) if row.indexed else None,
        None if mask is None else mask.labels,
    )


def load_picture(session: Session, path: Path) -> Subject:
    """Read a picture from outside the library through the model."""
    read = session.read_picture(path)
    return Subject(
        None,
        path,
        "Picture from outside the library",
        read_thumbnail(path, _PICTURE),
        read.features,
        read.labels,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """An answer with the question it is to, as people ask it and as vectors: what a report needs."""

    question: Query
    vectors: VectorQuery
    answer: Answer


class QueryController(QObject):
    """One query at a time, with the ones before it to go back to."""

    loading = Signal()
    cleared = Signal()
    """There is no query any more: its crop was removed from the library."""
    loaded = Signal(Subject)
    answered = Signal(Answer)
    cannot_search = Signal(str)
    """Why there is no ranking, for people: nothing chosen, or the crop is not indexed yet."""
    failed = Signal(Exception)
    history_changed = Signal()

    def __init__(self, session: Session, runner: Runner, selection: PartSelection) -> None:
        super().__init__(runner)
        self._session = session
        self._selection = selection
        self._loads = Latest(runner)
        self._searches = Latest(runner)
        self._subject: Subject | None = None
        self._filter = CropFilter()
        self._top = 50
        self._least_score: float | None = None
        self._rerank = False
        self._asked: Asked | None = None
        self._trail: list[int | Path] = []
        self._position = -1
        selection.changed.connect(self.search)

    @property
    def subject(self) -> Subject | None:
        """What is searched for now."""
        return self._subject

    @property
    def asked(self) -> Asked | None:
        """The answer on show with its question; None while there is none."""
        return self._asked

    @property
    def top(self) -> int:
        """How many matches are asked for."""
        return self._top

    def set_top(self, top: int) -> None:
        """Ask for this many matches."""
        self._top = top
        self.search()

    def set_least_score(self, score: float | None) -> None:
        """Ask only for matches that score at least this; None: for all."""
        self._least_score = score
        self.search()

    def set_rerank(self, on: bool) -> None:
        """Order the best anew by their common neighbours, or leave them as they score."""
        self._rerank = on
        self.search()

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Search only these crops."""
        self._filter = crop_filter
        self.search()

    def show(self, target: int | Path) -> None:
        """Search for a crop of the library, or a picture file."""
        if self._position < 0 or self._trail[self._position] != target:
            del self._trail[self._position + 1 :]
            self._trail.append(target)
            self._position = len(self._trail) - 1
        self._load(target)

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
        current = self._trail[self._position] if self._position >= 0 else None
        kept = [target for target in self._trail if target not in crop_ids]
        if len(kept) == len(self._trail):
            return
        self._trail = kept
        self._position = kept.index(current) if current in kept else len(kept) - 1
        self.history_changed.emit()
        if current not in kept:
            self._loads.drop()
            self._searches.drop()
            self._subject = self._asked = None
            self._selection.clear()
            self.cleared.emit()

    def crops_changed(self, crop_ids: frozenset[int]) -> None:
        """The library has new or newly indexed crops: look again."""
        target = self._trail[self._position] if self._position >= 0 else None
        waits = self._subject is None or self._subject.features is None
        if waits and target is not None and target in crop_ids:
            # Also while it is being loaded: that reading may be from before the change.
            self._load(target)
        else:
            self.search()

    def search(self) -> None:
        """Rank the library for the query as it is now."""
        subject = self._subject
        if subject is None:
            return
        if subject.features is None:
            self._refuse("This crop is not indexed yet. Its matches appear here as soon as it is.")
            return
        weights = self._selection.weights()
        if not weights:
            self._refuse("No chosen part is seen in this crop. Choose a part that is.")
            return
        own = () if subject.crop_id is None else (subject.crop_id,)
        question = Query(
            crops=own,
            images=() if own else (subject.path,),
            parts=weights,
            crop_filter=self._filter,
            apart=Apart(same_image=False),
            top=self._top,
            least_score=self._least_score,
            rerank=self._rerank,
        )
        vectors = VectorQuery(
            subject.features,
            weights,
            self._filter,
            self._top,
            frozenset(own),
            least_score=self._least_score,
        )
        self._searches.request(
            lambda: Asked(question, vectors, self._session.ask(question, vectors)),
            self._answer,
            self.failed.emit,
        )

    def _answer(self, asked: Asked) -> None:
        self._asked = asked
        self.answered.emit(asked.answer)

    def _refuse(self, reason: str) -> None:
        self._searches.drop()
        self._asked = None
        self.cannot_search.emit(reason)

    def _load(self, target: int | Path) -> None:
        self._loads.drop()
        self._searches.drop()
        self._subject = self._asked = None
        self.loading.emit()
        self.history_changed.emit()
        session = self._session
        if isinstance(target, Path):
            self._loads.request(lambda: load_picture(session, target), self._show, self.failed.emit)
        else:
            self._loads.request(lambda: load_crop(session, target), self._show, self.failed.emit)

    def _show(self, subject: Subject) -> None:
        self._subject = subject
        self.loaded.emit(subject)
        features, labels = subject.features, subject.labels
        if features is None or labels is None:
            self._selection.clear()
            return
        schema = features.schema
        seen = frozenset(part.name for label, part in enumerate(schema, start=1) if (labels == label).any())
        visibility = dict(zip(schema.vector_names, features.visibility[0].tolist(), strict=True))
        self._selection.set_crop(schema, seen, visibility)
