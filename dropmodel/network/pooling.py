"""Pooling a map under masks: weighted average and max (WAMP), or the average alone (GWAP).

For a mask M: sum(M F) / max(sum M, 1e-6) and max_xy(M F), summed or concatenated. An empty mask gives a zero
average and a zero max, never a NaN.
"""

import torch
from torch import Tensor

from dropmodel.network.config import Pooling

_LEAST_MASS = 1e-6


def pooled_channels(channels: int, pooling: Pooling) -> int:
    """Length of each pooled vector of a ``channels``-wide map."""
    return 2 * channels if pooling == "wamp_concat" else channels


def pool(features: Tensor, masks: Tensor, pooling: Pooling) -> Tensor:
    """Pool ``features`` float [N, C, h, w] under ``masks`` float [N, J, h, w] in 0..1: float32 [N, J, C'].

    Computed in float32 whatever autocast says: sums over a map lose too much in half precision.
    """
    with torch.autocast(features.device.type, enabled=False):
        cells = features.float().flatten(2).transpose(1, 2)  # [N, hw, C]: as channels_last lies in memory
        weights = masks.float().flatten(2)  # [N, J, hw]
        average = weights @ cells / weights.sum(-1, keepdim=True).clamp_min(_LEAST_MASS)
        if pooling == "gwap":
            return average
        # One mask at a time: all at once would hold J copies of the map.
        peak = torch.stack([(cells * mask[..., None]).amax(1) for mask in weights.unbind(1)], dim=1)
        return average + peak if pooling == "wamp_sum" else torch.cat([average, peak], dim=-1)
