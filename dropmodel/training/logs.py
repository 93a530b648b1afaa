"""Logs of a run: JSON lines, TensorBoard, a progress bar."""

import json
import math
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from dropmodel.training.trainer import Hook, Step, Trainer

FILE = "log.jsonl"


class JsonLog(Hook):
    """``folder/log.jsonl``: a line a step, ``{"step":, "epoch":, "total":, "losses": {...}, ...}``.

    After a resume the lines past the checkpoint are taken away, so that the file reads as if the run had
    never stopped. Validations and the end are lines of their own, ``{"validation": {...}}``. ``every`` thins
    the steps. A gradient that overflowed in fp16, whose step was left out, is ``null``.
    """

    def __init__(self, folder: Path, every: int = 1) -> None:
        self._path = folder / FILE
        self._every = every
        self._file: TextIO | None = None

    def before_training(self, trainer: Trainer) -> None:
        """See :class:`~dropmodel.training.trainer.Hook`, as for all below."""
        _cut(self._path, trainer.progress.step, inside=trainer.progress.batch > 0)
        self._file = self._path.open("a", encoding="utf-8")

    def after_step(self, trainer: Trainer, step: Step) -> None:  # noqa: ARG002, D102
        if step.number % self._every == 0:
            self.write(
                {
                    "step": step.number,
                    "epoch": round(step.epoch, 6),
                    "total": step.total,
                    "losses": dict(step.losses),
                    "rate": step.rate,
                    "gradient": step.length if math.isfinite(step.length) else None,
                    "images_per_second": round(step.images / max(step.seconds, 1e-9), 1),
                }
            )

    def validated(self, trainer: Trainer, numbers: Mapping[str, float]) -> None:
        """Write a validation's numbers."""
        self.write(
            {"step": trainer.progress.step, "epoch": float(trainer.epoch), "validation": dict(numbers)}
        )

    def after_training(self, trainer: Trainer) -> None:  # noqa: D102
        ending = trainer.progress.stopped or "done"
        self.write({"step": trainer.progress.step, "epoch": float(trainer.epoch), "end": ending})

    def write(self, line: Mapping[str, Any]) -> None:
        """Add one line; it is in the file when this returns."""
        if self._file is not None:
            self._file.write(json.dumps({**line, "time": round(time.time(), 3)}) + "\n")
            self._file.flush()

    def close(self) -> None:  # noqa: D102
        if self._file is not None:
            self._file.close()
            self._file = None


def _cut(path: Path, step: int, *, inside: bool) -> None:
    """Drop what comes again: lines of later steps, the word of an end, and where the checkpoint is from
    ``inside`` an epoch, a validation right after its step; and a last line that a crash left half written.
    """
    if not path.exists():
        return
    kept = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        again = inside and "validation" in line and line["step"] == step
        if line["step"] <= step and "end" not in line and not again:
            kept.append(text + "\n")
    part = path.with_suffix(".part")
    part.write_text("".join(kept), encoding="utf-8")
    part.replace(path)


class TensorBoard(Hook):
    """The same numbers for TensorBoard, in ``folder/tensorboard``; needs the package ``tensorboard``.

    Raises ``ImportError`` where that is missing.
    """

    def __init__(self, folder: Path, every: int = 10) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._folder = folder / "tensorboard"
        self._every = every
        self._make: Any = SummaryWriter
        self._writer: Any = None

    def before_training(self, trainer: Trainer) -> None:  # noqa: D102
        # Steps from here on that an interrupted run wrote are hidden by the viewer.
        self._writer = self._make(os.fspath(self._folder), purge_step=trainer.progress.step + 1)

    def after_step(self, trainer: Trainer, step: Step) -> None:  # noqa: ARG002, D102
        if step.number % self._every == 0:
            values = {"total": step.total, "rate": step.rate, "gradient": step.length, **step.losses}
            for name, value in values.items():
                self._writer.add_scalar(f"train/{name}", value, step.number)

    def validated(self, trainer: Trainer, numbers: Mapping[str, float]) -> None:
        """Write a validation's numbers."""
        for name, value in numbers.items():
            self._writer.add_scalar(f"validation/{name}", value, trainer.progress.step)
        self._writer.flush()

    def close(self) -> None:  # noqa: D102
        if self._writer is not None:
            self._writer.close()


class ProgressBar(Hook):
    """A bar on a terminal's stderr with the time that is left; says nothing elsewhere. Needs ``tqdm``."""

    def __init__(self) -> None:
        from tqdm import tqdm

        self._make: Any = tqdm
        self._bar: Any = None

    def before_training(self, trainer: Trainer) -> None:  # noqa: D102
        every = trainer.config.optimiser.accumulate
        steps = trainer.config.schedule.epochs * (len(trainer.loader) // every)
        self._bar = self._make(
            total=steps, initial=trainer.progress.step, unit="step", disable=None, dynamic_ncols=True
        )

    def after_step(self, trainer: Trainer, step: Step) -> None:  # noqa: ARG002, D102
        self._bar.set_postfix_str(f"epoch {step.epoch:.2f}, loss {step.total:.3f}", refresh=False)
        self._bar.update()

    def validated(self, trainer: Trainer, numbers: Mapping[str, float]) -> None:
        """Print a validation's numbers above the bar."""
        known = ", ".join(f"{name} {value:.1f}" for name, value in numbers.items())
        self._make.write(f"after epoch {trainer.epoch}: {known}", file=sys.stderr)

    def close(self) -> None:  # noqa: D102
        if self._bar is not None:
            self._bar.close()
