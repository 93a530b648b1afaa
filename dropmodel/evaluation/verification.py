"""Verification: is this the same person? ROC over pairs of a query and a gallery crop.

A pair is accepted when its distance is at most a threshold. TPR is the share of pairs of the same person that
are accepted, FPR that of different persons. The same pairs count as in ranking: junk and a person's crops by
one camera are left out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropmodel.evaluation.ranking import DoubleArray, Rules
from dropmodel.features import FloatArray

NEGATIVES = 5_000_000
"""So many pairs of different persons are drawn for a ROC: an FPR of 1e-4 then rests on 500 of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """``distances`` float32, ``same`` bool, ``weights`` float64, [n] each: how many pairs it stands for."""

    distances: FloatArray
    same: npt.NDArray[np.bool_]
    weights: DoubleArray

    def __len__(self) -> int:
        return len(self.distances)

    def take(self, rows: npt.NDArray[np.bool_]) -> "Pairs":
        """Some of the pairs."""
        return Pairs(self.distances[rows], self.same[rows], self.weights[rows])


class PairSampler:
    """Takes distances block by block, whose removed pairs are NaN, and keeps pairs.

    All pairs of the same person are kept, and about ``negatives`` of the others, drawn with ``seed`` and
    weighted by how many they stand for; all of them, where there are no more.
    """

    def __init__(self, rules: Rules, *, negatives: int = NEGATIVES, seed: int = 0) -> None:
        self._rules = rules
        self._share = negatives / max(len(rules.query) * len(rules.gallery), 1)
        self._random = np.random.default_rng(seed)
        self._kept: list[Pairs] = []

    def add(self, rows: slice, distances: FloatArray) -> None:
        """Distances float32 [n, G] of queries ``rows`` to the whole gallery; they are not changed."""
        for line, query in enumerate(range(rows.start, rows.stop)):
            right = self._rules.split(query)[0]
            self._keep(distances[line, right], same=True, weight=1.0)
        own = self._rules.query.identities[rows, None]
        if self._share >= 1:
            wrong = (self._rules.gallery.identities[None] != own) | (own <= 0)
            self._keep(distances[wrong], same=False, weight=1.0)
            return
        count = int(np.ceil(self._share * distances.size))
        lines, places = np.divmod(self._random.integers(0, distances.size, count), distances.shape[1])
        wrong = (self._rules.gallery.identities[places] != own[lines, 0]) | (own[lines, 0] <= 0)
        self._keep(distances[lines[wrong], places[wrong]], same=False, weight=distances.size / count)

    def _keep(self, distances: FloatArray, *, same: bool, weight: float) -> None:
        known = distances[~np.isnan(distances)]
        self._kept.append(Pairs(known, np.full(len(known), same), np.full(len(known), weight)))

    def result(self) -> Pairs:
        """All pairs kept."""
        if not self._kept:
            return Pairs(np.zeros(0, np.float32), np.zeros(0, np.bool_), np.zeros(0))
        return Pairs(
            np.concatenate([pairs.distances for pairs in self._kept]),
            np.concatenate([pairs.same for pairs in self._kept]),
            np.concatenate([pairs.weights for pairs in self._kept]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Roc:
    """``fpr`` and ``tpr`` float64 [m], rising, one point a threshold, from (0, 0) to (1, 1).

    ``thresholds`` float64 [m] are the distances up to which pairs are accepted, the first -inf.
    """

    fpr: DoubleArray
    tpr: DoubleArray
    thresholds: DoubleArray

    @property
    def auc(self) -> float:
        """Area under the curve: how often a pair of one person is nearer than one of two; ties count half."""
        return float(np.trapezoid(self.tpr, self.fpr))

    @property
    def eer(self) -> float:
        """Equal error rate: where the line between two thresholds has FPR = 1 - TPR."""
        gap = self.fpr - (1 - self.tpr)  # Rises from -1 to 1.
        after = int(np.argmax(gap >= 0))
        low, high = gap[after - 1], gap[after]
        step = -low / (high - low)
        return float(self.fpr[after - 1] + step * (self.fpr[after] - self.fpr[after - 1]))

    def tpr_at(self, fpr: float) -> float:
        """The greatest TPR of a threshold whose FPR is at most ``fpr``."""
        return float(self.tpr[np.searchsorted(self.fpr, fpr, "right") - 1])

    def threshold_at(self, fpr: float) -> float:
        """The distance that belongs to :meth:`tpr_at`; -inf where even the nearest pair is too many."""
        return float(self.thresholds[np.searchsorted(self.fpr, fpr, "right") - 1])

    def thinned(self, points: int = 400) -> "Roc":
        """The curve in fewer points, evenly along the logarithm of FPR and along TPR, for drawing."""
        low = max(float(self.fpr[self.fpr > 0].min(initial=1)), 1e-7)
        wanted = [
            np.searchsorted(self.fpr, np.geomspace(low, 1, points // 2), "right") - 1,
            np.searchsorted(self.tpr, np.linspace(0, 1, points // 2)),
        ]
        chosen = np.unique(np.concatenate([*wanted, [0, len(self.fpr) - 1]]).clip(0, len(self.fpr) - 1))
        return Roc(self.fpr[chosen], self.tpr[chosen], self.thresholds[chosen])


def roc(pairs: Pairs) -> Roc | None:
    """The curve of ``pairs``, one point a distance that occurs; None without pairs of both kinds."""
    if not pairs.same.any() or pairs.same.all():
        return None
    order = np.argsort(pairs.distances)
    distances, same, weights = pairs.distances[order], pairs.same[order], pairs.weights[order]
    true, false = np.cumsum(weights * same), np.cumsum(weights * ~same)
    last = np.flatnonzero(np.append(distances[1:] != distances[:-1], True))
    return Roc(
        np.append(0, false[last] / false[-1]),
        np.append(0, true[last] / true[-1]),
        np.append(-np.inf, distances[last]).astype(np.float64),
    )
