"""Several processes that train one network, started by torchrun.

The convention everywhere: DistributedDataParallel averages the gradients of the processes, and that average
is the gradient of the loss of the joined batch (the processes' batches one after another, all of one size).
Without a process group every function here does what one process alone needs.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

_PATIENCE = timedelta(hours=3)
"""How long processes wait for another. They do while the first one validates, and a large gallery may take
longer than the ten minutes that torch gives GPUs. One that died keeps nobody waiting: torchrun ends all."""


def world_size() -> int:
    """Number of processes; 1 without a group."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Number of this process from 0; 0 without a group."""
    return dist.get_rank() if world_size() > 1 else 0


@contextmanager
def process_group(device: torch.device) -> Iterator[torch.device]:
    """Join the group torchrun announces in the environment, if any; gives the device this process has.

    A process that has joined already stays in its group.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2 or world_size() > 1:
        yield device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
        # With the device a barrier knows which one to wait on; without, it guesses by the process's number.
        dist.init_process_group("nccl", timeout=_PATIENCE, device_id=device)
    else:
        dist.init_process_group("gloo", timeout=_PATIENCE)
    try:
        yield device
    finally:
        dist.destroy_process_group()


def barrier() -> None:
    """Wait for all processes."""
    if world_size() > 1:
        dist.barrier()


def gather(tensor: Tensor) -> Tensor:
    """``tensor`` of every process, of one shape, joined along the first axis; no gradient."""
    if world_size() == 1:
        return tensor.detach()
    return _all(tensor.detach()).flatten(0, 1)


def gather_with_gradient(tensor: Tensor) -> Tensor:
    """As :func:`gather`, with gradient.

    For losses that every process computes alike from what was gathered: the gradients that the processes
    would send one another are all the same, so each multiplies its own by their number instead.
    """
    if world_size() == 1:
        return tensor
    gathered: Tensor = _Gather.apply(tensor)  # type: ignore[no-untyped-call]
    return gathered


def sum_over_processes(tensor: Tensor) -> Tensor:
    """Sum of ``tensor`` over all processes; no gradient."""
    total = tensor.detach().clone()
    if world_size() > 1:
        dist.all_reduce(total)
    return total


def mean_over_processes(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """Mean over processes of scalars, all in one message."""
    if world_size() == 1 or not values:
        return values
    stacked = sum_over_processes(torch.stack([value.float() for value in values.values()])) / world_size()
    return dict(zip(values, stacked.unbind(), strict=True))


def gather_objects(value: Any) -> list[Any]:
    """``value`` of every process, in their order."""
    found: list[Any] = [value]
    if world_size() > 1:
        found *= world_size()
        dist.all_gather_object(found, value)
    return found


def exchange(tensor: Tensor) -> Tensor:
    """``tensor`` of every process, stacked to [processes, ...], with gradients sent back to their owners.

    For values each process goes on to use in its own way, as batch norm does.
    """
    exchanged: Tensor = _Exchange.apply(tensor)  # type: ignore[no-untyped-call]
    return exchanged


def hold_gradients(model: nn.Module, *, hold: bool) -> AbstractContextManager[Any]:
    """A context in which DistributedDataParallel sends no gradients: for all but the last batch of a step."""
    return model.no_sync() if hold and isinstance(model, DistributedDataParallel) else nullcontext()


def _all(tensor: Tensor) -> Tensor:
    """[processes, *shape], the same everywhere."""
    # NCCL and Gloo both carry bytes; not all of their versions carry truth values.
    sent = tensor.contiguous().to(torch.uint8) if tensor.dtype == torch.bool else tensor.contiguous()
    received = [torch.empty_like(sent) for _ in range(world_size())]
    dist.all_gather(received, sent)
    return torch.stack(received).to(tensor.dtype)


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tensor: Tensor) -> Tensor:
        ctx.count = len(tensor)
        return _all(tensor).flatten(0, 1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        start = rank() * ctx.count
        return gradient[start : start + ctx.count] * world_size()


class _Exchange(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tensor: Tensor) -> Tensor:  # noqa: ARG004
        return _all(tensor)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ARG004
        total = gradient.contiguous()
        dist.all_reduce(total)
        return total[rank()]
