"""Forward kinematics and the rotations behind poses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropmodel.synthetic.drawing.geometry import rotation_x, rotation_z, vertex_normals
from dropmodel.synthetic.people.body import Phenotype, load_body
from dropmodel.synthetic.people.cloth import lengths, normals_of, skinned, squeezed
from dropmodel.synthetic.people.skeleton import (
    about,
    angle_about,
    angle_between,
    between,
    frame,
    middle_joint,
    rest_rotations,
    transforms,
)

coordinate = st.floats(-1, 1)
vectors = (
    st.tuples(coordinate, coordinate, coordinate).map(np.array).filter(lambda v: np.linalg.norm(v) > 0.1)
)
angles = st.floats(-170, 170)


def _parents() -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(load_body().parents, np.int32)


def test_rest_stays_at_rest() -> None:
    body = load_body()
    shape = body.shaped(Phenotype())
    moves = transforms(rest_rotations(len(body.bones)), shape.joints, _parents())
    piece = body.pieces["body"]
    moved = skinned(shape.vertices["body"], piece.bones, piece.weights, moves)
    np.testing.assert_allclose(moved, shape.vertices["body"], atol=1e-5)


@given(vectors, angles)
def test_turning_the_root_turns_everything_rigidly(axis: np.ndarray, degrees: float) -> None:
    body = load_body()
    shape = body.shaped(Phenotype())
    turns = rest_rotations(len(body.bones))
    turns[body.place["upperarm01.L"]] = rotation_x(-40)
    piece = body.pieces["eyes"]
    posed = skinned(
        shape.vertices["eyes"], piece.bones, piece.weights, transforms(turns, shape.joints, _parents())
    )
    spin = about(axis, degrees)
    turns[body.place["root"]] = spin
    turned = skinned(
        shape.vertices["eyes"], piece.bones, piece.weights, transforms(turns, shape.joints, _parents())
    )
    root = shape.joints[body.place["root"]]
    np.testing.assert_allclose(turned, (posed - root) @ spin.T + root, atol=1e-4)


def test_a_child_bone_turns_about_its_carried_joint() -> None:
    body = load_body()
    joints = body.canonical_joints
    turns = rest_rotations(len(body.bones))
    turns[body.place["upperarm01.L"]] = rotation_z(90)
    moves = transforms(turns, joints, _parents())
    elbow, shoulder = joints[body.place["lowerarm01.L"]], joints[body.place["upperarm01.L"]]
    carried = moves[body.place["lowerarm01.L"]] @ np.append(elbow, 1)
    np.testing.assert_allclose(carried, shoulder + rotation_z(90) @ (elbow - shoulder), atol=1e-5)


@given(vectors, vectors)
def test_between_brings_one_direction_to_the_other(a: np.ndarray, b: np.ndarray) -> None:
    turn = between(a, b)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    if angle_between(a, b) < 179:
        assert angle_between(turn @ a, b) < 0.01


@given(vectors, vectors, angles)
def test_angle_about_undoes_about(axis: np.ndarray, v: np.ndarray, degrees: float) -> None:
    if min(angle_between(axis, v), 180 - angle_between(axis, v)) < 5:
        return
    assert angle_about(axis, v, about(axis, degrees) @ v) == pytest.approx(degrees, abs=1e-4)


@given(vectors, vectors)
def test_frames_are_rotations(a: np.ndarray, b: np.ndarray) -> None:
    if min(angle_between(a, b), 180 - angle_between(a, b)) < 1:
        return
    square = frame(a, b)
    np.testing.assert_allclose(square.T @ square, np.eye(3), atol=1e-9)
    assert np.linalg.det(square) == pytest.approx(1)


@given(vectors, vectors, st.floats(0.2, 0.5), st.floats(0.2, 0.5))
def test_a_limb_keeps_its_lengths(end: np.ndarray, pole: np.ndarray, upper: float, lower: float) -> None:
    if min(angle_between(end, pole), 180 - angle_between(end, pole)) < 2:
        return
    start = np.array([0.1, 0.2, 0.3])
    middle, reached = middle_joint(start, start + end, upper, lower, pole)
    assert np.linalg.norm(middle - start) == pytest.approx(upper, abs=1e-6)
    assert np.linalg.norm(reached - middle) == pytest.approx(lower, abs=1e-6)
    if abs(upper - lower) * 1.06 + 0.01 < np.linalg.norm(end) < 0.99 * (upper + lower):
        np.testing.assert_allclose(reached, start + end, atol=1e-9)


def test_squeeze_is_found_where_it_is() -> None:
    body = load_body()
    piece = body.pieces["tights"]
    rest = lengths(piece.coords, piece.faces)
    assert squeezed(piece.coords, piece.faces, rest).max() == pytest.approx(0, abs=1e-5)
    shorter = piece.coords.copy()
    high = shorter[:, 2] > 1
    shorter[high, 2] = 1 + 0.7 * (shorter[high, 2] - 1)
    squeeze = squeezed(shorter, piece.faces, rest)
    assert squeeze[piece.coords[:, 2] > 1.1].mean() > 0.15
    assert squeeze[piece.coords[:, 2] < 0.9].max() == pytest.approx(0, abs=1e-5)


def test_quick_normals_are_the_plain_ones() -> None:
    piece = load_body().pieces["tights"]
    np.testing.assert_allclose(
        normals_of(piece.coords, piece.faces), vertex_normals(piece.coords, piece.faces), atol=1e-4
    )
