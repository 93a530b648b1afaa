"""The parsing branch: detail-preserving upsampling (DPU), pedestrian position encoder (PPE), head.

DROP's point is that parsing wants resolution and position while re-identification wants neither: this branch
has its own map at stride 4, and only it learns where in the picture it looks.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dropmodel.network.config import PARSING_STRIDE, Fuse, Position, Upsample


def conv_bn_relu(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """Convolution without bias, batch norm, ReLU; keeps the map's size."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class DetailPreservingUpsampling(nn.Module):
    """Stage maps S1..S4 to one map [N, Cp, H/4, W/4].

    Each stage: Conv1x1-BN-ReLU to Cp, then up to stride 4; then all are concatenated (or summed) and
    mixed by Conv3x3-BN-ReLU. The layers are this project's choice: the paper names the module only.
    """

    def __init__(
        self, channels: Sequence[int], strides: Sequence[int], width: int, fuse: Fuse, upsample: Upsample
    ) -> None:
        super().__init__()
        self.fuse = fuse
        self.shuffle = upsample == "pixelshuffle"
        self.scales = [stride // PARSING_STRIDE for stride in strides]
        self.reduce = nn.ModuleList(
            conv_bn_relu(count, width * scale**2 if self.shuffle else width, 1)
            for count, scale in zip(channels, self.scales, strict=True)
        )
        self.mix = conv_bn_relu(width * len(channels) if fuse == "concat" else width, width, 3)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """``stages`` float [N, C_i, H/s_i, W/s_i] for the strides s_i given at construction."""
        maps = []
        for stage, reduce, scale in zip(stages, self.reduce, self.scales, strict=True):
            x = reduce(stage)
            if scale > 1:
                x = F.pixel_shuffle(x, scale) if self.shuffle else _enlarge(x, scale)
            maps.append(x)
        mixed: Tensor = self.mix(torch.cat(maps, dim=1) if self.fuse == "concat" else sum(maps))
        return mixed


def _enlarge(x: Tensor, scale: int) -> Tensor:
    return F.interpolate(x, scale_factor=float(scale), mode="bilinear", align_corners=False)


class PositionEncoder(nn.Module):
    """Adds what a cell's place says to a map [N, C, h, w] (PPE; the paper's is ``1d``).

    ``1d``: a learned table [1, C, h, 1] over the height, broadcast over the width: people stand upright, so
    the height tells the part. ``2d``: a table [1, C, h, w]. ``mlp``: a small network of the height in
    [-1, 1]. Tables are interpolated for a map of another size.
    """

    def __init__(self, kind: Position, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.kind = kind
        if kind in ("1d", "2d"):
            self.table = nn.Parameter(torch.empty(1, channels, size[0], size[1] if kind == "2d" else 1))
            nn.init.trunc_normal_(self.table, std=0.02)
        elif kind == "mlp":
            self.mlp = nn.Sequential(nn.Linear(1, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """``x`` float [N, C, h, w], any h and w; the same shape back."""
        if self.kind == "off":
            return x
        height, width = x.shape[-2:]
        if self.kind == "mlp":
            rows = torch.linspace(-1.0, 1.0, height, device=x.device)[:, None]
            columns: Tensor = self.mlp(rows).T
            return x + columns[None, :, :, None]
        size = (height, width if self.kind == "2d" else 1)
        table: Tensor = self.table
        if table.shape[-2:] != size:
            table = F.interpolate(table, size=size, mode="bilinear", align_corners=False)
        return x + table


class ParsingHead(nn.Module):
    """logits = Conv1x1(BN(x)), [N, K + 1, h, w], channel 0 the background."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.classify = nn.Conv2d(channels, classes, 1)
        # Small weights: every class starts equally likely, so no mask is empty in the first steps.
        nn.init.normal_(self.classify.weight, std=0.1 / math.sqrt(channels))
        assert self.classify.bias is not None
        nn.init.zeros_(self.classify.bias)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` float [N, C, h, w]."""
        logits: Tensor = self.classify(self.norm(x))
        return logits
