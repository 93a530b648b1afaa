"""Streets: pavements, roads, crossings, stops, alleys, bridges, car parks."""

import numpy as np

from dropmodel.synthetic.places.facade import Front, house, terrace
from dropmodel.synthetic.places.plan import Plan, Random

LONG = 34.0
"""Streets run from -LONG to LONG along y."""
CARS = ("hatchback", "saloon", "estate", "suv", "minivan", "van", "pickup", "hatchback", "saloon")
CLUTTER = (
    *(
        "round_bin",
        "post_bin",
        "bench",
        "bollard",
        "letter_box",
        "cabinet",
        "planter",
        "bicycle",
        "notice_board",
    ),
    *("sign_post", "wheeled_bin", "advert", "hydrant", "bike_stand", "scooter", "phone_booth", "a_board"),
)


def _lamps(plan: Plan, random: Random, x: float, turn: float) -> None:
    gap = random.uniform(9, 16)
    for y in np.arange(-LONG + random.uniform(0, gap), LONG, gap):
        plan.wish("lamp_post", x, float(y), turn)
        plan.lamps.append((x, float(y), random.uniform(4.2, 6.2)))


def _road(plan: Plan, random: Random, left: float, right: float, height: float) -> None:
    plan.floor((left, -LONG, right, LONG), plan.ground("road", random), height)
    paint = plan.tile("road_paint", random, flat=True)
    middle = (left + right) / 2
    lift = height + 0.004
    if right - left > 5.5 and random.uniform() < 0.75:
        dash, gap = random.uniform(1.5, 3.5), random.uniform(2, 5)
        for y in np.arange(-LONG, LONG, dash + gap):
            plan.mark((middle, float(y) + dash / 2), (0.12, dash), paint, lift)
    if random.uniform() < 0.4:
        for x in (left + 0.3, right - 0.3):
            plan.mark((x, 0), (0.12, 2 * LONG), paint, lift)
    for _ in range(4):
        at = (random.uniform(left + 0.6, right - 0.6), random.uniform(-20, 20))
        plan.mark(at, (0.62, 0.62), plan.tile("manhole", random, flat=True), lift)


def _pavement(plan: Plan, random: Random, inner: float, outer: float, height: float) -> None:
    """Pavement between the kerb at x = inner and the houses at x = outer."""
    left, right = min(inner, outer), max(inner, outer)
    plan.floor((left, -LONG, right, LONG), plan.ground("pave", random), height)
    plan.kerb(random, (inner, -LONG), (inner, LONG), height, 0.14)
    if random.uniform() < 0.3:
        band = plan.ground("pave", random)
        plan.mark(((inner + np.sign(outer - inner) * 0.7), 0.0), (0.8, 2 * LONG), band, height + 0.003)


def _street(plan: Plan, uses: tuple[str, ...], crossing: bool) -> None:
    random = plan.random("street")
    road = random.uniform(5.2, 9.5)
    left, right = random.uniform(2.2, 5.5), random.uniform(2.2, 5.5)
    on_road = 0.0 if crossing else -0.13
    pave = on_road + 0.13
    edge = road / 2
    _road(plan, random, -edge, edge, on_road)
    for side, wide in ((-1, left), (1, right)):
        _pavement(plan, random, side * edge, side * (edge + wide), pave)
        out = side * (edge + wide)
        if side < 0:
            terrace(plan, random, (out, -LONG), (out, LONG), uses)
        else:
            terrace(plan, random, (out, LONG), (out, -LONG), uses)
        lane = side * (edge + 0.55)
        if crossing:
            middle = side * (edge + wide / 2 + 0.5)
            plan.strew(random, CLUTTER, (min(lane, middle), -24, max(lane, middle), 24), 10, (0, 90, 180))
        else:
            band = min(1.9, wide - 1.3)
            middle = side * (edge + 0.85 + (wide - 0.85) / 2)
            plan.walk((middle, -30), (middle, 30), max(0.7, min(band, 2.4)))
            plan.row(random, CLUTTER, (lane, -28), (lane, 28), (2.5, 6), 90 * side, 0.8)
        _lamps(plan, random, lane, 180 if side > 0 else 0)
        if random.uniform() < 0.6:
            plan.row(random, plan.style.trees, (lane + 0.1 * side, -28), (lane + 0.1 * side, 28), (7, 12), 0)
        if random.uniform() < 0.85:
            plan.row(
                random,
                CARS,
                (side * (edge - 1.05), -28),
                (side * (edge - 1.05), 28),
                (5.2, 9),
                90,
                0.75,
                0.05,
            )
    if crossing:
        paint = plan.tile("road_paint", random, flat=True)
        middle = random.uniform(-3, 3)
        wide = random.uniform(2.6, 4.2)
        for x in np.arange(-edge + 0.5, edge - 0.2, 1.0):
            plan.mark((float(x), middle), (0.5, wide), paint)
        plan.walk((-edge + 0.3, middle), (edge - 0.3, middle), wide - 0.6)
        plan.wish("traffic_light", edge + 0.5, middle - wide / 2 - 0.5, 90, firm=True)
        plan.wish("traffic_light", -edge - 0.5, middle + wide / 2 + 0.5, -90, firm=True)
        plan.strew(
            random, ("saloon", "hatchback", "van", "suv"), (-edge + 1, middle + 6, edge - 1, 26), 3, (90, -90)
        )
    else:
        plan.strew(random, CARS, (-edge + 2.6, -26, edge - 2.6, 26), 3, (90, -90))
        plan.strew(random, ("bus", "lorry"), (-1, -24, 1, 24), 1, (90,))
    plan.room.append((-edge - left + 0.3, -LONG + 3, edge + right - 0.3, LONG - 3))
    far = plan.random("ends")
    for y, start, end in ((LONG, -14, 14), (-LONG, 14, -14)):
        house(plan, far, (start, y), (end, y), str(far.choice(list(uses))))


def shop_street(plan: Plan) -> None:
    """Shops on both sides, people on the pavements."""
    _street(plan, ("shops", "shops", "shops", "office"), crossing=False)


def residential_street(plan: Plan) -> None:
    """Dwellings, parked cars, trees."""
    _street(plan, ("homes", "homes", "homes", "blank"), crossing=False)


def crossing(plan: Plan) -> None:
    """A zebra crossing between two pavements."""
    _street(plan, ("shops", "homes", "office"), crossing=True)


def bus_stop(plan: Plan) -> None:
    """A wide pavement with a shelter, traffic behind or before it."""
    random = plan.random("stop")
    road, wide = random.uniform(6, 10), random.uniform(4.5, 7)
    edge = road / 2
    _road(plan, random, -edge, edge, -0.14)
    for side, width in ((1, wide), (-1, random.uniform(2.5, 4))):
        _pavement(plan, random, side * edge, side * (edge + width), 0.0)
    if random.uniform() < 0.5:
        lane = plan.tile("bike_lane", random, flat=True)
        plan.mark((edge + 0.9, 0), (1.4, 60), lane)
    outer = edge + wide
    terrace(plan, random, (outer, LONG), (outer, -LONG), ("homes", "office", "shops", "blank"))
    terrace(plan, random, (-edge - 3, -LONG), (-edge - 3, LONG), ("homes", "office", "shops"))
    shelter = random.uniform(-6, 6)
    plan.wish("bus_shelter", outer - 1.0, shelter, -90, firm=True)
    for y in (shelter - 4.5, shelter + 4):
        plan.wish(
            str(random.choice(["round_bin", "bench", "advert", "notice_board", "ticket_machine"])),
            outer - 0.8,
            y,
            -90,
        )
    plan.wish("sign_post", edge + 0.4, shelter + random.uniform(-3, 3), 90, firm=True)
    if random.uniform() < 0.6:
        plan.wish("bus", edge - 1.5, shelter + random.uniform(-3, 3), 90)
    plan.strew(random, CARS, (-edge + 1.2, -26, edge - 2, 26), 4, (90, -90))
    plan.row(random, CLUTTER, (outer - 0.5, -28), (outer - 0.5, 28), (4, 9), -90, 0.7)
    plan.walk((edge + 1.3 + (wide - 3.4) / 2, -26), (edge + 1.3 + (wide - 3.4) / 2, 26), max(1.0, wide - 3.6))
    _lamps(plan, random, edge + 0.4, 180)
    plan.room.append((-edge - 2.5, -LONG + 4, outer - 0.4, LONG - 4))


def alley(plan: Plan) -> None:
    """A narrow way between backs of houses."""
    random = plan.random("alley")
    half = random.uniform(1.4, 3.0)
    ground = plan.ground("pave" if random.uniform() < 0.5 else "road", random)
    plan.floor((-half - 1, -LONG, half + 1, LONG), ground)
    if random.uniform() < 0.5:
        plan.mark((random.uniform(-0.3, 0.3), 0), (0.3, 2 * LONG), plan.ground("pave", random))
    uses = ("blank", "homes", "blank", "shops" if random.uniform() < 0.3 else "homes")
    terrace(plan, random, (-half, -LONG), (-half, LONG), uses, (4, 11))
    terrace(plan, random, (half, LONG), (half, -LONG), uses, (4, 11))
    house(plan, random, (-half - 2, LONG), (half + 2, LONG), "homes")
    house(plan, random, (half + 2, -LONG), (-half - 2, -LONG), "blank")
    things = ("wheeled_bin", "skip", "crates", "bicycle", "drums", "scooter", "planter", "cone", "round_bin")
    for side in (-1, 1):
        plan.row(
            random, things, (side * (half - 0.4), -28), (side * (half - 0.4), 28), (2, 6), -90 * side, 0.8
        )
        for y in np.arange(-24, 25, random.uniform(8, 13)):
            plan.lamps.append((side * (half - 0.3), float(y), random.uniform(3, 4.2)))
    plan.walk((random.uniform(-0.3, 0.3), -28), (random.uniform(-0.3, 0.3), 28), max(0.8, 2 * half - 1.7))
    plan.room.append((-half + 0.15, -LONG + 2, half - 0.15, LONG - 2))


def bridge(plan: Plan) -> None:
    """A foot or road bridge with parapets, water and far banks."""
    random = plan.random("bridge")
    half = random.uniform(1.8, 4.5)
    plan.floor((-half, -LONG, half, LONG), plan.ground("pave" if random.uniform() < 0.6 else "road", random))
    water = ((84, 98, 96), (72, 86, 92), (96, 100, 88))
    bank = plan.coat(random, water) if random.uniform() < 0.6 else plan.ground("soft", random)
    plan.floor((-90, -90, -half, 90), bank, -4.0)
    plan.floor((half, -90, 90, 90), bank, -4.0)
    solid = random.uniform() < 0.35
    for side in (-1, 1):
        if solid:
            look = plan.wall_look("house", random)
            size = (0.35, 4.0, 1.05)
            for y in np.arange(-LONG + 2, LONG, 4.0):
                plan.block(size, (side * half, float(y), 0), look)
        else:
            for y in np.arange(-LONG + 1.2, LONG, 2.4):
                plan.wish("railing", side * half, float(y), 90, firm=True)
            plan.kerb(random, (side * half, -LONG), (side * half, LONG), 0.12, 0.4)
        for x in (26, 50):
            terrace(
                plan,
                random,
                (side * x, 60 * side),
                (side * x, -60 * side),
                ("homes", "office", "blank"),
                (12, 26),
            )
            plan.row(
                random,
                ("thicket", *plan.style.trees),
                (side * (x - 7), -44),
                (side * (x - 7), 44),
                (6, 12),
                90,
            )
        _lamps(plan, random, side * (half - 0.35), 0)
    plan.row(
        random,
        ("bench", "round_bin", "bicycle", "notice_board"),
        (half - 0.5, -24),
        (half - 0.5, 24),
        (8, 16),
        -90,
    )
    plan.walk((0, -28), (0, 28), max(1.2, 2 * half - 1.8))
    plan.room.append((-half + 0.1, -LONG + 2, half - 0.1, LONG - 2))


def car_park(plan: Plan) -> None:
    """Rows of parked cars with a lane to walk along."""
    random = plan.random("park")
    plan.floor((-40, -40, 40, 40), plan.ground("road", random))
    paint = plan.tile("road_paint", random, flat=True)
    lane = random.uniform(5.2, 7.0)
    for row in (-2, -1, 0, 1, 2):
        middle = row * (lane + 9.6)
        for side in (-1, 1):
            x = middle + side * 2.45
            for y in np.arange(-30, 31, 2.6):
                plan.mark((x, float(y)), (4.6, 0.1), paint)
            plan.row(random, CARS, (x, -28.7), (x, 28.7), (2.6, 2.6), 0 if side > 0 else 180, 0.62, 0.06)
        if random.uniform() < 0.4:
            plan.row(
                random, (*plan.style.trees, "lamp_post", "bush"), (middle, -26), (middle, 26), (6, 12), 0
            )
    for row in (-1, 0):
        x = (row + 0.5) * (lane + 9.6)
        plan.walk((x, -28), (x, 28), lane - 2.6)
    across = random.uniform(-8, 8)
    plan.walk((-12, across), (12, across), 1.6)
    edge = ("homes", "office", "blank", "blank")
    terrace(plan, random, (-34, 38), (34, 38), edge)
    terrace(plan, random, (34, -38), (-34, -38), edge)
    plan.row(random, ("hedge", "railing", "mesh_fence"), (-33, -30), (-33, 30), (2.4, 2.6), 90)
    things = ("shopping_cart", "ticket_machine", "bollard", "round_bin", "sign_post", "cone")
    plan.strew(random, things, (-16, -20, 16, 20), 10)
    for x, y in ((-8, -12), (8, -12), (-8, 12), (8, 12)):
        plan.lamps.append((x, y, 6.5))
    plan.room.append((-32, -34, 32, 34))


def underpass(plan: Plan) -> None:
    """A tiled pedestrian tunnel."""
    random = plan.random("underpass")
    half, plan.ceiling = random.uniform(2.2, 4), random.uniform(2.7, 3.3)
    plan.clutter = plan.style.clutter
    plan.floor((-half, -LONG, half, LONG), plan.ground("road", random))
    for side in (-1, 1):
        look = plan.wall_look("blank" if random.uniform() < 0.6 else "hall", random)
        plan.wall((side * half, side * LONG), (side * half, -side * LONG), plan.ceiling, look)
        front = Front(plan, random, (side * half, side * LONG), (side * half, -side * LONG))
        for at in np.arange(random.uniform(2, 8), 2 * LONG - 2, random.uniform(5, 12)):
            front.panel(float(at), float(at) + 1.1, 0.75, 1.6, front.fitted("poster", 1.1, 1.6, 0.2))
        strip = plan.coat(random, ((84, 84, 86), (150, 146, 138)))
        front.block(0, 2 * LONG, 0, 0.12, 0.04, strip)
        plan.row(
            random,
            ("round_bin", "bicycle", "bench", "vending_machine"),
            (side * (half - 0.5), -26),
            (side * (half - 0.5), 26),
            (7, 14),
            -90 * side,
        )
    plan.wall((-half, LONG), (half, LONG), plan.ceiling, plan.wall_look("blank", random))
    plan.wall((half, -LONG), (-half, -LONG), plan.ceiling, plan.wall_look("blank", random))
    for y in np.arange(-24, 25, 6.0):
        plan.lamps.append((0.0, float(y), plan.ceiling - 0.1))
    plan.walk((random.uniform(-0.4, 0.4), -28), (random.uniform(-0.4, 0.4), 28), 2 * half - 2.2)
    plan.room.append((-half + 0.2, -LONG + 1, half - 0.2, LONG - 1))
