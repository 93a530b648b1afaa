"""Whether the probability "same person" comes true in a library, and one that is fitted to it.

Two populations are told apart, as a probability hangs on what is asked about:

- *even odds*: as many pairs of one person as of two, the way in which ``dropmodel evaluate`` measures; it
  tells how good the evidence is.
- *first matches*: the first ten of every query, at the odds of the crops that were searched in: what a user
  sees. Of those that were said to be the person with 80 %, eight of ten should be.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropgui.evaluation.labels import Source
from dropgui.evaluation.protocol import Protocol
from dropgui.evaluation.vectors import StoredVectors
from dropgui.indexing.progress import CancelToken
from dropgui.search.certainty import Certainty, Prior
from dropgui.search.query import SEEN_IN_COMMON
from dropgui.versions.seen import CancelledError
from dropmodel.evaluation.calibrate import (
    DrawnPairs,
    draw_pairs,
    fit_curves,
    over_vectors,
    vector_distances,
)
from dropmodel.evaluation.calibration import Calibration, Curve, Kind, Reliability, reliability, with_prior
from dropmodel.evaluation.ranking import DoubleArray, IntArray, Ranking
from dropmodel.features import FloatArray, default_weights

FEWEST_PERSONS = 8
FEWEST_PAIRS = 100
"""With fewer persons, or pairs of one person, a fit would be of these few and of nobody else."""

_ENOUGH = 2000  # pairs of one person from which an isotonic fit is better than a logistic one
_CHUNK = 1024  # pairs whose vectors are read at a time
_BINS = 10
_EVEN = Prior(1.0, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """How reliable probabilities are, ``even`` and of first ``matches``; None without enough pairs."""

    even: Reliability | None
    matches: Reliability | None


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A ``calibration`` fitted to this library's labelled pairs.

    ``trust`` is that of persons whom the fit did not see: each half of the persons is predicted by the other.
    """

    calibration: Calibration
    trust: Trust


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Pairs with what was compared of them: [n, P] as of :func:`vector_distances`."""

    drawn: DrawnPairs
    distances: FloatArray
    roots: FloatArray

    def take(self, rows: npt.NDArray[np.bool_]) -> "_Compared":
        return _Compared(self.drawn.take(rows), self.distances[rows], self.roots[rows])

    def probabilities(self, certainty: Certainty) -> DoubleArray:
        """As searches tell them, float64 [n]; NaN where they tell none."""
        whole = over_vectors(self.distances, self.roots, self.drawn).distances.astype(np.float64)
        counts = (self.roots >= SEEN_IN_COMMON).sum(axis=1)
        found = certainty.probabilities(whole, np.where(np.isfinite(whole), counts, 0))
        return np.array([np.nan if value is None else value for value in found], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Pairs of labelled crops: drawn from all, and the first matches of each query at their odds."""

    pairs: _Compared
    matches: _Compared
    odds: Prior
    persons: IntArray

    @classmethod
    def of(
        cls,
        vectors: StoredVectors,
        protocol: Protocol,
        ranking: Ranking,
        cancel: CancelToken,
        *,
        seed: int = 0,
    ) -> "Evidence":
        """Draws and compares them; ``ranking`` has kept first matches of the protocol's queries.

        :class:`CancelledError` when that was asked for.
        """
        drawn = draw_pairs(protocol.rules, seed=seed)
        queries, ranks = np.nonzero((ranking.top >= 0) & ranking.counted[:, None])
        places = ranking.top[queries, ranks]
        same = protocol.labelled.who[places] == protocol.persons[queries]
        first = DrawnPairs(queries.astype(np.int64), places, same, np.ones(len(places)))
        return cls(
            _compare(vectors, protocol, drawn, cancel),
            _compare(vectors, protocol, first, cancel),
            Prior(*_odds(protocol)),
            protocol.persons,
        )

    @property
    def why_not(self) -> str | None:
        """Why nothing can be fitted to these, and what is missing; None where something can."""
        shown = self.pairs.roots.sum(axis=1) > 0
        own = self.pairs.drawn.queries[self.pairs.drawn.same & shown]
        persons, pairs = len(np.unique(self.persons[own])), len(own)
        if persons >= FEWEST_PERSONS and pairs >= FEWEST_PAIRS:
            return None
        return (
            f"Too few to fit probabilities to: {_counted(persons, 'person')} with "
            f"{_counted(pairs, 'pair')} of crops to be found. It takes {FEWEST_PERSONS} "
            f"persons and {FEWEST_PAIRS} pairs; confirm more."
        )

    def trust(self, calibration: Calibration) -> Trust:
        """How reliable a calibration's probabilities are."""
        return Trust(
            _reliable(self.pairs, self.pairs.probabilities(Certainty(calibration, _EVEN)), even=True),
            _reliable(
                self.matches, self.matches.probabilities(Certainty(calibration, self.odds)), even=False
            ),
        )

    def fit(self, source: Source, *, seed: int = 0) -> Fitted | None:
        """A calibration of these; None where there are too few (:attr:`why_not`)."""
        if self.why_not is not None:
            return None
        kind: Kind = "isotonic" if np.count_nonzero(self.pairs.drawn.same) >= _ENOUGH else "logistic"
        persons = np.unique(self.persons[self.pairs.drawn.queries[self.pairs.drawn.same]])
        half = np.searchsorted(persons, self.persons) % 2  # of a query
        shown = ((self.pairs, _EVEN), (self.matches, self.odds))
        told = [np.full(len(one.drawn), np.nan) for one, _ in shown]
        for side in (0, 1):
            calibration = Calibration(
                _curves(self.pairs.take(half[self.pairs.drawn.queries] == side), kind, seed)
            )
            for at, (one, prior) in enumerate(shown):
                others = half[one.drawn.queries] != side
                told[at][others] = one.take(others).probabilities(Certainty(calibration, prior))
        trust = Trust(_reliable(self.pairs, told[0], even=True), _reliable(self.matches, told[1], even=False))
        words = "confirmed persons" if source == "persons" else "persons by the names of their files"
        ece = None if trust.even is None else round(trust.even.ece, 4)
        curves = _curves(self.pairs, kind, seed)
        return Fitted(Calibration(curves, ece=ece, source=f"{len(persons):,} {words}"), trust)


def _curves(compared: _Compared, kind: Kind, seed: int) -> dict[int, Curve]:
    return fit_curves(compared.distances, compared.roots, compared.drawn, kind=kind, seed=seed)


def _reliable(compared: _Compared, told: DoubleArray, *, even: bool) -> Reliability | None:
    """``told`` probabilities [n] against what is so; None without pairs of both kinds."""
    known = ~np.isnan(told)
    drawn = compared.drawn.take(known)
    if not drawn.same.any() or drawn.same.all():
        return None
    if not even:
        return reliability(told[known], drawn.same, drawn.weights, _BINS)
    pairs = over_vectors(compared.distances[known], compared.roots[known], drawn)
    return reliability(told[known], drawn.same, with_prior(pairs, 0.5))


def _compare(vectors: StoredVectors, protocol: Protocol, drawn: DrawnPairs, cancel: CancelToken) -> _Compared:
    """The pairs' distances by the usual vectors, some pairs' vectors in memory at a time."""
    schema = vectors.schema
    chosen = schema.vector_indices(default_weights(schema))
    distances = np.empty((len(drawn), len(chosen)), np.float32)
    roots = np.empty_like(distances)
    order = np.argsort(drawn.places, kind="stable")  # neighbours in the cache are read together
    for start in range(0, len(drawn), _CHUNK):
        if cancel.cancelled:
            raise CancelledError
        part = order[start : start + _CHUNK]
        queries, left = np.unique(drawn.queries[part], return_inverse=True)
        places, right = np.unique(drawn.places[part], return_inverse=True)
        some = DrawnPairs(left, right, drawn.same[part], drawn.weights[part])
        asked, found = vectors.take(protocol.asked[queries]), vectors.take(places)
        distances[part], roots[part] = vector_distances(asked, found, some, chosen)
    return _Compared(drawn, distances, roots)


def _odds(protocol: Protocol) -> tuple[float, int]:
    right, searched = protocol.odds
    return max(right, 1.0), round(searched)


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"
