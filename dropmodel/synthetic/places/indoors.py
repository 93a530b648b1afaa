"""Halls, platforms, shops, offices: floors between walls under lamps."""

import numpy as np

from dropmodel.synthetic.drawing.geometry import Surface
from dropmodel.synthetic.places.facade import Front
from dropmodel.synthetic.places.plan import Panel, Plan, Random
from dropmodel.synthetic.scenery.brush import ink


def _room(plan: Plan, random: Random, half_x: float, half_y: float, floor: str, wall: str) -> list[Front]:
    """Floor, four walls and lamp strips; the walls' fronts in the order north, east, south, west."""
    plan.floor((-half_x, -half_y, half_x, half_y), plan.ground(floor, random))
    corners = [(-half_x, half_y), (half_x, half_y), (half_x, -half_y), (-half_x, -half_y)]
    fronts = []
    looks = [plan.wall_look(wall, random), plan.wall_look(wall, random)]
    skirt = plan.coat(random, ((90, 88, 86), (150, 146, 140), (60, 58, 58)))
    for k in range(4):
        start, end = corners[k], corners[(k + 1) % 4]
        plan.wall(start, end, plan.ceiling, looks[k % 2])
        front = Front(plan, random, start, end)
        front.block(0, front.length, 0, 0.1, 0.03, skirt)
        fronts.append(front)
    _strips(plan, random, half_x, half_y)
    plan.room.append((-half_x + 0.25, -half_y + 0.25, half_x - 0.25, half_y - 0.25))
    return fronts


def _strips(plan: Plan, random: Random, half_x: float, half_y: float) -> None:
    """Lamps under the ceiling: long tubes or square plates."""
    white = Surface((0.9, 0.9, 0.88), glow=random.uniform(0.5, 1.3))
    gap = random.uniform(3, 5.5)
    long = random.uniform() < 0.5
    for x in np.arange(-half_x + gap / 2, half_x, gap):
        for y in np.arange(-half_y + gap / 2, half_y, gap * (1.4 if long else 1)):
            size = (0.14, gap * 0.9, 0.05) if long else (0.6, 0.6, 0.04)
            plan.block(size, (float(x), float(y), plan.ceiling - 0.1), white)
    for x in np.linspace(-half_x * 0.6, half_x * 0.6, 2):
        for y in np.linspace(-half_y * 0.75, half_y * 0.75, 4):
            plan.lamps.append((float(x), float(y), plan.ceiling - 0.2))


def _hang(front: Front, random: Random, kinds: tuple[str, ...], gap: tuple[float, float]) -> None:
    """Doors, posters, screens, shops along a wall."""
    sizes = {
        "door": ((1.0, 2.1), 0.02),
        "lift_door": ((1.4, 2.2), 0.02),
        "poster": ((1.1, 1.6), 0.7),
        "notice": ((0.8, 1.0), 1.0),
        "screen": ((1.3, 0.75), 1.6),
        "board": ((1.2, 0.3), 2.15),
        "hall_picture": ((random.uniform(0.8, 2.2), random.uniform(0.8, 1.7)), 0.9),
        "shop_front": ((random.uniform(4, 6), 3.0), 0.0),
        "lit_shop": ((random.uniform(3.5, 5.5), 2.6), 0.05),
        "glass_front": ((random.uniform(2.5, 5), 2.7), 0.0),
        "lockers": ((2.6, 1.9), 0.05),
        "goods": ((3.6, 1.9), 0.05),
        "books": ((3.0, 2.2), 0.05),
        "vending": ((1.0, 1.85), 0.02),
    }
    glows = {"screen": 0.8, "poster": 0.15, "lit_shop": 0.3, "vending": 0.3}
    along = random.uniform(*gap) * 0.5
    while along < front.length - 1.2:
        kind = str(random.choice(list(kinds)))
        (width, height), base = sizes[kind]
        if along + width > front.length - 0.1:
            break
        front.panel(
            along, along + width, base, height, front.fitted(kind, width, height, glows.get(kind, 0.0))
        )
        along += width + random.uniform(*gap)


def _columns(plan: Plan, xs: tuple[float, ...], reach: float, gap: float) -> None:
    for x in xs:
        for y in np.arange(-reach, reach + 0.1, gap):
            plan.wish("column", x, float(y), 0, firm=True, stretch=plan.ceiling / 4.5)


def railway_platform(plan: Plan) -> None:
    """An open platform: edge strip, tracks below, perhaps a train; a wall, canopy posts or fields behind."""
    random = plan.random("platform")
    wide = random.uniform(3.6, 8)
    plan.floor((0, -45, wide, 45), plan.ground("pave" if random.uniform() < 0.6 else "road", random))
    plan.mark((0.75, 0), (0.4, 90), plan.tile("tactile", random, flat=True))
    if random.uniform() < 0.6:
        plan.mark((0.12, 0), (0.22, 90), plan.tile("road_paint", random, flat=True))
    edge = plan.tile("formwork", random)
    plan.wall((0, 45), (0, -45), 1.0, edge, -1.0)
    plan.floor((-12, -60, 0, 60), plan.tile("gravel", random, flat=True), -1.0)
    steel = plan.coat(random, ((120, 104, 92),))
    tie = plan.coat(random, ((96, 88, 80), (140, 136, 130)))
    for track in (-1.75, -6.2):
        for x in (-0.75, 0.75):
            plan.block((0.09, 90, 0.15), (track + x, 0, -0.9), steel)
        for y in np.arange(-30, 31, 1.2):
            plan.block((2.4, 0.25, 0.12), (track, float(y), -0.98), tie)
    if random.uniform() < 0.5:
        train = plan.tile("train_side", random)
        x = -0.22 if random.uniform() < 0.6 else -4.7
        plan.wall((x, -40), (x, 40), 3.0, train, -0.3, random.uniform(0, 9))
        plan.block((2.6, 80, 0.4), (x - 1.3, 0, 2.6), plan.coat(random, ((130, 132, 134),)))
    else:
        other = plan.ground("pave", random)
        plan.floor((-14, -45, -8, 45), other)
        plan.wall((-8, -45), (-8, 45), 1.0, edge, -1.0)
        plan.row(
            random, ("bench", "lamp_post", "notice_board", "round_bin"), (-10, -24), (-10, 24), (4, 9), 90
        )
        plan.wall((-14, -45), (-14, 45), random.uniform(1.6, 4), plan.wall_look("blank", random))
    if random.uniform() < 0.6:
        plan.wall(
            (wide, 45),
            (wide, -45),
            random.uniform(1.6, 5),
            plan.wall_look("blank" if random.uniform() < 0.6 else "house", random),
        )
        _hang(Front(plan, random, (wide, 45), (wide, -45)), random, ("poster", "notice", "poster"), (4, 10))
    else:
        plan.row(random, ("mesh_fence", "railing"), (wide, -40), (wide, 40), (2.45, 2.5), 90, 1.0, 0.01)
        plan.floor((wide, -60, wide + 40, 60), plan.ground("soft", random), -0.2)
        plan.row(random, (*plan.style.trees, "bush"), (wide + 3, -36), (wide + 3, 36), (3, 8), 0)
        plan.row(random, ("thicket",), (wide + 16, -50), (wide + 16, 50), (5, 9), 90, 0.9)
    back = wide - 0.75
    things = (
        "bench",
        "notice_board",
        "vending_machine",
        "ticket_machine",
        "round_bin",
        "lamp_post",
        "bench",
        "seats",
        "advert",
    )
    plan.row(random, things, (back, -32), (back, 32), (3, 6), -90, 0.85)
    if random.uniform() < 0.45:
        plan.ceiling = random.uniform(3.5, 4.4)
        _columns(plan, (wide * 0.62,), 30, random.uniform(6, 9))
        roof = plan.coat(random, ((150, 148, 142), (96, 100, 102), (176, 172, 160)))
        for y in np.arange(-27.5, 30, 5.0):
            plan.block((wide * 0.8, 5.02, 0.16), (wide * 0.58, float(y), plan.ceiling), roof)
    plan.walk((1.3 + (back - 2.0) / 2, -32), (1.3 + (back - 2.0) / 2, 32), max(0.9, min(back - 2.2, 3.0)))
    plan.lamps += [(wide / 2, float(y), 4.5) for y in np.arange(-24, 25, 8.0)]
    plan.room.append((-0.4, -40, wide - 0.2, 40))


def metro_hall(plan: Plan) -> None:
    """A tiled station hall with columns, gates, machines, a train at one side."""
    random = plan.random("metro")
    plan.ceiling = random.uniform(3.2, 4.8)
    half, long = random.uniform(5, 9), 30.0
    fronts = _room(plan, random, half, long, "floor", "hall")
    gap = random.uniform(5, 8)
    x = random.uniform(0.45, 0.6) * half
    _columns(plan, (-x, x) if random.uniform() < 0.6 else (x,), 24, gap)
    for front in fronts:
        _hang(front, random, ("poster", "poster", "notice", "board", "lockers", "vending"), (1.5, 6))
    if random.uniform() < 0.5:
        train = plan.tile("train_side", random)
        plan.panels.append(Panel((half - 0.6, long), (half - 0.6, -long), 0.0, 2.9, train))
        plan.mark((half - 1.4, 0), (0.4, 2 * long), plan.tile("tactile", random, flat=True))
    y = random.uniform(-10, 10)
    for k in range(-4, 5):
        if abs(k * 1.05) > 1.6:
            plan.wish("turnstile", k * 1.05, y, 0)
    plan.row(random, ("ticket_machine",), (-half + 0.5, -8), (-half + 0.5, 8), (1.1, 2.5), 90, 0.8)
    things = ("round_bin", "seats", "bench", "tape_posts", "notice_board", "departure_board", "suitcases")
    plan.strew(random, things, (-half + 0.8, -22, half - 1.5, 22), 14, (0, 90, 180))
    plan.walk((0, -26), (0, 26), 2.2)
    plan.walk((-half + 1.8, -22), (-half + 1.8, 22), 1.2)


def shopping_mall(plan: Plan) -> None:
    """A mall's lane between lit shops."""
    random = plan.random("mall")
    plan.ceiling = random.uniform(4.2, 7)
    half, long = random.uniform(4, 7.5), 30.0
    fronts = _room(plan, random, half, long, "floor", "hall")
    for front in fronts:
        _hang(front, random, ("lit_shop", "shop_front", "lit_shop", "glass_front"), (0.3, 1.0))
        for at in np.arange(1, front.length - 3, random.uniform(4, 6)):
            width = random.uniform(1.5, 3)
            front.panel(
                float(at), float(at) + width, 3.1, 0.55, front.fitted("board", width, 0.55, 0.5), out=0.12
            )
    centre = (
        "planter",
        "bench",
        "kiosk",
        "potted_palm",
        "escalator",
        "sofa",
        "stone_bench",
        "a_board",
        "mannequin",
    )
    plan.row(random, centre, (0, -24), (0, 24), (3, 7), 90, 0.9)
    for side in (-1, 1):
        x = side * (half - 0.7)
        plan.row(
            random,
            ("mannequin", "clothes_rail", "a_board", "round_bin", "crates"),
            (x, -24),
            (x, 24),
            (4, 9),
            -90 * side,
        )
        plan.walk((side * half * 0.52, -26), (side * half * 0.52, 26), max(0.9, half * 0.42))


def supermarket(plan: Plan) -> None:
    """Aisles of shelves, freezers, tills."""
    random = plan.random("supermarket")
    plan.ceiling = random.uniform(3.2, 4.5)
    half_x, half_y = random.uniform(9, 13), random.uniform(12, 18)
    for front in _room(plan, random, half_x, half_y, "floor", "hall"):
        _hang(front, random, ("goods", "goods", "poster", "door"), (0.1, 1.0))
    aisle = random.uniform(2.6, 3.8)
    first = -half_x + aisle + 0.6
    for number, x in enumerate(np.arange(first, half_x - 1, aisle + 0.95)):
        for y in np.arange(-half_y + 4.2, half_y - 5.5, 2.42):
            plan.wish(
                "freezer" if number == 2 and random.uniform() < 0.5 else "shelf",
                float(x),
                float(y),
                90,
                firm=True,
            )
        plan.walk(
            (float(x) - (aisle + 0.95) / 2, -half_y + 2),
            (float(x) - (aisle + 0.95) / 2, half_y - 2),
            aisle - 1.4,
        )
    plan.walk((-half_x + 2, half_y - 2.4), (half_x - 2, half_y - 2.4), 1.6)
    plan.row(random, ("counter",), (-half_x + 2, -half_y + 1.8), (half_x - 2, -half_y + 1.8), (2.4, 3.6), 0)
    plan.strew(
        random,
        ("shopping_cart", "crates", "crates", "freezer"),
        (-half_x + 1, -half_y + 2, half_x - 1, half_y - 1),
        24,
        (0, 90),
    )


def office_lobby(plan: Plan) -> None:
    """A lobby with a desk, sofas, glass, lifts."""
    random = plan.random("lobby")
    plan.ceiling = random.uniform(3.2, 6)
    half_x, half_y = random.uniform(6, 10), random.uniform(9, 15)
    kinds = (
        ("lift_door", "lift_door", "door"),
        ("glass_front",),
        ("glass_front", "door"),
        ("hall_picture", "screen", "poster", "board"),
    )
    turn = int(random.integers(4))
    for k, front in enumerate(_room(plan, random, half_x, half_y, "office", "hall")):
        _hang(front, random, kinds[(k + turn) % 4], (0.15, 2.5) if k % 2 else (0.1, 1.2))
    plan.wish("counter", random.uniform(-2, 2), half_y * 0.55, random.uniform(-20, 20), firm=True)
    plan.wish("counter", random.uniform(-5, -2.2), half_y * 0.55, 0)
    plan.strew(
        random,
        ("sofa", "potted_palm", "planter", "seats", "round_bin", "turnstile", "tape_posts", "desk"),
        (-half_x + 0.9, -half_y + 0.9, half_x - 0.9, half_y - 0.9),
        22,
        (0, 90, 180, 270),
    )
    if random.uniform() < 0.5:
        _columns(plan, (-half_x * 0.45, half_x * 0.45), half_y * 0.7, random.uniform(4.5, 7))
    plan.walk((random.uniform(-1, 1), -half_y + 1.5), (random.uniform(-1, 1), half_y * 0.4), 2.0)
    plan.walk((-half_x + 1.5, random.uniform(-3, 1)), (half_x - 1.5, random.uniform(-3, 1)), 1.6)


def corridor(plan: Plan) -> None:
    """A corridor with doors."""
    random = plan.random("corridor")
    plan.ceiling = random.uniform(2.6, 3.4)
    half, long = random.uniform(1.2, 2.4), random.uniform(14, 26)
    for front in _room(plan, random, half, long, "office", "hall"):
        _hang(
            front,
            random,
            ("door", "door", "door", "notice", "poster", "lockers", "hall_picture", "glass_front"),
            (0.5, 3),
        )
    things = ("seats", "potted_palm", "round_bin", "vending_machine", "book_shelf", "bench", "desk", "crates")
    for side in (-1, 1):
        plan.row(
            random,
            things,
            (side * (half - 0.45), -long + 2),
            (side * (half - 0.45), long - 2),
            (3, 9),
            -90 * side,
            0.7,
        )
    plan.walk((0, -long + 1.5), (0, long - 1.5), max(0.8, 2 * half - 1.7))


def stairs_landing(plan: Plan) -> None:
    """A landing between flights of stairs with a wall rail."""
    random = plan.random("stairs")
    plan.ceiling = random.uniform(3.6, 6)
    half_x, half_y = random.uniform(4, 7), random.uniform(7, 11)
    for front in _room(plan, random, half_x, half_y, "floor", "hall"):
        _hang(front, random, ("poster", "notice", "door", "board", "hall_picture"), (1, 5))
    step = plan.coat(random, ((150, 146, 140), (112, 110, 108), (170, 164, 152)))
    nose = plan.coat(random, ((70, 68, 66), (196, 172, 84)))
    wide = random.uniform(2, half_x * 1.1)
    count = int(random.integers(10, 17))
    foot = half_y - 0.3 * count - 0.3
    x = random.uniform(-0.4, 0.4) * (2 * half_x - wide)
    for k in range(count):
        y = foot + 0.3 * k
        plan.block((wide, half_y - y, 0.17), (x, (y + half_y) / 2, 0.17 * k), step)
        plan.block((wide, 0.05, 0.012), (x, y + 0.025, 0.17 * (k + 1) - 0.004), nose)
    rail = Surface(ink((120, 122, 124)), gloss=0.2)
    for side in (-1, 1):
        for k in range(0, count, 3):
            plan.block((0.04, 0.04, 0.95), (x + side * wide / 2, foot + 0.3 * k, 0.17 * k), rail)
        for k in range(count):
            plan.block((0.06, 0.32, 0.05), (x + side * wide / 2, foot + 0.3 * k, 0.17 * k + 0.93), rail)
    plan.strew(
        random,
        ("round_bin", "bench", "column", "escalator", "potted_palm", "vending_machine", "railing"),
        (-half_x + 0.8, -half_y + 1, half_x - 0.8, foot - 1),
        9,
        (0, 90),
    )
    plan.walk((x, -half_y + 1), (x, foot - 0.5), min(wide, 2.2))
    plan.walk((-half_x + 1, foot - 2), (half_x - 1, foot - 2), 1.5)


def airport_hall(plan: Plan) -> None:
    """A departure hall: desks, queues, boards, trolleys."""
    random = plan.random("airport")
    plan.ceiling = random.uniform(5, 8)
    half_x, half_y = random.uniform(11, 16), random.uniform(16, 24)
    kinds = (
        ("glass_front",),
        ("lit_shop", "poster", "glass_front"),
        ("screen", "poster", "door"),
        ("glass_front",),
    )
    for k, front in enumerate(_room(plan, random, half_x, half_y, "floor", "hall")):
        _hang(front, random, kinds[k], (0.2, 1.5))
    plan.row(
        random,
        ("counter",),
        (half_x - 2.2, -half_y + 3),
        (half_x - 2.2, half_y - 3),
        (2.3, 2.6),
        -90,
        0.95,
        0.02,
    )
    plan.row(
        random,
        ("tape_posts", "rope_stand"),
        (half_x - 5.5, -half_y + 4),
        (half_x - 5.5, half_y - 4),
        (2.2, 3),
        0,
    )
    _columns(plan, (-half_x * 0.4, half_x * 0.35), half_y * 0.8, random.uniform(7, 10))
    things = (
        "luggage_cart",
        "luggage_cart",
        "suitcases",
        "suitcases",
        "seats",
        "seats",
        "departure_board",
        "round_bin",
        "potted_palm",
        "ticket_machine",
        "stroller",
        "vending_machine",
        "advert",
    )
    plan.strew(random, things, (-half_x + 1, -half_y + 1, half_x - 4, half_y - 1), 34, (0, 90, 180, 270))
    plan.walk((random.uniform(-3, 0), -half_y + 2), (random.uniform(-3, 0), half_y - 2), 2.6)
    plan.walk((-half_x + 2, random.uniform(-6, 6)), (half_x - 6, random.uniform(-6, 6)), 2.0)


def museum_hall(plan: Plan) -> None:
    """A gallery: pictures, glass cases, ropes, benches."""
    random = plan.random("museum")
    plan.ceiling = random.uniform(4, 6.5)
    half_x, half_y = random.uniform(5, 9), random.uniform(9, 16)
    for front in _room(plan, random, half_x, half_y, "floor", "hall"):
        _hang(
            front,
            random,
            ("hall_picture", "hall_picture", "hall_picture", "door", "notice", "books"),
            (0.6, 2.5),
        )
        x, y = front.spot(random.uniform(2, front.length - 2), 1.0)
        plan.wish("rope_stand", x, y, front.turn)
    plan.strew(
        random,
        (
            "show_case",
            "show_case",
            "statue",
            "stone_bench",
            "rope_stand",
            "mannequin",
            "potted_palm",
            "book_shelf",
        ),
        (-half_x + 1, -half_y + 1, half_x - 1, half_y - 1),
        18,
        (0, 90, 180),
    )
    plan.walk((random.uniform(-1, 1), -half_y + 1), (random.uniform(-1, 1), half_y - 1), 2.2)
    plan.walk((-half_x + 1, random.uniform(-4, 4)), (half_x - 1, random.uniform(-4, 4)), 1.6)
