from dataclasses import replace

import numpy as np
import pytest

from dropmodel.synthetic.people.body import Phenotype
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe import palette
from dropmodel.synthetic.wardrobe.garments.catalogue import DUNGAREES, KINDS, OVERALL, Kind, Slot
from dropmodel.synthetic.wardrobe.garments.cutting import Sheet, rimmed
from dropmodel.synthetic.wardrobe.garments.fields import cover, fields_of
from dropmodel.synthetic.wardrobe.garments.fit import Fit
from dropmodel.synthetic.wardrobe.garments.footwear import SHOES, shoe_sheets, sock_sheet
from dropmodel.synthetic.wardrobe.garments.outfit import Wearer, cut_from, overall, settled
from dropmodel.synthetic.wardrobe.garments.spec import Legs, Skirt, Top
from dropmodel.synthetic.wardrobe.garments.tailor import sewn

ALL = {**KINDS, DUNGAREES.name: DUNGAREES, OVERALL.name: OVERALL}
BODIES = {
    "thin woman": Phenotype(gender=1.0, weight=0.12, muscle=0.3, height=0.4),
    "heavy man": Phenotype(gender=0.0, weight=0.98, muscle=0.5, height=0.5),
    "child": Phenotype(gender=0.4, age=0.28, height=0.4),
}


@pytest.fixture(scope="module")
def fits() -> dict[str, Fit]:
    return {name: Fit(phenotype) for name, phenotype in BODIES.items()}


def labels(sheet: Sheet) -> np.ndarray:
    found: np.ndarray = sheet.parts.argmax(axis=1)
    return found


@pytest.mark.parametrize("kind", ALL.values(), ids=ALL)
def test_every_kind_fits_every_body(kind: Kind, fits: dict[str, Fit]) -> None:
    for name, fit in fits.items():
        shape = cut_from(stream("test", kind.name, name), palette.TRAIN, kind).shape
        pieces, _ = sewn(fit, shape, stream("sew"), None)
        assert len(pieces["main"].faces) > 100
        stature = float(fit.raw["body"][:, 2].max())
        for sheet in pieces.values():
            assert np.isfinite(sheet.points).all()
            assert np.abs(sheet.points[:, :2]).max() < 0.75
            assert sheet.points[:, 2].min() > -0.03
            assert sheet.points[:, 2].max() < stature
            assert sheet.faces.max() < len(sheet.points)
            assert np.allclose(sheet.parts.sum(axis=1), 1, atol=1e-3)
            assert np.allclose(sheet.weights.sum(axis=1), 1, atol=1e-3)


def test_labels_follow_the_rules(fits: dict[str, Fit]) -> None:
    fit = fits["thin woman"]
    jeans = sewn(fit, Legs(), stream(0), None)[0]["main"]
    low = jeans.points[:, 2] < 0.75 * fit.size
    assert set(labels(jeans)[low]) == {5, 6}
    left = jeans.points[:, 0] > 0.02
    assert (labels(jeans)[low & left] == 5).all()
    shirt = sewn(fit, Top(hem=0.92), stream(0), None)[0]["main"]
    assert set(labels(shirt)) == {2, 3, 4}
    sleeve = shirt.along > 0.3
    far = sleeve & (shirt.arm > 0.6)
    assert (labels(shirt)[far & (shirt.points[:, 0] > 0)] == 3).all()
    assert (labels(shirt)[far & (shirt.points[:, 0] < 0)] == 4).all()
    coat = sewn(fit, Top(hem=0.5), stream(0), None)[0]["main"]
    tails = coat.points[:, 2] < 0.8 * fit.size
    assert set(labels(coat)[tails]) == {5, 6}
    skirt = sewn(fit, Skirt(), stream(0), None)[0]["main"]
    assert set(labels(skirt)[skirt.points[:, 2] < 0.8 * fit.size]) == {5, 6}
    for sheet in shoe_sheets(fit, SHOES["trainers"]):
        assert set(labels(sheet)) == {7, 8}
        assert (labels(sheet)[sheet.points[:, 0] > 0] == 7).all()


@pytest.mark.parametrize("name", SHOES)
def test_every_shoe_fits(name: str, fits: dict[str, Fit]) -> None:
    for fit in fits.values():
        for sheet in (*shoe_sheets(fit, SHOES[name]), sock_sheet(fit, 0.05, 0.2)):
            assert len(sheet.faces) > 50
            assert np.isfinite(sheet.points).all()
            assert sheet.points[:, 2].min() > -0.12


def test_hems_are_level_and_smooth(fits: dict[str, Fit]) -> None:
    shape = Top(hem=0.9)
    sheet = sewn(fits["heavy man"], shape, stream(0), None)[0]["mantle"]
    for line in fields_of(shape).values():
        sheet = sheet.cut(line)
    hem = sheet.points[sheet.borders[:, 0] > 0.999]
    assert len(hem) > 40
    assert np.ptp(hem[:, 2]) < 0.012


def test_cutting_leaves_what_is_inside_and_a_clean_edge(fits: dict[str, Fit]) -> None:
    whole = fits["thin woman"].tights(soft=False)
    half = whole.cut(lambda s: s.spot[:, 0])
    assert half.spot[:, 0].min() > -1e-5
    edge = half.border(0)
    assert np.abs(half.spot[np.unique(edge), 0]).max() < 1e-5
    assert len(rimmed(half, 0.01).faces) == len(half.faces) + 2 * len(edge)


def test_cover_says_what_lies_under_a_garment(fits: dict[str, Fit]) -> None:
    skin = fits["thin woman"].skin()
    depth = cover(Top(), skin)
    head = skin.parts[:, 1] > 0.9
    chest = (np.abs(skin.spot[:, 0]) < 0.1) & (np.abs(skin.spot[:, 2] - 1.25) < 0.03)
    hands = skin.along > 1.1
    feet = skin.spot[:, 2] < 0.1
    assert (depth[chest] > 0.05).all()
    assert (depth[head & (skin.spot[:, 2] > 1.54)] < 0).all()
    assert (depth[hands & (skin.arm > 0.9)] < 0).all()
    assert (depth[feet] < 0).all()


def test_what_is_worn_over_something_lies_outside_it(fits: dict[str, Fit]) -> None:
    random = stream("layers")
    wearer = Wearer(False, False, 2)
    for bottom, top in (("hoodie", "parka"), ("sweater", "denim jacket"), ("shirt", "blazer")):
        outfit = settled(tuple(cut_from(random, palette.TRAIN, KINDS[name]) for name in (bottom, top)))
        gaps = [g.shape.gap for g in outfit if isinstance(g.shape, Top)]
        assert gaps[1] >= gaps[0] + 0.009
    legs, shirt = settled(
        tuple(cut_from(random, palette.TRAIN, KINDS[name]) for name in ("jeans", "t-shirt"))
    )
    assert isinstance(legs.shape, Legs)
    assert isinstance(shirt.shape, Top)
    assert legs.shape.rise < shirt.shape.hem + 0.04
    assert {g.slot for g in overall(random, palette.TRAIN, "dungarees", wearer)} == {
        Slot.UPPER,
        Slot.LOWER,
        Slot.WHOLE,
    }


def test_there_are_many_kinds_for_everybody() -> None:
    assert len(ALL) >= 60
    for woman in (True, False):
        for season in range(3):
            for slot in (Slot.UPPER, Slot.OUTER, Slot.LOWER):
                worn = [
                    kind
                    for kind in KINDS.values()
                    if kind.slot is slot and season in kind.warm and (kind.women if woman else kind.men) > 0
                ]
                assert len(worn) >= 4


def test_shapes_may_be_varied_within_their_kind() -> None:
    shape = KINDS["parka"].shape
    assert isinstance(shape, Top)
    assert replace(shape, hem=0.6).hem == 0.6
    drawn = {cut_from(stream("vary", k), palette.TRAIN, KINDS["parka"]).shape for k in range(5)}
    assert len(drawn) == 5
