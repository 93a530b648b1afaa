"""From a distance to the probability that two crops show the same person.

A fit belongs to a number of chosen vectors: a distance over one part scatters more than one over nine. Two
kinds: *logistic*, P = 1 / (1 + exp(-(a + b d))) with b <= 0 (Platt, 1999, with his smoothed targets, solved
by Newton's method), and *isotonic*, the best curve that never rises with the distance (pool adjacent
violators, Ayer et al., 1955), kept as knots with straight lines between. Neither rises, on any distance.

How often a pair is of one person depends on which pairs are asked about. Fits are made as if a share
``prior`` were; for another share the odds are shifted by Bayes' rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dropmodel.evaluation.ranking import DoubleArray
from dropmodel.evaluation.verification import Pairs

Kind = Literal["logistic", "isotonic"]

KNOTS = 64
"""An isotonic curve has at most so many knots."""

BINS = 15
"""Groups of equal weight in a reliability table."""

_STEPS = 60
_LEAST = 1e-6
"""No probability is nearer to 0 or 1: no finite number of pairs shows more."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """P = sigmoid(``intercept`` + ``slope`` d), ``slope`` <= 0."""

    intercept: float
    slope: float

    def __call__(self, distances: npt.ArrayLike) -> DoubleArray:
        """Probabilities float64, of the shape of ``distances``."""
        return _bounded(_sigmoid(self.intercept + self.slope * np.asarray(distances, np.float64)))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"kind": "logistic", "intercept": self.intercept, "slope": self.slope}


@dataclass(frozen=True, slots=True)
class Isotonic:
    """Straight lines between knots: ``distances`` rising, ``probabilities`` not; constant beyond the ends."""

    distances: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __call__(self, distances: npt.ArrayLike) -> DoubleArray:
        """Probabilities float64, of the shape of ``distances``."""
        return _bounded(np.interp(np.asarray(distances, np.float64), self.distances, self.probabilities))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": "isotonic",
            "distances": list(self.distances),
            "probabilities": list(self.probabilities),
        }


Curve = Logistic | Isotonic


@dataclass(frozen=True, slots=True)
class Calibration:
    """``curves`` by the number of chosen vectors, fitted as if a share ``prior`` of pairs were of one person.

    ``ece`` is the expected calibration error (:class:`Reliability`) measured on persons held out of a fit.
    ``source`` says in words on what pictures it was fitted, such as "rendered people"; empty if unknown.
    """

    curves: Mapping[int, Curve]
    prior: float = 0.5
    ece: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not self.curves or not 0 < self.prior < 1:
            raise ValueError("a calibration has at least one curve and a prior between 0 and 1")

    def probability(
        self, distances: npt.ArrayLike, vectors: int, *, prior: float | None = None
    ) -> DoubleArray:
        """P(same person) for ``distances`` over so many chosen ``vectors``, float64 of their shape.

        The curve of the nearest number is taken where that number was not fitted. ``prior``: the share of
        pairs of one person among those asked about, default the fit's own. A pair that cannot be compared
        (distance inf or NaN) has the prior: nothing is known of it.
        """
        values = np.asarray(distances, np.float64)
        curve = self.curves[min(self.curves, key=lambda count: (abs(count - vectors), count))]
        wanted = self.prior if prior is None else prior
        if not 0 < wanted < 1:
            raise ValueError(f"the prior is a share between 0 and 1, got {wanted}")
        known = np.isfinite(values)
        found = curve(np.where(known, values, 0))
        if prior is not None:
            found = _sigmoid(_logit(found) + float(_logit(wanted)) - float(_logit(self.prior)))
        result: DoubleArray = np.where(known, found, wanted)
        return result

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, such as a model's metadata."""
        curves = {str(count): curve.to_dict() for count, curve in sorted(self.curves.items())}
        return {"prior": self.prior, "ece": self.ece, "source": self.source, "curves": curves}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Calibration":
        """Inverse of :meth:`to_dict`; ``ValueError`` for what is none."""
        try:
            curves = {int(count): _curve(curve) for count, curve in data["curves"].items()}
            return cls(curves, float(data["prior"]), data.get("ece"), str(data.get("source", "")))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a calibration: {error!r}") from error


def fit(pairs: Pairs, kind: Kind = "isotonic", *, prior: float = 0.5) -> Curve:
    """A curve for ``pairs``, their weights scaled so that a share ``prior`` is of one person.

    Pairs that could not be compared are left out. ``ValueError`` without pairs of both kinds.
    """
    known = pairs.take(np.isfinite(pairs.distances))
    if not known.same.any() or known.same.all():
        raise ValueError("a calibration needs pairs of the same person and pairs of different ones")
    if kind == "logistic":
        return _fit_logistic(known.distances.astype(np.float64), known.same, with_prior(known, prior))
    return _fit_isotonic(_doubted(known), prior)


def with_prior(pairs: Pairs, prior: float) -> DoubleArray:
    """The weights of ``pairs`` scaled so that ``prior`` of their sum, which stays, is of one person."""
    total = pairs.weights.sum()
    own = pairs.weights[pairs.same].sum()
    scale = np.where(pairs.same, prior * total / own, (1 - prior) * total / (total - own))
    weights: DoubleArray = pairs.weights * scale
    return weights


def _fit_logistic(distances: DoubleArray, same: npt.NDArray[np.bool_], weights: DoubleArray) -> Logistic:
    """Newton's method with halved steps; Platt's targets keep separable pairs from infinite slopes."""
    positive, negative = weights[same].sum(), weights[~same].sum()
    target = np.where(same, (positive + 1) / (positive + 2), 1 / (negative + 2))
    centre = float(np.average(distances, weights=weights))
    spread = float(np.sqrt(np.average((distances - centre) ** 2, weights=weights))) or 1.0
    design = np.stack([np.ones_like(distances), (distances - centre) / spread], axis=1)

    def loss(beta: DoubleArray) -> float:
        value = design @ beta
        return float(weights @ (np.logaddexp(0, value) - target * value))

    beta = np.array([float(_logit(positive / (positive + negative))), 0.0])
    current = loss(beta)
    for _ in range(_STEPS):
        probability = _sigmoid(design @ beta)
        gradient = design.T @ (weights * (probability - target))
        curvature = (design * (weights * probability * (1 - probability))[:, None]).T @ design
        step = np.linalg.solve(curvature + 1e-9 * np.trace(curvature) * np.eye(2), gradient)
        size = 1.0
        while loss(beta - size * step) > current and size > 1e-6:
            size /= 2
        beta = beta - size * step
        before, current = current, loss(beta)
        if before - current <= 1e-12 * abs(before):
            break
    slope = float(beta[1]) / spread
    if slope > 0:  # Nearer is not likelier for these pairs: the distance tells nothing.
        return Logistic(float(_logit(positive / (positive + negative))), 0.0)
    return Logistic(float(beta[0]) - slope * centre, slope)


def _doubted(pairs: Pairs) -> Pairs:
    """With one more pair of different people at the smallest distance and one of the same at the largest.

    However many pairs of one person are nearest, there might be one of two people among them: without it the
    nearest step would be certain, and no prior could move it.
    """
    nearest, farthest = pairs.distances.min(), pairs.distances.max()
    return Pairs(
        np.append(pairs.distances, [nearest, farthest]).astype(np.float32),
        np.append(pairs.same, [False, True]),
        np.append(pairs.weights, [1.0, 1.0]),
    )


def _fit_isotonic(pairs: Pairs, prior: float) -> Isotonic:
    distances, weights = pairs.distances.astype(np.float64), with_prior(pairs, prior)
    order = np.argsort(distances, kind="stable")
    levels, masses, centres = pool(distances[order], pairs.same[order].astype(np.float64), weights[order])
    knots = _thinned(centres, levels, masses)
    return Isotonic(
        tuple(round(float(value), 6) for value in knots[0]),
        tuple(float(f"{value:.6g}") for value in knots[1]),
    )


def pool(
    distances: DoubleArray, values: DoubleArray, weights: DoubleArray
) -> tuple[DoubleArray, DoubleArray, DoubleArray]:
    """Pool adjacent violators: the steps of the best curve that never rises, for ``distances`` in order.

    Returns each step's level, weight and mean distance, float64 [steps]. Equal distances share a step.
    """
    starts = np.flatnonzero(np.append(True, distances[1:] != distances[:-1]))
    mass = np.add.reduceat(weights, starts)
    groups = zip(
        (np.add.reduceat(weights * values, starts)).tolist(),
        mass.tolist(),
        (np.add.reduceat(weights * distances, starts)).tolist(),
        strict=True,
    )
    steps: list[tuple[float, float, float]] = []
    for group in groups:
        step = group
        while steps and steps[-1][0] * step[1] <= step[0] * steps[-1][1]:
            before = steps.pop()
            step = (step[0] + before[0], step[1] + before[1], step[2] + before[2])
        steps.append(step)
    table = np.array(steps)
    return table[:, 0] / table[:, 1], table[:, 1], table[:, 2] / table[:, 1]


def _thinned(
    centres: DoubleArray, levels: DoubleArray, masses: DoubleArray
) -> tuple[DoubleArray, DoubleArray]:
    """At most ``KNOTS`` steps, neighbours joined so that each spans about as much of the odds' logarithm.

    A prior moves log-odds, so the ends matter as much as the middle: in a large gallery only pairs whose odds
    are in the thousands are likely to be of one person.
    """
    if len(levels) <= KNOTS:
        return centres, levels
    heights = _logit(_bounded(levels))
    falls = (heights[0] - heights) / (heights[0] - heights[-1])
    groups = np.minimum((falls * KNOTS).astype(np.int64), KNOTS - 1)
    mass = np.bincount(groups, masses)
    present = mass > 0
    return (
        np.bincount(groups, masses * centres)[present] / mass[present],
        np.bincount(groups, masses * levels)[present] / mass[present],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Groups by predicted probability: its mean ``predicted`` and the ``observed`` share, float64 [b].

    ``ece``, the expected calibration error, is the mean of |predicted - observed| weighted by ``weights``
    (of sum 1).
    """

    predicted: DoubleArray
    observed: DoubleArray
    weights: DoubleArray

    @property
    def ece(self) -> float:
        """0 for probabilities that come true, 1 at worst."""
        return float(self.weights @ np.abs(self.predicted - self.observed))


def reliability(
    probabilities: DoubleArray, same: npt.NDArray[np.bool_], weights: DoubleArray, bins: int = BINS
) -> Reliability:
    """What became of predictions, in ``bins`` groups of about equal weight; equal ones stay together."""
    order = np.argsort(probabilities, kind="stable")
    ordered, mass = probabilities[order], weights[order]
    starts = np.append(True, ordered[1:] != ordered[:-1])
    middle = np.cumsum(mass) - mass / 2
    # A group of equal predictions goes where its first member's weight lies.
    first = np.maximum.accumulate(np.where(starts, np.arange(len(ordered)), 0))
    groups = np.minimum((middle[first] / mass.sum() * bins).astype(np.int64), bins - 1)
    total = np.bincount(groups, mass, minlength=bins)
    used = total > 0
    predicted = np.bincount(groups, mass * ordered, minlength=bins)[used] / total[used]
    observed = np.bincount(groups, mass * same[order], minlength=bins)[used] / total[used]
    return Reliability(predicted, observed, total[used] / total.sum())


def _curve(data: Mapping[str, Any]) -> Curve:
    if data["kind"] == "logistic":
        return Logistic(float(data["intercept"]), float(data["slope"]))
    if data["kind"] == "isotonic":
        return Isotonic(tuple(map(float, data["distances"])), tuple(map(float, data["probabilities"])))
    raise ValueError(f"unknown kind of calibration {data['kind']!r}; choose logistic or isotonic")


def _sigmoid(values: DoubleArray) -> DoubleArray:
    result: DoubleArray = 0.5 * (1 + np.tanh(0.5 * values))
    return result


def _logit(values: npt.ArrayLike) -> DoubleArray:
    shares = np.asarray(values, np.float64)
    result: DoubleArray = np.log(shares) - np.log1p(-shares)
    return result


def _bounded(values: DoubleArray) -> DoubleArray:
    result: DoubleArray = np.clip(values, _LEAST, 1 - _LEAST)
    return result
