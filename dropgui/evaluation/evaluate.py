"""Measures a model version on the labelled crops of a library, from the vectors that it has stored."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy import select

from dropgui.errors import UserError
from dropgui.evaluation import words
from dropgui.evaluation.labels import Labelled, held_out, labelled_crops, state_of
from dropgui.evaluation.masks import parsing_of
from dropgui.evaluation.protocol import Protocol
from dropgui.evaluation.ranking import Ranked, Tell, rank_all
from dropgui.evaluation.result import CameraTable, Certainties, Evaluation, Options, WorstQuery
from dropgui.evaluation.trust import Evidence
from dropgui.evaluation.vectors import StoredVectors, index_of
from dropgui.finetuning.split import parted, split_of
from dropgui.indexing.progress import CancelToken, Progress
from dropgui.library import Library
from dropgui.library.columns import integer_columns
from dropgui.library.models import (
    IncompleteVersionError,
    active_model,
    brought_calibration_of,
    crops_behind,
    model_versions,
    own_calibration_of,
    version_named,
)
from dropgui.library.queries import crop_rows
from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import Embedding, TrainingRun
from dropgui.session import NotIndexedYetError, Session
from dropgui.versions.seen import CancelledError
from dropmodel.evaluation.calibration import Calibration
from dropmodel.evaluation.ranking import DISTRACTOR, Ranking
from dropmodel.evaluation.report import QueryResult, Report
from dropmodel.evaluation.tables import Row, row
from dropmodel.evaluation.verification import roc
from dropmodel.features import default_weights
from dropmodel.parts import FOREGROUND, GLOBAL, PartSchema

MOST_CAMERAS = 12
"""A table of more cameras could not be read; it has those with the most labelled crops."""

WORST = 24
"""So many of the worst queries are told."""


class NothingToEvaluateError(UserError):
    """Nobody can be looked for, and no mask was corrected."""


def evaluate_version(
    session: Session,
    model_version_id: int | None = None,
    options: Options | None = None,
    *,
    on_progress: Tell | None = None,
    cancel: CancelToken | None = None,
) -> Evaluation | None:
    """Everything about a version (default: the active one) in this library; None where it was cancelled.

    No picture is read and nothing is written. :class:`NothingToEvaluateError` says what to do where there is
    nothing to measure on, :class:`~dropgui.library.models.IncompleteVersionError` that a version has no
    vectors of crops that can be found; parts that it does not know are a UserError too. ``KeyError`` for an
    unknown version.
    """
    chosen = Options() if options is None else options
    version = _version(session.library, model_version_id)
    if chosen.parts is not None:
        try:
            version.schema.vector_indices(chosen.parts)
        except ValueError as error:
            raise UserError(f"{error}.") from error
    try:
        return _Work(session, version, chosen, on_progress, cancel or CancelToken()).done()
    except CancelledError:
        return None


def version_wanted(library: Library, wanted: str | int | None) -> ModelVersionRow:
    """The version with this name or number, None: the active one; a UserError where there is none."""
    if wanted is not None:
        return version_named(library, str(wanted))
    active = active_model(library)
    if active is None:
        raise NotIndexedYetError(words.NOT_INDEXED)
    return active


def is_taught_here(library: Library, version: ModelVersionRow) -> bool:
    """Whether a version came of teaching in this library."""
    made = select(TrainingRun.id).where(TrainingRun.result_id == version.id).limit(1)
    with library.read() as connection:
        return version.parent_id is not None or connection.execute(made).first() is not None


class _Work:
    """One evaluation."""

    def __init__(
        self,
        session: Session,
        version: ModelVersionRow,
        options: Options,
        tell: Tell | None,
        cancel: CancelToken,
    ) -> None:
        self._session, self._library = session, session.library
        self._version, self._options = version, options
        self._tell, self._cancel = tell, cancel
        self._split = split_of(self._library)
        self._labelled = labelled_crops(self._library, options.source)
        self._is_taught = is_taught_here(self._library, version)

    def done(self) -> Evaluation:
        library, version = self._library, self._version
        state = state_of(library, self._labelled)
        kept = held_out(self._labelled, self._split)
        searchable = _searchable(self._labelled, kept)
        wanted = self._options.held_out
        only = wanted if wanted is not None else self._is_taught and searchable > 0
        if only and not searchable and self._labelled.searchable:
            raise NothingToEvaluateError(words.NOBODY_HELD_OUT)
        blank = Evaluation(version, self._options, only, (), state)
        parsing = parsing_of(library, version, self._measuring() if only else None)
        if not self._labelled.searchable:
            if parsing is None:
                raise NothingToEvaluateError(words.nothing(self._options.source))
            return replace(
                blank, notes=tuple(words.about_masks(parsing.images, is_held_out=only)), parsing=parsing
            )
        with index_of(self._session, version.id) as index:
            vectors = StoredVectors(index, self._labelled.crops)
            self._check(vectors)
            labelled, kept = self._labelled.take(vectors.has), kept[vectors.has]
            protocol = Protocol.of(labelled, kept if only else None)
            found = self._persons(StoredVectors(index, labelled.crops), protocol, blank)
        notes = words.about_persons(
            protocol,
            found,
            without_vectors=int(np.count_nonzero(~vectors.has)),
            with_corrected=_with_corrected(library, version.id, labelled),
            is_taught=self._is_taught,
        )
        if parsing is not None:
            notes += words.about_masks(parsing.images, is_held_out=only)
        return replace(found, notes=tuple(notes), parsing=parsing, is_held_out=only)

    def _check(self, vectors: StoredVectors) -> None:
        if vectors.has.all():
            return
        with self._library.read() as connection:
            behind = len(crops_behind(connection, self._version.id))
        if behind and not self._version.active:
            raise IncompleteVersionError(self._version.name, behind)
        if not vectors.has.any():
            raise NothingToEvaluateError(words.NOT_INDEXED)

    def _measuring(self) -> set[int]:
        """The crops whose corrected mask is held out of teaching."""
        with self._library.read() as connection:
            return set(parted(connection, self._split).measuring)

    def _persons(self, vectors: StoredVectors, protocol: Protocol, blank: Evaluation) -> Evaluation:
        schema, labelled = self._version.schema, protocol.labelled
        choices = _choices(schema, self._options.parts)
        cameras, others = _cameras(labelled)
        ranked = rank_all(
            vectors,
            protocol,
            list(choices.values()),
            cameras,
            on_progress=self._tell,
            cancel=self._cancel,
        )
        ranking = ranked.by_choice[0]
        if not ranking.counted.any():
            raise NothingToEvaluateError(words.no_right_answer(across=protocol.across))
        parts = tuple(
            row(name, each, protocol.persons) for name, each in zip(choices, ranked.by_choice, strict=True)
        )
        certainty = self._certainty(vectors, protocol, ranking)
        asked = labelled.crops[protocol.asked[ranking.counted]]
        return replace(
            blank,
            report=self._report(protocol, ranked, parts, next(iter(choices.values())), certainty),
            persons=len(np.unique(protocol.persons[ranking.counted])),
            labelled=len(labelled),
            across_cameras=protocol.across,
            parts=parts,
            cameras=_camera_table(protocol, ranked, cameras, others),
            certainty=certainty,
            worst=_worst(protocol, ranking),
            query_crops=tuple(asked.tolist()),
        )

    def _report(
        self,
        protocol: Protocol,
        ranked: Ranked,
        parts: Sequence[Row],
        mix: tuple[str, ...],
        certainty: Certainties,
    ) -> Report:
        ranking = ranked.by_choice[0]
        asked = protocol.labelled.crops[protocol.asked]
        rows = crop_rows(self._library, asked.tolist())
        queries = tuple(
            QueryResult(
                f"{rows[crop].folder}/{rows[crop].relative_path}" if crop in rows else str(crop),
                int(protocol.persons[place]),
                float(ranking.average_precision[place]),
                float(ranking.inverse_penalty[place]),
                int(ranking.first_hit[place]),
            )
            for place, crop in enumerate(asked.tolist())
            if ranking.counted[place]
        )
        return Report(
            dataset=self._library.path.stem,
            model=self._version.name,
            weights_hash=self._version.weights_hash,
            vectors=mix,
            reranked=False,
            flip=False,
            whole=parts[0],
            ranking=ranking,
            queries=queries,
            left_out=ranking.left_out,
            tables={"parts": tuple(parts)},
            roc=roc(ranked.pairs),
            reliability=None if certainty.trust is None else certainty.trust.even,
        )

    def _certainty(self, vectors: StoredVectors, protocol: Protocol, ranking: Ranking) -> Certainties:
        brought, own = (
            None if data is None else Calibration.from_dict(data)
            for data in (
                brought_calibration_of(self._library, self._version.id),
                own_calibration_of(self._library, self._version.id),
            )
        )
        if self._tell is not None:
            total = len(protocol.asked)
            self._tell(Progress("finishing", total, total, 0, 0.0, None))
        evidence = Evidence.of(vectors, protocol, ranking, self._cancel)
        found = Certainties(
            brought=brought,
            brought_trust=None if brought is None else evidence.trust(brought),
            own=own,
            own_trust=None if own is None else evidence.trust(own),
            fitted=evidence.fit(self._options.source),
            why_not=evidence.why_not,
        )
        # What it says of the very persons that it was fitted to would be too good.
        return found.with_own(found.fitted) if found.is_fitted else found


def _version(library: Library, model_version_id: int | None) -> ModelVersionRow:
    for version in model_versions(library):
        if version.id == model_version_id or (model_version_id is None and version.active):
            return version
    if model_version_id is None:
        raise NotIndexedYetError(words.NOT_INDEXED)
    raise KeyError(f"no model version {model_version_id}")


def _searchable(labelled: Labelled, kept: Iterable[bool]) -> int:
    """How many of the persons that are kept have two crops or more."""
    return labelled.take(np.fromiter(kept, np.bool_, len(labelled))).searchable


def _choices(schema: PartSchema, parts: tuple[str, ...] | None) -> dict[str, tuple[str, ...]]:
    """Choices of vectors by names for people: what is asked for first, then each vector alone."""
    usual = tuple(default_weights(schema))
    first = {} if parts in {None, usual} else {words.chosen(schema, parts or ()): parts or ()}
    alone = {schema.vector(name).title: (name,) for name in (FOREGROUND, GLOBAL, *schema.names)}
    return {**first, words.USUAL: usual, **alone}  # one vector alone that was asked for stays the first


def _cameras(labelled: Labelled) -> tuple[list[int], int]:
    """Places of the cameras with the most crops, and how many more there are; none of only one."""
    known, counts = np.unique(labelled.cameras[labelled.cameras >= 0], return_counts=True)
    if len(known) < 2:
        return [], 0
    most = known[np.argsort(-counts, kind="stable")][:MOST_CAMERAS]
    return sorted(most.tolist()), len(known) - len(most)


def _camera_table(
    protocol: Protocol, ranked: Ranked, cameras: Sequence[int], left_out: int
) -> CameraTable | None:
    if not cameras:
        return None
    names, own = protocol.labelled.camera_names, protocol.labelled.cameras[protocol.asked]
    rows = {}
    for one in cameras:
        asked = own == one
        for other in cameras:
            found = row(
                f"{names[one]} to {names[other]}",
                ranked.by_camera[other].take(asked),
                protocol.persons[asked],
            )
            if found.queries:
                rows[names[one], names[other]] = found
    return CameraTable(tuple(names[one] for one in cameras), rows, left_out)


def _worst(protocol: Protocol, ranking: Ranking) -> tuple[WorstQuery, ...]:
    """The queries with the lowest average precision, the worst first."""
    places = np.flatnonzero(ranking.counted)
    places = places[np.argsort(ranking.average_precision[places], kind="stable")][:WORST]
    labelled = protocol.labelled
    found = []
    for place in places.tolist():
        person = int(protocol.persons[place])
        top = [at for at in ranking.top[place].tolist() if at >= 0]
        found.append(
            WorstQuery(
                int(labelled.crops[protocol.asked[place]]),
                labelled.persons[person - 1] if person > DISTRACTOR else "",
                float(ranking.average_precision[place]),
                int(ranking.first_hit[place]),
                tuple((int(labelled.crops[at]), int(labelled.who[at]) == person) for at in top),
            )
        )
    return tuple(found)


def _with_corrected(library: Library, version_id: int, labelled: Labelled) -> int:
    """How many of the crops have vectors that were made with a mask that a person corrected."""
    query = select(Embedding.crop_id).where(
        Embedding.model_version_id == version_id, Embedding.mask_revision > 0
    )
    with library.read() as connection:
        crops = integer_columns(connection, query)[0]
    return int(np.isin(labelled.crops, crops).sum())
