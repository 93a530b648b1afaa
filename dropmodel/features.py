"""What a model says of crops, and the distance between two of them (method.md, section 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.parts import GLOBAL, PartSchema

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """Vectors and visibilities of N crops under one schema of K parts.

    ``vectors`` float32 [N, 2 + K, D], each row L2-normalised, in the order of ``schema.vector_names``;
    ``visibility`` float32 [N, 2 + K] in [0, 1]: 1 for global, how visible the rest is.
    """

    vectors: FloatArray
    visibility: FloatArray
    schema: PartSchema

    def __post_init__(self) -> None:
        rows = len(self.schema.vector_names)
        if self.vectors.ndim != 3 or self.vectors.shape[1] != rows:
            raise ValueError(
                f"vectors must be [N, {rows}, D] for {self.schema.name!r}, got {self.vectors.shape}"
            )
        if self.visibility.shape != self.vectors.shape[:2]:
            raise ValueError(f"visibility must be {self.vectors.shape[:2]}, got {self.visibility.shape}")

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def dim(self) -> int:
        """Length D of each vector."""
        return int(self.vectors.shape[2])

    def __getitem__(self, rows: slice | npt.NDArray[np.intp]) -> "Features":
        return Features(self.vectors[rows], self.visibility[rows], self.schema)

    @classmethod
    def concatenate(cls, parts: "list[Features]") -> "Features":
        """All crops of ``parts`` in order; they must share schema and D, and there must be at least one."""
        if len({(features.schema, features.dim) for features in parts}) != 1:
            raise ValueError("only features of one schema and one vector length can be joined")
        vectors = np.concatenate([features.vectors for features in parts])
        visibility = np.concatenate([features.visibility for features in parts])
        return cls(vectors, visibility, parts[0].schema)


def default_weights(schema: PartSchema) -> dict[str, float]:
    """The vectors that count unless a user says otherwise: foreground and every part, alike."""
    return {name: 1.0 for name in schema.vector_names if name != GLOBAL}


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """One side of a distance between many crops, made once and used for any number of blocks.

    D = 1 - (sum_j w_j <q_j, g_j>) / (sum_j w_j) with w_j = sqrt(v_j^q) sqrt(v_j^g) weight_j: both sums are
    matrix products of a factor of the query's with one of the gallery's. ``vectors`` float32 [N, P * D] are
    the chosen vectors times their sqrt(v), side by side; ``roots`` float32 [N, P] the sqrt(v). The user's
    weights are in the query's.
    """

    vectors: FloatArray
    roots: FloatArray

    @classmethod
    def of(cls, features: Features, weights: Mapping[str, float], *, is_query: bool) -> "Operand":
        """``weights`` maps names of vectors to weights >= 0; ``ValueError`` for others."""
        if any(weight < 0 for weight in weights.values()):
            raise ValueError("part weights must not be negative")
        chosen = list(features.schema.vector_indices(weights))
        roots = np.sqrt(features.visibility[:, chosen].astype(np.float32))
        if is_query:
            roots *= np.array([weights[name] for name in weights], np.float32)
        vectors = np.empty((len(features), len(chosen), features.dim), np.float32)
        for place, j in enumerate(chosen):
            np.multiply(features.vectors[:, j], roots[:, place, None], out=vectors[:, place])
        return cls(vectors.reshape(len(features), -1), roots)

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: slice | npt.NDArray[np.integer[Any]]) -> "Operand":
        return Operand(self.vectors[rows], self.roots[rows])

    def distance(self, gallery: "Operand") -> FloatArray:
        """Of this query's N crops to the gallery's G, float32 [N, G]; see :func:`distance`."""
        found: FloatArray = self.vectors @ gallery.vectors.T
        mass: FloatArray = self.roots @ gallery.roots.T
        with np.errstate(divide="ignore", invalid="ignore"):
            found /= mass
        np.subtract(1, found, out=found)
        if not mass.all():
            found[mass == 0] = np.inf
        return found


def distance(query: Features, gallery: Features, weights: Mapping[str, float] | None = None) -> FloatArray:
    """Visibility-weighted cosine distance, float32 [Q, G], in [0, 2] up to rounding.

    D = sum_j w_j d_j / sum_j w_j over the chosen vectors, d_j the cosine distance and
    w_j = sqrt(v_j^q v_j^g) * weight_j. A pair with no common visible vector is ``inf``: it ranks after
    every pair that has one. ``weights`` maps vector names to weights >= 0 (default:
    :func:`default_weights`).
    """
    if query.schema != gallery.schema:
        raise ValueError(f"cannot compare schema {query.schema.name!r} with {gallery.schema.name!r}")
    chosen = default_weights(query.schema) if weights is None else weights
    return Operand.of(query, chosen, is_query=True).distance(Operand.of(gallery, chosen, is_query=False))
