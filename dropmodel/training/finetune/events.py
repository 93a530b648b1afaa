"""What a run tells while it goes on, and how it is told to wait or end."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do: counts of what it learns from and is measured on, and its length.

    ``persons``, ``confirmed`` crops of them, ``rejected`` pairs, ``corrected`` maps, ``weak`` ones,
    ``unlabelled`` crops that are adapted to, ``rehearsal`` crops, ``held_out`` crops; ``device`` in words.
    """

    persons: int
    confirmed: int
    rejected: int
    corrected: int
    weak: int
    unlabelled: int
    rehearsal: int
    held_out: int
    epochs: int
    steps: int
    device: str


@dataclass(frozen=True, slots=True)
class StepDone:
    """One step of ``of``: its ``losses`` by name before their weights, and their weighted sum ``total``.

    ``seconds`` it took, ``seconds_left`` of the whole run, measuring included, as far as can be told;
    ``memory``: most bytes the process (on a GPU: the GPU) had in use so far.
    """

    number: int
    of: int
    epoch: float
    total: float
    losses: Mapping[str, float]
    rate: float
    seconds: float
    seconds_left: float
    memory: int


@dataclass(frozen=True, slots=True)
class EpochDone:
    """What the held-out examples say after ``epoch`` epochs, 0: of the parent; shares 0..1.

    ``metrics``: ``map``, ``rank1`` and ``miou`` where they could be measured. ``best``: better than all
    before, the parent included.
    """

    epoch: int
    metrics: Mapping[str, float]
    best: bool


@dataclass(frozen=True, slots=True)
class Clustered:
    """The clusters that the coming epoch learns from: how many, of how many crops of all ``crops``.

    ``agreement``: adjusted Rand index with those of the epoch before, NaN for the first.
    """

    epoch: int
    clusters: int
    clustered: int
    crops: int
    agreement: float


class Events:
    """Told by a run as it goes on, from its own thread; what is not of interest is left as it is here."""

    def planned(self, plan: Plan) -> None:
        """Once, before the first step, after a resume too."""

    def clustered(self, clusters: Clustered) -> None:
        """Before each epoch of a run that adapts."""

    def step(self, step: StepDone) -> None:
        """After each step."""

    def epoch(self, epoch: EpochDone) -> None:
        """After each time it was measured; the first is the parent."""

    def averaged(self, alpha: float, metrics: Mapping[str, float]) -> None:
        """At the end, for each share ``alpha`` of what was learnt that was measured."""

    def paused(self, *, paused: bool) -> None:
        """When it begins to wait and when it goes on."""

    def note(self, text: str) -> None:
        """What else people may want to read, a sentence."""


class Control:
    """Tells a run, from any thread, to wait or to end; looked at after each step and each measured batch.

    The last word counts, except that nothing takes back an abort.
    """

    def __init__(self) -> None:
        self._going = threading.Event()
        self._going.set()
        self._end: Literal["", "stop", "abort"] = ""

    def pause(self) -> None:
        """Wait after the running step."""
        self._going.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._going.set()

    def stop(self) -> None:
        """End after the running step and keep the best so far."""
        self._end = self._end or "stop"
        self._going.set()

    def abort(self) -> None:
        """End after the running step and give no model; the run can be taken up again."""
        self._end = "abort"
        self._going.set()

    @property
    def pausing(self) -> bool:
        """Whether the run is to wait."""
        return not self._going.is_set()

    @property
    def ending(self) -> Literal["", "stop", "abort"]:
        """How the run is to end; empty: it is not."""
        return self._end

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it goes on or ends, at most ``seconds``; whether it does."""
        return self._going.wait(seconds)


Ended = Literal["done", "stopped", "aborted", "diverged"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended and what it gave.

    ``model``: the file of the taught model, None where none is better than the parent (or it was aborted);
    ``alpha``: its share of what was learnt. ``before`` and ``after``: what the held-out examples say of the
    parent and of the model, as in :class:`EpochDone`; they chose epoch and ``alpha``, so ``after`` flatters a
    little. ``message``: in words, what happened and what to do.
    """

    ended: Ended
    model: Path | None
    message: str
    alpha: float = 0.0
    epochs: int = 0
    before: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)


class Stopper(Protocol):
    """Called between the batches of long work; what it raises ends that."""

    def __call__(self) -> None:
        """Return to go on."""
