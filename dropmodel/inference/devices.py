"""Which device and which number format to compute with."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch

Precision = Literal["auto", "fp32", "bf16", "fp16"]

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def choose_device(device: str | torch.device = "auto") -> torch.device:
    """``auto``: CUDA, else a working Apple GPU, else the CPU. Anything else is taken as it is.

    ``ValueError`` for a device this machine does not have.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps") if _works(torch.device("mps")) else torch.device("cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ValueError(f"unknown device {device!r}; use auto, cpu, cuda, cuda:1 or mps") from error
    if chosen.type != "cpu" and not _works(chosen):
        raise ValueError(f"device {device} is not available on this machine; use auto or cpu")
    return chosen


def _works(device: torch.device) -> bool:
    """Whether one small sum runs there: a driver can be present and broken."""
    if device.type == "mps" and not torch.backends.mps.is_available():
        return False
    try:
        return float(torch.ones(2, device=device).sum()) == 2.0
    except (RuntimeError, AssertionError, NotImplementedError):
        return False


def choose_dtype(precision: Precision, device: torch.device) -> torch.dtype:
    """The autocast format on ``device``; ``auto`` is bf16 where the hardware multiplies it natively.

    On x86 that means AVX512-BF16 or AMX: oneDNN also accepts bf16 on plain AVX-512, where it is slower than
    fp32. The processor is asked, not timed, so that one machine always gives the same vectors. On other
    processors and on Apple GPUs ``auto`` is fp32; on CUDA bf16 from compute capability 8 on, else fp16.
    """
    if precision != "auto":
        if precision not in _DTYPES:
            raise ValueError(f"unknown precision {precision!r}; use auto, fp32, bf16 or fp16")
        return _DTYPES[precision]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device)[0] >= 8 else torch.float16
    if device.type == "cpu" and _native_bf16():
        return torch.bfloat16
    return torch.float32


def _native_bf16() -> bool:
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return False
    # Private names, absent in some versions of torch: there fp32 is the safe answer.
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, probe, bool)() for probe in probes)


@contextmanager
def cpu_threads(count: int | None) -> Iterator[None]:
    """Let torch use ``count`` threads of the CPU inside the block; ``None`` changes nothing."""
    if count is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
