"""Every kind of garment as data: its shape, what may vary, what it is made of, and who wears it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from dropmodel.synthetic.wardrobe import palette as hues
from dropmodel.synthetic.wardrobe.garments.spec import Collar, Front, Legs, Neck, Shape, Skirt, Top


class Slot(StrEnum):
    """Where in an outfit a garment belongs."""

    UPPER = "upper"
    OUTER = "outer"
    LOWER = "lower"
    WHOLE = "whole"


Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of garment.

    ``vary`` draws fields of ``shape`` anew from a range; ``weaves`` are likely first. ``pattern`` and
    ``motif`` are the chances of a pattern and a print. ``men`` and ``women`` say how common it is, ``warm``
    the
    seasons it is worn in (0 summer, 1 between, 2 winter). ``extras`` are painted details by name; ``trim`` is
    the chance that cuffs, bands and belts have another colour; ``patterns`` the patterns it is made in, if
    not all.
    """

    name: str
    slot: Slot
    shape: Shape
    prior: hues.Prior
    weaves: tuple[str, ...] = ("plain",)
    vary: Mapping[str, Range] = field(default_factory=dict)
    pattern: float = 0.0
    motif: float = 0.0
    men: float = 1.0
    women: float = 1.0
    warm: tuple[int, ...] = (0, 1, 2)
    extras: tuple[str, ...] = ()
    trim: float = 0.1
    patterns: tuple[str, ...] = ()


CHECKS = ("tartan", "window pane", "glen check")
TAILORED = ("pin stripes", "herringbone", "window pane", "glen check", "houndstooth")
WOVEN = (
    *TAILORED,
    "gingham",
    "tartan",
    "dots",
    "floral",
    "leaf",
    "paisley",
    "geometric",
    "triangles",
    "hexagons",
)
KNITTED = (
    "even stripes", "breton", "rugby", "uneven stripes", "argyle", "colour block", "chest band",
    "half and half",
    "diagonal block",
)  # fmt: skip

_U, _O, _L, _W = Slot.UPPER, Slot.OUTER, Slot.LOWER, Slot.WHOLE
_SHORT = (0.008, 0.010, 0.012)
_SNUG = (0.006, 0.005, 0.003)
_EASY = (0.012, 0.014, 0.007)
_RIBBED = (0.014, 0.018, 0.002)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (
    # ---------------------------------------------------------------- next to the skin
    Kind("t-shirt", _U, Top(0.013, 0.010, sleeve=0.30, sleeve_ease=_SHORT, hem=0.885, collar=Collar.RIB),
         hues.TOP, ("plain", "melange", "plain"),
         {"sleeve": (0.24, 0.38), "hem": (0.87, 0.94), "ease": (0.0, 0.02), "hang": (0.5, 1.0)},
         0.22, 0.34, 5, 4.0, (0, 1, 2)),
    Kind("oversized t-shirt", _U, Top(0.014, 0.03, 0.0, sleeve=0.42, sleeve_ease=(0.03, 0.03, 0.034),
         hem=0.84, collar=Collar.RIB, waves=0.006), hues.TOP, ("plain",), {"hem": (0.80, 0.87)},
         0.18, 0.4, 1.2, 1.2, (0, 1)),
    Kind("polo shirt", _U, Top(0.013, 0.010, sleeve=0.30, sleeve_ease=_SHORT, hem=0.895, neck=Neck.SHIRT,
         collar=Collar.SHIRT, front=Front.POLO, cuff=0.02), hues.TOP, ("knit", "plain"),
         {"sleeve": (0.26, 0.36), "ease": (0.0, 0.016)}, 0.15, 0.1, 2, 0.5, (0, 1)),
    Kind("long-sleeved top", _U, Top(0.012, 0.006, hem=0.90, collar=Collar.RIB, sleeve_ease=_SNUG, hang=0.7),
         hues.TOP, ("plain", "melange", "rib"), {"hem": (0.87, 0.95), "ease": (0.0, 0.014)},
         0.25, 0.15, 2, 2.6, (1, 2)),
    Kind("shirt", _U, Top(0.013, 0.010, hem=0.88, tails=0.03, neck=Neck.SHIRT, collar=Collar.SHIRT,
         front=Front.BUTTONS, cuff=0.05), hues.SHIRT, ("twill", "plain"), {"ease": (0.004, 0.018)},
         0.40, 0.0, 3, 1.2, (0, 1, 2), ("chest pocket",), 0.0, patterns=WOVEN),
    Kind("short-sleeved shirt", _U, Top(0.014, 0.012, sleeve=0.36, sleeve_ease=(0.018, 0.02, 0.022), hem=0.88,
         tails=0.015, neck=Neck.SHIRT, collar=Collar.SHIRT, front=Front.BUTTONS), hues.SHIRT, ("plain",), {},
         0.55, 0.0, 1.2, 0.5, (0,), ("chest pocket",), 0.0, patterns=WOVEN),
    Kind("blouse", _U, Top(0.014, 0.016, sleeve_ease=(0.02, 0.03, 0.006), hem=0.92, neck=Neck.V, cuff=0.03),
         hues.DRESS, ("plain",), {"sleeve": (0.55, 1.0), "hem": (0.88, 0.96), "ease": (0.004, 0.03)},
         0.45, 0.0, 0.02, 2.6, (0, 1, 2), (), 0.0, patterns=WOVEN),
    Kind("tank top", _U, Top(0.01, 0.004, sleeve=0, hem=0.90, neck=Neck.SCOOP, hang=0.5), hues.TOP,
         ("plain", "rib"), {"hem": (0.88, 1.0), "hang": (0.2, 1.0)}, 0.12, 0.12, 0.7, 1.4, (0,)),
    Kind("crop top", _U, Top(0.009, 0.004, sleeve=0.26, sleeve_ease=_SNUG, hem=1.06, hang=0.3), hues.TOP,
         ("plain", "rib"), {"sleeve": (0.18, 0.4), "hem": (1.04, 1.10)}, 0.12, 0.2, 0, 0.7, (0,)),
    Kind("sweater", _U, Top(0.016, 0.012, 0.12, sleeve_ease=_RIBBED, hem=0.905, collar=Collar.RIB, cuff=0.05,
         band=0.055, thick=0.010), hues.TOP, ("knit", "melange", "cable"),
         {"hem": (0.89, 0.95), "ease": (0.004, 0.02)}, 0.2, 0.04, 2.4, 2.4, (1, 2), patterns=KNITTED),
    Kind("v-neck sweater", _U, Top(0.014, 0.008, 0.12, sleeve_ease=_RIBBED, hem=0.91, neck=Neck.V,
         collar=Collar.RIB, cuff=0.05, band=0.05, thick=0.009), hues.TOP, ("knit", "rib"), {}, 0.18, 0.0,
         1.2, 1.0, (1, 2), patterns=KNITTED),
    Kind("turtleneck", _U, Top(0.015, 0.006, 0.12, sleeve_ease=_SNUG, hem=0.91, neck=Neck.HIGH,
         collar=Collar.ROLL, cuff=0.05, band=0.05, hang=0.7, thick=0.009), hues.TOP, ("rib", "knit", "cable"),
         {"ease": (0.0, 0.014)}, 0.06, 0.0, 0.8, 1.4, (2,), patterns=KNITTED),
    Kind("hoodie", _U, Top(0.019, 0.018, 0.10, sleeve_ease=_RIBBED, hem=0.90, collar=Collar.HOOD, cuff=0.055,
         band=0.06, thick=0.012), hues.TOP, ("fleece", "melange", "plain"),
         {"hem": (0.89, 0.93), "ease": (0.008, 0.03)}, 0.06, 0.34, 2.6, 1.7, (1, 2), ("kangaroo pocket",)),
    Kind("sweatshirt", _U, Top(0.018, 0.016, 0.10, sleeve_ease=_RIBBED, hem=0.905, collar=Collar.RIB,
        cuff=0.055,
         band=0.06, thick=0.010), hues.TOP, ("fleece", "melange"), {"hem": (0.89, 0.95)}, 0.12, 0.38,
         1.5, 1.4, (1, 2)),
    Kind("football shirt", _U, Top(0.015, 0.018, 0.0, sleeve=0.36, sleeve_ease=(0.02, 0.022, 0.024), hem=0.87,
         neck=Neck.V, collar=Collar.RIB, cuff=0.02), hues.VIVID, ("shell",), {}, 0.55, 1.0, 0.5, 0.15, (0, 1),
         ("back number",), 1.0),
    Kind("uniform shirt", _U, Top(0.014, 0.006, hem=1.0, neck=Neck.SHIRT, collar=Collar.SHIRT, cuff=0.05,
         front=Front.BUTTONS, tucked=True), {"light blue": 4, "white": 4, "navy": 3, "black": 1, "beige": 1},
         ("twill",), {"sleeve": (0.34, 1.3)}, 0.0, 0.0, 0.35, 0.25, (0, 1, 2), ("badge", "epaulettes"), 0.0),
    # ---------------------------------------------------------------- worn over something
    Kind("open shirt", _O, Top(0.021, 0.012, hem=0.87, tails=0.03, neck=Neck.SHIRT, collar=Collar.SHIRT,
         opening=(0.07, 0.05), cuff=0.05), hues.SHIRT, ("twill", "fleece"), {}, 0.6, 0.0, 1.0, 0.8, (0, 1),
         patterns=WOVEN),
    Kind("cardigan", _O, Top(0.021, 0.012, 0.05, sleeve_ease=_RIBBED, hem=0.88, neck=Neck.DEEP_V,
         opening=(0.06, 0.045), cuff=0.05, band=0.05, thick=0.010), hues.TOP, ("knit", "rib", "cable"),
         {"hem": (0.80, 0.93)}, 0.1, 0.0, 0.4, 1.6, (1, 2), patterns=KNITTED),
    Kind("zip hoodie", _O, Top(0.022, 0.016, 0.10, sleeve_ease=_RIBBED, hem=0.90, collar=Collar.HOOD,
         opening=(0.05, 0.04), cuff=0.055, band=0.06, thick=0.012), hues.OUTER, ("fleece", "melange"), {},
         0.05, 0.0, 1.2, 0.9, (1, 2)),
    Kind("gilet", _O, Top(0.027, 0.010, 0.06, sleeve=0, hem=0.90, collar=Collar.PUFFY, front=Front.ZIP,
         thick=0.020), hues.OUTER, ("quilt", "diamonds"), {"hem": (0.86, 0.94)}, 0.0, 0.0, 0.9, 0.7, (1, 2),
         ("pockets",)),
    Kind("denim jacket", _O, Top(0.022, 0.008, 0.14, sleeve_ease=_EASY, hem=0.97, neck=Neck.SHIRT,
         collar=Collar.SHIRT, opening=(0.05, 0.035), cuff=0.05, band=0.045, thick=0.008), hues.DENIM,
         ("denim",),
         {"hem": (0.93, 1.0)}, 0.0, 0.0, 0.9, 1.1, (0, 1), ("flap pockets",), 0.0),
    Kind("bomber jacket", _O, Top(0.027, 0.020, 0.16, sleeve_ease=(0.03, 0.036, 0.004), hem=0.94,
         collar=Collar.RIB, front=Front.ZIP, cuff=0.06, band=0.065, thick=0.014), hues.OUTER, ("shell",), {},
         0.05, 0.0, 1.1, 0.6, (1, 2), ("pockets",), 0.3),
    Kind("track jacket", _O, Top(0.021, 0.010, 0.12, sleeve_ease=_EASY, hem=0.92, collar=Collar.STAND,
         front=Front.ZIP, cuff=0.05, band=0.05), hues.VIVID, ("shell",), {}, 0.25, 0.5, 0.7, 0.4, (1,), (),
         0.5),
    Kind("leather jacket", _O, Top(0.024, 0.006, 0.12, sleeve_ease=_EASY, hem=0.96, collar=Collar.STAND,
         front=Front.ZIP, thick=0.010), hues.LEATHER, ("leather",), {"hem": (0.93, 0.99)}, 0.0, 0.0,
         0.9, 0.9, (1, 2), ("pockets",)),
    Kind("puffer jacket", _O, Top(0.045, 0.020, 0.05, sleeve_ease=(0.034, 0.034, 0.010), hem=0.89,
         collar=Collar.PUFFY, front=Front.ZIP, thick=0.030), hues.OUTER, ("quilt",),
         {"hem": (0.85, 0.95), "gap": (0.036, 0.05)}, 0.0, 0.1, 2.4, 2.2, (2,)),
    Kind("hooded puffer jacket", _O, Top(0.044, 0.018, 0.05, sleeve_ease=(0.032, 0.032, 0.010), hem=0.86,
         collar=Collar.HOOD, front=Front.ZIP, thick=0.028), hues.OUTER, ("quilt",), {"hem": (0.80, 0.92)},
         0.0, 0.1, 1.6, 1.6, (2,)),
    Kind("open puffer jacket", _O, Top(0.045, 0.020, 0.0, sleeve_ease=(0.034, 0.034, 0.010), hem=0.90,
         collar=Collar.PUFFY, opening=(0.08, 0.05), thick=0.030), hues.OUTER, ("quilt",), {}, 0.0, 0.0,
         0.8, 0.7, (2,)),
    Kind("quilted jacket", _O, Top(0.026, 0.012, 0.05, hem=0.86, neck=Neck.SHIRT, collar=Collar.SHIRT,
         front=Front.BUTTONS, thick=0.012), hues.OUTER, ("diamonds",), {"hem": (0.80, 0.90)}, 0.0, 0.0,
         0.9, 1.0, (1, 2), ("pockets",)),
    Kind("blazer", _O, Top(0.022, 0.010, 0.06, hem=0.83, sleeve=0.98, neck=Neck.DEEP_V, collar=Collar.LAPEL,
         thick=0.009, waist=0.006), hues.SUIT, ("twill", "plain"), {"hem": (0.80, 0.86)}, 0.16, 0.0,
         1.0, 1.2, (0, 1, 2), ("two buttons",), patterns=TAILORED),
    Kind("softshell jacket", _O, Top(0.022, 0.010, 0.08, hem=0.885, collar=Collar.STAND, front=Front.ZIP,
         sleeve_ease=_EASY), hues.OUTER, ("shell", "fleece"), {"hem": (0.86, 0.92)}, 0.0, 0.25, 1.6, 1.2,
         (1, 2), ("pockets",), 0.1),
    Kind("parka", _O, Top(0.032, 0.020, -0.02, sleeve_ease=(0.03, 0.03, 0.02), hem=0.70, collar=Collar.HOOD,
         front=Front.ZIP, thick=0.016, waves=0.008), hues.OUTER, ("twill", "shell"), {"hem": (0.62, 0.78)},
         0.0, 0.0, 1.2, 1.5, (2,), ("flap pockets",)),
    Kind("raincoat", _O, Top(0.027, 0.018, -0.06, sleeve_ease=(0.026, 0.026, 0.022), hem=0.72,
         collar=Collar.HOOD, front=Front.ZIP, waves=0.012), hues.VIVID, ("shell",), {"hem": (0.60, 0.84)},
         0.0, 0.0, 0.5, 0.7, (1, 2), ("pockets",)),
    Kind("trench coat", _O, Top(0.027, 0.012, -0.10, hem=0.58, neck=Neck.DEEP_V, collar=Collar.LAPEL,
        belt=0.05,
         waist=0.014, front=Front.DOUBLE, waves=0.012, thick=0.010), hues.EARTH, ("twill",),
         {"hem": (0.48, 0.68)}, 0.0, 0.0, 0.5, 1.0, (1, 2), ("pockets",), 0.0),
    Kind("wool coat", _O, Top(0.029, 0.014, -0.02, hem=0.55, neck=Neck.DEEP_V, collar=Collar.LAPEL,
        thick=0.014,
         waves=0.008, front=Front.BUTTONS), hues.OUTER, ("fleece", "twill"), {"hem": (0.42, 0.74)}, 0.12, 0.0,
         1.1, 1.5, (2,), ("pockets",), patterns=TAILORED),
    Kind("open coat", _O, Top(0.03, 0.014, -0.03, hem=0.55, neck=Neck.DEEP_V, collar=Collar.LAPEL,
         opening=(0.09, 0.05), thick=0.014, waves=0.010), hues.OUTER, ("fleece", "twill"),
         {"hem": (0.42, 0.74)}, 0.10, 0.0, 0.8, 1.2, (1, 2), ("pockets",), patterns=TAILORED),
    Kind("long puffer coat", _O, Top(0.044, 0.016, 0.0, sleeve_ease=(0.032, 0.032, 0.010), hem=0.56,
         collar=Collar.PUFFY, front=Front.ZIP, thick=0.028), hues.OUTER, ("quilt",), {"hem": (0.42, 0.68)},
         0.0, 0.0, 0.4, 1.4, (2,)),
    Kind("poncho", _O, Top(0.027, 0.06, -0.10, sleeve=0.62, sleeve_ease=(0.03, 0.07, 0.11), hem=0.82,
         neck=Neck.V, waves=0.014), hues.DRESS, ("knit", "fleece"), {"hem": (0.78, 0.92)}, 0.4, 0.0,
         0.1, 0.4, (1, 2)),
    Kind("high-vis vest", _O, Top(0.027, 0.016, 0.0, sleeve=0, hem=0.90, neck=Neck.V, thick=0.004),
        hues.SAFETY,
         ("shell",), {}, 0.0, 0.0, 0.35, 0.12, (0, 1, 2), ("reflectors", "back word")),
    Kind("high-vis jacket", _O, Top(0.03, 0.016, 0.04, sleeve_ease=(0.03, 0.03, 0.02), hem=0.86,
         collar=Collar.STAND, front=Front.ZIP, thick=0.014), hues.SAFETY, ("shell",), {}, 0.0, 0.0,
         0.25, 0.08, (1, 2), ("reflectors", "back word")),
    Kind("apron", _O, Top(0.024, 0.006, 0.0, sleeve=0, hem=0.60, bib="apron", thick=0.003), hues.TOP,
        ("twill",),
         {"hem": (0.5, 0.7)}, 0.12, 0.1, 0.15, 0.15, (0, 1, 2)),
    # ---------------------------------------------------------------- in one piece
    Kind("short dress", _W, Top(0.012, 0.008, -0.14, sleeve=0.28, sleeve_ease=_SHORT, hem=0.55, waist=0.012,
         waves=0.016), hues.DRESS, ("plain",), {"hem": (0.50, 0.62), "sleeve": (0.2, 0.5)}, 0.45, 0.0,
         0, 1.4, (0, 1)),
    Kind("sleeveless dress", _W, Top(0.011, 0.004, -0.12, sleeve=0, hem=0.50, neck=Neck.WIDE, waist=0.012,
         waves=0.016), hues.DRESS, ("plain",), {"hem": (0.42, 0.60)}, 0.45, 0.0, 0, 1.2, (0,)),
    Kind("long dress", _W, Top(0.013, 0.010, -0.10, sleeve=0.34, sleeve_ease=_SHORT, hem=0.22, neck=Neck.V,
         waist=0.014, waves=0.022), hues.DRESS, ("plain",), {"hem": (0.16, 0.34), "sleeve": (0.2, 1.0)},
         0.45, 0.0, 0, 1.0, (0, 1)),
    Kind("shirt dress", _W, Top(0.014, 0.012, -0.05, hem=0.50, neck=Neck.SHIRT, collar=Collar.SHIRT,
        belt=0.035,
         waist=0.012, front=Front.BUTTONS, waves=0.010), hues.DRESS, ("twill", "denim"),
         {"hem": (0.40, 0.58), "sleeve": (0.35, 1.0)}, 0.3, 0.0, 0, 0.6, (0, 1), patterns=WOVEN),
    Kind("knitted dress", _W, Top(0.013, 0.004, 0.02, sleeve_ease=_SNUG, hem=0.52, neck=Neck.HIGH,
         collar=Collar.ROLL, waves=0.003, thick=0.009), hues.TOP, ("rib", "knit"), {"hem": (0.36, 0.58)},
         0.1, 0.0, 0, 0.5, (2,), patterns=KNITTED),
    Kind("robe", _W, Top(0.016, 0.020, -0.08, sleeve_ease=(0.02, 0.03, 0.045), hem=0.10, waves=0.016),
         {"black": 6, "white": 2, "navy": 2, "grey": 1.5, "beige": 1, "brown": 1, "burgundy": 0.6},
         ("plain",),
         {}, 0.05, 0.0, 0.12, 0.4, (0, 1, 2)),
    Kind("tunic", _W, Top(0.014, 0.010, -0.03, hem=0.62, neck=Neck.V, waves=0.008, sleeve_ease=_EASY),
        hues.DRESS,
         ("plain",), {"hem": (0.55, 0.74)}, 0.4, 0.0, 0.12, 0.5, (0, 1)),
    # ---------------------------------------------------------------- from the waist down
    Kind("jeans", _L, Legs(ease=(0.010, 0.018, 0.026)), hues.DENIM, ("denim",), {"hem": (0.93, 0.99)},
         men=6, women=4, extras=("fade",)),
    Kind("skinny jeans", _L, Legs(gap=0.007, ease=(0.004, 0.006, 0.010), hem=0.95), hues.DENIM, ("denim",),
         {"hem": (0.88, 0.97)}, men=1.2, women=3.5, extras=("fade",)),
    Kind("ripped jeans", _L, Legs(ease=(0.006, 0.012, 0.016), hem=0.93), hues.DENIM, ("denim",),
         {"hem": (0.86, 0.96)}, men=0.5, women=0.8, warm=(0, 1), extras=("fade", "rips")),
    Kind("chinos", _L, Legs(ease=(0.012, 0.020, 0.024)), hues.EARTH, ("twill",), {"hem": (0.92, 0.99)},
         men=3, women=0.9, extras=("pockets low",)),
    Kind("suit trousers", _L, Legs(ease=(0.014, 0.026, 0.034), hem=0.985), hues.SUIT, ("twill", "plain"), {},
         0.08, men=1.6, women=0.8, extras=("crease",), patterns=TAILORED),
    Kind("cargo trousers", _L, Legs(ease=(0.020, 0.034, 0.032)), hues.EARTH, ("twill",), {}, 0.10, men=1.0,
         women=0.5, extras=("flap pockets low",)),
    Kind("joggers", _L, Legs(ease=(0.018, 0.030, 0.006), hem=0.96, cuff=0.05), hues.LOWER, ("fleece",
        "melange"),
         {}, men=1.6, women=0.9, extras=("side stripes",), trim=0.2),
    Kind("tracksuit trousers", _L, Legs(ease=(0.016, 0.026, 0.034)), hues.LOWER, ("shell",), {}, men=0.8,
        women=0.4,
         extras=("side stripes",)),
    Kind("wide trousers", _L, Legs(rise=1.06, ease=(0.024, 0.050, 0.075), hem=0.97), hues.LOWER, ("plain",
        "twill"),
         {"hem": (0.9, 0.985)}, 0.10, men=0.3, women=2.0),
    Kind("leggings", _L, Legs(gap=0.005, ease=(0.0, 0.0, 0.0), hem=0.93, band=0.0, thick=0.003),
         {"black": 60, "charcoal": 10, "navy": 10, "grey": 8, "burgundy": 3, "olive": 3, "blue": 2},
         ("shell",),
         {"hem": (0.72, 0.97)}, 0.03, men=0.05, women=3.2),
    Kind("shorts", _L, Legs(hem=0.42, ease=(0.016, 0.026, 0.030)), hues.EARTH, ("twill", "plain"),
         {"hem": (0.33, 0.52)}, 0.12, men=3, women=1.2, warm=(0,), extras=("pockets low",)),
    Kind("sport shorts", _L, Legs(hem=0.36, ease=(0.022, 0.036, 0.046)), hues.LOWER, ("shell",),
         {"hem": (0.26, 0.46)}, men=1.6, women=0.5, warm=(0, 1), extras=("side stripes",)),
    Kind("denim shorts", _L, Legs(hem=0.26, ease=(0.012, 0.020, 0.024)), hues.DENIM, ("denim",),
         {"hem": (0.16, 0.42)}, men=0.9, women=1.6, warm=(0,), extras=("fade",)),
    Kind("cycling shorts", _L, Legs(gap=0.005, hem=0.40, ease=(0.0, 0.0, 0.0), band=0, thick=0.003),
        hues.LOWER,
         ("shell",), {"hem": (0.30, 0.48)}, men=0.2, women=0.6, warm=(0, 1)),
    Kind("mini skirt", _L, Skirt(hem=0.66, flare=0.14, waves=0.006), hues.LOWER, ("twill", "denim",
        "leather"),
         {"hem": (0.62, 0.70), "flare": (0.0, 0.3)}, 0.2, men=0, women=1.0, warm=(0, 1)),
    Kind("pencil skirt", _L, Skirt(hem=0.48, flare=-0.04, waves=0.0), hues.SUIT, ("twill", "plain"),
         {"hem": (0.44, 0.54)}, 0.12, men=0, women=0.7, patterns=TAILORED),
    Kind("pleated skirt", _L, Skirt(hem=0.46, flare=0.16, waves=0.012, pleats=26), hues.DRESS, ("plain",),
         {"hem": (0.30, 0.60)}, 0.22, men=0, women=1.2),
    Kind("long skirt", _L, Skirt(hem=0.20, flare=0.08, waves=0.020), hues.DRESS, ("plain", "denim"),
         {"hem": (0.12, 0.34), "flare": (0.02, 0.2)}, 0.3, men=0, women=1.4),
    Kind("kilt", _L, Skirt(hem=0.50, flare=0.10, waves=0.010, pleats=24), hues.DRESS, ("plain",), {}, 1.0,
         men=0.06, women=0.1, patterns=CHECKS),
    Kind("high-vis trousers", _L, Legs(ease=(0.020, 0.034, 0.040)), hues.SAFETY, ("shell",), {}, men=0.12,
         women=0.04, extras=("leg reflectors",)),
    Kind("work trousers", _L, Legs(ease=(0.018, 0.030, 0.034)), hues.LOWER, ("twill",), {}, men=0.4,
        women=0.1,
         extras=("leg reflectors",)),
)})  # fmt: skip


BELOW_BIB = Legs(ease=(0.016, 0.028, 0.032))
"""The legs of dungarees and overalls, which are a top and trousers of one cloth."""

DUNGAREES = Kind(
    "dungarees", Slot.WHOLE, Top(0.018, 0.008, 0.04, sleeve=0, hem=0.90, bib="dungarees"), hues.DENIM,
    ("denim", "twill"), men=0.25, women=0.6,
)  # fmt: skip
OVERALL = Kind(
    "overall", Slot.WHOLE,
    Top(0.018, 0.010, 0.04, sleeve_ease=_EASY, hem=0.90, neck=Neck.SHIRT, collar=Collar.SHIRT,
    front=Front.ZIP),
    {"navy": 4, "blue": 2, "orange": 1, "signal orange": 1, "grey": 1.5, "white": 0.6, "olive": 0.7},
    ("twill",),
    men=0.3, women=0.08, extras=("reflectors",),
)  # fmt: skip
