"""Draw a place by number."""

import numpy as np

from dropmodel.synthetic.places import indoors, open_air, streets, weather
from dropmodel.synthetic.places.build import build
from dropmodel.synthetic.places.place import Place
from dropmodel.synthetic.places.plan import Plan
from dropmodel.synthetic.places.style import PlaceStyle
from dropmodel.synthetic.places.view import find_view
from dropmodel.synthetic.seeds import stream

OUTDOOR = {
    layout.__name__: layout
    for layout in (
        *(streets.shop_street, streets.residential_street, streets.crossing, streets.bus_stop),
        *(streets.alley, streets.bridge, streets.car_park),
        *(open_air.park_path, open_air.square, open_air.campus, open_air.forecourt, open_air.playground),
        *(open_air.construction_site, open_air.works_yard, open_air.beach_promenade, open_air.market),
        indoors.railway_platform,
    )
}
INDOOR = {
    layout.__name__: layout
    for layout in (
        *(indoors.metro_hall, indoors.shopping_mall, indoors.supermarket, indoors.office_lobby),
        *(indoors.corridor, indoors.stairs_landing, indoors.airport_hall, indoors.museum_hall),
        streets.underpass,
    )
}


def draw_place(style: PlaceStyle, seed: int, number: int) -> Place:
    """Place ``number`` of the endless row that ``seed`` gives; equal arguments give equal places."""
    random = stream(seed, "place", style.name, number, "kind")
    kind = style.kinds[int(random.integers(len(style.kinds)))]
    indoor = kind in INDOOR
    mood = str(random.choice(style.indoor_lights if indoor else style.weathers))
    plan = Plan(style, seed, number, kind, mood in weather.NIGHTS or mood == "dusk", indoor)
    if indoor:
        plan.ceiling = 4.0
    (INDOOR if indoor else OUTDOOR)[kind](plan)
    seen = find_view(plan.random("camera"), plan.walks, plan.screens, plan.room, plan.ceiling, style.frames)
    meshes, seats = build(plan, seen.camera, seen.walks)
    spots = np.array([(walk.start, walk.end) for walk in seen.walks]).reshape(-1, 2).mean(axis=0)
    center = (float(spots[0]), float(spots[1]), 0.9)
    light = plan.random("light")
    if indoor:
        hour = weather.indoors(light, mood, style.light, plan.ceiling, plan.lamps)
    else:
        hour = weather.outdoors(light, mood, style.light, plan.lamps, center)
    return Place(
        kind,
        style.name,
        meshes,
        hour.lighting,
        seen.camera,
        hour.precipitation,
        hour.night,
        indoor,
        seen.walks,
        seats,
        mood,
    )
