"""Parsing: pixel cross-entropy with label smoothing, undecided pixels left out."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from dropmodel.parts import IGNORE
from dropmodel.training.distributed import sum_over_processes

_MOST = 10.0
"""No class weighs more than so many times an average one, however rare it is in a batch."""


def parsing_sums(
    logits: Tensor, targets: Tensor, smoothing: float, blur: float = 0.0, balance: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Sum over cells of their weighted cross-entropy, and the sum of the weights of cells with a target.

    ``logits`` float [N, K + 1, h, w]; ``targets`` integer [N, H, W], classes 0..K or ``IGNORE``, of the same
    or a finer grid: a cell then has the shares of its decided pixels as its target, and counts by how much of
    it is decided. ``smoothing`` shares that much alike among all classes; ``blur`` is the deviation in cells
    of a Gaussian over the target (0: none). A cell of a class with the share f of the joined batch's cells
    weighs (1 / f(K + 1)) ** ``balance``: at 0 all alike, at 1 all classes together alike. Both float32
    scalars.
    """
    shares, weight = soft_targets(targets, logits.shape[1], (logits.shape[2], logits.shape[3]), blur)
    if balance:
        masses = sum_over_processes((shares * weight[:, None]).sum((0, 2, 3)))
        rarity = masses.sum() / (len(masses) * masses.clamp_min(1.0))
        scale = rarity.clamp_max(_MOST) ** balance
        weight = weight * (shares * scale[:, None, None]).sum(1)
    logs = logits.float().log_softmax(1)
    smooth = (1 - smoothing) * shares + smoothing / logits.shape[1]
    return -(weight * (smooth * logs).sum(1)).sum(), weight.sum()


def soft_targets(targets: Tensor, classes: int, size: tuple[int, int], blur: float) -> tuple[Tensor, Tensor]:
    """Shares of each class float32 [N, classes, h, w]; how decided a cell is, float32 [N, h, w] in 0..1."""
    decided = targets != IGNORE
    labels = torch.where(decided, targets, 0).long()
    shares = F.one_hot(labels, classes).permute(0, 3, 1, 2).float() * decided[:, None]
    weight = decided[:, None].float()
    if targets.shape[-2:] != size:
        shares, weight = (F.adaptive_avg_pool2d(x, size) for x in (shares, weight))
    if blur:
        # Undecided cells give nothing to their neighbours: shares are blurred with the weight and divided.
        spread = _blur(weight, blur)
        shares = _blur(shares, blur) / spread.clamp_min(1e-6)
    else:
        shares = shares / weight.clamp_min(1e-6)
    return shares, weight[:, 0]


def _blur(maps: Tensor, deviation: float) -> Tensor:
    """Gaussian along both axes of ``maps`` [N, C, h, w]; beyond the edge there is nothing."""
    reach = math.ceil(3 * deviation)
    places = torch.arange(-reach, reach + 1, device=maps.device, dtype=maps.dtype)
    kernel = torch.exp(-(places**2) / (2 * deviation**2))
    kernel = kernel / kernel.sum()
    flat = maps.flatten(0, 1)[:, None]
    flat = F.conv2d(flat, kernel[None, None, :, None], padding=(reach, 0))
    flat = F.conv2d(flat, kernel[None, None, None, :], padding=(0, reach))
    return flat.reshape(maps.shape)
