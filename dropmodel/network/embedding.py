"""From pooled vectors to embeddings: Linear + BN + ReLU, then BNNeck and identity classifiers.

BNNeck (Luo et al., arXiv 1903.07071): triplet losses see the vector before a batch norm whose bias stays
zero, identity losses and the cosine distance of a search see it after. Both are given.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from dropmodel.network.config import NetworkConfig

KINDS = ("global", "foreground", "concat")
"""What a neck and a classifier exist for; ``concat`` is all part vectors in one."""


class Embeddings(NamedTuple):
    """``raw`` and ``neck`` float32 [N, 2 + K, D] in the order global, foreground, parts.

    ``logits`` [N, identities] under ``global``, ``foreground`` and ``concat``; empty without classifiers.
    """

    raw: Tensor
    neck: Tensor
    logits: dict[str, Tensor]


class EmbeddingHeads(nn.Module):
    """Separate heads for global, foreground and parts (one shared by all parts), with their necks."""

    def __init__(self, channels: int, config: NetworkConfig) -> None:
        super().__init__()
        parts, dim = len(config.schema), config.dim
        widths = (dim, dim, parts * dim)  # in the order of KINDS
        self.whole = _projection(channels, dim)
        self.foreground = _projection(channels, dim)
        self.parts = _projection(channels, dim)
        self.necks = nn.ModuleList(_neck(width) for width in widths)
        self.classifiers = nn.ModuleList(
            _classifier(width, config.identities) for width in widths if config.identities
        )

    def forward(self, pooled: Tensor) -> Embeddings:
        """``pooled`` float [N, 2 + K, C] in the order global, foreground, parts."""
        with torch.autocast(pooled.device.type, enabled=False):
            count, vectors = pooled.shape[:2]
            raw = [
                self.whole(pooled[:, 0]),
                self.foreground(pooled[:, 1]),
                self.parts(pooled[:, 2:].flatten(0, 1)).reshape(count, -1),
            ]
            neck = [norm(vector) for norm, vector in zip(self.necks, raw, strict=True)]
            # There are no classifiers at inference: then this is empty.
            classified = zip(KINDS, self.classifiers, neck, strict=False)
            logits = {kind: classify(vector) for kind, classify, vector in classified}
            return Embeddings(_stack(raw, vectors), _stack(neck, vectors), logits)


def _stack(kinds: list[Tensor], vectors: int) -> Tensor:
    joined = torch.cat(kinds, dim=1)
    return joined.reshape(-1, vectors, joined.shape[1] // vectors)


def _projection(channels: int, dim: int) -> nn.Sequential:
    linear = nn.Linear(channels, dim, bias=False)
    # A random rotation rather than random numbers: distances between pooled vectors survive it.
    nn.init.orthogonal_(linear.weight)
    return nn.Sequential(linear, nn.BatchNorm1d(dim), nn.ReLU(inplace=True))


def _neck(width: int) -> nn.BatchNorm1d:
    neck = nn.BatchNorm1d(width)
    neck.bias.requires_grad = False
    return neck


def _classifier(width: int, identities: int) -> nn.Linear:
    classifier = nn.Linear(width, identities, bias=False)
    nn.init.normal_(classifier.weight, std=0.001)
    return classifier
