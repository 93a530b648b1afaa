"""Who a person is: a body, a face and an outfit, drawn so that real crowds' sameness is in it.

Some come in families of three: one drawn freely, the others dressed alike in everything but one item. A model
that knows people by the colour of their coat alone cannot tell a family apart.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from dropmodel.synthetic.people.body import Phenotype, load_body
from dropmodel.synthetic.people.figure import Figure
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe import hair as hairs
from dropmodel.synthetic.wardrobe import palette as hues
from dropmodel.synthetic.wardrobe.dressing import Hat, Look, dress, hood_of
from dropmodel.synthetic.wardrobe.faces import BEARDS, GLASSES, Face
from dropmodel.synthetic.wardrobe.garments.catalogue import DUNGAREES, OVERALL, Slot
from dropmodel.synthetic.wardrobe.garments.fabric import Fabric
from dropmodel.synthetic.wardrobe.garments.fit import Fit
from dropmodel.synthetic.wardrobe.garments.outfit import (
    Garment,
    Shoes,
    Wearer,
    cut_from,
    draw_garment,
    draw_outfit,
    draw_shoes,
)
from dropmodel.synthetic.wardrobe.headwear import HEADWEAR
from dropmodel.synthetic.wardrobe.items import ITEMS, Carried
from dropmodel.synthetic.wardrobe.palette import Tint, WardrobeStyle

BLOCK = 8
"""Of so many consecutive numbers the first :data:`FAMILY` are dressed alike in all but one item."""
FAMILY = 3

Item = Literal["upper", "lower", "shoes", "hair", "hat", "bag"]
ITEMS_THAT_CHANGE: tuple[Item, ...] = ("upper", "lower", "shoes", "hair", "hat", "bag")


@dataclass(frozen=True, slots=True)
class Identity:
    """One person. ``differs_in`` is the one item that tells it from the first of its ``family``, "" for
    that one.

    ``variant`` is the item changed for one appearance (:func:`changed`), "" usually. ``season`` is 0 summer,
    1 between, 2 winter.
    """

    style: str
    seed: int
    number: int
    family: int
    differs_in: str
    variant: str
    phenotype: Phenotype
    woman: bool
    season: int
    skin: Tint
    hair: str
    hair_tint: Tint
    face: Face
    outfit: tuple[Garment, ...]
    shoes: Shoes
    hat: Hat | None
    scarf: Fabric | None
    carried: Carried | None

    @property
    def poses(self) -> tuple[str, ...]:
        """Kinds of pose that fit what the person carries; none means any."""
        return ITEMS[self.carried.kind].poses if self.carried else ()

    @property
    def hand(self) -> Literal["left", "right"] | None:
        """The hand that holds something."""
        return self.carried.hand if self.carried and ITEMS[self.carried.kind].held else None

    @property
    def changeable(self) -> tuple[Item, ...]:
        """Items :func:`changed` can change."""
        return ITEMS_THAT_CHANGE

    def describe(self) -> dict[str, str]:
        """Plain words for each item, "" for what is not there."""
        tops = [g for g in self.outfit if g.slot in (Slot.UPPER, Slot.OUTER, Slot.WHOLE)]
        lower = [g for g in self.outfit if g.slot is Slot.LOWER] or tops[:1]
        upper = tops[-1]
        return {
            "sex": "woman" if self.woman else "man",
            "age": "child" if self.phenotype.age < 0.45 else "old" if self.phenotype.age > 0.85 else "adult",
            "upper": upper.kind,
            "upper_color": upper.fabric.tint.word,
            "upper_pattern": upper.fabric.pattern or upper.fabric.motif,
            "inner": tops[0].kind if len(tops) > 1 else "",
            "lower": lower[0].kind,
            "lower_color": lower[0].fabric.tint.word,
            "shoes": self.shoes.kind,
            "shoes_color": self.shoes.tint.word,
            "hair": self.hair,
            "hair_color": self.hair_tint.word if hairs.STYLES[self.hair].top else "",
            "headwear": self.hat.kind if self.hat else "",
            "glasses": self.face.glasses,
            "carried": self.carried.kind if self.carried else "",
            "carried_color": self.carried.tint.word if self.carried else "",
        }


def draw_identity(style: WardrobeStyle, seed: int, number: int) -> Identity:
    """The person called ``number`` in a world of ``style`` and ``seed``, the same on every call."""
    block, place = divmod(number, BLOCK)
    if place == 0 or place >= FAMILY:
        return _founder(style, seed, number)
    first = _founder(style, seed, block * BLOCK)
    order = stream(seed, style.name, "family", block).permutation(len(ITEMS_THAT_CHANGE))
    item = ITEMS_THAT_CHANGE[int(order[place - 1])]
    other = _with_other(first, style, item, stream(seed, style.name, "member", number))
    # Dressed alike, yet somebody else: an own build and face, of the same sex and age.
    build, _ = _phenotype(stream(seed, style.name, "body", number), style, first.woman)
    face = _face(stream(seed, style.name, "face", number), style, first.woman, first.phenotype.age)
    return replace(
        other,
        number=number,
        differs_in=item,
        phenotype=replace(build, age=first.phenotype.age),
        face=face,
    )


def changed(identity: Identity, item: str) -> Identity:
    """The same person with another ``item`` of :data:`ITEMS_THAT_CHANGE`, marked as a variant.

    ``ValueError`` names the items there are.
    """
    if item not in ITEMS_THAT_CHANGE:
        raise ValueError(
            f"nothing called {item!r} can be changed; choose from {', '.join(ITEMS_THAT_CHANGE)}"
        )
    style = _STYLES[identity.style]
    random = stream(identity.seed, style.name, "changed", identity.number, item)
    return replace(_with_other(identity, style, item, random), variant=item)


def dressed(identity: Identity) -> Figure:
    """The person's figure, dressed and ready to be posed."""
    look = Look(
        identity.skin, identity.hair, identity.hair_tint, identity.face, identity.outfit, identity.shoes,
        identity.hat, identity.scarf, identity.carried, identity.seed * 131 + identity.number,
    )  # fmt: skip
    return dress(_fit(identity.phenotype), look)


@lru_cache(maxsize=4)
def _fit(phenotype: Phenotype) -> Fit:
    return Fit(phenotype)


_STYLES = {style.name: style for style in (hues.TRAIN, hues.VALIDATION, hues.HELD_OUT)}

_SEASONS = (0.32, 0.34, 0.34)


@lru_cache(maxsize=64)
def _founder(style: WardrobeStyle, seed: int, number: int) -> Identity:
    def of(aspect: str) -> np.random.Generator:
        return stream(seed, style.name, aspect, number)

    body = of("body")
    woman = bool(body.random() < 0.5)
    phenotype, skin_place = _phenotype(body, style, woman)
    child, old = phenotype.age < 0.45, phenotype.age > 0.85
    season = int(of("season").choice(3, p=_SEASONS))
    wearer = Wearer(woman, child, season)
    hair, hair_tint = _hair(of("hair"), style, woman, old, child, skin_place)
    outfit = draw_outfit(of("clothes"), style, wearer)
    return Identity(
        style=style.name,
        seed=seed,
        number=number,
        family=number,
        differs_in="",
        variant="",
        phenotype=phenotype,
        woman=woman,
        season=season,
        skin=hues.skin_tint(of("skin"), skin_place),
        hair=hair,
        hair_tint=hair_tint,
        face=_face(of("face"), style, woman, phenotype.age),
        outfit=outfit,
        shoes=draw_shoes(of("shoes"), style, wearer),
        hat=_hat(of("hat"), style, wearer, 0.16, outfit),
        scarf=_scarf(of("scarf"), style, wearer),
        carried=_carried(of("carried"), style, wearer, 0.52),
    )


def _phenotype(random: np.random.Generator, style: WardrobeStyle, woman: bool) -> tuple[Phenotype, float]:
    """A body and where its skin is on the Monk scale."""
    years = random.random()
    if years < 0.055:
        age = float(random.uniform(0.22, 0.44))
    elif years < 0.19:
        age = float(random.uniform(0.88, 1.0))
    else:
        age = float(random.uniform(0.58, 0.86))
    shares = random.dirichlet([0.5, 0.5, 0.5])
    adult = age > 0.5
    phenotype = Phenotype(
        gender=float(np.clip((0.9 if woman else 0.1) + random.normal(0, 0.09), 0, 1)),
        age=age,
        muscle=float(np.clip(random.normal(0.52, 0.14), 0.15, 0.9)),
        weight=float(np.clip(random.normal(0.52, 0.18), 0.12, 0.98)),
        height=float(np.clip(random.normal(0.40, 0.14), 0.05, 0.9)),
        proportions=float(random.uniform(0.3, 0.8)),
        cupsize=float(random.uniform(0.25, 0.7)),
        firmness=float(random.uniform(0.35, 0.7)),
        african=float(shares[0]),
        asian=float(shares[1]),
        caucasian=float(shares[2]),
    )
    if adult:
        # Metres by sex: means and spreads of adults the world over (NCD-RisC 2016, rounded).
        metres = random.normal(1.64, 0.065) if woman else random.normal(1.765, 0.07)
        phenotype = load_body().with_height(phenotype, float(np.clip(metres, 1.48, 1.98)))
    likely = 7.4 * shares[0] + 3.4 * shares[1] + 2.0 * shares[2] + random.normal(0, 0.9)
    anchors = np.array(style.skin)
    return phenotype, float(anchors[np.abs(anchors - likely).argmin()])


def _hair(
    random: np.random.Generator, style: WardrobeStyle, woman: bool, old: bool, child: bool, skin: float
) -> tuple[str, Tint]:
    names = list(hairs.STYLES)
    weights = np.array([hairs.STYLES[name].women if woman else hairs.STYLES[name].men for name in names])
    if not old:
        weights *= [0.25 if hairs.STYLES[name].recede else 1.0 for name in names]
    if child:
        weights *= [0.0 if hairs.STYLES[name].recede or name == "bald" else 1.0 for name in names]
    curly = [name in ("afro", "locks", "curly", "long curly", "buzz cut", "crew cut") for name in names]
    weights *= [
        2.5 if c and skin > 5 else (0.3 if name in ("afro", "locks") else 1.0)
        for c, name in zip(curly, names, strict=True)
    ]
    name = names[int(random.choice(len(names), p=weights / weights.sum()))]
    if old:
        prior: hues.Prior = {"grey": 6, "white": 4, "brown": 1, "dark brown": 1, "black": 1}
    elif skin > 5:
        prior = {"black": 8, "dark brown": 3, "brown": 0.5, "grey": 0.5, "dyed": 0.3}
    else:
        prior = {"black": 5, "dark brown": 6, "brown": 5, "blond": 3, "red": 0.7, "grey": 0.9, "dyed": 0.35}
    return name, hues.draw_tint(random, style.hair, prior)


def _face(random: np.random.Generator, style: WardrobeStyle, woman: bool, age: float) -> Face:
    beard = "" if woman or age < 0.5 else _one(random, BEARDS)
    mask = None
    if random.random() < 0.05:
        mask = hues.draw_tint(random, style.cloth, {"light blue": 5, "white": 3, "black": 3})
    make_up = float(np.clip(random.normal(0.3, 0.3), 0, 1)) if woman and age > 0.5 else 0.0
    return Face(
        beard,
        _one(random, GLASSES),
        mask,
        make_up,
        float(np.clip((age - 0.5) * 2, 0, 1)),
        float(random.uniform(0.3, 1.0)) * (0.6 if woman else 1.0),
        int(random.integers(1 << 20)),
    )


def _one(random: np.random.Generator, shares: hues.Prior) -> str:
    names = list(shares)
    weights = np.array([shares[name] for name in names])
    return names[int(random.choice(len(names), p=weights / weights.sum()))]


def _hat(
    random: np.random.Generator,
    style: WardrobeStyle,
    wearer: Wearer,
    chance: float,
    outfit: tuple[Garment, ...],
) -> Hat | None:
    share = chance * (0.8, 0.8, 1.5)[wearer.season]
    if random.random() >= share:
        return None
    kinds = {
        name: (kind.women if wearer.woman else kind.men) * kind.warm.count(wearer.season)
        for name, kind in HEADWEAR.items()
    }
    if hood_of(outfit) is None:
        del kinds["hood up"]
    name = _one(random, kinds)
    kind = HEADWEAR[name]
    tint = hues.draw_tint(random, style.cloth, hues.OUTER if name == "hood up" else kind.prior)
    second = hues.contrasting(random, style.cloth, hues.TOP, tint)
    pattern = (
        "floral" if name == "headscarf" and random.random() < 0.25 and "floral" in style.patterns else ""
    )
    weave = kind.weaves[int(random.integers(len(kind.weaves)))]
    return Hat(name, Fabric(weave, (tint, second, second), pattern, "", int(random.integers(1 << 20))))


def _scarf(random: np.random.Generator, style: WardrobeStyle, wearer: Wearer) -> Fabric | None:
    if random.random() >= (0.0, 0.07, 0.26)[wearer.season]:
        return None
    tint = hues.draw_tint(random, style.cloth, hues.TOP)
    second = hues.contrasting(random, style.cloth, hues.TOP, tint)
    checks = [
        name
        for name in ("tartan", "window pane", "glen check", "even stripes", "uneven stripes")
        if name in style.patterns
    ]
    pattern = checks[0] if checks and random.random() < 0.35 else ""
    return Fabric("knit", (tint, second, second), pattern, "", int(random.integers(1 << 20)))


def _carried(
    random: np.random.Generator, style: WardrobeStyle, wearer: Wearer, chance: float
) -> Carried | None:
    if random.random() >= chance:
        return None
    shares = {name: item.women if wearer.woman else item.men for name, item in ITEMS.items()}
    if wearer.child:
        shares = {
            name: share for name, share in shares.items() if name in ("backpack", "small backpack", "phone")
        }
    name = _one(random, shares)
    tint = hues.draw_tint(random, style.cloth, ITEMS[name].prior)
    second = hues.contrasting(random, style.cloth, hues.BAG, tint)
    hand: Literal["left", "right"] = "right" if random.random() < 0.62 else "left"
    return Carried(name, tint, second, hand, int(random.integers(1 << 20)))


def _with_other(first: Identity, style: WardrobeStyle, item: str, random: np.random.Generator) -> Identity:
    """``first`` with one item drawn until it can be told from what it was."""
    wearer = Wearer(first.woman, first.phenotype.age < 0.45, first.season)
    for _ in range(12):
        other = _replaced(first, style, item, wearer, random)
        if _differs(first, other, item):
            return other
    return _replaced(first, style, item, wearer, random)


def _replaced(
    first: Identity, style: WardrobeStyle, item: str, wearer: Wearer, random: np.random.Generator
) -> Identity:
    if item == "shoes":
        return replace(first, shoes=draw_shoes(random, style, wearer))
    if item == "hair":
        old, child = first.phenotype.age > 0.85, wearer.child
        name, tint = _hair(random, style, first.woman, old, child, 4.0)
        return replace(first, hair=name, hair_tint=tint if random.random() < 0.5 else first.hair_tint)
    if item == "hat":
        return replace(first, hat=None if first.hat else _hat(random, style, wearer, 2.0, first.outfit))
    if item == "bag":
        gone = first.carried is not None and random.random() < 0.4
        return replace(first, carried=None if gone else _carried(random, style, wearer, 2.0))
    if item in ("upper", "lower") and first.outfit[-1].kind in (DUNGAREES.name, OVERALL.name):
        return replace(first, outfit=_redyed(first.outfit, style, random))
    if item == "lower":
        return replace(first, outfit=_other_lower(first.outfit, style, wearer, random))
    return replace(first, outfit=_other_upper(first.outfit, style, wearer, random))


def _redyed(
    outfit: tuple[Garment, ...], style: WardrobeStyle, random: np.random.Generator
) -> tuple[Garment, ...]:
    """Dungarees and overalls, legs and bib of one cloth, in another colour."""
    name = outfit[-1].kind
    kind = DUNGAREES if name == DUNGAREES.name else OVERALL
    fresh = cut_from(random, style, kind)
    return tuple(replace(g, fabric=fresh.fabric, trim=fresh.trim) if g.kind == name else g for g in outfit)


def _other_lower(
    outfit: tuple[Garment, ...], style: WardrobeStyle, wearer: Wearer, random: np.random.Generator
) -> tuple[Garment, ...]:
    """Other trousers or skirt; who wears a dress gets another dress."""
    lowers = [g for g in outfit if g.slot is Slot.LOWER]
    slot = Slot.LOWER if lowers else Slot.WHOLE
    fresh = draw_garment(random, style, wearer, slot)
    place = next(k for k, g in enumerate(outfit) if g.slot is slot)
    if slot is Slot.LOWER and place > 0:
        # What a shirt is tucked into stays as high.
        fresh = replace(
            fresh, shape=outfit[place].shape, kind=outfit[place].kind, extras=outfit[place].extras
        )
    return (*outfit[:place], fresh, *outfit[place + 1 :])


def _other_upper(
    outfit: tuple[Garment, ...], style: WardrobeStyle, wearer: Wearer, random: np.random.Generator
) -> tuple[Garment, ...]:
    """The outermost garment of the upper body exchanged for one of its own slot."""
    last = outfit[-1]
    if last.slot is Slot.LOWER:
        place = next(k for k, g in enumerate(outfit) if g.slot is Slot.UPPER)
        fresh = draw_garment(random, style, wearer, Slot.UPPER)
        shape = outfit[place].shape
        return (
            *outfit[:place],
            replace(outfit[place], fabric=replace(fresh.fabric, weave="twill"), shape=shape),
            *outfit[place + 1 :],
        )
    return (*outfit[:-1], draw_garment(random, style, wearer, last.slot))


def _differs(first: Identity, other: Identity, item: str) -> bool:
    """Whether a person who looks closely could tell the two by their ``item``."""
    before, after = first.describe(), other.describe()
    if item == "shoes":
        return (
            hues.distance(first.shoes.tint, other.shoes.tint) > 0.22 or first.shoes.kind != other.shoes.kind
        )
    if item == "hair":
        return first.hair != other.hair
    if item == "hat":
        return (first.hat is None) != (other.hat is None)
    if item == "bag":
        return before["carried"] != after["carried"] or before["carried_color"] != after["carried_color"]
    ours = [g.fabric.tint for g in first.outfit]
    theirs = [g.fabric.tint for g in other.outfit]
    return (
        any(hues.distance(a, b) > 0.22 for a, b in zip(ours, theirs, strict=False))
        or before[item] != after[item]
    )
