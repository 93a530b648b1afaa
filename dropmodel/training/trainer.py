"""The training loop. What else happens in a run is done by hooks (:mod:`dropmodel.training.hooks`)."""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from dropmodel.data.loading import Batch, normalized
from dropmodel.errors import NotFiniteError, TrainingError
from dropmodel.inference.devices import choose_dtype
from dropmodel.network.drop import Drop, DropOutput
from dropmodel.training.averaging import WeightAverage, recalibrate_norms
from dropmodel.training.checkpoint import random_state, restore_random_state
from dropmodel.training.config import TrainConfig
from dropmodel.training.cpu_convolutions import widen_slow_convolutions
from dropmodel.training.distributed import (
    gather_objects,
    hold_gradients,
    mean_over_processes,
    rank,
    sum_over_processes,
    world_size,
)
from dropmodel.training.losses.identity import CosineClassifier
from dropmodel.training.losses.total import TotalLoss
from dropmodel.training.optimiser import build_optimiser, set_rate
from dropmodel.training.shared_norm import share_batch_norms
from dropmodel.training.style import apply_style
from dropmodel.training.toml import to_table


class Loader(Protocol):
    """Where batches come from. An epoch's batches depend on the seed, the epoch and their place alone."""

    @property
    def identities(self) -> int:
        """Number of training identities."""

    def __len__(self) -> int:
        """Batches an epoch for this process."""

    def batches(self, epoch: int, start: int = 0) -> Generator[Batch, None, None]:
        """The epoch's batches from the one at ``start`` on."""

    def names(self, batch: Batch) -> Sequence[str]:
        """The files of a batch, for messages."""


class Hook:
    """Something a run does beside learning. ``state`` and ``restore`` keep it across a resume."""

    def before_training(self, trainer: "Trainer") -> None:
        """Called once, after a resume too."""

    def after_step(self, trainer: "Trainer", step: "Step") -> None:
        """Called after each step, with what it did."""

    def after_epoch(self, trainer: "Trainer") -> None:
        """Called after each epoch; ``trainer.epoch`` is the number of epochs done."""

    def after_training(self, trainer: "Trainer") -> None:
        """Called when all epochs are done or training was stopped; not when it broke off."""

    def close(self) -> None:
        """Called last, after an error too."""

    def state(self) -> dict[str, Any]:
        """Plain values for the checkpoint."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what ``state`` gave."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the optimiser: ``number`` from 1, ``epoch`` with the share of the running one.

    ``losses`` by name before their weights, means over all processes; ``total`` their weighted sum;
    ``length`` of the gradient before clipping; ``seconds`` it took, reading included, for ``images`` of all
    processes.
    """

    number: int
    epoch: float
    total: float
    losses: Mapping[str, float]
    rate: float
    length: float
    images: int
    seconds: float


@dataclass(slots=True)
class Progress:
    """Where a run is: ``epoch`` epochs done, ``batch`` batches of the running one, ``step`` steps in all.

    ``stopped`` says why it ended before its last epoch; ``interrupted``: it is to be taken up again.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    stopped: str = ""
    interrupted: bool = False

    @property
    def over(self) -> bool:
        """Whether no further step is to be made."""
        return bool(self.stopped) or self.interrupted


class Trainer:
    """Trains ``network`` on ``loader`` as ``config`` says.

    ``network`` is moved to ``device``; it must have the loader's identities. In a process group every process
    makes a Trainer of its own with its own part of the loader. ``loss`` takes the place of the configured
    losses' sum; ``frozen`` modules of the network stay in evaluation mode.
    """

    def __init__(
        self,
        config: TrainConfig,
        network: Drop,
        loader: Loader,
        device: torch.device,
        hooks: Sequence[Hook] = (),
        *,
        loss: nn.Module | None = None,
        frozen: Sequence[nn.Module] = (),
    ) -> None:
        self.config = config
        self.device = device
        self.loader = loader
        self.hooks = list(hooks)
        self.progress = Progress()
        if config.losses.classifier == "cosine":
            classifiers = network.embed.classifiers
            network.embed.classifiers = nn.ModuleList(CosineClassifier.like(plain) for plain in classifiers)
        self._frozen = [*apply_style(network.backbone, config.style), *frozen]
        network.fixed_masks = config.losses.parsing_alone
        self.network = network.to(device)
        if config.runtime.channels_last:
            # torch's own stubs leave out this form of Module.to.
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if world_size() > 1 and config.runtime.shared_norms:
            share_batch_norms(self.network)
        shape = network.config
        if loss is None:
            loss = TotalLoss(config.losses, loader.identities, len(shape.schema), shape.dim)
        self.loss: Any = loss.to(device)
        self.optimiser = build_optimiser(self.network, config.optimiser)
        self.dtype = choose_dtype(config.runtime.precision, device)
        if device.type == "cpu" and self.dtype == torch.bfloat16:
            widen_slow_convolutions(self.network)
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.dtype == torch.float16)
        self.ema = WeightAverage(self.network) if config.optimiser.ema else None
        self.swa: WeightAverage | None = None
        self._interrupt = False
        self._parameters = [p for p in self.network.parameters() if p.requires_grad]
        self._model = self._wrapped()

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return self.progress.epoch

    def stop(self, why: str) -> None:
        """End the run, as if it had reached its last epoch; for hooks, in all processes alike."""
        self.progress.stopped = why

    def interrupt(self) -> None:
        """Let the running step end, with a checkpoint, and the run with it; from anywhere, in any process."""
        self._interrupt = True

    def run(self) -> None:
        """Train from where the run is to its end; hooks are closed whatever happens."""
        try:
            for hook in self.hooks:
                hook.before_training(self)
            while self.progress.epoch < self.config.schedule.epochs and not self.progress.over:
                self._epoch()
            if not self.progress.interrupted:
                for hook in self.hooks:
                    hook.after_training(self)
        finally:
            for hook in self.hooks:
                hook.close()

    def state(self) -> dict[str, Any]:
        """Everything a run needs to go on, as tensors and plain values; all processes must ask together."""
        progress = self.progress
        return {
            "config": to_table(self.config),
            "progress": {"epoch": progress.epoch, "batch": progress.batch, "step": progress.step},
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "loss": self.loss.state_dict(),
            "ema": _average_state(self.ema),
            "swa": _average_state(self.swa),
            "random": gather_objects(random_state(self.device)),
            "hooks": {type(hook).__name__: hook.state() for hook in self.hooks},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a run where :meth:`state` left it."""
        if len(state["random"]) != world_size():
            raise TrainingError(
                f"the run was made by {len(state['random'])} processes and cannot go on with {world_size()}"
            )
        self.progress = Progress(**state["progress"])
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        if state["scaler"]:  # Empty where the run was not in fp16, which a resumed one may be.
            self.scaler.load_state_dict(state["scaler"])
        self.loss.load_state_dict(state["loss"])
        self.ema = _restored_average(self.network, state["ema"])
        self.swa = _restored_average(self.network, state["swa"])
        for hook in self.hooks:
            hook.restore(state["hooks"].get(type(hook).__name__, {}))
        restore_random_state(state["random"][rank()], self.device)

    def averaged_state(self) -> dict[str, Tensor]:
        """The weights to validate and save: the mean over epochs, else the EMA, else the network's own."""
        average = self.swa or self.ema
        return self.network.state_dict() if average is None else average.state

    def recalibrate(self, network: Drop) -> None:
        """Measure the batch norms of ``network`` anew on the first training batches of an epoch to come."""
        epoch = self.config.schedule.epochs
        batches = self.loader.batches(epoch)
        count = min(self.config.optimiser.recalibrate, len(self.loader))
        with self._autocast():
            recalibrate_norms(network, (self._images(next(batches)) for _ in range(count)))

    def _wrapped(self) -> nn.Module:
        model: nn.Module = self.network
        if self.config.runtime.compile:
            model = torch.compile(model)  # type: ignore[assignment]
        if world_size() == 1:
            return model
        devices = [self.device] if self.device.type == "cuda" else None
        # Norms that are not shared take over the first process's statistics before each batch.
        return DistributedDataParallel(model, device_ids=devices)

    def _epoch(self) -> None:
        progress, every = self.progress, self.config.optimiser.accumulate
        # Batches beyond the last whole step are left out.
        last = len(self.loader) // every * every
        if not last:
            raise TrainingError(
                f"an epoch has {len(self.loader)} batches, a step takes {every}: add pictures"
            )
        self._train_mode()
        with closing(self.loader.batches(progress.epoch, progress.batch)) as batches:
            while progress.batch < last and not progress.over:
                started = time.perf_counter()
                chosen = [next(batches) for _ in range(every)]
                step = self._step(chosen, started)
                for hook in self.hooks:
                    hook.after_step(self, step)
        if progress.batch < last:
            return
        progress.epoch, progress.batch = progress.epoch + 1, 0
        first = self.config.optimiser.swa_from
        if first and progress.epoch >= first:
            if self.swa is None:
                self.swa = WeightAverage(self.network)
            self.swa.add(self.network)
        for hook in self.hooks:
            hook.after_epoch(self)

    def _train_mode(self) -> None:
        self._model.train()
        for module in self._frozen:
            module.eval()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)

    def _step(self, batches: Sequence[Batch], started: float) -> Step:
        progress, options = self.progress, self.config.optimiser
        epoch = progress.epoch + progress.batch / len(self.loader)
        rate = options.rate * self.config.schedule.factor(epoch)
        set_rate(self.optimiser, rate)
        self.optimiser.zero_grad(set_to_none=True)
        totals: dict[str, Tensor] = {}
        joined: list[Any] = []
        images = 0
        for place, batch in enumerate(batches):
            with hold_gradients(self._model, hold=place + 1 < len(batches)):
                total, losses, compared = self._losses(batch, epoch)
                torch.autograd.backward(self.scaler.scale(total / len(batches)))
            joined.append(compared)
            images += len(batch)
            for name, loss in {"total": total.detach(), **losses}.items():
                totals[name] = totals.get(name, torch.zeros_like(loss)) + loss / len(batches)
        length = self._move(batches)
        for compared in joined:
            self.loss.remember(compared)
        if self.ema is not None:
            self.ema.move(self.network, options.ema)
        progress.batch += len(batches)
        progress.step += 1
        totals["interrupt"] = torch.full_like(totals["total"], float(self._interrupt))
        averages = mean_over_processes(totals)
        # One transfer for all: each waits for the GPU.
        means = dict(zip(averages, torch.stack(list(averages.values())).tolist(), strict=True))
        progress.interrupted = means.pop("interrupt") > 0
        return Step(
            progress.step,
            epoch,
            means.pop("total"),
            means,
            rate,
            length,
            images * world_size(),
            time.perf_counter() - started,
        )

    def _losses(self, batch: Batch, epoch: float) -> tuple[Tensor, dict[str, Tensor], Any]:
        images = self._images(batch)
        with self._autocast():
            output = self._model(images)
        total, losses, joined = self.compare(output, batch, epoch)
        self._require_finite(total, losses, [batch])
        return total, losses, joined

    def compare(
        self, output: DropOutput, batch: Batch, epoch: float
    ) -> tuple[Tensor, dict[str, Tensor], Any]:
        """The loss of what the network says of ``batch``, each loss by name, and what to remember of it."""
        identities = batch.identities.to(self.device, non_blocking=True)
        targets = batch.targets.to(self.device, non_blocking=True)
        found: tuple[Tensor, dict[str, Tensor], Any] = self.loss(output, identities, targets, epoch)
        return found

    def _images(self, batch: Batch) -> Tensor:
        """What the network wants: float32 [N, 3, H, W] on the device."""
        images = normalized(batch.pictures.to(self.device, non_blocking=True))
        layout = torch.channels_last if self.config.runtime.channels_last else torch.contiguous_format
        return images.contiguous(memory_format=layout)

    def _move(self, batches: Sequence[Batch]) -> float:
        """Clip and apply the gradients; their length before."""
        self.scaler.unscale_(self.optimiser)
        most = self.config.optimiser.clip or float("inf")
        length = torch.nn.utils.clip_grad_norm_(self._parameters, most)
        if not self.scaler.is_enabled():  # In fp16 the scaler leaves such a step out and scales less.
            self._require_finite(length, {"gradient": length}, batches)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return float(length)

    def _require_finite(self, value: Tensor, losses: Mapping[str, Tensor], batches: Sequence[Batch]) -> None:
        """``TrainingError`` in every process if ``value`` is not finite in any; the weights are untouched."""
        bad = (~torch.isfinite(value)).float()
        if not float(sum_over_processes(bad)):
            return
        step = self.progress.step + 1
        if not float(bad):
            raise NotFiniteError(
                f"step {step}: another process met numbers that are not finite; see its message"
            )
        which = ", ".join(name for name, loss in losses.items() if not bool(torch.isfinite(loss))) or "sum"
        names = ", ".join(str(name) for batch in batches for name in self.loader.names(batch))
        raise NotFiniteError(
            f"step {step}: not a finite number in: {which}. The last checkpoint is untouched: go on from it "
            f"with --resume, at a lower optimiser.rate or another runtime.precision if the files are fine. "
            f"The batch was: {names}"
        )


def _average_state(average: WeightAverage | None) -> dict[str, Any] | None:
    return None if average is None else {"state": average.state, "count": average.count}


def _restored_average(network: Drop, saved: dict[str, Any] | None) -> WeightAverage | None:
    if saved is None:
        return None
    average = WeightAverage(network)
    for name, value in saved["state"].items():
        average.state[name].copy_(value)
    average.count = saved["count"]
    return average
