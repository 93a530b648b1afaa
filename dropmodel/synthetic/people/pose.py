"""Poses: drawn from a style's tables, and carried on in time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np

from dropmodel.synthetic.people import gait as gaits
from dropmodel.synthetic.people import gestures
from dropmodel.synthetic.people.attitude import Arm, Attitude, Leg, Trunk, Vector
from dropmodel.synthetic.people.gait import Gait, stride
from dropmodel.synthetic.people.gestures import Gesture, Seat, Stance

Hand = Literal["left", "right"]
_Row = TypeVar("_Row", Gait, Gesture, Stance, Seat)

BASES = ("walk", "run", "stand", "turn", "sit")
"""Kinds of pose that say what the legs do; every other kind is a gesture done while walking or standing."""


@dataclass(frozen=True, slots=True)
class MotionStyle:
    """Which poses a style knows; no row of one style's tables is in another's.

    ``kinds`` are (kind, how often) of what is drawn unasked; ``glance`` is the spread of the head's turn.
    """

    name: str
    kinds: tuple[tuple[str, float], ...]
    gaits: tuple[Gait, ...]
    gestures: tuple[Gesture, ...]
    stances: tuple[Stance, ...]
    turns: tuple[Stance, ...]
    seats: tuple[Seat, ...]
    glance: float


TRAIN = MotionStyle(
    "train",
    (
        ("walk", 0.44),
        ("run", 0.03),
        ("stand", 0.13),
        ("turn", 0.04),
        ("sit", 0.03),
        ("phone", 0.08),
        ("call", 0.03),
        ("pockets", 0.06),
        ("folded", 0.02),
        ("behind", 0.01),
        ("hips", 0.02),
        ("carry", 0.03),
        ("strap", 0.02),
        ("waving", 0.01),
        ("pointing", 0.01),
        ("face", 0.01),
        ("holding", 0.01),
        ("anywhere", 0.03),
    ),
    gaits.TRAIN,
    gestures.TRAIN_GESTURES,
    gestures.TRAIN_STANCES,
    gestures.TRAIN_TURNS,
    gestures.TRAIN_SEATS,
    17,
)
VALIDATION = MotionStyle(
    "validation",
    (
        ("walk", 0.58),
        ("run", 0.02),
        ("stand", 0.18),
        ("turn", 0.03),
        ("sit", 0.03),
        ("phone", 0.07),
        ("call", 0.03),
        ("pockets", 0.04),
        ("holding", 0.02),
    ),
    gaits.VALIDATION,
    gestures.VALIDATION_GESTURES,
    gestures.VALIDATION_STANCES,
    gestures.VALIDATION_TURNS,
    gestures.VALIDATION_SEATS,
    13,
)
HELD_OUT = MotionStyle(
    "held_out",
    (
        ("walk", 0.56),
        ("run", 0.02),
        ("stand", 0.18),
        ("turn", 0.04),
        ("sit", 0.03),
        ("phone", 0.07),
        ("call", 0.03),
        ("pockets", 0.04),
        ("folded", 0.02),
        ("face", 0.01),
    ),
    gaits.HELD_OUT,
    gestures.HELD_OUT_GESTURES,
    gestures.HELD_OUT_STANCES,
    gestures.HELD_OUT_TURNS,
    gestures.HELD_OUT_SEATS,
    20,
)

KINDS = tuple(dict.fromkeys((*BASES, *(gesture.kind for gesture in gestures.TRAIN_GESTURES))))
"""Every kind of pose there is; a style without a kind's gesture answers with its nearest plain base."""


@dataclass(frozen=True, slots=True)
class Manner:
    """All that was drawn for one person's pose; with a time it makes an :class:`Attitude`."""

    base: str
    gait: Gait
    stance: Stance | None
    seat: Seat | None
    arms: tuple[Arm | None, Arm | None]
    """What each arm does, None for an arm that goes with the gait."""
    start: float
    tempo: float
    hanging: tuple[Arm, Arm]
    """How this person's arms hang when they have nothing to do."""
    look: Vector
    drift: tuple[float, float, float]
    """Slow turn of the head: degrees, seconds of a period, phase."""
    lean: float
    bend: float
    stoop: float
    shrug: float
    seat_height: float
    uneven: tuple[float, float]
    """Factors of the left and right leg's stride."""


@dataclass(frozen=True, slots=True)
class Pose:
    """One person's pose at one moment.

    ``phase`` is the left leg's place in its stride, 0..1 from heel strike, None for who does not go.
    ``hand`` is the hand that acts (the bag's, the telephone's), "" where neither or both do.
    """

    kind: str
    attitude: Attitude
    phase: float | None
    hand: str
    gesture: str
    time: float
    manner: Manner

    @property
    def moving(self) -> bool:
        """Whether the person goes anywhere."""
        return self.phase is not None

    @property
    def seat_height(self) -> float | None:
        """Metres of the seat's top above the ground, for who sits."""
        return self.attitude.seat

    @property
    def speed(self) -> float:
        """Metres a second that a person 1.72 m tall goes forward; others in proportion to their height."""
        return self.manner.gait.speed * self.manner.tempo if self.moving else 0.0


def draw_pose(
    random: np.random.Generator,
    style: MotionStyle,
    kind: str | None = None,
    *,
    phase: float | None = None,
    hand: Hand | None = None,
    moving: bool | None = None,
    gesture: str | None = None,
    age: float = 2 / 3,
    seat_height: float = 0.46,
) -> Pose:
    """A pose of ``style``.

    ``kind`` None draws one of the style's; ``phase`` fixes the stride's phase, ``hand`` the acting hand,
    ``moving`` whether a gesture is done walking, ``gesture`` its row by name. ``age`` as in
    :class:`~dropmodel.synthetic.people.body.Phenotype`: old people stoop and take short steps, children
    quick ones.
    """
    if kind is None:
        names, shares = zip(*style.kinds, strict=True)
        kind = str(random.choice(names, p=np.array(shares) / sum(shares)))
    if kind not in KINDS:
        raise ValueError(f"unknown kind of pose {kind!r}; choose from {', '.join(KINDS)}")
    acting = "" if kind in BASES else (hand or ("right" if random.uniform() < 0.62 else "left"))
    row = _gesture(random, style, kind, gesture)
    base = kind if kind in BASES else _base(random, row, moving)
    manner = _manner(random, style, base, row, acting == "left", age, seat_height)
    if phase is not None:
        manner = replace(manner, start=phase)
    if row is not None and row.left is not None:
        acting = ""
    return _moment(kind, manner, 0.0, acting, "" if row is None else row.name)


def next_step(pose: Pose, seconds: float) -> Pose:
    """The same person ``seconds`` later: further in the stride, the head a little turned."""
    return _moment(pose.kind, pose.manner, pose.time + seconds, pose.hand, pose.gesture)


def _gesture(random: np.random.Generator, style: MotionStyle, kind: str, name: str | None) -> Gesture | None:
    rows = [row for row in style.gestures if row.kind == kind and name in {None, row.name}]
    if name is not None and not rows:
        raise ValueError(f"style {style.name} has no gesture {name!r} of kind {kind!r}")
    return _one(random, rows) if rows else None


def _base(random: np.random.Generator, row: Gesture | None, moving: bool | None) -> str:
    often = 0.5 if row is None else row.walking
    goes = random.uniform() < often if moving is None else moving
    return "walk" if goes else "stand"


def _one(random: np.random.Generator, rows: Sequence[_Row]) -> _Row:
    return rows[int(random.integers(len(rows)))]


def _manner(
    random: np.random.Generator,
    style: MotionStyle,
    base: str,
    row: Gesture | None,
    mirrored: bool,
    age: float,
    seat_height: float,
) -> Manner:
    gait = _own_gait(random, _one(random, [g for g in style.gaits if g.running == (base == "run")]), age)
    stance = None
    if base == "stand":
        stance = _own_stance(random, _one(random, style.stances))
    elif base == "turn":
        stance = _own_stance(random, _one(random, style.turns))
    seat = _one(random, style.seats) if base == "sit" else None
    arms: tuple[Arm | None, Arm | None] = (None, None)
    turn = pitch = lean = 0.0
    if seat is not None:
        arms, pitch, lean = seat.arms, seat.pitch, seat.lean
    if row is not None:
        pair = (_own_arm(random, row.left, row.loose), _own_arm(random, row.right, row.loose))
        arms = (pair[1], pair[0]) if mirrored else pair
        turn, pitch, lean = (row.turn if mirrored else -row.turn), row.pitch, row.lean + lean
    # Who is past 60 (age 0.85) may stoop, up to 30 degrees.
    old = max(0.0, (age - 0.82) / 0.18)
    relaxed = tuple(
        Arm(
            swing=float(random.normal(-2, 3)),
            out=float(random.uniform(0, 4)),
            twist=float(random.uniform(4, 27)),
            elbow=float(random.uniform(-6, 8)),
            palm=(-1.0, float(random.uniform(-0.9, -0.15)), 0.0),
            curl=float(random.uniform(0.22, 0.5)),
        )
        for _ in range(2)
    )
    return Manner(
        base,
        gait,
        stance,
        seat,
        arms,
        start=float(random.uniform()),
        tempo=float(random.uniform(0.94, 1.06)),
        hanging=(relaxed[0], relaxed[1]),
        look=(
            float(np.clip(random.normal(0, style.glance), -55, 55)) * (0.4 if row is not None else 1) + turn,
            float(random.normal(4, 5)) + pitch,
            float(random.normal(0, 2.5)),
        ),
        drift=(
            float(random.uniform(0, 8)),
            float(random.uniform(2.5, 6)),
            float(random.uniform(0, 2 * math.pi)),
        ),
        lean=gait.lean * (base in {"walk", "run"}) + lean + float(random.normal(0, 1.2)),
        bend=float(random.normal(0, 1.2)),
        stoop=float(abs(random.normal(3, 4))) + old * float(random.uniform(2, 30)),
        shrug=float(random.normal(0, 2.5)),
        seat_height=seat_height,
        uneven=(float(random.uniform(0.96, 1.04)), float(random.uniform(0.96, 1.04))),
    )


def _own_gait(random: np.random.Generator, row: Gait, age: float) -> Gait:
    """A person's own version of a table's gait."""
    old, young = max(0.0, (age - 0.82) / 0.18), max(0.0, (0.5 - age) / 0.5)
    return replace(
        row,
        stride=row.stride * float(random.uniform(0.93, 1.07)) * (1 - 0.35 * old),
        cadence=row.cadence * float(random.uniform(0.96, 1.04)) * (1 - 0.12 * old + 0.3 * young),
        swing=row.swing * float(random.uniform(0.8, 1.25)) * (1 - 0.4 * old + 0.4 * young),
        elbow=row.elbow + float(random.normal(0, 4)),
        twist=row.twist * float(random.uniform(0.8, 1.2)),
        lean=row.lean + float(random.normal(0, 1)) + 3 * old,
        toe_out=row.toe_out + float(random.normal(0, 2.5)),
        width=row.width * float(random.uniform(0.88, 1.12)),
    )


def _own_stance(random: np.random.Generator, row: Stance) -> Stance:
    """A person's own version of a table's stance, on the left or the right leg."""

    def foot(at: Vector) -> Vector:
        out, forward, yaw = at
        return (
            out * float(random.uniform(0.92, 1.15)),
            forward + float(random.normal(0, 0.015)),
            yaw + float(random.normal(0, 4)),
        )

    amount = float(random.uniform(0.8, 1.15)) * (1 if random.uniform() < 0.5 else -1)
    feet = (foot(row.left), foot(row.right))
    left, right = feet if amount > 0 else (feet[1], feet[0])
    return replace(
        row, left=left, right=right, shift=amount * row.shift, drop=amount * row.drop,
        twist=amount * row.twist, turn=amount * row.turn,
    )  # fmt: skip


def _own_arm(random: np.random.Generator, arm: Arm | None, loose: float) -> Arm | None:
    """A person's own version of a table's arm."""
    if arm is None:
        return None
    if arm.reach is None:
        return replace(
            arm,
            swing=arm.swing + float(random.normal(0, loose)),
            out=max(arm.out + float(random.normal(0, 0.6 * loose)), 0.0),
            elbow=max(arm.elbow + float(random.normal(0, loose)), 4.0),
            twist=arm.twist + float(random.normal(0, 0.5 * loose)),
        )
    near = 0.006 if arm.reach.anchor in {"side", "back", "thigh"} else 0.018
    at = tuple(value + float(random.normal(0, near)) for value in arm.reach.at)
    return replace(arm, reach=replace(arm.reach, at=(at[0], at[1], at[2])))


def _moment(kind: str, manner: Manner, time: float, hand: str, gesture: str) -> Pose:
    goes = manner.base in {"walk", "run"}
    phase = (manner.start + manner.gait.strides_a_second * manner.tempo * time) % 1 if goes else None
    if phase is not None:
        attitude = _going(manner, phase, time)
    elif manner.seat is not None:
        attitude = _sitting(manner, manner.seat, time)
    elif manner.stance is not None:
        attitude = _standing(manner, manner.stance, time)
    else:
        raise ValueError(f"no attitude for {manner.base!r}")
    return Pose(kind, attitude, phase, hand, gesture, time, manner)


def _look(manner: Manner, time: float) -> Vector:
    amount, period, start = manner.drift
    turn, pitch, tilt = manner.look
    angle = 2 * math.pi * time / period + start
    return turn + amount * math.sin(angle), pitch + 0.25 * amount * math.sin(1.7 * angle), tilt


def _arms(manner: Manner, swings: tuple[float, float], elbow: float) -> tuple[Arm, Arm]:
    """Both arms: what they are busy with, or hanging and swinging."""
    found = []
    for busy, own, swing in zip(manner.arms, manner.hanging, swings, strict=True):
        if busy is not None:
            # A hand that holds something still goes along a little.
            found.append(busy if busy.reach is not None else replace(busy, swing=busy.swing + 0.3 * swing))
            continue
        bend = max(elbow + own.elbow + 0.7 * max(swing, 0), 6.0)
        found.append(replace(own, swing=own.swing + swing, elbow=bend))
    return found[0], found[1]


def _going(manner: Manner, phase: float, time: float) -> Attitude:
    gait = manner.gait
    wave, side = math.cos(2 * math.pi * phase), math.sin(2 * math.pi * phase)
    amount = min(gait.stride, 1.2)
    legs = []
    for k, offset in enumerate((0.0, 0.5)):
        now = stride(replace(gait, stride=gait.stride * manner.uneven[k]), phase + offset)
        legs.append(
            Leg(
                now.thigh,
                _inwards(gait.width),
                now.knee,
                now.foot,
                now.toes,
                yaw=gait.toe_out - 4,
                stance=now.stance,
            )
        )
    trunk = Trunk(
        hips=(-5 * amount * wave, -3.0 * amount * side, 0.4 * manner.lean),
        lean=0.6 * manner.lean,
        bend=2.4 * amount * side + manner.bend,
        twist=(5 * amount + gait.twist) * wave,
        stoop=manner.stoop,
        shrug=manner.shrug,
        look=_look(manner, time),
    )
    # The arm lags a little behind the leg of the other side.
    lag = math.cos(2 * math.pi * (phase - 0.04))
    return Attitude(
        trunk, _arms(manner, (-gait.swing * lag, gait.swing * lag), gait.elbow), (legs[0], legs[1])
    )


def _inwards(width: float) -> float:
    """Degrees a leg leans outwards so that the ankles of a person 1.72 m tall are ``width`` apart."""
    return math.degrees(math.atan2(width / 2 - 0.105, 0.83))


def _standing(manner: Manner, stance: Stance, time: float) -> Attitude:
    amount, period, start = manner.drift
    sway = 0.004 * math.sin(2 * math.pi * time / (0.8 * period) + start)
    legs = tuple(
        Leg(knee=5.0, yaw=yaw - 4, plant=(out, forward)) for out, forward, yaw in (stance.left, stance.right)
    )
    turn = stance.turn
    look = _look(manner, time)
    if manner.base == "turn":
        # Eyes lead a turn, as far as a neck goes.
        look = (float(np.clip(look[0] + 1.4 * (turn + stance.twist), -78, 78)), look[1], look[2])
    trunk = Trunk(
        hips=(turn, -stance.drop, 0.3 * manner.lean),
        shift=stance.shift + sway,
        lean=0.7 * manner.lean,
        bend=0.9 * stance.drop + manner.bend,
        twist=stance.twist,
        stoop=manner.stoop,
        shrug=manner.shrug,
        look=look,
    )
    idle = 0.3 * amount * math.sin(2 * math.pi * time / period)
    return Attitude(trunk, _arms(manner, (idle, -idle), 0.7 * manner.gait.elbow), (legs[0], legs[1]))


def _sitting(manner: Manner, seat: Seat, time: float) -> Attitude:
    legs = tuple(Leg(yaw=yaw - 4, plant=(out, forward)) for out, forward, yaw in (seat.left, seat.right))
    trunk = Trunk(
        hips=(0.0, 0.0, 0.35 * manner.lean - 6),
        lean=0.65 * manner.lean + 6,
        bend=manner.bend,
        stoop=manner.stoop,
        shrug=manner.shrug,
        look=_look(manner, time),
    )
    return Attitude(trunk, _arms(manner, (0.0, 0.0), 30), (legs[0], legs[1]), manner.seat_height)
