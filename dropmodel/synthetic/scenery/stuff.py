"""Painters of what things are made of: foliage, bark, wood, metal, cloth."""

import numpy as np

from dropmodel.synthetic.drawing.textures import cloudy
from dropmodel.synthetic.scenery.brush import (
    Painting,
    dim,
    flat,
    lay,
    mottle,
    speckle,
    strokes,
    tint,
    varied,
    wander,
)

Random = np.random.Generator


def leaves(random: Random) -> Painting:
    """Dense foliage seen from near; it tints leaves, hedges and crowns."""
    painting = flat(128, varied((88, 108, 56), random, 0.1, 0.06))
    mottle(painting, random, 0.55, (24, 24), 2)
    tint(painting, random, (142, 150, 84), (18, 18), 0.5)
    tint(painting, random, (34, 44, 24), (14, 14), 0.6)
    speckle(painting, random, 0.12, 0.04)
    return painting


def autumn_leaves(random: Random) -> Painting:
    """Foliage turning yellow and brown."""
    painting = leaves(random) * np.array([1.45, 1.0, 0.55], np.float32)
    tint(painting, random, (186, 136, 60), (12, 12), 0.6)
    tint(painting, random, (112, 66, 40), (10, 10), 0.5)
    return painting


def tree_bark(random: Random) -> Painting:
    """Furrowed bark."""
    painting = flat(128, varied((108, 92, 76), random, 0.2, 0.04))
    mottle(painting, random, 0.5, (6, 26), 3)
    speckle(painting, random, 0.1)
    return painting


def wood(random: Random) -> Painting:
    """Planed wood along u."""
    painting = flat(128, varied((150, 116, 82), random, 0.15, 0.04))
    mottle(painting, random, 0.2, (40, 2), 3)
    speckle(painting, random, 0.05)
    return painting


def worn_metal(random: Random) -> Painting:
    """Painted or galvanised metal, white as painted so that a surface gives it its colour, with scratches."""
    painting = flat(128, (226, 226, 226))
    mottle(painting, random, 0.1, (4, 4), 4)
    rust = np.clip(2.6 * cloudy(128, (6, 6), random, 4) - 1.25, 0, 1)
    lay(painting, 0.5 * rust, (126, 88, 62))
    dim(painting, 0.25 * strokes(128, [wander(random, 6, 0.2, 0.2) for _ in range(8)], 0.6))
    speckle(painting, random, 0.03)
    return painting


def barrier_stripes(random: Random) -> Painting:
    """Red and white diagonal stripes, dirty."""
    painting = flat(128, (206, 202, 196))
    axis = np.arange(128) / 128
    slanted = (axis[None] * 2 + axis[:, None]) % 1 < 0.5
    lay(painting, slanted.astype(np.float32), varied((172, 44, 38), random, 0.1))
    mottle(painting, random, 0.14, (4, 4), 4)
    return painting


def awning(random: Random) -> Painting:
    """Striped or plain awning cloth."""
    painting = flat(128, varied((190, 184, 170), random, 0.1))
    if random.uniform() < 0.65:
        stripes = (np.arange(128) / 128 * int(random.integers(4, 9))) % 1 < 0.5
        shade = varied(
            ((132, 58, 52), (62, 88, 76), (70, 84, 112), (150, 118, 70))[int(random.integers(4))], random
        )
        lay(painting, np.broadcast_to(stripes[None], (128, 128)).astype(np.float32), shade)
    mottle(painting, random, 0.12, (3, 3), 4)
    return painting
