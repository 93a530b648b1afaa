"""Gradients of depthwise convolutions on a CPU, by loops that numba compiles.

oneDNN's are written for large maps. On the small, wide maps of person crops plain loops over pixels and
kernel taps, innermost over channels (which lie side by side in memory), take a fifth to a half of its time;
``tests/benchmarks/training.py`` says what that is worth.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

Floats = npt.NDArray[np.float32]
Pair = tuple[int, int]
Sides = tuple[int, int, int, int]
"""Pixels of padding at the top, bottom, left and right."""


class DepthwiseConvolution(torch.autograd.Function):
    """``conv2d`` with one filter a channel, in fp32 whatever comes in; the result has the type of ``x``.

    ``apply(x, weight, bias, stride, padding)``: ``x`` [N, C, H, W], ``weight`` [C, 1, k, k'], ``bias`` [C] or
    None, ``stride`` for rows and columns, ``padding`` of zeros. Not differentiable twice.
    """

    @staticmethod
    def forward(  # noqa: D102 - torch's own form
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: Pair, padding: Sides
    ) -> Tensor:
        ctx.save_for_backward(x, weight)
        top, bottom, left, right = padding
        ctx.steps = (*stride, top, left)
        wide, given = x.float(), None if bias is None else bias.float()
        even = (top, left)
        if (bottom, right) != even:
            wide, even = F.pad(wide, (left, right, top, bottom)), (0, 0)
        return F.conv2d(wide, weight.float(), given, stride, even, groups=x.shape[1]).to(x.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *outputs: Tensor) -> tuple[Tensor | None, ...]:  # noqa: D102 - torch's own form
        x, weight = ctx.saved_tensors
        (above,) = outputs
        dy = _pixels(above)
        to_x = to_weight = to_bias = None
        if ctx.needs_input_grad[0]:
            taps = weight.detach().float()[:, 0].permute(1, 2, 0).contiguous().numpy()
            found = np.zeros(tuple(x.permute(0, 2, 3, 1).shape), np.float32)
            _shared(_to_input, len(found), dy, taps, *ctx.steps, found)
            to_x = torch.from_numpy(found).permute(0, 3, 1, 2).to(x.dtype)
        if ctx.needs_input_grad[1]:
            pixels = _pixels(x)
            rows, columns = weight.shape[2:]
            sums = _shared(_to_weight, len(pixels), dy, pixels, *ctx.steps, rows, columns)
            summed: Floats = np.sum(sums, axis=0)
            to_weight = torch.from_numpy(summed).permute(2, 0, 1)[:, None].to(weight.dtype)
        if ctx.needs_input_grad[2]:
            to_bias = above.float().sum((0, 2, 3))
        return to_x, to_weight, to_bias, None, None


def _pixels(x: Tensor) -> Floats:
    """[N, C, H, W] of any type and layout as fp32 [N, H, W, C]; no copy of what lies so already."""
    values: Floats = x.detach().permute(0, 2, 3, 1).float().contiguous().numpy()
    return values


def _shared(loop: Callable[..., Any], pictures: int, *given: Any) -> list[Any]:
    """``loop`` over all pictures, shared out among as many threads as torch has."""
    threads = min(torch.get_num_threads(), pictures)
    if threads < 2:
        return [loop(0, pictures, *given)]
    bounds = [pictures * part // threads for part in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda first, last: loop(first, last, *given), bounds[:-1], bounds[1:]))


@numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _to_input(
    first: int, last: int, dy: Floats, taps: Floats, down: int, across: int, top: int, left: int, dx: Floats
) -> None:
    """Adds to ``dx`` [N, H, W, C], for the pictures from ``first`` to before ``last``."""
    height, width = dx.shape[1:3]
    for n in range(first, last):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for u in range(taps.shape[0]):
                    row = i * down + u - top
                    if row < 0 or row >= height:
                        continue
                    for v in range(taps.shape[1]):
                        column = j * across + v - left
                        if column < 0 or column >= width:
                            continue
                        for c in range(taps.shape[2]):
                            dx[n, row, column, c] += taps[u, v, c] * dy[n, i, j, c]


@numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _to_weight(
    first: int, last: int, dy: Floats, x: Floats, down: int, across: int, top: int, left: int, rows: int,
    columns: int,
) -> Floats:  # fmt: skip
    """The filters' gradient [rows, columns, C] over the pictures from ``first`` to before ``last``."""
    height, width, channels = x.shape[1:]
    found = np.zeros((rows, columns, channels), np.float32)
    for n in range(first, last):
        for u in range(rows):
            for v in range(columns):
                for i in range(dy.shape[1]):
                    row = i * down + u - top
                    if row < 0 or row >= height:
                        continue
                    for j in range(dy.shape[2]):
                        column = j * across + v - left
                        if column < 0 or column >= width:
                            continue
                        for c in range(channels):
                            found[u, v, c] += x[n, row, column, c] * dy[n, i, j, c]
    return found
