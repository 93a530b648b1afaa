"""Triplet losses within a batch: part-averaged and foreground."""

import torch
from torch import Tensor

from dropmodel.training.losses.distances import batch_hard, mean_over_common, part_distances


def part_triplet_loss(parts: Tensor, seen: Tensor, identities: Tensor, margin: float) -> Tensor:
    """Part-averaged batch-hard triplet loss (BPBreID, arXiv 2211.03679).

    D(i, j) = mean over the parts both show of ||p_i^k - p_j^k||, and of these distances each anchor's hardest
    positive and negative. ``parts`` float [N, K, D] raw part vectors, ``seen`` bool [N, K], ``identities``
    int64 [N]. Pairs without a common part do not count.
    """
    mean, valid = mean_over_common(part_distances(parts, parts), seen, seen)
    itself = torch.eye(len(parts), dtype=torch.bool, device=parts.device)
    return batch_hard(mean, valid & ~itself, identities[:, None] == identities, margin)


def foreground_triplet_loss(vectors: Tensor, identities: Tensor, margin: float) -> Tensor:
    """Batch-hard triplet loss of one vector a crop, float [N, D]."""
    seen = torch.ones(len(vectors), 1, dtype=torch.bool, device=vectors.device)
    return part_triplet_loss(vectors[:, None], seen, identities, margin)
