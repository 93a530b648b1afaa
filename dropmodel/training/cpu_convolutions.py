"""Convolutions that train slower in bf16 than in fp32 on a CPU.

oneDNN's bf16 gradients of depthwise convolutions are slow where the kernel is 5 x 5 or the stride 2: three to
ten times the time of fp32. These few run in fp32, the rest in bf16: EfficientNet-Lite0 trains in half the
time (1.47 s against 0.74 s for 64 pictures of 128 x 64 on one core; ``tests/benchmarks/training.py``). Where
numba is installed their gradients are :mod:`dropmodel.training.depthwise`'s: a quarter less time again.
"""

import importlib
from types import ModuleType
from typing import cast

import torch
from torch import Tensor, nn

_kinds: dict[type, type] = {}


def widen_slow_convolutions(module: nn.Module) -> None:
    """Let the slow convolutions inside ``module`` compute in fp32 under autocast, in place.

    As with shared norms the class changes and nothing else.
    """
    for layer in module.modules():
        kind = type(layer)
        if isinstance(layer, nn.Conv2d) and _is_slow(layer) and not issubclass(kind, _Wide):
            if kind not in _kinds:
                _kinds[kind] = type(f"Wide{kind.__name__}", (_Wide, kind), {})
            layer.__class__ = _kinds[kind]


def _is_slow(layer: nn.Conv2d) -> bool:
    return layer.groups > 1 and (layer.kernel_size[0] > 3 or layer.stride[0] > 1)


def _compiled() -> ModuleType | None:
    """The faster gradients; None without numba."""
    try:
        return importlib.import_module("dropmodel.training.depthwise")
    except ImportError:
        return None


class _Wide:
    """Mixed into a convolution, before it."""

    def forward(self, x: Tensor) -> Tensor:
        layer = cast("nn.Conv2d", self)
        with torch.autocast(x.device.type, enabled=False):
            if _fast is not None and layer.training and _is_plain(layer, x):
                y = _fast.DepthwiseConvolution.apply(
                    x, layer.weight, layer.bias, layer.stride, _padding(layer, x)
                )
            else:
                y = super().forward(x.float())  # type: ignore[misc]
        wide: Tensor = y.to(x.dtype)
        return wide


def _is_plain(layer: nn.Conv2d, x: Tensor) -> bool:
    return (
        x.device.type == "cpu"
        and layer.groups == layer.in_channels == layer.out_channels
        and layer.dilation == (1, 1)
        and layer.padding_mode == "zeros"
        and isinstance(layer.padding, tuple)
    )


def _padding(layer: nn.Conv2d, x: Tensor) -> tuple[int, int, int, int]:
    """Zeros at the top, bottom, left and right; TensorFlow's kind depends on the size and may be uneven."""
    sides: list[int] = []
    for place in (0, 1):
        kernel, stride, given = layer.kernel_size[place], layer.stride[place], layer.padding[place]
        if "Same" in type(layer).__name__:
            size = x.shape[2 + place]
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            sides += [total // 2, total - total // 2]
        else:
            sides += [int(given), int(given)]
    return sides[0], sides[1], sides[2], sides[3]


_fast = _compiled()
