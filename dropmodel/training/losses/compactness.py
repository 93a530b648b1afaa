"""PCT, the part-aware compactness triplet over a memory bank, in both readings (method.md, section 2).

The published description names the loss and the bank only; these are this project's readings of it.
"""

import torch
from torch import Tensor

from dropmodel.training.bank import CentreBank, InstanceBank
from dropmodel.training.losses.distances import batch_hard, mean_over_common, part_distances


def centre_loss(parts: Tensor, seen: Tensor, identities: Tensor, bank: CentreBank, margin: float) -> Tensor:
    """Mean over crops of [margin + D(i, C_own) - min over other identities c of D(i, C_c)]+.

    D is the mean distance over the parts that the crop shows and the centre has. ``parts`` float [N, K, D]
    raw part vectors, ``seen`` bool [N, K], ``identities`` int64 [N]. No gradient reaches the bank.
    """
    mean, valid = mean_over_common(part_distances(parts, bank.centres), seen, bank.known)
    own = identities[:, None] == torch.arange(len(bank.centres), device=parts.device)
    return batch_hard(mean, valid, own, margin)


def instance_loss(
    parts: Tensor, seen: Tensor, identities: Tensor, bank: InstanceBank, margin: float, nearest: int
) -> Tensor:
    """Mean over crops of [margin + hardest positive - hardest negative]+ among the remembered crops.

    The hardest positive is the farthest of the ``nearest`` nearest ones (1: the softest), so that one bad
    label of long ago does not rule. Shapes as in :func:`centre_loss`.
    """
    filled = bank.filled
    kept, known, owners = bank.vectors[:filled], bank.known[:filled], bank.identities[:filled]
    mean, valid = mean_over_common(part_distances(parts, kept), seen, known)
    return batch_hard(mean, valid, identities[:, None] == owners, margin, nearest=nearest)
