"""Two model versions on held-out persons and masks: how sure a difference is, and where it is.

Both are measured with their own masks: vectors that were pooled under a mask that a person made would say
more of the person than of the model. Intervals are 95 %, by a bootstrap over persons (for masks over crops);
that of a difference is paired: both versions are drawn the same persons.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from dropgui.errors import UserError
from dropgui.indexing.progress import CancelToken, Progress
from dropgui.library.corrections import latest_corrections
from dropgui.library.models import model_version
from dropgui.library.rows import CropRow, ModelVersionRow
from dropgui.session import Session
from dropgui.versions.held_out import HeldOut, labels_of, rows_of
from dropgui.versions.seen import CancelledError, Seen, look_at
from dropmodel.evaluation.distances import distance_blocks
from dropmodel.evaluation.parsing import ParsingMeter, ParsingScore
from dropmodel.evaluation.ranking import Ranking, rank
from dropmodel.evaluation.tables import LEVEL, RESAMPLES, bootstrap
from dropmodel.features import Features
from dropmodel.parts import PartSchema

T = TypeVar("T")

DoubleArray = npt.NDArray[np.float64]

TOP = 10
"""So many first matches of each query are told."""

_NAMES = ("rank1", "map", "minp")
_LEAST = 1e-6  # average precisions nearer than this are equal
_SEEN = 0.05  # visibility from which a vector says something


class NothingToCompareError(UserError):
    """There are neither persons nor masks to measure on."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of both versions, shares in 0..1 with their intervals, and that of after minus before."""

    before: float
    after: float
    before_interval: tuple[float, float]
    after_interval: tuple[float, float]
    change_interval: tuple[float, float]

    @property
    def change(self) -> float:
        """How much better the second is."""
        return self.after - self.before

    @property
    def certain(self) -> bool:
        """Whether the change is beyond chance: its interval leaves 0 out."""
        return self.change_interval[0] > 0 or self.change_interval[1] < 0


@dataclass(frozen=True, slots=True)
class ChangedQuery:
    """A query that the versions answer differently well; pairs are (before, after).

    ``first_hit`` is the rank from 1 of the first right answer; ``top`` are the crop ids of the first matches.
    """

    crop_id: int
    person_id: int
    average_precision: tuple[float, float]
    first_hit: tuple[int, int]
    top: tuple[tuple[int, ...], tuple[int, ...]]

    @property
    def change(self) -> float:
        """Difference of the average precisions."""
        return self.average_precision[1] - self.average_precision[0]


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """``measures`` by name: rank1, map, minp where persons could be ranked, miou where there are true masks.

    ``better`` and ``worse`` are the most changed first. ``drift`` is by vector name the mean cosine
    similarity of both versions' vectors of the crops that show it, 1 for no change; None where they differ in
    length.
    ``left_out`` counts crops that could not be read and queries without a right answer.
    """

    before: ModelVersionRow
    after: ModelVersionRow
    measures: Mapping[str, Measure]
    better: tuple[ChangedQuery, ...]
    worse: tuple[ChangedQuery, ...]
    drift: Mapping[str, float] | None
    persons: int
    queries: int
    gallery: int
    masks: int
    left_out: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, shares in 0..1."""

        def listed(rows: tuple[ChangedQuery, ...]) -> list[dict[str, Any]]:
            return [
                {
                    "crop": row.crop_id,
                    "person": row.person_id,
                    "ap": [round(value, 6) for value in row.average_precision],
                    "first_hit": list(row.first_hit),
                }
                for row in rows
            ]

        return {
            "before": self.before.name,
            "after": self.after.name,
            "measures": {
                name: {
                    "before": found.before,
                    "after": found.after,
                    "change": found.change,
                    "before_interval": list(found.before_interval),
                    "after_interval": list(found.after_interval),
                    "change_interval": list(found.change_interval),
                    "certain": found.certain,
                }
                for name, found in self.measures.items()
            },
            "better": listed(self.better),
            "worse": listed(self.worse),
            "drift": None if self.drift is None else dict(self.drift),
            **{name: getattr(self, name) for name in ("persons", "queries", "gallery", "masks", "left_out")},
        }


@dataclass(slots=True)
class _Steps:
    """Progress of both versions' looking, one after the other."""

    report: Callable[[Progress], None]
    before: int = 0

    def __call__(self, done: int, total: int) -> None:
        self.report(Progress("embedding", self.before + done, self.before + total, 0, 0.0, None))
        if done == total:
            self.before += total


def compare_versions(
    session: Session,
    before_id: int,
    after_id: int,
    held_out: HeldOut,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
    seed: int = 0,
) -> VersionComparison | None:
    """Measures both versions on the same crops; None where it was cancelled. Nothing is written.

    A version is shown the crops that it has no vectors of. :class:`NothingToCompareError` where neither
    persons nor masks are left, ``KeyError`` for an unknown version, errors of loading.
    """
    library = session.library
    with library.read() as connection:
        before, after = (model_version(connection, each) for each in (before_id, after_id))
        truth = latest_corrections(connection, held_out.masks, before.schema.name)
    rows = rows_of(library, held_out)
    steps = _Steps(on_progress or (lambda _: None))
    stop = cancel or CancelToken()
    try:
        sides = [
            look_at(session, version.id, held_out.ranked, list(truth), rows, stop, steps)
            for version in (before, after)
        ]
    except CancelledError:
        return None
    ranked = _Ranked.of(held_out, sides, rows, seed)
    scores = _Scores.of({crop: truth[crop].labels for crop in truth}, sides, before.schema)
    measures = dict(ranked.measures)
    if scores.crops:
        measures["miou"] = scores.measure(seed)
    if not measures:
        raise NothingToCompareError(
            "There is nothing to compare the versions on: no held-out person has two crops that can be read, "
            "and there is no held-out corrected mask. Confirm more persons, or correct masks."
        )
    return VersionComparison(
        before,
        after,
        measures,
        ranked.better,
        ranked.worse,
        _drift(sides, ranked.crops),
        persons=len({query.person_id for query in ranked.queries}),
        queries=len(ranked.queries),
        gallery=len(ranked.crops),
        masks=scores.crops,
        left_out=ranked.left_out + len(truth) - scores.crops,
    )


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Both versions' answers to the queries that have a right one."""

    crops: list[int]
    queries: list[ChangedQuery] = field(default_factory=list)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    left_out: int = 0

    @classmethod
    def of(cls, held_out: HeldOut, sides: list[Seen], rows: Mapping[int, CropRow], seed: int) -> "_Ranked":
        crops = [c for c in held_out.ranked if c in rows and all(c in side.features for side in sides)]
        lost = len(held_out.ranked) - len(crops)
        labels = labels_of(crops, held_out, rows)
        asked = np.flatnonzero(labels.identities > 0)
        if not len(asked):
            return cls(crops, left_out=lost)
        rankings = []
        for side in sides:
            gallery = Features.concatenate([side.features[crop] for crop in crops])
            blocks = distance_blocks(gallery[asked], gallery)
            rankings.append(rank(blocks, labels[asked], labels, keep=TOP))
        counted = np.flatnonzero(rankings[0].counted)
        lost += len(asked) - len(counted)
        if not len(counted):
            return cls(crops, left_out=lost)
        old, new = (_values(ranking.take(counted)) for ranking in rankings)
        persons = labels.identities[asked][counted]
        bounds = [bootstrap(values, persons, seed=seed) for values in (old, new, new - old)]
        measures = {
            name: Measure(
                float(old[:, place].mean()),
                float(new[:, place].mean()),
                *((float(low[place]), float(high[place])) for low, high in bounds),
            )
            for place, name in enumerate(_NAMES)
        }
        ids = np.array(crops, np.int64)
        queries = [
            ChangedQuery(
                crop_id=int(ids[asked[query]]),
                person_id=int(labels.identities[asked[query]]),
                average_precision=_pair(float(r.average_precision[query]) for r in rankings),
                first_hit=_pair(int(r.first_hit[query]) for r in rankings),
                top=_pair(_found(ids, r, int(query)) for r in rankings),
            )
            for query in counted
        ]
        return cls(crops, queries, measures, lost)

    @property
    def better(self) -> tuple[ChangedQuery, ...]:
        return self._changed(1)

    @property
    def worse(self) -> tuple[ChangedQuery, ...]:
        return self._changed(-1)

    def _changed(self, sign: int) -> tuple[ChangedQuery, ...]:
        rows = (query for query in self.queries if sign * query.change > _LEAST)
        return tuple(sorted(rows, key=lambda query: (-abs(query.change), query.crop_id)))


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """Pixels of every crop by true and given class under both versions, int64 [2, N, K + 1, K + 1]."""

    confusions: npt.NDArray[np.int64]
    schema: PartSchema

    @classmethod
    def of(
        cls, truth: Mapping[int, npt.NDArray[np.uint8]], sides: list[Seen], schema: PartSchema
    ) -> "_Scores":
        crops = [crop for crop in truth if all(crop in side.masks for side in sides)]
        counts = np.zeros((len(sides), len(crops), len(schema) + 1, len(schema) + 1), np.int64)
        for at, side in enumerate(sides):
            for place, crop in enumerate(crops):
                meter = ParsingMeter(schema)
                meter.add(side.masks[crop], truth[crop])
                counts[at, place] = meter.result().confusion
        return cls(counts, schema)

    @property
    def crops(self) -> int:
        return int(self.confusions.shape[1])

    def measure(self, seed: int) -> Measure:
        """mIoU over all pixels, and its intervals by a bootstrap over crops."""
        count = self.crops
        draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
        flat = self.confusions.reshape(2, count, -1)
        old, new = (
            np.array([self._miou(row.reshape(self.confusions.shape[2:])) for row in draws @ side])
            for side in flat
        )
        bounds = [
            np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) for values in (old, new, new - old)
        ]
        whole = [self._miou(side.sum(axis=0)) for side in self.confusions]
        return Measure(whole[0], whole[1], *((float(low), float(high)) for low, high in bounds))

    def _miou(self, confusion: npt.NDArray[np.int64]) -> float:
        return ParsingScore(confusion, self.schema, 0).mean_iou


def _drift(sides: list[Seen], crops: list[int]) -> dict[str, float] | None:
    if not crops:
        return None
    old, new = (Features.concatenate([side.features[crop] for crop in crops]) for side in sides)
    if old.dim != new.dim:
        return None
    cosines = np.einsum("npd,npd->np", old.vectors, new.vectors, dtype=np.float64)
    shown = (old.visibility >= _SEEN) & (new.visibility >= _SEEN)
    return {
        name: float(cosines[shown[:, place], place].mean())
        for place, name in enumerate(old.schema.vector_names)
        if shown[:, place].any()
    }


def _values(ranking: Ranking) -> DoubleArray:
    """Rank-1, average precision and INP of every query, float64 [Q, 3]."""
    hit = (ranking.first_hit == 1).astype(np.float64)
    return np.stack([hit, ranking.average_precision, ranking.inverse_penalty], axis=1)


def _found(ids: npt.NDArray[np.int64], ranking: Ranking, query: int) -> tuple[int, ...]:
    return tuple(int(ids[place]) for place in ranking.top[query] if place >= 0)


def _pair(both: Iterable[T]) -> tuple[T, T]:
    first, second = both
    return first, second
