"""Convolutions that train slower in bf16 than in fp32 on a CPU.

oneDNN's bf16 gradients of depthwise convolutions are slow where the kernel is 5 x 5 or the stride 2: three to
ten times the time of fp32. These few run in fp32, the rest in bf16: EfficientNet-Lite0 trains in half the
time (1.47 s against 0.74 s for 64 pictures of 128 x 64 on one core; ``tests/benchmarks/training.py``).
"""

from typing import Any

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


class _Wide:
    """Mixed into a convolution, before it."""

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            y: Any = super().forward(x.float())  # type: ignore[misc]
        wide: Tensor = y.to(x.dtype)
        return wide
