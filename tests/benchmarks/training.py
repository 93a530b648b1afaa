"""What a training step costs, by part: ``python -m tests.benchmarks.training [HEIGHT WIDTH BATCH THREADS]``.

Each line adds a part to the one before, forward and backward; the difference is what the part costs. On a CPU
seconds are the process's own, shared by its threads, so that other work disturbs less.
"""

import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor

from dropmodel.network.drop import Drop
from dropmodel.parts import IGNORE
from dropmodel.training.averaging import WeightAverage
from dropmodel.training.config import load_config
from dropmodel.training.cpu_convolutions import widen_slow_convolutions
from dropmodel.training.losses.total import TotalLoss
from dropmodel.training.optimiser import build_optimiser

ROUNDS = 4
IDENTITIES = 2000


def clock() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time() / torch.get_num_threads()


def least(step: Callable[[], None]) -> float:
    step()
    seconds = []
    for _ in range(ROUNDS):
        started = clock()
        step()
        seconds.append(clock() - started)
    return min(seconds)


def measure(
    height: int, width: int, batch: int, dtype: torch.dtype, *, channels_last: bool, widen: bool = False
) -> None:
    settings = [f"network.height={height}", f"network.width={width}", f"network.identities={IDENTITIES}"]
    config = load_config("drop_lite", settings)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = Drop(config.network).to(device)
    network.to(memory_format=layout)  # type: ignore[call-overload]
    network.train()
    if widen:
        widen_slow_convolutions(network)
    loss = TotalLoss(config.losses, IDENTITIES, 8, config.network.dim).to(device)
    optimiser = build_optimiser(network, config.optimiser)
    average = WeightAverage(network)
    images = torch.randn(batch, 3, height, width, device=device).contiguous(memory_format=layout)
    identities = torch.arange(batch, device=device) // 4
    targets = torch.randint(0, 9, (batch, height // 4, width // 4), device=device).to(torch.uint8)
    targets[: batch // 8] = IGNORE

    def back(value: Tensor) -> None:
        torch.autograd.backward(value)
        optimiser.zero_grad()

    def autocast() -> torch.autocast:
        return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)

    def backbone_forward() -> None:
        with autocast(), torch.no_grad():
            network.backbone(images)

    def backbone() -> None:
        with autocast():
            stages, reid = network.backbone(images)
        back(sum((stage.float().mean() for stage in stages), reid.float().mean()))

    def parsing() -> None:
        with autocast():
            reid, logits = network.see(images)
        back(reid.float().mean() + logits.float().square().mean())

    def whole() -> None:
        with autocast():
            output = network(images)
        kinds = [*output.identity_logits.values(), output.parsing_logits, output.neck]
        back(sum((kind.float().square().mean() for kind in kinds), output.raw.mean()))

    def losses() -> None:
        with autocast():
            output = network(images)
        total, _, joined = loss(output, identities, targets, 30.0)
        back(total)
        loss.remember(joined)

    def step() -> None:
        with autocast():
            output = network(images)
        total, _, joined = loss(output, identities, targets, 30.0)
        torch.autograd.backward(total)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        optimiser.zero_grad()
        loss.remember(joined)
        average.move(network, 0.999)

    kind = str(dtype).removeprefix("torch.") + (", channels last" if channels_last else "")
    kind += ", slow convolutions in fp32" if widen else ""
    print(f"{height} x {width}, batch {batch}, {kind}, {device}, {torch.get_num_threads()} thread(s)")
    before = 0.0
    for name, part in {
        "backbone, forward": backbone_forward,
        "backbone": backbone,
        "+ DPU, position, head": parsing,
        "+ pooling, embeddings": whole,
        "+ losses, bank": losses,
        "+ clip, AdamW, EMA": step,
    }.items():
        seconds = least(part)
        added = seconds - before if name.startswith("+") else seconds
        print(f"  {name:22} {added:8.3f} s   so far {seconds:8.3f} s  {batch / seconds:8.1f} images/s")
        before = seconds


def main(argv: list[str]) -> None:
    height, width, batch, threads = map(int, argv or ("128", "64", "64", "1"))
    torch.set_num_threads(threads)
    for dtype in (torch.float32, torch.bfloat16):
        for channels_last in (False, True):
            measure(height, width, batch, dtype, channels_last=channels_last)
    measure(height, width, batch, torch.bfloat16, channels_last=True, widen=True)


if __name__ == "__main__":
    main(sys.argv[1:])
