"""What a pose is: a person's attitude in words of anatomy, the same for a child and a heavy man."""

from dataclasses import dataclass, field
from typing import Literal

Vector = tuple[float, float, float]
"""(outwards, forwards, up), seen from the limb's own side; metres of a person 1.72 m tall, or a direction."""

Anchor = Literal["front", "side", "back", "head", "ground", "thigh"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a wrist is to be.

    ``anchor`` is what ``at`` is measured from: the ``front`` surface of the trunk in the body's middle at
    ``up`` from the shoulder's height; the ``side`` surface at ``up`` from the hip joint; the ``back``, at
    ``up`` from the hip joint; the middle of the ``head``; the ``ground`` under the hips (true metres
    up); or the own ``thigh`` (the second value is the share of the way from hip to knee).
    ``pole`` is the direction the elbow points to.
    """

    anchor: Anchor
    at: Vector
    pole: Vector = (0.5, -0.4, -1.0)


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm, hanging by angles or reaching; degrees.

    ``swing`` forwards and ``out`` sideways from where the arm hangs free of the body; ``twist`` turns the
    elbow's hinge inwards; ``elbow`` is its bend. ``palm`` is where the palm looks, ``fingers`` where the
    hand points (None: on with the forearm). ``curl`` bends the fingers, 0 flat to 1 a fist. ``free`` arms
    swing with the gait.
    """

    swing: float = 0.0
    out: float = 2.0
    twist: float = 25.0
    elbow: float = 18.0
    palm: Vector = (-1.0, -0.45, 0.0)
    fingers: Vector | None = None
    curl: float = 0.35
    reach: Reach | None = None
    free: bool = True


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg by angles, or planted; degrees.

    ``thigh`` forwards and ``out`` from the vertical, ``knee`` its bend, ``foot`` the pitch of the foot
    against the ground (toes up), ``toes`` their bend, ``yaw`` the foot turned outwards from rest.
    ``stance`` is 1 where the foot carries weight.

    ``plant`` puts the ankle at (outwards, forwards) from the point under the middle of the hips, metres of a
    person 1.72 m tall; then ``knee`` is the least bend.
    """

    thigh: float = 0.0
    out: float = 0.0
    knee: float = 4.0
    foot: float = 0.0
    toes: float = 0.0
    yaw: float = 4.0
    stance: float = 1.0
    plant: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Trunk:
    """Hips, spine and head; degrees, all turns towards the own left where they have a side.

    ``hips`` is (turn, drop of the left hip, tilt forwards), ``shift`` metres of the hips to the left,
    ``lean`` forwards, ``bend`` and ``twist`` of the spine on top of the hips, ``stoop`` of the upper back,
    ``shrug`` of the shoulders up. ``look`` is the head's (turn, pitch downwards, tilt) in the world.
    """

    hips: Vector = (0.0, 0.0, 0.0)
    shift: float = 0.0
    lean: float = 0.0
    bend: float = 0.0
    twist: float = 0.0
    stoop: float = 0.0
    shrug: float = 0.0
    look: Vector = (0.0, 3.0, 0.0)


@dataclass(frozen=True, slots=True)
class Attitude:
    """A whole person at one moment; arms and legs are (left, right)."""

    trunk: Trunk = field(default_factory=Trunk)
    arms: tuple[Arm, Arm] = (Arm(), Arm())
    legs: tuple[Leg, Leg] = (Leg(plant=(0.11, 0.0)), Leg(plant=(0.11, 0.0)))
    seat: float | None = None
    """Height of the seat's top in metres, for who sits."""
