"""The mean over a picture and its mirror image."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dropmodel.inference import Extractor, LoadedModel
from dropmodel.inference.mirror import averaged, mirrored_masks
from dropmodel.network.drop import DropOutput
from dropmodel.network.visibility import visibilities
from dropmodel.parts import EIGHT, FIVE_V, IGNORE, PartSchema, stripes


@pytest.fixture(scope="module")
def both(model: LoadedModel) -> Extractor:
    return Extractor(model, batch_size=4, precision="fp32", runtime="torch", flip=True)


def order(model: LoadedModel) -> list[int]:
    return [0, 1, *(1 + int(label) for label in model.schema.flip_order[1:])]


def test_the_mirror_image_gets_the_mirrored_answer(both: Extractor, model: LoadedModel, picture: Any) -> None:
    images = [picture(seed) for seed in range(5)]
    found = both.extract(images)
    mirrored = both.extract([np.ascontiguousarray(image[:, ::-1]) for image in images])
    swap = order(model)
    np.testing.assert_allclose(found.features.vectors, mirrored.features.vectors[:, swap], atol=1e-4)
    np.testing.assert_allclose(found.features.visibility, mirrored.features.visibility[:, swap], atol=1e-5)
    np.testing.assert_allclose(found.confidence, mirrored.confidence[:, :, ::-1], atol=1e-5)
    same = found.labels == model.schema.flip_labels(mirrored.labels)
    # Left and right may be equally likely in a cell; the first of them is then taken in both.
    assert same.mean() > 0.9


def test_it_lies_between_both_and_the_second_look_counts(
    both: Extractor, extractor: Extractor, model: LoadedModel, picture: Any
) -> None:
    images = [picture(seed) for seed in range(5)]
    found = both.extract(images).features.vectors
    plain = extractor.extract(images).features.vectors
    other = extractor.extract([np.ascontiguousarray(image[:, ::-1]) for image in images]).features.vectors
    mean = plain + other[:, order(model)]
    length = np.linalg.norm(mean, axis=-1, keepdims=True)
    np.testing.assert_allclose(found, mean / np.maximum(length, 1e-12), atol=1e-4)
    assert np.abs(found - plain).max() > 0.01
    assert len(both.extract([])) == 0


def test_a_corrected_map_is_mirrored_too(both: Extractor, model: LoadedModel, picture: Any) -> None:
    labels = np.zeros((16, 8), np.uint8)
    labels[:, :4] = model.schema.label("left_arm")
    labels[0] = IGNORE
    found = both.pool([picture(0)], [labels])
    assert (found.labels[0] == labels).all()
    names = model.schema.vector_names
    seen = dict(zip(names, found.features.visibility[0], strict=True))
    assert (seen["left_arm"], seen["right_arm"]) == (1.0, 0.0)


def output(schema: PartSchema, seed: int, crops: int) -> DropOutput:
    """What a network might say, its left and right not alike as those of an untrained one are."""
    random = torch.Generator().manual_seed(seed)
    rows = len(schema.vector_names)
    neck = torch.randn(crops, rows, 5, generator=random)
    masks = torch.rand(crops, len(schema) + 1, 6, 4, generator=random).mul(3).softmax(1)
    seen = visibilities(masks)
    return DropOutput(neck, neck, {}, masks.log(), masks, masks, masks, seen.continuous, seen.binary)


SCHEMAS = st.sampled_from([EIGHT, FIVE_V, stripes(3)])


@given(schema=SCHEMAS, seed=st.integers(0, 10_000), crops=st.integers(1, 3))
def test_left_of_the_mirror_image_is_right_of_the_person(schema: PartSchema, seed: int, crops: int) -> None:
    """Each vector, mask and visibility against its partner by name, one by one."""
    one, other = output(schema, seed, crops), output(schema, seed + 1, crops)
    mean = averaged(one, other, schema)
    exchange = {"left": "right", "right": "left"}
    for row, name in enumerate(schema.vector_names):
        side, _, rest = name.partition("_")
        partner = f"{exchange[side]}_{rest}" if side in exchange else name
        assert partner in schema.vector_names
        pair = (one.neck[:, row], other.neck[:, schema.vector_names.index(partner)])
        expected = sum(vector / vector.norm(dim=-1, keepdim=True) for vector in pair)
        torch.testing.assert_close(mean.neck[:, row], expected)
        if row >= 2:
            label, partners = schema.label(name), schema.label(partner)
            both = (one.masks[:, label] + other.masks[:, partners].flip(-1)) / 2
            torch.testing.assert_close(mean.masks[:, label], both)
            torch.testing.assert_close(mean.visibility[:, row], both.amax((1, 2)))
            likeliest = (mean.masks.argmax(1) == label).flatten(1).any(1)
            assert torch.equal(mean.visible[:, row], likeliest)
    torch.testing.assert_close(mean.masks[:, 0], (one.masks[:, 0] + other.masks[:, 0].flip(-1)) / 2)
    torch.testing.assert_close(mean.masks.sum(1), torch.ones(crops, 6, 4))


@given(schema=SCHEMAS, seed=st.integers(0, 10_000))
def test_mirroring_twice_is_nothing_and_the_order_of_looks_mirrors_the_answer(
    schema: PartSchema, seed: int
) -> None:
    one, other = output(schema, seed, 2), output(schema, seed + 1, 2)
    assert torch.equal(mirrored_masks(mirrored_masks(one.masks, schema), schema), one.masks)
    mean, back = averaged(one, other, schema), averaged(other, one, schema)
    torch.testing.assert_close(mean.masks, mirrored_masks(back.masks, schema))
    order = [0, 1, *(1 + int(label) for label in schema.flip_order[1:])]
    torch.testing.assert_close(mean.neck, back.neck[:, order])
    torch.testing.assert_close(mean.visibility, back.visibility[:, order])
