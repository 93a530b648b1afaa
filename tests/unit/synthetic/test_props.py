import numpy as np
import pytest

from dropmodel.synthetic.props.catalogue import BUILDERS, prop
from dropmodel.synthetic.props.primitives import (
    blob,
    box,
    cylinder,
    extrusion,
    joined,
    lathe,
    panel,
    rounded,
    tube,
)
from dropmodel.synthetic.props.tones import BY_STYLE, DARK, WHITE
from dropmodel.synthetic.seeds import stream

TREES = {"tree", "autumn_tree", "near_bush", "near_hedge", "branches"}


@pytest.mark.parametrize("kind", BUILDERS)
def test_every_prop_is_sound(kind: str) -> None:
    mesh = prop(kind, "train", 0)
    assert np.isfinite(mesh.vertices).all()
    assert np.isfinite(mesh.normals).all()
    assert np.isfinite(mesh.coords).all()
    assert mesh.faces.min() >= 0
    assert mesh.faces.max() < len(mesh.vertices)
    assert mesh.surface.max() < len(mesh.surfaces)
    assert len(mesh.faces) <= (6000 if kind in TREES else 3000)
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    assert -0.25 < low[2] < 1.3, "it stands on the ground, or is hung no higher than a sign"
    assert 0.2 < high[2] < 10
    assert np.abs([low[:2], high[:2]]).max() < 8


@pytest.mark.parametrize(
    ("kind", "height", "length"),
    [
        ("saloon", (1.3, 1.6), (4.3, 5)),
        ("van", (2.1, 2.6), (4.9, 5.6)),
        ("bus", (2.9, 3.4), (10, 11)),
        ("bench", (0.4, 1.1), (1.1, 2)),
        ("bicycle", (0.9, 1.2), (1.5, 2)),
        ("counter", (1.0, 1.6), (1.9, 2.2)),
        ("railing", (1.0, 1.2), (2.3, 2.6)),
        ("shelf", (1.7, 2.0), (2.3, 2.6)),
    ],
)
def test_things_have_their_true_size(
    kind: str, height: tuple[float, float], length: tuple[float, float]
) -> None:
    size = np.ptp(prop(kind, "train", 1).vertices, axis=0)
    assert height[0] < size[2] < height[1]
    assert length[0] < size[:2].max() < length[1]


def test_a_prop_depends_on_its_key_alone() -> None:
    first, again = (
        BUILDERS["planter"](stream("prop", "planter", "train", 3), BY_STYLE["train"]) for _ in "ab"
    )
    other = prop("planter", "train", 4)
    assert np.array_equal(first.vertices, again.vertices)
    assert [surface.color for surface in first.surfaces] == [surface.color for surface in again.surfaces]
    assert len(other.vertices) != len(first.vertices) or not np.allclose(other.vertices, first.vertices)


def test_styles_share_no_colour_and_no_tile() -> None:
    tones = list(BY_STYLE.values())
    for one in tones:
        for other in tones:
            if one is not other:
                mine = {*one.cars, *one.paints, *one.metals, *one.woods}
                assert mine.isdisjoint({*other.cars, *other.paints, *other.metals, *other.woods})
                tiles = range(one.first_tile, one.first_tile + one.tiles)
                assert not set(tiles) & set(range(other.first_tile, other.first_tile + other.tiles))


@pytest.mark.parametrize(
    "mesh",
    [
        box((1, 2, 3), DARK, turn=30),
        rounded((1, 2, 3), DARK, 0.2),
        cylinder(0.5, 2, DARK),
        lathe([(0.2, 0), (0.5, 1), (0, 1.2)], DARK),
        tube([(0, 0, 0), (0, 0, 1), (0.4, 0, 1.5)], 0.1, DARK),
        extrusion([(0, 0), (1, 0), (1, 1), (0, 1)], 0.4, DARK),
        panel((2, 1), DARK, cell=0.5),
        blob((1, 1, 1), DARK, random=np.random.default_rng(0), rough=0.2),
    ],
    ids=["box", "rounded", "cylinder", "lathe", "tube", "extrusion", "panel", "blob"],
)
def test_primitives_have_unit_normals(mesh) -> None:  # type: ignore[no-untyped-def]
    lengths = np.linalg.norm(mesh.normals[np.unique(mesh.faces)], axis=1)
    assert np.allclose(lengths[lengths > 0.5], 1, atol=1e-3)
    assert (lengths > 0.5).mean() > 0.9


def test_normals_of_solids_point_outwards() -> None:
    for mesh in (rounded((1, 1, 1), DARK, 0.2), blob((1, 1, 1), DARK, (0, 0, 0.5))):
        away = mesh.vertices - [0, 0, 0.5]
        agree = np.abs((away * mesh.normals).sum(axis=1)) / np.linalg.norm(away, axis=1)
        assert agree.min() > 0.5


def test_joined_keeps_a_shared_surface_once() -> None:
    whole = joined([box((1, 1, 1), DARK), box((1, 1, 1), WHITE), box((2, 1, 1), DARK)])
    assert whole.surfaces == (DARK, WHITE)
    assert whole.surface.tolist() == [0] * 12 + [1] * 12 + [0] * 12
