"""The exact search: one pass over the chosen parts' matrices, then exact scores for the best.

score_i = sum_j w_j sqrt(v_qj v_ij) <q_j, g_ij> / sum_j w_j sqrt(v_qj v_ij), the ``1 - D`` of
``dropmodel.features.distance``. A query of several views averages over views and parts at once,

score_i = sum_rj w_j sqrt(v_rj v_ij) <q_rj, g_ij> / sum_rj w_j sqrt(v_rj v_ij),

so a view counts for a part as much as it shows of it. The sum over views is linear in q: it costs one scan,
however many views there are.

Negatives push away part by part, after Rocchio (1971: q' = a q + b mean(wanted) - c mean(unwanted), here with
a = 1 and b = c = push): with q_j the mean of the views of part j and n_j that of the negatives, both weighted
by sqrt(v),

q'_j = q_j + push max_s sqrt(v_sj) (q_j - n_j)

takes the place of q_j. So a crop gains as much as its part is nearer to the query than to the negatives; one
that is as near to both keeps its score, whether it shows the part or not. A part that no negative shows stays
as it is, one that they hardly show nearly so, and the scan is still one.
"""

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropgui.search.certainty import Certainty
from dropgui.search.index import PartIndex, Rows
from dropgui.search.matches import matches_of
from dropgui.search.query import Answer, VectorQuery
from dropgui.search.target import Places, Target
from dropmodel.features import FloatArray

GATHER_BELOW = 0.05
"""Rows that pass a filter are gathered where they are a smaller share than this, else scanned and masked."""

CANDIDATES = 512
"""So many of a scan's best are scored again at least."""

SLOW_SECONDS = 0.15
"""An exact scan may take so long before approximate candidates take its place."""

_GATHER_TIMES = 3  # how much longer a gathered row takes than a scanned one


def search(
    index: PartIndex, query: VectorQuery, device: str | None = None, *, exact: bool | None = None
) -> Answer:
    """Ranks the crops of ``index`` for ``query``, on ``device`` or where the index says.

    Where the index has approximate codes (:mod:`dropgui.search.approximate`), the best are looked for among
    their candidates if scanning would take too long (``exact`` None), never (True) or always (False).
    ``ValueError`` if the query's features are of another schema or length than the index.
    """
    start = time.perf_counter()
    check_fits(index, query)
    rows = index.rows
    target = Target.of(query)
    allowed = allowed_rows(index, rows, query)
    where = index.device if device is None else device
    approximate = index.approximate
    places = _few_places(allowed)
    comparable = None
    if (
        approximate is not None
        and approximate.serves(rows, query.top)
        and (not exact if exact is not None else too_slow(target, allowed, where))
    ):
        comparable = _comparable(rows, target, allowed)
        places = approximate.candidates(target, allowed, query.top)
    scores = _scan(rows, target, allowed, places, where)
    found = _best(rows, target, scores, places, query)
    compared = int(np.count_nonzero(scores > -np.inf if comparable is None else comparable))
    certainty, uncalibrated = Certainty.of_query(index.certainty, len(query.features), query.weights.values())
    return Answer(
        matches=matches_of(rows, target, found, certainty, uncalibrated),
        compared=compared,
        uncomparable=int(np.count_nonzero(allowed)) - compared,
        seconds=time.perf_counter() - start,
        approximate=comparable is not None,
        recall=None if comparable is None or approximate is None else approximate.recall_at_100,
        prior=None if certainty is None else certainty.prior,
    )


def check_fits(index: PartIndex, query: VectorQuery) -> None:
    """``ValueError`` if the query's features are of another schema or length than the index."""
    features = query.features
    if features.schema != index.model.schema or features.dim != index.model.dim:
        raise ValueError(
            f"the query is of schema {features.schema.name!r} with {features.dim} numbers a vector, "
            f"the index of {index.model.schema.name!r} with {index.model.dim}"
        )


def allowed_rows(index: PartIndex, rows: Rows, query: VectorQuery) -> npt.NDArray[np.bool_]:
    """Which rows may match, bool [N]."""
    allowed = rows.living
    if query.crop_filter:
        allowed = allowed & index.passing(rows, query.crop_filter)
    if query.exclude:
        allowed = allowed & ~np.isin(rows.crop_ids, np.fromiter(query.exclude, dtype=np.int64))
    return allowed


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best of some rows: their ``places``, best first, and the score of the last that was wanted.

    ``kth`` is -inf where there were fewer rows than wanted.
    """

    places: Places
    kth: float


def best_of(rows: Rows, target: Target, found: Places, query: VectorQuery) -> Best:
    """The best of these comparable rows for ``query``, in exact order; those below its threshold left out."""
    exact = target.scores(rows, found)
    order = np.lexsort((rows.crop_ids[found], -exact))[: query.top]
    kth = float(exact[order[-1]]) if len(order) == query.top else -np.inf
    if query.least_score is not None:
        order = order[exact[order] >= query.least_score]
    return Best(found[order], kth)


def _few_places(allowed: npt.NDArray[np.bool_]) -> Places | None:
    """The allowed rows where they are so few that they are gathered; None where all are scanned."""
    few = np.count_nonzero(allowed) < GATHER_BELOW * len(allowed)
    return np.flatnonzero(allowed) if few else None


def too_slow(target: Target, allowed: npt.NDArray[np.bool_], device: str) -> bool:
    """Whether the exact scan would take longer than :data:`SLOW_SECONDS`, by its kernel's own timing."""
    from dropgui.search.kernels import timing

    count = int(np.count_nonzero(allowed))
    rows = _GATHER_TIMES * count if count < GATHER_BELOW * len(allowed) else len(allowed)
    numbers = rows * np.count_nonzero(target.weights) * target.vectors.shape[1]
    return bool(numbers * timing(device).seconds > SLOW_SECONDS)


def _comparable(rows: Rows, target: Target, allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which allowed rows show a part that the query shows, bool [N]."""
    shown = np.zeros(len(allowed), dtype=bool)
    for position, weight in zip(target.positions, target.weights, strict=True):
        if weight > 0:
            shown |= rows.visibility_roots[position] > 0
    return shown & allowed


def _scan(
    rows: Rows, target: Target, allowed: npt.NDArray[np.bool_], places: Places | None, device: str
) -> FloatArray:
    """Scores float32 [M] of ``places`` or of all rows, -inf where there can be no match.

    The matrices are torch's; the sums over parts are numpy's, which for arrays this small is faster than
    waking torch's threads for each.
    """
    import torch

    from dropgui.search.kernels import kernel_for

    count = len(allowed) if places is None else len(places)
    total, mass = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
    for position, vector, weight in zip(target.positions, target.vectors, target.weights, strict=True):
        if weight == 0:
            continue
        matrix, roots = rows.matrix(position, device), rows.visibility_roots[position]
        if places is not None:
            matrix, roots = matrix[torch.from_numpy(places).to(matrix.device)], roots[places]
        pair = roots * np.float32(weight)
        kernel = kernel_for(str(matrix.device))
        products = kernel(torch.from_numpy(vector).float().to(matrix.device), matrix)
        total += pair * products.cpu().numpy()
        mass += pair
    comparable = mass > 0 if places is not None else (mass > 0) & allowed
    scores = np.full(count, -np.inf, dtype=np.float32)
    np.divide(total, mass, out=scores, where=comparable)
    return scores


def _best(
    rows: Rows, target: Target, scores: FloatArray, places: Places | None, query: VectorQuery
) -> Places:
    """The best rows, query.top at most, in exact order.

    As many of the scan's best are scored again as it takes for its rounding to be unable to have hidden
    a better one; that is nearly always the first batch.
    """
    import torch

    from dropgui.search.kernels import KERNEL_ERROR

    comparable = int(np.count_nonzero(scores > -np.inf))
    candidates = min(max(CANDIDATES, 4 * query.top), comparable)
    while True:
        values, picked = (part.numpy() for part in torch.from_numpy(scores).topk(candidates))
        best = best_of(rows, target, picked if places is None else places[picked], query)
        if candidates == comparable or best.kth > values[-1] + KERNEL_ERROR * target.length:
            return best.places
        candidates = min(4 * candidates, comparable)
