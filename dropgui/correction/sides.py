"""Left and right exchanged: the commonest fault of a body-part network, mended in one step."""

import numpy as np

from dropgui.correction.region import Labels, Patch, Region, patch_between
from dropmodel.parts import PartSchema


def swap_sides(labels: Labels, schema: PartSchema, region: Region | None = None) -> Patch:
    """Each part of ``labels`` uint8 [H, W] becomes its twin of the other side; nothing moves.

    Only within ``region`` where one is given, else in the whole crop.
    """
    table = np.arange(256, dtype=np.uint8)
    table[: len(schema) + 1] = schema.flip_order
    if region is None:
        return patch_between(labels, table[labels])
    view = labels[region.box.slices]
    return Patch(region.box, np.where(region.mask, table[view], view))
