import time
from dataclasses import fields, replace

import numpy as np
import pytest

from dropmodel.synthetic.people.body import Phenotype
from dropmodel.synthetic.people.pose import KINDS, TRAIN, draw_pose
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe import hair, palette
from dropmodel.synthetic.wardrobe import identity as people
from dropmodel.synthetic.wardrobe.carried import carried_layers
from dropmodel.synthetic.wardrobe.crown import Crown
from dropmodel.synthetic.wardrobe.garments.catalogue import KINDS as CLOTHES
from dropmodel.synthetic.wardrobe.garments.fit import Fit
from dropmodel.synthetic.wardrobe.garments.outfit import cut_from
from dropmodel.synthetic.wardrobe.hair import STYLES
from dropmodel.synthetic.wardrobe.headwear import HEADWEAR, headwear
from dropmodel.synthetic.wardrobe.identity import BLOCK, FAMILY, Identity, changed, draw_identity, dressed
from dropmodel.synthetic.wardrobe.items import ITEMS, Carried
from dropmodel.synthetic.wardrobe.palette import Tint

GREY = Tint("grey", (0.5, 0.5, 0.5))
OF_ITEM = {
    "upper": {"outfit"},
    "lower": {"outfit"},
    "shoes": {"shoes"},
    "hair": {"hair", "hair_tint"},
    "hat": {"hat"},
    "bag": {"carried"},
}


def differences(one: Identity, other: Identity) -> set[str]:
    names = {field.name for field in fields(Identity)} - {
        "number",
        "differs_in",
        "variant",
        "phenotype",
        "face",
    }
    return {name for name in names if getattr(one, name) != getattr(other, name)}


def test_an_identity_repeats_and_seeds_and_styles_differ() -> None:
    one = draw_identity(palette.TRAIN, 3, 12)
    people._founder.cache_clear()
    assert draw_identity(palette.TRAIN, 3, 12) == one
    assert draw_identity(palette.TRAIN, 4, 12) != one
    assert draw_identity(palette.HELD_OUT, 3, 12).outfit != one.outfit


def test_members_of_a_family_differ_in_one_item() -> None:
    for family in range(15):
        first, *others = (draw_identity(palette.TRAIN, 5, family * BLOCK + k) for k in range(FAMILY))
        assert first.differs_in == ""
        items = [other.differs_in for other in others]
        assert len(set(items)) == len(items)
        for other in others:
            assert other.family == first.family
            assert differences(first, other) <= OF_ITEM[other.differs_in]
            assert differences(first, other)
            if other.differs_in in ("upper", "lower"):
                changed_garments = [a != b for a, b in zip(first.outfit, other.outfit, strict=True) if a != b]
                assert 1 <= len(changed_garments) <= 2


def test_a_variant_differs_in_the_item_asked_for() -> None:
    for number in range(0, 60, 7):
        who = draw_identity(palette.TRAIN, 5, number)
        for item in who.changeable:
            other = changed(who, item)
            assert other.variant == item
            assert other.number == who.number
            assert differences(who, other) <= OF_ITEM[item]
            assert differences(who, other)
            assert changed(who, item) == other
    with pytest.raises(ValueError, match="upper"):
        changed(draw_identity(palette.TRAIN, 5, 0), "nose")


def test_crowds_are_muted() -> None:
    styles = (palette.TRAIN, palette.VALIDATION, palette.HELD_OUT)
    who = [draw_identity(style, 1, BLOCK * k) for style in styles for k in range(40)]
    tops = np.array([w.outfit[-1].fabric.tint.saturation for w in who])
    assert np.mean(tops < 0.25) > 0.75
    words = [w.describe()["lower_color"] for w in who]
    assert np.mean([word in ("black", "denim", "navy", "charcoal", "grey") for word in words]) > 0.6


def test_poses_and_words_fit() -> None:
    for number in range(0, 200, 5):
        who = draw_identity(palette.TRAIN, 2, number)
        assert set(who.poses) <= set(KINDS)
        words = who.describe()
        assert words["upper"]
        assert words["lower"]
        assert all(isinstance(value, str) for value in words.values())
        if who.carried is not None:
            assert (who.hand is not None) == ITEMS[who.carried.kind].held
    assert {pose for item in ITEMS.values() for pose in item.poses} <= set(KINDS)


def test_a_dressed_person_is_made_in_time_and_of_few_triangles() -> None:
    dressed(draw_identity(palette.TRAIN, 1, 0))
    spent, triangles = [], []
    for number in range(40, 40 + 8 * BLOCK, BLOCK):
        who = draw_identity(palette.TRAIN, 1, number)
        start = time.thread_time()
        figure = dressed(who)
        spent.append(time.thread_time() - start)
        triangles.append(figure.triangles)
        pose = draw_pose(stream(number), TRAIN, who.poses[0] if who.poses else "walk", hand=who.hand)
        mesh = figure.posed(pose).mesh
        assert np.isfinite(mesh.vertices).all()
        assert np.abs(mesh.vertices).max() < 3
        assert mesh.parts is not None
        assert set(range(1, 9)) <= set(mesh.parts.argmax(axis=1))
    # 0.1 s of a core's time; the bound is wide because tests share their caches.
    assert np.median(spent) < 0.8
    assert max(triangles) < 75_000


@pytest.fixture(scope="module")
def crown() -> Crown:
    fit = Fit(Phenotype(gender=0.0))
    return Crown(fit, fit.close)


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("hat", [None, 14.0])
def test_every_hair_style_grows_on_the_head(name: str, hat: float | None, crown: Crown) -> None:
    grown = hair.hair(crown, STYLES[name], 5, hat)
    if grown is None:
        assert name == "bald"
        return
    lock = grown[1]
    assert np.isfinite(lock.vertices).all()
    assert (lock.cut > 0).any()
    away = lock.vertices - crown.center
    assert np.abs(away[:, 0]).max() < 0.3
    assert away[:, 2].max() < 0.22
    # The face stays free: nothing is drawn before the eyes and the nose.
    before = (away[:, 1] < -0.08) & (np.abs(away[:, 0]) < 0.03) & (np.abs(away[:, 2] + 0.03) < 0.04)
    assert not (before & (lock.cut > 0)).any()


@pytest.mark.parametrize("name", HEADWEAR)
def test_every_headwear_sits_on_the_head(name: str, crown: Crown) -> None:
    shell, rest = headwear(crown, name, 3)
    for lock in (shell, rest):
        if lock is not None:
            away = lock.vertices - crown.center
            assert np.isfinite(away).all()
            assert np.abs(away).max() < 0.35
    if shell is not None and name != "turban":
        top = np.array([crown.center + np.array([0, 0, 0.05])], np.float32)
        assert crown.under(top, shell, 0.004).all()


@pytest.mark.parametrize("name", ITEMS)
def test_every_thing_is_near_what_carries_it(name: str, crown: Crown) -> None:
    fit = crown.fit
    for hand in ("left", "right"):
        thing = Carried(name, GREY, GREY, hand, 5)
        for layer in carried_layers(fit, thing, fit.tights(soft=True).lifted(0.02)):
            assert np.isfinite(layer.vertices).all()
            assert bool(layer.hang) == ITEMS[name].held
            low, high = layer.vertices.min(axis=0), layer.vertices.max(axis=0)
            # From the grip: no farther than a bicycle's wheels; on the body: no farther than a big backpack.
            reach = 1.35 if layer.hang else 0.75
            assert max(np.abs(low[:2]).max(), np.abs(high[:2]).max()) < reach
            part = int(layer.parts[0].argmax())
            assert part in ((0,) if layer.hang else (0, 2))


def test_a_bag_in_the_hand_moves_with_it() -> None:
    who = draw_identity(palette.TRAIN, 1, 8)
    bag = replace(who, carried=Carried("hand bag", GREY, GREY, "left", 5))
    figure = dressed(bag)
    posed = figure.posed(draw_pose(stream("carry"), TRAIN, "carry", hand="left"))
    assert posed.mesh.parts is not None
    things = posed.mesh.vertices[posed.mesh.parts[:, 0] > 0.9]
    near = np.linalg.norm(things - posed.hands[0], axis=1).min()
    assert near < 0.06


def plain(number: int) -> Identity:
    return replace(draw_identity(palette.TRAIN, 1, number), carried=None, hat=None, scarf=None)


@pytest.mark.parametrize("lower", ["long skirt", "jeans", "skinny jeans", "wide trousers", "shorts"])
@pytest.mark.parametrize("shoes", ["knee boots", "sandals", "trainers"])
def test_no_leg_has_a_gap(lower: str, shoes: str) -> None:
    who = plain(0)
    garments = tuple(
        cut_from(stream("gap", name), palette.TRAIN, CLOTHES[name]) for name in (lower, "t-shirt")
    )
    mesh = dressed(replace(who, outfit=garments, shoes=replace(who.shoes, kind=shoes))).posed(
        draw_pose(stream(0), TRAIN, "stand")
    )
    assert mesh.mesh.parts is not None
    vertices, part = mesh.mesh.vertices, mesh.mesh.parts.argmax(axis=1)
    stature = vertices[:, 2].max()
    for leg, foot in ((5, 7), (6, 8)):
        heights = vertices[(part == leg) | (part == foot), 2] / stature
        assert (np.histogram(heights, np.arange(0.03, 0.45, 0.025))[0] > 0).all()
