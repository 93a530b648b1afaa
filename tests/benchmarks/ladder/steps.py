"""The steps: each is the step before and one change, as assignments to the preset ``base_lite``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from dropmodel.training.config import load_config

BASE, DROP = "base_lite", "drop_lite"

_Bank = Literal["centres", "instances"]


@dataclass(frozen=True, slots=True)
class Step:
    """``change`` is what the step adds to the step ``before`` it."""

    name: str
    title: str
    before: "Step | None" = None
    change: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[str, ...]:
        """All changes from the base up to this step."""
        return (*(() if self.before is None else self.before.changes), *self.change)


def ladder() -> tuple[Step, ...]:
    """The steps in order; ``drop`` is the preset ``drop_lite``, from which the values are taken."""
    preset = load_config(DROP)
    network, losses = preset.network, preset.losses
    base = Step("base", "base")
    dpu = Step("dpu", "+ DPU", base, (f"network.dpu={network.dpu}",))
    ppe = Step("ppe", "+ PPE", dpu, (f"network.ppe={network.ppe}",))
    wamp = Step("wamp", "+ WAMP", ppe, (f"network.pooling={network.pooling}",))
    banks = {
        bank: Step(
            f"pct-{bank}",
            f"+ PCT ({bank})",
            wamp,
            (f"losses.compactness={losses.compactness}", f"losses.bank={bank}"),
        )
        for bank in get_args(_Bank)
    }
    drop = Step(
        "drop",
        f"parsing weight {losses.parsing:g} = DROP",
        banks[losses.bank],
        (f"losses.parsing={losses.parsing}",),
    )
    heavier = Step("parsing-2", "parsing weight 2", drop, ("losses.parsing=2.0",))
    # Not of the paper: what the starter model is trained with (docs/decisions/0041).
    alone = Step("parsing-alone", "+ masks by parsing alone", heavier, ("losses.parsing_alone=true",))
    return base, dpu, ppe, wamp, *banks.values(), drop, heavier, alone


def shared(epochs: int) -> tuple[str, ...]:
    """What all steps have alike: size, a run in one process of one thread, and ``epochs``.

    What the preset times in epochs, and how long its average of weights remembers, keeps its share of a run.
    """
    preset = load_config(DROP)
    share = epochs / preset.schedule.epochs
    losses = preset.losses
    return (
        "network.height=128",
        "network.width=64",
        f"schedule.epochs={epochs}",
        f"schedule.warmup={preset.schedule.warmup * share}",
        f"losses.triplet_from={losses.triplet_from * share}",
        f"losses.triplet_ramp={losses.triplet_ramp * share}",
        f"losses.compactness_from={losses.compactness_from * share}",
        f"optimiser.ema={preset.optimiser.ema ** (1 / share)}",
        "data.workers=0",
        "validation.every=0",
        "runtime.threads=1",
        "runtime.log_steps=1",
        "runtime.checkpoint_steps=50",
    )


def assignments(step: Step, seed: int, epochs: int, more: Sequence[str] = ()) -> tuple[str, ...]:
    """Everything that makes ``base_lite`` the run of ``step`` with ``seed``; ``more`` is for all steps."""
    return (*shared(epochs), *more, *step.changes, f"runtime.seed={seed}", f"name=ladder_{step.name}")


def changed_keys(steps: Sequence[Step]) -> set[str]:
    """The keys that make the difference between ``steps``."""
    return {change.partition("=")[0] for step in steps for change in step.change}
