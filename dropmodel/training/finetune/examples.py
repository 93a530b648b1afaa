"""What a model is taught with, as plain data: crops, and what people said of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dropmodel.errors import DataError
from dropmodel.parts import IGNORE, PartSchema

LabelMap = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One crop: the upright picture in ``path``, or the pixels in its ``box`` (left, top, right, bottom).

    - ``person``: who it is, any number of 0 and more; None: nobody said.
    - ``camera``: a number of 0 and more, -1 unknown; ``seconds``: when it was taken, in seconds of any one
      clock, NaN unknown.
    - ``corrected``: the parts as a person drew them, uint8 [h, w] of any size over the crop, 0 background,
      1..K parts, ``IGNORE`` undecided; ``weak``: the same as a model guessed them, worth less.
    """

    path: Path
    box: tuple[int, int, int, int] | None = None
    person: int | None = None
    camera: int = -1
    seconds: float = float("nan")
    corrected: LabelMap | None = None
    weak: LabelMap | None = None

    @property
    def labels(self) -> LabelMap | None:
        """The best label map there is."""
        return self.weak if self.corrected is None else self.corrected


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Everything a run learns from and is measured on; no person is in both ``train`` and ``held_out``.

    - ``train``: examples to learn from. Those with a person teach who is who, those with a corrected map
      teach the parts, all of them teach the style where the run adapts.
    - ``held_out``: examples that are only measured on: those with a person by ranking, those with a corrected
      map by the parts. Empty: nothing is measured, and the amount of averaging is a fixed one.
    - ``rejected``: (place in ``train``, person): this crop was said not to be that person.
    - ``rehearsal``: examples with persons and corrected maps of what the parent has learnt from, against
      forgetting; their persons are others than all those in ``train``, whatever their numbers.
    """

    train: Sequence[Example]
    held_out: Sequence[Example] = ()
    rejected: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    rehearsal: Sequence[Example] = ()

    def check(self, schema: PartSchema) -> None:
        """``DataError`` for what cannot be learnt from: names the file and says what is wrong with it."""
        if not self.train:
            raise DataError("there is nothing to learn from: no example was given")
        for example in (*self.train, *self.held_out, *self.rehearsal):
            _check(example, schema)
        places = {place for place, _ in self.rejected}
        if places and not places <= set(range(len(self.train))):
            raise DataError(f"a rejected crop has a place outside 0 to {len(self.train) - 1}")
        taught = {example.person for example in self.train if example.person is not None}
        both = taught & {example.person for example in self.held_out}
        if both:
            raise DataError(
                f"person {min(both)} is both taught and held out, so what is measured would mean nothing; "
                "put all crops of a person on one side"
            )


def _check(example: Example, schema: PartSchema) -> None:
    if example.person is not None and example.person < 0:
        raise DataError(f"{example.path}: persons are numbers of 0 and more, not {example.person}")
    if example.box is not None:
        left, top, right, bottom = example.box
        if not (0 <= left < right and 0 <= top < bottom):
            raise DataError(f"{example.path}: the box {example.box} holds no pixels")
    for labels in (example.corrected, example.weak):
        if labels is None:
            continue
        if labels.dtype != np.uint8 or labels.ndim != 2 or not labels.size:
            raise DataError(f"{example.path}: a label map is uint8 [h, w], not {labels.dtype} {labels.shape}")
        highest = int(labels[labels != IGNORE].max(initial=0))
        if highest > len(schema):
            raise DataError(
                f"{example.path}: its label map has class {highest}; {schema.name!r} ends at {len(schema)}"
            )
