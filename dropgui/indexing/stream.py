"""Pictures through the network: decoded ahead of it, written behind it, so that it never waits for either.

The caller's thread runs the network. Before it, threads decode a few batches ahead; behind it, one thread
packs and commits finished batches. A batch takes under a second whatever the machine, and at most two wait
for their commit: that is all a power cut can take.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from dropgui.indexing.decode import Outcome, Picture
from dropgui.indexing.plan import Item
from dropgui.indexing.progress import CancelToken
from dropgui.indexing.store import ExtractorLike, look, store_batch
from dropgui.library import Library

_SMALL_BATCH = 8
_BATCH_SECONDS = 0.8
_MAX_OUTCOMES = 512
_WRITES_AHEAD = 1
_BATCHES_AHEAD = 3

Read = Callable[[Item, tuple[int, int]], Outcome]
"""Reads a picture at a size of at least (height, width) pixels; runs on any of the decoding threads."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Embeds pictures with ``network`` as the model version it is.

    ``read`` reads a picture. ``note`` is told each batch that the network has seen and answers with the job's
    id, how much of it is done and how much there is; ``check`` is called while the batch is written and may
    raise to end the run.
    """

    library: Library
    network: ExtractorLike
    model_version_id: int
    cancel: CancelToken
    read: Read
    note: Callable[[list[Outcome]], tuple[int, int, int]]
    check: Callable[[], None]

    def run(self, items: list[Item]) -> None:
        """Embeds ``items`` until they are done or it is cancelled; what fails to commit is raised here."""
        size = min(_SMALL_BATCH, self.network.batch_size)
        writes: deque[Future[None]] = deque()
        with (
            ThreadPoolExecutor(min(4, os.cpu_count() or 1), "index-decode") as decoders,
            ThreadPoolExecutor(1, "index-write") as writer,
        ):
            try:
                outcomes = self._decode_ahead(decoders, items)
                while batch := _take(outcomes, size):
                    start = time.perf_counter()
                    pictures = [outcome for outcome in batch if isinstance(outcome, Picture)]
                    looked = look(self.library, self.network, pictures) if pictures else None
                    size = self._next_size(len(pictures), time.perf_counter() - start, size)
                    job = self.note(batch)
                    version = self.model_version_id
                    writes.append(writer.submit(store_batch, self.library, version, batch, looked, job))
                    while len(writes) > _WRITES_AHEAD:
                        writes.popleft().result()
                    self.check()
            finally:
                decoders.shutdown(wait=False, cancel_futures=True)
            for write in writes:
                write.result()

    def _decode_ahead(self, decoders: ThreadPoolExecutor, items: list[Item]) -> Iterator[Outcome]:
        """Outcomes in the order of ``items``, some batches being decoded ahead; ends when cancelled."""
        ahead = _BATCHES_AHEAD * self.network.batch_size
        waiting: deque[Future[Outcome]] = deque()
        for item in items:
            waiting.append(decoders.submit(self.read, item, self.network.input_size))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
            if self.cancel.cancelled:
                return
        while waiting and not self.cancel.cancelled:
            yield waiting.popleft().result()

    def _next_size(self, count: int, seconds: float, size: int) -> int:
        """As many pictures as take the network less than a second, up to the batch that it likes best.

        But not fewer than a small batch: on a busy machine the network takes seconds for a single picture
        too, and ever smaller batches would only multiply them.
        """
        if not count:
            return size
        fitting = int(_BATCH_SECONDS * count / max(seconds, 1e-6))
        return min(self.network.batch_size, max(_SMALL_BATCH, fitting))


def _take(outcomes: Iterator[Outcome], size: int) -> list[Outcome]:
    """The next outcomes, ``size`` pictures among them; fewer at the end or among very many others."""
    batch: list[Outcome] = []
    pictures = 0
    while pictures < size and len(batch) < _MAX_OUTCOMES and (outcome := next(outcomes, None)):
        batch.append(outcome)
        pictures += isinstance(outcome, Picture)
    return batch
