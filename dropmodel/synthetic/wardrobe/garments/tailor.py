"""From a garment's numbers to sheets: the shell is draped, cut along its lines, and gets its trims."""

from dataclasses import replace

import numpy as np

from dropmodel.synthetic.drawing.geometry import Array
from dropmodel.synthetic.people.cloth import normals_of
from dropmodel.synthetic.wardrobe.garments.collars import collar
from dropmodel.synthetic.wardrobe.garments.cutting import Field, Sheet, joined, rimmed
from dropmodel.synthetic.wardrobe.garments.fields import Fields, fields_of
from dropmodel.synthetic.wardrobe.garments.fit import HEIGHTS, ROBE, ROBE_ANGLES, Fit, step
from dropmodel.synthetic.wardrobe.garments.spec import Collar, Legs, Shape, Skirt, Top

JOIN = 1.02
"""Where a robe's skirt meets its bodice."""

Pieces = dict[str, Sheet]
"""Sheets of one garment by role: ``main`` and, of another colour perhaps, ``trim`` and ``belt``; a top's
``mantle`` is its surface before it was cut, which straps lie on."""


def sewn(
    fit: Fit, shape: Shape, random: np.random.Generator, under: Array | None
) -> tuple[Pieces, Array | None]:
    """The sheets of a garment of ``shape`` on one body, and how far out they reach.

    ``under`` [Z, ANGLES] is the outline of what it is worn over,
    None for nothing; so is the outline returned.
    """
    if isinstance(shape, Legs):
        return _trousers(fit, shape), under
    if isinstance(shape, Skirt):
        return _skirt(fit, shape, random)
    return _top(fit, shape, random, under)


def renewed(sheet: Sheet) -> Sheet:
    """With the normals of its moved vertices."""
    return replace(sheet, normals=normals_of(sheet.points, sheet.faces))


def _cut(sheet: Sheet, lines: Fields) -> Sheet:
    rough = sheet.kept(lambda s: np.min([line(s) for line in lines.values()], axis=0) + 0.07)
    for line in lines.values():
        rough = rough.cut(line)
    return rough


def _top(fit: Fit, top: Top, random: np.random.Generator, under: Array | None) -> tuple[Pieces, Array]:
    lines = fields_of(top)
    ease = top.gap + (top.ease * step(HEIGHTS, 1.32, min(top.hem, 1.0))).astype(np.float32)
    if top.waist:
        ease -= (top.waist * np.exp(-(((HEIGHTS - 1.08) / 0.09) ** 2))).astype(np.float32)
    outline = fit.outline(np.maximum(ease, 0.004), top.fall)
    if under is not None and not top.tucked:
        outline = np.maximum(outline, under + np.float32(0.009))
    sheet = fit.tights(top.hang > 0.3 and not top.bib, "upper").lifted(top.gap)
    trunk = (1 - step(sheet.arm, 0.15, 0.6)) * step(sheet.spot[:, 2], 1.42, 1.26) * top.hang
    sheet = fit.hung(sheet, outline, trunk)
    if top.sleeve > 0:
        round_arm = step(sheet.arm, 0.4, 0.9) * step(sheet.along, 0.06, 0.24)
        ends = (0.1, 0.5, max(0.95 * top.sleeve, 0.2))
        sheet = fit.tube(sheet, "arm", ends, [top.gap + e for e in top.sleeve_ease], round_arm)
    sheet = replace(renewed(sheet), parts=_torso(sheet.parts))
    long = top.hem < 0.90
    bodice = {**lines, "hem": lambda s: np.where(s.arm > 0.5, 1.0, s.spot[:, 2] - JOIN)} if long else lines
    pieces = _finished(_cut(sheet, bodice), list(bodice), top)
    pieces["mantle"] = sheet
    if long:
        tail = _cut(fit.robe(outline, _waves(top.hem, top.waves, top.pleats, random)), _tail_lines(lines))
        pieces["main"] = joined([pieces["main"], rimmed(tail, top.thick)])
    if top.belt:
        pieces["belt"] = _belt(fit, outline, top.belt)
    if top.bib:
        return pieces, outline if under is None else np.maximum(outline, under)
    reach = outline.copy()
    reach[top.hem - 0.01 > HEIGHTS] = 0
    return pieces, reach


def _tail_lines(lines: Fields) -> Fields:
    chosen = {name: line for name, line in lines.items() if name in ("hem", "opening", "bib")}
    return {"join": lambda s: JOIN + 0.03 - s.spot[:, 2], **chosen}


def _torso(parts: Array) -> Array:
    """A top's own parts: what lies on neck or thighs counts as torso."""
    moved = parts.copy()
    moved[:, 2] += moved[:, 1] + moved[:, 5:].sum(axis=1)
    moved[:, 1] = 0
    moved[:, 5:] = 0
    return moved


def _finished(sheet: Sheet, names: list[str], top: Top) -> Pieces:
    """Rims, cuffs, hem band and collar of a cut top."""
    lines = fields_of(top)
    trims: list[Sheet] = []
    if top.cuff and top.sleeve > 0.3:
        band = sheet.kept(lambda s: np.where(s.arm > 0.5, 0.08 + top.cuff - lines["sleeve"](s), -1.0))
        trims.append(_band(band, lambda s: top.cuff - lines["sleeve"](s), top.thick))
    if top.band and top.hem >= 0.90:
        band = sheet.kept(lambda s: np.where(s.arm < 0.3, 0.08 + top.band - lines["hem"](s), -1.0))
        trims.append(_band(band, lambda s: top.band - lines["hem"](s), top.thick))
    main = rimmed(sheet, top.thick)
    if top.collar is not Collar.NONE and "neck" in names:
        extra = collar(sheet, names.index("neck"), top)
        if top.collar is Collar.RIB:
            trims.append(extra)
        else:
            main = joined([main, extra])
    return {"main": main, **({"trim": joined(trims)} if trims else {})}


def _band(sheet: Sheet, line: Field, thick: float) -> Sheet:
    """A strip on top of a sheet where ``line`` is positive."""
    return rimmed(sheet.cut(line).lifted(0.0035), thick + 0.004)


def _belt(fit: Fit, outline: Array, width: float) -> Sheet:
    sheet = fit.robe(outline + 0.007, np.zeros((len(ROBE), ROBE_ANGLES), np.float32))
    sheet = sheet.cut(lambda s: s.spot[:, 2] - (1.045 - width / 2)).cut(
        lambda s: 1.045 + width / 2 - s.spot[:, 2]
    )
    return rimmed(sheet, 0.012)


def _waves(hem: float, depth: float, pleats: int, random: np.random.Generator) -> Array:
    """Folds of a hanging skirt [rows, angles], none at the waist, ``depth`` metres at the hem."""
    angle = np.arange(ROBE_ANGLES) * (2 * np.pi / ROBE_ANGLES)
    down = np.clip((1.0 - ROBE) / max(1.0 - hem, 0.05), 0, 1.2)[:, None]
    turn = random.uniform(0, 2 * np.pi, 3)
    wander = 0.6 * np.sin(2 * angle + turn[0]) + 0.8 * np.sin(3 * angle + turn[1])
    folds = np.sin(pleats * angle + turn[2] + wander * (pleats < 20) + 0.4 * down)
    bent: Array = (depth * down**1.3 * folds).astype(np.float32)
    return bent


def _trousers(fit: Fit, legs: Legs) -> Pieces:
    lines = fields_of(legs)
    sheet = fit.tights(False, "lower").lifted(legs.gap)
    seat = step(sheet.spot[:, 2], 0.80, 0.88) * (1 - step(sheet.arm, 0.15, 0.5))
    outline = fit.outline(np.full(len(HEIGHTS), legs.gap, np.float32), 0.6, 1.1)
    sheet = fit.hung(sheet, outline, 0.7 * seat * min(1.0, legs.ease[0] / 0.012))
    round_leg = step(sheet.leg, 0.5, 0.95) * step(sheet.down, 0.16, 0.48) * (sheet.down < 1.3)
    ends = (0.25, 0.5, max(0.95 * min(legs.hem, 1.0), 0.3))
    sheet = fit.tube(sheet, "leg", ends, [legs.gap + e for e in legs.ease], round_leg)
    parts = sheet.parts.copy()
    parts[:, 5:7] += parts[:, 7:]
    parts[:, 7:] = 0
    parts[:, 2] += parts[:, 3:5].sum(axis=1)
    parts[:, 3:5] = 0
    sheet = _cut(replace(renewed(sheet), parts=parts), lines)
    trims = []
    if legs.cuff:
        low = sheet.kept(lambda s: legs.cuff + 0.08 - lines["hem"](s))
        trims.append(_band(low, lambda s: legs.cuff - lines["hem"](s), legs.thick))
    pieces = {"main": rimmed(sheet, legs.thick)}
    if legs.band:
        high = sheet.kept(lambda s: legs.band + 0.06 - lines["rise"](s))
        pieces["belt"] = _band(high, lambda s: legs.band - lines["rise"](s), legs.thick)
    if trims:
        pieces["trim"] = joined(trims)
    return pieces


def _skirt(fit: Fit, skirt: Skirt, random: np.random.Generator) -> tuple[Pieces, Array]:
    outline = fit.outline(np.full(len(HEIGHTS), skirt.gap, np.float32), -skirt.flare, 0.98)
    sheet = fit.robe(outline, _waves(skirt.hem, skirt.waves, skirt.pleats, random))
    lines = fields_of(skirt)
    sheet = _cut(sheet, lines)
    pieces = {"main": rimmed(sheet, skirt.thick)}
    if skirt.band:
        high = sheet.kept(lambda s: skirt.band + 0.06 - lines["rise"](s))
        pieces["belt"] = _band(high, lambda s: skirt.band - lines["rise"](s), skirt.thick)
    deep = np.interp(HEIGHTS, [skirt.hem, 1.0], [1.2 * skirt.waves, 0.004]).astype(np.float32)
    reach = outline + deep[:, None]
    reach[(skirt.rise < HEIGHTS) | (skirt.hem - 0.01 > HEIGHTS)] = 0
    return pieces, reach
