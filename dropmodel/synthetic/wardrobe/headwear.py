"""Hats, hoods, scarves on the head, helmets and headphones, built on the crown's shell."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.wardrobe import palette as hues
from dropmodel.synthetic.wardrobe.crown import (
    AZIMUTH,
    Crown,
    Lock,
    ball,
    directions,
    grid,
    merged,
    step,
    strip,
    tube,
)

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Headwear:
    """A kind of head-wear: ``edge`` is the elevation of its rim in degrees, above which hair is pressed flat.

    ``hides`` says that no hair shows below it either; ``warm`` the seasons it is worn in.
    """

    prior: hues.Prior
    weaves: tuple[str, ...]
    edge: float
    hides: bool = False
    men: float = 1.0
    women: float = 1.0
    warm: tuple[int, ...] = (0, 1, 2)


HEADWEAR: Mapping[str, Headwear] = MappingProxyType({
    "cap": Headwear(hues.HAT, ("twill",), 14, men=3, women=0.8, warm=(0, 1)),
    "cap worn backwards": Headwear(hues.HAT, ("twill",), 14, men=0.5, women=0.1, warm=(0, 1)),
    "beanie": Headwear(hues.HAT, ("rib", "knit"), 6, men=2.4, women=2.0, warm=(2, 2, 1)),
    "bobble hat": Headwear(hues.HAT, ("knit", "cable"), 6, men=0.3, women=1.0, warm=(2,)),
    "bucket hat": Headwear(hues.HAT, ("twill",), 12, men=0.5, women=0.5, warm=(0, 1)),
    "brimmed hat": Headwear(hues.HAT, ("fleece",), 14, men=0.4, women=0.5),
    "sun hat": Headwear({"beige": 5, "white": 2, "brown": 1, "black": 1, "navy": 1}, ("knit",), 14, men=0.1,
                        women=0.7, warm=(0,)),
    "headscarf": Headwear(hues.DRESS, ("plain",), -90, True, men=0, women=1.6),
    "turban": Headwear(hues.VIVID, ("plain",), -4, men=0.25, women=0.04),
    "cycle helmet": Headwear(hues.VIVID, ("shell",), 20, men=0.4, women=0.3),
    "work helmet": Headwear({"white": 3, "yellow": 3, "blue": 1, "orange": 1, "red": 0.6}, ("shell",), 18,
    men=0.25,
                            women=0.06),
    "headphones": Headwear({"black": 5, "white": 2, "grey": 2, "beige": 1}, ("shell",), 80, men=0.7,
    women=0.6),
    "hood up": Headwear({"black": 1}, ("fleece",), -90, True, men=1, women=1, warm=(1, 2)),
})  # fmt: skip


Parts = tuple[Lock | None, Lock | None]


def headwear(crown: Crown, kind: str, number: int) -> Parts:
    """The shell of a kind of head-wear, under which nothing shows, and what else belongs to it."""
    return _BUILDERS[kind](crown, number)


def _level(front: float, side: float, back: float) -> Array:
    """A rim's elevation round the head [rings, columns]."""
    a = np.abs(grid()[0])
    rim: Array = np.interp(a, [0, 90, 180], [front, side, back]).astype(np.float32)
    return rim


def _cap(crown: Crown, rim: Array, thick: float, crownward: float = 0.0) -> Lock:
    _, elevation = grid()
    upper = step(elevation, 20, 75)
    depth = elevation - rim
    lift = thick + crownward * upper
    return crown.shell((lift * step(depth, -9, 3)).astype(np.float32), (depth * 0.0017).astype(np.float32))


def _brim(
    crown: Crown, rim: tuple[float, float, float], thick: float, wide: Array, droop: float, turn: float = 0.0
) -> Lock:
    """A brim of width ``wide`` [columns] metres at the rim of a cap; it droops outwards."""
    azimuth = AZIMUTH
    at = np.interp(np.abs(azimuth), [0, 90, 180], rim)
    rows = []
    for share, extra in ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, -0.004), (0.0, -0.004)):
        base = np.stack([
            crown.reach(float(a), float(e), thick) for a, e in zip(azimuth, at, strict=True)
        ])  # fmt: skip
        way = directions(azimuth, np.zeros_like(azimuth))
        reach = (wide * share * crown.size)[:, None]
        drop = (droop * wide * share**1.5 * crown.size)[:, None] * np.array([0, 0, 1.0]) - [0, 0, extra]
        rows.append(base + way * reach - drop)
    points = np.stack(rows)
    around = np.radians(azimuth)
    coords = np.stack([
        np.stack([0.1 * np.sin(around), -0.1 * np.cos(around), np.full_like(around, 1.5 - 0.02 * k)], axis=1)
        for k in range(len(rows))
    ])  # fmt: skip
    del turn
    cut = np.broadcast_to(wide - 0.004, points.shape[:2])
    return strip(points, coords, cut, np.ones(points.shape[:2], np.float32), True)


def _visor(azimuth_shift: float) -> Array:
    away = np.abs((AZIMUTH - azimuth_shift + 180) % 360 - 180)
    wide: Array = (0.072 * np.sqrt(np.clip(1 - (away / 62) ** 2, 0, 1))).astype(np.float32)
    return wide


def _baseball(crown: Crown, number: int) -> Parts:
    del number
    rim = (20.0, 8.0, -8.0)
    return _cap(crown, _level(*rim), 0.016, 0.006), _brim(crown, rim, 0.014, _visor(0), 0.28)


def _backwards(crown: Crown, number: int) -> Parts:
    del number
    rim = (24.0, 8.0, -8.0)
    return _cap(crown, _level(*rim), 0.016, 0.006), _brim(crown, rim, 0.014, _visor(180), 0.35)


def _beanie(crown: Crown, number: int) -> Parts:
    slack = 0.012 + 0.02 * (number % 4 == 0)
    rim = _level(20, -2, -22)
    shell = _cap(crown, rim, 0.014, slack)
    _, elevation = grid()
    depth = elevation - rim
    lift = 0.021 * step(depth, -6, 2) * step(depth, 30, 24) + 0.010
    fold = crown.shell(lift.astype(np.float32), (np.minimum(depth, 27 - depth) * 0.0017).astype(np.float32))
    return shell, fold


def _bobble(crown: Crown, number: int) -> Parts:
    shell, fold = _beanie(crown, number)
    assert fold is not None
    top = crown.center + np.array([0, 0.012, 1], np.float32) * (crown.radius[0].mean() + 0.045 * crown.size)
    top[0] = 0
    return shell, merged([fold, ball(top.astype(np.float32), (0.034, 0.034, 0.030))])


def _ring(wide: float) -> Array:
    return np.full_like(AZIMUTH, wide)


def _bucket(crown: Crown, number: int) -> Parts:
    rim = (22.0, 12.0, 0.0)
    wide = 0.046 + 0.004 * (number % 3)
    return _cap(crown, _level(*rim), 0.020, 0.012), _brim(crown, rim, 0.020, _ring(wide), 0.75)


def _brimmed(crown: Crown, number: int) -> Parts:
    rim = (22.0, 14.0, 2.0)
    wide = 0.05 + 0.01 * (number % 2)
    return _cap(crown, _level(*rim), 0.022, 0.030), _brim(crown, rim, 0.022, _ring(wide), 0.06)


def _sun_hat(crown: Crown, number: int) -> Parts:
    rim = (22.0, 14.0, 2.0)
    wide = 0.09 + 0.02 * (number % 3)
    return _cap(crown, _level(*rim), 0.022, 0.018), _brim(crown, rim, 0.022, _ring(wide), 0.22)


def _cycle(crown: Crown, number: int) -> Parts:
    azimuth, elevation = grid()
    rim = _level(24, 12, -4)
    ribs = 0.006 * (np.cos(np.radians(azimuth) * 8) > 0.2) * step(elevation, 30, 50)
    depth = elevation - rim
    shell = crown.shell(((0.030 + 0.008 * (number % 2) + ribs) * step(depth, -4, 2)).astype(np.float32),
                        (depth * 0.0017).astype(np.float32))  # fmt: skip
    return shell, _straps(crown)


def _straps(crown: Crown) -> Lock:
    chin = crown.center + np.array([0, -0.055, -0.125], np.float32) * crown.size
    paths = []
    for side in (-1, 1):
        top = crown.reach(side * 80, 10, 0.006)
        path = np.linspace(top, chin, 8)
        path[:, 0] *= 1 + 0.25 * np.sin(np.linspace(0, np.pi, 8))
        paths.append(tube(path.astype(np.float32), 0.004, np.ones(8), 4))
    return merged(paths)


def _work(crown: Crown, number: int) -> Parts:
    del number
    rim = (20.0, 12.0, 0.0)
    wide = 0.016 + 0.022 * np.exp(-((AZIMUTH / 40) ** 2))
    return _cap(crown, _level(*rim), 0.030, 0.006), _brim(crown, rim, 0.030, wide.astype(np.float32), 0.25)


def _turban(crown: Crown, number: int) -> Parts:
    azimuth, elevation = grid()
    rim = _level(22, -2, -24)
    front = np.abs(azimuth)
    folds = 0.006 * np.sin(elevation * 0.26 + np.minimum(front, 180 - front) * 0.10 + number)
    bulge = 0.048 * np.exp(-(((elevation - 38) / 34) ** 2)) + 0.012 + folds
    depth = elevation - rim
    return crown.shell(
        (bulge * step(depth, -8, 4)).astype(np.float32), (depth * 0.0017).astype(np.float32)
    ), None


def _face_hole(half: float, top: float, bottom: float) -> Array:
    """Elliptic opening for the face, degrees; negative inside it."""
    azimuth, elevation = grid()
    middle, high = (top + bottom) / 2, (top - bottom) / 2
    away: Array = (np.hypot(azimuth / half, (elevation - middle) / high) - 1).astype(np.float32)
    return away


def _drape(crown: Crown, low: float, flare: float, gap: float) -> Lock:
    """Cloth from the chin and the nape down on the shoulders, ``low`` metres below the head's centre."""
    azimuth = AZIMUTH
    rows, holds = [], []
    neck = crown.fit.joint("neck01")
    for share in np.linspace(0, 1, 9):
        top = np.stack([crown.reach(float(a), -46.0, gap) for a in azimuth])
        reach = np.interp(share, [0, 0.3, 1], [0.0, 0.012, flare])
        way = directions(azimuth, np.zeros_like(azimuth)) * np.array([1.25, 0.95, 0])
        end = np.array([0, neck[1], crown.center[2] - low], np.float32)
        base = top * (1 - share) + (end + way * 0.085 * crown.size) * share
        rows.append(base + way * reach * crown.size)
        holds.append(np.full(len(azimuth), 1 - 0.9 * share))
    points = np.stack(rows)
    around = np.radians(azimuth)
    height = np.linspace(1.55, 1.35, len(rows))
    coords = np.stack([
        np.stack([0.14 * np.sin(around), -0.14 * np.cos(around), np.full_like(around, h)],
        axis=1) for h in height
    ])  # fmt: skip
    return strip(points, coords, np.ones(points.shape[:2]), np.stack(holds), True)


def _headscarf(crown: Crown, number: int) -> Parts:
    azimuth, elevation = grid()
    hole = _face_hole(50, 34, -54)
    folds = 0.0025 * np.sin(azimuth * 0.22 + elevation * 0.12 + number)
    back = step(np.abs(azimuth), 90, 180) * step(elevation, 84, 55)
    thick = 0.016 + 0.014 * back + folds * step(elevation, 86, 70)
    shell = crown.shell((thick * step(hole, -0.2, 0.16)).astype(np.float32), (hole * 0.07).astype(np.float32))
    return shell, _drape(crown, 0.205 * crown.size, 0.055, 0.014)


def _hood(crown: Crown, number: int) -> Parts:
    azimuth, elevation = grid()
    del number
    hole = _face_hole(58, 44, -66)
    back = step(np.abs(azimuth), 100, 170) * step(elevation, 84, 50)
    thick = 0.030 + 0.030 * back + 0.010 * step(elevation, 40, 80)
    shell = crown.shell((thick * step(hole, -0.5, 0.1)).astype(np.float32), (hole * 0.07).astype(np.float32))
    return shell, _drape(crown, 0.185 * crown.size, 0.022, 0.020)


def _headphones(crown: Crown, number: int) -> Parts:
    del number
    over = np.linspace(-96, 96, 17)
    path = np.stack([
        crown.reach(90 if angle > 0 else -90, 90 - abs(float(angle)), 0.022) for angle in over
    ])  # fmt: skip
    cups = [ball(crown.reach(side * 92, -6, 0.022), (0.020, 0.032, 0.038)) for side in (-1, 1)]
    return None, merged([tube(path.astype(np.float32), 0.008, np.ones(len(path)), 6), *cups])


_BUILDERS = {
    "cap": _baseball, "cap worn backwards": _backwards, "beanie": _beanie, "bobble hat": _bobble,
    "bucket hat": _bucket, "brimmed hat": _brimmed, "sun hat": _sun_hat, "headscarf": _headscarf,
    "turban": _turban, "cycle helmet": _cycle, "work helmet": _work, "headphones": _headphones, "hood up":
    _hood,
}  # fmt: skip
