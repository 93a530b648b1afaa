"""The whole network: two branches on one backbone (method.md, section 1)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dropmodel.network.backbones import build_backbone
from dropmodel.network.config import PARSING_STRIDE, NetworkConfig
from dropmodel.network.embedding import EmbeddingHeads
from dropmodel.network.parsing import DetailPreservingUpsampling, ParsingHead, PositionEncoder
from dropmodel.network.pooling import pool, pooled_channels
from dropmodel.network.visibility import visibilities


@dataclass(frozen=True, slots=True)
class DropOutput:
    """Everything the network says of N images, for training, search and display alike.

    Vector axes have the order global, foreground, parts; class axes background, parts.

    - ``raw``, ``neck`` float32 [N, 2 + K, D]: vectors before (triplet losses) and after BNNeck (search).
    - ``identity_logits`` [N, identities] by ``global``, ``foreground``, ``concat``; empty without
      classifiers.
    - ``parsing_logits`` [N, K + 1, H/4, W/4] and ``probabilities`` (float32, their softmax): what the
      network itself sees, also when masks were given.
    - ``masks`` float32 [N, K + 1, H/4, W/4]: what was pooled: ``probabilities`` or the given masks.
    - ``reid_masks`` float32 [N, K + 1, h, w]: the same at the re-identification map's resolution.
    - ``visibility`` float32 and ``visible`` bool [N, 2 + K]: continuous and binary, from ``masks``.
    """

    raw: Tensor
    neck: Tensor
    identity_logits: dict[str, Tensor]
    parsing_logits: Tensor
    probabilities: Tensor
    masks: Tensor
    reid_masks: Tensor
    visibility: Tensor
    visible: Tensor


class Drop(nn.Module):
    """DROP: parsing on high-resolution, position-aware features; re-identification on semantic ones."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = build_backbone(config)
        backbone = self.backbone
        if config.dpu == "off":
            self.dpu = None
            width = backbone.reid_channels
            size = (config.height // backbone.reid_stride, config.width // backbone.reid_stride)
        else:
            width, size = config.parsing_width, config.mask_size
            self.dpu = DetailPreservingUpsampling(
                backbone.channels, backbone.strides, width, config.dpu, config.upsample
            )
        self.position = PositionEncoder(config.ppe, width, size)
        self.head = ParsingHead(width, len(config.schema) + 1)
        self.embed = EmbeddingHeads(pooled_channels(backbone.reid_channels, config.pooling), config)
        self.fixed_masks = False
        """In training: no gradient flows from the vectors into the masks they are pooled with."""

    def forward(self, images: Tensor, masks: Tensor | None = None) -> DropOutput:
        """Run on ``images`` float [N, 3, H, W], normalised as the configuration says.

        ``masks`` float [N, K + 1, h, w] in 0..1, of any size, replace the network's own probabilities in
        the pooling and the visibilities (a person's correction).
        """
        return self.read(*self.see(images), masks)

    def see(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The convolutions: re-identification map [N, C, h, w] and parsing logits [N, K + 1, H/4, W/4]."""
        stages, reid_map = self.backbone(images)
        x = reid_map if self.dpu is None else self.dpu(stages)
        logits = self.head(self.position(x))
        size = (images.shape[-2] // PARSING_STRIDE, images.shape[-1] // PARSING_STRIDE)
        if logits.shape[-2:] != size:
            logits = F.interpolate(logits, size=size, mode="bilinear", align_corners=False)
        return reid_map, logits

    def read(self, reid_map: Tensor, logits: Tensor, masks: Tensor | None = None) -> DropOutput:
        """From the two maps of :meth:`see` to vectors and visibilities; ``masks`` as in :meth:`forward`."""
        probabilities = logits.float().softmax(1)
        own = probabilities.detach() if self.fixed_masks else probabilities
        used = own if masks is None else resize_masks(masks, (logits.shape[-2], logits.shape[-1]))
        reid_masks = resize_masks(used, (reid_map.shape[-2], reid_map.shape[-1]))
        parts = reid_masks[:, 1:]
        # The parts' sum is 1 - background, except that a cell a person left undecided counts as neither.
        foreground = parts.sum(1, keepdim=True)
        pooled = pool(
            reid_map,
            torch.cat([torch.ones_like(foreground), foreground, parts], dim=1),
            self.config.pooling,
        )
        vectors = self.embed(pooled)
        seen = visibilities(used)
        return DropOutput(
            raw=vectors.raw,
            neck=vectors.neck,
            identity_logits=vectors.logits,
            parsing_logits=logits,
            probabilities=probabilities,
            masks=used,
            reid_masks=reid_masks,
            visibility=seen.continuous,
            visible=seen.binary,
        )


def resize_masks(masks: Tensor, size: tuple[int, int]) -> Tensor:
    """``masks`` float [N, C, h, w] at another size: area average when shrinking, bilinear when growing.

    The area average is the smoothing of a one-hot mask: a cell half covered by a part gets 0.5.
    """
    height, width = masks.shape[-2:]
    if (height, width) == size:
        return masks.float()
    if height >= size[0] and width >= size[1]:
        return F.adaptive_avg_pool2d(masks.float(), size)
    return F.interpolate(masks.float(), size=size, mode="bilinear", align_corners=False)
