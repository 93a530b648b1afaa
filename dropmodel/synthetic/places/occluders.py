"""Things that stand between the camera and a person, set so that a wanted share of the person is hidden."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.camera import Camera
from dropmodel.synthetic.drawing.geometry import Mesh
from dropmodel.synthetic.places.style import PlaceStyle
from dropmodel.synthetic.props.catalogue import VARIANTS, prop

Random = np.random.Generator


class Side(StrEnum):
    """Which part of the target is hidden, as seen in the picture."""

    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"
    MIDDLE = "middle"
    UPPER = "upper"


@dataclass(frozen=True)
class Nature:
    """What a kind can hide and how: the ``sides`` it suits, how dense it is (1 lets nothing through), and
    whether it is turned with its long side to the camera ``across`` x already."""

    sides: tuple[Side, ...]
    fill: float = 1.0
    loose_turn: float = 12.0


_LOW = (Side.BOTTOM,)
_TRUNKS = frozenset({"tree", "bare_tree", "pole", "bollard", "sign_post"})
INDOORS = frozenset(
    {
        *(
            "round_bin",
            "bench",
            "railing",
            "sign_post",
            "site_board",
            "planter",
            "counter",
            "a_board",
            "column",
        ),
        *("suitcases", "notice_board", "shopping_cart", "tape_posts", "crates", "luggage_cart", "stroller"),
        *("kiosk", "show_case", "potted_palm", "advert", "branches", "parasol", "wheeled_bin", "pole"),
        *("seats", "sofa", "book_shelf", "freezer", "vending_machine"),
    }
)
"""Kinds that are found under a roof as well."""
ROOFED = frozenset({"book_shelf", "sofa", "show_case", "freezer", "counter", "seats", "tape_posts"})
"""Kinds that are found nowhere else."""
CARS = frozenset({"hatchback", "saloon", "estate", "suv", "minivan", "van"})
FOOTWAYS = frozenset({"railway_platform", "park_path", "bridge", "beach_promenade", "playground"})
"""Kinds of place that no car drives into."""
_WIDE = (Side.BOTTOM, Side.LEFT, Side.RIGHT)
_TALL = (Side.LEFT, Side.RIGHT, Side.BOTTOM)
_THIN = (Side.MIDDLE, Side.LEFT, Side.RIGHT)
_HIGH = (Side.UPPER,)

NATURES: dict[str, Nature] = {
    "round_bin": Nature(_LOW),
    "bench": Nature(_LOW, 0.5),
    "bollard": Nature((Side.MIDDLE, Side.BOTTOM)),
    "pole": Nature(_THIN, loose_turn=180),
    "railing": Nature(_LOW, 0.25),
    "crowd_barrier": Nature(_LOW, 0.28),
    "sign_post": Nature((Side.UPPER, Side.MIDDLE), 0.8),
    "site_board": Nature(_WIDE),
    "near_bush": Nature(_LOW, 0.8, 180),
    "near_hedge": Nature(_WIDE),
    "tree": Nature(_THIN, loose_turn=180),
    "planter": Nature(_LOW, 0.8),
    "hatchback": Nature(_WIDE, 0.92),
    "saloon": Nature(_WIDE, 0.92),
    "van": Nature(_TALL, 0.95),
    "bicycle": Nature(_LOW, 0.3),
    "scooter": Nature(_LOW, 0.7),
    "cabinet": Nature(_WIDE),
    "counter": Nature(_LOW),
    "wheeled_bin": Nature(_LOW),
    "road_barrier": Nature(_LOW, 0.5),
    "branches": Nature(_HIGH, 0.7),
    "a_board": Nature(_LOW),
    "column": Nature((Side.LEFT, Side.RIGHT), loose_turn=45),
    "suitcases": Nature(_LOW),
    "estate": Nature(_WIDE, 0.92),
    "notice_board": Nature((Side.UPPER, Side.LEFT, Side.RIGHT), 0.85),
    "picket_fence": Nature(_LOW, 0.65),
    "hydrant": Nature(_LOW),
    "letter_box": Nature(_TALL),
    "mesh_fence": Nature(_LOW, 0.2),
    "suv": Nature(_WIDE, 0.92),
    "shopping_cart": Nature(_LOW, 0.35),
    "conifer": Nature((Side.LEFT, Side.RIGHT), 0.8, 180),
    "tape_posts": Nature(_LOW, 0.12),
    "crates": Nature(_LOW, 0.9),
    "luggage_cart": Nature(_LOW, 0.7),
    "stroller": Nature(_LOW, 0.7),
    "kiosk": Nature((Side.LEFT, Side.RIGHT)),
    "minivan": Nature(_WIDE, 0.92),
    "motorbike": Nature(_LOW, 0.6),
    "jersey_barrier": Nature(_LOW),
    "show_case": Nature(_LOW, 0.75),
    "parasol": Nature(_HIGH, 0.9),
    "plastic_barrier": Nature(_LOW),
    "phone_booth": Nature((Side.LEFT, Side.RIGHT)),
    "potted_palm": Nature(_LOW, 0.4, 180),
    "advert": Nature((Side.LEFT, Side.RIGHT)),
    "seats": Nature(_LOW, 0.7),
    "sofa": Nature(_LOW),
    "drums": Nature(_LOW, 0.95),
    "book_shelf": Nature((Side.LEFT, Side.RIGHT)),
    "bare_tree": Nature(_THIN, 0.95, 180),
    "freezer": Nature(_LOW),
    "vending_machine": Nature((Side.LEFT, Side.RIGHT)),
}

_PERSON_WIDTH = 0.29
"""Width of a person seen by a camera, as a share of the height: shoulders, swinging arms, a stride."""
_NEAREST_GAP = 0.4
"""Metres left free between the target's middle and what hides it, beside half the thing's depth."""


@dataclass(frozen=True, eq=False)
class Occluder:
    """A thing at the origin facing -y; ``width``, ``depth`` and ``height`` in metres.

    ``low`` is the lower edge of what hides from above: a crown, a sign's plate, a parasol's cloth.
    """

    kind: str
    mesh: Mesh
    width: float
    depth: float
    height: float
    low: float


@dataclass(frozen=True, eq=False)
class Placed:
    """An occluder in the world; ``share`` is the share of the target it should hide, to be measured."""

    mesh: Mesh
    kind: str
    side: Side
    share: float


def kinds_for(
    style: PlaceStyle, side: Side | None = None, indoor: bool = False, place: str = ""
) -> tuple[str, ...]:
    """The style's kinds that can hide this side of a person (any side if None) and belong in such a place.

    ``place`` is the kind of place, "" for one that anything outdoors may be found in.
    """
    kinds = tuple(kind for kind in style.occluders if side is None or side in NATURES[kind].sides)
    strange = CARS if place in FOOTWAYS else frozenset()
    fitting = (kind for kind in kinds if (kind in INDOORS if indoor else kind not in ROOFED))
    return tuple(kind for kind in fitting if kind not in strange) or kinds


def draw_occluder(
    random: Random,
    kind: str | None,
    style: PlaceStyle,
    side: Side | None = None,
    indoor: bool = False,
    place: str = "",
) -> Occluder:
    """An occluder of ``kind``, or of any of the style's kinds that suit ``side`` and the place."""
    if kind is None:
        kind = str(random.choice(list(kinds_for(style, side, indoor, place))))
    mesh = prop(kind, style.name, int(random.integers(VARIANTS)))
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    middle = (low + high) / 2
    if kind in _TRUNKS:
        middle = np.median(_trunk(mesh), axis=0)
    mesh = mesh.moved(0, (-middle[0], -middle[1], 0))
    size = high - low
    return Occluder(kind, mesh, float(size[0]), float(size[1]), float(high[2]), _lower_edge(kind, mesh))


def _lower_edge(kind: str, mesh: Mesh) -> float:
    heights = mesh.vertices[:, 2]
    if kind == "sign_post":
        return float(heights.max()) - 0.66
    if kind == "notice_board":
        return 0.82
    if kind == "branches":
        return float(np.quantile(heights[heights > 0.9], 0.08))
    return float(heights[heights > 1.3].min()) if (heights > 1.3).any() else 0.0


def draw_side(random: Random, style: PlaceStyle) -> Side:
    """A side to hide: mostly the legs, then the sides, now and then a stripe or the head."""
    sides = [side for side in Side if kinds_for(style, side)]
    weights = np.array(
        [{"bottom": 0.5, "left": 0.17, "right": 0.17, "middle": 0.08, "upper": 0.08}[side] for side in sides]
    )
    return sides[int(random.choice(len(sides), p=weights / weights.sum()))]


def place_occluder(
    random: Random,
    occluder: Occluder,
    camera: Camera,
    target: tuple[float, float],
    target_height: float,
    share: float,
    side: Side,
) -> Placed:
    """``occluder`` set on the ground between the camera and a person at ``target`` (x, y), ``target_height``
    metres tall, so that about ``share`` (0..1) of the person is hidden from ``side``.

    Where the thing is too low, thin or sparse for that share it hides what it can; :attr:`Placed.share` says
    how much that should be. The thing is scaled by at most 15 %, what hides from above is hung 35 % higher or
    lower.
    """
    sight = _Sight(camera, target, target_height)
    fill = NATURES[occluder.kind].fill
    whole = min(0.97, share / fill)
    scale = float(random.uniform(0.93, 1.08))
    stretch = 1.0
    if side is Side.BOTTOM:
        gap, scale, hidden = _below(random, occluder, sight, whole, scale)
        spare = max(0.0, occluder.width * scale / 2 - sight.width / 2)
        aside = random.uniform(-0.85, 0.85) * spare + random.normal(0, 0.04)
    elif side is Side.UPPER:
        gap, stretch, hidden = _above(random, occluder, sight, whole)
        aside = random.normal(0, 0.06)
    else:
        gap = sight.clamped(random.uniform(0.5, 1.8) + occluder.depth / 2, occluder.depth * scale / 2)
        tall = sight.hidden_below(occluder.height * scale, gap)
        aside, hidden, scale = _beside(random, occluder, sight, whole / max(tall, 0.3), side, gap, scale)
        hidden *= tall
    turn = sight.heading + random.uniform(-1, 1) * NATURES[occluder.kind].loose_turn
    if random.uniform() < 0.5 and occluder.kind in _TWO_FACED:
        turn += 180
    mesh = occluder.mesh
    shaped = mesh.vertices * np.array([scale, scale, scale * stretch], np.float32)
    spot = sight.spot(gap, aside)
    placed = mesh.replaced(shaped, mesh.normals).moved(turn, (*spot, 0.0))
    return Placed(placed, occluder.kind, side, min(0.98, hidden * fill))


_TWO_FACED = frozenset(
    {"hatchback", "saloon", "estate", "suv", "minivan", "van", "bicycle", "scooter", "motorbike"}
)


class _Sight:
    """The upright plane through the camera and the target."""

    def __init__(self, camera: Camera, target: tuple[float, float], height: float) -> None:
        self.target = np.asarray(target, float)
        away = np.asarray(camera.position[:2], float) - self.target
        self.distance = float(np.hypot(*away))
        self.toward = away / self.distance
        # The picture's right, seen from the camera.
        self.right = np.array([-self.toward[1], self.toward[0]])
        self.eye, self.height = camera.position[2], height
        self.width = _PERSON_WIDTH * height
        self.heading = math.degrees(math.atan2(self.toward[0], -self.toward[1]))

    def clamped(self, gap: float, half_depth: float) -> float:
        """A distance before the target at which a thing of this depth touches neither target nor camera."""
        nearest = _NEAREST_GAP + half_depth
        return float(np.clip(gap, nearest, max(nearest, self.distance - 1.2 - half_depth)))

    def level(self, height: float, gap: float) -> float:
        """Height at which the line to ``height`` on the target passes, ``gap`` before it."""
        return height + (self.eye - height) * gap / self.distance

    def hidden_below(self, top: float, gap: float) -> float:
        """Share of the target's height hidden by a thing of height ``top``."""
        part = gap / self.distance
        return float(np.clip((top - self.eye * part) / (1 - part) / self.height, 0, 1))

    def gap_for(self, edge: float, height: float) -> float:
        """How far before the target the line to ``height`` on it passes at ``edge``; inf if nowhere."""
        rise = self.eye - height
        gap = self.distance * (edge - height) / rise if abs(rise) > 1e-6 else math.inf
        return gap if gap > 0 else math.inf

    def spot(self, gap: float, aside: float) -> tuple[float, float]:
        """The ground ``gap`` before the target and ``aside`` to the picture's right."""
        x, y = self.target + gap * self.toward + aside * self.right
        return float(x), float(y)


def _below(
    random: Random, occluder: Occluder, sight: _Sight, share: float, scale: float
) -> tuple[float, float, float]:
    half = occluder.depth * scale / 2
    wanted = share * sight.height
    nearest = sight.clamped(0.0, half)
    needed = sight.level(wanted, nearest + random.uniform(0, 0.8)) / occluder.height
    scale = float(np.clip(needed, 0.87, 1.15)) if abs(needed / scale - 1) < 0.3 else scale
    gap = sight.gap_for(occluder.height * scale, wanted)
    if math.isinf(gap):
        gap = nearest
    gap = sight.clamped(gap, half)
    broad = min(1.0, occluder.width * scale * sight.distance / max(0.5, sight.distance - gap) / sight.width)
    return gap, scale, sight.hidden_below(occluder.height * scale, gap) * broad


def _above(random: Random, occluder: Occluder, sight: _Sight, share: float) -> tuple[float, float, float]:
    bare = (1 - share) * sight.height
    gap = sight.clamped(random.uniform(0.7, 0.4 * sight.distance), occluder.depth / 2)
    stretch = float(np.clip(sight.level(bare, gap) / occluder.low, 0.65, 1.35))
    exact = sight.gap_for(occluder.low * stretch, bare)
    if not math.isinf(exact):
        gap = sight.clamped(exact, occluder.depth / 2)
    hidden = 1 - sight.hidden_below(occluder.low * stretch, gap)
    over = 1 - sight.hidden_below(occluder.height * stretch, gap)
    broad = min(1.0, occluder.width * sight.distance / max(0.5, sight.distance - gap) / sight.width)
    return gap, stretch, max(0.0, hidden - over) * broad


def _beside(
    random: Random, occluder: Occluder, sight: _Sight, share: float, side: Side, gap: float, scale: float
) -> tuple[float, float, float]:
    grown = sight.distance / max(0.5, sight.distance - gap)
    width = _girth(occluder) * scale * grown
    share = min(share, 1.0)
    if side is Side.MIDDLE:
        wanted = share * sight.width
        if 0.8 < wanted / width < 1.25:
            scale, width = scale * wanted / width, wanted
        room = max(0.0, sight.width - width) / 2
        return random.uniform(-0.7, 0.7) * room / grown, min(1.0, width / sight.width), scale
    edge = -sight.width / 2 + share * sight.width
    middle = (edge - width / 2) / grown
    hidden = min(share, width / sight.width)
    return (middle if side is Side.LEFT else -middle), hidden, scale


def _girth(occluder: Occluder) -> float:
    """Width of what hides from the side: of a tree or a post its trunk."""
    if occluder.kind in _TRUNKS:
        trunk = _trunk(occluder.mesh)[:, 0]
        return float(trunk.max() - trunk.min())
    return occluder.width


def _trunk(mesh: Mesh) -> npt.NDArray[np.float32]:
    """Vertices of a post or stem up to a man's hip; of a long plain one its foot."""
    low: npt.NDArray[np.float32] = mesh.vertices[mesh.vertices[:, 2] < 1.0]
    return low
