"""How a model is taught further: few, small steps away from a parent that is good already."""

import math
from dataclasses import dataclass, fields
from typing import Any, get_args

from dropmodel.errors import ConfigError
from dropmodel.inference.devices import Precision


@dataclass(frozen=True, slots=True)
class FinetuneConfig:
    """One fine-tuning run. The three sources are switched on alone or together.

    - ``persons``: weight of what confirmed persons teach (identity, triplet and compactness losses, rejected
      crops as hard negatives); ``masks``: weight of the parsing loss on corrected maps; ``adapt``: weight of
      the contrast of clusters of crops that nobody named. 0 switches one off.
    - ``weak``: share of a weak map's pixels in the parsing loss against a corrected one's; 0: not used.
    - ``rehearse``: share of each batch that comes from the rehearsal examples, where there are some.
    - ``epochs``; ``steps``: steps an epoch, 0: as many as show each source about once; ``batch``: crops a
      step; ``pictures``: how many of a person or cluster are in a batch.
    - ``rate``: highest learning rate; the backbone's is ``backbone_rate`` of it (0: it does not learn, which
      takes a third of the time), its first ``frozen_stages`` stages do not learn. ``norm_momentum``: share of
      a batch in the running statistics of batch norms; 0 keeps the parent's, under which a backbone that
      learns comes to harm: its small channels are thrown off by any step (docs/decisions/0065).
    - ``ema``: share of the weights' running average that stays at each step; it is what is measured and kept.
    - ``adapt_norms``: a run that adapts begins with its batch norms' statistics moved by this share from the
      parent's to those of the crops to learn from.
    - ``neighbours``, ``reach``, ``strictness``, ``apart_seconds``: of clusters, see
      :class:`~dropmodel.evaluation.grouping.Grouping`; ``centre_cameras``: what all crops of a camera share
      is taken away before. ``temperature``, ``memory_momentum``: of the cluster memory. ``stable``: a run
      that only adapts ends when the clusters of two epochs agree this much (adjusted Rand index).
    - ``alphas``: shares of what was learnt (the rest is the parent's weights) that are tried on the held-out
      examples; ``alpha``: the share that is taken where there are none.
    - ``precision``, ``seed``; ``threads`` of the CPU, 0: torch's own choice; ``checkpoint_steps``: steps
      between checkpoints, 0: after each epoch only.
    """

    persons: float = 1.0
    masks: float = 1.0
    adapt: float = 0.0
    weak: float = 0.1
    rehearse: float = 0.25
    epochs: int = 6
    steps: int = 0
    batch: int = 32
    pictures: int = 4
    rate: float = 3e-4
    backbone_rate: float = 1.0
    frozen_stages: int = 1
    ema: float = 0.97
    norm_momentum: float = 0.05
    adapt_norms: float = 0.6
    neighbours: int = 16
    reach: float = 0.5
    strictness: float = 3.0
    apart_seconds: float | None = None
    centre_cameras: bool = True
    temperature: float = 0.05
    memory_momentum: float = 0.8
    stable: float = 0.98
    alphas: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    alpha: float = 0.5
    precision: Precision = "auto"
    seed: int = 0
    threads: int = 0
    checkpoint_steps: int = 10

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if not (isinstance(value, (int, float)) and math.isfinite(value) and value >= least):
                raise ConfigError(f"{name} must be at least {least:g}, got {value!r}")
        for name in ("rehearse", "norm_momentum", "memory_momentum", "alpha", "weak", "adapt_norms"):
            if getattr(self, name) > 1:
                raise ConfigError(f"{name} must be at most 1, got {getattr(self, name)!r}")
        if not (self.persons or self.masks or self.adapt):
            raise ConfigError("persons, masks and adapt are all 0: there is nothing to learn")
        if any(not 0 < alpha <= 1 for alpha in self.alphas):
            raise ConfigError(f"alphas lie above 0 and up to 1, got {list(self.alphas)}")
        if self.batch < self.pictures:
            raise ConfigError(f"a batch of {self.batch} does not hold {self.pictures} pictures of anybody")
        if self.precision not in get_args(Precision):
            raise ConfigError(f"precision must be one of {', '.join(get_args(Precision))}")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; :meth:`from_dict` is the inverse."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {**values, "alphas": list(self.alphas)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "FinetuneConfig":
        """Inverse of :meth:`to_dict`; ``ConfigError`` names unknown keys."""
        known = {item.name for item in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise ConfigError(f"unknown settings of fine-tuning: {', '.join(unknown)}")
        values: dict[str, Any] = {
            key: tuple(value) if key == "alphas" else value for key, value in data.items()
        }
        return cls(**values)


_LEAST = {
    **dict.fromkeys(("persons", "masks", "adapt", "weak", "rehearse", "backbone_rate", "stable"), 0.0),
    **dict.fromkeys(("steps", "frozen_stages", "norm_momentum", "memory_momentum", "alpha"), 0.0),
    **dict.fromkeys(("threads", "checkpoint_steps", "adapt_norms"), 0.0),
    **dict.fromkeys(("epochs", "neighbours"), 1.0),
    "batch": 4.0,
    "pictures": 2.0,
    "rate": 1e-8,
    "temperature": 1e-3,
}
