"""The optimiser of a configuration, and its learning rates over time."""

import torch
from torch import nn

from dropmodel.training.config import OptimiserConfig


def build_optimiser(network: nn.Module, config: OptimiserConfig) -> torch.optim.Optimizer:
    """Adam, AdamW or SGD over what may learn.

    Each group has ``share``, its part of the learning rate (see :func:`set_rate`). The backbone's names begin
    with ``backbone.``; one-dimensional tensors are biases and norms.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            share = config.backbone_rate if name.startswith("backbone.") else 1.0
            decay = config.weight_decay if config.decay_norms or parameter.dim() > 1 else 0.0
            groups.setdefault((share, decay), []).append(parameter)
    tables = [
        {"params": parameters, "share": share, "weight_decay": decay}
        for (share, decay), parameters in groups.items()
    ]
    if config.kind == "sgd":
        return torch.optim.SGD(tables, lr=config.rate, momentum=config.momentum)
    kind = torch.optim.AdamW if config.kind == "adamw" else torch.optim.Adam
    return kind(tables, lr=config.rate)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Give every group its share of ``rate``."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group["share"]
