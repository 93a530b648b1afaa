"""The inner loops: dot products of one query vector, or of many, with a matrix of fp16 rows.

Which way is fastest depends on the processor: torch's fp16 products read at memory speed on CPUs with AVX2
or better and on CUDA and are slow on others, products of bf16 matrices are quick where there are
instructions for them. So a timing at the first use decides (docs/performance.md).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch.nn import functional as F

Kernel = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(query float32 [D], matrix float16 [N, D]) -> dot products float32 [N]."""

ManyKernel = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(queries float32 [Q, D], matrix float16 [N, D]) -> dot products float32 [Q, N]."""

KERNEL_ERROR = 2e-3
"""More than a kernel's result is off for unit vectors.

Rounding the query to fp16 costs at most 2**-11 and rounding the result 2**-12, together 7.4e-4.
"""

MANY_ERROR = 1.5e-2
"""The same for a kernel of many queries.

Rounding both sides and the result to bf16 costs at most 2**-8 each, together 1.2e-2.
"""

_CHUNK = 8192
_MANY_CHUNK = 65536
_FEW = 8
_TRIAL_ROWS = 32768  # 32 MiB: as much as the caches of most processors
_TRIAL_DIM = 512
_TRIAL_QUERIES = 32
_TRIALS = 3
_HOPELESS = 3.0


def linear(query: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Query, matrix and result in fp16, at memory speed where the hardware converts."""
    return F.linear(query.to(matrix.dtype)[None], matrix)[0].float()


def vector(query: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """The same by torch's product with a vector, which takes another way through its libraries."""
    return torch.mv(matrix, query.to(matrix.dtype)).float()


def single(query: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """In fp32, converting a cache-sized piece of the matrix at a time."""
    result = query.new_empty(len(matrix))
    for start in range(0, len(matrix), _CHUNK):
        torch.mv(matrix[start : start + _CHUNK].float(), query, out=result[start : start + _CHUNK])
    return result


def loop(queries: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """One query after the other."""
    kernel = kernel_for(matrix.device.type)
    return torch.stack([kernel(query, matrix) for query in queries])


def half_product(queries: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """One product in fp16."""
    return F.linear(queries.to(matrix.dtype), matrix).float()


def bfloat_product(queries: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Products in bf16, converting a piece of the matrix at a time."""
    return _product(queries, matrix, torch.bfloat16)


def single_product(queries: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Products in fp32, converting a piece of the matrix at a time."""
    return _product(queries, matrix, torch.float32)


KERNELS: tuple[Kernel, ...] = (linear, vector, single)
MANY_KERNELS: tuple[ManyKernel, ...] = (loop, half_product, bfloat_product, single_product)


@dataclass(frozen=True, slots=True)
class Timing:
    """The fastest kernel of a device, and its ``seconds`` for one number of one row."""

    kernel: Kernel
    seconds: float


def kernel_for(device: str) -> Kernel:
    """The fastest kernel on ``device``, timed at the first call (some 50 ms)."""
    return timing(device).kernel


@cache
def timing(device: str) -> Timing:
    """The fastest kernel on ``device`` and how fast it is; timed at the first call."""
    matrix = _trial_matrix(device)
    query = torch.ones(_TRIAL_DIM, device=device)
    # An accelerator is at memory speed either way.
    kernel, seconds = _fastest(KERNELS if _is_cpu(device) else (linear,), query, matrix)
    return Timing(kernel, seconds / matrix.numel())


def many_kernel_for(device: str, queries: int) -> ManyKernel:
    """The fastest kernel for so many queries on ``device``; timed at the first call (a second at worst)."""
    return loop if queries < _FEW else _timed_many(device)


@cache
def _timed_many(device: str) -> ManyKernel:
    if not _is_cpu(device):
        return half_product
    matrix = _trial_matrix(device)[: _TRIAL_ROWS // 4]
    queries = torch.ones(_TRIAL_QUERIES, _TRIAL_DIM)
    return _fastest(MANY_KERNELS, queries, matrix)[0]


def search_device() -> str:
    """Where searches run unless somebody says otherwise: CUDA if there is any, else the CPU."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def _is_cpu(device: str) -> bool:
    return torch.device(device).type == "cpu"


def _product(queries: torch.Tensor, matrix: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    result = queries.new_empty(len(queries), len(matrix))
    converted = queries.to(dtype)
    for start in range(0, len(matrix), _MANY_CHUNK):
        piece = slice(start, start + _MANY_CHUNK)
        result[:, piece] = F.linear(converted, matrix[piece].to(dtype))
    return result


def _trial_matrix(device: str) -> torch.Tensor:
    """Rows of ordinary numbers: made ones, for reading them takes as long as any."""
    piece = torch.linspace(-0.1, 0.1, 1021, device=device).half()  # a prime, so that no two rows are alike
    times = -(-_TRIAL_ROWS * _TRIAL_DIM // len(piece))
    return piece.repeat(times)[: _TRIAL_ROWS * _TRIAL_DIM].reshape(_TRIAL_ROWS, _TRIAL_DIM)


def _fastest(kernels: tuple[Kernel, ...], query: torch.Tensor, matrix: torch.Tensor) -> tuple[Kernel, float]:
    """The kernel with the shortest run, and its seconds; those far behind after one run get no second."""
    shortest: dict[Kernel, float] = {}
    for _ in range(_TRIALS):
        best = min(shortest.values(), default=float("inf"))
        for kernel in kernels:
            if shortest.get(kernel, 0.0) <= _HOPELESS * best:
                seconds = _seconds(kernel, query, matrix)
                shortest[kernel] = min(seconds, shortest.get(kernel, seconds))
    kernel = min(shortest, key=lambda each: shortest[each])
    return kernel, shortest[kernel]


def _seconds(kernel: Kernel, query: torch.Tensor, matrix: torch.Tensor) -> float:
    """Of one run, until the device is done."""
    start = time.perf_counter()
    kernel(query, matrix)[..., -1].sum().item()
    return time.perf_counter() - start
