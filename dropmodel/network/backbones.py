"""Backbones: one interface over torchvision, timm's feature maps and vision transformers.

A backbone turns images float [N, 3, H, W] into four stage maps S1..S4 (fine to coarse; their strides are
``strides``, their widths ``channels``) and one re-identification map F of ``reid_channels``. All start with
random weights: :mod:`dropmodel.network.imagenet` loads trained ones.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dropmodel.network.config import PARSING_STRIDE, NetworkConfig
from dropmodel.network.instance_norm import mix_instance_norm
from dropmodel.network.torchvision_ops import prepare_torchvision

TIMM_NAMES = {"efficientnet_lite0": "tf_efficientnet_lite0"}
"""Our name to timm's where they differ: the bundled ImageNet weights were trained with TensorFlow's padding
and batch-norm epsilon, which only timm's ``tf_`` twin of the architecture has."""


class Backbone(nn.Module):
    """What every backbone says of itself; its ``forward`` gives the maps.

    ``sized`` are the options of timm by which a body that knows one input size only was made for ours.
    """

    body: Any
    sized: Mapping[str, Any] = MappingProxyType({})
    channels: tuple[int, ...]
    strides: tuple[int, ...]
    reid_channels: int
    reid_stride: int

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Images float [N, 3, H, W] to ([S1, S2, S3, S4], F), all [N, C, h, w]."""
        raise NotImplementedError


def build_backbone(config: NetworkConfig) -> Backbone:
    """The untrained :class:`Backbone` of ``config``; ``ValueError`` for a name nobody knows."""
    backbone = _build(config)
    if config.norm == "ibn":
        norms = early_norms(backbone)
        if not norms:
            raise ValueError(f"norm ibn: {config.backbone} has no blocks it is known for; use norm batch")
        for norm in norms:
            mix_instance_norm(norm)
    return backbone


def early_norms(backbone: Backbone) -> list[nn.Module]:
    """The first norm of each block before the last stage, where a picture's style still shows."""
    body = backbone.body
    if hasattr(body, "layer3"):  # ResNets of torchvision and timm: the last stage is layer4.
        stages = [body.layer1, body.layer2, body.layer3]
    elif hasattr(body, "blocks") and not isinstance(backbone, TransformerBackbone):
        stages = list(body.blocks[1:4])  # EfficientNets: to stride 16.
    else:
        return []
    norms = [getattr(block, "bn1", None) for stage in stages for block in stage]
    return [norm for norm in norms if isinstance(norm, nn.BatchNorm2d)]


def _build(config: NetworkConfig) -> Backbone:
    timm = import_timm()
    name = TIMM_NAMES.get(config.backbone, config.backbone)
    if name == "resnet50":
        return ResNet50(config.last_stride)
    if not timm.is_model(name):
        raise ValueError(
            f"unknown backbone {name!r}; use efficientnet_lite0, resnet50, hrnet_w32 or a timm model name"
        )
    if timm.models.is_model_in_modules(name, ("vision_transformer", "deit")):
        return TransformerBackbone(name, (config.height, config.width))
    if name.startswith("hrnet"):
        return HRNet(name)
    return TimmFeatures(name, config.last_stride, (config.height, config.width))


def import_timm() -> ModuleType:
    """timm, with torchvision made importable first."""
    prepare_torchvision()
    return importlib.import_module("timm")


class ResNet50(Backbone):
    """torchvision's ResNet-50 without pooling and classifier; stages of 256, 512, 1024 and 2048 channels."""

    channels = (256, 512, 1024, 2048)
    reid_channels = 2048

    def __init__(self, last_stride: int) -> None:
        super().__init__()
        self.body = prepare_torchvision().models.resnet50(weights=None)
        del self.body.fc, self.body.avgpool
        self.strides = (4, 8, 16, 16 * last_stride)
        self.reid_stride = self.strides[-1]
        if last_stride == 1:
            first: Any = self.body.layer4[0]
            first.conv2.stride = (1, 1)
            first.downsample[0].stride = (1, 1)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """See :class:`Backbone`."""
        body = self.body
        x = body.maxpool(body.relu(body.bn1(body.conv1(images))))
        stages = []
        for layer in (body.layer1, body.layer2, body.layer3, body.layer4):
            x = layer(x)
            stages.append(x)
        return stages, x


class TimmFeatures(Backbone):
    """The last four feature maps of any timm ``features_only`` model; F is the last of them."""

    def __init__(self, name: str, last_stride: int, size: tuple[int, int]) -> None:
        super().__init__()
        timm = import_timm()
        known = timm.get_pretrained_cfg(name, allow_unregistered=True)
        if known is not None and known.fixed_input_size and tuple(known.input_size[1:]) != size:
            self.sized = {"img_size": size}
        own_surgery = name in TIMM_NAMES.values()
        options = {"output_stride": 16} if last_stride == 1 and not own_surgery else {}
        try:
            self.body = timm.create_model(name, pretrained=False, features_only=True, **self.sized, **options)
        except (RuntimeError, TypeError, NotImplementedError, AttributeError) as error:
            hint = "; it may work with last_stride 2" if options else ""
            raise ValueError(f"timm's {name} cannot be used as a backbone{hint}: {error}") from error
        if last_stride == 1 and own_surgery:
            # timm's output_stride dilates the following blocks; the field only drops the stride (BoT,
            # arXiv 1903.07071), which keeps the trained receptive field and is cheaper.
            self.body.blocks[5][0].conv_dw.stride = (1, 1)
        widths, reductions = self.body.feature_info.channels(), self.body.feature_info.reduction()
        if len(widths) < 4:
            raise ValueError(f"timm's {name} gives {len(widths)} feature maps; four are needed")
        self.channels = tuple(widths[-4:])
        self.strides = tuple(
            16 if last_stride == 1 and stride == 32 else stride for stride in reductions[-4:]
        )
        self.reid_channels, self.reid_stride = self.channels[-1], self.strides[-1]

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """See :class:`Backbone`."""
        stages = list(self.body(images)[-4:])
        if stages[-1].shape[1] != self.channels[-1]:  # Swin and its kin give channels last.
            stages = [stage.permute(0, 3, 1, 2) for stage in stages]
        return stages, stages[-1]


class HRNet(Backbone):
    """timm's HRNet: four parallel maps; F is all of them at stride 4, concatenated."""

    strides = (4, 8, 16, 32)
    reid_stride = 4

    def __init__(self, name: str) -> None:
        super().__init__()
        self.body = import_timm().create_model(
            name, pretrained=False, features_only=True, feature_location="", out_indices=(1, 2, 3, 4)
        )
        self.channels = tuple(self.body.feature_info.channels())
        self.reid_channels = sum(self.channels)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """See :class:`Backbone`."""
        stages = list(self.body(images))
        size = stages[0].shape[-2:]
        wide = [stages[0], *(F.interpolate(stage, size=size, mode="bilinear") for stage in stages[1:])]
        return stages, torch.cat(wide, dim=1)


class TransformerBackbone(Backbone):
    """A plain vision transformer: tokens as a grid after each quarter of its blocks (3, 6, 9, 12 of 12).

    Every map passes the transformer's final norm, so that the early ones have a sane scale.
    """

    def __init__(self, name: str, size: tuple[int, int]) -> None:
        super().__init__()
        self.sized = {"img_size": size}
        self.body = import_timm().create_model(name, pretrained=False, num_classes=0, **self.sized)
        depth = len(self.body.blocks)
        self.taken = [depth * quarter // 4 - 1 for quarter in (1, 2, 3, 4)]
        self.channels = (self.body.embed_dim,) * 4
        self.strides = (self.body.patch_embed.patch_size[0],) * 4
        if self.strides[0] % PARSING_STRIDE:
            raise ValueError(f"{name} has patches of {self.strides[0]} pixels; a multiple of 4 is needed")
        self.reid_channels, self.reid_stride = self.body.embed_dim, self.strides[-1]

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """See :class:`Backbone`."""
        stages = self.body.forward_intermediates(
            images, indices=self.taken, norm=True, output_fmt="NCHW", intermediates_only=True
        )
        return stages, stages[-1]
