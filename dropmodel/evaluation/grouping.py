"""Crops in groups of one person each, so that nothing that is known of them is contradicted.

1. DBSCAN (Ester, Kriegel, Sander and Xu, KDD 1996) on the Jaccard distances of k-reciprocal neighbourhoods
   (:func:`dropmodel.evaluation.rerank.jaccard_graph`), as cluster contrast does (Dai et al., ACCV 2022), with
   few neighbours: small groups that are nearly always right. Its links are followed from the shortest on, and
   one that would join what must stay apart is left out.
2. These groups and the crops that found none are joined by average linkage under the model's own distance,
   again the nearest first and never what must stay apart, up to a cut. Two groups come into question where
   two of their crops share neighbours and are nearer than the cut.

The distance of two groups is that of two queries of several views: 1 - sum_j <A_j, B_j> / sum_j a_j b_j with
A_j the sum over crops of sqrt(v_j) times their vector and a_j that of sqrt(v_j): each pair of crops counts as
much as it shows in common.

The cut follows the library, for distances differ between models: nearly all pairs of crops are of two
persons, so it lies ``strictness`` standard deviations, estimated by the median absolute deviation, below
their median.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dropmodel.errors import MissingPackageError
from dropmodel.evaluation.rerank import Graph, Neighbourhood
from dropmodel.features import FloatArray, Operand

IntArray = npt.NDArray[np.int64]

_PAIRS = 50_000
_BLOCK = 4096
_DEVIATION = 1.4826
"""Standard deviations of a normal distribution in its median absolute deviation."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How crops are grouped.

    ``neighbours`` (k1) reciprocal neighbours of a crop; a crop with ``core`` crops, itself included, within
    the Jaccard distance ``reach`` is the core of a group; ``strictness`` says how far below the usual
    distance of two crops groups are no longer joined. ``one_image``: two crops of one image are two persons.
    ``apart_seconds``: two crops of different cameras taken less than this apart are two persons, too; only
    for cameras that do not see the same place and whose clocks agree.
    """

    neighbours: int = 8
    core: int = 3
    reach: float = 0.3
    strictness: float = 2.5
    one_image: bool = True
    apart_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.core < 2 or not 0 < self.reach < 1:
            raise ValueError(f"grouping needs a core of at least 2 and a reach in (0, 1), got {self}")

    @property
    def neighbourhood(self) -> Neighbourhood:
        """For the graph of Jaccard distances that is grouped."""
        return Neighbourhood(self.neighbours, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of N crops.

    ``images`` int64 [N]; ``cameras`` int64 [N], -1 unknown; ``times`` float64 [N] in seconds, NaN unknown;
    ``persons`` int64 [N], -1 nobody yet; ``rejected`` has (place, person) of what was said not to be.
    """

    images: IntArray
    cameras: IntArray
    times: npt.NDArray[np.float64]
    persons: IntArray
    rejected: frozenset[tuple[int, int]] = frozenset()


def group(side: Operand, graph: Graph, known: Known, options: Grouping) -> list[list[int]]:
    """All N crops in groups, places rising within each; crops of one person are always together.

    Raises :class:`~dropmodel.errors.MissingPackageError` without scikit-learn.
    """
    if not len(side):
        return []
    groups = _Groups(side, known, options)
    for i, j in _links(graph, options):
        groups.join(i, j)
    cut = usual_cut(side, options.strictness)
    _link(groups, _near(side, graph, cut), cut)
    return sorted(sorted(members) for members in groups.members.values())


def usual_cut(side: Operand, strictness: float) -> float:
    """Distance from which two crops are as far as strangers; see the module."""
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, len(side), (2, min(_PAIRS, len(side) ** 2)))
    apart = one != other
    distances = pair_distances(side, one[apart], other[apart])
    distances = distances[np.isfinite(distances)]
    if not len(distances):
        return 0.0
    median = float(np.median(distances))
    return median - strictness * _DEVIATION * float(np.median(np.abs(distances - median)))


def pair_distances(side: Operand, one: IntArray, other: IntArray) -> FloatArray:
    """Distances of crops ``one`` [n] and ``other`` [n], float32 [n], inf without a common visible vector."""
    result = np.empty(len(one), np.float32)
    for start in range(0, len(one), _BLOCK):
        part = slice(start, start + _BLOCK)
        found = np.einsum("nd,nd->n", side.vectors[one[part]], side.vectors[other[part]])
        mass = np.einsum("np,np->n", side.roots[one[part]], side.roots[other[part]])
        with np.errstate(divide="ignore", invalid="ignore"):
            result[part] = np.where(mass > 0, 1 - found / mass, np.inf)
    return result


def _edges(graph: Graph) -> tuple[IntArray, IntArray]:
    """Both ends of every edge, each pair once."""
    ends = np.repeat(np.arange(len(graph.starts) - 1), np.diff(graph.starts))
    once = ends < graph.places
    return ends[once], graph.places[once]


def _links(graph: Graph, options: Grouping) -> list[tuple[int, int]]:
    """Pairs that DBSCAN joins directly, the nearest first."""
    try:
        from scipy.sparse import csr_matrix
        from sklearn.cluster import DBSCAN
    except ImportError as error:
        raise MissingPackageError(
            "Grouping crops needs scikit-learn, which is not installed: pip install 'dropgui[clusters]'."
        ) from error
    # An entry of 0 would count as no entry.
    distances = np.maximum(graph.distances, np.float32(1e-6))
    count = len(graph.starts) - 1
    matrix = csr_matrix((distances, graph.places, graph.starts), shape=(count, count))
    found = DBSCAN(eps=options.reach, min_samples=options.core, metric="precomputed").fit(matrix)
    core = np.zeros(count, bool)
    core[found.core_sample_indices_] = True
    one, other = _edges(graph)
    near = graph.distances[np.repeat(np.arange(count), np.diff(graph.starts)) < graph.places]
    label = found.labels_
    # A crop on the border of two groups is in the one that DBSCAN says.
    linked = (near <= options.reach) & (core[one] | core[other]) & (label[one] == label[other])
    order = np.argsort(near[linked], kind="stable")
    return list(zip(one[linked][order].tolist(), other[linked][order].tolist(), strict=True))


def _near(side: Operand, graph: Graph, cut: float) -> list[tuple[int, int]]:
    """Pairs of crops that share neighbours and are nearer than ``cut``."""
    one, other = _edges(graph)
    near = pair_distances(side, one, other) < cut
    return list(zip(one[near].tolist(), other[near].tolist(), strict=True))


def _link(groups: "_Groups", pairs: Iterable[tuple[int, int]], cut: float) -> None:
    """Average linkage up to ``cut`` between groups that have a pair in common."""
    beside: defaultdict[int, set[int]] = defaultdict(set)
    for i, j in pairs:
        one, other = groups.of(i), groups.of(j)
        if one != other:
            beside[one].add(other)
            beside[other].add(one)
    heap: list[tuple[float, int, int, int, int]] = []

    def push(one: int, others: list[int]) -> None:
        for other, distance in zip(others, groups.distances(one, others), strict=True):
            if distance < cut:
                heapq.heappush(heap, (distance, one, other, groups.size(one), groups.size(other)))

    for one in sorted(beside):
        push(one, sorted(other for other in beside[one] if other > one))
    while heap:
        _, one, other, size, other_size = heapq.heappop(heap)
        # What was joined since has another size, or is gone.
        if (groups.size(one), groups.size(other)) != (size, other_size) or not groups.join(one, other):
            continue
        stays = groups.of(one)
        gone = other if stays == one else one
        for third in beside.pop(gone):
            beside[third].discard(gone)
            if third != stays:
                beside[third].add(stays)
                beside[stays].add(third)
        push(stays, sorted(beside[stays]))


@dataclass(slots=True)
class _Facts:
    """What a group must not meet."""

    persons: set[int] = field(default_factory=set)
    rejected: set[int] = field(default_factory=set)
    images: set[int] = field(default_factory=set)
    moments: list[tuple[int, float]] = field(default_factory=list)

    def forbids(self, other: "_Facts", apart: float | None) -> bool:
        if len(self.persons | other.persons) > 1 or self.images & other.images:
            return True
        if self.rejected & other.persons or self.persons & other.rejected:
            return True
        return apart is not None and any(
            camera != camera_ and abs(time - time_) < apart
            for camera, time in self.moments
            for camera_, time_ in other.moments
        )

    def take(self, other: "_Facts") -> None:
        self.persons |= other.persons
        self.rejected |= other.rejected
        self.images |= other.images
        self.moments += other.moments


class _Groups:
    """Crops in groups that are only ever joined, each known by one of its crops; persons are together."""

    def __init__(self, side: Operand, known: Known, options: Grouping) -> None:
        count = len(side)
        self.members = {i: [i] for i in range(count)}
        self._group = list(range(count))
        self._vectors: dict[int, FloatArray] = {}
        self._side = side
        self._roots = side.roots.astype(np.float64)
        self._apart = options.apart_seconds
        self._facts = [_Facts() for _ in range(count)]
        shared = np.isin(known.images, _several(known.images)) & options.one_image
        timed = (known.cameras >= 0) & np.isfinite(known.times) & (self._apart is not None)
        for i in np.flatnonzero(shared).tolist():
            self._facts[i].images.add(int(known.images[i]))
        for i in np.flatnonzero(timed).tolist():
            self._facts[i].moments.append((int(known.cameras[i]), float(known.times[i])))
        for i, person in known.rejected:
            self._facts[i].rejected.add(person)
        first: dict[int, int] = {}
        for i in np.flatnonzero(known.persons >= 0).tolist():
            person = int(known.persons[i])
            self._facts[i].persons.add(person)
            if person in first:
                self._unite(first[person], i)
            first[person] = self.of(first.get(person, i))

    def of(self, crop: int) -> int:
        """The group of a crop."""
        return self._group[crop]

    def size(self, name: int) -> int:
        """How many crops a group has, 0 for one that is gone."""
        return len(self.members.get(name, ()))

    def join(self, one: int, other: int) -> bool:
        """Make the groups of these crops one, unless they are or must not be."""
        one, other = self.of(one), self.of(other)
        if one == other or self._facts[one].forbids(self._facts[other], self._apart):
            return False
        self._unite(one, other)
        return True

    def distances(self, one: int, others: list[int]) -> list[float]:
        """From a group to others; inf without a common visible vector."""
        if not others:
            return []
        found = np.stack([self._vector(other) for other in others]) @ self._vector(one)
        mass = self._roots[others] @ self._roots[one]
        with np.errstate(divide="ignore", invalid="ignore"):
            distances: list[float] = np.where(mass > 0, 1 - found / mass, np.inf).tolist()
        return distances

    def _vector(self, name: int) -> FloatArray:
        """Sum of the crops' weighted vectors, float32 [P D]."""
        vector: FloatArray = self._vectors.get(name, self._side.vectors[name])
        return vector

    def _unite(self, one: int, other: int) -> None:
        if len(self.members[one]) < len(self.members[other]):
            one, other = other, one
        self._vectors[one] = self._vector(one) + self._vector(other)
        self._vectors.pop(other, None)
        self._roots[one] += self._roots[other]
        self._facts[one].take(self._facts[other])
        gone = self.members.pop(other)
        for crop in gone:
            self._group[crop] = one
        self.members[one] += gone


def _several(values: IntArray) -> IntArray:
    """Values that occur more than once."""
    found, counts = np.unique(values, return_counts=True)
    return found[counts > 1]
