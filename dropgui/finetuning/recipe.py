"""How a library's model is to be taught: what a person chooses, as plain data."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

from dropgui.errors import UserError

if TYPE_CHECKING:
    from dropmodel.training.finetune import FinetuneConfig

Source = Literal["persons", "masks", "adapt"]
SOURCES: tuple[Source, ...] = get_args(Source)
"""What a model can be taught with: confirmed persons, corrected masks, crops of whom nobody said anything."""


class RecipeError(UserError):
    """A recipe that cannot be followed; the text names the field and what it should be."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to teach.

    - ``sources``: one or more of :data:`SOURCES`.
    - ``epochs``; ``batch``: crops a step, which decides the memory it takes; ``rate``: the highest learning
      rate, None for the usual one.
    - ``crops``: at most so many crops without a name are learnt from, and as many of a library's own masks.
    - ``device``: ``auto``, ``cpu``, ``cuda``, ...; ``share``: of the processor's cores, above 0 and up to 1.
    - ``seed``; ``settings``: any other field of
      :class:`~dropmodel.training.finetune.FinetuneConfig`, for those who know what they do.
    """

    sources: tuple[Source, ...] = ("persons",)
    epochs: int = 6
    batch: int = 32
    rate: float | None = None
    crops: int = 4000
    device: str = "auto"
    share: float = 0.5
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.sources or any(source not in SOURCES for source in self.sources):
            raise RecipeError(
                f"A model is taught with one or more of {', '.join(SOURCES)}, "
                f"not with {', '.join(self.sources) or 'nothing'}."
            )
        for name, least in (("epochs", 1), ("batch", 4), ("crops", 1), ("seed", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise RecipeError(f"{name} is a whole number of {least} or more, not {value!r}.")
        rate = 1.0 if self.rate is None else self.rate
        if not (type(rate) in (int, float) and math.isfinite(rate) and rate > 0):
            raise RecipeError(f"rate is a number above 0, not {self.rate!r}.")
        if not (type(self.share) in (int, float) and 0 < self.share <= 1):
            raise RecipeError(f"share is above 0 and up to 1, not {self.share!r}.")
        if not (self.device and type(self.device) is str):
            raise RecipeError(f"device is auto, cpu, cuda, cuda:1 or mps, not {self.device!r}.")

    @property
    def threads(self) -> int:
        """How many threads that is here; a core is left to the window wherever there are two."""
        cores = os.cpu_count() or 1
        return max(1, min(math.floor(self.share * cores), cores - 1))

    def config(self) -> "FinetuneConfig":
        """What the engine takes; :class:`RecipeError` for settings that it does not know or cannot use."""
        from dropmodel.errors import ConfigError
        from dropmodel.training.finetune import FinetuneConfig

        chosen: dict[str, Any] = {name: float(name in self.sources) for name in SOURCES}
        chosen |= {"epochs": self.epochs, "batch": self.batch, "seed": self.seed, "threads": self.threads}
        if self.rate is not None:
            chosen["rate"] = self.rate
        if twice := sorted(_OWN.intersection(self.settings)):
            raise RecipeError(f"A recipe says {', '.join(twice)} by itself, not among other settings.")
        try:
            return FinetuneConfig.from_dict({**chosen, **self.settings})
        except (ConfigError, TypeError) as error:
            raise RecipeError(f"The recipe cannot be followed: {error}.") from error

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; :meth:`from_dict` is the inverse."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {**values, "sources": list(self.sources), "settings": dict(self.settings)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Recipe":
        """Inverse of :meth:`to_dict`; :class:`RecipeError` for what is no recipe."""
        if unknown := sorted(set(values).difference(item.name for item in fields(cls))):
            raise RecipeError(f"A recipe has no {', '.join(unknown)}.")
        given: dict[str, Any] = dict(values)
        return cls(**given | {"sources": tuple(given["sources"])} if "sources" in given else given)


_OWN = {"epochs", "batch", "rate", "seed"}  # what is to be tried instead names these: one word for each


@dataclass(frozen=True, slots=True)
class Preset:
    """A recipe under a name; ``words`` say in a sentence what it is for."""

    title: str
    words: str
    recipe: Recipe


PRESETS: Mapping[str, Preset] = {
    "quick": Preset(
        "Quick",
        "A few minutes, to see whether teaching helps at all.",
        Recipe(epochs=3, crops=1000),
    ),
    "thorough": Preset(
        "Thorough",
        "Over a coffee or a night: longer, and with more pictures that nobody named.",
        Recipe(epochs=10, crops=10_000),
    ),
}
"""By the name that the command line knows. Sources and device are chosen beside it."""
