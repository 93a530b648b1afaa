"""Labels are measured: shares, occlusion, truncation and joints against areas worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.synthetic.drawing.camera import View
from dropmodel.synthetic.drawing.geometry import Mesh, merged
from dropmodel.synthetic.drawing.labels import joints_seen, part_map, sight, tight_box
from dropmodel.synthetic.drawing.render import draw
from tests.support.scenes import CAMERA, board, labelled, stage


def person() -> Mesh:
    """Half a metre wide, two high: a head on top, a torso, and the two legs beside each other below."""
    return merged(
        [
            labelled(board(-0.25, 0.25, 1.5, 2.0, 5.0), 1),
            labelled(board(-0.25, 0.25, 1.0, 1.5, 5.0), 2),
            labelled(board(-0.25, 0.0, 0.0, 1.0, 5.0), 6),
            labelled(board(0.0, 0.25, 0.0, 1.0, 5.0), 5),
        ]
    )


def view_of(mesh: Mesh, size: tuple[int, int] = (64, 128)) -> View:
    left, top, right, bottom = tight_box(mesh, CAMERA)
    middle, reach = (left + right) / 2, (bottom - top) * 0.55
    return View(CAMERA, (middle - reach / 2, top - 0.1 * reach, middle + reach / 2, top + 1.9 * reach), size)


def test_every_part_is_labelled_where_it_lies() -> None:
    mesh = person()
    seen = sight(draw(stage(), [mesh], view_of(mesh)), 0, mesh, view_of(mesh))
    rows = {label: np.nonzero(seen.labels == label)[0].mean() for label in (1, 2, 5, 6)}
    columns = {label: np.nonzero(seen.labels == label)[1].mean() for label in (5, 6)}
    assert rows[1] < rows[2] < rows[5]
    # The person faces the camera: its left leg is on the picture's right.
    assert columns[5] > columns[6]
    assert seen.visibility[[0, 1, 4, 5]] == pytest.approx([1] * 4, abs=0.02)
    assert seen.visibility[[2, 3, 6, 7]].max() == 0
    assert seen.occluded == pytest.approx(0, abs=0.01)
    assert seen.truncated == 0
    assert seen.level == 0
    assert seen.share.sum() == pytest.approx((seen.labels > 0).mean(), abs=0.02)


@settings(max_examples=25)
@given(height=st.floats(0.05, 1.9))
def test_a_board_in_front_hides_what_it_covers(height: float) -> None:
    mesh = person()
    view = view_of(mesh)
    near = 4.0
    # The board's upper edge is seen at `height` on the person, from the camera one metre up.
    edge = 1 + (height - 1) * near / 5
    drawing = draw(stage(), [mesh, board(-1, 1, -0.5, edge, near)], view)
    seen = sight(drawing, 0, mesh, view)
    assert seen.occluded == pytest.approx(height / 2, abs=0.02)
    assert seen.truncated == 0
    assert seen.visibility[0] == pytest.approx(np.clip((2 - height) / 0.5, 0, 1), abs=0.06)
    assert not (seen.labels[int(128 * 0.95) :] > 0).any()


@settings(max_examples=25)
@given(cut=st.floats(0.0, 0.8))
def test_what_lies_outside_the_crop_is_truncated_not_occluded(cut: float) -> None:
    mesh = person()
    left, top, right, bottom = tight_box(mesh, CAMERA)
    view = View(CAMERA, (left, top, right, bottom - cut * (bottom - top)), (64, 128))
    seen = sight(draw(stage(), [mesh], view), 0, mesh, view)
    assert seen.truncated == pytest.approx(cut, abs=0.02)
    assert seen.occluded == pytest.approx(0, abs=0.02)


def test_levels_rise_with_what_is_hidden() -> None:
    mesh = person()
    view = view_of(mesh)
    levels = []
    for height in (0.0, 0.3, 0.6, 1.1, 1.9):
        edge = 1 + (height - 1) * 4 / 5
        drawing = draw(stage(), [mesh, board(-1, 1, -0.5, edge, 4.0)], view)
        levels.append(sight(drawing, 0, mesh, view).level)
    assert levels == sorted(levels)
    assert levels[0] == 0
    assert levels[-1] == 4


def test_another_person_keeps_labels_of_their_own() -> None:
    mesh, other = person(), labelled(board(0.1, 0.6, 0.0, 2.0, 4.5), 2)
    view = view_of(mesh)
    drawing = draw(stage(), [mesh, other], view)
    own = sight(drawing, 0, mesh, view).labels
    theirs, _ = part_map(drawing.hits, other, drawing.starts[1])
    assert (theirs == 2).any()
    # Only pixels shared half and half belong to both.
    assert ((own > 0) & (theirs > 0)).sum(axis=1).max() <= 1


def test_a_mirrored_person_has_mirrored_labels() -> None:
    mesh = person()
    view = view_of(mesh)
    other_side = Mesh(
        (mesh.vertices * np.array([-1, 1, 1])).astype(np.float32),
        mesh.normals,
        mesh.faces,
        mesh.coords,
        mesh.cut,
        mesh.surface,
        mesh.surfaces,
        mesh.parts,
    )
    plain = sight(draw(stage(), [mesh], view), 0, mesh, view).labels
    mirrored = sight(draw(stage(), [other_side], view), 0, other_side, view).labels
    assert (plain[:, ::-1] == mirrored).mean() > 0.99


def test_joints_are_seen_hidden_or_outside() -> None:
    mesh = person()
    view = view_of(mesh)
    joints = np.array([[0, 5.05, 1.75], [0, 5.05, 0.5], [0, 5.05, 3.5], [0, 5.6, 1.75]], np.float32)
    edge = 1 + (1.0 - 1) * 4 / 5
    drawing = draw(stage(), [mesh, board(-1, 1, -0.5, edge, 4.0)], view)
    found = joints_seen(drawing, 0, joints, view)
    assert list(found[:, 2]) == [2, 1, 0, 1]
    assert 0 < found[0, 0] < 64
    assert 0 < found[0, 1] < 128
