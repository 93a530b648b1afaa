"""Tiles by name: which painter makes them, how many metres they cover, and a cache of those made."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dropmodel.synthetic.drawing.geometry import Color, Mapping, Surface
from dropmodel.synthetic.drawing.textures import Texture, tile
from dropmodel.synthetic.scenery import floors, fronts, ground, stuff, walls
from dropmodel.synthetic.scenery.brush import Painting
from dropmodel.synthetic.seeds import stream

Painter = Callable[[np.random.Generator], Painting]
WHITE: Color = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Kind:
    """A painter with the metres (width, height) its tile covers and the gloss of what it shows."""

    paint: Painter
    metres: tuple[float, float]
    gloss: float = 0.02
    grain: float = 0.12


KINDS: dict[str, Kind] = {
    "asphalt": Kind(ground.asphalt, (3, 3)),
    "old_asphalt": Kind(ground.old_asphalt, (5, 5)),
    "patched_asphalt": Kind(ground.patched_asphalt, (9, 9)),
    "leafy_asphalt": Kind(ground.leafy_asphalt, (3, 3)),
    "concrete_slabs": Kind(ground.concrete_slabs, (2.4, 2.4)),
    "paving": Kind(ground.paving, (2.4, 2.4)),
    "bricks_flat": Kind(ground.bricks_flat, (2.2, 2.2)),
    "cobbles": Kind(ground.cobbles, (2, 2)),
    "flagstones": Kind(ground.flagstones, (3.2, 3.2)),
    "gravel": Kind(ground.gravel, (1.4, 1.4)),
    "grass": Kind(ground.grass, (2.6, 2.6), 0, 0.35),
    "dry_grass": Kind(ground.dry_grass, (4, 4), 0, 0.3),
    "leafy_grass": Kind(ground.leafy_grass, (2.6, 2.6), 0, 0.3),
    "sand": Kind(ground.sand, (3, 3), 0),
    "dirt": Kind(ground.dirt, (3, 3), 0),
    "packed_earth": Kind(ground.packed_earth, (4, 4), 0),
    "poured_concrete": Kind(ground.poured_concrete, (6, 6)),
    "oily_concrete": Kind(ground.oily_concrete, (6, 6), 0.05),
    "painted_floor": Kind(ground.painted_floor, (4, 4), 0.15),
    "board_walk": Kind(ground.board_walk, (2.2, 2.2)),
    "rubber": Kind(ground.rubber, (2, 2), 0),
    "bark": Kind(ground.bark, (2, 2), 0),
    "terrazzo": Kind(floors.terrazzo, (1.8, 1.8), 0.3, 0.03),
    "marble": Kind(floors.marble, (2.4, 2.4), 0.35, 0.02),
    "granite": Kind(floors.granite, (2, 2), 0.25, 0.04),
    "chequered": Kind(floors.chequered, (2, 2), 0.25, 0.03),
    "ceramic": Kind(floors.ceramic, (1.8, 1.8), 0.2, 0.03),
    "lino": Kind(floors.lino, (2.5, 2.5), 0.15, 0.03),
    "shop_lino": Kind(floors.shop_lino, (2.4, 2.4), 0.25, 0.02),
    "carpet": Kind(floors.carpet, (2, 2), 0, 0.15),
    "patterned_carpet": Kind(floors.patterned_carpet, (2.2, 2.2), 0, 0.1),
    "parquet": Kind(floors.parquet, (2, 2), 0.15, 0.04),
    "studded": Kind(floors.studded, (0.8, 0.8), 0.05),
    "chequer_plate": Kind(floors.chequer_plate, (0.8, 0.8), 0.2),
    "tactile": Kind(floors.tactile, (0.4, 0.4)),
    "road_paint": Kind(floors.road_paint, (1.5, 1.5)),
    "yellow_paint": Kind(floors.yellow_paint, (1.5, 1.5)),
    "bike_lane": Kind(floors.bike_lane, (3, 3)),
    "manhole": Kind(floors.manhole, (0.7, 0.7), 0.1),
    "brick": Kind(walls.brick, (2.1, 1.8)),
    "brick_header": Kind(walls.brick_header, (2.1, 1.8)),
    "painted_brick": Kind(walls.painted_brick, (2.1, 1.8)),
    "plaster": Kind(walls.plaster, (5, 3.2), 0, 0.06),
    "clean_plaster": Kind(walls.clean_plaster, (4, 4), 0.01, 0.03),
    "formwork": Kind(walls.formwork, (4.8, 2.8)),
    "rubble_stone": Kind(walls.rubble_stone, (2.4, 2.4)),
    "ashlar": Kind(walls.ashlar, (2.4, 2.4)),
    "boards": Kind(walls.boards, (1.6, 2.4), 0, 0.15),
    "ply_hoarding": Kind(walls.ply_hoarding, (2.5, 2.4)),
    "corrugated": Kind(walls.corrugated, (2.4, 2.6), 0.1, 0.05),
    "shutter": Kind(walls.shutter, (3, 2.8), 0.1, 0.05),
    "graffiti": Kind(walls.graffiti, (5, 3)),
    "metro_tiles": Kind(walls.metro_tiles, (2.4, 2.6), 0.25, 0.02),
    "mosaic": Kind(walls.mosaic, (1.6, 1.6), 0.15, 0.04),
    "panelling": Kind(walls.panelling, (2.4, 2.8), 0.1, 0.03),
    "curtain_wall": Kind(walls.curtain_wall, (7.5, 7), 0.35, 0.0),
    "limewash": Kind(walls.limewash, (4, 3.4), 0.01, 0.03),
    "wipe_clean": Kind(walls.wipe_clean, (3, 3), 0.15, 0.02),
    "lockers": Kind(walls.lockers, (2, 1.9), 0.1, 0.03),
    "goods": Kind(walls.goods, (2.4, 1.9), 0.1, 0.05),
    "books": Kind(walls.books, (2.4, 2.2), 0.02, 0.05),
    "train_side": Kind(walls.train_side, (9, 3), 0.3, 0.02),
    "leaves": Kind(stuff.leaves, (0.9, 0.9), 0.04, 0.3),
    "autumn_leaves": Kind(stuff.autumn_leaves, (0.9, 0.9), 0.04, 0.3),
    "tree_bark": Kind(stuff.tree_bark, (0.5, 1.2), 0, 0.25),
    "wood": Kind(stuff.wood, (1.2, 0.5), 0.04, 0.08),
    "worn_metal": Kind(stuff.worn_metal, (1.2, 1.2), 0.12, 0.05),
    "barrier_stripes": Kind(stuff.barrier_stripes, (0.5, 0.25), 0.1, 0.03),
    "awning": Kind(stuff.awning, (2.4, 1.4), 0, 0.04),
    "window": Kind(fronts.window, (1, 1), 0.35, 0.0),
    "lit_window": Kind(fronts.lit_window, (1, 1), 0.1, 0.0),
    "shop_front": Kind(fronts.shop_front, (5, 3.3), 0.25, 0.02),
    "lit_shop": Kind(fronts.lit_shop, (5, 2.4), 0.1, 0.0),
    "glass_front": Kind(fronts.glass_front, (4, 3), 0.4, 0.0),
    "door": Kind(fronts.door, (1, 2.1), 0.08, 0.03),
    "garage_door": Kind(fronts.garage_door, (2.5, 2.2), 0.05, 0.03),
    "lift_door": Kind(fronts.lift_door, (1.4, 2.2), 0.3, 0.02),
    "poster": Kind(fronts.poster, (1, 1.5), 0.15, 0.02),
    "board": Kind(fronts.board, (1, 1), 0.1, 0.02),
    "notice": Kind(fronts.notice, (1, 1), 0.15, 0.0),
    "road_sign": Kind(fronts.road_sign, (1, 1), 0.15, 0.0),
    "screen": Kind(fronts.screen, (1, 1), 0.1, 0.0),
    "machine": Kind(fronts.machine, (1, 1), 0.15, 0.02),
    "vending": Kind(fronts.vending, (1, 1), 0.2, 0.0),
    "crate_side": Kind(fronts.crate_side, (1, 1), 0.02, 0.1),
    "hall_picture": Kind(fronts.hall_picture, (1, 1), 0.1, 0.02),
}


@lru_cache(maxsize=512)
def painted(kind: str, variant: int) -> Texture:
    """Tile number ``variant`` of a kind; equal numbers give equal tiles in every process."""
    painting = KINDS[kind].paint(stream("tile", kind, variant))
    return tile(np.clip(painting, 0.0, 1.0))


def surface(
    kind: str,
    variant: int,
    color: Color = WHITE,
    mapping: Mapping = Mapping.FRONT,
    metres: tuple[float, float] | None = None,
    shift: tuple[float, float] = (0.0, 0.0),
    glow: float = 0.0,
    gloss: float | None = None,
) -> Surface:
    """A surface of a tile, tinted by ``color``; ``metres`` stretches one repeat to another size."""
    look = KINDS[kind]
    return Surface(
        color,
        painted(kind, variant),
        mapping,
        look.metres if metres is None else metres,
        shift,
        grain=look.grain,
        grain_size=0.025,
        gloss=look.gloss if gloss is None else gloss,
        glow=glow,
    )
