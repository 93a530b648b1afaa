"""What people do with their arms, how they stand and sit: tables of named attitudes, each style its own."""

from dataclasses import dataclass

from dropmodel.synthetic.people.attitude import Arm, Reach, Vector


@dataclass(frozen=True, slots=True)
class Gesture:
    """An attitude of the arms, told for the right hand; drawing may mirror it.

    ``left`` None leaves the other arm to the gait. ``pitch`` and ``turn`` move the head (degrees down, and
    towards the acting hand), ``lean`` the spine. ``walking`` is how often people do it while they walk.
    ``loose`` is how far, in degrees, hanging arms are drawn off the table's angles.
    """

    name: str
    kind: str
    right: Arm
    left: Arm | None = None
    pitch: float = 0.0
    turn: float = 0.0
    lean: float = 0.0
    walking: float = 0.5
    loose: float = 4.0


@dataclass(frozen=True, slots=True)
class Stance:
    """A way to stand: each foot (outwards, forwards, turned out) from under the hips; weight on the left.

    ``shift`` metres of the hips to the left, ``drop`` degrees of the right hip, ``twist`` of the chest to the
    left against the hips, ``turn`` of the hips to the left against the feet.
    """

    name: str
    left: Vector
    right: Vector
    shift: float = 0.0
    drop: float = 0.0
    twist: float = 0.0
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Seat:
    """A way to sit: each ankle (outwards, forwards of the hips, turned out), the trunk's lean, the arms."""

    name: str
    left: Vector
    right: Vector
    lean: float
    arms: tuple[Arm, Arm]
    pitch: float = 4.0


def _held(anchor_reach: Reach, **more: object) -> Arm:
    return Arm(reach=anchor_reach, free=False, **more)  # type: ignore[arg-type]


_DOWN: Vector = (0.0, 0.0, -1.0)
_IN: Vector = (-1.0, 0.0, 0.0)
_PHONE = {"palm": (-0.25, -0.7, 0.75), "fingers": (-0.55, 0.5, 0.7), "curl": 0.55}
_EAR = {"palm": (-1.0, -0.2, 0.1), "fingers": (-0.25, -0.55, 1.0), "curl": 0.45}
_BAG = Arm(swing=2, out=6, twist=14, elbow=10, palm=(-1.0, -0.1, 0.0), curl=0.9, free=False)
_CROOK = Arm(swing=4, out=6, twist=12, elbow=98, palm=(-0.7, 0.0, 0.5), curl=0.6, free=False)
_GRIP = {"palm": _DOWN, "fingers": (-0.1, 1.0, -0.25), "curl": 0.8}
_POCKET = {"palm": _IN, "fingers": (-0.25, 0.35, -1.0), "curl": 0.25}
_SHAFT = {"palm": (-1.0, 0.2, 0.1), "fingers": (-0.35, 1.0, 0.1), "curl": 0.95}
_FOLD_OVER = _held(
    Reach("front", (-0.10, 0.105, -0.23), (0.75, 0.15, -1.0)), palm=(0, -1.0, 0.1), fingers=(-1.0, -0.15, 0.2)
)
_FOLD_UNDER = _held(
    Reach("front", (-0.085, 0.055, -0.255), (0.75, 0.15, -1.0)),
    palm=(0, -1.0, 0.1),
    fingers=(-1.0, -0.5, 0.1),
)
_LAP = _held(Reach("thigh", (-0.02, 0.55, 0.085), (0.8, -0.7, -0.3)), palm=_DOWN, fingers=(-0.35, 1.0, -0.2))
_KNEE = _held(Reach("thigh", (0.0, 0.82, 0.085), (0.7, -0.6, -0.3)), palm=_DOWN, fingers=(-0.1, 1.0, -0.5))
_MIDDLE = _held(
    Reach("thigh", (-0.09, 0.45, 0.09), (0.9, -0.6, -0.2)), palm=(-0.3, 0, -1.0), fingers=(-1, 0.8, -0.2)
)

TRAIN_GESTURES = (
    Gesture(
        "phone before the chest", "phone", _held(Reach("front", (0.05, 0.20, -0.25)), **_PHONE), pitch=24
    ),
    Gesture("phone low", "phone", _held(Reach("front", (0.08, 0.22, -0.36)), **_PHONE), pitch=30, lean=3),
    Gesture("phone high", "phone", _held(Reach("front", (0.02, 0.26, -0.12)), **_PHONE), pitch=12),
    Gesture(
        "phone in both hands",
        "phone",
        _held(Reach("front", (0.045, 0.20, -0.28)), **_PHONE),
        _held(Reach("front", (0.045, 0.20, -0.285)), **_PHONE),
        pitch=27,
    ),
    Gesture("call", "call", _held(Reach("head", (0.135, 0.065, -0.185), (0.45, 0.4, -1.0)), **_EAR), turn=4),
    Gesture(
        "call, elbow held",
        "call",
        _held(Reach("head", (0.13, 0.075, -0.19), (0.2, 0.7, -1.0)), **_EAR),
        _held(Reach("front", (-0.07, 0.09, -0.30), (0.8, 0.1, -1)), palm=(0, -1.0, 0), fingers=(-1, 0, 0.2)),
        walking=0.1,
    ),
    Gesture(
        "both hands in trouser pockets",
        "pockets",
        _held(Reach("side", (-0.015, 0.035, 0.02), (0.7, -1.0, 0.0)), **_POCKET),
        _held(Reach("side", (-0.015, 0.035, 0.02), (0.7, -1.0, 0.0)), **_POCKET),
    ),
    Gesture(
        "one hand in a pocket",
        "pockets",
        _held(Reach("side", (-0.015, 0.045, 0.03), (0.6, -1.0, 0.0)), **_POCKET),
        walking=0.6,
    ),
    Gesture(
        "jacket pockets",
        "pockets",
        _held(
            Reach("front", (0.17, -0.03, -0.40), (0.8, -0.8, 0)),
            palm=(-0.3, -1, 0),
            fingers=(-0.8, 0.4, -0.6),
        ),
        _held(
            Reach("front", (0.17, -0.03, -0.40), (0.8, -0.8, 0)),
            palm=(-0.3, -1, 0),
            fingers=(-0.8, 0.4, -0.6),
        ),
        walking=0.6,
    ),
    Gesture("arms folded", "folded", _FOLD_OVER, _FOLD_UNDER, walking=0.05),
    Gesture(
        "hands clasped behind",
        "behind",
        _held(
            Reach("back", (-0.01, -0.04, 0.06), (0.9, -0.5, 0)), palm=(0, -1.0, 0), fingers=(-0.7, 0, -0.8)
        ),
        _held(Reach("back", (0.0, -0.065, 0.05), (0.9, -0.5, 0)), palm=(0, -1.0, 0), fingers=(-0.7, 0, -0.8)),
        walking=0.4,
    ),
    Gesture(
        "hands on the hips",
        "hips",
        _held(
            Reach("side", (0.03, -0.02, 0.14), (1, -0.3, 0)), palm=(-0.8, 0, -0.5), fingers=(-0.5, 0.9, -0.2)
        ),
        _held(
            Reach("side", (0.03, -0.02, 0.14), (1, -0.3, 0)), palm=(-0.8, 0, -0.5), fingers=(-0.5, 0.9, -0.2)
        ),
        walking=0.0,
    ),
    Gesture(
        "one hand on the hip",
        "hips",
        _held(
            Reach("side", (0.03, -0.02, 0.13), (1, -0.4, 0)), palm=(-0.8, 0, -0.5), fingers=(-0.5, 0.9, -0.2)
        ),
        walking=0.0,
    ),
    Gesture("bag in hand", "carry", _BAG, walking=0.8),
    Gesture("bag at the elbow", "carry", _CROOK, walking=0.7),
    Gesture("bags in both hands", "carry", _BAG, _BAG, walking=0.8),
    Gesture(
        "parcel before the belly",
        "carry",
        _held(
            Reach("front", (0.15, 0.19, -0.42), (0.7, -0.8, -0.6)), palm=_IN, fingers=(-0.2, 1, 0.1), curl=0.5
        ),
        _held(
            Reach("front", (0.15, 0.19, -0.42), (0.7, -0.8, -0.6)), palm=_IN, fingers=(-0.2, 1, 0.1), curl=0.5
        ),
        lean=-3,
        walking=0.7,
    ),
    Gesture(
        "pulling a case", "pull", Arm(-24, 8, 10, 8, (-0.8, -0.2, 0), None, 0.95, None, False), walking=0.85
    ),
    Gesture(
        "pushing at waist height",
        "push",
        _held(Reach("ground", (0.20, 0.38, 1.0), (0.6, -0.7, -0.7)), **_GRIP),
        _held(Reach("ground", (0.20, 0.38, 1.0), (0.6, -0.7, -0.7)), **_GRIP),
        lean=5,
        walking=0.9,
    ),
    Gesture(
        "pushing with straight arms",
        "push",
        _held(Reach("ground", (0.21, 0.46, 1.02), (0.6, -0.4, -0.8)), **_GRIP),
        _held(Reach("ground", (0.21, 0.46, 1.02), (0.6, -0.4, -0.8)), **_GRIP),
        lean=9,
        walking=0.95,
    ),
    Gesture("umbrella", "umbrella", _held(Reach("front", (0.13, 0.16, -0.21)), **_SHAFT), walking=0.8),
    Gesture(
        "umbrella held near", "umbrella", _held(Reach("front", (0.10, 0.11, -0.13)), **_SHAFT), walking=0.8
    ),
    Gesture(
        "waving high",
        "waving",
        _held(
            Reach("head", (0.30, 0.10, 0.14), (0.7, 0, -1)), palm=(0, 1, 0), fingers=(0.15, 0, 1), curl=0.1
        ),
        walking=0.3,
    ),
    Gesture(
        "waving low",
        "waving",
        _held(
            Reach("head", (0.34, 0.16, -0.14), (0.5, -0.4, -1)), palm=(0, 1, 0), fingers=(0.3, 0, 1), curl=0.1
        ),
        walking=0.3,
    ),
    Gesture(
        "pointing ahead", "pointing", Arm(84, 8, 10, 10, (-0.7, 0, -0.7), None, 0.5, None, False), walking=0.2
    ),
    Gesture(
        "pointing aside",
        "pointing",
        Arm(25, 68, 10, 12, (0, 0.3, -1), None, 0.5, None, False),
        turn=25,
        walking=0.2,
    ),
    Gesture(
        "hand at the chin",
        "face",
        _held(Reach("head", (0.05, 0.13, -0.21), (0.3, 0.2, -1)), palm=(-0.2, -1, 0.3), fingers=(-0.4, 0, 1)),
        walking=0.2,
        pitch=6,
    ),
    Gesture(
        "hand in the hair",
        "face",
        _held(Reach("head", (0.15, 0.0, 0.03), (1, 0.1, 0.1)), palm=(-1, 0, -0.2), fingers=(-0.6, -0.5, 0.8)),
        walking=0.2,
        pitch=6,
    ),
    Gesture(
        "hand on the strap",
        "strap",
        _held(
            Reach("front", (0.12, 0.05, -0.15), (0.6, -0.2, -1)),
            palm=(0, -1, 0),
            fingers=(-0.1, 0, 1),
            curl=0.85,
        ),
        walking=0.8,
    ),
    Gesture(
        "hands on both straps",
        "strap",
        _held(
            Reach("front", (0.13, 0.05, -0.17), (0.6, -0.2, -1)),
            palm=(0, -1, 0),
            fingers=(-0.1, 0, 1),
            curl=0.85,
        ),
        _held(
            Reach("front", (0.13, 0.05, -0.17), (0.6, -0.2, -1)),
            palm=(0, -1, 0),
            fingers=(-0.1, 0, 1),
            curl=0.85,
        ),
        walking=0.8,
    ),
    Gesture("holding a cup", "holding", _held(Reach("front", (0.12, 0.18, -0.30)), **_SHAFT), walking=0.6),
    Gesture(
        "talking with hands",
        "anywhere",
        Arm(22, 12, 25, 85, (-0.5, 0, 0.8), None, 0.25, None, False),
        Arm(30, 16, 20, 70, (-0.6, 0.2, 0.6), None, 0.25, None, False),
        walking=0.3,
        loose=16,
    ),
    Gesture(
        "arms anywhere",
        "anywhere",
        Arm(45, 35, 15, 45, (-0.6, 0, -0.4), None, 0.3, None, False),
        Arm(10, 20, 20, 40, (-0.8, 0, 0), None, 0.3, None, False),
        walking=0.5,
        loose=30,
    ),
)
VALIDATION_GESTURES = (
    Gesture("phone at the belly", "phone", _held(Reach("front", (0.03, 0.17, -0.31)), **_PHONE), pitch=22),
    Gesture(
        "call, head tilted",
        "call",
        _held(Reach("head", (0.135, 0.055, -0.175), (0.6, 0.3, -1)), **_EAR),
        pitch=10,
    ),
    Gesture(
        "thumbs in pockets",
        "pockets",
        _held(Reach("side", (0.0, 0.05, 0.06), (0.9, -0.9, 0.0)), **_POCKET),
        _held(Reach("side", (0.0, 0.05, 0.06), (0.9, -0.9, 0.0)), **_POCKET),
        walking=0.4,
    ),
    Gesture("case in hand", "carry", Arm(4, 5, 12, 14, (-1, 0.1, 0), None, 0.85, None, False), walking=0.8),
    Gesture(
        "pushing low",
        "push",
        _held(Reach("ground", (0.18, 0.40, 0.94), (0.7, -0.6, -0.7)), **_GRIP),
        _held(Reach("ground", (0.18, 0.40, 0.94), (0.7, -0.6, -0.7)), **_GRIP),
        lean=7,
        walking=0.9,
    ),
    Gesture("umbrella out", "umbrella", _held(Reach("front", (0.16, 0.2, -0.17)), **_SHAFT), walking=0.8),
    Gesture(
        "trailing a case", "pull", Arm(-18, 10, 8, 12, (-0.8, -0.3, 0), None, 0.9, None, False), walking=0.9
    ),
    Gesture(
        "holding papers",
        "holding",
        _held(Reach("front", (0.06, 0.16, -0.34)), **_PHONE),
        pitch=16,
        walking=0.4,
    ),
)
HELD_OUT_GESTURES = (
    Gesture("phone far out", "phone", _held(Reach("front", (0.09, 0.30, -0.22)), **_PHONE), pitch=20),
    Gesture(
        "call, elbow out",
        "call",
        _held(Reach("head", (0.14, 0.05, -0.165), (0.9, 0.2, -0.8)), **_EAR),
        turn=-6,
    ),
    Gesture(
        "hands deep in pockets",
        "pockets",
        _held(Reach("side", (-0.02, 0.02, -0.01), (0.5, -1.0, 0.0)), **_POCKET),
        _held(Reach("side", (-0.02, 0.02, -0.01), (0.5, -1.0, 0.0)), **_POCKET),
        walking=0.5,
    ),
    Gesture(
        "arms loosely folded",
        "folded",
        _held(Reach("front", (-0.07, 0.12, -0.28), (0.8, 0.1, -1)), palm=(0, -1, 0.2), fingers=(-1, 0, 0)),
        _held(Reach("front", (-0.06, 0.07, -0.30), (0.8, 0.1, -1)), palm=(0, -1, 0.2), fingers=(-1, -0.3, 0)),
        walking=0.05,
    ),
    Gesture("bag held ahead", "carry", Arm(10, 7, 20, 24, (-1, 0.2, 0), None, 0.9, None, False), walking=0.8),
    Gesture(
        "pushing wide",
        "push",
        _held(Reach("ground", (0.25, 0.42, 1.05), (0.8, -0.5, -0.7)), **_GRIP),
        _held(Reach("ground", (0.25, 0.42, 1.05), (0.8, -0.5, -0.7)), **_GRIP),
        lean=4,
        walking=0.9,
    ),
    Gesture("umbrella low", "umbrella", _held(Reach("front", (0.15, 0.14, -0.27)), **_SHAFT), walking=0.8),
    Gesture(
        "case behind", "pull", Arm(-30, 7, 12, 10, (-0.7, -0.4, 0), None, 0.92, None, False), walking=0.9
    ),
    Gesture(
        "shading the eyes",
        "face",
        _held(
            Reach("head", (0.13, 0.16, 0.05), (1, 0.3, -0.4)),
            palm=(-0.1, -0.3, -1),
            fingers=(-1, 0.1, 0.2),
            curl=0,
        ),
        walking=0.3,
    ),
)

TRAIN_STANCES = (
    Stance("even", (0.11, 0.0, 6), (0.11, 0.0, 6)),
    Stance("feet together", (0.075, 0.0, 3), (0.075, 0.01, 3)),
    Stance("wide", (0.19, 0.0, 12), (0.19, 0.0, 12)),
    Stance("weight on one leg", (0.10, 0.0, 4), (0.15, 0.07, 18), 0.055, 5.0, 2.0),
    Stance("contrapposto", (0.09, -0.02, 2), (0.17, 0.10, 28), 0.07, 7.0, -6.0, 5.0),
    Stance("one foot ahead", (0.10, 0.13, 5), (0.11, -0.12, 14), 0.01, 1.0, 4.0, -8.0),
    Stance("one foot back", (0.09, 0.02, 3), (0.13, -0.16, 22), 0.045, 3.0, 3.0, -10.0),
)
VALIDATION_STANCES = (
    Stance("plain", (0.13, 0.0, 8), (0.13, 0.02, 8), 0.01),
    Stance("resting", (0.095, 0.0, 5), (0.14, 0.04, 14), 0.05, 4.0),
)
HELD_OUT_STANCES = (
    Stance("at ease", (0.15, 0.0, 10), (0.15, 0.03, 9), 0.015),
    Stance("slack", (0.085, 0.01, 3), (0.16, 0.06, 22), 0.06, 6.0, -3.0),
)
TRAIN_TURNS = (
    Stance("turning", (0.12, -0.06, 34), (0.12, 0.10, -2), 0.03, 1.0, 22.0, 14.0),
    Stance("looking back", (0.11, 0.02, 10), (0.12, 0.0, 6), 0.01, 1.0, 34.0, 12.0),
    Stance("pivot", (0.10, 0.08, 48), (0.13, -0.10, 0), 0.05, 3.0, 14.0, 22.0),
)
VALIDATION_TURNS = (Stance("half turn", (0.11, 0.0, 26), (0.13, 0.06, 2), 0.02, 2.0, 18.0, 10.0),)
HELD_OUT_TURNS = (Stance("swing round", (0.12, 0.03, 40), (0.11, -0.05, 4), 0.04, 2.0, 27.0, 16.0),)

TRAIN_SEATS = (
    Seat("upright", (0.11, 0.40, 6), (0.11, 0.41, 6), -4, (_LAP, _LAP)),
    Seat("leaning back", (0.12, 0.58, 8), (0.10, 0.52, 8), -16, (_LAP, _MIDDLE)),
    Seat("leaning forward", (0.15, 0.36, 8), (0.15, 0.33, 10), 24, (_KNEE, _KNEE), 12),
    Seat("feet back", (0.10, 0.22, 3), (0.09, 0.28, 3), 4, (_MIDDLE, _MIDDLE)),
    Seat("legs apart", (0.24, 0.44, 20), (0.22, 0.42, 18), -8, (_KNEE, _LAP)),
    Seat(
        "with a phone",
        (0.11, 0.42, 6),
        (0.12, 0.36, 6),
        8,
        (_LAP, _held(Reach("front", (0.04, 0.18, -0.32)), **_PHONE)),
        28,
    ),
)
VALIDATION_SEATS = (
    Seat("at rest", (0.13, 0.45, 8), (0.12, 0.46, 8), -7, (_MIDDLE, _LAP)),
    Seat("bent", (0.14, 0.34, 8), (0.13, 0.31, 8), 17, (_KNEE, _LAP), 10),
)
HELD_OUT_SEATS = (
    Seat("straight", (0.10, 0.38, 4), (0.10, 0.37, 4), -1, (_LAP, _MIDDLE)),
    Seat("stretched", (0.12, 0.64, 10), (0.12, 0.60, 10), -20, (_MIDDLE, _MIDDLE)),
)
