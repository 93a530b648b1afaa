"""The entry: a parent model, what to teach it, and a folder for the run."""

from dataclasses import dataclass
from pathlib import Path

from dropmodel.training.finetune.config import FinetuneConfig
from dropmodel.training.finetune.events import Control, Events, Outcome
from dropmodel.training.finetune.examples import Material


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run takes: ``seconds`` in all, ``step_seconds`` of one of its ``steps``, ``memory`` in bytes."""

    seconds: float
    step_seconds: float
    steps: int
    memory: int


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
    cannot be used, ``OutOfMemoryError`` with a smaller configuration to try, and ``TrainingError`` for a
    folder that holds another run, or none to go on with.
    """
    raise NotImplementedError


def probe(parent: Path, material: Material, config: FinetuneConfig, *, device: str = "auto") -> Estimate:
    """Two steps of a run and a batch of measuring, thrown away, to tell how long all of it takes.

    Errors as for :func:`finetune`.
    """
    raise NotImplementedError
