"""The trainer of a fine-tuning run, and what it does beside learning."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dropmodel.data.loading import Batch
from dropmodel.network.backbones import Backbone, TransformerBackbone
from dropmodel.network.drop import Drop, DropOutput
from dropmodel.training.finetune.clusters import agreement
from dropmodel.training.finetune.events import Clustered, Control, EpochDone, Events, StepDone
from dropmodel.training.finetune.memory_use import most_memory
from dropmodel.training.finetune.mixture import IntArray, Roll
from dropmodel.training.trainer import Hook, Step, Trainer

_WAIT = 0.5
_RECENT = 0.1
"""Share of the latest step in the mean time of a step."""


class Tuner(Trainer):
    """A trainer whose loss wants to know which rows a batch is made of."""

    def compare(
        self, output: DropOutput, batch: Batch, epoch: float
    ) -> tuple[Tensor, dict[str, Tensor], Any]:
        """See :class:`~dropmodel.training.trainer.Trainer`."""
        found: tuple[Tensor, dict[str, Tensor], Any] = self.loss(output, batch, epoch)
        return found


class EndedError(Exception):
    """The run was told to end in the midst of long work."""


class Clock:
    """How long what is still to come takes, from how long it took so far."""

    def __init__(self, steps: int, measures: int, clusterings: int) -> None:
        self.steps = steps
        self._left = {"measure": measures, "cluster": clusterings}
        self._seconds = {"step": math.nan, "measure": 0.0, "cluster": 0.0}

    def step(self, seconds: float) -> None:
        """A step took so long."""
        before = self._seconds["step"]
        self._seconds["step"] = seconds if math.isnan(before) else before + _RECENT * (seconds - before)

    def did(self, kind: str, seconds: float) -> None:
        """A ``measure`` or ``cluster`` took so long."""
        self._seconds[kind] = seconds
        self._left[kind] = max(self._left[kind] - 1, 0)

    def left(self, steps_done: int) -> float:
        """Seconds that are left."""
        rest = sum(self._left[kind] * self._seconds[kind] for kind in self._left)
        return (self.steps - steps_done) * self._seconds["step"] + rest


class Watch(Hook):
    """Tells of steps, and does what the control says after each."""

    def __init__(self, events: Events, control: Control, clock: Clock) -> None:
        self._events, self._control, self._clock = events, control, clock

    def after_step(self, trainer: Trainer, step: Step) -> None:
        """See :class:`~dropmodel.training.trainer.Hook`, as for all below."""
        self._clock.step(step.seconds)
        self._events.step(
            StepDone(
                step.number,
                self._clock.steps,
                step.epoch,
                step.total,
                step.losses,
                step.rate,
                step.seconds,
                self._clock.left(step.number),
                most_memory(trainer.device),
            )
        )
        self.obey(trainer)

    def obey(self, trainer: Trainer) -> None:
        """Wait, stop or abort as the control says."""
        if self._control.pausing:
            self._events.paused(paused=True)
            while not self._control.wait(_WAIT):
                pass
            self._events.paused(paused=False)
        if self._control.ending == "abort":
            trainer.progress.interrupted = True
        elif self._control.ending == "stop":
            trainer.stop("stopped")

    def stopper(self) -> None:
        """For long work between steps: raises ``EndedError`` when the run is to end."""
        if self._control.ending:
            raise EndedError


class Measuring(Hook):
    """Measures after each epoch and keeps the best weights by ``keep``.

    ``measure`` takes weights and gives numbers and a score; ``before`` are the parent's. A run without
    held-out examples (score NaN) keeps its last weights.
    """

    def __init__(
        self,
        measure: Callable[[Mapping[str, Tensor]], dict[str, float]],
        score: Callable[[Mapping[str, float]], float],
        keep: Callable[[Mapping[str, Tensor]], None],
        events: Events,
        clock: Clock,
    ) -> None:
        self._measure, self._score, self._keep = measure, score, keep
        self._events, self._clock = events, clock
        self.before: dict[str, float] = {}
        self.best: dict[str, float] = {}
        self.best_epoch = 0

    def before_training(self, trainer: Trainer) -> None:  # noqa: D102
        if not self.before and trainer.progress.step == 0:
            self.before = self._timed(trainer)
            self._events.epoch(EpochDone(0, self.before, best=True))

    def after_epoch(self, trainer: Trainer) -> None:  # noqa: D102
        found = self._timed(trainer)
        reached = self._score(found)
        # Better than other epochs is enough to be kept: mixed with the parent it may yet be better than that.
        kept = not self.best_epoch or not reached <= self._score(self.best)
        if kept:
            self.best, self.best_epoch = found, trainer.epoch
            self._keep(trainer.averaged_state())
        best = kept and not reached <= self._score(self.before)
        self._events.epoch(EpochDone(trainer.epoch, found, best=best))

    def state(self) -> dict[str, Any]:  # noqa: D102
        return {"before": self.before, "best": self.best, "best_epoch": self.best_epoch}

    def restore(self, state: dict[str, Any]) -> None:  # noqa: D102
        self.before, self.best, self.best_epoch = state["before"], state["best"], state["best_epoch"]

    def _timed(self, trainer: Trainer) -> dict[str, float]:
        started = time.perf_counter()
        found = self._measure(trainer.averaged_state())
        self._clock.did("measure", time.perf_counter() - started)
        return found


class Adapting(Hook):
    """Makes the clusters of the coming epoch; ends a run that only adapts when they are stable.

    ``make`` takes weights and gives the training examples' clusters, vectors float [N, J, D] and visibilities
    [N, J], those that a search compares.
    """

    def __init__(
        self,
        roll: Roll,
        make: Callable[[Mapping[str, Tensor]], tuple[IntArray, Tensor, Tensor]],
        events: Events,
        clock: Clock,
        stable: float | None,
    ) -> None:
        self._roll, self._make, self._events, self._clock = roll, make, events, clock
        self._stable = stable
        self._made = False

    def before_training(self, trainer: Trainer) -> None:  # noqa: D102
        if not self._made:
            self._renew(trainer)

    def after_epoch(self, trainer: Trainer) -> None:  # noqa: D102
        if trainer.epoch < trainer.config.schedule.epochs and not trainer.progress.over:
            self._renew(trainer)

    def state(self) -> dict[str, Any]:  # noqa: D102
        return {"clusters": torch.from_numpy(self._roll.clusters)} if self._made else {}

    def restore(self, state: dict[str, Any]) -> None:  # noqa: D102
        if state:
            self._roll.clusters = state["clusters"].numpy()
            self._made = True

    def _renew(self, trainer: Trainer) -> None:
        started = time.perf_counter()
        clusters, vectors, visibility = self._make(trainer.averaged_state())
        taught = self._roll.taught
        before = self._roll.clusters[:taught]
        agreed = agreement(before, clusters) if self._made else math.nan
        self._roll.clusters = np.concatenate([clusters, np.full(len(self._roll.rows) - taught, -1, np.int64)])
        self._made = True
        trainer.loss.memory.fill(vectors, visibility, torch.from_numpy(clusters))
        self._clock.did("cluster", time.perf_counter() - started)
        inside = int(np.count_nonzero(clusters >= 0))
        self._events.clustered(
            Clustered(trainer.epoch, int(clusters.max(initial=-1)) + 1, inside, taught, agreed)
        )
        if self._stable is not None and agreed >= self._stable:
            trainer.stop("the clusters are stable")


def freeze(network: Drop, stages: int | None, momentum: float) -> list[nn.Module]:
    """Set ``network`` up for small steps; returns the modules that must stay in evaluation mode.

    The stem and the first ``stages`` stages of a convolutional backbone do not learn, None: all of it. Batch
    norms keep their statistics where ``momentum`` is 0, else they follow by that share of a batch; their
    scales learn anyway.
    """
    backbone = network.backbone
    frozen: list[nn.Module] = [backbone] if stages is None else _first_stages(backbone, stages)
    for module in frozen:
        module.requires_grad_(requires_grad=False)
    norms = [m for m in network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]  # noqa: SLF001
    if not momentum:
        return [*frozen, *norms]
    for norm in norms:
        norm.momentum = momentum
    return frozen


def _first_stages(backbone: Backbone, count: int) -> list[nn.Module]:
    if not count:
        return []
    body = backbone.body
    if isinstance(backbone, TransformerBackbone):
        return [body.patch_embed, *list(body.blocks)[: count * len(body.blocks) // 4]]
    stem = [getattr(body, name) for name in ("conv_stem", "conv1", "bn1") if hasattr(body, name)]
    if hasattr(body, "blocks"):
        return [*stem, *list(body.blocks)[:count]]
    layers = [f"layer{number + 1}" for number in range(count)]
    return [*stem, *(getattr(body, name) for name in layers if hasattr(body, name))]


@torch.no_grad()
def begin_classes(network: Drop, neck: Tensor, classes: Sequence[int]) -> None:
    """Let each class of the cosine classifiers begin as the mean of its crops.

    ``neck`` float [N, 2 + K, D] of crops of ``classes`` [N]; crops of class -1 are passed over.
    """
    rows = torch.tensor(classes)
    inside = rows >= 0
    kinds = (neck[inside, 0], neck[inside, 1], neck[inside, 2:].flatten(1))
    for classifier, vectors in zip(network.embed.classifiers, kinds, strict=True):
        assert isinstance(classifier, nn.Linear)
        sums = torch.zeros(classifier.out_features, classifier.in_features)
        sums.index_add_(0, rows[inside], F.normalize(vectors.float()))
        classifier.weight.copy_(F.normalize(sums))
