import numpy as np
import pytest

from dropmodel.synthetic.drawing.camera import Camera
from dropmodel.synthetic.places import STYLES, TRAIN
from dropmodel.synthetic.places.occluders import (
    CARS,
    INDOORS,
    NATURES,
    ROOFED,
    Side,
    draw_occluder,
    draw_side,
    kinds_for,
    place_occluder,
)
from dropmodel.synthetic.props.catalogue import BUILDERS
from dropmodel.synthetic.seeds import stream

CAMERA = Camera((0.0, 0.0, 3.2), 0.0, 12.0, 0.0, 50.0, (1920, 1080))
TARGET = (0.5, 9.0)
TALL = 1.75


def hidden_share(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Share of a grid of points on a standing board that lies behind the thing's triangles."""
    across = (np.arange(13) - 6) / 13 * 0.29 * TALL
    up = (np.arange(24) + 0.5) / 24 * TALL
    x, z = (grid.ravel() for grid in np.meshgrid(across, up))
    points = np.stack([TARGET[0] + x, np.full(x.size, TARGET[1]), z], 1)
    seen = CAMERA.project(points)[:, :2]
    corners = CAMERA.project(vertices)[:, :2][faces]
    a, b, c = (corners[:, k] for k in range(3))
    hidden = np.zeros(len(seen), bool)
    for number, p in enumerate(seen):
        turns = [
            (q[:, 0] - o[:, 0]) * (p[1] - o[:, 1]) - (q[:, 1] - o[:, 1]) * (p[0] - o[:, 0])
            for o, q in ((a, b), (b, c), (c, a))
        ]
        signs = np.sign(turns)
        hidden[number] = bool(np.any(np.all(signs >= 0, axis=0) | np.all(signs <= 0, axis=0)))
    return float(hidden.mean())


def test_there_are_enough_kinds_and_all_exist() -> None:
    assert len(NATURES) >= 20
    assert NATURES.keys() <= BUILDERS.keys()
    for style in STYLES.values():
        assert set(style.occluders) <= NATURES.keys()
        assert any(kind in INDOORS for kind in style.occluders)
    assert NATURES.keys() >= INDOORS


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("wanted", [0.2, 0.45])
def test_the_hidden_share_is_about_what_is_promised(side: Side, wanted: float) -> None:
    errors = []
    for number in range(10):
        random = stream("occluder", side.value, number)
        thing = draw_occluder(random, None, TRAIN, side)
        placed = place_occluder(random, thing, CAMERA, TARGET, TALL, wanted, side)
        errors.append(hidden_share(placed.mesh.vertices, placed.mesh.faces) - placed.share)
        assert 0 <= placed.share <= 1
        assert placed.side is side
    assert np.mean(np.abs(errors)) < 0.2


def test_solid_things_hide_what_is_wanted() -> None:
    for kind in ("round_bin", "counter", "cabinet", "wheeled_bin"):
        random = stream("solid", kind)
        thing = draw_occluder(random, kind, TRAIN)
        placed = place_occluder(random, thing, CAMERA, TARGET, TALL, 0.35, Side.BOTTOM)
        assert hidden_share(placed.mesh.vertices, placed.mesh.faces) == pytest.approx(0.35, abs=0.13)


@pytest.mark.parametrize("kind", sorted(NATURES))
def test_it_stands_between_the_camera_and_the_person(kind: str) -> None:
    style = next(style for style in STYLES.values() if kind in style.occluders)
    random = stream("between", kind)
    for side in NATURES[kind].sides:
        placed = place_occluder(random, draw_occluder(random, kind, style), CAMERA, TARGET, TALL, 0.4, side)
        middle = np.median(placed.mesh.vertices, axis=0)
        assert 0 < middle[1] < TARGET[1]
        assert -0.2 < placed.mesh.vertices[:, 2].min() < 1.2
        assert np.isfinite(placed.mesh.vertices).all()


def test_left_and_right_are_the_pictures() -> None:
    for side, sign in ((Side.LEFT, -1), (Side.RIGHT, 1)):
        random = stream("sides", side.value)
        thing = draw_occluder(random, "cabinet", TRAIN)
        placed = place_occluder(random, thing, CAMERA, TARGET, TALL, 0.3, side)
        target = CAMERA.project(np.array([[*TARGET, 1.0]]))[0, 0]
        middle = CAMERA.project(placed.mesh.vertices)[:, 0].mean()
        assert sign * (middle - target) > 0


def test_sides_and_kinds_are_drawn_from_the_style() -> None:
    random = stream("draw")
    for style in STYLES.values():
        for _ in range(20):
            side = draw_side(random, style)
            kind = draw_occluder(random, None, style, side).kind
            assert kind in kinds_for(style, side)
            assert kind not in ROOFED
            assert draw_occluder(random, None, style, side, place="park_path").kind not in CARS
        assert draw_occluder(random, None, style, indoor=True).kind in INDOORS
