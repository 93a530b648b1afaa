"""Re-ranking by k-reciprocal neighbours (Zhong, Zheng, Cao and Li, CVPR 2017), in bounded memory.

All crops, queries and gallery, are probes. With d the distance and d' = d / max_j d(i, j):

- N(i, k): the k nearest of i, itself included; R(i, k) = {j in N(i, k): i in N(j, k)}.
- R*(i): R(i, k1), joined by R(j, k1 / 2) of every j in it that shares more than two thirds with R(i, k1).
- V(i, j) = exp(-d'(i, j)) for j in R*(i), else 0, with sum 1; then V(i) is the mean over N(i, k2).
- Jaccard distance J(i, g) = 1 - sum_j min(V(i, j), V(g, j)) / sum_j max(V(i, j), V(g, j)).
- Answer: (1 - l) J + l d', with k1 = 20, k2 = 6, l = 0.3.

The published formulation takes squared Euclidean distances of unit vectors, which is twice the cosine
distance; after the division the two are the same. Nothing of size N x N is ever kept: neighbours come from
blocks of distances, and V has at most some hundred entries a crop. A pair with no common visible vector
(distance ``inf``) is never a neighbour, and stays ``inf``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dropmodel.evaluation.distances import BLOCK, Block, operand_blocks
from dropmodel.evaluation.ranking import first_places
from dropmodel.features import Features, FloatArray, Operand, default_weights

if TYPE_CHECKING:
    import torch

Places = npt.NDArray[np.int64]

_NEIGHBOURS_SHARE = 0.7
"""Share of the time of a graph that goes into finding neighbours, roughly."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """``k1`` reciprocal neighbours, ``k2`` to average over, ``share`` of the plain distance in the answer."""

    k1: int = 20
    k2: int = 6
    share: float = 0.3

    def __post_init__(self) -> None:
        if self.k1 < 1 or self.k2 < 1 or not 0 <= self.share <= 1:
            raise ValueError(f"re-ranking needs k1 and k2 of at least 1 and a share in 0..1, got {self}")


def reranked_blocks(
    query: Features,
    gallery: Features,
    weights: Mapping[str, float] | None = None,
    *,
    options: Neighbourhood | None = None,
    device: "str | torch.device" = "cpu",
    rows: int = BLOCK,
) -> Iterator[Block]:
    """Like :func:`~dropmodel.evaluation.distances.distance_blocks`, re-ranked; distances are in 0..1.

    Takes the time of all (Q + G)^2 distances, in memory that grows with Q + G.
    """
    chosen = Neighbourhood() if options is None else options
    everyone = Features.concatenate([query, gallery])
    used = default_weights(query.schema) if weights is None else weights
    left = Operand.of(everyone, used, is_query=True)
    right = Operand.of(everyone, used, is_query=False)
    probes = operand_blocks(left, right, device=device, rows=rows)
    found = _neighbours(probes, len(everyone), max(chosen.k1 + 1, chosen.k2))
    encoded = _encode(left, right, found, chosen)
    index = _Inverted(encoded[len(query) :], len(everyone))
    for part, distances in operand_blocks(left[: len(query)], right[len(query) :], device=device, rows=rows):
        for line, probe in enumerate(range(part.start, part.stop)):
            shared = index.shared(encoded[probe])
            jaccard = 1 - shared / (2 - shared)  # Both rows of V have sum 1.
            plain = distances[line] / found.farthest[probe]
            distances[line] = (1 - chosen.share) * jaccard + chosen.share * plain
            distances[line, np.isinf(plain)] = np.inf
        yield part, distances


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Jaccard distances below 1, those of crop i at ``starts[i]`` up to ``starts[i + 1]``.

    ``starts`` int64 [N + 1]; ``places`` int64 [M], rising within a row, no crop its own; ``distances``
    float32 [M]. Pairs that are not in it share no neighbour: their distance is 1.
    """

    starts: Places
    places: Places
    distances: FloatArray


def jaccard_graph(
    side: Operand,
    *,
    options: Neighbourhood | None = None,
    device: "str | torch.device" = "cpu",
    rows: int = BLOCK,
    on_progress: Callable[[float], None] | None = None,
) -> Graph:
    """J of all pairs of crops, without the plain distance: what clusterings of crops without names work on.

    ``side`` holds the crops as both sides of the distance: weighted by the roots of a user's weights.
    ``on_progress`` is told the share of the work that is done, in [0, 1]; what it raises ends the work.
    Takes the time of all N^2 distances, in memory that grows with N.
    """
    chosen = Neighbourhood() if options is None else options
    tell = on_progress or (lambda _: None)
    count = len(side)
    if not count:
        return Graph(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))

    def told() -> Iterator[Block]:
        for part, distances in operand_blocks(side, side, device=device, rows=rows):
            yield part, distances
            tell(_NEIGHBOURS_SHARE * part.stop / count)

    encoded = _encode(side, side, _neighbours(told(), count, max(chosen.k1 + 1, chosen.k2)), chosen)
    index = _Inverted(encoded, count)
    ends, places, distances = [0], [], []
    for i, row in enumerate(encoded):
        shared = index.shared(row)
        shared[i] = 0
        near = np.flatnonzero(shared)
        ends.append(ends[-1] + len(near))
        places.append(near)
        distances.append(np.clip(1 - shared[near] / (2 - shared[near]), 0, 1))
        if not i % rows:
            tell(_NEIGHBOURS_SHARE + (1 - _NEIGHBOURS_SHARE) * i / count)
    tell(1.0)
    return Graph(np.array(ends, np.int64), np.concatenate(places), np.concatenate(distances))


@dataclass(frozen=True, slots=True, eq=False)
class _Neighbours:
    """``places`` int64 [N, k]: itself, then the nearest, -1 past the end.

    ``farthest`` float32 [N] is the greatest finite distance of each crop, 1 where that is not above 0.
    """

    places: Places
    farthest: FloatArray


def _neighbours(blocks: Iterator[Block], count: int, k: int) -> _Neighbours:
    k = min(k, count)
    places = np.full((count, k), -1, np.int64)
    farthest = np.ones(count, np.float32)
    for part, distances in blocks:
        greatest = np.where(np.isfinite(distances), distances, 0).max(axis=1)
        farthest[part] = np.where(greatest > 0, greatest, 1)
        for line, probe in enumerate(range(part.start, part.stop)):
            row = distances[line]
            row[probe] = -np.inf  # A crop is its own nearest, before any double of it.
            first = first_places(row, k)
            first = first[row[first] < np.inf]
            places[probe, : len(first)] = first
    return _Neighbours(places, farthest)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A sparse row of V: ``places`` int64 [m], rising, and their ``values`` float32 [m]."""

    places: Places
    values: FloatArray


def _encode(left: Operand, right: Operand, found: _Neighbours, options: Neighbourhood) -> list[_Row]:
    """V of every crop, averaged over its nearest."""
    half = max(round(options.k1 / 2), 1)
    count = len(found.places)
    narrow = [_reciprocal(found.places, i, half + 1) for i in range(count)]
    plain = []
    for i in range(count):
        places = _expanded(_reciprocal(found.places, i, options.k1 + 1), narrow)
        distances = left[i : i + 1].distance(right[places])[0] / found.farthest[i]
        distances[places == i] = 0  # Also where nothing of the crop is visible.
        values = np.exp(-distances)
        plain.append(_Row(places, values / values.sum()))
    if options.k2 == 1:
        return plain
    return [_averaged([plain[j] for j in row[: options.k2] if j >= 0]) for row in found.places]


def _reciprocal(places: Places, i: int, k: int) -> Places:
    """Those of i's first k that have i among their first k."""
    own = places[i, :k]
    own = own[own >= 0]
    mutual: Places = own[(places[own, :k] == i).any(axis=1)]
    return mutual


def _expanded(own: Places, narrow: list[Places]) -> Places:
    """R*: ``own`` with the narrow sets that mostly lie within it; rising."""
    members = set(own.tolist())
    sets = [own]
    for j in own:
        other = narrow[j]
        if 3 * len(members.intersection(other.tolist())) > 2 * len(other):
            sets.append(other)
    return np.unique(np.concatenate(sets))


def _averaged(rows: list[_Row]) -> _Row:
    places, slots = np.unique(np.concatenate([row.places for row in rows]), return_inverse=True)
    values = np.bincount(slots, np.concatenate([row.values for row in rows])) / len(rows)
    return _Row(places, values.astype(np.float32))


class _Inverted:
    """The gallery's rows of V by their entries, so that only what two rows share is touched."""

    def __init__(self, rows: list[_Row], columns: int) -> None:
        places = np.concatenate([row.places for row in rows])
        owners = np.repeat(np.arange(len(rows)), [len(row.places) for row in rows])
        order = np.argsort(places, kind="stable")
        self._owners = owners[order]
        self._values = np.concatenate([row.values for row in rows])[order]
        self._starts = np.searchsorted(places[order], np.arange(columns + 1))
        self._count = len(rows)

    def shared(self, row: _Row) -> FloatArray:
        """sum_j min(row_j, V(g, j)) for every gallery crop g, float32 [G]."""
        total = np.zeros(self._count, np.float32)
        for place, value in zip(row.places, row.values, strict=True):
            part = slice(self._starts[place], self._starts[place + 1])
            total[self._owners[part]] += np.minimum(self._values[part], value)
        return total
