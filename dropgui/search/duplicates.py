"""Crops that show the same thing twice: copies of a file, and pictures that hardly differ.

A crop whose file has the same content as another's, cut by the same box, is its exact copy. Two crops are
near-duplicates where 1 - D >= threshold, D the model's distance over foreground and parts
(``dropmodel.features.distance``); crops without a common visible vector never are.

Groups are stars, not chains: the crops are gone through in the order of their ids, and each joins the first
crop that is like it best and that joined nobody itself, or leads a group of its own. So every crop of a group
is at least as like its first one as the threshold says, while a person who walks through a hundred frames,
each like the next, does not become one group.

The sums over all vectors are made only where the foreground allows a score that high. With
W = sum_j w_j, w_j = sqrt(v_j v'_j), and D <= 1 - t: w_f d_f <= W D <= W (1 - t), and by Cauchy and Schwarz
W <= sqrt(sum_j v_j) sqrt(sum_j v'_j); so with c = sqrt(sum_j v_j / v_f) of each crop

    <f, f'> + (1 - t) c c' >= 1

holds for every pair that counts. The left side is one matrix product with a column more.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from dropgui.library.chunks import chunks
from dropgui.library.queries import crop_ids
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Crop, Image
from dropgui.search.index import PartIndex, Rows
from dropmodel.features import FloatArray
from dropmodel.parts import FOREGROUND, GLOBAL

THRESHOLD = 0.97
"""Score from which two crops are near-duplicates unless a caller says otherwise."""

_BLOCK = 1024
_WIDTH = 4096
_ROUNDING = 1e-3
"""More than fp16 vectors are longer or shorter than 1: the bound never leaves out a pair for that."""
_DENSE = 0.02
"""Share of possible pairs in a block above which matrix products are quicker than pair by pair."""
_LISTED = 16_384
_ENDLESS = 1e9
"""The bound of a crop whose foreground is not seen: any pair with it has to be looked at."""

Progress = Callable[[float], None]
"""Told the share that is done, in [0, 1]; what it raises ends the work and comes out of it."""
IntArray = npt.NDArray[np.int64]
_Spent = tuple[FloatArray, FloatArray, IntArray, IntArray]
"""Of n pairs: sum_j w_j d_j and W float32 [n], and their places in both blocks int64 [n]."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A crop that is like its group's first: ``score`` 1 - D, 1.0 for an exact copy."""

    crop_id: int
    score: float
    exact: bool


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """A crop and its ``copies``, exact ones first, then the more alike, then by id; at least one."""

    crop_id: int
    copies: tuple[Duplicate, ...]

    @property
    def crop_ids(self) -> tuple[int, ...]:
        """All crops of the group, its first one first."""
        return (self.crop_id, *(copy.crop_id for copy in self.copies))


def find_duplicates(
    index: PartIndex,
    crop_filter: CropFilter = CropFilter(),  # noqa: B008 - frozen
    *,
    threshold: float = THRESHOLD,
    on_progress: Progress | None = None,
) -> tuple[DuplicateGroup, ...]:
    """Groups of duplicates among the crops on show that pass the filter, the largest first.

    ``threshold`` in (0, 1); ``ValueError`` for others. Crops that are not indexed have exact copies only.
    Takes memory for some blocks of vectors, however many crops there are.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"the threshold must lie between 0 and 1, not {threshold}")
    shown = np.sort(crop_ids(index.library, crop_filter))
    with index.library.read() as connection:
        first_of = _first_of_each(connection, shown)
    rows = index.rows
    originals = np.fromiter((i for i in shown.tolist() if first_of[i] == i), np.int64)
    places = np.flatnonzero(rows.living & np.isin(rows.crop_ids, originals))
    places = places[np.argsort(rows.crop_ids[places])]
    near = _near(_Side(rows, index.model.schema.vector_names, threshold), places, on_progress)
    leader_of = {int(rows.crop_ids[a]): (int(rows.crop_ids[b]), score) for a, (b, score) in near.items()}
    groups: defaultdict[int, list[Duplicate]] = defaultdict(list)
    for crop_id in shown.tolist():
        first = first_of[crop_id]
        leader, score = leader_of.get(first, (first, 1.0))
        if crop_id != leader:
            groups[leader].append(Duplicate(crop_id, score, exact=first == leader))
    found = [DuplicateGroup(leader, tuple(sorted(copies, key=_place))) for leader, copies in groups.items()]
    return tuple(sorted(found, key=lambda group: (-len(group.copies), group.crop_id)))


def _place(copy: Duplicate) -> tuple[bool, float, int]:
    return not copy.exact, -copy.score, copy.crop_id


def _first_of_each(connection: Connection, shown: IntArray) -> dict[int, int]:
    """Of every crop in ``shown`` (rising) the first one with the same content and box, often itself."""
    query = select(Crop.id, Image.content_hash, Crop.left, Crop.top, Crop.right, Crop.bottom).join(Image)
    first: dict[tuple[object, ...], int] = {}
    result: dict[int, int] = {}
    for piece in chunks(shown):
        for row in connection.execute(query.where(Crop.id.in_(piece)).order_by(Crop.id)):
            # A file that was not read yet is like no other.
            content = (row.id,) if row.content_hash is None else tuple(row[1:])
            result[row.id] = first.setdefault(content, row.id)
    # A crop that was forgotten in between has no row; it has no copies either.
    return {crop_id: result.get(crop_id, crop_id) for crop_id in shown.tolist()}


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs that reach the threshold: places in the block and among the others, and scores float32 [n]."""

    those: IntArray
    others: IntArray
    scores: FloatArray


def _near(side: "_Side", places: IntArray, on_progress: Progress | None) -> dict[int, tuple[int, float]]:
    """For each of ``places`` that is like an earlier one: the row of its leader, and the score."""
    result: dict[int, tuple[int, float]] = {}
    leaders = np.empty(0, np.int64)
    for start in range(0, len(places), _BLOCK):
        block = places[start : start + _BLOCK]
        best = np.full(len(block), -np.inf, np.float32)
        nearest = np.full(len(block), -1, np.int64)
        for found in side.pairs(block, leaders):
            # Of a crop's pairs the best comes last, of equal ones the earliest leader.
            order = np.lexsort((-found.others, found.scores))
            score = np.full(len(block), -np.inf, np.float32)
            score[found.those[order]] = found.scores[order]
            winner = np.full(len(block), -1, np.int64)
            winner[found.those[order]] = leaders[found.others[order]]
            better = score > best
            best[better], nearest[better] = score[better], winner[better]
        leads = np.ones(len(block), bool)
        earlier = _earlier(list(side.pairs(block, block)))
        for i, row in enumerate(block.tolist()):
            for j, score_ in earlier.get(i, ()):
                if leads[j] and score_ > best[i]:
                    best[i], nearest[i] = score_, block[j]
            if nearest[i] >= 0:
                result[row] = (int(nearest[i]), float(min(best[i], 1)))
                leads[i] = False
        leaders = np.concatenate([leaders, block[leads]])
        if on_progress is not None:
            # The nth block meets n times as many leaders as the first.
            on_progress(((start + len(block)) / len(places)) ** 2)
    return result


def _earlier(found: list[_Pairs]) -> dict[int, list[tuple[int, float]]]:
    """Of pairs within a block: for each crop those before it, rising, with their scores."""
    result: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for pairs in found:
        before = pairs.others < pairs.those
        columns = (pairs.those[before], pairs.others[before], pairs.scores[before])
        for i, j, score in zip(*(column.tolist() for column in columns), strict=True):
            result[i].append((j, score))
    return {i: sorted(others) for i, others in result.items()}


class _Side:
    """The rows of an index with what it takes to compare them, foreground first."""

    def __init__(self, rows: Rows, names: tuple[str, ...], threshold: float) -> None:
        self._rows = rows
        self._foreground = names.index(FOREGROUND)
        parts = [place for place, name in enumerate(names) if name not in {FOREGROUND, GLOBAL}]
        self._positions = [self._foreground, *parts]
        self._room = 1 - threshold

    def pairs(self, block: IntArray, others: IntArray) -> Iterator[_Pairs]:
        """All pairs of a row in ``block`` with one in ``others`` that reach the threshold, piece by piece."""
        left = self._bounded(block)
        for start in range(0, len(others), _WIDTH):
            piece = others[start : start + _WIDTH]
            products = left @ self._bounded(piece).T
            those, these = (axis.astype(np.int64) for axis in np.nonzero(products >= 1))
            if len(those) > _DENSE * products.size:
                spent, mass, those, these = self._spent_dense(block, piece)
            else:
                spent, mass, those, these = self._spent_sparse(block, piece, those, these)
            if len(those):
                yield _Pairs(those, these + start, 1 - spent / mass)

    def _bounded(self, places: IntArray) -> FloatArray:
        """Foreground vectors with the bound's column, float32 [n, D + 1]."""
        seen = self._rows.visibility_roots[self._foreground, places]
        mass = np.sqrt((self._roots(places) ** 2).sum(axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = np.where(seen > 0, mass / seen, _ENDLESS)
        column = np.sqrt(self._room + _ROUNDING) * bound
        return np.concatenate(
            [self._vectors(self._foreground, places), column[:, None]], axis=1, dtype=np.float32
        )

    def _roots(self, places: IntArray) -> FloatArray:
        """sqrt(v) of the vectors that count, float32 [n, P]."""
        return self._rows.visibility_roots[self._positions][:, places].T

    def _vectors(self, position: int, places: IntArray) -> FloatArray:
        import torch

        # torch widens fp16 thirty times as fast as numpy.
        vectors: FloatArray = torch.from_numpy(self._rows.matrices[position][places]).float().numpy()
        return vectors

    def _spent_sparse(self, block: IntArray, piece: IntArray, those: IntArray, these: IntArray) -> _Spent:
        """W D of these pairs and their W, without those for which D turns out to be too much on the way."""
        one, other = self._roots(block), self._roots(piece)
        mass = np.einsum("np,np->n", one[those], other[these])
        spent = np.zeros(len(those), np.float32)
        for place, position in enumerate(self._positions):
            rows, row_of = np.unique(those, return_inverse=True)
            columns, column_of = np.unique(these, return_inverse=True)
            left, right = self._vectors(position, block[rows]), self._vectors(position, piece[columns])
            for start in range(0, len(those), _LISTED):
                part = slice(start, start + _LISTED)
                cosine = np.einsum("nd,nd->n", left[row_of[part]], right[column_of[part]])
                spent[part] += one[those[part], place] * other[these[part], place] * (1 - cosine)
            kept = (mass > 0) & (spent <= mass * self._room + _ROUNDING)
            those, these, mass, spent = those[kept], these[kept], mass[kept], spent[kept]
            if not len(those):
                break
        kept = spent <= mass * self._room
        return spent[kept], mass[kept], those[kept], these[kept]

    def _spent_dense(self, block: IntArray, piece: IntArray) -> _Spent:
        """The same for a block of which many pairs are possible: products of whole matrices."""
        one, other = self._roots(block), self._roots(piece)
        mass = one @ other.T
        spent = mass.copy()
        for place, position in enumerate(self._positions):
            left = self._vectors(position, block) * one[:, place, None]
            right = self._vectors(position, piece) * other[:, place, None]
            spent -= left @ right.T
        those, these = (
            axis.astype(np.int64) for axis in np.nonzero((mass > 0) & (spent <= mass * self._room))
        )
        return spent[those, these], mass[those, these], those, these
