"""The drawing board of one place: floors, walls, walks and what is wished for, before they are built."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dropmodel.synthetic.drawing.geometry import Color, Mapping, Mesh, Surface
from dropmodel.synthetic.places.place import Spot, Walk
from dropmodel.synthetic.places.style import PlaceStyle
from dropmodel.synthetic.places.view import Screen
from dropmodel.synthetic.props.tones import BY_STYLE, Tones
from dropmodel.synthetic.scenery.atlas import KINDS, surface
from dropmodel.synthetic.scenery.brush import ink, varied
from dropmodel.synthetic.seeds import stream

Random = np.random.Generator
Box = tuple[float, float, float, float]
"""left, bottom, right, top on the ground, metres."""


@dataclass(frozen=True)
class Floor:
    """A level rectangle."""

    box: Box
    look: Surface
    height: float


@dataclass(frozen=True)
class Panel:
    """An upright rectangle from ``start`` to ``end``, seen from the right of that way."""

    start: Spot
    end: Spot
    base: float
    height: float
    look: Surface
    shift: float = 0.0


@dataclass(frozen=True)
class Wish:
    """A prop to stand at ``spot``, turned by ``turn`` degrees, if nothing is in its way.

    ``stretch`` scales its height. A ``firm`` wish is part of the place: it is only dropped on a walk or
    before the camera.
    """

    kind: str
    spot: Spot
    turn: float
    stretch: float = 1.0
    firm: bool = False
    height: float = 0.0


@dataclass(frozen=True)
class Block:
    """A plain box of the building itself: a kerb, a sill, a step, a ledge; bottom middle ``at``."""

    size: tuple[float, float, float]
    at: tuple[float, float, float]
    look: Surface
    turn: float = 0.0


@dataclass
class Plan:
    """What a layout writes down.

    ``seed`` and ``number`` name the place's random streams; ``extras`` are meshes already in the world;
    ``clutter`` is what may stand beside the walks, the style's own choice where empty.
    """

    style: PlaceStyle
    seed: int
    number: int
    kind: str
    night: bool
    indoor: bool
    floors: list[Floor] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    walks: list[Walk] = field(default_factory=list)
    room: list[Box] = field(default_factory=list)
    lamps: list[tuple[float, float, float]] = field(default_factory=list)
    ceiling: float = 99.0
    extras: list[Mesh] = field(default_factory=list)
    clutter: tuple[str, ...] = ()

    def random(self, aspect: str) -> Random:
        """The stream of one aspect of this place."""
        return stream(self.seed, "place", self.style.name, self.number, aspect)

    @property
    def tones(self) -> Tones:
        """The style's colours."""
        return BY_STYLE[self.style.name]

    def tile(
        self, kind: str, random: Random, tint: float = 0.12, flat: bool = False, glow: float = 0.0
    ) -> Surface:
        """A tile of the style, tinted a little and laid at a chance shift and scale."""
        value = float(np.exp(random.uniform(-tint, tint)))
        color: Color = (value * random.uniform(0.97, 1.03), value, value * random.uniform(0.96, 1.03))
        scale = random.uniform(0.85, 1.2)
        metres = (KINDS[kind].metres[0] * scale, KINDS[kind].metres[1] * scale)
        return surface(
            kind,
            self.tones.tile(random),
            color,
            Mapping.FLAT if flat else Mapping.FRONT,
            metres if flat else None,
            (random.uniform(), random.uniform()) if flat else (random.uniform(), 0.0),
            glow=glow,
        )

    def ground(self, role: str, random: Random) -> Surface:
        """A ground of the style for a role such as "road" or "pave"."""
        kinds = self.style.grounds[role]
        return self.tile(kinds[int(random.integers(len(kinds)))], random, flat=True)

    def wall_look(self, role: str, random: Random) -> Surface:
        """A wall of the style for a role such as "house" or "hall"."""
        kinds = self.style.walls[role]
        return self.tile(kinds[int(random.integers(len(kinds)))], random, 0.15)

    def floor(self, box: Box, look: Surface, height: float = 0.0) -> None:
        """Lays a floor."""
        self.floors.append(Floor(box, look, height))

    def mark(self, middle: Spot, size: tuple[float, float], look: Surface, lift: float = 0.004) -> None:
        """Lays a mark or mat of ``size`` (x, y) on the ground."""
        x, y = middle
        box = (x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
        self.floors.append(Floor(box, look, lift))

    def wall(
        self, start: Spot, end: Spot, height: float, look: Surface, base: float = 0.0, shift: float = 0.0
    ) -> None:
        """Raises a wall that hides what is behind it; its front is to the right of start to end."""
        self.panels.append(Panel(start, end, base, height, look, shift))
        self.screens.append(Screen(start, end, base + height))

    def wish(
        self,
        kind: str,
        x: float,
        y: float,
        turn: float = 0.0,
        firm: bool = False,
        stretch: float = 1.0,
        height: float = 0.0,
    ) -> None:
        """Asks for a prop."""
        self.wishes.append(Wish(kind, (x, y), turn, stretch, firm, height))

    def strew(
        self, random: Random, kinds: Sequence[str], box: Box, count: int, turns: Sequence[float] | None = None
    ) -> None:
        """Asks for ``count`` props anywhere in a box, turned any way or one of ``turns`` within 8 degrees."""
        for _ in range(count):
            kind = str(random.choice(list(kinds)))
            x, y = random.uniform(box[0], box[2]), random.uniform(box[1], box[3])
            turn = random.uniform(0, 360)
            if turns is not None:
                turn = float(random.choice(list(turns))) + random.uniform(-8, 8)
            self.wish(kind, x, y, turn)

    def row(
        self,
        random: Random,
        kinds: Sequence[str],
        start: Spot,
        end: Spot,
        gap: tuple[float, float],
        turn: float,
        chance: float = 1.0,
        loose: float = 0.15,
        firm: bool = False,
    ) -> None:
        """Asks for props along a line, ``gap`` metres apart, turned by ``turn`` within some degrees."""
        a, b = np.asarray(start), np.asarray(end)
        long = float(np.linalg.norm(b - a))
        along = random.uniform(0, gap[1])
        while along < long:
            if random.uniform() < chance:
                x, y = a + (b - a) * along / long + random.normal(0, loose, 2)
                self.wish(
                    str(random.choice(list(kinds))),
                    float(x),
                    float(y),
                    turn + random.normal(0, 12 * loose),
                    firm,
                )
            along += random.uniform(*gap)

    def kerb(self, random: Random, start: Spot, end: Spot, height: float = 0.0, deep: float = 0.13) -> None:
        """A line of kerb stones whose top is at ``height``, parallel to an axis."""
        look = surface("formwork", self.tones.tile(random), metres=(1.0, 1.4))
        (x0, y0), (x1, y1) = start, end
        pieces = max(1, round(max(abs(x1 - x0), abs(y1 - y0)) / 4))
        for k in range(pieces):
            x, y = x0 + (x1 - x0) * (k + 0.5) / pieces, y0 + (y1 - y0) * (k + 0.5) / pieces
            size = (abs(x1 - x0) / pieces + 0.15, abs(y1 - y0) / pieces + 0.15, deep + 0.004)
            self.blocks.append(Block(size, (x, y, height - deep), look))

    def walk(self, start: Spot, end: Spot, width: float) -> None:
        """Keeps a strip free for walkers."""
        self.walks.append(Walk(start, end, width))

    def block(
        self,
        size: tuple[float, float, float],
        at: tuple[float, float, float],
        look: Surface,
        turn: float = 0.0,
    ) -> None:
        """Adds a box to the building."""
        self.blocks.append(Block(size, at, look, turn))

    def coat(self, random: Random, shades: tuple[tuple[float, float, float], ...]) -> Surface:
        """Plain paint in one of ``shades``, sRGB 0..255."""
        return Surface(
            ink(varied(shades[int(random.integers(len(shades)))], random)),
            grain=0.06,
            grain_size=0.05,
            gloss=0.02,
        )
