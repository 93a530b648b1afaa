"""Schemas: order, mirroring, round trips, refusals."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dropmodel.parts import EIGHT, FIVE_V, IGNORE, Part, PartSchema, get_schema, stripes

LABELS = hnp.arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.integers(0, 8))


@given(labels=LABELS)
def test_mirroring_twice_is_nothing(labels: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> None:
    np.testing.assert_array_equal(EIGHT.flip_labels(EIGHT.flip_labels(labels)), labels)


def test_mirroring_swaps_left_and_right_and_turns_the_picture() -> None:
    left, right = EIGHT.label("left_arm"), EIGHT.label("right_arm")
    labels = np.array([[left, 0, IGNORE], [EIGHT.label("head"), 0, EIGHT.label("right_foot")]], np.uint8)
    expected = [[IGNORE, 0, right], [EIGHT.label("left_foot"), 0, EIGHT.label("head")]]
    np.testing.assert_array_equal(EIGHT.flip_labels(labels), expected)


@pytest.mark.parametrize("schema", [EIGHT, FIVE_V, stripes(6)], ids=lambda schema: schema.name)
def test_a_schema_survives_its_dict_and_its_name(schema: PartSchema) -> None:
    assert PartSchema.from_dict(schema.to_dict()) == schema
    assert get_schema(schema.name) == schema


def test_vector_order_is_global_foreground_parts() -> None:
    assert FIVE_V.vector_names == ("global", "foreground", *FIVE_V.names)
    assert FIVE_V.vector_indices(["head", "global"]) == (2, 0)
    assert FIVE_V.label("head") == 1


def test_every_vector_has_a_title_letters_and_a_colour() -> None:
    vectors = [EIGHT.vector(name) for name in EIGHT.vector_names]
    assert [vector.name for vector in vectors] == list(EIGHT.vector_names)
    assert [vector.title for vector in vectors[:3]] == ["Whole picture", "Whole person", "Head"]
    for values in ([v.title for v in vectors], [v.letters for v in vectors], [v.color for v in vectors]):
        assert len(set(values)) == len(vectors)
    with pytest.raises(ValueError, match="head, torso"):
        EIGHT.vector("nose")


def test_nonsense_schemas_are_refused() -> None:
    arm = Part("arm", "Arm", "A", "#000000")
    with pytest.raises(ValueError, match="repeats a part"):
        PartSchema("twice", (arm, arm))
    with pytest.raises(ValueError, match="reserved"):
        PartSchema("reserved", (Part("global", "Global", "G", "#000000"),))
    with pytest.raises(ValueError, match="mirrored"):
        PartSchema("mirror", (arm,), (("arm", "leg"),))
    with pytest.raises(ValueError, match="1 to 254"):
        PartSchema("none", ())
    with pytest.raises(ValueError, match="choose eight"):
        get_schema("nine")
    with pytest.raises(ValueError, match="unknown part"):
        EIGHT.label("tail")
    with pytest.raises(ValueError, match="tail"):
        EIGHT.vector_indices(["tail"])


def test_parts_features_and_label_sets_need_no_torch() -> None:
    modules = "dropmodel.parts, dropmodel.features, dropmodel.data.label_sets, dropmodel.cli"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
