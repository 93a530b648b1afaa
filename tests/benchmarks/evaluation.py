"""Seconds to rank 3,368 queries among 19,732 crops by ten vectors: ``python -m tests.benchmarks.evaluation``.

The sizes of Market-1501's test, random vectors and visibilities, distances and ranking included, reading
pictures and the network not. ``--json`` for a machine, ``--quick`` for a tenth of the queries.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from dropmodel.evaluation.distances import Block, distance_blocks
from dropmodel.evaluation.ranking import Labels, rank
from dropmodel.features import Features
from dropmodel.parts import EIGHT

QUERIES, GALLERY, DIM = 3368, 19_732, 512
IDENTITIES, CAMERAS = 750, 6


@dataclass(frozen=True)
class Result:
    """``seconds`` is the whole; ``distances`` is the part of it that makes distances."""

    queries: int
    gallery: int
    vectors: int
    device: str
    seconds: float
    distances: float
    ranking: float
    gflops: float


def random_features(count: int, seed: int) -> Features:
    """Random unit vectors and visibilities."""
    rng = np.random.default_rng(seed)
    parts = len(EIGHT.vector_names)
    vectors = rng.standard_normal((count, parts, DIM), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return Features(vectors, rng.random((count, parts), dtype=np.float32), EIGHT)


def random_labels(count: int, seed: int, others: float = 0.0) -> Labels:
    """Persons and cameras by chance; a share ``others`` are distractors and as many are junk."""
    rng = np.random.default_rng(seed)
    identities = rng.integers(1, IDENTITIES + 1, count)
    kind = rng.random(count)
    identities = np.where(kind < others, 0, np.where(kind < 2 * others, -1, identities))
    return Labels(identities, rng.integers(1, CAMERAS + 1, count))


def measure(queries: int, device: str) -> Result:
    """One run after a small one that warms up."""
    query, gallery = random_features(queries, 0), random_features(GALLERY, 1)
    labels, others = random_labels(queries, 2), random_labels(GALLERY, 3, 1 / 7)
    weights = dict.fromkeys(EIGHT.vector_names, 1.0)
    first = slice(0, 64)
    rank(distance_blocks(query[first], gallery, weights, device=device), labels[first], others)
    waited = 0.0

    def timed() -> Iterator[Block]:
        nonlocal waited
        start = time.perf_counter()
        for block in distance_blocks(query, gallery, weights, device=device):
            waited += time.perf_counter() - start
            yield block
            start = time.perf_counter()

    start = time.perf_counter()
    rank(timed(), labels, others, keep=10)
    seconds = time.perf_counter() - start
    flops = 2.0 * queries * GALLERY * len(weights) * DIM
    return Result(
        queries, GALLERY, len(weights), device, seconds, waited, seconds - waited, flops / waited / 1e9
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--quick", action="store_true", help="a tenth of the queries")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = measure(QUERIES // 10 if arguments.quick else QUERIES, arguments.device)
    if arguments.json:
        print(json.dumps(asdict(result)))
        return
    for name, value in asdict(result).items():
        print(f"{name:>12}  {value:,.2f}" if isinstance(value, float) else f"{name:>12}  {value}")


if __name__ == "__main__":
    main()
