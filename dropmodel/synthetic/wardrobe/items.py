"""Kinds of things people carry, and one person's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from dropmodel.synthetic.drawing.geometry import Color, Surface
from dropmodel.synthetic.wardrobe import palette as hues
from dropmodel.synthetic.wardrobe.palette import Tint

Hand = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of thing to carry: who carries it, in which poses (none: in all), in what colours."""

    prior: hues.Prior
    poses: tuple[str, ...] = ()
    men: float = 1.0
    women: float = 1.0
    held: bool = False


_WALK = ("walk", "walk", "stand", "turn", "walk", "phone")

ITEMS: Mapping[str, Item] = MappingProxyType({
    "backpack": Item(hues.BAG, ("walk", "walk", "stand", "turn", "phone", "strap", "call"), 6, 4),
    "small backpack": Item(hues.BAG, ("walk", "walk", "stand", "turn", "phone"), 1, 2.5),
    "trekking backpack": Item(hues.BAG, ("walk", "stand", "strap"), 0.7, 0.5),
    "cross-body bag": Item(hues.BAG, _WALK, 2, 4),
    "shoulder bag": Item(hues.BAG, _WALK, 0.6, 4),
    "belt bag": Item(hues.BAG, _WALK, 0.6, 0.4),
    "hand bag": Item(hues.BAG, ("carry",), 0.1, 3.5, True),
    "paper bag": Item({"brown": 4, "white": 3, "beige": 3, "black": 1, "red": 1}, ("carry",), 0.8, 1.6, True),
    "plastic bag": Item({"white": 4, "light blue": 1, "yellow": 1, "green": 1, "grey": 1}, ("carry",), 1.3,
    1.3, True),
    "briefcase": Item(hues.LEATHER, ("carry",), 1.2, 0.4, True),
    "sports bag": Item(hues.BAG, ("carry",), 0.7, 0.4, True),
    "suitcase": Item(hues.BAG, ("pull",), 1.1, 1.1, True),
    "shopping trolley": Item(hues.DRESS, ("pull",), 0.2, 0.6, True),
    "umbrella": Item({"black": 6, "navy": 2, "red": 1, "green": 0.6, "white": 0.5, "blue": 1, "grey": 1},
    ("umbrella",),
                     0.8, 1.1, True),
    "closed umbrella": Item({"black": 6, "navy": 2, "red": 1, "brown": 1}, ("carry",), 0.4, 0.4, True),
    "phone": Item({"black": 5, "white": 1, "grey": 1}, ("phone", "phone", "call"), 3, 3, True),
    "cup": Item({"white": 4, "brown": 2, "green": 1, "red": 0.5}, ("holding",), 0.8, 0.9, True),
    "folder": Item({"white": 2, "blue": 1, "beige": 1, "grey": 1, "black": 1}, ("holding",), 0.3, 0.4, True),
    "walking stick": Item({"brown": 4, "black": 2}, ("carry",), 0.4, 0.4, True),
    "push-chair": Item(hues.BAG, ("push",), 0.5, 1.1, True),
    "bicycle": Item({**hues.BAG, "white": 6}, ("push",), 0.9, 0.6, True),
    "dog on a lead": Item({"brown": 4, "black": 3, "beige": 3, "white": 2, "grey": 1}, ("carry",), 0.5, 0.6,
    True),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Carried:
    """One person's thing: its kind, colours, the hand that holds it, and a number for its details."""

    kind: str
    tint: Tint
    second: Tint
    hand: Hand
    number: int


def cloth(tint: Tint, gloss: float = 0.03, shade: float = 1.0) -> Surface:
    """The look of a bag's cloth or leather; ``shade`` darkens parts of it."""
    red, green, blue = tint.light
    color: Color = (red * shade, green * shade, blue * shade)
    return Surface(
        color, grain=0.12, grain_size=0.015, bump=0.10, bump_size=(0.05, 0.05, 0.05), gloss=gloss, wrap=0.05
    )


def own_side(carried: Carried) -> float:
    """+1 where the thing is at the person's left, -1 at its right."""
    return 1.0 if carried.hand == "left" else -1.0
