"""People in poses: on the ground, left and right right, limbs out of the body, quick and repeatable."""

import dataclasses
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from dropmodel.parts import EIGHT
from dropmodel.synthetic.drawing.geometry import Array, Surface
from dropmodel.synthetic.people.body import Phenotype, load_body
from dropmodel.synthetic.people.figure import Figure, Layer, PosedFigure
from dropmodel.synthetic.people.joints import JOINTS
from dropmodel.synthetic.people.pose import HELD_OUT, KINDS, TRAIN, draw_pose, next_step
from dropmodel.synthetic.seeds import stream

PEOPLE = {
    "man": (Phenotype(gender=0.05), 1.8),
    "woman": (Phenotype(gender=0.95), 1.64),
    "heavy": (Phenotype(gender=0.1, weight=1), 1.75),
    "child": (Phenotype(age=0.25), 1.1),
    "old": (Phenotype(gender=0.9, age=1), 1.55),
}


@cache
def figure(name: str = "man") -> Figure:
    body = load_body()
    phenotype, metres = PEOPLE[name]
    shape = body.shaped(body.with_height(phenotype, metres))
    layers = []
    for piece_name, fold in (("body", 0.0), ("tights", 0.02)):
        piece = body.pieces[piece_name]
        count = len(piece.coords)
        cut = np.ones(count, np.float32)
        if fold:
            cut = np.where(piece.arm > 0.3, 0.95 - piece.along, piece.coords[:, 2] - 0.2).astype(np.float32)
        layers.append(
            Layer(
                shape.vertices[piece_name],
                piece.faces,
                piece.coords,
                cut,
                piece.parts,
                piece.bones,
                piece.weights,
                Surface((0.5, 0.5, 0.5)),
                np.full(count, fold, np.float32),
            )
        )
    return Figure(layers, shape, seed=3)


def joint(posed: PosedFigure, name: str) -> Array:
    point: Array = posed.joints[JOINTS.index(name)]
    return point


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("kind", ["walk", "stand", "turn", "phone", "folded", "push"])
def test_the_lowest_point_is_on_the_ground(name: str, kind: str) -> None:
    posed = figure(name).posed(draw_pose(stream(1, name, kind), TRAIN, kind))
    assert posed.mesh.parts is not None
    feet = posed.mesh.parts[:, 7:].sum(axis=1) > 0.5
    assert posed.mesh.vertices[feet, 2].min() == pytest.approx(0, abs=0.004)
    assert posed.mesh.vertices[:, 2].min() > -0.02


@pytest.mark.parametrize("name", PEOPLE)
def test_feet_on_the_ground_lie_on_it(name: str) -> None:
    for step in range(12):
        pose = next_step(draw_pose(stream(2, name), TRAIN, "walk", phase=0.0), step * 0.09)
        posed = figure(name).posed(pose)
        parts = posed.mesh.parts
        assert parts is not None
        for side, leg in enumerate(pose.attitude.legs):
            if leg.stance == 1:
                assert posed.mesh.vertices[parts[:, 7 + side] > 0.5, 2].min() < 0.012


@given(st.sampled_from(sorted(PEOPLE)), st.sampled_from(KINDS), st.integers(0, 30))
@settings(max_examples=60)
def test_any_pose_is_a_whole_person(name: str, kind: str, seed: int) -> None:
    posed = figure(name).posed(draw_pose(stream(seed, "any"), TRAIN, kind))
    assert np.isfinite(posed.mesh.vertices).all()
    np.testing.assert_allclose(np.linalg.norm(posed.mesh.normals, axis=1), 1, atol=0.01)
    assert joint(posed, "nose")[2] > joint(posed, "neck")[2] - 0.05
    assert joint(posed, "neck")[2] > joint(posed, "left_hip")[2]
    for side in ("left", "right"):
        for upper, lower in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")):
            long = np.linalg.norm(joint(posed, f"{side}_{upper}") - joint(posed, f"{side}_{lower}"))
            assert 0.06 < long < 0.62


@given(st.sampled_from(KINDS), st.integers(0, 20))
@settings(max_examples=40)
def test_left_is_the_persons_own(kind: str, seed: int) -> None:
    posed = figure().posed(draw_pose(stream(seed, "side"), HELD_OUT, kind))
    # The person faces -y with hips turned by less than 90 degrees: its own left is +x.
    for name in ("shoulder", "hip", "eye", "ear"):
        assert joint(posed, f"left_{name}")[0] > joint(posed, f"right_{name}")[0]
    parts = posed.mesh.parts
    assert parts is not None
    left_leg = posed.mesh.vertices[parts[:, EIGHT.label("left_leg")] > 0.9].mean(axis=0)
    right_leg = posed.mesh.vertices[parts[:, EIGHT.label("right_leg")] > 0.9].mean(axis=0)
    assert left_leg[0] > right_leg[0]


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("kind", ["walk", "stand", "carry", "turn"])
def test_hanging_arms_stay_out_of_the_body(name: str, kind: str) -> None:
    """Forearms and hands may rest against trunk and thighs; nothing of them is deep inside."""
    person = figure(name)
    for seed in range(5):
        posed = person.posed(draw_pose(stream(seed, "clear"), TRAIN, kind))
        parts = posed.mesh.parts
        assert parts is not None
        skin = np.zeros(len(parts), bool)
        skin[: len(load_body().pieces["body"].coords)] = True
        trunk = np.nonzero(skin & (parts[:, [2, 5, 6]].sum(axis=1) > 0.95))[0]
        along = load_body().pieces["body"].along
        low = np.nonzero(skin & (parts[:, 3:5].sum(axis=1) > 0.95))[0]
        low = low[along[low] > 0.6]
        _, nearest = cKDTree(posed.mesh.vertices[trunk]).query(posed.mesh.vertices[low])
        near = trunk[nearest]
        away = posed.mesh.vertices[low] - posed.mesh.vertices[near]
        depth = -(away * posed.mesh.normals[near]).sum(axis=1)
        depth[np.linalg.norm(away, axis=1) > 0.08] = 0
        assert depth.max() < 0.04


def test_sitting_hips_are_above_the_seat() -> None:
    for height in (0.42, 0.5):
        posed = figure().posed(draw_pose(stream(1), TRAIN, "sit", seat_height=height))
        above = joint(posed, "left_hip")[2] - height
        assert 0.05 < above < 0.16
        assert abs(posed.mesh.vertices[:, 2].min()) < 0.03


def test_placing_turns_and_shifts_everything_alike() -> None:
    posed = figure().posed(draw_pose(stream(1), TRAIN, "walk"))
    placed = posed.placed(90, (3, 4))
    np.testing.assert_allclose(placed.joints[:, 0], 3 - posed.joints[:, 1], atol=1e-5)
    np.testing.assert_allclose(placed.mesh.vertices[:, 1], 4 + posed.mesh.vertices[:, 0], atol=1e-5)
    np.testing.assert_allclose(placed.hands[:, 2], posed.hands[:, 2])
    assert placed.limbs[0].start[2] == posed.limbs[0].start[2]


def test_a_pose_repeats_bit_for_bit() -> None:
    pose = draw_pose(stream(9), TRAIN, "run")
    one, other = (figure().posed(pose).mesh for _ in range(2))
    assert one.vertices.tobytes() == other.vertices.tobytes()
    assert one.normals.tobytes() == other.normals.tobytes()


def test_what_is_cut_away_is_dropped_once() -> None:
    piece = load_body().pieces["tights"]
    assert figure().triangles < len(load_body().pieces["body"].faces) + len(piece.faces)
    mesh = figure().posed(draw_pose(stream(1), TRAIN, "stand")).mesh
    assert (mesh.cut[mesh.faces].max(axis=1) >= 0).all()
    assert mesh.faces.max() == len(mesh.vertices) - 1


def test_folds_move_cloth_and_leave_skin() -> None:
    person = figure()
    mesh = person.posed(draw_pose(stream(1), TRAIN, "sit")).mesh
    skin = mesh.surface == 0
    assert mesh.vertices[np.unique(mesh.faces[skin])].shape[0] > 10000
    loose, tight = person._loose, person._tight
    assert loose.std() > 0.1
    assert tight.std() > 0.1
    # No fold is higher than the layer allows.
    assert np.abs(0.68 * tight + 0.32).max() <= 1.01


def test_a_hanging_thing_stays_upright_in_its_hand() -> None:
    base = figure()
    body = load_body()
    piece = body.pieces["eyes"]
    bag = np.array([[-0.1, 0, -0.3], [0.1, 0, -0.3], [0, 0, 0]], np.float32)
    nothing = np.zeros((3, 9), np.float32)
    nothing[:, 0] = 1
    layer = Layer(
        bag,
        np.array([[0, 1, 2]], np.int32),
        bag,
        np.ones(3, np.float32),
        nothing,
        piece.bones[:3],
        piece.weights[:3],
        Surface((0, 0, 0)),
        np.zeros(3, np.float32),
        hang="left",
    )
    skin = body.pieces["body"]
    own = Layer(
        base.shape.vertices["body"],
        skin.faces,
        skin.coords,
        np.ones(len(skin.coords), np.float32),
        skin.parts,
        skin.bones,
        skin.weights,
        Surface((0, 0, 0)),
        np.zeros(len(skin.coords), np.float32),
    )
    posed = Figure([own, layer], base.shape).posed(draw_pose(stream(1), TRAIN, "carry", hand="left"))
    np.testing.assert_allclose(posed.mesh.vertices[-3:] - posed.hands[0], bag, atol=1e-5)
    assert posed.hands[0, 2] > 0.3


def test_limbs_name_their_parts() -> None:
    posed = figure().posed(draw_pose(stream(1), TRAIN, "walk"))
    for limb in posed.limbs:
        part = EIGHT.names[limb.part - 1]
        if limb.name.startswith(("left", "right")):
            assert part.split("_")[0] == limb.name.split("_")[0]
        assert 0 < limb.radius < 0.15
        assert dataclasses.is_dataclass(limb)
    assert len(posed.limbs) == 15
