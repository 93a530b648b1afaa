"""The weighted sum of all losses, computed alike in one process and in many."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from dropmodel.network.drop import DropOutput
from dropmodel.training.bank import CentreBank, InstanceBank
from dropmodel.training.config import LossConfig
from dropmodel.training.distributed import gather, gather_with_gradient, sum_over_processes, world_size
from dropmodel.training.losses.compactness import centre_loss, instance_loss
from dropmodel.training.losses.contrastive import contrastive_loss, part_cosines
from dropmodel.training.losses.identity import identity_loss, scaled_cosines
from dropmodel.training.losses.parsing import parsing_sums
from dropmodel.training.losses.triplet import foreground_triplet_loss, part_triplet_loss

_FIRST_PART = 2
"""Place of the first part among the vectors: global and foreground come before."""

_CONTRASTED = {"global": slice(0, 1), "foreground": slice(1, 2), "parts": slice(_FIRST_PART, None)}


@dataclass(frozen=True, slots=True)
class Joined:
    """What the metric losses compare: the vectors of all processes' crops, in the order of the processes.

    ``raw``, ``neck`` float32 [N, 2 + K, D]; ``seen`` bool [N, 2 + K]; ``identities`` int64 [N].
    """

    raw: Tensor
    neck: Tensor
    seen: Tensor
    identities: Tensor

    @property
    def parts(self) -> Tensor:
        """Raw part vectors, float32 [N, K, D]."""
        return self.raw[:, _FIRST_PART:]

    @property
    def parts_seen(self) -> Tensor:
        """Which parts each crop shows, bool [N, K]."""
        return self.seen[:, _FIRST_PART:]


class TotalLoss(nn.Module):
    """Sums the losses of :class:`~dropmodel.training.config.LossConfig`; holds the memory bank.

    In a distributed run the value is that of the joined batch, and the gradients of the processes, averaged
    as DistributedDataParallel does, are its gradient: metric losses compare the gathered vectors, the parsing
    loss divides by the joined number of cells, the identity loss is a mean over batches of one size.
    """

    def __init__(self, config: LossConfig, identities: int, parts: int, dim: int) -> None:
        super().__init__()
        self.config = config
        self.bank: CentreBank | InstanceBank | None = None
        if config.compactness:
            if config.bank == "centres":
                self.bank = CentreBank(identities, parts, dim, config.bank_momentum)
            else:
                self.bank = InstanceBank(config.bank_size, parts, dim)

    def forward(
        self, output: DropOutput, identities: Tensor, targets: Tensor, epoch: float
    ) -> tuple[Tensor, dict[str, Tensor], Joined]:
        """The sum to go back from, each loss by name before its weight, and the vectors for :meth:`remember`.

        ``identities`` int64 [N]; ``targets`` integer [N, H, W] with ``IGNORE``; ``epoch`` from 0, with the
        share of the running one, decides which losses have begun.
        """
        with torch.autocast(output.raw.device.type, enabled=False):
            joined = self._join(output, identities)
            losses: dict[str, Tensor] = {}
            total = torch.zeros((), device=output.raw.device)
            for name, weight, loss in self._terms(output, joined, identities, targets, epoch):
                losses[name] = loss.detach()
                total = total + weight * loss
        if world_size() > 1:
            total = total + 0.0 * _everything(output)
        return total, losses, joined

    def remember(self, joined: Joined) -> None:
        """Put a batch into the bank; to be called after the step that used it."""
        if self.bank is not None:
            self.bank.update(joined.parts.detach(), joined.parts_seen, joined.identities)

    def _join(self, output: DropOutput, identities: Tensor) -> Joined:
        seen = output.visible if self.config.visibility_aware else torch.ones_like(output.visible)
        return Joined(
            gather_with_gradient(output.raw.float()),
            gather_with_gradient(output.neck.float()),
            gather(seen),
            gather(identities),
        )

    def _terms(
        self, output: DropOutput, joined: Joined, identities: Tensor, targets: Tensor, epoch: float
    ) -> "list[tuple[str, float, Tensor]]":
        config = self.config
        terms = [*self._identity(output, identities), *self._metric(joined, epoch)]
        if config.parsing:
            total, count = parsing_sums(
                output.parsing_logits,
                targets,
                config.parsing_smoothing,
                config.parsing_blur,
                config.parsing_balance,
            )
            # Of the joined batch: the mean over processes of this is sum of totals / sum of counts.
            share = world_size() * total / sum_over_processes(count).clamp_min(1.0)
            terms.append(("parsing", config.parsing, share))
        return terms

    def _identity(self, output: DropOutput, identities: Tensor) -> "list[tuple[str, float, Tensor]]":
        config, terms = self.config, []
        for kind, logits in output.identity_logits.items():
            weight = getattr(config, f"identity_{kind}")
            if weight:
                if config.classifier == "cosine":
                    logits = scaled_cosines(logits, identities, config.scale, config.angular_margin)  # noqa: PLW2901
                loss = identity_loss(logits, identities, config.identity_smoothing)
                terms.append((f"identity_{kind}", weight, loss))
        return terms

    def _metric(self, joined: Joined, epoch: float) -> "list[tuple[str, float, Tensor]]":
        config, terms = self.config, []
        if config.contrastive:
            losses = [
                contrastive_loss(
                    *part_cosines(joined.neck[:, chosen], joined.seen[:, chosen]),
                    joined.identities,
                    config.temperature,
                )
                for chosen in (_CONTRASTED[name] for name in config.contrasted)
            ]
            terms.append(("contrastive", config.contrastive, torch.stack(losses).mean()))
        ramp = config.triplet_share(epoch)
        if config.triplet and ramp:
            loss = part_triplet_loss(joined.parts, joined.parts_seen, joined.identities, config.margin)
            terms.append(("triplet", config.triplet * ramp, loss))
        if config.foreground_triplet and ramp:
            loss = foreground_triplet_loss(joined.raw[:, 1], joined.identities, config.margin)
            terms.append(("foreground_triplet", config.foreground_triplet * ramp, loss))
        if self.bank is not None and epoch >= config.compactness_from:
            terms.append(("compactness", config.compactness, self._compactness(joined)))
        return terms

    def _compactness(self, joined: Joined) -> Tensor:
        given = (joined.parts, joined.parts_seen, joined.identities)
        if isinstance(self.bank, CentreBank):
            return centre_loss(*given, self.bank, self.config.compactness_margin)
        assert self.bank is not None
        return instance_loss(*given, self.bank, self.config.compactness_margin, self.config.nearest_positives)


def _everything(output: DropOutput) -> Tensor:
    """A sum that every parameter has a part in: DistributedDataParallel waits for all of them."""
    used = [output.raw, output.neck, output.parsing_logits, *output.identity_logits.values()]
    return torch.stack([tensor.float().mean() for tensor in used]).sum()
