"""What a tailor is told: the shape of a garment in a few numbers, metres on the canonical adult of 1.72 m.

Heights: crotch 0.83, hip 0.90, waist 1.05, armpit 1.31, base of the neck 1.44.
"""

from dataclasses import dataclass
from enum import StrEnum


class Neck(StrEnum):
    """The line a garment's neck is cut along."""

    CREW = "crew"
    V = "v"
    DEEP_V = "deep v"
    WIDE = "wide"
    SCOOP = "scoop"
    HIGH = "high"
    SHIRT = "shirt"


class Collar(StrEnum):
    """What is sewn to the neck line."""

    NONE = "none"
    RIB = "rib"
    SHIRT = "shirt"
    STAND = "stand"
    PUFFY = "puffy"
    ROLL = "roll"
    LAPEL = "lapel"
    HOOD = "hood"


class Front(StrEnum):
    """How a front is closed, painted on it."""

    PLAIN = "plain"
    ZIP = "zip"
    BUTTONS = "buttons"
    POLO = "polo"
    DOUBLE = "double"


@dataclass(frozen=True, slots=True)
class Top:
    """Anything that hangs from the shoulders, from a vest to a long dress.

    ``gap`` is the distance from the skin, ``ease`` what is to spare at the hem beyond the body's outline,
    ``fall`` how much it draws in on its way down (negative flares), ``hang`` 0 clings .. 1 hangs freely.
    ``sleeve`` ends at that share of the arm (0 is the armhole, 1 the wrist); ``sleeve_ease`` at shoulder,
    elbow and cuff. ``opening`` is half the width of an open front at hem and chest. ``cuff`` and ``band``
    are the heights of ribs at cuffs and hem; ``waves`` the depth of folds at the hem, ``pleats`` their
    number,
    ``belt`` its width, ``waist`` how far it is drawn in there; ``bib`` is "dungarees" or "apron".
    """

    gap: float = 0.012
    ease: float = 0.008
    fall: float = 0.08
    hang: float = 1.0
    sleeve: float = 1.0
    sleeve_ease: tuple[float, float, float] = (0.011, 0.010, 0.006)
    hem: float = 0.88
    tails: float = 0.0
    neck: Neck = Neck.CREW
    collar: Collar = Collar.NONE
    front: Front = Front.PLAIN
    opening: tuple[float, float] | None = None
    cuff: float = 0.0
    band: float = 0.0
    waves: float = 0.004
    pleats: int = 7
    belt: float = 0.0
    waist: float = 0.0
    tucked: bool = False
    thick: float = 0.006
    bib: str = ""


@dataclass(frozen=True, slots=True)
class Legs:
    """Trousers, shorts, tights: ``rise`` is the top's height, ``hem`` the share of the leg it covers.

    ``ease`` is to spare round the leg at thigh, knee and hem; ``cuff`` the height of a rib or turn-up.
    """

    rise: float = 1.03
    hem: float = 0.97
    gap: float = 0.009
    ease: tuple[float, float, float] = (0.014, 0.020, 0.026)
    cuff: float = 0.0
    band: float = 0.032
    thick: float = 0.006


@dataclass(frozen=True, slots=True)
class Skirt:
    """A tube from the waist (``rise``) to ``hem``; ``flare`` in metres a metre, ``waves`` deep at the hem."""

    rise: float = 1.05
    hem: float = 0.55
    gap: float = 0.012
    flare: float = 0.15
    waves: float = 0.01
    pleats: int = 9
    band: float = 0.03
    thick: float = 0.005


Shape = Top | Legs | Skirt
