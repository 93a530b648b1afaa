"""All queries ranked by several choices of vectors in one pass, a block of queries and of crops at a time.

Every number comes from :mod:`dropmodel.evaluation`; what is here keeps memory bounded. A block of distances
has as many queries as fit in :data:`BYTES`; for each the crops are read :data:`CHUNK` at a time, or are kept
where all of them fit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dropgui.evaluation.protocol import Protocol
from dropgui.evaluation.vectors import StoredVectors
from dropgui.indexing.progress import CancelToken, Progress, Rate
from dropgui.versions.seen import CancelledError
from dropmodel.evaluation.ranking import IntArray, Ranker, Ranking
from dropmodel.evaluation.verification import Pairs, PairSampler
from dropmodel.features import Features, FloatArray

BYTES = 192 << 20
"""Memory for distances, and again for vectors that are kept between blocks."""

CHUNK = 4096
"""So many crops' vectors are read at a time: 168 MB of ten vectors of 1,024 numbers."""

KEPT = 10
"""First matches of each query that are kept."""

_NEGATIVES = 2_000_000
_ROWS = 48

Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """``by_choice``: a ranking for each choice of vectors, in order; of the first one there is more.

    ``by_camera``: its rankings among one camera's crops, by the camera's place; ``pairs`` for a ROC.
    """

    by_choice: tuple[Ranking, ...]
    by_camera: Mapping[int, Ranking]
    pairs: Pairs


def rank_all(
    vectors: StoredVectors,
    protocol: Protocol,
    choices: Sequence[Sequence[str]],
    cameras: Sequence[int] = (),
    *,
    on_progress: Tell | None = None,
    cancel: CancelToken | None = None,
    seed: int = 0,
) -> Ranked:
    """Ranks all queries; ``cameras`` are places in the labelled crops' cameras.

    :class:`CancelledError` when that was asked for.
    """
    rules, labelled = protocol.rules, protocol.labelled
    rankers = [Ranker(rules, keep=0 if place else KEPT) for place in range(len(choices))]
    among = {
        camera: Ranker(rules, columns=np.flatnonzero(labelled.cameras == camera).astype(np.int64))
        for camera in cameras
    }
    sampler = PairSampler(rules, negatives=_NEGATIVES, seed=seed)
    total, rate = len(protocol.asked), Rate()
    for part, blocks in _blocks(vectors, protocol.asked, len(labelled), choices, cancel or CancelToken()):
        for place, distances in enumerate(blocks):
            rules.remove(part, distances)
            rankers[place].add(part, distances)
        sampler.add(part, blocks[0])
        for ranker in among.values():
            ranker.add(part, blocks[0])
        if on_progress is not None:
            rate.add(part.stop - part.start)
            left = rate.eta(total - part.stop)
            on_progress(Progress("measuring", part.stop, total, 0, rate.value, left))
    return Ranked(
        tuple(ranker.result() for ranker in rankers),
        {camera: ranker.result() for camera, ranker in among.items()},
        sampler.result(),
    )


def _blocks(
    vectors: StoredVectors,
    asked: IntArray,
    count: int,
    choices: Sequence[Sequence[str]],
    cancel: CancelToken,
) -> Iterator[tuple[slice, FloatArray]]:
    """Blocks of queries with their distances to all crops by every choice, float32 [choices, n, count]."""
    from dropmodel.evaluation.distances import choice_blocks

    chunks = [slice(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    keeps = count * vectors.bytes_each <= BYTES
    kept: dict[int, Features] = {}

    def read(chunk: slice) -> Features:
        found = kept.get(chunk.start)
        if found is None:
            found = vectors.take(np.arange(chunk.start, chunk.stop))
            if keeps:
                kept[chunk.start] = found
        return found

    rows = int(np.clip(BYTES // (4 * len(choices) * max(count, 1)), _ROWS // 3, CHUNK // 4))
    for start in range(0, len(asked), rows):
        part = slice(start, min(start + rows, len(asked)))
        own = vectors.take(asked[part])
        found = np.empty((len(choices), part.stop - part.start, count), np.float32)
        for chunk in chunks:
            if cancel.cancelled:
                raise CancelledError
            gallery = read(chunk)
            for lines, blocks in choice_blocks(own, gallery, choices, device=vectors.device, rows=_ROWS):
                for place, block in enumerate(blocks):
                    found[place, lines, chunk] = block
        yield part, found
