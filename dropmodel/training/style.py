"""What helps a network trained in one style of pictures to see another: MixStyle and care for its norms."""

from typing import Any

import torch
from torch import Tensor, nn

from dropmodel.network.backbones import Backbone, ResNet50, TimmFeatures
from dropmodel.training.config import StyleConfig

_STEM = ("conv_stem", "conv1", "bn1")
"""Names the first convolution and its norm have in torchvision and timm."""

_LEAST_VARIANCE = 1e-6


class MixStyle:
    """MixStyle (Zhou et al., ICLR 2021) as a forward hook: each crop takes on part of another's style.

    Mean and deviation of every channel over the map are mixed with those of a random other crop of the batch,
    lambda * own + (1 - lambda) * other's, lambda ~ Beta(alpha, alpha); no gradient flows through them. In
    training only, with probability ``share`` a batch.
    """

    def __init__(self, share: float, alpha: float) -> None:
        self.share = share
        self._beta = torch.distributions.Beta(alpha, alpha)

    def __call__(self, module: nn.Module, inputs: Any, x: Tensor) -> Tensor:  # noqa: ARG002 - a hook's form
        """``x`` float [N, C, h, w] to the same shape, in the same type."""
        if not module.training or float(torch.rand(())) >= self.share:
            return x
        own = self._beta.sample((len(x), 1, 1, 1)).to(x.device)
        other = torch.randperm(len(x)).to(x.device)
        with torch.autocast(x.device.type, enabled=False):
            wide = x.float()
            variance, mean = torch.var_mean(wide.detach(), (2, 3), correction=0, keepdim=True)
            deviation = (variance + _LEAST_VARIANCE).sqrt()
            new_mean = own * mean + (1 - own) * mean[other]
            new_deviation = own * deviation + (1 - own) * deviation[other]
            mixed = (wide - mean) * (new_deviation / deviation) + new_mean
        return mixed.to(x.dtype)


def apply_style(backbone: Backbone, config: StyleConfig) -> list[nn.Module]:
    """Set ``backbone`` up as ``config`` says; returns the modules that must stay in evaluation mode."""
    if config.mixstyle:
        hook = MixStyle(config.mixstyle, config.mixstyle_alpha)
        for stage in config.mixstyle_stages:
            _stage(backbone, stage).register_forward_hook(hook)
    for module in backbone.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001 - the only common ancestor
            module.momentum = config.norm_momentum
    if not config.freeze_stem:
        return []
    frozen = [getattr(backbone.body, name) for name in _STEM if hasattr(backbone.body, name)]
    if not frozen:
        raise ValueError("freeze_stem: this backbone has no stem of convolution and norm")
    for module in frozen:
        module.requires_grad_(requires_grad=False)
    return frozen


def _stage(backbone: Backbone, stage: int) -> nn.Module:
    """The module whose output is stage map ``stage``, counted from 1."""
    module: nn.Module
    if isinstance(backbone, ResNet50):
        module = getattr(backbone.body, f"layer{stage}")
        return module
    if isinstance(backbone, TimmFeatures):
        name = backbone.body.feature_info.module_name()[-4:][stage - 1]
        flat = {key.replace(".", "_"): value for key, value in backbone.body.named_modules()}
        module = flat[name.replace(".", "_")]
        return module
    raise ValueError("mixstyle works on convolutional backbones with stages, not on this one")
