"""IBN: early norms that treat half of the channels crop by crop (IBN-Net-a, Pan et al., arXiv 1807.09441).

Instance norm takes a picture's own colour and contrast away, which differ between cameras and between
rendered and real pictures; the other half keeps what batch norm knows. Tensors and names are those of the
batch norm, so that weights trained without it can be loaded.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_kinds: dict[type, type] = {}


def mix_instance_norm(norm: nn.Module) -> None:
    """Let ``norm``, a batch norm of torch or timm, normalise the first half of its channels crop by crop.

    Its class changes, in place, and nothing else.
    """
    kind = type(norm)
    if kind not in _kinds:
        _kinds[kind] = type(f"Half{kind.__name__}", (HalfInstanceNorm, kind), {})
    norm.__class__ = _kinds[kind]


class HalfInstanceNorm:
    """Mixed into a batch norm, before it. The running statistics of the first half are not used."""

    def forward(self, x: Tensor) -> Tensor:
        """``x`` float [N, C, h, w], the same shape back."""
        norm: Any = self
        half = instance_channels(norm)
        y = torch.cat([self.alone(x[:, :half]), self.together(x[:, half:])], dim=1)
        # timm's norms carry a dropout and an activation.
        return norm.act(norm.drop(y)) if hasattr(norm, "act") else y

    def alone(self, x: Tensor) -> Tensor:
        """Instance norm of the first half."""
        norm: Any = self
        half = instance_channels(norm)
        return F.instance_norm(x, weight=norm.weight[:half], bias=norm.bias[:half], eps=norm.eps)

    def together(self, x: Tensor) -> Tensor:
        """Batch norm of the second half, of this process's crops."""
        norm: Any = self
        half = instance_channels(norm)
        share = norm.momentum
        if norm.training:
            norm.num_batches_tracked.add_(1)
            if share is None:  # A plain mean over all batches.
                share = 1 / float(norm.num_batches_tracked)
        return F.batch_norm(
            x,
            norm.running_mean[half:],
            norm.running_var[half:],
            norm.weight[half:],
            norm.bias[half:],
            norm.training,
            share or 0.0,
            norm.eps,
        )


def instance_channels(norm: Any) -> int:
    """How many of the first channels of ``norm`` are normalised crop by crop; 0 for a plain batch norm."""
    channels: int = norm.num_features
    return channels // 2 if isinstance(norm, HalfInstanceNorm) else 0
