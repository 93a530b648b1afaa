"""Ranking measures: cumulative matches (CMC), mean average precision (mAP), inverse negative penalty (mINP).

The rules are Market-1501's (Zheng et al., ICCV 2015): a gallery crop of the query's person by the query's own
camera is removed, and so is junk (identity -1); distractors (identity 0) count as wrong answers. A query
without any right answer left is not counted. Equal distances rank in the order of the gallery.

- CMC(r): share of queries with a right answer among the first r.
- AP = mean over the right answers i = 1..P, in order, of i / rank_i; mAP is its mean over queries.
- INP = P / rank_P (Ye et al., TPAMI 2021): how early the hardest right answer comes; mINP is its mean.

Ranks need no sorting: that of a right answer is one more than the number of gallery crops before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dropmodel.evaluation.distances import Block
from dropmodel.features import FloatArray

JUNK = -1
DISTRACTOR = 0

IntArray = npt.NDArray[np.int64]
DoubleArray = npt.NDArray[np.float64]

_FEW = 48
"""Up to so many right answers are counted one by one; for more it is quicker to sort the row."""


class Labelled(Protocol):
    """What ranking wants to know of a crop: who it is and which camera made it (below 0: not known)."""

    @property
    def identity(self) -> int:
        """A person's number from 1 on, ``DISTRACTOR`` or ``JUNK``."""
        ...

    @property
    def camera(self) -> int:
        """The camera's number."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """``identities`` and ``cameras`` of N crops, int64 [N] each.

    Two crops of unknown camera (below 0) are never of the same one.
    """

    identities: IntArray
    cameras: IntArray

    def __post_init__(self) -> None:
        if self.identities.shape != self.cameras.shape or self.identities.ndim != 1:
            raise ValueError("identities and cameras are one number a crop each")

    def __len__(self) -> int:
        return len(self.identities)

    def __getitem__(self, rows: slice | IntArray | npt.NDArray[np.intp]) -> "Labels":
        return Labels(self.identities[rows], self.cameras[rows])

    @classmethod
    def of(cls, samples: Iterable[Labelled]) -> "Labels":
        """Of anything that has an identity and a camera."""
        pairs = [(sample.identity, sample.camera) for sample in samples]
        table = np.array(pairs, np.int64).reshape(-1, 2)
        return cls(table[:, 0].copy(), table[:, 1].copy())


class Rules:
    """Which gallery crops are right answers to a query, and which do not take part."""

    def __init__(self, query: Labels, gallery: Labels) -> None:
        self.query, self.gallery = query, gallery
        self._junk = np.flatnonzero(gallery.identities == JUNK)
        self._order = np.argsort(gallery.identities, kind="stable")
        self._sorted = gallery.identities[self._order]

    def split(self, query: int) -> tuple[IntArray, IntArray]:
        """Places in the gallery of the right answers to a query, and of its person by the same camera."""
        identity, camera = int(self.query.identities[query]), int(self.query.cameras[query])
        if identity <= DISTRACTOR:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        first, last = np.searchsorted(self._sorted, [identity, identity + 1])
        own = self._order[first:last].astype(np.int64)
        same = self.gallery.cameras[own] == camera
        if camera < 0:
            same[:] = False
        return own[~same], own[same]

    def remove(self, rows: slice, distances: FloatArray) -> None:
        """Turn what does not take part into NaN in ``distances`` float32 [n, G] of queries ``rows``."""
        distances[:, self._junk] = np.nan
        for line, query in enumerate(range(rows.start, rows.stop)):
            distances[line, self.split(query)[1]] = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Results query by query; shares are 0..1.

    ``average_precision`` and ``inverse_penalty`` float64 [Q], NaN for a query that has no right answer;
    ``first_hit`` int64 [Q], the rank from 1 of the first right answer, 0 for such a query; ``gallery`` is
    the number of crops that were ranked, junk left out. ``top`` int64 [Q, k] are the gallery places of each
    query's first k, -1 past the end.
    """

    average_precision: DoubleArray
    inverse_penalty: DoubleArray
    first_hit: IntArray
    gallery: int
    top: IntArray

    @property
    def counted(self) -> npt.NDArray[np.bool_]:
        """Which queries have a right answer, bool [Q]."""
        return self.first_hit > 0

    @property
    def left_out(self) -> int:
        """The number of queries without any right answer."""
        return int(np.count_nonzero(~self.counted))

    def cmc(self, depth: int = 50) -> DoubleArray:
        """Share of the counted queries with a right answer by rank 1..depth, float64 [depth]."""
        hits = self.first_hit[self.counted]
        if not len(hits):
            return np.full(depth, np.nan)
        counts = np.bincount(np.minimum(hits, depth + 1), minlength=depth + 2)[1 : depth + 1]
        shares: DoubleArray = np.cumsum(counts) / len(hits)
        return shares

    def rank(self, r: int) -> float:
        """Rank-r: share of the counted queries with a right answer among the first r."""
        return float(self.cmc(r)[-1])

    @property
    def mean_ap(self) -> float:
        """mAP over the counted queries; NaN if there are none."""
        return _mean(self.average_precision)

    @property
    def mean_inp(self) -> float:
        """mINP over the counted queries; NaN if there are none."""
        return _mean(self.inverse_penalty)

    def take(self, queries: npt.NDArray[np.bool_] | IntArray) -> "Ranking":
        """The results of some of the queries."""
        return Ranking(
            self.average_precision[queries],
            self.inverse_penalty[queries],
            self.first_hit[queries],
            self.gallery,
            self.top[queries],
        )


class Ranker:
    """Takes distances block by block, whose removed pairs are NaN (:meth:`Rules.remove`), and ranks.

    ``columns``: places of the gallery to rank among, default all. ``keep``: how many first matches of each
    query to remember.
    """

    def __init__(self, rules: Rules, *, columns: IntArray | None = None, keep: int = 0) -> None:
        self._rules = rules
        self._columns = columns
        self._keep = keep
        count = len(rules.query)
        chosen = rules.gallery if columns is None else rules.gallery[columns]
        self._places: IntArray | None = None
        if columns is not None:
            self._places = np.full(len(rules.gallery), -1, np.int64)
            self._places[columns] = np.arange(len(columns))
        self._gallery = int(np.count_nonzero(chosen.identities != JUNK))
        self._precision = np.full(count, np.nan)
        self._penalty = np.full(count, np.nan)
        self._first = np.zeros(count, np.int64)
        self._top = np.full((count, keep), -1, np.int64)

    def add(self, rows: slice, distances: FloatArray) -> None:
        """Distances float32 [n, G] of queries ``rows`` to the whole gallery; they are not changed."""
        seen = distances if self._columns is None else distances[:, self._columns]
        for line, query in enumerate(range(rows.start, rows.stop)):
            right = self._rules.split(query)[0]
            if self._places is not None:
                right = self._places[right]
                right = right[right >= 0]
            if self._keep:
                first = first_places(seen[line], self._keep)
                self._top[query, : len(first)] = first if self._columns is None else self._columns[first]
            if not len(right):
                continue
            ranks = ranks_of(seen[line], right)
            self._first[query] = ranks[0]
            self._precision[query] = np.mean(np.arange(1, len(ranks) + 1) / ranks)
            self._penalty[query] = len(ranks) / ranks[-1]

    def result(self) -> Ranking:
        """What was found; queries never added are as if they had no right answer."""
        return Ranking(self._precision, self._penalty, self._first, self._gallery, self._top)


def rank(blocks: Iterable[Block], query: Labels, gallery: Labels, *, keep: int = 0) -> Ranking:
    """Rank all of ``blocks``; they are changed (removed pairs become NaN)."""
    rules = Rules(query, gallery)
    ranker = Ranker(rules, keep=keep)
    for rows, distances in blocks:
        rules.remove(rows, distances)
        ranker.add(rows, distances)
    return ranker.result()


def ranks_of(distances: FloatArray, right: IntArray) -> IntArray:
    """Ranks from 1 of the crops at places ``right`` among ``distances`` [G], rising, int64 [P].

    NaN distances do not take part. Of equal distances the earlier place is first.
    """
    own = distances[right]
    if len(right) <= _FEW:
        before = np.count_nonzero(distances[None] < own[:, None], axis=1)
        equal = np.count_nonzero(distances[None] == own[:, None], axis=1)
    else:
        ordered = np.sort(distances)
        before = np.searchsorted(ordered, own, "left")
        equal = np.searchsorted(ordered, own, "right") - before
    ranks = before.astype(np.int64) + 1
    for tied in np.flatnonzero(equal > 1):
        ranks[tied] += np.count_nonzero(distances[: right[tied]] == own[tied])
    return np.sort(ranks)


def first_places(distances: FloatArray, count: int) -> IntArray:
    """Places of the ``count`` nearest of ``distances`` [G] in their order, fewer where NaN leave fewer."""
    valid = len(distances) - int(np.count_nonzero(np.isnan(distances)))
    count = min(count, valid)
    if not count:
        return np.zeros(0, np.int64)
    bound = np.partition(distances, count - 1)[count - 1]
    near = np.flatnonzero(distances <= bound)
    chosen: IntArray = near[np.argsort(distances[near], kind="stable")][:count].astype(np.int64)
    return chosen


def _mean(values: DoubleArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
