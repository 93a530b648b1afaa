"""What people carry, push and pull, as layers of a dressed figure.

Bags worn on the body lie on the outermost garment and move with the spine; what is held hangs from the hand
and stays upright (:attr:`~dropmodel.synthetic.people.figure.Layer.hang`).
"""

import numpy as np

from dropmodel.synthetic.drawing.geometry import PARTS, Surface
from dropmodel.synthetic.people.figure import Layer
from dropmodel.synthetic.wardrobe.crown import Lock
from dropmodel.synthetic.wardrobe.garments.cutting import Sheet
from dropmodel.synthetic.wardrobe.garments.fit import Fit
from dropmodel.synthetic.wardrobe.held_things import HELD
from dropmodel.synthetic.wardrobe.items import Carried, Hand
from dropmodel.synthetic.wardrobe.worn_bags import WORN


def carried_layers(fit: Fit, carried: Carried, mantle: Sheet) -> tuple[Layer, ...]:
    """The layers of a thing; ``mantle`` is the outermost garment's surface before it was cut."""
    build = WORN.get(carried.kind)
    if build is not None:
        return build(fit, carried, mantle)
    return tuple(_held(lock, surface, carried.hand) for lock, surface in HELD[carried.kind](fit, carried))


def _held(lock: Lock, surface: Surface, hand: Hand) -> Layer:
    count = len(lock.vertices)
    parts = np.zeros((count, PARTS), np.float32)
    parts[:, 0] = 1
    return Layer(
        lock.vertices, lock.faces, lock.coords, lock.cut, parts, np.zeros((count, 1), np.int16),
        np.ones((count, 1), np.float32), surface, np.zeros(count, np.float32), hang=hand,
    )  # fmt: skip
