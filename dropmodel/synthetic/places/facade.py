"""House fronts: storeys of windows, shops, doors, ledges, boards, awnings."""

import math
from dataclasses import replace

import numpy as np

from dropmodel.synthetic.drawing.geometry import Surface
from dropmodel.synthetic.places.place import Spot
from dropmodel.synthetic.places.plan import Panel, Plan
from dropmodel.synthetic.props.primitives import sheet
from dropmodel.synthetic.scenery.atlas import surface

Random = np.random.Generator
_TRIM = ((196, 190, 176), (150, 146, 140), (96, 92, 88), (178, 160, 132))


class Front:
    """One straight front from ``start`` to ``end``, seen from the right of that way."""

    def __init__(self, plan: Plan, random: Random, start: Spot, end: Spot) -> None:
        self.plan, self.random = plan, random
        self.start, self.end = np.asarray(start, float), np.asarray(end, float)
        self.length = float(np.linalg.norm(self.end - self.start))
        self.ahead = (self.end - self.start) / self.length
        self.out = np.array([self.ahead[1], -self.ahead[0]])
        self.turn = math.degrees(math.atan2(self.ahead[1], self.ahead[0]))

    def spot(self, along: float, out: float = 0.0) -> Spot:
        """A place ``along`` the front and ``out`` before it."""
        x, y = self.start + along * self.ahead + out * self.out
        return float(x), float(y)

    def panel(
        self, first: float, last: float, base: float, height: float, look: Surface, out: float = 0.03
    ) -> None:
        """Hangs a picture before the wall."""
        self.plan.panels.append(Panel(self.spot(first, out), self.spot(last, out), base, height, look))

    def block(
        self, first: float, last: float, base: float, height: float, deep: float, look: Surface
    ) -> None:
        """Sets a ledge, sill, step or sign case before the wall."""
        x, y = self.spot((first + last) / 2, deep / 2)
        self.plan.block((last - first, deep, height), (x, y, base), look, self.turn)

    def fitted(self, kind: str, width: float, height: float, glow: float = 0.0) -> Surface:
        """A picture that fits a panel once."""
        return surface(kind, self.plan.tones.tile(self.random), metres=(width, height), glow=glow)

    def windows(
        self, base: float, storey: float, gap: float, size: tuple[float, float], balcony: bool
    ) -> None:
        """A row of windows over one storey."""
        random, plan = self.random, self.plan
        width, height = size
        count = int(self.length // gap)
        if count < 1:
            return
        looks = [self.fitted("window", width, height) for _ in range(2)]
        lit = self.fitted("lit_window", width, height, random.uniform(0.25, 0.7))
        sill = base + (storey - height) * 0.55
        rail = plan.coat(random, ((70, 70, 72), (180, 178, 170)))
        for k in range(count):
            middle = (k + 0.5) * self.length / count
            shines = plan.night and random.uniform() < 0.35
            look = lit if shines else looks[int(random.integers(2))]
            self.panel(middle - width / 2, middle + width / 2, sill, height, look)
        if balcony:
            for k in range(0, count, 2):
                middle = (k + 0.5) * self.length / count
                self.block(middle - 0.9, middle + 0.9, base - 0.1, 0.12, 0.9, rail)
                self.panel(middle - 0.9, middle + 0.9, base + 0.1, 0.85, rail, out=0.9)

    def shops(self, height: float) -> None:
        """A storey of shop fronts with boards, awnings and shutters."""
        random, plan = self.random, self.plan
        along = random.uniform(0.1, 0.5)
        while along + 2.6 < self.length:
            width = min(random.uniform(3.5, 6.5), self.length - along - 0.1)
            if random.uniform() < 0.12:
                self.panel(
                    along, along + width, 0.05, height * 0.8, self.fitted("shutter", width, height * 0.8)
                )
            elif plan.night:
                self.panel(along, along + width, 0.0, height, self.fitted("shop_front", width, height))
                if random.uniform() < 0.6:
                    lit = self.fitted("lit_shop", width * 0.92, height * 0.66, random.uniform(0.3, 0.9))
                    self.panel(along + 0.04 * width, along + 0.96 * width, 0.25, height * 0.66, lit, out=0.05)
            else:
                self.panel(along, along + width, 0.0, height, self.fitted("shop_front", width, height))
            if random.uniform() < 0.3:
                self.awning(along + 0.2, along + width - 0.2, height * 0.74)
            if random.uniform() < 0.35:
                x, y = self.spot(along + width * random.uniform(0.2, 0.8), 0.45)
                board = self.fitted("board", 0.7, 0.7, 0.6 if plan.night else 0.0)
                # A box's coords have their zero in its middle, a picture at its left edge.
                look = replace(board, tile_shift=(0.5, 0.0))
                plan.block((0.7, 0.12, 0.7), (x, y, height * 0.82), look, self.turn + 90)
            if random.uniform() < 0.5:
                x, y = self.spot(along + width * random.uniform(0.1, 0.9), random.uniform(0.5, 1.1))
                plan.wish(
                    str(random.choice(["a_board", "planter", "crates", "clothes_rail", "cafe_table"])),
                    x,
                    y,
                    self.turn + random.uniform(-10, 10),
                )
            along += width + random.uniform(0.15, 0.8)

    def awning(self, first: float, last: float, base: float) -> None:
        """A slanting awning with a hanging front edge."""
        deep, drop = self.random.uniform(0.9, 1.5), self.random.uniform(0.35, 0.7)
        look = self.fitted("awning", last - first, deep + 0.4)
        rows, coords = [], []
        for out, level, v in ((0.05, drop, deep + 0.4), (deep, 0.0, 0.25), (deep, -0.22, 0.0)):
            ends = [self.spot(along, out) for along in (first, last)]
            rows.append([(x, y, base + 0.2 + level) for x, y in ends])
            coords.append([(0.0, 0.0, v), (last - first, 0.0, v)])
        self.plan.extras.append(sheet(rows, look, coords))

    def homes(self, storey: float) -> None:
        """A ground storey of doors, windows and a plinth."""
        random, plan = self.random, self.plan
        plinth = plan.coat(random, ((110, 106, 100), (86, 84, 82), (142, 134, 122)))
        self.block(0, self.length, 0, random.uniform(0.3, 0.8), 0.05, plinth)
        gap = random.uniform(2.2, 3.4)
        count = max(1, int(self.length // gap))
        size = (random.uniform(0.9, 1.5), random.uniform(1.2, 1.6))
        look, lit = self.fitted("window", *size), self.fitted("lit_window", *size, random.uniform(0.25, 0.6))
        doors = {int(random.integers(count))} | ({int(random.integers(count))} if count > 5 else set())
        for k in range(count):
            middle = (k + 0.5) * self.length / count
            if k in doors:
                self.block(middle - 0.75, middle + 0.75, 0, 0.16, 0.45, plinth)
                self.panel(
                    middle - 0.52, middle + 0.52, 0.16, 2.15, self.fitted("door", 1.04, 2.15), out=0.07
                )
                if random.uniform() < 0.5:
                    self.block(middle - 0.9, middle + 0.9, 2.5, 0.1, 0.7, plinth)
            elif random.uniform() < 0.08:
                self.panel(
                    middle - 1.0, middle + 1.0, 0.02, 2.2, self.fitted("garage_door", 2.0, 2.2), out=0.07
                )
            else:
                use = lit if plan.night and random.uniform() < 0.35 else look
                self.panel(middle - size[0] / 2, middle + size[0] / 2, storey * 0.34, size[1], use)
                self.block(
                    middle - size[0] / 2 - 0.08,
                    middle + size[0] / 2 + 0.08,
                    storey * 0.34 - 0.07,
                    0.07,
                    0.12,
                    plinth,
                )
        if random.uniform() < 0.5:
            x, y = self.spot(random.uniform(0, self.length), 0.5)
            plan.wish(str(random.choice(["wheeled_bin", "bicycle", "planter", "bush"])), x, y, self.turn)

    def bills(self, count: int) -> None:
        """Posters and notices on a blank wall."""
        for _ in range(count):
            width, height = self.random.uniform(0.6, 1.3), self.random.uniform(0.8, 1.8)
            at = self.random.uniform(0, max(0.1, self.length - width))
            kind = "poster" if self.random.uniform() < 0.7 else "notice"
            glow = 0.35 if self.plan.night and self.random.uniform() < 0.5 else 0.0
            self.panel(
                at, at + width, self.random.uniform(0.7, 1.1), height, self.fitted(kind, width, height, glow)
            )


def house(plan: Plan, random: Random, start: Spot, end: Spot, use: str) -> Front:
    """Raises one house: ``use`` of its ground storey is "shops", "homes", "office" or "blank"."""
    front = Front(plan, random, start, end)
    storey = random.uniform(2.9, 3.5)
    base = random.uniform(3.3, 4.0) if use in {"shops", "office"} else storey
    storeys = int(random.integers(1, 4))
    top = base + storeys * storey
    if use == "blank":
        plan.wall(start, end, random.uniform(2.6, 6), plan.wall_look("blank", random))
        front.bills(int(random.integers(0, 4)))
        if random.uniform() < 0.6:
            at = random.uniform(0.5, max(0.6, front.length - 1.6))
            front.panel(at, at + 1.0, 0.02, 2.1, front.fitted("door", 1.0, 2.1))
        return front
    if use == "office":
        look = plan.wall_look("office", random)
        plan.wall(start, end, top, look)
        glass = front.fitted("glass_front", 4.0, base - 0.2, random.uniform(0.2, 0.6) if plan.night else 0.0)
        front.panel(0.3, front.length - 0.3, 0.05, base - 0.2, glass)
        front.block(0, front.length, base - 0.15, 0.3, random.uniform(0.1, 1.2), plan.coat(random, _TRIM))
        return front
    plan.wall(start, end, top, plan.wall_look("house", random))
    (front.shops if use == "shops" else front.homes)(base)
    trim = plan.coat(random, _TRIM)
    if random.uniform() < 0.7:
        front.block(0, front.length, base - 0.08, random.uniform(0.08, 0.3), random.uniform(0.06, 0.25), trim)
    gap = random.uniform(1.8, 3.2)
    size = (random.uniform(0.8, min(1.6, gap - 0.5)), random.uniform(1.2, 1.9))
    balcony = random.uniform() < 0.2
    for level in range(storeys):
        front.windows(base + level * storey, storey, gap, size, balcony)
    front.block(-0.05, front.length + 0.05, top - 0.2, 0.3, 0.3, trim)
    if random.uniform() < 0.6:
        at = random.uniform(0.1, front.length - 0.1)
        front.block(at, at + 0.09, 0.1, top - 0.2, 0.09, plan.coat(random, _TRIM))
    return front


def terrace(
    plan: Plan,
    random: Random,
    start: Spot,
    end: Spot,
    uses: tuple[str, ...],
    widths: tuple[float, float] = (7, 16),
) -> None:
    """A row of houses of different widths from start to end; a few stand back or leave a gap."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    total = float(np.linalg.norm(b - a))
    ahead = (b - a) / total
    out = np.array([ahead[1], -ahead[0]])
    along = 0.0
    while along < total - 1:
        width = min(random.uniform(*widths), total - along)
        back = -random.uniform(0.0, 0.4) if random.uniform() < 0.5 else 0.0
        left, right = a + along * ahead + back * out, a + (along + width) * ahead + back * out
        house(
            plan,
            random,
            (float(left[0]), float(left[1])),
            (float(right[0]), float(right[1])),
            str(random.choice(list(uses))),
        )
        along += width + (random.uniform(1.5, 4) if random.uniform() < 0.12 else 0.0)
