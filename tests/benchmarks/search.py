"""How long searches take: ``python -m tests.benchmarks.search [--json] [--quick] [--plot FILE.png]``.

Libraries of 10,000, 100,000 and 1,000,000 made-up crops (``--quick``: 100,000 alone) of clustered vectors,
about twenty a person, asked by 1, 3 and 8 parts among all, 10 % and 1 % of their crops. The whole of
``search`` is timed, exact re-scoring and explanations included; the scan alone is set against reading the
same bytes once as fast as this machine can (the sum of the matrices as 64-bit integers on all threads), other
parts each time, so that they come from memory.
Recall is against the formula in fp32, done by numpy. Beside it, for one part of the same data: numpy in fp32,
faiss's FlatIP and SQ-fp16 and usearch's exact search (those that are installed).

A million crops take 22 GB of disk in a temporary folder and some ten minutes to make.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import cycle
from pathlib import Path

import numpy as np

from dropgui.library import Library
from dropgui.library.forget import forget_crops
from dropgui.library.rows import CropFilter
from dropgui.search import PartIndex, VectorQuery, search, search_many
from dropgui.search import approximate as approximate_module
from dropgui.search import scan as scan_module
from dropgui.search.rerank import rerank
from dropgui.search.target import Target
from dropgui.search.wiping import wipe_caches
from dropmodel.evaluation.chart import BLUE, GREEN, MUTED, ORANGE, Axis, Chart
from dropmodel.features import Features, distance
from dropmodel.parts import EIGHT
from tests.benchmarks.search_library import CAMERAS, DIM, Crowd, add, fill

PARTS = {
    1: ("foreground",),
    3: ("foreground", "head", "torso"),
    8: EIGHT.vector_names[2:],
}
FILTERS = {"all": CAMERAS, "10 %": 10, "1 %": 1}
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)
SIZES = (10_000, 100_000, 1_000_000)
QUICK = (100_000,)
TOP = 50
MANY = 64
_SETTLING = 0.3  # seconds
_SCANS = 51
_RECALL_QUERIES = 3
_BLOCK = 5000


@dataclass(frozen=True)
class Case:
    """One kind of question: milliseconds of ``search``, and the share of the formula's first 10 it found."""

    parts: int
    among: str
    median_ms: float
    p95_ms: float
    recall_at_10: float


@dataclass(frozen=True)
class Scan:
    """The inner loop over all rows of some parts, against reading their bytes."""

    parts: int
    scan_ms: float
    memory_read_ms: float
    share_of_memory_speed: float


@dataclass(frozen=True)
class Result:
    """All of one size; milliseconds are medians, megabytes of 1e6 bytes."""

    crops: int
    threads: int
    kernel: str
    many_kernel: str
    build_cache_ms: float
    open_index_ms: float
    first_search_ms: float
    refresh_ms: float
    append_32_ms: float
    forget_32_ms: float
    search_after_forgetting_ms: float
    negatives_ms: float
    rerank_1000_ms: float
    many_ms_a_query: float
    process_mb: float
    """At most so far, mapped pages of the cache included."""
    cases: list[Case]
    scans: list[Scan]
    gather_ms: dict[str, float]
    """3 parts, rows gathered, by the share of rows."""
    mask_ms: float
    rivals_ms: dict[str, float]
    """Top 50 of one part by inner product alone, ours too."""
    rivals_mb: dict[str, float]
    approximate: dict[str, float]
    """Building, all parts at once, recall; empty without faiss or where it is not wanted."""


def times(work: Callable[[], object], repeats: int) -> list[float]:
    """Milliseconds of each run of ``work`` after one that warms up."""
    work()
    return [once(work) for _ in range(repeats)]


def milliseconds(work: Callable[[], object], repeats: int) -> float:
    """Median time of ``work``."""
    return statistics.median(times(work, repeats))


def settle(work: Callable[[], object]) -> None:
    """Until threads that slept have a core each; the scheduler takes a tenth of a second for it."""
    start = time.perf_counter()
    while time.perf_counter() < start + _SETTLING:
        work()


def once(work: Callable[[], object]) -> float:
    """Milliseconds of a single run."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


class Bench:
    """One library of ``count`` crops in ``folder`` with its index."""

    def __init__(self, count: int, repeats: int, library: Library, codes: bool) -> None:
        self.count, self.repeats, self.library, self.codes = count, repeats, library, codes
        self.crowd = Crowd(count)
        self.model = fill(library, self.crowd, count)

    def run(self) -> Result:
        """All figures."""
        import torch

        from dropgui.search.kernels import kernel_for, many_kernel_for

        build = once(lambda: PartIndex.open(self.library, self.model).close())
        opened: list[PartIndex] = []
        open_ms = once(lambda: opened.append(PartIndex.open(self.library, self.model)))
        self.index = opened[0]
        index, query = self.index, self.query(1, 3)
        first = once(lambda: search(index, query, exact=True))
        index.warm()
        wide = replace(query, top=1000)
        answer = search(index, wide, exact=True)
        many = [self.query(i + 1, 3) for i in range(MANY)]
        pushed = replace(query, negatives=self.crowd.features([7, 8, 9]))
        cases, scans = list(self.cases()), [self.scan(parts) for parts in PARTS]
        negatives = milliseconds(lambda: search(index, pushed, exact=True), self.repeats)
        reranking = milliseconds(lambda: rerank(index, wide, answer), 3)
        many_ms = milliseconds(lambda: search_many(index, many), 2) / MANY
        refresh = milliseconds(index.refresh, self.repeats)
        gathered = {f"{share:.0%}": self.gather(share) for share in SHARES}
        rivals_ms, rivals_mb = self.rivals()
        approximate = self.approximate() if self.codes or approximate_module.is_wanted(index) else {}
        append = self.append()
        forget, after = self.forget()
        result = Result(
            crops=self.count,
            threads=torch.get_num_threads(),
            kernel=kernel_for("cpu").__name__,
            many_kernel=many_kernel_for("cpu", MANY).__name__,
            build_cache_ms=build,
            open_index_ms=open_ms,
            first_search_ms=first,
            refresh_ms=refresh,
            cases=cases,
            scans=scans,
            negatives_ms=negatives,
            rerank_1000_ms=reranking,
            many_ms_a_query=many_ms,
            gather_ms=gathered,
            mask_ms=self.gather(None),
            rivals_ms=rivals_ms,
            rivals_mb=rivals_mb,
            approximate=approximate,
            append_32_ms=append,
            forget_32_ms=forget,
            search_after_forgetting_ms=after,
            process_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / 1e6,
        )
        index.close()
        return result

    def query(self, crop: int, parts: int, among: str = "all") -> VectorQuery:
        """A crop of the library looks for others."""
        cameras = FILTERS[among]
        chosen = frozenset() if cameras == CAMERAS else frozenset(range(1, cameras + 1))
        return VectorQuery(
            self.crowd.features([crop]),
            dict.fromkeys(PARTS[parts], 1.0),
            CropFilter(cameras=chosen),
            top=TOP,
            exclude=frozenset({crop}),
        )

    def cases(self) -> Iterator[Case]:
        """Every kind of question, each by different crops."""
        for parts in PARTS:
            for among in FILTERS:
                queries = iter([self.query(i + 1, parts, among) for i in range(self.repeats + 1)])
                found = times(lambda q=queries: search(self.index, next(q), exact=True), self.repeats)  # type: ignore[misc]
                recall = statistics.mean(
                    self.recall(self.query(i + 1, parts, among)) for i in range(_RECALL_QUERIES)
                )
                p95 = float(np.percentile(found, 95))
                yield Case(parts, among, statistics.median(found), p95, recall)

    def recall(self, query: VectorQuery) -> float:
        """The share of the formula's first 10, computed by ``dropmodel`` in fp32, among ours."""
        ours = [match.crop_id for match in search(self.index, replace(query, top=10), exact=True).matches]
        rows = self.index.rows
        allowed = np.flatnonzero(scan_module.allowed_rows(self.index, rows, query))
        positions = list(EIGHT.vector_indices(query.weights))
        scores = np.empty(len(allowed), np.float32)
        for start in range(0, len(allowed), _BLOCK):
            places = allowed[start : start + _BLOCK]
            vectors = np.zeros((len(places), len(EIGHT.vector_names), DIM), np.float32)
            for position in positions:
                vectors[:, position] = rows.matrices[position][places]
            block = Features(vectors, rows.visibility_roots[:, places].T ** 2, EIGHT)
            scores[start : start + _BLOCK] = distance(query.features, block, query.weights)[0]
        expected = rows.crop_ids[allowed[np.argsort(scores, kind="stable")[:10]]]
        return len(set(ours) & set(expected.tolist())) / len(expected)

    def scan(self, parts: int) -> Scan:
        """The kernel alone, and a pure read of the same matrices."""
        import torch

        from dropgui.search.kernels import kernel_for

        # Other parts each time, in turn: the same ones again would be read from the processor's cache.
        count = len(EIGHT.vector_names)
        groups = [[(first + i) % count for i in range(parts)] for first in range(count)]
        matrices = [self.index.rows.matrix(position, "cpu") for position in range(count)]
        words = [matrix.view(torch.int64) for matrix in matrices]
        vectors = torch.from_numpy(self.crowd.features([1]).vectors[0])
        kernel = kernel_for("cpu")
        turns = cycle(groups)

        def both() -> tuple[float, float]:
            scanned, summed = next(turns), next(turns)
            return (
                once(lambda: [kernel(vectors[at], matrices[at]) for at in scanned]),
                once(lambda: [words[at].sum() for at in summed]),
            )

        # In turns, since a virtual machine's memory is not equally fast from one moment to the next.
        settle(both)
        scan, read = (
            statistics.median(found) for found in zip(*(both() for _ in range(_SCANS)), strict=True)
        )
        return Scan(parts, scan, read, read / scan)

    def gather(self, share: float | None) -> float:
        """Scanning 3 parts of a share of the rows by gathering them; None: of all rows with a mask."""
        rows, target = self.index.rows, Target.of(self.query(1, 3))
        count = len(rows.living)
        places = None
        if share is not None:
            places = np.sort(np.random.default_rng(0).choice(count, int(share * count), replace=False))
        return milliseconds(lambda: scan_module._scan(rows, target, rows.living, places, "cpu"), self.repeats)

    def rivals(self) -> tuple[dict[str, float], dict[str, float]]:
        """Milliseconds and megabytes of libraries for the first ``TOP`` of one part, and of our own scan."""
        import torch

        from dropgui.search.kernels import kernel_for

        (position,) = EIGHT.vector_indices(PARTS[1])
        half = self.index.rows.matrices[position]
        vector = self.crowd.features([1]).vectors[0, position]
        matrix, query, kernel = torch.from_numpy(half), torch.from_numpy(vector), kernel_for("cpu")
        found = {"ours": milliseconds(lambda: kernel(query, matrix).topk(TOP), self.repeats)}
        size = {"ours": half.nbytes / 1e6}
        whole = half.astype(np.float32)

        def measure(name: str, work: Callable[[], object], megabytes: float) -> None:
            found[name] = milliseconds(work, self.repeats)
            size[name] = megabytes

        measure("numpy fp32", lambda: np.argpartition(-(whole @ vector), TOP)[:TOP], whole.nbytes / 1e6)
        try:
            import faiss
        except ImportError:
            print("faiss is not installed: left out", file=sys.stderr)
        else:
            quantiser = faiss.ScalarQuantizer.QT_fp16
            half_sized = faiss.IndexScalarQuantizer(DIM, quantiser, faiss.METRIC_INNER_PRODUCT)
            for name, rival in {"faiss FlatIP": faiss.IndexFlatIP(DIM), "faiss SQ fp16": half_sized}.items():
                rival.train(whole[:_BLOCK])
                rival.add(whole)
                measure(
                    name, partial(rival.search, vector[None], TOP), self.count * rival.sa_code_size() / 1e6
                )
                rival.reset()
        try:
            from usearch.compiled import MetricKind
            from usearch.index import search as usearch
        except ImportError:
            print("usearch is not installed: left out", file=sys.stderr)
        else:
            rows, asked = np.ascontiguousarray(half), vector.astype(np.float16)
            measure(
                "usearch exact f16",
                lambda: usearch(rows, asked, TOP, MetricKind.IP, exact=True),
                rows.nbytes / 1e6,
            )
        return found, size

    def approximate(self) -> dict[str, float]:
        """Building the codes, asking by all parts with them, and how much they find; one part with them."""
        try:
            build = once(lambda: approximate_module.build(self.index))
        except approximate_module.FaissMissingError:
            print("faiss is not installed: no approximate search", file=sys.stderr)
            return {}
        recall = approximate_module.measure_recall(self.index, 20)
        assert recall is not None  # nothing is taken away meanwhile
        found = {"build_ms": build, "recall_at_10": recall.at_10, "recall_at_100": recall.at_100}
        for parts in PARTS:
            query = self.query(1, parts)
            found[f"{parts}_parts_ms"] = milliseconds(
                lambda q=query: search(self.index, q, exact=False),  # type: ignore[misc]
                self.repeats,
            )
        found["codes_mb"] = sum(path.stat().st_size for path in self.index.folder.glob("*/*.faiss")) / 1e6
        return found

    def append(self) -> float:
        """Taking in 32 new crops, as while a folder is indexed."""
        found = []
        for start in range(self.count + 1, self.count + 1 + 32 * 5, 32):
            add(self.library, self.crowd, self.model, list(range(start, start + 32)))
            found.append(once(self.index.refresh))
        return statistics.median(found)

    def forget(self) -> tuple[float, float]:
        """Taking in that 32 crops were forgotten, and the search after it."""
        forget_crops(self.library, range(2, self.count, self.count // 32), wipe_cache=wipe_caches)
        refresh = once(self.index.refresh)
        return refresh, milliseconds(lambda: search(self.index, self.query(1, 3), exact=True), self.repeats)


_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def plot(results: Sequence[Result], path: Path) -> None:
    """How the milliseconds of a search among all crops grow with their number."""
    low = int(np.floor(np.log10(min(result.crops for result in results))))
    high = max(int(np.ceil(np.log10(max(result.crops for result in results)))), low + 1)
    ticks = tuple((10.0**power, f"{10**power / 1000:,g}k") for power in range(low, high + 1))
    crops = Axis("crops", 10.0**low, 10.0**high, ticks, logarithmic=True)
    chart = Chart("Exact search, everything included", crops, Axis.powers("milliseconds", 0, 3))
    for parts, color in zip(PARTS, (BLUE, ORANGE, GREEN), strict=True):
        points = [
            (result.crops, case.median_ms)
            for result in results
            for case in result.cases
            if (case.parts, case.among) == (parts, "all")
        ]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if len(points) > 1:
            chart.line(xs, ys, color, f"{parts} part{'s' if parts > 1 else ''}")
        chart.points(xs, ys, color)
    limit = 1000 * scan_module.SLOW_SECONDS
    chart.line([10.0**low, 10.0**high], [limit, limit], MUTED, f"{limit:.0f} ms", width=2, dashed=True)
    chart.legend("upper left")
    chart.picture().save(path)


def show(result: Result) -> None:
    """One size, for people."""
    print(f"\n{result.crops:,} crops, {result.threads} threads, kernel {result.kernel}/{result.many_kernel}")
    print("   parts  among   median ms    p95 ms  recall@10")
    for case in result.cases:
        print(
            f"{case.parts:>8}{case.among:>7}{case.median_ms:>12.2f}{case.p95_ms:>10.2f}{case.recall_at_10:>11.3f}"
        )
    for scan in result.scans:
        share = f"{scan.share_of_memory_speed:.2f} of memory speed"
        print(f"   scan of {scan.parts} parts {scan.scan_ms:.2f} ms, {share}")
    for name, value in asdict(result).items():
        if isinstance(value, float):
            print(f"   {name:<28}{value:>12.2f}")
        elif isinstance(value, dict):
            print(f"   {name:<28}" + "  ".join(f"{key} {number:.2f}" for key, number in value.items()))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="How long searches take.")
    parser.add_argument("--crops", type=int, action="append", help="a size of library; may be said again")
    parser.add_argument("--quick", action="store_true", help="100,000 crops alone, fewer repeats")
    parser.add_argument("--repeats", type=int, help="runs of each search (default: 15, quick: 7)")
    parser.add_argument("--folder", type=Path, help="where libraries are made (default: a temporary folder)")
    parser.add_argument("--approximate", action="store_true", help="measure it where it is not wanted, too")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw how it grows with the crops")
    arguments = parser.parse_args()
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # before torch is imported, as Session does
    sizes = arguments.crops or (QUICK if arguments.quick else SIZES)
    repeats = arguments.repeats or (7 if arguments.quick else 15)
    results = []
    for count in sizes:
        with (
            tempfile.TemporaryDirectory(dir=arguments.folder) as folder,
            Library.create(Path(folder) / "bench.droplib") as library,
        ):
            results.append(Bench(count, repeats, library, arguments.approximate).run())
        if not arguments.json:
            show(results[-1])
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    if arguments.plot:
        plot(results, arguments.plot)


if __name__ == "__main__":
    main()
