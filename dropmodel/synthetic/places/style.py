"""Where each style's places take their kinds, tiles, light and things from: no two styles share a source."""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class LightRanges:
    """Ranges of the light: sun elevations in degrees, lamp colours in kelvin, fog's extinction per metre."""

    high_sun: Range
    low_sun: Range
    lamp_kelvin: Range
    day_kelvin: Range
    fog: Range


@dataclass(frozen=True)
class PlaceStyle:
    """One style's kinds of place, of ground and wall by role, of weather, of occluder, and light ranges."""

    name: str
    kinds: tuple[str, ...]
    grounds: dict[str, tuple[str, ...]]
    walls: dict[str, tuple[str, ...]]
    weathers: tuple[str, ...]
    indoor_lights: tuple[str, ...]
    light: LightRanges
    occluders: tuple[str, ...]
    trees: tuple[str, ...]
    frames: tuple[tuple[int, int], ...]
    clutter: tuple[str, ...]
    """Things set beside the walks outdoors."""
    indoor_clutter: tuple[str, ...]
    """Things set beside the walks indoors."""


TRAIN = PlaceStyle(
    "train",
    kinds=(
        "shop_street",
        "residential_street",
        "park_path",
        "square",
        "campus",
        "car_park",
        "bridge",
        "alley",
        "bus_stop",
        "railway_platform",
        "metro_hall",
        "shopping_mall",
        "office_lobby",
        "corridor",
        "stairs_landing",
        "construction_site",
        "crossing",
    ),
    grounds={
        "road": ("asphalt", "old_asphalt", "patched_asphalt", "leafy_asphalt"),
        "pave": ("concrete_slabs", "paving", "bricks_flat", "cobbles"),
        "soft": ("grass", "dry_grass", "leafy_grass"),
        "path": ("dirt", "gravel"),
        "yard": ("packed_earth",),
        "floor": ("terrazzo", "granite", "lino", "ceramic", "studded"),
        "office": ("carpet", "lino", "granite", "ceramic"),
    },
    walls={
        "house": ("brick", "brick_header", "plaster", "rubble_stone"),
        "blank": ("formwork", "graffiti", "brick", "boards", "corrugated"),
        "hoarding": ("ply_hoarding", "boards"),
        "hall": ("clean_plaster", "panelling", "metro_tiles"),
        "office": ("curtain_wall", "curtain_wall", "formwork"),
    },
    weathers=(
        *("overcast", "overcast", "bright_overcast", "clear_high", "clear_high", "low_sun"),
        *("golden_hour", "dusk", "night_lamps", "rain", "fog", "snow"),
    ),
    indoor_lights=("ceiling_even", "ceiling_spots", "shop_light"),
    light=LightRanges((38, 64), (15, 28), (2600, 3300), (5300, 7000), (0.003, 0.011)),
    occluders=(
        *("round_bin", "bench", "bollard", "pole", "railing", "crowd_barrier", "sign_post", "site_board"),
        *(
            "near_bush",
            "near_hedge",
            "tree",
            "planter",
            "hatchback",
            "saloon",
            "van",
            "bicycle",
            "scooter",
            "cabinet",
        ),
        *("counter", "wheeled_bin", "road_barrier", "branches", "a_board", "column", "suitcases", "estate"),
        *("notice_board", "picket_fence"),
    ),
    trees=("tree", "tree", "autumn_tree"),
    frames=((1920, 1080), (1920, 1080), (1280, 720), (2560, 1440), (1280, 960), (704, 576)),
    clutter=(
        *(
            "round_bin",
            "post_bin",
            "bench",
            "bollard",
            "bollard",
            "planter",
            "bicycle",
            "bicycle",
            "sign_post",
        ),
        *("wheeled_bin", "cabinet", "a_board", "scooter", "cone", "pole", "bush", "crates", "notice_board"),
        *("stone_bench", "bike_stand", "road_barrier", "letter_box", "kick_scooter", "suitcases", "stroller"),
    ),
    indoor_clutter=(
        *("round_bin", "bench", "seats", "potted_palm", "planter", "a_board", "notice_board", "suitcases"),
        *("tape_posts", "crates", "vending_machine", "stroller", "cone", "sofa", "desk", "advert", "counter"),
    ),
)
VALIDATION = PlaceStyle(
    "validation",
    kinds=("supermarket", "playground", "underpass", "forecourt"),
    grounds={
        "road": ("oily_concrete", "bike_lane"),
        "pave": ("flagstones",),
        "soft": ("bark", "rubber"),
        "path": ("rubber",),
        "yard": ("oily_concrete",),
        "floor": ("shop_lino", "chequered"),
        "office": ("chequered",),
    },
    walls={
        "house": ("painted_brick",),
        "blank": ("painted_brick", "mosaic"),
        "hoarding": ("painted_brick",),
        "hall": ("wipe_clean", "mosaic"),
        "office": ("mosaic",),
    },
    weathers=("hazy_sun", "thin_cloud", "cold_night"),
    indoor_lights=("cold_tubes", "mixed_window"),
    light=LightRanges((66, 72), (29, 34), (3500, 3900), (4800, 5200), (0.019, 0.021)),
    occluders=(
        "hydrant",
        "letter_box",
        "mesh_fence",
        "suv",
        "shopping_cart",
        "conifer",
        "tape_posts",
        "crates",
        "freezer",
        "vending_machine",
    ),
    trees=("conifer",),
    frames=((1600, 900), (1024, 768)),
    clutter=("hydrant", "letter_box", "bollard", "suitcases", "bicycle", "bench", "planter", "round_bin"),
    indoor_clutter=(
        "crates",
        "shopping_cart",
        "round_bin",
        "tape_posts",
        "vending_machine",
        "a_board",
        "freezer",
    ),
)
HELD_OUT = PlaceStyle(
    "held_out",
    kinds=("airport_hall", "beach_promenade", "museum_hall", "works_yard", "market"),
    grounds={
        "road": ("poured_concrete",),
        "pave": ("board_walk",),
        "soft": ("sand",),
        "path": ("board_walk",),
        "yard": ("poured_concrete", "painted_floor"),
        "floor": ("marble", "parquet", "patterned_carpet"),
        "office": ("parquet",),
    },
    walls={
        "house": ("ashlar",),
        "blank": ("shutter", "ashlar"),
        "hoarding": ("shutter",),
        "hall": ("limewash",),
        "office": ("ashlar",),
    },
    weathers=("broken_cloud", "evening_sun", "floodlight", "drizzle", "sea_mist"),
    indoor_lights=("warm_halogen", "sky_light"),
    light=LightRanges((73, 80), (6, 13), (4100, 4600), (7300, 8800), (0.012, 0.018)),
    occluders=(
        *("luggage_cart", "stroller", "kiosk", "minivan", "motorbike", "jersey_barrier", "show_case"),
        *("parasol", "plastic_barrier", "phone_booth", "potted_palm", "advert"),
        *("seats", "sofa", "drums", "book_shelf", "bare_tree"),
    ),
    trees=("bare_tree",),
    frames=((1920, 1200), (1440, 1080)),
    clutter=(
        *("planter", "motorbike", "jersey_barrier", "drums", "crates", "life_ring", "advert", "round_bin"),
        *("stroller", "parasol", "deck_chair", "kick_scooter"),
    ),
    indoor_clutter=(
        *("luggage_cart", "suitcases", "seats", "rope_stand", "potted_palm", "stroller", "sofa", "round_bin"),
        *("notice_board", "show_case"),
    ),
)
STYLES = {style.name: style for style in (TRAIN, VALIDATION, HELD_OUT)}
