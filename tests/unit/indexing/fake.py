"""A small model that needs no network: a picture's vectors are the colours of its three bands."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from dropgui.indexing import CancelToken, IndexReport, Progress, index_folder
from dropgui.library import Library
from dropgui.library.models import register_model
from dropmodel.features import Features
from dropmodel.parts import stripes

SCHEMA = stripes(3)
DIM = 8


@dataclass(frozen=True)
class FakeExtraction:
    features: Features
    labels: npt.NDArray[np.uint8]
    confidence: npt.NDArray[np.float32]
    uncertainty: npt.NDArray[np.float32]


@dataclass
class FakeExtractor:
    """Counts what it is given; ``seconds`` is how long it takes for a picture."""

    batch_size: int = 8
    seconds: float = 0.0
    batches: list[int] = field(default_factory=list)
    after_batch: Callable[[], None] | None = None
    schema = SCHEMA
    dim = DIM
    input_size = (32, 16)

    @property
    def pictures(self) -> int:
        return sum(self.batches)

    def extract(self, images: Sequence[npt.NDArray[np.uint8]]) -> FakeExtraction:
        time.sleep(self.seconds * len(images))
        self.batches.append(len(images))
        if self.after_batch is not None:
            self.after_batch()
        rows = [features_of_pixels(pixels) for pixels in images]
        labels = np.tile(np.repeat(np.arange(4, dtype=np.uint8), 2)[None, :, None], (len(images), 1, 4))
        return FakeExtraction(
            Features.concatenate(rows),
            labels,
            np.full(labels.shape, 0.5, dtype=np.float32),
            np.linspace(0, 1, len(images), dtype=np.float32),
        )

    def pool(
        self, images: Sequence[npt.NDArray[np.uint8]], labels: Sequence[npt.NDArray[np.uint8]]
    ) -> FakeExtraction:
        """Parts are as visible as their share of the given mask."""
        found = self.extract(images)
        for row, given in enumerate(labels):
            for label in range(1, len(SCHEMA) + 1):
                found.features.visibility[row, 1 + label] = (given == label).mean()
        return found


def features_of_pixels(pixels: npt.NDArray[np.uint8]) -> Features:
    bands = [pixels, pixels, *np.array_split(pixels, 3)]
    colors = np.array([band.reshape(-1, 3).mean(axis=0) for band in bands], dtype=np.float32)
    vectors = np.zeros((1, len(bands), DIM), dtype=np.float32)
    vectors[0, :, :3] = colors + 1
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return Features(vectors, np.full((1, len(bands)), 0.5, dtype=np.float32), SCHEMA)


def run(
    library: Library,
    folder: Path,
    extractor: FakeExtractor | None = None,
    *,
    model: str = "fake",
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
    retry_faults: bool = False,
) -> IndexReport:
    network = extractor or FakeExtractor()

    def version() -> int:
        return register_model(
            library, name=model, schema=SCHEMA, dim=DIM, weights_hash=model, trained=False
        ).id

    return index_folder(
        library, folder, lambda: network, version,
        on_progress=on_progress, cancel=cancel, retry_faults=retry_faults,
    )  # fmt: skip


def picture(path: Path, seed: int = 0, size: tuple[int, int] = (16, 32), **options: object) -> Path:
    """Writes a picture of three random colour bands, sharp enough to survive JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    bands = rng.integers(0, 255, (3, 1, 3), dtype=np.uint8)
    pixels = np.repeat(np.repeat(bands, -(-size[1] // 3), axis=0)[: size[1]], size[0], axis=1)
    Pillow.fromarray(pixels).save(path, **options)  # type: ignore[arg-type]
    return path


def pictures(folder: Path, count: int, seed: int = 0) -> Path:
    for i in range(count):
        picture(folder / f"{i:04}.png", seed * 100_000 + i)
    return folder
