"""The shapes of what people carry, metres from the grip of a hand: x to the person's left, y behind, z up."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.wardrobe.crown import Lock, ball, merged, strip, tube

Array = npt.NDArray[Any]


Point = tuple[float, float, float]


def box(size: Point, center: Point, power: float = 6.0, taper: float = 0.0, sag: float = 0.0) -> Lock:
    """A rounded box; ``taper`` narrows its top, ``sag`` widens its bottom."""
    rings, sides = 11, 24
    e = np.linspace(np.pi / 2, -np.pi / 2, rings)[:, None]
    a = (np.arange(sides) * (2 * np.pi / sides))[None, :]
    ball_ = np.stack(np.broadcast_arrays(np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)), axis=2)
    unit = ball_ / (np.abs(ball_) ** power).sum(axis=2, keepdims=True) ** (1 / power)
    points = unit * np.asarray(size) / 2
    points[..., :2] *= 1 - taper * (0.5 + 0.5 * unit[..., 2:]) + sag * (0.5 - 0.5 * unit[..., 2:])
    whole = np.ones((rings, sides), np.float32)
    return strip(points + np.asarray(center), points.astype(np.float32), whole, whole, True)


def rod(points: list[Point], radius: float, sides: int = 6) -> Lock:
    """A bent rod through ``points``."""
    path = np.asarray(points, np.float32)
    return tube(path, radius, np.ones(len(path)), sides)


def strip_tube(path: Array, radius: Array) -> Lock:
    """A tube whose girth changes along its path."""
    return tube(path, radius, np.ones(len(path)), 10)


def arch(left: Point, right: Point, rise: float, radius: float, flat: float = 1.0) -> Lock:
    """A handle that rises from one point to another."""
    share = np.linspace(0, 1, 11)[:, None]
    path = np.asarray(left) * (1 - share) + np.asarray(right) * share
    path[:, 2] += rise * np.sin(np.pi * share[:, 0]) ** (0.5 * flat)
    return tube(path.astype(np.float32), radius, np.ones(11), 5)


def wheel(center: Point, radius: float, wide: float = 0.02, spokes: int = 0) -> tuple[Lock, ...]:
    """A wheel that rolls along y: its tyre, and spokes if it has any."""
    turn = np.linspace(0, 2 * np.pi, 21)
    path = np.stack([np.zeros_like(turn), radius * np.cos(turn), radius * np.sin(turn)], axis=1) + center
    tyre = tube(path.astype(np.float32), wide, np.ones(len(turn)), 6)
    bars = [
        rod(
            [
                center,
                (center[0], center[1] + radius * float(np.cos(t)), center[2] + radius * float(np.sin(t))),
            ],
            0.003,
            3,
        )
        for t in np.arange(spokes) * (2 * np.pi / max(spokes, 1))
    ]
    return tyre, *bars


def canopy(center: Point, radius: float, deep: float, ribs: int = 8) -> Lock:
    """An open umbrella's cloth: taut between its ribs."""
    rings, sides = 8, ribs * 4
    share = np.linspace(0.02, 1, rings)[:, None]
    turn = (np.arange(sides) * (2 * np.pi / sides))[None, :]
    slack = 1 - 0.10 * (0.5 - 0.5 * np.cos(ribs * turn)) * share**2
    x, y = radius * share * slack * np.sin(turn), -radius * share * slack * np.cos(turn)
    z = np.broadcast_to(-deep * share**2.2 * (1 + 0 * turn), x.shape)
    points = np.stack([x, y, z], axis=2)
    whole = np.ones((rings, sides), np.float32)
    return strip(points + np.asarray(center), points.astype(np.float32), whole, whole, True)


def dog(center: Point, size: float) -> Lock:
    """A dog that stands, looking forward."""
    cx, cy, floor = center

    def at(x: float, y: float, z: float) -> Array:
        return np.array([cx + x * size, cy + y * size, floor + z * size], np.float32)

    legs = [
        tube(np.stack([at(x, y, 0.30), at(x, y + 0.02, 0.16), at(x, y, 0.0)]), 0.028 * size, np.ones(3), 6)
        for x in (-0.07, 0.07)
        for y in (-0.2, 0.2)
    ]
    half = (0.10 * size, 0.28 * size, 0.11 * size)
    return merged([
        ball(at(0, 0, 0.36), half), ball(at(0, -0.30, 0.50), (0.08 * size, 0.10 * size, 0.09 * size)),
        ball(at(0, -0.40, 0.47), (0.04 * size, 0.09 * size, 0.04 * size)),
        tube(np.stack([at(0, 0.26, 0.42), at(0, 0.36, 0.52), at(0, 0.38, 0.62)]), 0.022 * size, np.ones(3),
        6),
        tube(np.stack([at(0, -0.2, 0.40), at(0, -0.28, 0.50)]), 0.07 * size, np.ones(2), 8),
        *legs,
    ])  # fmt: skip


__all__ = ["Lock", "arch", "ball", "box", "canopy", "dog", "merged", "rod", "strip_tube", "wheel"]
