"""Supervised contrastive loss (Khosla et al., arXiv 2004.11362, their L_out)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from dropmodel.training.losses.distances import mean_over_common


def part_cosines(vectors: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cosine over the vectors both crops show, and which pairs share one.

    ``vectors`` float [N, J, D], ``seen`` bool [N, J]; float32 [N, N] and bool [N, N].
    """
    units = F.normalize(vectors.float(), dim=-1).transpose(0, 1)
    return mean_over_common(units @ units.transpose(1, 2), seen, seen)


def contrastive_loss(cosines: Tensor, valid: Tensor, identities: Tensor, temperature: float) -> Tensor:
    """-mean over anchors and their positives p of log(exp(s_p / t) / sum over others a of exp(s_a / t)).

    ``cosines`` float32 [N, N], ``valid`` bool [N, N] says which pairs count (never an anchor with itself),
    ``identities`` int64 [N]. Anchors without a positive are left out; if all are, the loss is 0 with a graph.
    """
    others = valid & ~torch.eye(len(cosines), dtype=torch.bool, device=cosines.device)
    positive = others & (identities[:, None] == identities)
    counted = positive.any(1)
    if not bool(counted.any()):
        return cosines.sum() * 0.0
    scores = cosines[counted].float() / temperature
    total = torch.where(others[counted], scores, -torch.inf).logsumexp(1, keepdim=True)
    inside = positive[counted]
    return -(torch.where(inside, scores - total, 0.0).sum(1) / inside.sum(1)).mean()
