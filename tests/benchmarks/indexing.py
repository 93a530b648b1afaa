"""Images a second of a whole run against the bare network: ``python -m tests.benchmarks.indexing``.

``--json`` prints JSON, ``--quick`` measures less.
The bare network gets the same pictures, decoded and in memory, in batches of the extractor's own size. Both
are run alternately and the medians compared, because the speed of a shared machine drifts.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from dropgui.indexing import IndexReport, index_folder
from dropgui.library import Library
from dropgui.library.models import register_model
from dropgui.library.queries import Counts, counts
from dropmodel.decode import read_image
from dropmodel.inference import Extractor, untrained_model


@dataclass(frozen=True)
class Result:
    """``pipeline`` and ``network`` in images a second; ``share`` is their ratio, the target is >= 0.9.

    ``first_rows_ms`` is from the start of a run over ``listed`` files to the first crops in the gallery.
    """

    images: int
    batch_size: int
    pipeline: float
    network: float
    share: float
    skip_ms: float
    listed: int
    first_rows_ms: float
    all_rows_ms: float


def make_crops(folder: Path, count: int) -> None:
    """JPEG crops of 128 x 256 with structure at several scales, as compressible as photographs."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for number in range(count):
        layers = [
            Pillow.fromarray(rng.integers(0, 255, (rows, rows // 2, 3), dtype=np.uint8)).resize((128, 256))
            for rows in (4, 16, 64)
        ]
        mean = np.mean([np.asarray(layer) for layer in layers], axis=0).astype(np.uint8)
        Pillow.fromarray(mean).save(folder / f"{number % 50:04}_c{number % 6 + 1}s1_{number:06}_00.jpg")


def index(library: Library, folder: Path, extractor: Extractor) -> IndexReport:
    """One run with the extractor already loaded."""

    def version() -> int:
        return register_model(
            library,
            name="bench",
            schema=extractor.schema,
            dim=extractor.dim,
            weights_hash=extractor.model.weights_hash,
            trained=False,
        ).id

    return index_folder(library, folder, lambda: extractor, version)


def bare(extractor: Extractor, pictures: list[np.ndarray]) -> float:
    """Seconds of the network alone over pictures in memory."""
    start = time.perf_counter()
    for first in range(0, len(pictures), extractor.batch_size):
        extractor.extract(pictures[first : first + extractor.batch_size])
    return time.perf_counter() - start


def first_rows(folder: Path, count: int) -> tuple[float, float]:
    """Milliseconds till the first and till all of ``count`` files are crops in the gallery."""
    pictures = folder / "many"
    pictures.mkdir()
    for number in range(count):
        (pictures / f"{number:06}.jpg").touch()
    times: list[float] = []

    def load() -> Extractor:
        raise InterruptedError  # only the scan is wanted

    with Library.create(folder / "many.droplib") as library:
        start = time.perf_counter()
        library.subscribe(lambda change: times.append(time.perf_counter()) if change.crops_added else None)
        try:
            index_folder(library, pictures, load, lambda: 0)
        except InterruptedError:
            assert counts(library) == Counts(count, 0, count, 0)
    return (times[0] - start) * 1000, (times[-1] - start) * 1000


def measure(count: int, rounds: int, listed: int, folder: Path) -> Result:
    """All figures, with files made in ``folder``."""
    crops = folder / "crops"
    make_crops(crops, count)
    extractor = Extractor(untrained_model())
    pictures = [read_image(path) for path in sorted(crops.iterdir())]
    extractor.extract(pictures[: extractor.batch_size])
    pipeline, network, skips = [], [], []
    for number in range(rounds):
        network.append(bare(extractor, pictures))
        with Library.create(folder / f"{number}.droplib") as library:
            report = index(library, crops, extractor)
            assert report.indexed == count
            pipeline.append(report.seconds)
            skips.append(index(library, crops, extractor).seconds)
    first, every = first_rows(folder, listed)
    return Result(
        images=count,
        batch_size=extractor.batch_size,
        pipeline=count / statistics.median(pipeline),
        network=count / statistics.median(network),
        share=statistics.median(network) / statistics.median(pipeline),
        skip_ms=statistics.median(skips) * 1000,
        listed=listed,
        first_rows_ms=first,
        all_rows_ms=every,
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=600)
    parser.add_argument("--quick", action="store_true", help="128 images, one round, 10,000 files listed")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    images, rounds, listed = (128, 1, 10_000) if arguments.quick else (arguments.images, 3, 100_000)
    with tempfile.TemporaryDirectory() as folder:
        result = measure(images, rounds, listed, Path(folder))
    if arguments.json:
        print(json.dumps(asdict(result)))
        return
    for name, value in asdict(result).items():
        print(f"{name:>20}  {value:,.2f}" if isinstance(value, float) else f"{name:>20}  {value:,}")


if __name__ == "__main__":
    main()
