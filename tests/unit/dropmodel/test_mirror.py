"""The mean over a picture and its mirror image."""

from typing import Any

import numpy as np
import pytest

from dropmodel.inference import Extractor, LoadedModel
from dropmodel.parts import IGNORE


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
