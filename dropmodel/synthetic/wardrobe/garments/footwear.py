"""Shoes and socks, cut from the shell of the feet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.people.cloth import normals_of
from dropmodel.synthetic.wardrobe import palette as hues
from dropmodel.synthetic.wardrobe.garments.cutting import Sheet, joined, ribbon, rimmed
from dropmodel.synthetic.wardrobe.garments.fit import Fit, step

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Shoe:
    """A kind of shoe, metres on the canonical adult.

    ``top`` is the height of its opening at the ankle (foot joint at 0.076) and ``throat`` how far the opening
    runs down the instep; ``sole`` its thickness, ``heel`` what a heel adds; ``straps`` leaves only bands,
    ``laces`` are painted on.
    """

    prior: hues.Prior
    top: float = 0.105
    throat: float = 0.0
    lift: float = 0.011
    sole: float = 0.020
    heel: float = 0.0
    straps: bool = False
    laces: bool = False
    weave: str = "leather"
    gloss: float = 0.06
    pale_sole: float = 0.1
    men: float = 1.0
    women: float = 1.0
    warm: tuple[int, ...] = (0, 1, 2)


SHOES: Mapping[str, Shoe] = MappingProxyType({
    "trainers": Shoe(hues.SHOE, 0.102, lift=0.010, sole=0.021, weave="shell", pale_sole=0.75, laces=True,
    men=5, women=4),
    "high-top trainers": Shoe(hues.SHOE, 0.155, lift=0.010, sole=0.021, weave="twill", pale_sole=0.7,
    laces=True, men=1, women=1),
    "canvas shoes": Shoe(hues.SHOE, 0.098, lift=0.010, sole=0.022, weave="twill", pale_sole=0.85,
    laces=True, men=1, women=1.4),
    "leather shoes": Shoe(hues.LEATHER, 0.100, lift=0.010, sole=0.014, heel=0.010, gloss=0.2, laces=True,
    men=2.6, women=0.6),
    "loafers": Shoe(hues.LEATHER, 0.092, 0.10, 0.009, 0.012, 0.006, gloss=0.14, men=0.8, women=1.0),
    "ballerinas": Shoe(hues.SHOE, 0.072, 0.24, 0.007, 0.008, gloss=0.08, men=0, women=1.4, warm=(0, 1)),
    "pumps": Shoe(hues.SHOE, 0.074, 0.22, 0.007, 0.010, 0.035, gloss=0.2, men=0, women=0.8),
    "sandals": Shoe(hues.LEATHER, lift=0.009, sole=0.018, straps=True, men=0.5, women=1.0, warm=(0,)),
    "ankle boots": Shoe(hues.LEATHER, 0.175, lift=0.013, sole=0.022, heel=0.014, gloss=0.10, men=1.6,
    women=2.4,
                        warm=(1, 2)),
    "work boots": Shoe(hues.LEATHER, 0.195, lift=0.013, sole=0.024, heel=0.006, gloss=0.04, laces=True,
    men=1.2, women=0.5,
                       warm=(1, 2)),
    "knee boots": Shoe(hues.LEATHER, 0.42, lift=0.013, sole=0.018, heel=0.022, gloss=0.12, men=0.02,
    women=1.4,
                       warm=(1, 2)),
    "rubber boots": Shoe(hues.VIVID, 0.36, lift=0.016, sole=0.020, gloss=0.22, weave="shell", men=0.15,
    women=0.3,
                         warm=(1, 2)),
})  # fmt: skip


def _upper_line(shoe: Shoe, sheet: Sheet) -> Array:
    x, y, z = sheet.spot.T
    del x
    away = shoe.top + shoe.throat * np.minimum(y + 0.045, 0) - z
    if shoe.straps:
        bands = [0.020 - np.abs(y - center) for center in (-0.135, -0.075)]
        ankle = 0.012 - np.abs(z - 0.088 - 0.3 * (y + 0.03))
        away = np.maximum.reduce([*bands, np.where(y > -0.075, ankle, -1.0)])
    shown: Array = np.where(sheet.arm > 0.3, -1.0, np.where(z > 0.6, -1.0, away)).astype(np.float32)
    return shown


def shoe_sheets(fit: Fit, shoe: Shoe) -> tuple[Sheet, Sheet]:
    """The upper and the sole of both shoes; their vertices are feet."""
    sheet = fit.tights(False, "feet").kept(
        lambda s: np.where(s.arm > 0.3, -1.0, shoe.top + 0.09 - s.spot[:, 2])
    )
    low = step(sheet.spot[:, 2], 0.09, 0.03)
    shaft = step(sheet.spot[:, 2], 0.14, 0.22) * 0.006
    sheet = sheet.lifted(shoe.lift + shaft + 0.003 * low)
    points = sheet.points.copy()
    # A shoe is stiff: its toe cap is a little longer and higher than toes are.
    toe = step(sheet.spot[:, 1], -0.13, -0.22) * low
    points[:, 1] -= 0.010 * toe * fit.size
    points[:, 2] = np.where(points[:, 2] < 0.004, 0.004, points[:, 2])
    parts = np.zeros_like(sheet.parts)
    left = sheet.spot[:, 0] > 0
    parts[:, 7], parts[:, 8] = left, ~left
    sheet = replace(sheet, points=points, normals=normals_of(points, sheet.faces), parts=parts)
    upper = rimmed(sheet.cut(lambda s: _upper_line(shoe, s)), 0.006)
    return upper, _sole(sheet, shoe, fit.size)


def _sole(sheet: Sheet, shoe: Shoe, size: float) -> Sheet:
    """The outline of the foot at the ground, drawn out by a welt and down by its thickness."""
    base = sheet.cut(lambda s: 0.020 - s.spot[:, 2])
    border = base.border(0)
    used = np.unique(border)
    heel = step(base.spot[used, 1], -0.05, -0.015)
    thick = (shoe.sole + shoe.heel * heel) * size
    nil = np.zeros(len(used), np.float32)
    top = base.points[used, 2]
    floor = -thick
    rows = np.stack([
        np.stack([nil, nil, nil], 1),
        np.stack([nil, nil + 0.0045, nil], 1),
        np.stack([nil, nil + 0.0050, floor - top + 0.004], 1),
        np.stack([nil, nil + 0.0010, floor - top], 1),
        np.stack([nil, nil - 0.020, floor - top], 1),
    ])  # fmt: skip
    flat = replace(base, normals=_level(base.normals))
    wall = ribbon(flat, border, rows)
    bottom = base.points.copy()
    bottom[:, 2] = (
        np.minimum(bottom[:, 2], 0.004)
        - (shoe.sole + shoe.heel * step(base.spot[:, 1], -0.05, -0.015)) * size
    )
    under = replace(base, points=bottom).kept(lambda s: 0.020 - s.spot[:, 2])
    return joined([wall, under])


def _level(normals: Array) -> Array:
    flat = normals * np.array([1, 1, 0], np.float32)
    value: Array = (flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)).astype(np.float32)
    return value


def covered_by(shoe: Shoe, sheet: Sheet) -> Array:
    """Metres under the shoe's upper."""
    return _upper_line(shoe, sheet)


def sock_sheet(fit: Fit, low: float, high: float) -> Sheet:
    """Socks between two heights."""

    def within(s: Sheet) -> Array:
        z = s.spot[:, 2]
        shown: Array = np.where(s.arm > 0.3, -1.0, np.minimum(high - z, z - low)).astype(np.float32)
        return shown

    sheet = fit.tights(False, "feet").kept(lambda s: within(s) + 0.07).lifted(0.0045)
    parts = sheet.parts.copy()
    return rimmed(replace(sheet, parts=parts).cut(within), 0.004)
