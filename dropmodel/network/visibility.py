"""How visible each part is, from the parsing probabilities at stride 4.

Two readings (a choice of this project): ``continuous`` is the highest probability the part reaches in any
cell, ``binary`` whether it is the likeliest class of any cell, that is, whether it appears in the label
map. The foreground is as visible as its most visible part; the global vector always is.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Visibilities(NamedTuple):
    """Both [N, 2 + K] in the order global, foreground, parts: float32 in 0..1, and bool."""

    continuous: Tensor
    binary: Tensor


def visibilities(masks: Tensor) -> Visibilities:
    """Visibilities under ``masks`` float [N, K + 1, h, w], channel 0 the background.

    A cell whose classes are all zero (ignored by a person) shows no part.
    """
    cells = masks.float().flatten(2)
    continuous = _with_whole(cells[:, 1:].amax(2))
    # Background, at index 0, wins ties: an all-zero cell counts for no part.
    winners = cells.argmax(1)
    seen = torch.zeros(cells.shape[:2], dtype=torch.bool, device=cells.device).scatter_(
        1, winners, torch.ones_like(winners, dtype=torch.bool)
    )
    return Visibilities(continuous, _with_whole(seen[:, 1:]))


def _with_whole(parts: Tensor) -> Tensor:
    """Prepend global (always visible) and foreground (any part visible) to ``parts`` [N, K]."""
    return torch.cat([torch.ones_like(parts[:, :1]), parts.amax(1, keepdim=True), parts], dim=1)
