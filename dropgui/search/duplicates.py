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
from dropmodel.features import FloatArray, Operand
from dropmodel.parts import FOREGROUND, GLOBAL

THRESHOLD = 0.97
"""Score from which two crops are near-duplicates unless a caller says otherwise."""

_BLOCK = 1024
_WIDTH = 4096
_ROUNDING = 1e-3
"""More than fp16 vectors are longer or shorter than 1: the bound never leaves out a pair for that."""
_ENDLESS = 1e9
"""The bound of a crop whose foreground is not seen: any pair with it has to be looked at."""

Progress = Callable[[float], None]
"""Told the share that is done, in [0, 1]; what it raises ends the work and comes out of it."""
IntArray = npt.NDArray[np.int64]


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
    near = _near(rows, index.model.schema.vector_names, places, threshold, on_progress)
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


def _near(
    rows: Rows, names: tuple[str, ...], places: IntArray, threshold: float, on_progress: Progress | None
) -> dict[int, tuple[int, float]]:
    """For each of ``places`` that is like an earlier one: the row of its leader, and the score."""
    result: dict[int, tuple[int, float]] = {}
    leaders = np.empty(0, np.int64)
    chosen = [position for position, name in enumerate(names) if name != GLOBAL]
    foreground = names.index(FOREGROUND)
    for start in range(0, len(places), _BLOCK):
        block = places[start : start + _BLOCK]
        best = np.full(len(block), -np.inf, np.float32)
        nearest = np.full(len(block), -1, np.int64)
        for those, others, scores in _scores(rows, chosen, foreground, block, leaders, threshold):
            winner = scores.argmax(axis=1)
            score = scores[np.arange(len(those)), winner]
            better = score > best[those]
            best[those[better]], nearest[those[better]] = score[better], leaders[others[winner[better]]]
        within = np.full((len(block), len(block)), -np.inf, np.float32)
        for those, others, scores in _scores(rows, chosen, foreground, block, block, threshold):
            within[np.ix_(those, others)] = scores
        leads = np.zeros(len(block), bool)
        for i, row in enumerate(block.tolist()):
            own = np.where(leads[:i], within[i, :i], -np.inf)
            if i and own.max() > best[i]:
                best[i], nearest[i] = own.max(), block[own.argmax()]
            if best[i] >= threshold:
                result[row] = (int(nearest[i]), float(min(best[i], 1)))
            else:
                leads[i] = True
        leaders = np.concatenate([leaders, block[leads]])
        if on_progress is not None:
            # The nth block meets n times as many leaders as the first.
            on_progress(((start + len(block)) / len(places)) ** 2)
    return result


def _scores(
    rows: Rows,
    chosen: list[int],
    foreground: int,
    block: IntArray,
    others: IntArray,
    threshold: float,
) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
    """Scores float32 [m, n] of those of ``block`` [m] and ``others`` [n] that may reach the threshold.

    Both by their places in the arrays given; a pair that is not among them is below the threshold.
    """
    left = _bounded(rows, chosen, foreground, block, threshold)
    for start in range(0, len(others), _WIDTH):
        piece = others[start : start + _WIDTH]
        right = left if piece is block else _bounded(rows, chosen, foreground, piece, threshold)
        possible = left @ right.T >= 1
        those, these = np.flatnonzero(possible.any(axis=1)), np.flatnonzero(possible.any(axis=0))
        if len(those):
            one, other = _operand(rows, chosen, block[those]), _operand(rows, chosen, piece[these])
            yield those, these + start, 1 - one.distance(other)


def _bounded(
    rows: Rows, chosen: list[int], foreground: int, places: IntArray, threshold: float
) -> FloatArray:
    """Foreground vectors with the bound's column, float32 [n, D + 1]."""
    roots = rows.visibility_roots[chosen][:, places]
    seen = rows.visibility_roots[foreground, places]
    mass = np.sqrt((roots**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = np.where(seen > 0, mass / seen, _ENDLESS)
    column = np.sqrt(1 - threshold + _ROUNDING) * bound
    vectors: FloatArray = rows.matrices[foreground][places].astype(np.float32)
    return np.concatenate([vectors, column[:, None].astype(np.float32)], axis=1)


def _operand(rows: Rows, chosen: list[int], places: IntArray) -> Operand:
    """These rows' chosen vectors as one side of the model's distance."""
    roots = np.ascontiguousarray(rows.visibility_roots[chosen][:, places].T)
    vectors = np.stack([rows.matrices[position][places] for position in chosen], axis=1).astype(np.float32)
    vectors *= roots[:, :, None]
    return Operand(vectors.reshape(len(places), -1), roots)
