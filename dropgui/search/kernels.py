"""The inner loop: the dot products of one query vector with a matrix of fp16 rows.

torch's fp16 ``linear`` reads at memory speed on CPUs with AVX2 or better and on CUDA, and is slow on
others; a timing at the first use decides (docs/performance.md).
"""

import time
from collections.abc import Callable
from functools import cache

import torch
from torch.nn import functional as F

Kernel = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(query float32 [D], matrix float16 [N, D]) -> dot products float32 [N]."""

_CHUNK = 8192
_TRIAL_ROWS = 16384

KERNEL_ERROR = 2e-3
"""More than a kernel's result is off for unit vectors.

Rounding the query to fp16 costs at most 2**-11 and rounding the result 2**-12, together 7.4e-4.
"""


def half(query: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Query, matrix and result in fp16, at memory speed where the hardware converts."""
    return F.linear(query.to(matrix.dtype)[None], matrix)[0].float()


def single(query: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """In fp32, converting a cache-sized piece of the matrix at a time."""
    result = query.new_empty(len(matrix))
    for start in range(0, len(matrix), _CHUNK):
        torch.mv(matrix[start : start + _CHUNK].float(), query, out=result[start : start + _CHUNK])
    return result


@cache
def kernel_for(device: str) -> Kernel:
    """The fastest kernel on ``device``, timed at the first call (some 10 ms)."""
    if device != "cpu":
        return half
    generator = torch.Generator().manual_seed(0)
    matrix = torch.randn(_TRIAL_ROWS, 512, generator=generator).half()
    query = torch.randn(512, generator=generator)
    return min((half, single), key=lambda kernel: _seconds(kernel, query, matrix))


def _seconds(kernel: Kernel, query: torch.Tensor, matrix: torch.Tensor) -> float:
    """The shorter of two runs after one that sets up."""
    kernel(query, matrix)
    runs = []
    for _ in range(2):
        start = time.perf_counter()
        kernel(query, matrix)
        runs.append(time.perf_counter() - start)
    return min(runs)
