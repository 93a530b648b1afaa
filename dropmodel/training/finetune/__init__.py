"""Teaching a model further: confirmed persons, corrected masks, or a library nobody has named anybody in."""

from dropmodel.training.finetune.config import FinetuneConfig
from dropmodel.training.finetune.events import Clustered, Control, EpochDone, Events, Outcome, Plan, StepDone
from dropmodel.training.finetune.examples import Example, Material
from dropmodel.training.finetune.run import Estimate, finetune, probe

__all__ = [
    "Clustered",
    "Control",
    "EpochDone",
    "Estimate",
    "Events",
    "Example",
    "FinetuneConfig",
    "Material",
    "Outcome",
    "Plan",
    "StepDone",
    "finetune",
    "probe",
]
