"""Fits the calibration of a model on a test set, for every number of chosen vectors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropmodel.evaluation.calibration import (
    Calibration,
    Curve,
    Kind,
    Reliability,
    fit,
    reliability,
    with_prior,
)
from dropmodel.evaluation.ranking import JUNK, DoubleArray, IntArray, Rules
from dropmodel.evaluation.verification import Pairs
from dropmodel.features import Features, FloatArray, default_weights

POSITIVES = 40_000
NEGATIVES = 160_000
_CHUNK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPairs:
    """Pairs by their places: ``queries``, ``places`` int64 [n]; ``same`` bool, ``weights`` float64 [n]."""

    queries: IntArray
    places: IntArray
    same: npt.NDArray[np.bool_]
    weights: DoubleArray

    def __len__(self) -> int:
        return len(self.queries)

    def take(self, rows: npt.NDArray[np.bool_] | slice) -> "DrawnPairs":
        """Some of the pairs."""
        return DrawnPairs(self.queries[rows], self.places[rows], self.same[rows], self.weights[rows])


def draw_pairs(
    rules: Rules, *, positives: int = POSITIVES, negatives: int = NEGATIVES, seed: int = 0
) -> DrawnPairs:
    """About so many pairs of the same person and of different ones, weighted by how many each stands for.

    The rules of ranking hold: no junk, nobody's own camera.
    """
    random = np.random.default_rng(seed)
    right = [rules.split(query)[0] for query in range(len(rules.query))]
    asked = np.repeat(np.arange(len(right)), [len(places) for places in right])
    found = np.concatenate(right) if right else np.zeros(0, np.int64)
    kept = np.sort(random.permutation(len(found))[:positives])
    weight = len(found) / max(len(kept), 1)
    total = len(rules.query) * len(rules.gallery)
    drawn = random.integers(0, total, negatives) if total > negatives else np.arange(total)
    queries, places = np.divmod(drawn, max(len(rules.gallery), 1))
    own, others = rules.query.identities[queries], rules.gallery.identities[places]
    wrong = ((own != others) | (own <= 0)) & (others != JUNK)
    queries, places = queries[wrong], places[wrong]
    return DrawnPairs(
        np.concatenate([asked[kept], queries]).astype(np.int64),
        np.concatenate([found[kept], places]).astype(np.int64),
        np.repeat([True, False], [len(kept), len(queries)]),
        np.repeat([weight, total / max(len(drawn), 1)], [len(kept), len(queries)]),
    )


def vector_distances(
    query: Features, gallery: Features, drawn: DrawnPairs, vectors: tuple[int, ...]
) -> tuple[FloatArray, FloatArray]:
    """Cosine distance and sqrt(v v') of each pair in each of ``vectors``, float32 [n, P] both."""
    chosen = list(vectors)
    distances = np.empty((len(drawn.queries), len(chosen)), np.float32)
    for start in range(0, len(drawn.queries), _CHUNK):
        part = slice(start, start + _CHUNK)
        left = query.vectors[drawn.queries[part]][:, chosen]
        right = gallery.vectors[drawn.places[part]][:, chosen]
        distances[part] = 1 - np.einsum("npd,npd->np", left, right)
    product = query.visibility[drawn.queries][:, chosen] * gallery.visibility[drawn.places][:, chosen]
    roots: FloatArray = np.sqrt(product).astype(np.float32)
    return distances, roots


def calibrate(
    query: Features,
    gallery: Features,
    rules: Rules,
    *,
    kind: Kind = "isotonic",
    prior: float = 0.5,
    seed: int = 0,
) -> tuple[Calibration, Reliability] | None:
    """The calibration of a model, and how reliable it is on persons whom its fit did not see.

    A curve for each number of vectors from one to all of the usual ones (foreground and parts); every drawn
    pair gets a choice of that many at random. Reliability is that of all of them: each half of the queries'
    persons is predicted by a fit on the other. None without pairs of both kinds in both halves.
    """
    drawn = draw_pairs(rules, seed=seed)
    schema = query.schema
    distances, roots = vector_distances(query, gallery, drawn, schema.vector_indices(default_weights(schema)))
    whole = over_vectors(distances, roots, drawn)
    found = _held_out(whole, rules.query.identities[drawn.queries] % 2 == 0, kind, prior)
    if found is None:
        return None
    curves = fit_curves(distances, roots, drawn, kind=kind, prior=prior, seed=seed)
    return Calibration(curves, prior, round(found.ece, 4)), found


def fit_curves(
    distances: FloatArray,
    roots: FloatArray,
    drawn: DrawnPairs,
    *,
    kind: Kind = "isotonic",
    prior: float = 0.5,
    seed: int = 0,
) -> dict[int, Curve]:
    """A curve for each number of vectors from one to all P of the given ones, as far as pairs can tell it.

    ``distances`` and ``roots`` float32 [n, P] as of :func:`vector_distances`; every pair gets a choice of so
    many vectors at random.
    """
    random = np.random.default_rng(seed)
    curves = {}
    for vectors in range(1, distances.shape[1] + 1):
        # A random choice of so many for every pair: the first ones of a random order.
        chosen = np.argsort(random.random(distances.shape), axis=1) < vectors
        pairs = over_vectors(distances, np.where(chosen, roots, 0), drawn)
        known = np.isfinite(pairs.distances)
        if pairs.same[known].any() and not pairs.same[known].all():
            curves[vectors] = fit(pairs, kind, prior=prior)
    return curves


def over_vectors(distances: FloatArray, roots: FloatArray, drawn: DrawnPairs) -> Pairs:
    """Each pair's distance over all P vectors, ``inf`` where none is visible in both."""
    mass = roots.sum(axis=1)
    total = np.full(len(mass), np.inf, np.float32)
    np.divide((roots * distances).sum(axis=1), mass, out=total, where=mass > 0)
    return Pairs(total, drawn.same, drawn.weights)


def _held_out(pairs: Pairs, even: npt.NDArray[np.bool_], kind: Kind, prior: float) -> Reliability | None:
    known = np.isfinite(pairs.distances)
    pairs, even = pairs.take(known), even[known]
    halves = [pairs.take(even), pairs.take(~even)]
    if any(not half.same.any() or half.same.all() for half in halves):
        return None
    predicted = [fit(halves[1 - i], kind, prior=prior)(halves[i].distances) for i in (0, 1)]
    return reliability(
        np.concatenate(predicted),
        np.concatenate([half.same for half in halves]),
        np.concatenate([with_prior(half, prior) for half in halves]),
    )
