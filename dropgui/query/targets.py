"""What a query can be made of: crops of the library, persons, picture files, pictures from the clipboard."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from dropgui.library.rows import CropFilter
from dropgui.search.question import Apart, Picture, Query


@dataclass(frozen=True, slots=True)
class PersonTarget:
    """All crops of a person of the library, by its id."""

    person_id: int


@dataclass(frozen=True, slots=True, eq=False)
class PastedPicture:
    """A picture that is no file: ``pixels`` uint8 [H, W, 3] RGB, with a name for people.

    Equal to itself alone.
    """

    pixels: npt.NDArray[np.uint8]
    name: str = "Pasted picture"


Target = int | Path | PersonTarget | PastedPicture
"""A crop id, a picture file, a person, or a pasted picture."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is searched for: ``views`` of one person, at least one, and ``negatives``, who are not meant."""

    views: tuple[Target, ...]
    negatives: tuple[Target, ...] = ()

    def with_views(self, targets: Iterable[Target]) -> Self:
        """With more views; who is meant is not among those who are not."""
        views = tuple(dict.fromkeys((*self.views, *targets)))
        return replace(self, views=views, negatives=tuple(t for t in self.negatives if t not in views))

    def with_negatives(self, targets: Iterable[Target]) -> Self:
        """With more who are not meant; a view stays a view."""
        negatives = dict.fromkeys((*self.negatives, *targets))
        return replace(self, negatives=tuple(t for t in negatives if t not in self.views))

    def without(self, unwanted: Callable[[Target], bool]) -> Self | None:
        """Without some targets; None where no view is left."""
        views = tuple(target for target in self.views if not unwanted(target))
        negatives = tuple(target for target in self.negatives if not unwanted(target))
        return replace(self, views=views, negatives=negatives) if views else None


@dataclass(frozen=True, slots=True)
class Options:
    """How is searched, whoever is searched for; the fields are those of :class:`Query`."""

    apart: Apart = field(default_factory=Apart)
    push: float = 0.5
    top: int = 50
    least_score: float | None = None
    least_probability: float | None = None
    rerank: bool = False


def question_of(
    wanted: Wanted, options: Options, parts: Mapping[str, float] | None, crop_filter: CropFilter
) -> Query:
    """The question that these make together."""
    return Query(
        crops=[target for target in wanted.views if isinstance(target, int)],
        images=[_picture(target) for target in wanted.views if isinstance(target, Path | PastedPicture)],
        persons=[target.person_id for target in wanted.views if isinstance(target, PersonTarget)],
        negatives=[_negative(target) for target in wanted.negatives],
        parts=parts,
        crop_filter=crop_filter,
        apart=options.apart,
        push=options.push,
        top=options.top,
        least_score=options.least_score,
        least_probability=options.least_probability,
        rerank=options.rerank,
    )


def wanted_of(query: Query) -> Wanted:
    """Who a question of crops, persons and files searches for."""
    pictures = [_target(image) for image in query.images]
    persons = [PersonTarget(person_id) for person_id in query.persons]
    return Wanted((*query.crops, *persons, *pictures), tuple(_target(item) for item in query.negatives))


def options_of(query: Query) -> Options:
    """How a question searches."""
    return Options(
        query.apart, query.push, query.top, query.least_score, query.least_probability, query.rerank
    )


def _picture(target: Path | PastedPicture) -> Picture:
    return target if isinstance(target, Path) else target.pixels


def _negative(target: Target) -> int | Picture:
    if isinstance(target, PersonTarget):
        raise ValueError("a person cannot be a negative example; its crops can")
    return target if isinstance(target, int) else _picture(target)


def _target(item: Any) -> Target:
    return item if isinstance(item, int) else Path(item)
