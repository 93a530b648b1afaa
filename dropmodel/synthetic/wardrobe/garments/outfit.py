"""Who wears what: an outfit drawn by season, sex and style, and how its garments give way to each other."""

from dataclasses import dataclass, replace

import numpy as np

from dropmodel.synthetic.wardrobe import palette as hues
from dropmodel.synthetic.wardrobe.garments.catalogue import BELOW_BIB, DUNGAREES, KINDS, OVERALL, Kind, Slot
from dropmodel.synthetic.wardrobe.garments.fabric import Fabric
from dropmodel.synthetic.wardrobe.garments.footwear import SHOES
from dropmodel.synthetic.wardrobe.garments.spec import Legs, Shape, Top
from dropmodel.synthetic.wardrobe.palette import Tint, WardrobeStyle
from dropmodel.synthetic.wardrobe.patterns import PATTERNS

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Garment:
    """One garment of one person: its kind's name, the shape drawn for it, cloth and trim, painted details."""

    kind: str
    slot: Slot
    shape: Shape
    fabric: Fabric
    trim: Fabric
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shoes:
    """Shoes and socks: ``sole`` and ``sock`` colours, ``sock_height`` metres on the canonical adult."""

    kind: str
    tint: Tint
    sole: Tint
    sock: Tint
    sock_height: float
    stripe: Tint | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Wearer:
    """What an outfit depends on: ``woman`` 0..1, ``child``, ``season`` 0 summer, 1 between, 2 winter."""

    woman: bool
    child: bool
    season: int


def draw_garment(
    random: Random, style: WardrobeStyle, wearer: Wearer, slot: Slot, other: Tint | None = None
) -> Garment:
    """A garment for ``slot`` as common as in the street; ``other`` is a colour it is worn with."""
    kinds = [kind for kind in KINDS.values() if kind.slot is slot and wearer.season in kind.warm]
    weights = np.array([kind.women if wearer.woman else kind.men for kind in kinds])
    if wearer.child:
        weights = weights * [0.1 if kind.prior is hues.SUIT else 1.0 for kind in kinds]
    kind = kinds[int(random.choice(len(kinds), p=weights / weights.sum()))]
    return cut_from(random, style, kind, other)


def cut_from(random: Random, style: WardrobeStyle, kind: Kind, other: Tint | None = None) -> Garment:
    """A garment of ``kind`` in a colour of ``style``."""
    shape = kind.shape
    values = {name: float(random.uniform(*ends)) for name, ends in kind.vary.items()}
    if isinstance(shape, Top) and "sleeve" in values:
        values["sleeve"] = min(values["sleeve"], 1.0)
    shape = replace(shape, **values)  # type: ignore[arg-type]  # Kind.vary names fields of its own shape
    tint = hues.draw_tint(random, style.cloth, kind.prior)
    if other is not None and tint.word == other.word and random.random() < 0.4:
        tint = hues.draw_tint(random, style.cloth, kind.prior)
    muted = kind.prior not in (hues.VIVID, hues.SAFETY)
    if muted and random.random() < 0.55:
        tint = hues.gray(tint, float(random.uniform(0.1, 0.5)))
    weave = kind.weaves[min(int(random.exponential(0.7)), len(kind.weaves) - 1)]
    pattern, motif = "", ""
    names = [name for name in style.patterns if not kind.patterns or name in kind.patterns]
    if random.random() < kind.pattern and names:
        weights = np.array([style.patterns[name] for name in names])
        pattern = names[int(random.choice(len(names), p=weights / weights.sum()))]
    elif random.random() < kind.motif:
        motif = style.prints[int(random.integers(len(style.prints)))]
    number = int(random.integers(1 << 20))
    second = hues.contrasting(random, style.cloth, hues.TOP if muted else hues.VIVID, tint)
    third = hues.contrasting(random, style.cloth, hues.TOP, second)
    if pattern and not PATTERNS[pattern].whole and random.random() < 0.5:
        # Most woven patterns are tone in tone.
        second = _nearer(second, tint, 0.5)
        third = _nearer(third, tint, 0.3)
    fabric = Fabric(weave, (tint, second, third), pattern, motif, number)
    same = random.random() >= kind.trim
    trim = Fabric(
        "rib" if weave in ("knit", "fleece", "melange", "plain") else weave,
        (tint if same else second,),
        number=number,
    )
    if pattern and same:
        trim = replace(trim, tints=(tint,))
    return Garment(kind.name, kind.slot, shape, fabric, trim, kind.extras)


def _nearer(tint: Tint, other: Tint, share: float) -> Tint:
    red, green, blue = (a + (b - a) * share for a, b in zip(tint.srgb, other.srgb, strict=True))
    return Tint(tint.word, (red, green, blue))


def draw_outfit(random: Random, style: WardrobeStyle, wearer: Wearer) -> tuple[Garment, ...]:
    """Everything from neck to ankles, from the inside out."""
    special = random.random()
    if special < 0.035 and not wearer.child:
        return _work_wear(random, style, wearer)
    if special < 0.055:
        return _sport_kit(random, style)
    if special < 0.085 and not wearer.child:
        return _suit(random, style, wearer)
    if wearer.woman and random.random() < (0.24, 0.12, 0.06)[wearer.season]:
        whole = draw_garment(random, style, wearer, Slot.WHOLE)
        inner: tuple[Garment, ...] = (whole,)
        if (isinstance(whole.shape, Top) and whole.kind in ("tunic", "knitted dress")) or wearer.season == 2:
            inner = (cut_from(random, style, KINDS["leggings"]), whole)
    else:
        upper = draw_garment(random, style, wearer, Slot.UPPER)
        lower = draw_garment(random, style, wearer, Slot.LOWER, upper.fabric.tint)
        inner = (lower, upper)
    if random.random() < (0.12, 0.52, 0.90)[wearer.season]:
        outer = draw_garment(random, style, wearer, Slot.OUTER, inner[-1].fabric.tint)
        inner = (*inner, outer)
    return inner


def _work_wear(random: Random, style: WardrobeStyle, wearer: Wearer) -> tuple[Garment, ...]:
    choice = random.random()
    if choice < 0.3:
        return overall(random, style, "dungarees" if wearer.woman or choice < 0.12 else "overall", wearer)
    if choice < 0.6:
        upper = cut_from(random, style, KINDS["uniform shirt"])
        return upper, _tuck(cut_from(random, style, KINDS["suit trousers"]))
    vest = cut_from(random, style, KINDS["high-vis jacket" if wearer.season == 2 else "high-vis vest"])
    legs = KINDS["high-vis trousers" if random.random() < 0.5 else "work trousers"]
    return cut_from(random, style, legs), draw_garment(random, style, wearer, Slot.UPPER), vest


def overall(random: Random, style: WardrobeStyle, name: str, wearer: Wearer) -> tuple[Garment, ...]:
    """Dungarees over a top, or an overall, with legs of the same cloth."""
    kind = DUNGAREES if name == "dungarees" else OVERALL
    bib = cut_from(random, style, kind)
    legs = Garment(kind.name, Slot.LOWER, BELOW_BIB, bib.fabric, bib.trim)
    if kind is OVERALL:
        return legs, bib
    top = cut_from(random, style, KINDS["t-shirt" if wearer.season < 2 else "long-sleeved top"])
    return top, legs, bib


def _sport_kit(random: Random, style: WardrobeStyle) -> tuple[Garment, ...]:
    shirt = cut_from(random, style, KINDS["football shirt"])
    shorts = cut_from(random, style, KINDS["sport shorts"])
    second = shirt.fabric.tints[1] if random.random() < 0.5 else shirt.fabric.tint
    return replace(
        shorts, fabric=Fabric("shell", (second, shirt.fabric.tints[2]), number=shorts.fabric.number)
    ), shirt


def _suit(random: Random, style: WardrobeStyle, wearer: Wearer) -> tuple[Garment, ...]:
    jacket = cut_from(random, style, KINDS["blazer"])
    shirt = cut_from(random, style, KINDS["shirt"])
    legs = cut_from(
        random, style, KINDS["suit trousers" if not wearer.woman or random.random() < 0.6 else "pencil skirt"]
    )
    legs = replace(legs, fabric=jacket.fabric, trim=jacket.trim)
    tie = () if wearer.woman or random.random() < 0.3 else ("tie",)
    shirt = replace(
        shirt, extras=tie, fabric=replace(shirt.fabric, pattern="" if tie else shirt.fabric.pattern)
    )
    return legs, shirt, jacket


def _tuck(garment: Garment) -> Garment:
    assert isinstance(garment.shape, Legs)
    return replace(garment, shape=replace(garment.shape, rise=1.045, gap=0.016))


def settled(outfit: tuple[Garment, ...]) -> tuple[Garment, ...]:
    """The garments with shapes that give way to each other: waistbands end under hems, fronts lie apart.

    What is worn over something is wider by what it covers.
    """
    done: list[Garment] = []
    depth = 0.0
    for place, garment in enumerate(outfit):
        shape = garment.shape
        above = [g.shape for g in outfit[place + 1 :] if isinstance(g.shape, Top) and not g.shape.opening]
        if isinstance(shape, Top):
            shape = replace(shape, gap=max(shape.gap, depth + 0.010))
            depth = shape.gap if not shape.tucked else depth
        elif above and not shape.rise > 1.04 + 0.004:
            shape = replace(
                shape, rise=min(shape.rise, max(min(top.hem for top in above) + 0.032, 0.86)), band=0.0
            )
        elif above:
            shape = replace(
                shape, rise=min(shape.rise, max(min(top.hem for top in above) + 0.028, 0.86)), band=0.0
            )
        done.append(replace(garment, shape=shape))
    return tuple(done)


def draw_shoes(random: Random, style: WardrobeStyle, wearer: Wearer) -> Shoes:
    """Shoes as common as in the street."""
    kinds = [(name, shoe) for name, shoe in SHOES.items() if wearer.season in shoe.warm]
    weights = np.array([shoe.women if wearer.woman else shoe.men for _, shoe in kinds])
    if wearer.child:
        weights *= [
            1.0 if name in ("trainers", "canvas shoes", "rubber boots", "sandals") else 0.02
            for name, _ in kinds
        ]
    name, shoe = kinds[int(random.choice(len(kinds), p=weights / weights.sum()))]
    tint = hues.draw_tint(random, style.cloth, shoe.prior)
    pale = random.random() < shoe.pale_sole
    sole = hues.anchored(random, style.cloth, "white" if pale else "black")
    if not pale and random.random() < 0.3:
        sole = tint.scaled(0.7)
    sock = hues.draw_tint(random, style.cloth, {"black": 5, "white": 4, "grey": 2, "navy": 1})
    height = float(random.choice([0.115, 0.15, 0.22], p=[0.45, 0.4, 0.15]))
    stripe = (
        hues.contrasting(random, style.cloth, hues.TOP, tint)
        if name == "trainers" and random.random() < 0.6
        else None
    )
    return Shoes(name, tint, sole, sock, height, stripe, int(random.integers(1 << 20)))
