"""Parks, squares, yards, beaches, markets: ground without a road."""

import math

import numpy as np

from dropmodel.synthetic.places.facade import Front, house, terrace
from dropmodel.synthetic.places.plan import Plan, Random
from dropmodel.synthetic.places.streets import CARS

_PARK = ("bench", "round_bin", "post_bin", "lamp_post", "notice_board", "bush", "bush", "bicycle", "statue")


def _ring(plan: Plan, random: Random, reach: float, uses: tuple[str, ...]) -> None:
    """Houses round a square, each side at its own distance and a little askew."""
    corners = []
    for k in range(4):
        way = math.pi / 2 * k + math.pi / 4 + random.normal(0, 0.08)
        far = reach * math.sqrt(2) * random.uniform(0.85, 1.2)
        corners.append((far * math.cos(way), far * math.sin(way)))
    for k in range(4):
        # Clockwise, so that fronts look inwards.
        if random.uniform() < 0.85:
            terrace(plan, random, corners[(k + 1) % 4], corners[k], uses, (8, 20))


def _trees(plan: Plan, random: Random, count: int, reach: float) -> None:
    for _ in range(count):
        way, far = random.uniform(0, 2 * math.pi), random.uniform(0.25, 1) * reach
        kind = str(
            random.choice([*plan.style.trees, "bush", "conifer" if random.uniform() < 0.3 else "bush"])
        )
        plan.wish(kind, far * math.cos(way), far * math.sin(way), random.uniform(0, 360))


def _woods(plan: Plan, random: Random, reach: float) -> None:
    """Far trees all round, so that open ground does not end at the sky."""
    for way in np.arange(0, 2 * math.pi, 6.0 / reach):
        far = reach * random.uniform(0.9, 1.25)
        if random.uniform() < 0.85:
            plan.wish("thicket", far * math.cos(way), far * math.sin(way), math.degrees(way) + 90)


def park_path(plan: Plan) -> None:
    """A path through lawns and trees."""
    random = plan.random("park")
    plan.floor((-60, -60, 60, 60), plan.ground("soft", random), -0.01)
    half = random.uniform(1.0, 2.2)
    role = ("path", "path", "road", "pave")[int(random.integers(4))]
    look = plan.ground(role, random)
    plan.floor((-half, -40, half, 40), look)
    plan.walk((random.uniform(-0.2, 0.2), -32), (random.uniform(-0.2, 0.2), 32), 2 * half - 0.5)
    if random.uniform() < 0.6:
        y = random.uniform(-6, 6)
        plan.floor((-40, y - half, 40, y + half), look, 0.003)
        plan.walk((-30, y), (30, y), 2 * half - 0.5)
    for side in (-1, 1):
        x = side * (half + 0.7)
        plan.row(
            random,
            ("bench", "round_bin", "lamp_post", "post_bin", "notice_board"),
            (x, -26),
            (x, 26),
            (5, 11),
            -90 * side,
        )
        if random.uniform() < 0.4:
            plan.row(random, ("hedge",), (x + side, -28), (x + side, 28), (2.4, 2.5), 90, 0.9, 0.02)
        if random.uniform() < 0.3:
            plan.row(random, ("railing", "picket_fence"), (x, -28), (x, 28), (2.4, 2.5), 90, 0.9, 0.02)
        plan.row(random, plan.style.trees, (side * (half + 2.2), -30), (side * (half + 2.2), 30), (5, 11), 0)
        plan.lamps += [(x, float(y), 4.4) for y in np.arange(-20, 21, 11.0)]
    _trees(plan, random, 26, 32)
    _woods(plan, random, 46)
    plan.strew(random, _PARK, (-14, -26, 14, 26), 10)
    if random.uniform() < 0.5:
        terrace(plan, random, (-45, 48), (45, 48), ("homes", "office"))
    plan.row(random, ("hedge", "hedge", "bush", *plan.style.trees), (-40, 42), (40, 42), (2, 4), 0)
    plan.row(random, ("hedge", "bush", *plan.style.trees), (-40, -42), (40, -42), (2, 4), 0)
    plan.room.append((-18, -36, 18, 36))


def square(plan: Plan) -> None:
    """A paved square among houses, with café tables and a fountain."""
    random = plan.random("square")
    reach = random.uniform(15, 28)
    plan.floor((-60, -60, 60, 60), plan.ground("pave", random))
    band = plan.ground("pave", random)
    for x in np.arange(-reach, reach + 1, random.uniform(5, 9)):
        if random.uniform() < 0.7:
            plan.mark((float(x), 0), (random.uniform(0.3, 0.8), 2 * reach), band, 0.003)
    _ring(plan, random, reach, ("shops", "shops", "homes", "office"))
    for _ in range(4):
        way, off = random.uniform(0, math.pi), random.uniform(-0.4, 0.4) * reach
        along = np.array([math.cos(way), math.sin(way)]) * reach * 0.85
        aside = np.array([-math.sin(way), math.cos(way)]) * off
        start, end = aside - along, aside + along
        plan.walk(
            (float(start[0]), float(start[1])), (float(end[0]), float(end[1])), random.uniform(1.2, 2.6)
        )
    plan.wish(
        str(random.choice(["fountain", "statue", "advert_column"])),
        random.normal(0, 4),
        random.normal(0, 4),
        firm=True,
    )
    cafe = (random.uniform(-0.8, 0.3) * reach, random.uniform(-0.8, 0.3) * reach)
    for _ in range(10):
        x, y = cafe[0] + random.uniform(0, 9), cafe[1] + random.uniform(0, 6)
        plan.wish("cafe_table", x, y, random.uniform(0, 360))
        if random.uniform() < 0.35:
            plan.wish("parasol", x + 0.9, y + 0.9, 0)
    things = (
        "bench",
        "planter",
        "round_bin",
        "lamp_post",
        "bicycle",
        "bollard",
        "kiosk",
        "stone_bench",
        "a_board",
        "cabinet",
        "advert",
        "bike_stand",
    )
    plan.strew(random, (*things, *plan.style.trees), (-reach, -reach, reach, reach), 34)
    plan.lamps += [(float(x), float(y), 5.0) for x, y in random.uniform(-0.7, 0.7, (6, 2)) * reach]
    plan.room.append((-reach * 0.95, -reach * 0.95, reach * 0.95, reach * 0.95))


def campus(plan: Plan) -> None:
    """Paths between office blocks and lawns."""
    random = plan.random("campus")
    plan.floor((-60, -60, 60, 60), plan.ground("soft", random), -0.02)
    wide = random.uniform(1.6, 3.2)
    look = plan.ground("pave", random)
    plan.floor((-wide, -42, wide, 42), look)
    for y in (-11, 11):
        at = y + random.uniform(-3, 3)
        plan.floor((-40, at - wide * 0.7, 40, at + wide * 0.7), look, 0.003)
        plan.walk((-26, at), (26, at), wide)
    plan.walk((0, -34), (0, 34), 2 * wide - 1.0)
    for side in (-1, 1):
        plan.kerb(random, (side * wide, -42), (side * wide, 42), 0.01, 0.1)
        x = side * random.uniform(11, 20)
        terrace(
            plan, random, (x, side * 36), (x, -side * 36), ("office", "office", "homes", "blank"), (14, 30)
        )
        plan.row(
            random,
            ("bench", "lamp_post", "round_bin", "bike_stand", "bicycle", "bicycle", "notice_board"),
            (side * (wide + 0.7), -28),
            (side * (wide + 0.7), 28),
            (3, 8),
            -90 * side,
        )
        plan.row(random, plan.style.trees, (side * (wide + 2.5), -28), (side * (wide + 2.5), 28), (7, 13), 0)
        plan.lamps += [(side * (wide + 0.7), float(y), 4.6) for y in np.arange(-20, 21, 10.0)]
    _woods(plan, random, 50)
    house(plan, random, (-16, 44), (16, 44), "office")
    house(plan, random, (16, -44), (-16, -44), "office")
    plan.strew(random, ("bush", "stone_bench", "bicycle", "hedge", "statue"), (-10, -26, 10, 26), 14)
    plan.room.append((-10, -38, 10, 38))


def forecourt(plan: Plan) -> None:
    """The paved court before a station: taxis, bollards, shelters."""
    random = plan.random("forecourt")
    plan.floor((-50, -50, 50, 50), plan.ground("pave", random))
    plan.floor((-50, -30, 50, -10), plan.ground("road", random), 0.003)
    house(plan, random, (-24, 16), (24, 16), "office")
    terrace(plan, random, (26, 14), (26, -28), ("shops", "homes"))
    terrace(plan, random, (-26, -28), (-26, 14), ("shops", "homes"))
    terrace(plan, random, (30, -32), (-30, -32), ("homes", "blank"))
    plan.walk((random.uniform(-3, 3), -9), (random.uniform(-3, 3), 14), 3.0)
    plan.walk((-20, random.uniform(0, 9)), (20, random.uniform(0, 9)), 2.2)
    plan.walk((-20, -6), (20, -6), 1.6)
    plan.row(random, ("bollard",), (-20, -9), (20, -9), (1.5, 1.6), 0, 1.0, 0.02)
    plan.row(random, CARS, (-20, -12), (20, -12), (5.2, 8), 0, 0.7, 0.1)
    plan.strew(
        random,
        (
            "bus_shelter",
            "round_bin",
            "bicycle",
            "conifer",
            "planter",
            "bench",
            "letter_box",
            "hydrant",
            "suitcases",
        ),
        (-20, -8, 20, 14),
        22,
        (0, 90, 180, 270),
    )
    plan.lamps += [(x, y, 6.0) for x in (-12.0, 0.0, 12.0) for y in (-8.0, 6.0)]
    plan.room.append((-23, -27, 23, 14))


def playground(plan: Plan) -> None:
    """Swings and slides on soft ground, paths and fences round."""
    random = plan.random("playground")
    plan.floor((-50, -50, 50, 50), plan.ground("soft", random))
    for _ in range(3):
        x, y = random.uniform(-9, 9, 2)
        plan.mark((x, y), (random.uniform(3, 8), random.uniform(3, 8)), plan.ground("soft", random), 0.003)
    look = plan.ground("pave", random)
    y = random.uniform(-4, 4)
    plan.floor((-40, y - 1.5, 40, y + 1.5), look, 0.005)
    plan.walk((-20, y), (20, y), 2.2)
    way = random.uniform(-6, 6)
    plan.walk((way, -16), (way + random.uniform(-4, 4), 16), 1.6)
    toys = ("swing", "slide", "climbing_frame", "spring_rider", "spring_rider")
    plan.strew(random, toys, (-15, -15, 15, 15), 12)
    plan.strew(
        random,
        ("bench", "round_bin", "bush", "stroller", "bicycle", *plan.style.trees),
        (-17, -17, 17, 17),
        20,
    )
    for x0, y0, x1, y1, turn in (
        (-18, 18, 18, 18, 0),
        (-18, -18, 18, -18, 0),
        (-18, -18, -18, 18, 90),
        (18, -18, 18, 18, 90),
    ):
        plan.row(
            random,
            ("mesh_fence",) if random.uniform() < 0.6 else ("hedge",),
            (x0, y0),
            (x1, y1),
            (2.5, 2.5),
            turn,
            1.0,
            0.01,
        )
    _ring(plan, random, 27, ("homes", "blank"))
    plan.lamps += [(-10.0, -8.0, 5.0), (9.0, 7.0, 5.0)]
    plan.room.append((-19, -19, 19, 19))


def construction_site(plan: Plan) -> None:
    """Hoardings, scaffolds, barriers, a way through."""
    random = plan.random("site")
    plan.floor((-50, -50, 50, 50), plan.ground("yard", random))
    half = random.uniform(1.6, 3.5)
    if random.uniform() < 0.6:
        plan.floor(
            (-half, -40, half, 40), plan.ground("road" if random.uniform() < 0.5 else "pave", random), 0.004
        )
    for side in (-1, 1):
        x = side * (half + random.uniform(0.4, 5))
        if random.uniform() < 0.65:
            plan.wall(
                (x, side * 32), (x, -side * 32), random.uniform(2.0, 2.6), plan.wall_look("hoarding", random)
            )
        else:
            plan.row(
                random,
                ("mesh_fence", "mesh_fence", "crowd_barrier"),
                (x, -28),
                (x, 28),
                (2.5, 2.5),
                90,
                0.95,
                0.03,
            )
            plan.row(random, ("scaffold",), (x + 3 * side, -26), (x + 3 * side, 26), (2.5, 5), 90, 0.8)
            plan.strew(
                random,
                ("rubble", "container", "skip", "lorry", "drums", "pickup"),
                (min(x + 2 * side, x + 12 * side), -24, max(x + 2 * side, x + 12 * side), 24),
                10,
                (0, 90),
            )
        far = side * (half + 14)
        terrace(plan, random, (far, side * 40), (far, -side * 40), ("blank", "homes", "office"))
        edge = side * (half + 0.1)
        plan.row(
            random,
            (
                "road_barrier",
                "cone",
                "cone",
                "plastic_barrier",
                "sign_post",
                "site_board",
                "jersey_barrier",
                "rubble",
            ),
            (edge, -26),
            (edge, 26),
            (2.2, 5),
            90,
            0.8,
        )
    plan.walk((0, -28), (0, 28), 2 * half - 1.0)
    plan.lamps += [(half, float(y), 5.5) for y in (-16, 0, 16)]
    house(plan, random, (-20, 36), (20, 36), "blank")
    house(plan, random, (20, -36), (-20, -36), "homes")
    plan.room.append((-half - 0.2, -30, half + 0.2, 30))


def works_yard(plan: Plan) -> None:
    """A factory yard with containers, drums, fork-lifts."""
    random = plan.random("yard")
    plan.floor((-50, -50, 50, 50), plan.ground("yard", random))
    paint = plan.tile("yellow_paint", random, flat=True)
    x = random.uniform(-4, 4)
    for side in (-1, 1):
        plan.mark((x + side * 1.3, 0), (0.12, 60), paint)
    plan.walk((x, -26), (x, 26), 2.2)
    y = random.uniform(-5, 5)
    plan.walk((-16, y), (16, y), 2.0)
    look = plan.tile("corrugated", random)
    reach = random.uniform(14, 20)
    for start, end in (
        ((-reach, 28), (reach, 28)),
        ((reach, 28), (reach, -28)),
        ((reach, -28), (-reach, -28)),
        ((-reach, -28), (-reach, 28)),
    ):
        plan.wall(
            start,
            end,
            random.uniform(5, 9),
            look if random.uniform() < 0.6 else plan.wall_look("blank", random),
        )
        front = Front(plan, random, start, end)
        for at in np.arange(random.uniform(1, 5), front.length - 5, random.uniform(7, 12)):
            front.panel(
                float(at),
                float(at) + 3.4,
                0.02,
                3.2,
                front.fitted("garage_door" if random.uniform() < 0.6 else "shutter", 3.4, 3.2),
            )
    things = (
        "container",
        "drums",
        "forklift",
        "lorry",
        "rubble",
        "skip",
        "jersey_barrier",
        "crates",
        "van",
        "plastic_barrier",
    )
    plan.strew(random, things, (-reach + 2, -25, reach - 2, 25), 26, (0, 90, 180))
    plan.lamps += [(-8.0, 0.0, 6.0), (8.0, 10.0, 6.0), (8.0, -12.0, 6.0)]
    plan.room.append((-reach + 0.5, -26, reach - 0.5, 26))


def beach_promenade(plan: Plan) -> None:
    """Boards along a beach, huts on one side, sand and sea on the other."""
    random = plan.random("beach")
    wide = random.uniform(3.5, 7)
    plan.floor((-wide / 2, -40, wide / 2, 40), plan.ground("pave", random))
    plan.floor((-40, -60, -wide / 2, 60), plan.ground("soft", random), -0.12)
    sea = plan.coat(random, ((92, 122, 128), (86, 106, 120), (104, 128, 124)))
    plan.floor((-140, -120, -32, 120), sea, -0.3)
    plan.floor(
        (wide / 2, -60, 40, 60), plan.ground("soft" if random.uniform() < 0.5 else "pave", random), 0.0
    )
    if random.uniform() < 0.6:
        for y in np.arange(-34, 35, 2.4):
            plan.wish("railing", -wide / 2 + 0.1, float(y), 90, firm=True)
    x = wide / 2 + random.uniform(1.5, 5)
    plan.row(
        random, ("beach_hut", "beach_hut", "kiosk", "parasol"), (x + 1, -30), (x + 1, 30), (2.6, 5), -90, 0.9
    )
    terrace(plan, random, (x + 9, 40), (x + 9, -40), ("homes", "shops", "office"))
    plan.strew(
        random,
        ("deck_chair", "deck_chair", "parasol", "boat", "boat", "life_ring"),
        (-24, -26, -wide / 2 - 1.2, 26),
        30,
    )
    plan.row(
        random,
        ("bench", "lamp_post", "round_bin", "bicycle", "planter", "life_ring", "kick_scooter"),
        (wide / 2 - 0.5, -28),
        (wide / 2 - 0.5, 28),
        (3, 7),
        -90,
    )
    plan.walk((random.uniform(-0.5, 0.2), -30), (random.uniform(-0.5, 0.2), 30), wide - 2.4)
    plan.lamps += [(wide / 2 - 0.4, float(y), 4.6) for y in np.arange(-20, 21, 10)]
    plan.room.append((-wide / 2 - 6, -34, wide / 2 + 1.2, 34))


def market(plan: Plan) -> None:
    """Stalls in rows under parasols."""
    random = plan.random("market")
    plan.floor((-50, -50, 50, 50), plan.ground("yard" if random.uniform() < 0.5 else "pave", random))
    half = random.uniform(1.5, 2.6)
    for lane in (-1, 0, 1):
        middle = lane * (2 * half + 5)
        plan.walk((middle, -16), (middle, 16), 2 * half - 1.2)
        for side in (-1, 1):
            x = middle + side * (half + 1.0)
            plan.row(
                random,
                ("counter", "counter", "clothes_rail", "kiosk", "crates"),
                (x, -16),
                (x, 16),
                (2.2, 4),
                -90 * side,
                0.9,
            )
            plan.row(random, ("parasol",), (x + side * 0.4, -16), (x + side * 0.4, 16), (3, 5), 0, 0.8)
    across = random.uniform(-2, 2)
    plan.walk((-12, across), (12, across), 1.4)
    _ring(plan, random, 23, ("homes", "shops", "office"))
    plan.strew(
        random,
        ("van", "lorry", "wheeled_bin", "crates", "bicycle", "bare_tree", "lamp_post", "motorbike"),
        (-20, -20, 20, 20),
        16,
    )
    plan.lamps += [(float(x), float(y), 4.5) for x in (-6, 6) for y in (-9, 0, 9)]
    plan.room.append((-18, -19, 18, 19))
