"""Identity classification: cross-entropy with label smoothing over plain or cosine classifiers."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Classifier = Literal["plain", "cosine"]

_EDGE = 1e-6
"""How near to 1 a cosine may come: the angle's slope is infinite there."""


class CosineClassifier(nn.Linear):
    """Cosine of a vector with each class's weights, in place of their product; the same tensors."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        """``input`` float [N, D] to cosines [N, classes] in -1..1."""
        return F.linear(F.normalize(input), F.normalize(self.weight))

    @classmethod
    def like(cls, plain: nn.Module) -> "CosineClassifier":
        """A classifier of the shape of ``plain``, with weights large enough to be turned evenly."""
        assert isinstance(plain, nn.Linear)
        made = cls(plain.in_features, plain.out_features, bias=False)
        nn.init.xavier_normal_(made.weight)
        return made.to(plain.weight.device)


def identity_loss(logits: Tensor, identities: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy with label smoothing (Szegedy et al., 1512.00567), mean over the batch, in float32.

    ``logits`` float [N, classes], ``identities`` int64 [N]: the right class has 1 - smoothing, and
    ``smoothing`` is shared by all classes alike.
    """
    return F.cross_entropy(logits.float(), identities, label_smoothing=smoothing)


def scaled_cosines(cosines: Tensor, identities: Tensor, scale: float, margin: float) -> Tensor:
    """Logits scale * cos(angle), the right class's angle widened by ``margin`` radians (ArcFace, 1801.07698).

    ``cosines`` float [N, classes] in -1..1. Where angle + margin would pass a half turn, the right class
    gets cos(angle) - margin * sin(margin), which goes on falling.
    """
    cosines = cosines.float()
    if margin:
        rows = torch.arange(len(cosines), device=cosines.device)
        right = cosines[rows, identities].clamp(-1 + _EDGE, 1 - _EDGE)
        angle = right.acos()
        edge = torch.tensor(margin, device=cosines.device)
        widened = torch.where(angle + margin < torch.pi, (angle + margin).cos(), right - margin * edge.sin())
        cosines = cosines.index_put((rows, identities), widened)
    return scale * cosines
