"""What a data set of rendered people is made of: everything that decides its bytes."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any, Literal

import numpy as np

from dropmodel.synthetic.seeds import stream

RENDERER = 1
"""Raised with every change that makes a seed give other pictures."""

Occlusion = Literal["some", "none", "queries"]
STYLES = ("train", "validation", "held_out")
SITE_PERSONS, SITE_CAMERAS = 32, 12
"""Where there are many cameras, so many consecutive persons share so many of them.

Places take a while to build, and real networks of cameras are like that.
"""
FOLDERS = {"train": "bounding_box_train", "query": "query", "gallery": "bounding_box_test"}
"""Folder of each split, named as Market-1501 names them."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Persons of one style, for training or for a test.

    Persons ``first`` to ``first + count - 1``; there are ``cameras`` places, of which each person passes
    ``seen_by``, and ``frames`` crops are made at each. In a test the first crop at a camera is the query and
    the rest are gallery; where there is one only, the person's first camera makes the query. ``occlusion``:
    "some" crops as they come, "none", or "queries" only.
    """

    purpose: Literal["train", "test"]
    style: str
    first: int
    count: int
    cameras: int
    seen_by: int
    frames: int
    occlusion: Occlusion = "some"

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise ValueError(f"unknown style {self.style!r}; choose {', '.join(STYLES)}")
        if self.purpose not in ("train", "test"):
            raise ValueError(f"unknown purpose {self.purpose!r}; choose train or test")
        if self.occlusion not in ("some", "none", "queries"):
            raise ValueError(f"unknown occlusion {self.occlusion!r}; choose some, none or queries")
        for name in ("first", "count", "cameras", "seen_by", "frames"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; at least 1 is needed")
        if self.seen_by > self.cameras:
            raise ValueError(f"a person cannot be seen by {self.seen_by} of {self.cameras} cameras")

    @property
    def identities(self) -> range:
        """The persons' numbers."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole data set: ``size`` is (width, height) of its crops in pixels; ``name`` is for people."""

    name: str
    seed: int
    size: tuple[int, int]
    casts: tuple[Cast, ...]

    def __post_init__(self) -> None:
        if min(self.size) < 16 or max(self.size) > 2048:
            raise ValueError(f"crops of {self.size[0]} x {self.size[1]} pixels; sides of 16 to 2048 are made")
        taken: set[int] = set()
        for cast in self.casts:
            if not taken.isdisjoint(cast.identities):
                raise ValueError(f"{self.name}: two casts share persons of {cast.identities}")
            taken.update(cast.identities)

    def units(self) -> Iterator["Unit"]:
        """The persons in order, each a piece of work of its own."""
        for cast in self.casts:
            for identity in cast.identities:
                yield Unit(self.seed, self.size, cast, identity)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**asdict(self), "size": list(self.size), "casts": [asdict(cast) for cast in self.casts]}


@dataclass(frozen=True, slots=True)
class Unit:
    """One person of a data set."""

    seed: int
    size: tuple[int, int]
    cast: Cast
    identity: int

    @property
    def name(self) -> str:
        """The person's number, as file names write it."""
        return f"{self.identity:04d}"

    @property
    def cameras(self) -> tuple[int, ...]:
        """The cameras that see the person, counted from 1, in rising order."""
        cameras = self.cast.cameras
        at_site = min(cameras, max(self.cast.seen_by, SITE_CAMERAS))
        # Sites take turns through all cameras in a new order each round.
        round_, turn = divmod((self.identity - self.cast.first) // SITE_PERSONS, cameras // at_site)
        order = stream(self.seed, "sites", self.cast.first, round_).permutation(cameras)
        near = np.sort(order[turn * at_site : (turn + 1) * at_site])
        random = stream(self.seed, "cameras", self.identity)
        chosen = random.permutation(near)[: self.cast.seen_by]
        return tuple(sorted(int(camera) + 1 for camera in chosen))

    def takes(self) -> Iterator["Take"]:
        """What is shot of the person, in order."""
        cast = self.cast
        for place, camera in enumerate(self.cameras):
            if cast.purpose == "train":
                yield Take(camera, ("train",) * cast.frames, None if cast.occlusion == "some" else False)
                continue
            first = "query" if cast.frames > 1 or place == 0 else "gallery"
            splits = (first, *("gallery",) * (cast.frames - 1))
            if cast.occlusion == "queries":
                yield Take(camera, splits[:1], splits[0] == "query")
                if splits[1:]:
                    yield Take(camera, splits[1:], False)
            else:
                yield Take(camera, splits, None if cast.occlusion == "some" else False)


@dataclass(frozen=True, slots=True)
class Take:
    """Successive frames of a person at one camera: the split each goes to, and whether something hides them.

    ``occluded`` None leaves it to chance.
    """

    camera: int
    splits: tuple[str, ...]
    occluded: bool | None


def simple(
    identities: int, cameras: int, frames: int, size: tuple[int, int], style: str, seed: int
) -> Recipe:
    """All persons in one style: the first half, rounded up, for training, the others for the test."""
    if identities < 1:
        raise ValueError(f"{identities} identities; at least 1 is needed")
    training = (identities + 1) // 2
    casts = [Cast("train", style, 1, training, cameras, cameras, frames)]
    if identities > training:
        casts.append(Cast("test", style, training + 1, identities - training, cameras, cameras, frames))
    return Recipe(f"synthetic-{style}", seed, size, tuple(casts))


def made_with() -> dict[str, str]:
    """Versions of what decides a picture's bytes."""
    return {"renderer": str(RENDERER), **{name: version(name) for name in ("numpy", "numba", "pillow")}}
