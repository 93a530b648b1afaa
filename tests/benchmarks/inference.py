"""Images a second of the Extractor against the bare network on a ready batch, interleaved.

    python -m tests.benchmarks.inference [--backbone NAME] [--rounds 15]

Both run on the same machine in turns, so that what else the machine does hits both; the ratio of the medians
is the figure to trust.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from dropmodel.inference import Extractor, untrained_model
from dropmodel.network.config import NetworkConfig

BATCH = 32


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--backbone", default="efficientnet_lite0")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    model = untrained_model(NetworkConfig(backbone=arguments.backbone))
    extractor = Extractor(model, batch_size=BATCH)
    height, width = extractor.input_size
    random = np.random.default_rng(0)
    images = [random.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(BATCH)]
    larger = [random.integers(0, 256, (2 * height, 2 * width, 3), dtype=np.uint8) for _ in range(BATCH)]
    ready = torch.randn(BATCH, 3, height, width, device=model.device).contiguous(
        memory_format=torch.channels_last
    )

    def bare() -> None:
        autocast = torch.autocast(model.device.type, extractor.dtype, extractor.dtype != torch.float32)
        with torch.inference_mode(), autocast:
            model.network(ready)
        if model.device.type == "cuda":
            torch.cuda.synchronize()

    runs: dict[str, Callable[[], object]] = {
        "bare network": bare,
        "extractor": lambda: extractor.extract(images),
        "extractor, pictures twice the size": lambda: extractor.extract(larger),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for work in runs.values():
        work()
    for _ in range(arguments.rounds):
        for name, work in runs.items():
            times[name].append(seconds(work))
    base = statistics.median(times["bare network"])
    print(f"{arguments.backbone} {height} x {width}, {extractor.dtype}, {model.device}, batch {BATCH}")
    for name, measured in times.items():
        middle = statistics.median(measured)
        print(f"{name:36} {BATCH / middle:8.1f} images/s   {base / middle:.3f} of bare")


if __name__ == "__main__":
    main()
