"""Collars: strips sewn to the neck line, each a few rows of (onward, out, up) in metres."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.wardrobe.garments.cutting import Sheet, ribbon
from dropmodel.synthetic.wardrobe.garments.fit import step
from dropmodel.synthetic.wardrobe.garments.spec import Collar, Neck, Top

Array = npt.NDArray[Any]


_ROWS: dict[Collar, list[tuple[float, float, float]]] = {
    Collar.RIB: [(-0.017, -0.001, 0), (-0.017, 0.003, 0), (0, 0.004, 0), (0.004, 0.0, 0), (0.0, -0.006, 0)],
    Collar.STAND: [
        (0, 0, 0), (0.004, 0.003, 0.020), (0.004, 0.003, 0.048), (0.0, -0.004, 0.050), (0.0, -0.007, 0.010),
    ],
    Collar.PUFFY: [
        (-0.01, 0.004, 0), (0.0, 0.022, 0.018), (0.004, 0.020, 0.040), (0.004, 0.014, 0.062),
        (0.002, -0.008, 0.060), (0.0, -0.012, 0.015),
    ],
    Collar.ROLL: [
        (0, 0, 0), (0.004, 0.004, 0.030), (0.004, 0.006, 0.052), (0.002, 0.013, 0.050), (0, 0.016, 0.026),
        (0, 0.012, 0.004),
    ],
}  # fmt: skip


def collar(sheet: Sheet, border_index: int, top: Top) -> Sheet:
    """The collar of ``top`` on its cut sheet, whose neck line is the border ``border_index``."""
    border = sheet.border(border_index)
    kind = top.collar
    if kind in (Collar.SHIRT, Collar.LAPEL) or top.neck is Neck.SHIRT:
        middle = sheet.points[border].mean(axis=1)
        front = (np.abs(middle[:, 0]) < 0.004) & (middle[:, 1] < sheet.points[:, 1].mean())
        border = border[~front]
    used = np.unique(border)
    points = sheet.points[used]
    if kind is Collar.SHIRT:
        return ribbon(sheet, border, _folded(points, sheet.spot[used]))
    if kind is Collar.LAPEL:
        return ribbon(sheet, border, _lapel(sheet.spot[used]))
    if kind is Collar.HOOD:
        return ribbon(sheet, border, _hood(sheet.spot[used]))
    return ribbon(sheet, border, _ROWS[kind])


def _stacked(rows: list[tuple[Array, Array, Array]]) -> Array:
    return np.stack([np.stack(np.broadcast_arrays(*row), axis=1) for row in rows]).astype(np.float32)


def _folded(points: Array, spot: Array) -> Array:
    """A shirt's collar: up at the neck, folded over, with points in front."""
    front = step(spot[:, 1], -0.02, -0.085)
    nil = np.zeros(len(points), np.float32)
    rise = 0.030 - 0.012 * front
    fall = 0.016 + 0.030 * front
    return _stacked([
        (nil, nil, nil), (nil + 0.003, nil + 0.002, 0.7 * rise), (nil + 0.004, nil + 0.004, rise),
        (nil, nil + 0.010, rise - 0.001), (nil - 0.008, nil + 0.017, rise - 0.45 * (rise + fall)),
        (nil - 0.016, nil + 0.018 - 0.004 * front, -fall),
    ])  # fmt: skip


def _lapel(spot: Array) -> Array:
    """Lapels on a deep neck line: broadest at the chest, ending at the button; a collar behind."""
    behind = step(spot[:, 1], -0.07, -0.02)
    height = spot[:, 2]
    wide = 0.070 * step(height, 1.12, 1.30) * (1 - 0.45 * step(height, 1.36, 1.43))
    wide = wide * (1 - behind) + 0.045 * behind
    nil = np.zeros(len(spot), np.float32)
    up = 0.022 * behind + 0.010 * step(height, 1.38, 1.44)
    return _stacked([
        (nil, nil - 0.004, nil), (nil + 0.003, nil + 0.003, up), (nil - 0.002, nil + 0.009, up),
        (-0.5 * wide, nil + 0.010, up * 0.4), (-wide, nil + 0.007, -0.2 * up), (-wide, nil + 0.001,
        -0.2 * up),
    ])  # fmt: skip


def _hood(spot: Array) -> Array:
    """A hood lying on the back, its edge round the neck."""
    behind = step(spot[:, 1], -0.06, 0.03)
    nil = np.zeros(len(spot), np.float32)
    full = 0.14 + 0.86 * behind
    return _stacked([
        (nil - 0.012, nil + 0.004, nil), (nil, 0.006 + 0.010 * full, 0.012 * full),
        (nil, 0.008 + 0.020 * full, 0.030 * full), (nil - 0.004, 0.008 + 0.042 * full, 0.036 * full),
        (nil - 0.02 * full, 0.006 + 0.066 * full, 0.022 * full), (nil - 0.05 * full, 0.072 * full,
        -0.02 * full),
        (nil - 0.09 * full, 0.056 * full, -0.05 * full), (nil - 0.11 * full, 0.024 * full, -0.05 * full),
        (nil - 0.11 * full, nil, -0.04 * full),
    ])  # fmt: skip
