"""Shapes of bodies: sensible sizes, exact symmetry of what must be symmetric, no torch at run time."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.synthetic.drawing.geometry import Array, Indices
from dropmodel.synthetic.drawing.surfaces import divided, edges, smoothed, triangles, umbrella
from dropmodel.synthetic.people.body import INFLUENCES, Phenotype, load_body

unit = st.floats(0, 1)
phenotypes = st.builds(
    Phenotype, gender=unit, age=st.floats(0.1, 1), muscle=unit, weight=unit, height=unit, proportions=unit
)


@pytest.mark.parametrize(
    ("phenotype", "low", "high"),
    [
        (Phenotype(gender=0, height=0.3), 1.6, 1.85),
        (Phenotype(gender=1, height=0.3), 1.45, 1.75),
        (Phenotype(age=0.2, height=0.4), 0.8, 1.3),
        (Phenotype(age=0.1, height=0.4), 0.6, 1.0),
        (Phenotype(age=1, height=0.3), 1.45, 1.8),
    ],
)
def test_heights_are_human(phenotype: Phenotype, low: float, high: float) -> None:
    assert low < load_body().height(phenotype) < high


def test_a_body_takes_the_height_asked_for() -> None:
    body = load_body()
    for gender, metres in ((0.0, 1.93), (1.0, 1.55), (0.5, 1.72)):
        tall = body.with_height(Phenotype(gender=gender), metres)
        assert body.height(tall) == pytest.approx(metres, abs=0.005)
    assert body.with_height(Phenotype(), 9.0).height == 1


def test_weight_and_gender_show() -> None:
    body = load_body()

    def waist(phenotype: Phenotype) -> float:
        tights = body.pieces["tights"]
        near = (np.abs(tights.coords[:, 2] - 1.07) < 0.02) & (tights.arm < 0.1)
        return float(np.ptp(body.shaped(phenotype).vertices["tights"][near, 0]))

    assert waist(Phenotype(weight=1)) > 1.15 * waist(Phenotype(weight=0))
    man, woman = (body.shaped(Phenotype(gender=gender)).joints for gender in (0, 1))
    left, right = body.place["upperarm01.L"], body.place["upperarm01.R"]
    assert man[left, 0] - man[right, 0] > woman[left, 0] - woman[right, 0]


@given(phenotypes)
@settings(max_examples=20)
def test_every_body_stands_on_the_ground_facing_away_from_y(phenotype: Phenotype) -> None:
    body = load_body()
    shape = body.shaped(phenotype)
    skin = shape.vertices["body"]
    assert skin[:, 2].min() == pytest.approx(0, abs=1e-4)
    assert np.isfinite(skin).all()
    assert shape.joints[body.place["wrist.L"], 0] > 0.1 * skin[:, 2].max()
    assert shape.joints[body.place["toes.R"], 1] < shape.joints[body.place["foot.R"], 1]


def test_a_shape_is_the_same_every_time() -> None:
    one, other = (load_body().shaped(Phenotype(weight=0.7)).vertices["tights"] for _ in range(2))
    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("name", ["body", "eyes", "tights"])
def test_weights_and_parts_sum_to_one(name: str) -> None:
    piece = load_body().pieces[name]
    assert piece.bones.shape == piece.weights.shape == (len(piece.coords), INFLUENCES)
    np.testing.assert_allclose(piece.weights.sum(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(piece.parts.sum(axis=1), 1, atol=1e-4)
    assert piece.faces.max() < len(piece.coords)
    assert (piece.parts[:, 0] == 0).all()


@pytest.mark.parametrize("name", ["body", "tights"])
def test_parts_swap_sides_in_the_mirror(name: str) -> None:
    piece = load_body().pieces[name]
    pairs = _mirror_pairs(piece.coords)
    swapped = piece.parts[:, [0, 1, 2, 4, 3, 6, 5, 8, 7]]
    difference = np.abs(piece.parts[pairs] - swapped).max(axis=1)
    # The helper mesh itself is not mirrored to the last vertex.
    assert np.quantile(difference, 0.99) < 0.04
    left = piece.coords[:, 0] > 0.08
    assert (piece.parts[left][:, [4, 6, 8]] < 0.02).all()


def test_limb_coordinates_run_down_the_limbs() -> None:
    body = load_body()
    piece = body.pieces["tights"]
    arm = (piece.arm > 0.95) & (piece.along > 0.1) & (piece.along < 0.95)
    assert np.corrcoef(piece.sleeve[arm, 2], piece.along[arm])[0, 1] < -0.99
    # Straightened arms hang in a narrow tube round the z axis.
    assert np.abs(piece.sleeve[arm, :2]).max() < 0.11
    leg = (piece.leg > 0.95) & (piece.down > 0.3) & (piece.down < 0.95)
    assert np.corrcoef(piece.trouser[leg, 2], piece.down[leg])[0, 1] < -0.99
    assert np.abs(piece.trouser[leg, :2]).max() < 0.12


def test_neither_torch_nor_the_exporter_is_needed() -> None:
    code = (
        "import sys; from dropmodel.synthetic.people.body import load_body, Phenotype;"
        "load_body().shaped(Phenotype());"
        "import dropmodel.synthetic.people.figure;"
        "print([m for m in ('torch', 'anny', 'warp') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_division_keeps_flat_sheets_flat_and_corners_in_place() -> None:
    faces = triangles(np.array([[0, 1, 3, 2]]))
    points: Array = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
    fine, place = divided(faces, 4)
    moved = place @ points
    assert len(fine) == 8
    np.testing.assert_array_equal(moved[:4], points)
    assert _area(moved, fine) == pytest.approx(1)


def test_smoothing_leaves_open_edges() -> None:
    grid = np.stack(np.meshgrid(np.arange(5), np.arange(5), [0.0]), axis=-1).reshape(-1, 3).astype(np.float32)
    corner = (np.arange(4)[:, None] * 5 + np.arange(4)).ravel()
    faces = triangles(np.stack([corner, corner + 1, corner + 6, corner + 5], axis=1))
    grid[12, 2] = 1
    flat = smoothed(grid, umbrella(faces, 25), 8)
    pairs, counts, _ = edges(faces)
    rim = np.unique(pairs[counts == 1])
    np.testing.assert_array_equal(flat[rim], grid[rim])
    assert flat[12, 2] < 0.3


def _mirror_pairs(coords: Array) -> Indices:
    from scipy.spatial import cKDTree

    _, found = cKDTree(coords).query(coords * [-1, 1, 1])
    return np.asarray(found, np.int32)


def _area(points: Array, faces: Indices) -> float:
    a, b, c = (points[faces[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)
