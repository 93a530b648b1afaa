"""Milliseconds of a search over random crops: ``python -m tests.benchmarks.search [--json] [--quick]``.

The whole of ``search`` is timed, exact re-scoring and explanations included, against numpy in fp32 doing the
same scan, and against reading the same bytes once as fast as this machine can (the sum of the matrices as
64-bit integers on all threads).
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sqlalchemy import insert

from dropgui.library import Library
from dropgui.library.embeddings import add_embeddings
from dropgui.library.models import register_model
from dropgui.library.queries import crop_ids
from dropgui.library.schema import Crop, Folder, Image
from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search.kernels import kernel_for
from dropmodel.features import Features
from dropmodel.parts import EIGHT

DIM = 512
PARTS = ("foreground", "head", "torso")
_BLOCK = 5000


@dataclass(frozen=True)
class Result:
    """Medians in milliseconds; ``scan_share`` is how near the scan comes to a pure memory read."""

    crops: int
    parts: int
    threads: int
    kernel: str
    build_cache_ms: float
    open_index_ms: float
    first_search_ms: float
    search_ms: float
    search_all_parts_ms: float
    refresh_ms: float
    scan_ms: float
    numpy_fp32_ms: float
    memory_read_ms: float
    scan_share: float


def random_features(count: int, rng: np.random.Generator) -> Features:
    """Random unit vectors and visibilities."""
    parts = len(EIGHT.vector_names)
    vectors = rng.standard_normal((count, parts, DIM), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return Features(vectors, rng.random((count, parts), dtype=np.float32), EIGHT)


def fill(library: Library, count: int) -> int:
    """A library of ``count`` crops with random embeddings; returns the model version."""
    model = register_model(library, name="random", schema=EIGHT, dim=DIM, weights_hash="r", trained=False)
    rng = np.random.default_rng(0)
    library.write(lambda c: c.execute(insert(Folder).values(id=1, path="/bench", name="bench")))
    for start in range(0, count, _BLOCK):
        ids = list(range(start + 1, min(start + _BLOCK, count) + 1))
        rows = [
            {"id": i, "folder_id": 1, "relative_path": f"{i:08}.jpg", "size": i, "mtime_ns": i} for i in ids
        ]
        features = random_features(len(ids), rng)
        library.write(lambda c, rows=rows: c.execute(insert(Image), rows))  # type: ignore[misc]
        crops = [{"id": i, "image_id": i} for i in ids]
        library.write(lambda c, crops=crops: c.execute(insert(Crop), crops))  # type: ignore[misc]
        library.write(lambda c, ids=ids, f=features: add_embeddings(c, model.id, ids, f))  # type: ignore[misc]
    return model.id


def milliseconds(work: Callable[[], object], repeats: int) -> float:
    """Median time of ``work`` after one run that warms up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def once(work: Callable[[], object]) -> float:
    """Time of a single run."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def measure(count: int, repeats: int, folder: Path) -> Result:
    """All figures for a library of ``count`` crops made in ``folder``."""
    with Library.create(folder / "bench.droplib") as library:
        model = fill(library, count)
        build = once(lambda: PartIndex.open(library, model).close())
        opened: list[PartIndex] = []
        open_ms = once(lambda: opened.append(PartIndex.open(library, model)))
        index = opened[0]
        rng = np.random.default_rng(1)
        features = random_features(1, rng)
        query = VectorQuery(features, dict.fromkeys(PARTS, 1.0))
        everything = VectorQuery(features, dict.fromkeys(EIGHT.vector_names[1:], 1.0))
        positions = EIGHT.vector_indices(PARTS)
        matrices = [index.rows.matrix(position, "cpu") for position in positions]
        vectors = [torch.from_numpy(features.vectors[0, position]) for position in positions]
        kernel = kernel_for("cpu")
        first = once(lambda: search(index, query))
        index.warm()
        scan = milliseconds(lambda: [kernel(v, m) for v, m in zip(vectors, matrices, strict=True)], repeats)
        words = [matrix.view(torch.int64) for matrix in matrices]
        read = milliseconds(lambda: [word.sum() for word in words], repeats)
        result = Result(
            crops=len(crop_ids(library)),
            parts=len(PARTS),
            threads=torch.get_num_threads(),
            kernel=kernel.__name__,
            build_cache_ms=build,
            open_index_ms=open_ms,
            first_search_ms=first,
            search_ms=milliseconds(lambda: search(index, query), repeats),
            search_all_parts_ms=milliseconds(lambda: search(index, everything), repeats),
            refresh_ms=milliseconds(index.refresh, repeats),
            scan_ms=scan,
            numpy_fp32_ms=_numpy(matrices, vectors, repeats),
            memory_read_ms=read,
            scan_share=read / scan,
        )
        index.close()
    return result


def _numpy(matrices: list[torch.Tensor], vectors: list[torch.Tensor], repeats: int) -> float:
    whole = [matrix.float().numpy() for matrix in matrices]
    queries = [vector.numpy() for vector in vectors]
    return milliseconds(lambda: [m @ v for m, v in zip(whole, queries, strict=True)], repeats)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="10,000 crops")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(10_000 if arguments.quick else arguments.crops, 9, Path(folder))
    if arguments.json:
        print(json.dumps(asdict(result)))
        return
    for name, value in asdict(result).items():
        print(f"{name:>20}  {value:,.2f}" if isinstance(value, float) else f"{name:>20}  {value}")


if __name__ == "__main__":
    main()
