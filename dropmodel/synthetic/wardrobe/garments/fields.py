"""Cutting lines as functions of canonical places: the same line cuts cloth and tells what lies under it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.wardrobe.garments.cutting import Field, Sheet
from dropmodel.synthetic.wardrobe.garments.spec import Legs, Neck, Skirt, Top

Array = npt.NDArray[Any]


ARM = 0.51
"""Metres from shoulder to wrist of the canonical adult."""

LEG = 0.83
"""Metres from hip to ankle."""

Fields = dict[str, Field]

_NECKS: dict[Neck, tuple[tuple[float, float, float], float]] = {
    # radii of an ellipsoid round the neck, and the depth of a notch in front
    Neck.CREW: ((0.086, 0.078, 0.082), 0.0),
    Neck.SHIRT: ((0.078, 0.072, 0.070), 0.05),
    Neck.V: ((0.084, 0.076, 0.078), 0.14),
    Neck.DEEP_V: ((0.086, 0.078, 0.076), 0.30),
    Neck.WIDE: ((0.128, 0.080, 0.084), 0.0),
    Neck.SCOOP: ((0.105, 0.090, 0.135), 0.0),
    Neck.HIGH: ((0.20, 0.20, 0.018), 0.0),
}


def _hem(height: float, tails: float = 0.0) -> Field:
    def field(sheet: Sheet) -> Array:
        front = np.cos(np.arctan2(sheet.spot[:, 0] * 0.8, sheet.spot[:, 1] + 0.03))
        line = height - tails * (np.abs(front) ** 1.5 - 0.6) - 0.3 * tails * front
        away: Array = np.where(sheet.arm > 0.5, 1.0, sheet.spot[:, 2] - line).astype(np.float32)
        return away

    return field


def _sleeve(share: float) -> Field:
    if share <= 0:
        return _armhole

    def field(sheet: Sheet) -> Array:
        away: Array = ((share - sheet.along) * ARM + 1.6 * np.clip(0.5 - sheet.arm, 0, 0.5)).astype(
            np.float32
        )
        return away

    return field


def _armhole(sheet: Sheet) -> Array:
    """A slanted line from the shoulder's edge to below the armpit."""
    across = np.abs(sheet.spot[:, 0])
    above = sheet.spot[:, 2] - 1.32
    line = 0.155 - 0.12 * np.clip(above, 0, 1) + 0.5 * np.clip(-above - 0.02, 0, 1)
    away: Array = (line - across + 0.4 * np.clip(0.2 - sheet.arm, 0, 0.2) * (above < -0.06)).astype(
        np.float32
    )
    return away


def _neck(kind: Neck) -> Field:
    radii, notch = _NECKS[kind]

    def field(sheet: Sheet) -> Array:
        x, y, z = sheet.spot.T
        away = (np.sqrt((x / radii[0]) ** 2 + ((y + 0.025) / radii[1]) ** 2 + ((z - 1.505) / radii[2]) ** 2)
                - 1) * min(radii)  # fmt: skip
        if notch:
            point = 1.435 - notch
            beside = (np.abs(x) * (notch + 0.03) / 0.075 - (z - point)) * 0.6
            away = np.minimum(away, np.maximum(beside, (y + 0.04) * 2))
        away = np.minimum(away, 1.535 - z)
        lifted: Array = np.where(sheet.arm > 0.4, 1.0, away).astype(np.float32)
        return lifted

    return field


def _opening(hem: float, chest: float) -> Field:
    def field(sheet: Sheet) -> Array:
        x, y, z = sheet.spot.T
        half = np.interp(z, [0.85, 1.1, 1.35, 1.45], [hem, 0.5 * (hem + chest), chest, chest + 0.015])
        away: Array = np.maximum(np.abs(x) - half, (y + 0.01) * 0.8)
        return np.where(sheet.arm > 0.4, 1.0, away).astype(np.float32)

    return field


def _bib(kind: str) -> Field:
    """A bib in front with straps over the shoulders; an apron stays in front all the way down."""

    def field(sheet: Sheet) -> Array:
        x, y, z = np.abs(sheet.spot[:, 0]), sheet.spot[:, 1], sheet.spot[:, 2]
        behind = 1.12 if kind == "dungarees" else 0.0
        top = np.where(y < -0.02, 1.27, behind)
        wide = 0.40 if kind == "dungarees" else 0.155
        panel = np.minimum(top - z, np.interp(z, [1.02, 1.10, 1.27], [wide, min(wide, 0.20), 0.11]) - x)
        strap = np.where(
            z > 1.1, 0.02 - np.abs(x - np.interp(z, [1.1, 1.28, 1.45], [0.05, 0.085, 0.075])), -1
        )
        away: Array = np.where(sheet.arm > 0.4, -1.0, np.maximum(panel, strap)).astype(np.float32)
        return away

    return field


def _rise(height: float) -> Field:
    def field(sheet: Sheet) -> Array:
        away: Array = np.where(sheet.arm > 0.3, -1.0, height - sheet.spot[:, 2]).astype(np.float32)
        return away

    return field


def _ankle(share: float) -> Field:
    def field(sheet: Sheet) -> Array:
        away: Array = np.where(sheet.spot[:, 2] > 0.9, 0.3, (share - sheet.down) * LEG).astype(np.float32)
        return away

    return field


def fields_of(shape: Top | Legs | Skirt) -> Fields:
    """The cutting lines of a shape by name, in the order they are cut."""
    if isinstance(shape, Legs):
        return {"rise": _rise(shape.rise), "hem": _ankle(shape.hem)}
    if isinstance(shape, Skirt):
        return {"rise": _rise(shape.rise), "hem": _hem(shape.hem)}
    if shape.bib:
        return {"bib": _bib(shape.bib), "hem": _hem(shape.hem)}
    lines = {"hem": _hem(shape.hem, shape.tails), "sleeve": _sleeve(shape.sleeve), "neck": _neck(shape.neck)}
    if shape.opening:
        lines["opening"] = _opening(*shape.opening)
    return lines


def cover(shape: Top | Legs | Skirt, sheet: Sheet) -> Array:
    """How deep, in metres, each vertex of another sheet lies under a garment; negative is in the open."""
    value: Array = np.min([field(sheet) for field in fields_of(shape).values()], axis=0)
    return value
