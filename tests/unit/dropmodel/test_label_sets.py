"""The reductions: complete, and right where left and right, arms and legs are concerned."""

import numpy as np
import pytest

from dropmodel.data.label_sets import LABEL_SETS, reduce_labels
from dropmodel.parts import EIGHT, FIVE_V, IGNORE, PartSchema

CLASSES = {"lip": 20, "atr": 18, "pascal": 7, "densepose": 25, "bodypix": 24}


@pytest.mark.parametrize("source", CLASSES)
@pytest.mark.parametrize("schema", [EIGHT, FIVE_V], ids=lambda schema: schema.name)
def test_every_class_has_a_place(source: str, schema: PartSchema) -> None:
    reduced = reduce_labels(np.arange(CLASSES[source]), source, schema)
    assert reduced.dtype == np.uint8
    assert set(reduced.tolist()) <= {*range(len(schema) + 1), IGNORE}
    assert len(LABEL_SETS[source].rows) == CLASSES[source]
    with pytest.raises(ValueError, match=f"no class {CLASSES[source]}"):
        reduce_labels(np.array([[CLASSES[source]]]), source, schema)


@pytest.mark.parametrize("source", ["lip", "atr", "densepose", "bodypix"])
def test_sides_named_by_the_source_stay_on_their_side(source: str) -> None:
    sided = 0
    for value, row in enumerate(LABEL_SETS[source].rows):
        label = int(reduce_labels(np.array([value]), source, EIGHT)[0])
        part = EIGHT.names[label - 1] if 0 < label < IGNORE else ""
        if part.startswith(("left", "right")):
            assert row[0].split()[0] == part.split("_")[0]
            limb = {"arm": ("arm", "hand"), "leg": ("leg",), "foot": ("foot", "shoe")}[part.split("_")[1]]
            assert any(word in row[0] for word in limb)
            sided += 1
    assert sided >= 6


@pytest.mark.parametrize(
    ("source", "value", "eight", "five"),
    [
        ("lip", 0, 0, 0),
        ("lip", 13, "head", "head"),
        ("lip", 9, None, "legs"),  # pants
        ("lip", 5, "torso", None),  # upper clothes
        ("lip", 14, "left_arm", None),
        ("lip", 19, "right_foot", "feet"),
        ("atr", 6, None, "legs"),  # pants
        ("atr", 9, "left_foot", "feet"),
        ("atr", 16, 0, 0),  # bag
        ("pascal", 4, None, "lower_torso"),  # lower arms
        ("pascal", 6, None, None),  # lower legs hold the feet
        ("densepose", 3, "right_arm", "lower_torso"),  # right hand
        ("densepose", 5, "left_foot", "feet"),
        ("densepose", 7, "right_leg", "legs"),
        ("densepose", 8, "left_leg", "legs"),
        ("densepose", 15, "left_arm", "upper_torso"),
        ("densepose", 22, "right_arm", "lower_torso"),
        ("densepose", 24, "head", "head"),
        ("bodypix", 0, "head", "head"),
        ("bodypix", 23, "right_foot", "feet"),
        ("bodypix", -1, 0, 0),
        ("bodypix", 255, 0, 0),
        ("lip", 255, None, None),
    ],
)
def test_classes_one_by_one(source: str, value: int, eight: str | int | None, five: str | int | None) -> None:
    for schema, part in ((EIGHT, eight), (FIVE_V, five)):
        expected = IGNORE if part is None else schema.label(part) if isinstance(part, str) else part
        found = reduce_labels(np.array([[value]]), source, schema)
        assert found.tolist() == [[expected]]


def test_unknown_sets_schemas_and_negatives_are_refused() -> None:
    labels = np.zeros((2, 2), np.uint8)
    with pytest.raises(ValueError, match="unknown label set 'coco'"):
        reduce_labels(labels, "coco", EIGHT)
    with pytest.raises(ValueError, match="not to 'other'"):
        reduce_labels(labels, "lip", PartSchema("other", EIGHT.parts))
    with pytest.raises(ValueError, match="no class -2"):
        reduce_labels(np.array([-2]), "lip", EIGHT)
    with pytest.raises(ValueError, match="no class 999"):
        reduce_labels(np.array([999]), "lip", EIGHT)
