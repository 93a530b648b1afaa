"""PEMB, the parts-embedding memory bank, in both readings (method.md, section 2).

A bank holds what the network said of earlier crops; gradients never reach it. Both kinds are modules of
buffers only, so that a checkpoint holds them and a device move takes them along. Every process of a
distributed run gives its bank the gathered batch, so all banks stay the same.
"""

import torch
from torch import Tensor, nn


class CentreBank(nn.Module):
    """A running centre for each identity and part.

    ``centres`` float32 [identities, K, D]; ``known`` bool [identities, K]: which were ever filled.
    ``momentum`` is the share of the old centre that stays when a batch brings new vectors.
    """

    centres: Tensor
    known: Tensor

    def __init__(self, identities: int, parts: int, dim: int, momentum: float = 0.9) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("centres", torch.zeros(identities, parts, dim))
        self.register_buffer("known", torch.zeros(identities, parts, dtype=torch.bool))

    @torch.no_grad()
    def update(self, parts: Tensor, seen: Tensor, identities: Tensor) -> None:
        """Move the centres towards the batch's means over crops that show the part.

        ``parts`` float [N, K, D], ``seen`` bool [N, K], ``identities`` int64 [N]. A part's first vectors
        become its centre as they are; parts that no crop of an identity shows stay.
        """
        present, rows = identities.unique(return_inverse=True)  # type: ignore[no-untyped-call]
        shown = seen.float()
        sums = torch.zeros(len(present), *parts.shape[1:], device=parts.device)
        sums.index_add_(0, rows, parts.float() * shown[..., None])
        counts = torch.zeros(len(present), parts.shape[1], device=parts.device).index_add_(0, rows, shown)
        fresh = counts > 0
        mean = sums / counts.clamp_min(1)[..., None]
        old, known = self.centres[present], self.known[present]
        moved = torch.where(known[..., None], self.momentum * old + (1 - self.momentum) * mean, mean)
        self.centres[present] = torch.where(fresh[..., None], moved, old)
        self.known[present] = known | fresh


class InstanceBank(nn.Module):
    """The latest crops: first in, first out.

    ``vectors`` float32 [size, K, D], ``known`` bool [size, K] (which parts the crop shows), ``identities``
    int64 [size]. Rows from ``filled`` on are empty.
    """

    vectors: Tensor
    known: Tensor
    identities: Tensor
    written: Tensor

    def __init__(self, size: int, parts: int, dim: int) -> None:
        super().__init__()
        self.register_buffer("vectors", torch.zeros(size, parts, dim))
        self.register_buffer("known", torch.zeros(size, parts, dtype=torch.bool))
        self.register_buffer("identities", torch.full((size,), -1, dtype=torch.int64))
        self.register_buffer("written", torch.zeros((), dtype=torch.int64))

    @property
    def filled(self) -> int:
        """Number of rows that hold a crop."""
        return min(int(self.written), len(self.vectors))

    @torch.no_grad()
    def update(self, parts: Tensor, seen: Tensor, identities: Tensor) -> None:
        """Remember a batch (shapes as in :meth:`CentreBank.update`) in place of the oldest crops."""
        size = len(self.vectors)
        parts, seen, identities = parts[-size:], seen[-size:], identities[-size:]
        rows = (int(self.written) + torch.arange(len(parts), device=parts.device)) % size
        self.vectors[rows] = parts.float()
        self.known[rows] = seen
        self.identities[rows] = identities
        self.written += len(parts)
