"""Every prop by name, and a cache of those built."""

from functools import lru_cache

from dropmodel.synthetic.drawing.geometry import Mesh
from dropmodel.synthetic.props import barriers, furniture, interior, plants, play, vehicles
from dropmodel.synthetic.props.tones import BY_STYLE, Builder
from dropmodel.synthetic.seeds import stream

BUILDERS: dict[str, Builder] = {
    builder.__name__: builder
    for builder in (
        *(vehicles.hatchback, vehicles.saloon, vehicles.estate, vehicles.suv, vehicles.minivan, vehicles.van),
        *(vehicles.pickup, vehicles.bus, vehicles.lorry, vehicles.bicycle, vehicles.scooter),
        *(vehicles.motorbike, vehicles.kick_scooter),
        *(plants.tree, plants.autumn_tree, plants.bare_tree, plants.conifer, plants.bush, plants.hedge),
        *(plants.thicket, plants.near_bush, plants.near_hedge),
        *(plants.planter, plants.potted_palm, plants.branches),
        *(furniture.bench, furniture.stone_bench, furniture.round_bin, furniture.post_bin),
        *(furniture.wheeled_bin, furniture.skip, furniture.bollard, furniture.lamp_post),
        *(furniture.traffic_light, furniture.hydrant, furniture.letter_box, furniture.cabinet),
        *(furniture.phone_booth, furniture.kiosk, furniture.bus_shelter, furniture.advert),
        *(furniture.advert_column, furniture.a_board, furniture.cafe_table, furniture.parasol),
        *(furniture.fountain, furniture.statue, furniture.bike_stand),
        *(barriers.railing, barriers.picket_fence, barriers.mesh_fence, barriers.crowd_barrier),
        *(barriers.road_barrier, barriers.plastic_barrier, barriers.jersey_barrier, barriers.cone),
        *(barriers.tape_posts, barriers.sign_post, barriers.notice_board, barriers.site_board),
        *(barriers.pole, barriers.column, barriers.scaffold, barriers.rubble),
        *(interior.counter, interior.shelf, interior.book_shelf, interior.freezer, interior.crates),
        *(interior.turnstile, interior.ticket_machine, interior.vending_machine, interior.escalator),
        *(interior.luggage_cart, interior.suitcases, interior.shopping_cart, interior.stroller),
        *(interior.seats, interior.sofa, interior.desk, interior.departure_board, interior.show_case),
        *(interior.rope_stand, interior.mannequin, interior.clothes_rail),
        *(play.swing, play.slide, play.climbing_frame, play.spring_rider, play.deck_chair, play.beach_hut),
        *(play.boat, play.container, play.drums, play.forklift, play.life_ring),
    )
}

VARIANTS = 16
"""Different pieces of each kind and style."""


@lru_cache(maxsize=900)
def prop(kind: str, style: str, variant: int) -> Mesh:
    """Piece number ``variant`` of a kind at the origin, facing -y; ``style`` is a style's name.

    Vehicles have their front towards -x.
    """
    return BUILDERS[kind](stream("prop", kind, style, variant), BY_STYLE[style])
