"""Where one crop stands in the answer to a query, however far down."""

import numpy as np

from dropgui.search.index import PartIndex, Rows
from dropgui.search.query import VectorQuery
from dropgui.search.scan import allowed_rows, check_fits
from dropgui.search.target import Places, Target
from dropmodel.features import FloatArray

_ROWS_AT_ONCE = 8192
_ROUNDING = 1e-4
"""More than sums of some thousand products of unit vectors in fp32 can be off."""


def rank_of(index: PartIndex, query: VectorQuery, crop_id: int) -> int | None:
    """The crop's rank from 1 among all crops that may answer ``query``, exactly as a search would rank it.

    None where it has no place: it is a view of the query itself, does not pass its filter or its least score,
    shows none of the chosen parts, or is not indexed. Costs one scan on the CPU, for a thread of its own.
    ``ValueError`` if the query's features are of another schema or length than the index.
    """
    check_fits(index, query)
    rows, target = index.rows, Target.of(query)
    allowed = np.flatnonzero(allowed_rows(index, rows, query))
    own = allowed[rows.crop_ids[allowed] == crop_id]
    if not len(own):
        return None
    score = float(target.scores(rows, own)[0])
    if np.isnan(score) or (query.least_score is not None and score < query.least_score):
        return None
    margin = _ROUNDING * target.length
    ahead = 0
    for start in range(0, len(allowed), _ROWS_AT_ONCE):
        places = allowed[start : start + _ROWS_AT_ONCE]
        rough = _rough_scores(rows, target, places)
        ahead += int(np.count_nonzero(rough > score + margin))
        close = places[np.abs(rough - score) <= margin]
        exact = target.scores(rows, close)
        ties = (exact == score) & (rows.crop_ids[close] < crop_id)
        ahead += int(np.count_nonzero((exact > score) | ties))
    return ahead + 1


def _rough_scores(rows: Rows, target: Target, places: Places) -> FloatArray:
    """Scores float32 [n] of these rows, -inf where nothing can be compared."""
    total, mass = np.zeros(len(places), np.float32), np.zeros(len(places), np.float32)
    for position, vector, weight in zip(target.positions, target.vectors, target.weights, strict=True):
        if weight > 0:
            pair = rows.visibility_roots[position][places] * np.float32(weight)
            total += pair * (rows.matrices[position][places].astype(np.float32) @ vector.astype(np.float32))
            mass += pair
    scores = np.full(len(places), -np.inf, np.float32)
    return np.divide(total, mass, out=scores, where=mass > 0)
