"""Agreement by cell: what a cell says is what the network would say of a part that is this cell alone."""

from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from dropmodel.features import FloatArray
from dropmodel.inference import Extractor
from dropmodel.inference.agreement import PartCells, cell_vectors, covered, heat, part_cells
from dropmodel.network.config import NetworkConfig, Pooling
from dropmodel.network.drop import Drop
from dropmodel.parts import EIGHT, FOREGROUND, GLOBAL, IGNORE

NAMES = EIGHT.vector_names


@pytest.mark.parametrize("pooling", ["wamp_sum", "wamp_concat", "gwap"])
def test_a_cell_is_a_part_of_one_cell(pooling: Pooling) -> None:
    """The slow reference: the network itself, given a mask of one cell, for every cell and part."""
    torch.manual_seed(3)
    network = Drop(NetworkConfig(height=64, width=32, dim=16, parsing_channels=16, pooling=pooling)).eval()
    rng = torch.Generator().manual_seed(4)
    for neck in network.embed.necks:  # as after training: every part's slice has its own statistics
        assert isinstance(neck, nn.BatchNorm1d)
        neck.running_mean = torch.rand(neck.num_features, generator=rng)
        neck.running_var = torch.rand(neck.num_features, generator=rng) + 0.5
    with torch.inference_mode():
        reid_map = torch.randn(1, network.backbone.reid_channels, 4, 2, generator=rng)
        logits = torch.zeros(1, len(EIGHT) + 1, 16, 8)
        found = cell_vectors(network, reid_map)
        assert found.shape == (1, len(NAMES), 4, 2, 16)
        for row in range(4):
            for column in range(2):
                cell = torch.zeros(1, 1, 4, 2)
                cell[..., row, column] = 1
                for label in range(1, len(EIGHT) + 1):
                    masks = torch.zeros(1, len(EIGHT) + 1, 4, 2)
                    masks[:, label], masks[:, 0] = cell[:, 0], 1 - cell[:, 0]
                    large = F.interpolate(masks, scale_factor=4, mode="nearest")
                    said = F.normalize(network.read(reid_map, logits, large).neck[0], dim=-1)
                    torch.testing.assert_close(
                        found[0, label + 1, row, column], said[label + 1], atol=1e-5, rtol=1e-4
                    )
                    torch.testing.assert_close(found[0, 1, row, column], said[1], atol=1e-5, rtol=1e-4)
                alone = reid_map[..., row : row + 1, column : column + 1]
                said = F.normalize(network.read(alone, logits[..., :1, :1]).neck[0], dim=-1)
                torch.testing.assert_close(found[0, 0, row, column], said[0], atol=1e-5, rtol=1e-4)


def test_a_picture_agrees_with_itself_more_than_with_another(extractor: Extractor, picture: Any) -> None:
    pictures = [picture(seed) for seed in range(8)]
    features = extractor.extract(pictures).features
    whole = NAMES.index(GLOBAL)
    means = np.array(
        [
            [part_cells(extractor, one).agreement(other)[whole].mean() for other in features.vectors]
            for one in pictures
        ]
    )
    own, others = means.diagonal().mean(), means[~np.eye(len(means), dtype=bool)].mean()
    assert own > others + 0.02


def test_pictures_may_have_any_size_and_errors_are_those_of_extracting(
    extractor: Extractor, picture: Any
) -> None:
    cells = part_cells(extractor, picture(1, 90, 41))
    assert cells.vectors.dtype == np.float32
    assert cells.vectors.shape[0] == len(NAMES)
    assert cells.schema == EIGHT
    lengths = np.linalg.norm(cells.vectors, axis=-1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))
    with pytest.raises(ValueError, match="a picture is"):
        part_cells(extractor, np.zeros((4, 4), np.uint8))


def unit_cells(values: FloatArray) -> PartCells:
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return PartCells(np.divide(values, lengths, out=np.zeros_like(values), where=lengths > 0), EIGHT)


@given(
    arrays.arrays(np.float32, (10, 2, 3, 4), elements=st.floats(-2, 2, width=16)),
    arrays.arrays(np.float32, (10, 4), elements=st.floats(-2, 2, width=16)),
    st.floats(0.01, 100),
)
def test_agreement_is_the_cosine(values: FloatArray, towards: FloatArray, length: float) -> None:
    cells = unit_cells(values)
    found = cells.agreement(towards)
    assert found.shape == (10, 2, 3)
    assert found.dtype == np.float32
    assert np.abs(found).max() <= 1
    for j in range(10):
        size = np.linalg.norm(towards[j].astype(np.float64))
        for row in range(2):
            for column in range(3):
                product = float(cells.vectors[j, row, column].astype(np.float64) @ towards[j])
                assert found[j, row, column] == pytest.approx(product / size if size else 0, abs=1e-5)
    np.testing.assert_allclose(cells.agreement(towards * np.float64(length)), found, atol=1e-5)


def test_vectors_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        unit_cells(np.ones((10, 2, 3, 4), np.float32)).agreement(np.ones((9, 4)))


LABELS = arrays.arrays(np.uint8, (6, 4), elements=st.sampled_from([*range(9), IGNORE]))


@given(LABELS, arrays.arrays(np.float32, (10, 3, 2), elements=st.floats(-1, 1, width=16)))
def test_heat_is_within_the_mask(labels: npt.NDArray[np.uint8], values: FloatArray) -> None:
    found = heat(values, labels, EIGHT)
    assert list(found) == list(NAMES)
    for j, name in enumerate(NAMES):
        assert found[name].shape == labels.shape
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(np.isfinite(found[name]), covered(labels, name, EIGHT))
        inside = found[name][np.isfinite(found[name])]
        assert np.all((inside >= values[j].min() - 1e-6) & (inside <= values[j].max() + 1e-6))
    assert np.isfinite(found[GLOBAL]).all()
    np.testing.assert_array_equal(
        np.isfinite(found[FOREGROUND]), np.any([np.isfinite(found[n]) for n in EIGHT.names], axis=0)
    )


def test_heat_grows_each_cell_over_its_own_pixels() -> None:
    values = np.zeros((10, 2, 1), np.float32)
    values[NAMES.index("torso"), 0] = 1
    labels = np.full((8, 4), EIGHT.label("torso"), np.uint8)
    torso = heat(values, labels, EIGHT)["torso"]
    assert (torso[:2] == 1).all()
    assert (torso[-2:] == 0).all()
    assert np.all(np.diff(torso[:, 0]) <= 0)
