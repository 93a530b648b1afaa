"""Averages of weights over training: exponential (EMA) and over the ends of epochs (SWA)."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

State = dict[str, Tensor]


class WeightAverage:
    """An average of a module's parameters and buffers, kept beside it.

    Whole-number buffers (counts) are copied. ``state`` has the module's names and can be loaded into it.
    """

    def __init__(self, module: nn.Module) -> None:
        self.state: State = {name: value.detach().clone() for name, value in module.state_dict().items()}
        self.count = 0

    def move(self, module: nn.Module, keep: float) -> None:
        """EMA: ``keep`` of the average stays; less at first, so that it soon forgets them."""
        self.count += 1
        self._lerp(module, 1 - min(keep, self.count / (10 + self.count)))

    def add(self, module: nn.Module) -> None:
        """SWA (Izmailov et al., 1803.05407): the plain mean of all modules added so far."""
        self.count += 1
        self._lerp(module, 1 / self.count)

    @torch.no_grad()
    def _lerp(self, module: nn.Module, share: float) -> None:
        averages, values = [], []
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                averages.append(self.state[name])
                values.append(value)
            else:
                self.state[name].copy_(value)
        torch._foreach_lerp_(averages, values, share)


@torch.no_grad()
def recalibrate_norms(network: nn.Module, batches: Iterable[Tensor]) -> None:
    """Measure every batch norm's statistics anew as plain means over ``batches`` of images [N, 3, H, W].

    Averaged weights have no statistics of their own: the average of statistics is not that of the averaged
    network. Leaves ``network`` in evaluation mode.
    """
    norms = [m for m in network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]  # noqa: SLF001
    before = [norm.momentum for norm in norms]
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    try:
        for images in batches:
            network(images)
    finally:
        for norm, momentum in zip(norms, before, strict=True):
            norm.momentum = momentum
        network.eval()
