"""Which crops a run learns from and is measured on: ids only, so that a run can be taken up again exactly.

Nothing in it names a person or a file; a forgotten crop is a number that leads nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from dropgui.finetuning.companions import drawn
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.split import Parted, Split, lot, parted
from dropgui.finetuning.stock import rejections, usable
from dropgui.library import Library
from dropgui.library.models import active_model
from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import Crop, Image

MEASURED = 1000
"""At most so many crops are measured on after each epoch; whole persons are left out beyond."""

_WEAK = 4
"""So many of the model's own masks go with a corrected one, where the recipe has no other use for crops."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A crop: whose it is (None: nobody's, or not to be told), and the ``revision`` of its mask, 0: none."""

    crop_id: int
    person_id: int | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What is learnt from and measured on.

    ``rejected``: (crop, person) pairs, of crops in ``train``. ``weak``: whether the model's own masks are
    used where nobody made one. ``rehearsed``: whether rendered people are shown again.
    """

    train: tuple[Picked, ...]
    held_out: tuple[Picked, ...]
    rejected: tuple[tuple[int, int], ...] = ()
    weak: bool = False
    rehearsed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; :meth:`from_dict` is the inverse."""
        return {
            "train": [[one.crop_id, one.person_id, one.revision] for one in self.train],
            "held_out": [[one.crop_id, one.person_id, one.revision] for one in self.held_out],
            "rejected": [list(pair) for pair in self.rejected],
            "weak": self.weak,
            "rehearsed": self.rehearsed,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Choice":
        """Inverse of :meth:`to_dict`."""
        return cls(
            tuple(Picked(*one) for one in values["train"]),
            tuple(Picked(*one) for one in values["held_out"]),
            tuple((crop, person) for crop, person in values["rejected"]),
            values["weak"],
            values["rehearsed"],
        )


def choose(library: Library, recipe: Recipe, split: Split) -> Choice:
    """What a recipe takes of the library now; the same again for the same seed."""
    model = active_model(library)
    with library.read() as connection:
        return _choose(connection, recipe, split, library.id, model)


def _choose(
    connection: Connection, recipe: Recipe, split: Split, salt: str, model: ModelVersionRow | None
) -> Choice:
    sides = parted(connection, split)
    masks = sides.teaching if "masks" in recipe.sources else {}
    train = {crop: Picked(crop, None, mask.revision) for crop, mask in masks.items()}
    unnamed: list[int] = []
    query = select(Crop.id, Crop.person_id).join(Image).where(*usable()).order_by(Crop.id)
    for crop, person in connection.execute(query):
        if person in sides.held_out or crop in sides.aside:
            continue
        if person in sides.taught and "persons" in recipe.sources:
            train[crop] = Picked(crop, person, train[crop].revision if crop in train else 0)
        elif crop not in train:
            unnamed.append(crop)
    rejected: tuple[tuple[int, int], ...] = ()
    if "persons" in recipe.sources:
        reachable = {*train, *unnamed}
        rejected = tuple(
            pair for pair in rejections(connection) if pair[1] in sides.taught and pair[0] in reachable
        )
    wanted = _unnamed_wanted(recipe, len(train), len(unnamed))
    random = np.random.default_rng(recipe.seed)
    chosen = (
        drawn(connection, model, unnamed, wanted, random)
        if "adapt" in recipe.sources
        else random.permutation(np.array(unnamed, np.int64))[:wanted].tolist()
    )
    for crop in {*chosen, *(crop for crop, _ in rejected)}:
        train.setdefault(crop, Picked(crop))
    return Choice(
        tuple(train[crop] for crop in sorted(train)),
        _held_out(connection, sides, salt),
        rejected,
        weak="masks" in recipe.sources,
    )


def _unnamed_wanted(recipe: Recipe, named: int, unnamed: int) -> int:
    """How many crops of nobody are taken beside the others."""
    if "adapt" in recipe.sources:
        return min(recipe.crops, unnamed)
    return min(_WEAK * named, recipe.crops, unnamed) if recipe.sources == ("masks",) else 0


def _held_out(connection: Connection, sides: Parted, salt: str) -> tuple[Picked, ...]:
    """The crops to measure on: always the same ones as long as nobody says more of them."""
    masks = sides.measuring
    alone = sorted((crop for crop in masks if crop in sides.aside), key=lambda crop: lot(salt, crop))
    chosen = {crop: Picked(crop, None, masks[crop].revision) for crop in alone[:MEASURED]}
    for person in sorted(sides.held_out, key=lambda person: lot(salt, person)):
        if chosen and len(chosen) + sides.held_out[person].crops > MEASURED:
            continue
        query = select(Crop.id).join(Image).where(Crop.person_id == person, *usable())
        for crop in connection.execute(query).scalars():
            chosen[crop] = Picked(crop, person, masks[crop].revision if crop in masks else 0)
    return tuple(chosen[crop] for crop in sorted(chosen))
