"""The exact search: one pass over the chosen parts' matrices, then exact scores for the best.

score_i = sum_j w_j sqrt(v_qj v_ij) <q_j, g_ij> / sum_j w_j sqrt(v_qj v_ij), the ``1 - D`` of
``dropmodel.features.distance``. A query of several views averages over views and parts at once,

score_i = sum_rj w_j sqrt(v_rj v_ij) <q_rj, g_ij> / sum_rj w_j sqrt(v_rj v_ij),

so a view counts for a part as much as it shows of it. The sum over views is linear in q: it costs one scan,
however many views there are.
"""

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropgui.search.index import PartIndex, Rows
from dropgui.search.query import SEEN_IN_COMMON, Answer, Match, Query
from dropmodel.features import FloatArray

_GATHER_BELOW = 0.05
_CANDIDATES = 512
_DECIMALS = 7


@dataclass(frozen=True, slots=True)
class _Target:
    """A query over its P chosen vectors: unit-sized mean vectors float64 [P, D] and weights [P].

    ``visibility_roots`` is the mean over views of sqrt(v), [P]; ``weights`` is the user's weight times it.
    """

    names: tuple[str, ...]
    positions: tuple[int, ...]
    vectors: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    visibility_roots: npt.NDArray[np.float64]


def search(index: PartIndex, query: Query, device: str = "cpu") -> Answer:
    """Ranks the crops of ``index`` for ``query``.

    ``ValueError`` if the query's features are of another schema or length than the index.
    """
    start = time.perf_counter()
    features = query.features
    if features.schema != index.model.schema or features.dim != index.model.dim:
        raise ValueError(
            f"the query is of schema {features.schema.name!r} with {features.dim} numbers a vector, "
            f"the index of {index.model.schema.name!r} with {index.model.dim}"
        )
    rows = index.rows
    target = _target(query)
    allowed = _allowed(index, rows, query)
    scores, places = _scan(rows, target, allowed, device)
    order, parts = _best(rows, target, scores, places, query.top)
    compared = int(np.count_nonzero(scores > -np.inf))
    return Answer(
        matches=_matches(rows, target, order, parts),
        compared=compared,
        uncomparable=int(np.count_nonzero(allowed)) - compared,
        seconds=time.perf_counter() - start,
    )


def _target(query: Query) -> _Target:
    names = tuple(query.weights)
    positions = query.features.schema.vector_indices(names)
    roots = np.sqrt(query.features.visibility[:, positions].astype(np.float64))
    vectors = query.features.vectors[:, positions].astype(np.float64)
    shown = roots.mean(axis=0)
    mean = np.einsum("rp,rpd->pd", roots, vectors) / len(roots)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(shown[:, None] > 0, mean / shown[:, None], 0)
    weights = np.array([query.weights[name] for name in names], dtype=np.float64)
    return _Target(names, positions, mean, weights * shown, shown)


def _allowed(index: PartIndex, rows: Rows, query: Query) -> npt.NDArray[np.bool_]:
    """Which rows may match, bool [N]."""
    allowed = rows.living
    if query.crop_filter:
        allowed = allowed & index.passing(rows, query.crop_filter)
    if query.exclude:
        allowed = allowed & ~np.isin(rows.crop_ids, np.fromiter(query.exclude, dtype=np.int64))
    return allowed


def _scan(
    rows: Rows, target: _Target, allowed: npt.NDArray[np.bool_], device: str
) -> tuple[FloatArray, npt.NDArray[np.intp] | None]:
    """Scores float32 [M], -inf where there can be no match, and the rows they belong to, None for all.

    Few allowed rows are gathered, many are scanned and masked. The matrices are torch's; the sums over
    parts are numpy's, which for arrays this small is faster than waking torch's threads for each.
    """
    import torch

    from dropgui.search.kernels import kernel_for

    kernel = kernel_for(device)
    gathered = np.count_nonzero(allowed) < _GATHER_BELOW * len(allowed)
    places = np.flatnonzero(allowed) if gathered else None
    count = len(allowed) if places is None else len(places)
    total, mass = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
    for position, vector, weight in zip(target.positions, target.vectors, target.weights, strict=True):
        if weight == 0:
            continue
        matrix, roots = rows.matrix(position, device), rows.visibility_roots[position]
        if places is not None:
            matrix, roots = matrix[torch.from_numpy(places).to(device)], roots[places]
        pair = roots * np.float32(weight)
        products = kernel(torch.from_numpy(vector).float().to(device), matrix)
        total += pair * products.cpu().numpy()
        mass += pair
    comparable = mass > 0 if places is not None else (mass > 0) & allowed
    scores = np.full(count, -np.inf, dtype=np.float32)
    np.divide(total, mass, out=scores, where=comparable)
    return scores, places


def _best(
    rows: Rows, target: _Target, scores: FloatArray, places: npt.NDArray[np.intp] | None, top: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The best rows [n <= top] and their similarities by part, float64 [n, P], in exact order.

    As many of the scan's best are scored again as it takes for its rounding to be unable to have hidden
    a better one; that is nearly always the first batch.
    """
    import torch

    from dropgui.search.kernels import KERNEL_ERROR

    comparable = int(np.count_nonzero(scores > -np.inf))
    wanted = min(top, comparable)
    candidates = min(max(_CANDIDATES, 4 * top), comparable)
    while True:
        values, picked = (part.numpy() for part in torch.from_numpy(scores).topk(candidates))
        found = picked if places is None else places[picked]
        parts = _similarities(rows, target, found)
        exact = _score(rows, target, found, parts)
        order = np.lexsort((rows.crop_ids[found], -exact))[:wanted]
        if candidates == comparable or exact[order[-1]] > values[-1] + KERNEL_ERROR:
            return found[order], parts[order]
        candidates = min(4 * candidates, comparable)


def _similarities(rows: Rows, target: _Target, found: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Cosine similarities of the chosen vectors of these rows, float64 [n, P], without fp16 rounding."""
    columns = [
        rows.matrices[position][found].astype(np.float64) @ vector
        for position, vector in zip(target.positions, target.vectors, strict=True)
    ]
    return np.stack(columns, axis=1)


def _score(
    rows: Rows, target: _Target, found: npt.NDArray[np.intp], parts: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Scores of these rows, rounded so that equal vectors tie whatever order sums were made in."""
    weights = _roots(rows, target, found) * target.weights
    scores: npt.NDArray[np.float64] = (weights * parts).sum(axis=1) / weights.sum(axis=1)
    return scores.round(_DECIMALS)


def _roots(rows: Rows, target: _Target, found: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """sqrt(v) of the chosen vectors of these rows, float64 [n, P]."""
    return rows.visibility_roots[list(target.positions)][:, found].T.astype(np.float64)


def _matches(
    rows: Rows, target: _Target, order: npt.NDArray[np.intp], parts: npt.NDArray[np.float64]
) -> tuple[Match, ...]:
    scores = _score(rows, target, order, parts)
    roots = _roots(rows, target, order)
    seen = roots * target.visibility_roots >= SEEN_IN_COMMON
    return tuple(
        Match(
            crop_id=int(rows.crop_ids[row]),
            score=float(score),
            parts={
                name: float(value) if shown else None
                for name, value, shown in zip(target.names, values, visible, strict=True)
            },
            visibility={name: float(root**2) for name, root in zip(target.names, own, strict=True)},
        )
        for row, score, values, visible, own in zip(order, scores, parts, seen, roots, strict=True)
    )
