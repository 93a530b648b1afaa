"""The renderer against geometry worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.synthetic.drawing.camera import Camera, View
from dropmodel.synthetic.drawing.geometry import Decal, Mapping, Mesh, Surface, merged
from dropmodel.synthetic.drawing.render import draw, outline
from dropmodel.synthetic.drawing.textures import tile
from tests.support.scenes import CAMERA, GREY, board, floor, light, stage

WHOLE = View(CAMERA, (0, 0, 400, 400), (100, 100))


@settings(max_examples=40)
@given(
    heading=st.floats(-180, 180),
    pitch=st.floats(0, 40),
    roll=st.floats(-5, 5),
    view=st.floats(25, 100),
    ahead=st.floats(2, 30),
    aside=st.floats(-0.4, 0.4),
    up=st.floats(-0.4, 0.4),
)
def test_what_is_drawn_lies_where_the_camera_projects_it(
    heading: float, pitch: float, roll: float, view: float, ahead: float, aside: float, up: float
) -> None:
    camera = Camera((1.0, -2.0, 3.0), heading, pitch, roll, view, (400, 300))
    reach = ahead * np.tan(np.radians(view) / 2)
    offset = np.array([aside * reach, up * 0.75 * reach, ahead], np.float32)
    middle = np.asarray(camera.position, np.float32) + offset @ camera.axes
    size = 0.02 * ahead
    corners = middle + size * np.stack(
        [camera.axes[0] + camera.axes[1], -camera.axes[0] + camera.axes[1], -camera.axes[1]]
    )
    hits = outline(Mesh.of(corners, [[0, 1, 2]], GREY), View(camera, (0, 0, 400, 300), (400, 300)))
    x, y, depth = camera.project(middle)
    rows, columns = np.nonzero(hits.face >= 0)
    assert columns.min() - 1 <= x <= columns.max() + 1
    assert rows.min() - 1 <= y <= rows.max() + 1
    assert 1 / hits.nearness[int(y), int(x)] == pytest.approx(depth, rel=0.02)


def test_a_heading_turns_left_and_a_pitch_looks_down() -> None:
    camera = Camera((0, 0, 0), 90, 0, 0, 60, (100, 100))
    assert camera.project(np.array([-5.0, 0, 0]))[2] == pytest.approx(5)
    camera = Camera((0, 0, 0), 0, 30, 0, 60, (100, 100))
    ahead = np.array([0, np.cos(np.radians(30)), -np.sin(np.radians(30))])
    assert camera.project(5 * ahead)[:2] == pytest.approx([50, 50], abs=1e-3)


def test_the_nearer_board_hides_the_farther() -> None:
    near, far = board(-0.5, 0.5, 0.5, 1.5, 4.0), board(-1, 1, 0, 2, 6.0)
    for moving in ([near, far], [far, near]):
        drawing = draw(stage(), moving, WHOLE)
        depth = 1 / drawing.hits.nearness[100, 100]
        assert depth == pytest.approx(4, rel=1e-3)


def test_cloth_ends_where_its_cut_says() -> None:
    mesh = board(-1, 1, 0, 2, 5.0)
    hemmed = Mesh(
        mesh.vertices,
        mesh.normals,
        mesh.faces,
        mesh.coords,
        mesh.vertices[:, 2] - 1.0,
        mesh.surface,
        mesh.surfaces,
    )
    rows = np.nonzero((outline(hemmed, WHOLE, 2).face >= 0).any(axis=1))[0]
    assert rows.max() == 99  # the hem lies on the camera's horizon, the middle of 200 rows of samples


def test_what_reaches_behind_the_camera_is_left_out() -> None:
    mesh = Mesh.of([[-1, -1, 0], [1, -1, 0], [0, 5, 1]], [[0, 1, 2]], GREY)
    assert (outline(mesh, WHOLE).face < 0).all()


def test_a_facing_key_light_gives_albedo_times_light() -> None:
    drawing = draw(stage(), [board(-1, 1, 0, 2, 5.0)], WHOLE, near=())
    # Key 1 on a facing board and half of the sky's 0.2.
    assert drawing.radiance[50, 50] == pytest.approx([0.55] * 3, abs=0.01)


def test_a_thing_throws_its_shadow_and_darkens_the_ground_it_stands_on() -> None:
    down = light((0.0, 0.6, 0.8))
    post = merged([board(-0.3, 0.3, 0.0, 1.6, 5.0), board(-0.3, 0.3, 0.0, 1.6, 5.05)])
    view = View(Camera((0, 0, 3), 0, 25, 0, 60, (400, 400)), (0, 0, 400, 400), (200, 200))
    lit, shaded = (
        draw(stage(floor(), lighting=down), moving, view).radiance
        for moving in ([board(-0.01, 0.01, 0, 0.01, 9)], [post])
    )
    x, y, _ = view.camera.project(np.array([0.0, 4.6, 0.0]))
    spot = int(y / 2), int(x / 2)
    assert shaded[spot].mean() < 0.35 * lit[spot].mean()
    far = 190, 10
    assert shaded[far] == pytest.approx(lit[far], abs=1e-4)


def test_scenery_throws_far_shadows_too() -> None:
    low_sun = light((0.0, 0.9, 0.44))
    wall = board(-4, 4, 0, 4, 10.0)
    view = View(Camera((0, 0, 3), 0, 25, 0, 60, (400, 400)), (0, 0, 400, 400), (100, 100))
    nobody = [board(-0.01, 0.01, 0, 0.01, 9)]
    open_field = draw(stage(floor(), lighting=low_sun), nobody, view).radiance
    behind = draw(stage(floor(), wall, lighting=low_sun), nobody, view).radiance
    x, y, _ = view.camera.project(np.array([0.0, 5.0, 0.0]))
    assert behind[int(y / 4), int(x / 4)].mean() < 0.6 * open_field[int(y / 4), int(x / 4)].mean()


def test_a_tile_repeats_at_its_size_and_stands_upright() -> None:
    painting = np.zeros((32, 32, 3))
    painting[:16] = 1.0  # the upper half is white
    look = Surface((1, 1, 1), tile(painting), Mapping.FRONT, (1.0, 1.0))
    radiance = draw(stage(), [board(-1, 1, 0, 2, 5.0, look)], WHOLE, near=()).radiance
    for height, white in ((1.75, True), (1.25, False), (0.75, True), (0.25, False)):
        _, y, _ = CAMERA.project(np.array([0.0, 5.0, height]))
        assert (radiance[int(y / 4), 50].mean() > 0.5) == white


def test_a_decal_lies_once_on_its_side_and_reads_from_left_to_right() -> None:
    painting = np.zeros((32, 32, 4))
    painting[..., 3] = 1
    painting[:, :16, 0] = 1.0  # red on the left, black on the right
    decal = Decal(tile(painting), (-0.5, 0.5, 0.5, 1.5), 0)
    mesh = board(-1, 1, 0, 2, 5.0, Surface((0.5, 0.5, 0.5), decals=(decal,)))
    radiance = draw(stage(), [mesh], WHOLE, near=()).radiance
    left, right, outside = radiance[50, 45], radiance[50, 55], radiance[50, 35]
    assert left[0] > 0.5 > left[1]
    assert right.max() < 0.05
    assert outside == pytest.approx([0.55] * 3, abs=0.02)


def test_far_stripes_melt_into_their_mean() -> None:
    painting = np.zeros((64, 64, 3))
    painting[::2] = 1.0
    look = Surface((1, 1, 1), tile(painting), Mapping.FRONT, (0.1, 0.1))
    radiance = draw(stage(), [board(-3, 3, -2, 4, 12.0, look)], WHOLE, near=()).radiance
    patch = radiance[40:60, 40:60, 0]
    assert patch.std() < 0.06 * patch.mean()
    assert patch.mean() == pytest.approx(0.55, abs=0.05)


def test_fog_takes_what_is_far() -> None:
    lighting = light()
    foggy = type(lighting)(
        lighting.key_direction,
        lighting.key,
        lighting.ambient,
        lighting.bounce,
        lighting.sky,
        fog=0.5,
        fog_color=(0.7, 0.7, 0.7),
    )
    drawing = draw(stage(lighting=foggy), [board(-5, 5, -5, 5, 20.0)], WHOLE, near=())
    assert drawing.radiance[50, 50] == pytest.approx([0.7] * 3, abs=0.01)


def test_a_picture_repeats_to_the_bit() -> None:
    post = board(-0.3, 0.3, 0.0, 1.6, 5.0)
    first, second = (draw(stage(floor()), [post], WHOLE).radiance for _ in range(2))
    assert np.array_equal(first, second)
