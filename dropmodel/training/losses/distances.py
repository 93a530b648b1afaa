"""Distances between crops over the parts both show; what every metric loss is made of."""

import torch
from torch import Tensor

_LEAST_SQUARE = 1e-12
"""Smallest squared distance: the root's slope at zero is infinite."""


def part_distances(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distance of every a to every b, part by part.

    ``a`` float [N, K, D], ``b`` float [M, K, D]; float32 [K, N, M]. Computed through products, so that a
    large bank costs a matrix multiplication and no [N, M, K, D] differences.
    """
    left, right = a.float().transpose(0, 1), b.float().transpose(0, 1)
    squares = left.square().sum(-1)[:, :, None] + right.square().sum(-1)[:, None, :]
    return (squares - 2 * left @ right.transpose(1, 2)).clamp_min(_LEAST_SQUARE).sqrt()


def mean_over_common(values: Tensor, seen_a: Tensor, seen_b: Tensor) -> tuple[Tensor, Tensor]:
    """Mean over the parts that both of a pair show.

    ``values`` float32 [K, N, M]; ``seen_a`` bool [N, K]; ``seen_b`` bool [M, K]. Returns the means float32
    [N, M], 0 for a pair without a common part, and which pairs have one, bool [N, M].
    """
    common = (seen_a[:, None, :] & seen_b[None, :, :]).permute(2, 0, 1)
    count = common.sum(0)
    mean = torch.where(common, values, 0.0).sum(0) / count.clamp_min(1)
    return mean, count > 0


def batch_hard(
    distances: Tensor, valid: Tensor, same: Tensor, margin: float, *, nearest: int | None = None
) -> Tensor:
    """Mean over anchors of [margin + hardest positive - hardest negative]+ (Hermans et al., 1703.07737).

    ``distances`` float32 [N, M] of N anchors to M others; ``valid`` bool [N, M] says which pairs count,
    ``same`` bool [N, M] which are of one identity. ``nearest`` takes the farthest of only that many nearest
    positives. Anchors that lack a positive or a negative are left out; if all do, the loss is 0 and still has
    a graph.
    """
    positive, negative = valid & same, valid & ~same
    counted = positive.any(1) & negative.any(1)
    if not bool(counted.any()):
        return distances.sum() * 0.0
    rows, inside = distances[counted], positive[counted]
    if nearest is not None:
        ordered = torch.where(inside, rows, torch.inf).sort(1).values
        last = inside.sum(1).clamp_max(nearest) - 1
        farthest = ordered.gather(1, last[:, None])[:, 0]
    else:
        farthest = torch.where(inside, rows, -torch.inf).amax(1)
    closest = torch.where(negative[counted], rows, torch.inf).amin(1)
    return (farthest - closest + margin).clamp_min(0).mean()
