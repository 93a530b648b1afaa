"""Cluster contrast (Dai et al., Cluster Contrast for Unsupervised Person Re-Identification, 2103.11568)
under the distance of a search: on the foreground and on the parts that can be seen.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_LEAST = 1e-6


class ClusterMemory(nn.Module):
    """A centre for each cluster and vector.

    ``centres`` float32 [C, J, D], unit vectors, zero for a vector that no member shows; ``roots`` float32
    [C, J], root of the mean visibility. ``momentum`` is the share of a centre that stays when a crop of its
    cluster was learnt from. Before the first :meth:`fill` there are no clusters.
    """

    def __init__(self, temperature: float, momentum: float) -> None:
        super().__init__()
        self.temperature, self.momentum = temperature, momentum
        self.centres = torch.zeros(0, 0, 0)
        self.roots = torch.zeros(0, 0)

    def fill(self, vectors: Tensor, visibility: Tensor, clusters: Tensor) -> None:
        """Centres anew: means of the members' unit ``vectors`` [N, J, D], weighted by ``visibility`` [N, J].

        ``clusters`` int64 [N], -1 for no cluster.
        """
        count = int(clusters.max()) + 1 if len(clusters) else 0
        inside = clusters >= 0
        weight = visibility[inside].float()
        rows = clusters[inside]
        units = F.normalize(vectors[inside].float(), dim=-1)
        sums = torch.zeros(count, *units.shape[1:]).index_add_(0, rows, units * weight[..., None])
        masses = torch.zeros(count, weight.shape[1]).index_add_(0, rows, weight)
        members = torch.zeros(count).index_add_(0, rows, torch.ones(len(rows)))
        self.centres = F.normalize(sums, dim=-1)
        self.roots = (masses / members.clamp_min(1)[:, None]).sqrt()

    def forward(self, vectors: Tensor, visibility: Tensor, clusters: Tensor) -> Tensor:
        """Mean over crops of -log softmax of (cosine to their own centre) / temperature.

        ``vectors`` float [N, J, D], ``visibility`` float [N, J] in 0..1, ``clusters`` int64 [N] below C.
        The cosine of two is a search's: the mean over vectors, weighted by the roots of both visibilities.
        """
        centres, roots = self.centres.to(vectors.device), self.roots.to(vectors.device)
        units = F.normalize(vectors.float(), dim=-1)
        own = visibility.float().sqrt()
        cosines = torch.einsum("njd,cjd,nj,cj->nc", units, centres, own, roots)
        cosines = cosines / (own @ roots.T).clamp_min(_LEAST)
        return F.cross_entropy(cosines / self.temperature, clusters)

    @torch.no_grad()
    def update(self, vectors: Tensor, visibility: Tensor, clusters: Tensor) -> None:
        """Move the centres towards crops that were learnt from, one after another; shapes as above."""
        units = F.normalize(vectors.detach().float(), dim=-1).cpu()
        share = (1 - self.momentum) * visibility.detach().float().cpu()[..., None]
        for unit, part, cluster in zip(units, share, clusters.tolist(), strict=True):
            self.centres[cluster] = F.normalize((1 - part) * self.centres[cluster] + part * unit, dim=-1)

    def get_extra_state(self) -> dict[str, Any]:
        """The centres: their number changes from epoch to epoch, so that they cannot be buffers."""
        return {"centres": self.centres, "roots": self.roots}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        """Inverse of :meth:`get_extra_state`."""
        self.centres, self.roots = state["centres"].cpu(), state["roots"].cpu()
