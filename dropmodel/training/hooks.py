"""What a run does beside learning: checkpoints, validation, the best model, stopping early."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dropmodel.inference.weights import LoadedModel, save_model
from dropmodel.training.checkpoint import FILE, save_checkpoint
from dropmodel.training.distributed import barrier, rank
from dropmodel.training.trainer import Hook, Step, Trainer

Validate = Callable[[LoadedModel], Mapping[str, float]]
"""A model's numbers by name, larger is better."""

Finish = Callable[[Trainer, Mapping[str, float]], LoadedModel]
"""The model a run would give now, with its card; takes the numbers measured last."""


class Checkpoints(Hook):
    """Keeps ``folder/checkpoint.pt``: at the start, every ``every`` steps, and after each epoch.

    To be the last of the hooks, so that what the others remember of an epoch is in it.
    """

    def __init__(self, folder: Path, every: int = 0) -> None:
        self._path = folder / FILE
        self._every = every
        self._saved = -1

    def before_training(self, trainer: Trainer) -> None:
        """See :class:`~dropmodel.training.trainer.Hook`, as for all below."""
        if trainer.progress.step == 0:
            self._save(trainer)

    def after_step(self, trainer: Trainer, step: Step) -> None:  # noqa: D102
        if (self._every and step.number % self._every == 0) or trainer.progress.interrupted:
            self._save(trainer)

    def after_epoch(self, trainer: Trainer) -> None:  # noqa: D102
        self._saved = -1  # The step is the same, the epoch is another.
        self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        if self._saved == trainer.progress.step:
            return
        state = trainer.state()
        if rank() == 0:
            save_checkpoint(state, self._path)
        self._saved = trainer.progress.step


class Validation(Hook):
    """Every ``every`` epochs and at the end: measure, keep the best model, stop when it gets no better.

    Measures on the first process while the others wait. Writes ``folder/best.safetensors`` when ``metric`` is
    the best so far, and ``folder/last.safetensors`` at the end of training. ``validate`` None measures
    nothing: then only the last model is written. ``tell`` gets each validation's numbers.
    """

    def __init__(
        self,
        folder: Path,
        validate: Validate | None,
        finish: Finish,
        *,
        metric: str = "map",
        every: int = 10,
        patience: int = 0,
        tell: Callable[[Trainer, Mapping[str, float]], None] = lambda _trainer, _numbers: None,
    ) -> None:
        self._folder = folder
        self._validate = validate
        self._finish = finish
        self._metric = metric
        self._every = every
        self._patience = patience
        self._tell = tell
        self._best: float | None = None
        self._worse = 0
        self._numbers: dict[str, float] = {}

    @property
    def best(self) -> float | None:
        """The best value of the metric so far."""
        return self._best

    def after_epoch(self, trainer: Trainer) -> None:  # noqa: D102
        # The last epoch's is done after training, on the final weights.
        last = trainer.epoch == trainer.config.schedule.epochs
        if self._validate is not None and self._every and trainer.epoch % self._every == 0 and not last:
            self._measure(trainer)
            if self._patience and self._worse >= self._patience:
                trainer.stop(f"{self._metric} did not rise in {self._worse} validations")

    def after_training(self, trainer: Trainer) -> None:  # noqa: D102
        if trainer.epoch == trainer.config.schedule.epochs and self._validate is not None and self._every:
            self._measure(trainer)
        if rank() == 0:
            save_model(self._finish(trainer, self._numbers), self._folder / "last.safetensors")
        barrier()

    def state(self) -> dict[str, Any]:  # noqa: D102
        return {"best": self._best, "worse": self._worse, "numbers": self._numbers}

    def restore(self, state: dict[str, Any]) -> None:  # noqa: D102
        if state:
            self._best, self._worse, self._numbers = state["best"], state["worse"], state["numbers"]

    def _measure(self, trainer: Trainer) -> None:
        numbers: dict[str, float] = {}
        if rank() == 0:
            assert self._validate is not None
            started = time.perf_counter()
            model = self._finish(trainer, {})
            numbers = dict(self._validate(model))
            numbers["validation_seconds"] = time.perf_counter() - started
        numbers = _from_first(numbers)
        if self._metric not in numbers:
            raise ValueError(
                f"validation.metric {self._metric!r} is not measured; choose {', '.join(sorted(numbers))}"
            )
        self._numbers = numbers
        self._tell(trainer, numbers)
        if self._best is not None and not numbers[self._metric] > self._best:
            self._worse += 1
            return
        self._best, self._worse = numbers[self._metric], 0
        if rank() == 0:
            save_model(self._finish(trainer, numbers), self._folder / "best.safetensors")


def _from_first(numbers: dict[str, float]) -> dict[str, float]:
    """The first process's ``numbers`` in all of them."""
    from dropmodel.training.distributed import gather_objects

    first: dict[str, float] = gather_objects(numbers)[0]
    return first
