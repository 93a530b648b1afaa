"""How unsure a model is of a mask."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dropmodel.network.uncertainty import uncertainty


def one(*cells: tuple[float, ...]) -> float:
    """Of a mask of one row of cells, each its probabilities."""
    masks = torch.tensor(cells).T[None, :, None, :]
    return float(uncertainty(masks)[0])


def test_the_formula_by_hand() -> None:
    sure, torn = (0.0, 1.0, 0.0), (0.2, 0.4, 0.4)
    entropy = -sum(p * math.log(p) for p in torn) / math.log(3)
    assert one(sure) == 0
    assert one(torn) == pytest.approx(entropy)
    assert one(sure, torn) == pytest.approx(0.8 * entropy / 1.8), "a cell counts as far as it is the person's"
    assert one(sure, torn, (1.0, 0.0, 0.0)) == pytest.approx(0.8 * entropy / 1.8), "background does not count"
    assert one((1 / 3, 1 / 3 + 1e-3, 1 / 3 - 1e-3)) == pytest.approx(1, abs=1e-4)


def test_a_crop_without_a_person_is_as_unsure_as_can_be() -> None:
    assert one((1.0, 0.0, 0.0)) == 1
    assert one((0.98, 0.01, 0.01), (0.9, 0.1, 0.0)) == 1


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.integers(1, 8), st.floats(0, 12))
def test_it_is_a_share_and_each_crop_has_its_own(seed: int, parts: int, sharpness: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = sharpness * torch.randn(4, parts + 1, 5, 3, generator=generator)
    masks: Tensor = logits.softmax(1)
    found = uncertainty(masks)
    assert found.dtype == torch.float32
    assert bool(((found >= 0) & (found <= 1)).all())
    alone = torch.cat([uncertainty(mask[None]) for mask in masks])
    torch.testing.assert_close(found, alone)
    torch.testing.assert_close(found, uncertainty(masks.flip(-1)))
