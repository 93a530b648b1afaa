"""Re-ranking an answer's best by the neighbours that they have in common with the query.

The k-reciprocal re-ranking of :mod:`dropmodel.evaluation.rerank` among the answer's matches alone: a crop
that shares its nearest neighbours with the query comes before one that is merely similar to it.
"""

from dataclasses import replace

import numpy as np

from dropgui.search.index import PartIndex, Rows
from dropgui.search.query import Answer, VectorQuery
from dropgui.search.scan import search
from dropgui.search.target import Places, Target
from dropmodel.evaluation.rerank import Neighbourhood, reranked_blocks
from dropmodel.features import Features

LEAST = 200
MOST = 1000
"""Between so many of the best are re-ranked, :data:`_TIMES` as many as are wanted where that is between."""

_TIMES = 4


def search_reranked(index: PartIndex, query: VectorQuery, device: str | None = None) -> Answer:
    """The answer of ``search`` with its best 200 to 1000 re-ranked, cut at ``top``."""
    depth = max(query.top, min(max(_TIMES * query.top, LEAST), MOST))
    answer = rerank(index, query, search(index, replace(query, top=depth), device))
    return replace(answer, matches=answer.matches[: query.top])


def rerank(
    index: PartIndex, query: VectorQuery, answer: Answer, options: Neighbourhood | None = None
) -> Answer:
    """The matches of an answer to ``query`` in their new order, each with its ``former_rank``.

    Scores and probabilities stay. Matches that left the index since keep their places at the end.
    Takes the time of all distances among them: a tenth of a second for 1000.
    """
    rows = index.rows
    place_of = {int(rows.crop_ids[row]): row for row in _rows_of(rows, answer)}
    ranked = [replace(match, former_rank=rank) for rank, match in enumerate(answer.matches, start=1)]
    here = [match for match in ranked if match.crop_id in place_of]
    gone = [match for match in ranked if match.crop_id not in place_of]
    if here:
        places = np.array([place_of[match.crop_id] for match in here], dtype=np.intp)
        gallery = _features(index, rows, places)
        blocks = reranked_blocks(_probe(index, query), gallery, query.weights, options=options)
        distances = np.concatenate([block for _, block in blocks])[0]
        here = [here[place] for place in np.argsort(distances, kind="stable")]
    return replace(answer, matches=(*here, *gone))


def _rows_of(rows: Rows, answer: Answer) -> Places:
    wanted = np.array([match.crop_id for match in answer.matches], dtype=np.int64)
    found: Places = np.flatnonzero(np.isin(rows.crop_ids, wanted) & rows.living)
    return found


def _features(index: PartIndex, rows: Rows, places: Places) -> Features:
    vectors = np.stack([matrix[places] for matrix in rows.matrices], axis=1).astype(np.float32)
    return Features(vectors, rows.visibility_roots[:, places].T ** 2, index.model.schema)


def _probe(index: PartIndex, query: VectorQuery) -> Features:
    """The query as one crop: its vectors as they rank, all views and negatives in them."""
    target = Target.of(query)
    parts = len(index.model.schema.vector_names)
    vectors = np.zeros((1, parts, index.model.dim), np.float32)
    visibility = np.zeros((1, parts), np.float32)
    vectors[0, list(target.positions)] = target.vectors
    visibility[0, list(target.positions)] = target.visibility_roots**2
    return Features(vectors, visibility, index.model.schema)
