"""Batch norm over the batches of all processes.

torch's SyncBatchNorm runs on GPUs only and replaces modules, so that timm's norms lose the activation they
carry. Here the norms change their class and nothing else: names and tensors of the state stay.
"""

from typing import Any

import torch
from torch import Tensor, nn

from dropmodel.network.instance_norm import instance_channels
from dropmodel.training.distributed import exchange, world_size

_kinds: dict[type, type] = {}


def share_batch_norms(module: nn.Module) -> None:
    """Let every batch norm inside ``module`` compute over the joined batch, in place.

    The processes' batches must be of one size. In evaluation, and in one process alone, nothing changes.
    """
    for norm in module.modules():
        kind = type(norm)
        if isinstance(norm, nn.modules.batchnorm._BatchNorm) and not issubclass(kind, _Shared):  # noqa: SLF001
            if kind not in _kinds:
                _kinds[kind] = type(f"Shared{kind.__name__}", (_Shared, kind), {})
            norm.__class__ = _kinds[kind]


class _Shared:
    """Mixed into a batch norm, before it."""

    def forward(self, x: Tensor) -> Tensor:
        norm: Any = self
        if not norm.training or world_size() == 1:
            alone: Tensor = super().forward(x)  # type: ignore[misc]
            return alone
        own = instance_channels(norm)
        with torch.autocast(x.device.type, enabled=False):
            y = _normalise(norm, x[:, own:].float(), own)
            if own:
                y = torch.cat([norm.alone(x[:, :own].float()), y], dim=1)
            y = y.to(x.dtype)
        # timm's norms carry a dropout and an activation.
        return norm.act(norm.drop(y)) if hasattr(norm, "act") else y


def _normalise(norm: Any, x: Tensor, start: int) -> Tensor:
    """Batch norm of the channels from ``start`` on, which ``x`` holds."""
    axes = [axis for axis in range(x.dim()) if axis != 1]
    variance, mean = torch.var_mean(x, axes, correction=0)
    means, variances = exchange(torch.stack([mean, variance])).unbind(1)
    mean = means.mean(0)
    variance = variances.mean(0) + (means - mean).square().mean(0)
    count = x.numel() // x.shape[1] * world_size()
    with torch.no_grad():
        norm.num_batches_tracked += 1
        # No momentum means a plain mean over all batches.
        share = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
        norm.running_mean[start:].lerp_(mean, share)
        norm.running_var[start:].lerp_(variance * (count / max(count - 1, 1)), share)
    shape = [1, -1] + [1] * (x.dim() - 2)
    scale = (variance + norm.eps).rsqrt() * norm.weight[start:]
    normalised: Tensor = (x - mean.reshape(shape)) * scale.reshape(shape) + norm.bias[start:].reshape(shape)
    return normalised
