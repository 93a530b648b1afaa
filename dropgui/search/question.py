"""A question to the library as people ask it: crops, pictures, persons; parts by name; what to leave out.

:func:`dropgui.search.resolve.resolve` makes the :class:`~dropgui.search.query.VectorQuery` that is scanned
for. A question of crops, persons and files can be kept: saved searches and the history hold its
:meth:`Query.to_dict`.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from math import inf
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropgui.library.rows import CropFilter

Picture = str | os.PathLike[str] | Image.Image | npt.NDArray[np.uint8]
"""A picture from outside: a file, a Pillow image (taken as it is), or uint8 [H, W, 3] RGB."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Which crops to leave out because they answer nothing; see :func:`dropgui.library.neighbours.apart`.

    ``same_image``: other crops of the query's images. ``minutes``: crops of the camera of one of the query's
    crops within so many minutes of it (None: any). ``decided``: crops that were confirmed or rejected as the
    query's person. The query's own crops are always left out.
    """

    same_image: bool = True
    minutes: float | None = None
    decided: bool = False

    def __post_init__(self) -> None:
        if self.minutes is not None and not 0 <= self.minutes < inf:
            raise ValueError(f"apart by a number of minutes of at least 0, not {self.minutes}")


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """Who to find again, by what, and where.

    ``crops`` (ids), ``images`` and ``persons`` (ids; all crops confirmed as them) are views of one person, at
    least one. ``parts`` maps vector names (``schema.vector_names``: global, foreground, and the parts) to
    weights above 0; None is "as visible": the whole person and every part that some view shows.
    ``negatives`` (crop ids and pictures) show people who are not meant, as do the crops that were rejected as
    one of ``persons``; the ranking is pushed away from them by ``push`` >= 0 (0: not at all).

    At most ``top`` matches are wanted, of at least ``least_score`` and, of these, only those of at least
    ``least_probability`` (which takes a calibrated model). ``rerank`` orders them anew by their common
    neighbours (:mod:`dropgui.search.rerank`).

    Sequences are kept as tuples. ``ValueError`` for what cannot be a question.
    """

    crops: Sequence[int] = ()
    images: Sequence[Picture] = ()
    persons: Sequence[int] = ()
    parts: Mapping[str, float] | None = None
    negatives: Sequence[int | Picture] = ()
    push: float = 0.5
    crop_filter: CropFilter = field(default_factory=CropFilter)
    apart: Apart = field(default_factory=Apart)
    top: int = 50
    least_score: float | None = None
    least_probability: float | None = None
    rerank: bool = False

    def __post_init__(self) -> None:
        for name in ("crops", "images", "persons", "negatives"):
            given = getattr(self, name)
            if isinstance(given, str | bytes | np.ndarray) or not hasattr(given, "__iter__"):
                raise ValueError(f"{name} must be a list, also for one")
            object.__setattr__(self, name, tuple(_plain(item) for item in given))
        if not all(type(item) is int for item in (*self.crops, *self.persons)):
            raise ValueError("crops and persons are named by their ids")
        if not (self.crops or self.images or self.persons):
            raise ValueError("a query needs at least one crop, image or person")
        if not isinstance(self.parts, Mapping | None):
            raise ValueError("parts are given with their weights, as {'head': 1.0, 'torso': 1.0}")
        if self.parts is not None and (not self.parts or not all(0 < w < inf for w in self.parts.values())):
            raise ValueError("a query needs at least one part, and every weight must be a number above 0")
        if self.least_probability is not None and not 0 <= self.least_probability <= 1:
            raise ValueError(f"a probability is between 0 and 1, not {self.least_probability}")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, without what has its default; ``ValueError`` for a picture that is no file."""
        data: dict[str, Any] = {name: list(getattr(self, name)) for name in ("crops", "persons")}
        data["images"] = [_file(image) for image in self.images]
        data["negatives"] = [item if isinstance(item, int) else _file(item) for item in self.negatives]
        data["parts"] = None if self.parts is None else dict(self.parts)
        data["crop_filter"] = self.crop_filter.to_dict()
        default = Apart()
        data["apart"] = {
            name: value for name, value in asdict(self.apart).items() if value != getattr(default, name)
        }
        for name in ("push", "top", "least_score", "least_probability", "rerank"):
            value = getattr(self, name)
            data[name] = None if value == _DEFAULTS[name] else value
        return {name: value for name, value in data.items() if value not in (None, [], {})}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`; ``ValueError`` for what is no question."""
        if unknown := sorted(set(data) - {item.name for item in fields(cls)}):
            raise ValueError(f"a query has no {', '.join(unknown)}")
        values = dict(data)
        try:
            if "crop_filter" in values:
                values["crop_filter"] = CropFilter.from_dict(values["crop_filter"])
            if "apart" in values:
                values["apart"] = Apart(**values["apart"])
            return cls(**values)
        except (TypeError, AttributeError) as error:
            raise ValueError(f"not a query: {error}") from error


_DEFAULTS = {item.name: item.default for item in fields(Query)}


def _plain(item: Any) -> Any:
    """An id as int whatever kind of integer it was; everything else as it is."""
    return int(item) if isinstance(item, np.integer) else item


def _file(picture: object) -> str:
    if not isinstance(picture, str | os.PathLike):
        raise ValueError("a query with a picture that is no file cannot be kept; save the picture first")
    return str(Path(os.fspath(picture)).absolute())


def fusion_rule(query: Query) -> str:
    """In words for people: how this query's views become one, and what its negatives do."""
    told = []
    if query.persons or len(query.crops) + len(query.images) > 1:
        told.append(
            "All views together are one query: each part is compared with the average of the views that show "
            "it, every view counting as much as it shows of the part."
        )
    else:
        told.append("Each chosen part is compared, and counts as much as both pictures show of it.")
    if (query.negatives or query.persons) and query.push > 0:
        told.append(
            f"Part by part, a crop rises by {query.push:g} times as much as it is more like the query than "
            "like those who are not meant, and falls where it is less like it."
        )
    return " ".join(told)
