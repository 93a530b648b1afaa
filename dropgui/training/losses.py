"""Curves of losses that grow step by step, so that a long run costs no more to show than a short one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dropgui.finetuning.protocol import Event
from dropgui.finetuning.words import losses_of

TOTAL = "All together"
"""Title of the weighted sum of all losses."""

_SMOOTHING = 0.9  # single steps jump


@dataclass(slots=True)
class Smooth:
    """A running average in which the last values count most: ``x`` the steps, ``y`` the averages."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    _sum: float = 0.0
    _weight: float = 0.0

    def add(self, x: float, value: float) -> None:
        """One step more."""
        self._sum = _SMOOTHING * self._sum + (1 - _SMOOTHING) * value
        self._weight = _SMOOTHING * self._weight + (1 - _SMOOTHING)
        self.x.append(x)
        self.y.append(self._sum / self._weight)


class LossCurves:
    """One :class:`Smooth` curve by title, the sum first."""

    def __init__(self) -> None:
        self._curves: dict[str, Smooth] = {}
        self._known = 0
        self._last: Event | None = None

    def follow(self, steps: Sequence[Event]) -> dict[str, Smooth]:
        """The curves of all ``steps``, of which the first are those of the last call.

        Or they are not, where a resumed run has gone behind: then everything is made anew. The sum is left
        out where there is one loss only.
        """
        if len(steps) < self._known or (self._known and steps[self._known - 1] is not self._last):
            self._curves, self._known = {}, 0
        for step in steps[self._known :]:
            self._add(step)
        self._known = len(steps)
        self._last = steps[-1] if steps else None
        one = len(self._curves) == 2
        return {title: curve for title, curve in self._curves.items() if not (one and title == TOTAL)}

    def _add(self, step: Event) -> None:
        total = {} if step["total"] is None else {TOTAL: step["total"]}
        for title, value in (total | losses_of(step["losses"])).items():
            self._curves.setdefault(title, Smooth()).add(step["number"], value)
