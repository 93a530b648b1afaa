"""The entry: a parent model, what to teach it, and a folder for the run."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from dropmodel.errors import NotFiniteError, OutOfMemoryError
from dropmodel.inference.devices import cpu_threads
from dropmodel.training import checkpoint
from dropmodel.training.finetune.config import FinetuneConfig
from dropmodel.training.finetune.events import Control, Events, Outcome
from dropmodel.training.finetune.examples import Material
from dropmodel.training.finetune.folder import RunFolder
from dropmodel.training.finetune.teaching import Teaching
from dropmodel.training.finetune.tuner import EndedError

_LEAST_BATCH = 8


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run takes: ``seconds`` in all, ``step_seconds`` of one of its ``steps``, ``memory`` in bytes.

    ``device``: where it was tried, ``cpu``, ``cuda`` or ``cuda:1``.
    """

    seconds: float
    step_seconds: float
    steps: int
    memory: int
    device: str


def finetune(
    parent: Path,
    material: Material,
    folder: Path,
    config: FinetuneConfig,
    *,
    events: Events | None = None,
    control: Control | None = None,
    device: str = "auto",
    resume: bool = False,
) -> Outcome:
    """Teach the model file ``parent`` with ``material``; everything about the run goes into ``folder``.

    ``checkpoint.pt``, from which a run that was aborted or killed goes on to the same curve with ``resume``
    (same parent, material and config), and at the end ``model.safetensors``. The parent's file is only read.

    Raises ``ModelError`` for a parent that cannot be loaded, ``DataError`` for material or a picture that
    cannot be used, ``OutOfMemoryError`` with a smaller batch to try, ``MissingPackageError`` where it adapts
    without scikit-learn, and ``TrainingError`` for a folder that holds another run, or none to go on with.
    """
    control = control or Control()
    with cpu_threads(config.threads or None), _memory_told(config):
        runs = RunFolder(folder)
        teaching = Teaching(parent, material, config, events or Events(), control, device)
        state = runs.open(teaching.fingerprint, resume=resume)
        checkpoint.seed_everything(config.seed, 0)
        try:
            teaching.run(runs, state)
        except EndedError:
            pass  # Told to end in the midst of measuring: the checkpoint before is what there is.
        except NotFiniteError as error:
            return teaching.diverged(runs, error)
        return teaching.ended(runs)


def probe(parent: Path, material: Material, config: FinetuneConfig, *, device: str = "auto") -> Estimate:
    """Two steps of a run and a batch of measuring, thrown away, to tell how long all of it takes.

    Errors as for :func:`finetune`.
    """
    with cpu_threads(config.threads or None), _memory_told(config):
        teaching = Teaching(parent, material, config, Events(), Control(), device)
        checkpoint.seed_everything(config.seed, 0)
        return Estimate(*teaching.probe())


@contextmanager
def _memory_told(config: FinetuneConfig) -> Iterator[None]:
    """Turns what torch raises when memory runs out into an error with a smaller batch to try."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not _is_memory(error):
            raise
        gc.collect()
        smaller = config.batch // 2 if config.batch // 2 >= _LEAST_BATCH else 0
        hint = (
            f"try a batch of {smaller} crops"
            if smaller
            else "close other programs, or teach on another device: the batch is as small as it can be"
        )
        raise OutOfMemoryError(
            f"there is not enough memory for batches of {config.batch} crops; {hint}", smaller
        ) from error


def _is_memory(error: RuntimeError) -> bool:
    text = str(error)
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "can't allocate memory" in text
        or "out of memory" in text
    )
