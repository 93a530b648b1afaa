"""The sum of what a batch of mixed sources teaches."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dropmodel.data.loading import Batch
from dropmodel.network.drop import DropOutput
from dropmodel.parts import IGNORE
from dropmodel.training.config import LossConfig
from dropmodel.training.finetune.config import FinetuneConfig
from dropmodel.training.finetune.memory import ClusterMemory
from dropmodel.training.finetune.mixture import Roll
from dropmodel.training.losses.distances import batch_hard, mean_over_common, part_distances
from dropmodel.training.losses.parsing import parsing_sums
from dropmodel.training.losses.total import Joined, TotalLoss

_LOGITS = "identity_logits"
_SEARCHED = 1
"""Place of the first vector that a search compares: the global one comes before."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a step leaves behind: of named crops for their bank, of clustered ones for their memory."""

    named: Joined | None
    vectors: Tensor
    visibility: Tensor
    clusters: Tensor


class FinetuneLoss(nn.Module):
    """Each crop is worth what is known of it.

    - Of a known person: identity, part triplet and compactness losses (:class:`TotalLoss`); a crop that was
      said not to be a person of the batch is a hard negative to that person's crops.
    - Of a cluster: contrast with the memory of all clusters.
    - With a corrected map: the parsing loss; with a weak one: a share of it, so that masks stay as they are.
    """

    def __init__(self, losses: LossConfig, config: FinetuneConfig, roll: Roll, parts: int, dim: int) -> None:
        super().__init__()
        self._losses, self._config, self._roll = losses, config, roll
        self._weight = config.persons or 1.0  # Without, only the rehearsal's persons are known.
        self.named = TotalLoss(replace(losses, parsing=0.0), max(roll.identities, 1), parts, dim)
        self.memory = ClusterMemory(config.temperature, config.memory_momentum)
        taught = torch.arange(len(roll.rows)) < roll.taught
        exact = torch.tensor([row.corrected is not None for row in roll.rows])
        self._corrected, self._rehearsed = exact & taught, exact & ~taught
        self._weak = torch.tensor([row.corrected is None and row.weak is not None for row in roll.rows])
        pairs = np.array(roll.rejected, np.int64).reshape(-1, 2)
        self._rejected = torch.from_numpy(pairs)

    def forward(
        self, output: DropOutput, batch: Batch, epoch: float
    ) -> tuple[Tensor, dict[str, Tensor], Learnt]:
        """The sum to go back from, each loss by name before its weight, and what to :meth:`remember`."""
        device = output.raw.device
        losses: dict[str, Tensor] = {}
        total = torch.zeros((), device=device)
        named: Joined | None = None
        identities = batch.identities.to(device)
        with torch.autocast(device.type, enabled=False):
            known = identities >= 0
            if bool(known.any()):
                subset = taken(output, known)
                targets = batch.targets.to(device)[known]
                found, parts, named = self.named(subset, identities[known], targets, epoch)
                total = total + self._weight * found
                losses |= parts
                against = self._against(output, batch.indices, identities)
                if against is not None:
                    losses["rejected"] = against.detach()
                    total = total + self._weight * self._losses.triplet * against
            clusters = torch.from_numpy(self._roll.clusters)[batch.indices].to(device)
            inside = clusters >= 0
            vectors = output.neck[inside, _SEARCHED:]
            visibility = output.visibility[inside, _SEARCHED:]
            if self._config.adapt and bool(inside.any()):
                contrast = self.memory(vectors, visibility, clusters[inside])
                losses["contrast"] = contrast.detach()
                total = total + self._config.adapt * contrast
            parsing = self._parsing(output, batch)
            losses["parsing"] = parsing.detach()
            total = total + self._losses.parsing * parsing
        return total, losses, Learnt(named, vectors, visibility, clusters[inside])

    def remember(self, learnt: Learnt) -> None:
        """Put a batch into bank and memory; to be called after the step that used it."""
        if learnt.named is not None:
            self.named.remember(learnt.named)
        if self._config.adapt and len(learnt.clusters):
            self.memory.update(learnt.vectors, learnt.visibility, learnt.clusters)

    def _against(self, output: DropOutput, rows: Tensor, identities: Tensor) -> Tensor | None:
        """Triplets whose negatives were said not to be the anchor's person; None where no such pair is."""
        if not len(self._rejected):
            return None
        device = identities.device
        crops = (rows[:, None] == self._rejected[:, 0]).float().to(device)
        persons = (identities[:, None] == self._rejected[:, 1].to(device)).float()
        rejected = persons @ crops.T > 0
        if not bool(rejected.any()):
            return None
        parts, seen = output.raw[:, 2:].float(), output.visible[:, 2:]
        mean, valid = mean_over_common(part_distances(parts, parts), seen, seen)
        same = (identities[:, None] == identities) & (identities >= 0)
        itself = torch.eye(len(parts), dtype=torch.bool, device=device)
        return batch_hard(mean, valid & (same | rejected) & ~itself, same, self._losses.margin)

    def _parsing(self, output: DropOutput, batch: Batch) -> Tensor:
        """Mean over cells, those of a weak map worth less; 0 with a graph if none has a target.

        Rare parts count for more in exact maps only: a model that learns from its own guesses draws them a
        little larger each time if they do.
        """
        device, losses = output.raw.device, self._losses
        targets = batch.targets.to(device)
        decided = (targets != IGNORE).flatten(1).any(1)
        total, mass = output.parsing_logits.sum() * 0.0, torch.zeros((), device=device)
        kinds = [
            (self._corrected, self._config.masks, losses.parsing_balance),
            (self._weak, self._config.weak, 0.0),
        ]
        for rows, worth, balance in [*kinds, (self._rehearsed, 1.0, losses.parsing_balance)]:
            chosen = rows[batch.indices].to(device) & decided
            if worth and bool(chosen.any()):
                loss, count = parsing_sums(
                    output.parsing_logits[chosen],
                    targets[chosen],
                    losses.parsing_smoothing,
                    losses.parsing_blur,
                    balance,
                )
                total, mass = total + worth * loss, mass + count
        return total / mass.clamp_min(1.0)


def taken(output: DropOutput, rows: Tensor) -> DropOutput:
    """What was said of some of the crops, by bool [N]."""
    values: dict[str, Any] = {
        item.name: getattr(output, item.name)[rows] for item in fields(output) if item.name != _LOGITS
    }
    return DropOutput(identity_logits={kind: x[rows] for kind, x in output.identity_logits.items()}, **values)
