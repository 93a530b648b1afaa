"""Images a second of the Extractor against the bare network on a ready batch, interleaved.

    python -m tests.benchmarks.inference [--model FILE | --backbone NAME] [--runtime torch openvino]
        [--precision fp32] [--rounds 15] [--pictures FOLDER]

All run on the same machine in turns, so that what else the machine does hits all; the ratio of the medians
is the figure to trust. With ``--pictures`` each runtime's answers for a folder's first pictures are compared
with torch's in fp32.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from dropmodel.inference import Extractor, load_model, untrained_model
from dropmodel.inference.devices import choose_dtype
from dropmodel.inference.weights import LoadedModel
from dropmodel.network.config import NetworkConfig

BATCH = 32
COMPARED = 256  # pictures of the folder


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def parity(model: LoadedModel, extractor: Extractor, pictures: list[Path]) -> str:
    """How near the extractor's vectors and label maps are to those of torch in fp32."""
    exact = Extractor(model, batch_size=BATCH, precision="fp32", runtime="torch").extract(pictures)
    found = extractor.extract(pictures)
    cosine = (exact.features.vectors * found.features.vectors).sum(-1)
    filled = np.linalg.norm(exact.features.vectors, axis=-1) > 0
    equal = (exact.labels == found.labels).mean()
    return (
        f"{len(pictures)} pictures, to torch in fp32: cosine at least {cosine[filled].min():.6f}, "
        f"{100 * equal:.3f} % of labels equal"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, help="a model file instead of an untrained network")
    parser.add_argument("--backbone", default="efficientnet_lite0", help="of the untrained network")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--precision", default="auto", choices=["auto", "fp32", "bf16"])
    parser.add_argument("--runtime", nargs="+", default=["torch"], choices=["auto", "torch", "openvino"])
    parser.add_argument("--pictures", type=Path, help="a folder of .jpg or .png whose answers are compared")
    arguments = parser.parse_args()
    if arguments.model is None:
        model = untrained_model(NetworkConfig(backbone=arguments.backbone))
    else:
        model = load_model(arguments.model)
    height, width = model.config.height, model.config.width
    random = np.random.default_rng(0)
    images = [random.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(BATCH)]
    larger = [random.integers(0, 256, (2 * height, 2 * width, 3), dtype=np.uint8) for _ in range(BATCH)]
    ready = torch.randn(BATCH, 3, height, width, device=model.device).contiguous(
        memory_format=torch.channels_last
    )

    dtype = choose_dtype(arguments.precision, model.device)

    def bare() -> None:
        autocast = torch.autocast(model.device.type, dtype, dtype != torch.float32)
        with torch.inference_mode(), autocast:
            model.network(ready)
        if model.device.type == "cuda":
            torch.cuda.synchronize()

    pictures = []
    if arguments.pictures is not None:
        pictures = sorted(p for p in arguments.pictures.rglob("*") if p.suffix in {".jpg", ".png"})[:COMPARED]
        if not pictures:
            parser.error(f"{arguments.pictures}: no .jpg or .png in this folder")

    runs: dict[str, Callable[[], object]] = {f"bare network, torch {dtype}": bare}
    for runtime in arguments.runtime:
        extractor = Extractor(model, batch_size=BATCH, precision=arguments.precision, runtime=runtime)
        name = f"extractor, {extractor.runtime} {extractor.dtype}"
        if pictures:
            print(f"{name}: {parity(model, extractor, pictures)}")
        runs[name] = partial(extractor.extract, images)
        runs[f"{name}, pictures twice the size"] = partial(extractor.extract, larger)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for work in runs.values():
        work()
    for _ in range(arguments.rounds):
        for name, work in runs.items():
            times[name].append(seconds(work))
    base = statistics.median(next(iter(times.values())))
    print(f"{model.config.backbone} {height} x {width}, {model.device}, batch {BATCH}")
    for name, measured in times.items():
        middle = statistics.median(measured)
        print(f"{name:66} {BATCH / middle:8.1f} images/s   {base / middle:.3f} of bare")


if __name__ == "__main__":
    main()
