"""A query over its chosen vectors, and exact scores of single rows for it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from dropgui.search.index import Rows
from dropgui.search.query import VectorQuery
from dropmodel.features import Features

_DECIMALS = 7

Places = npt.NDArray[np.intp]
DoubleArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A query over its P chosen vectors (:mod:`dropgui.search.scan` has the formulas).

    ``plain`` float64 [P, D] are the mean vectors of its views, of length 1 at most, and ``vectors`` [P, D]
    the same pushed away from its negatives, which rank. ``visibility_roots`` [P] is the mean over views of
    sqrt(v); ``weights`` [P] is the user's weight times it.
    """

    names: tuple[str, ...]
    positions: tuple[int, ...]
    plain: DoubleArray
    vectors: DoubleArray
    weights: DoubleArray
    visibility_roots: DoubleArray

    @classmethod
    def of(cls, query: VectorQuery) -> Self:
        """The target of ``query``."""
        names = tuple(query.weights)
        positions = query.features.schema.vector_indices(names)
        plain, shown = _means(query.features, positions)
        vectors = plain
        if query.negatives is not None and len(query.negatives):
            away, _ = _means(query.negatives, positions)
            strength = np.sqrt(query.negatives.visibility[:, positions].max(axis=0).astype(np.float64))
            vectors = plain + query.push * strength[:, None] * (plain - away)
        weights = np.array([query.weights[name] for name in names], dtype=np.float64)
        return cls(names, positions, plain, vectors, weights * shown, shown)

    @property
    def length(self) -> float:
        """How long the longest vector is, 1 at least: errors of a scan grow with it."""
        return max(1.0, float(np.linalg.norm(self.vectors, axis=1).max()))

    def scores(self, rows: Rows, found: Places) -> DoubleArray:
        """Scores of these rows, float64 [n], NaN where nothing can be compared.

        They are rounded so that equal vectors tie whatever order sums were made in.
        """
        return self._mean(rows, found, self._products(rows, found, self.vectors))

    def plain_scores(self, rows: Rows, found: Places, similarities: DoubleArray) -> DoubleArray:
        """Scores of these rows without negatives, float64 [n], from their :meth:`similarities`."""
        return self._mean(rows, found, similarities)

    def similarities(self, rows: Rows, found: Places) -> DoubleArray:
        """Cosine similarities of the chosen vectors of these rows to the views, float64 [n, P]."""
        return self._products(rows, found, self.plain)

    def roots(self, rows: Rows, found: Places) -> DoubleArray:
        """sqrt(v) of the chosen vectors of these rows, float64 [n, P]."""
        return rows.visibility_roots[list(self.positions)][:, found].T.astype(np.float64)

    def _products(self, rows: Rows, found: Places, vectors: DoubleArray) -> DoubleArray:
        columns = [
            rows.matrices[position][found].astype(np.float64) @ vector
            for position, vector in zip(self.positions, vectors, strict=True)
        ]
        return np.stack(columns, axis=1)

    def _mean(self, rows: Rows, found: Places, products: DoubleArray) -> DoubleArray:
        weights = self.roots(rows, found) * self.weights
        with np.errstate(invalid="ignore"):
            scores: DoubleArray = (weights * products).sum(axis=1) / weights.sum(axis=1)
        return scores.round(_DECIMALS)


def _means(features: Features, positions: tuple[int, ...]) -> tuple[DoubleArray, DoubleArray]:
    """Mean vectors weighted by sqrt(v), float64 [P, D], 0 where none is visible, and mean sqrt(v), [P]."""
    roots = np.sqrt(features.visibility[:, positions].astype(np.float64))
    vectors = features.vectors[:, positions].astype(np.float64)
    shown = roots.mean(axis=0)
    mean = np.einsum("rp,rpd->pd", roots, vectors) / len(roots)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(shown[:, None] > 0, mean / shown[:, None], 0)
    return mean, shown
