"""Many searches in one pass: every block of rows is read once for all of them."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dropgui.search.certainty import Certainty
from dropgui.search.index import PartIndex, Rows
from dropgui.search.matches import matches_of
from dropgui.search.query import Answer, VectorQuery
from dropgui.search.scan import CANDIDATES, GATHER_BELOW, best_of, check_fits, search
from dropgui.search.target import Target

if TYPE_CHECKING:
    import torch

    from dropgui.library.rows import CropFilter

_BLOCK = 65536
_GROUP = 128
"""So many queries share a pass: their scores of a block are 32 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What a pass keeps of a group of Q queries.

    ``scores`` float32 [Q, C], the best scores so far, best first, and ``places`` int64 [Q, C] their rows;
    ``compared`` int64 [Q] counts the rows that had a score.
    """

    scores: npt.NDArray[np.float32]
    places: npt.NDArray[np.int64]
    compared: npt.NDArray[np.int64]


def search_many(index: PartIndex, queries: Sequence[VectorQuery], device: str | None = None) -> list[Answer]:
    """The exact answers of :func:`dropgui.search.search`, several times faster than one by one.

    ``seconds`` of each answer is its share. Raises what ``search`` raises.
    """
    for query in queries:
        check_fits(index, query)
    start = time.perf_counter()
    answers: dict[int, Answer] = {}
    for places in _groups(index, queries):
        if len(places) == 1:
            answers[places[0]] = search(index, queries[places[0]], device, exact=True)
        else:
            group = [queries[place] for place in places]
            answers.update(zip(places, _search_group(index, group, device), strict=True))
    share = (time.perf_counter() - start) / max(len(queries), 1)
    return [replace(answer, seconds=share) for _, answer in sorted(answers.items())]


def _groups(index: PartIndex, queries: Sequence[VectorQuery]) -> Iterator[list[int]]:
    """Places of queries that share a pass: those of one filter, unless it leaves few rows."""
    rows = index.rows
    by_filter: dict[CropFilter, list[int]] = defaultdict(list)
    for place, query in enumerate(queries):
        by_filter[query.crop_filter].append(place)
    for crop_filter, places in by_filter.items():
        few = bool(crop_filter) and index.passing(rows, crop_filter).mean() < GATHER_BELOW
        size = 1 if few else _GROUP
        for start in range(0, len(places), size):
            yield places[start : start + size]


def _search_group(index: PartIndex, queries: list[VectorQuery], device: str | None) -> list[Answer]:
    """Answers to queries of one filter."""
    from dropgui.search.kernels import MANY_ERROR

    rows = index.rows
    targets = [Target.of(query) for query in queries]
    allowed = rows.living
    if queries[0].crop_filter:
        allowed = allowed & index.passing(rows, queries[0].crop_filter)
    excluded = _excluded(rows, queries)
    found = _pass(rows, queries, targets, allowed, excluded, index.device if device is None else device)
    model = index.certainty
    answers = []
    for i, (query, target) in enumerate(zip(queries, targets, strict=True)):
        count = min(int(found.compared[i]), found.scores.shape[1])
        least = found.scores[i, count - 1] + MANY_ERROR * target.length if count else np.inf
        best = best_of(rows, target, found.places[i, :count], query)
        if count < found.compared[i] and best.kth <= least:
            answers.append(search(index, query, device, exact=True))
            continue
        possible = int(np.count_nonzero(allowed)) - int(np.count_nonzero(allowed[excluded[i]]))
        compared = int(found.compared[i])
        certainty, uncalibrated = Certainty.of_query(model, len(query.features), query.weights.values())
        answers.append(
            Answer(
                matches=matches_of(rows, target, best.places, certainty, uncalibrated),
                compared=compared,
                uncomparable=possible - compared,
                seconds=0.0,
                prior=None if certainty is None else certainty.prior,
            )
        )
    return answers


def _excluded(rows: Rows, queries: list[VectorQuery]) -> list[npt.NDArray[np.intp]]:
    """The rows of each query's excluded crops."""
    if not any(query.exclude for query in queries):
        return [np.empty(0, dtype=np.intp)] * len(queries)
    order = np.argsort(rows.crop_ids, kind="stable")
    ordered = rows.crop_ids[order]
    found = []
    for query in queries:
        ids = np.fromiter(query.exclude, dtype=np.int64, count=len(query.exclude))
        starts, ends = np.searchsorted(ordered, ids), np.searchsorted(ordered, ids, side="right")
        pieces = [order[start:end] for start, end in zip(starts, ends, strict=True)]
        found.append(np.concatenate([np.empty(0, dtype=np.intp), *pieces]))
    return found


def _pass(
    rows: Rows,
    queries: list[VectorQuery],
    targets: list[Target],
    allowed: npt.NDArray[np.bool_],
    excluded: list[npt.NDArray[np.intp]],
    device: str,
) -> _Found:
    """Reads every block once and keeps each query's best."""
    import torch

    keep = max(CANDIDATES, *(4 * query.top for query in queries))
    scores = torch.full((len(queries), 0), -torch.inf)
    places = torch.zeros((len(queries), 0), dtype=torch.int64)
    compared = np.zeros(len(queries), dtype=np.int64)
    chosen = _chosen(targets)
    for start in range(0, len(allowed), _BLOCK):
        block = slice(start, min(start + _BLOCK, len(allowed)))
        of_block = _block_scores(rows, chosen, len(queries), block, device)
        of_block[:, ~torch.from_numpy(allowed[block])] = -torch.inf
        for i, out in enumerate(excluded):
            inside = out[(out >= block.start) & (out < block.stop)]
            if len(inside):
                of_block[i, torch.from_numpy(inside - block.start)] = -torch.inf
        compared += (of_block > -torch.inf).sum(dim=1).numpy()
        best, picked = of_block.topk(min(keep, of_block.shape[1]), dim=1)
        scores, places = torch.cat([scores, best], dim=1), torch.cat([places, picked + start], dim=1)
        scores, order = scores.topk(min(keep, scores.shape[1]), dim=1)
        places = places.gather(1, order)
    return _Found(scores.numpy(), places.numpy(), compared)


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """Who asks for a vector: ``queries`` int64 [q], their ``vectors`` float32 [q, D], ``weights`` [q, 1]."""

    queries: "torch.Tensor"
    vectors: "torch.Tensor"
    weights: "torch.Tensor"


def _chosen(targets: list[Target]) -> dict[int, _Chosen]:
    """By the position of a vector."""
    import torch

    asked: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for i, target in enumerate(targets):
        for line, position in enumerate(target.positions):
            if target.weights[line] > 0:
                asked[position].append((i, line))
    return {
        position: _Chosen(
            torch.tensor([i for i, _ in pairs]),
            torch.from_numpy(np.stack([targets[i].vectors[line] for i, line in pairs])).float(),
            torch.tensor([[targets[i].weights[line]] for i, line in pairs], dtype=torch.float32),
        )
        for position, pairs in asked.items()
    }


def _block_scores(
    rows: Rows, chosen: dict[int, _Chosen], queries: int, block: slice, device: str
) -> "torch.Tensor":
    """Scores float32 [Q, B] of a block of rows, -inf where nothing can be compared."""
    import torch

    from dropgui.search.kernels import many_kernel_for

    total = torch.zeros(queries, block.stop - block.start)
    mass = torch.zeros_like(total)
    for position, asked in chosen.items():
        matrix = rows.matrix(position, device)[block]
        kernel = many_kernel_for(str(matrix.device), len(asked.queries))
        pair = asked.weights * torch.from_numpy(rows.visibility_roots[position, block])
        products = kernel(asked.vectors.to(matrix.device), matrix).cpu()
        total.index_add_(0, asked.queries, products.mul_(pair))
        mass.index_add_(0, asked.queries, pair)
    return total.div_(mass).masked_fill_(mass == 0, -torch.inf)
