"""How unsure a model is of a crop's mask, so that people look at the least certain ones first."""

import math

import torch
from torch import Tensor

from dropmodel.parts import BACKGROUND


def uncertainty(masks: Tensor) -> Tensor:
    """One number a crop, float32 [N] in [0, 1].

    ``masks``: probabilities float [N, K + 1, h, w], channel 0 the background.

    The normalised entropy of a cell's classes (Shannon 1948), averaged over cells by how likely each is to
    show the person:

    H(x) = - sum_c p_c(x) ln p_c(x) / ln(K + 1),    u = sum_x (1 - p_0(x)) H(x) / sum_x (1 - p_0(x))

    So a cell that is nearly the person's counts nearly as much as one that is; certain background, most of a
    picture, does not count. A crop in which no cell's likeliest class is a part counts as wholly unsure (1):
    a crop of a person shows one.
    """
    cells = masks.float().flatten(2)
    entropy = torch.special.entr(cells).sum(1) / math.log(cells.shape[1])
    weight = cells[:, BACKGROUND + 1 :].sum(1)
    mean = (weight * entropy).sum(1) / weight.sum(1).clamp_min(torch.finfo(torch.float32).tiny)
    nobody = (cells.argmax(1) == BACKGROUND).all(1)
    unsure: Tensor = mean.clamp(0, 1).masked_fill(nobody, 1.0)
    return unsure
