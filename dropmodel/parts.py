"""Body parts and the ordered sets of them a model knows.

A label map gives every pixel one class: 0 is background, 1..K are the parts of a :class:`PartSchema`
in their order. Colours are data: the mask, the bars, the body drawing and the curves all take them from
here. They are chosen for colour-blind readers (after Okabe and Ito, 2008), a left part lighter than its
right twin, and every part also carries letters so that colour is never the only sign.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

BACKGROUND = 0
"""Class of every pixel that belongs to no part."""

IGNORE = 255
"""Class of a pixel that nobody could decide; it takes no part in pooling, losses or metrics."""

GLOBAL = "global"
FOREGROUND = "foreground"

_Integer = TypeVar("_Integer", bound=np.integer[Any])


@dataclass(frozen=True, slots=True)
class Part:
    """One body part: ``name`` is for code and files, ``title``, ``letters`` and ``color`` are for people."""

    name: str
    title: str
    letters: str
    color: str


WHOLES = {
    GLOBAL: Part(GLOBAL, "Whole picture", "W", "#8a8d94"),
    FOREGROUND: Part(FOREGROUND, "Whole person", "P", "#a9acb3"),
}
"""The two vectors that are no body part, by name, as people meet them."""


@dataclass(frozen=True, slots=True)
class PartSchema:
    """The ordered body parts a model knows; left and right are the person's own.

    ``mirrored`` lists the (left, right) names that a horizontal flip of the picture exchanges.
    """

    name: str
    parts: tuple[Part, ...]
    mirrored: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not 0 < len(self.parts) < IGNORE:
            raise ValueError(f"schema {self.name!r} needs 1 to {IGNORE - 1} parts, it has {len(self.parts)}")
        reserved = {GLOBAL, FOREGROUND, "background"}
        names = self.names
        if len(set(names)) != len(names) or reserved & set(names):
            raise ValueError(f"schema {self.name!r} repeats a part or uses a reserved name: {names}")
        paired = [name for pair in self.mirrored for name in pair]
        if len(set(paired)) != len(paired) or not set(paired) <= set(names):
            raise ValueError(
                f"schema {self.name!r} has mirrored pairs of unknown or repeated parts: {paired}"
            )

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Part names in label order: part ``names[i]`` has label ``i + 1``."""
        return tuple(part.name for part in self.parts)

    @property
    def vector_names(self) -> tuple[str, ...]:
        """Names of a crop's 2 + K vectors in the order models give them: global, foreground, parts."""
        return (GLOBAL, FOREGROUND, *self.names)

    def label(self, name: str) -> int:
        """Label of the part called ``name``, in 1..K; ``ValueError`` names the known parts."""
        try:
            return self.names.index(name) + 1
        except ValueError:
            raise ValueError(
                f"unknown part {name!r}; schema {self.name!r} has {', '.join(self.names)}"
            ) from None

    def vector_indices(self, names: Iterable[str]) -> tuple[int, ...]:
        """Positions of the named vectors among the 2 + K; ``ValueError`` names the known ones."""
        known = self.vector_names
        wanted = tuple(names)
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise ValueError(f"unknown part {', '.join(unknown)}; choose from {', '.join(known)}")
        return tuple(known.index(name) for name in wanted)

    def vector(self, name: str) -> Part:
        """What the vector called ``name`` is for people: a part, or one of :data:`WHOLES`.

        ``ValueError`` names the known parts.
        """
        return WHOLES[name] if name in WHOLES else self.parts[self.label(name) - 1]

    @property
    def flip_order(self) -> npt.NDArray[np.intp]:
        """For classes 0..K the class each becomes when the picture is mirrored, intp [K + 1]."""
        order = np.arange(len(self) + 1)
        for left, right in self.mirrored:
            a, b = self.label(left), self.label(right)
            order[a], order[b] = b, a
        return order

    def flip_labels(self, labels: npt.NDArray[_Integer]) -> npt.NDArray[_Integer]:
        """Label map(s) [..., H, W] of the mirrored picture: columns reversed, left and right exchanged."""
        table = np.arange(256, dtype=labels.dtype)
        table[: len(self) + 1] = self.flip_order
        return np.ascontiguousarray(table[labels[..., ::-1]])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON and for a model's metadata."""
        parts = [
            {"name": part.name, "title": part.title, "letters": part.letters, "color": part.color}
            for part in self.parts
        ]
        return {"name": self.name, "parts": parts, "mirrored": [list(pair) for pair in self.mirrored]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "PartSchema":
        """Inverse of :meth:`to_dict`."""
        parts = tuple(Part(**part) for part in data["parts"])
        return cls(data["name"], parts, tuple((left, right) for left, right in data["mirrored"]))


EIGHT = PartSchema(
    "eight",
    (
        Part("head", "Head", "H", "#cc79a7"),
        Part("torso", "Torso", "T", "#f0e442"),
        Part("left_arm", "Left arm", "LA", "#7cc8f2"),
        Part("right_arm", "Right arm", "RA", "#0072b2"),
        Part("left_leg", "Left leg", "LL", "#4fc9a4"),
        Part("right_leg", "Right leg", "RL", "#00795a"),
        Part("left_foot", "Left foot", "LF", "#f5b041"),
        Part("right_foot", "Right foot", "RF", "#d55e00"),
    ),
    (("left_arm", "right_arm"), ("left_leg", "right_leg"), ("left_foot", "right_foot")),
)

FIVE_V = PartSchema(
    "five_v",
    (
        Part("head", "Head", "H", "#cc79a7"),
        Part("upper_torso", "Upper torso and arms", "U", "#f0e442"),
        Part("lower_torso", "Lower torso and arms", "L", "#7cc8f2"),
        Part("legs", "Legs", "G", "#00795a"),
        Part("feet", "Feet", "F", "#d55e00"),
    ),
)

_STRIPE_COLORS = ("#cc79a7", "#f0e442", "#7cc8f2", "#4fc9a4", "#f5b041", "#d55e00", "#0072b2", "#00795a")


def stripes(count: int) -> PartSchema:
    """``count`` equal horizontal bands from top to bottom, the parts of methods without parsing."""
    parts = tuple(
        Part(f"stripe_{i + 1}", f"Stripe {i + 1}", f"S{i + 1}", _STRIPE_COLORS[i % len(_STRIPE_COLORS)])
        for i in range(count)
    )
    return PartSchema(f"stripes_{count}", parts)


def get_schema(name: str) -> PartSchema:
    """The schema called ``eight``, ``five_v`` or ``stripes_<n>``; ``ValueError`` lists these."""
    if name in {EIGHT.name, FIVE_V.name}:
        return EIGHT if name == EIGHT.name else FIVE_V
    head, _, count = name.rpartition("_")
    if head == "stripes" and count.isdigit():
        return stripes(int(count))
    raise ValueError(f"unknown part schema {name!r}; choose eight, five_v or stripes_<n>")
