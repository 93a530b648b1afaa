"""The untrained model: repeatable, honest on its card, and not degenerate."""

import dataclasses
import importlib.util
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from dropmodel.inference import Extractor, LoadedModel, untrained, untrained_model
from dropmodel.inference.preprocess import Preprocessor
from dropmodel.inference.untrained import UNTRAINED_NAME
from dropmodel.inference.weights import hash_weights
from dropmodel.parts import EIGHT, FIVE_V, stripes
from tests.unit.dropmodel.conftest import SMALL


def tensors_hash(model: LoadedModel) -> str:
    return hash_weights(model.network.state_dict())


def test_the_seed_decides_and_torchs_own_random_state_is_left(model: LoadedModel) -> None:
    before, threads = torch.random.get_rng_state(), torch.get_num_threads()
    again, other = untrained_model(SMALL, device="cpu"), untrained_model(SMALL, seed=1, device="cpu")
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    assert again.weights_hash == model.weights_hash != other.weights_hash
    assert tensors_hash(again) == tensors_hash(model) != tensors_hash(other)


def test_the_number_of_threads_does_not_change_the_weights(model: LoadedModel) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        assert tensors_hash(untrained_model(SMALL, device="cpu")) == tensors_hash(model)
    finally:
        torch.set_num_threads(threads)


def test_another_processor_makes_the_same_model(model: LoadedModel) -> None:
    """Without vector instructions the random numbers and decompositions are rounded differently."""
    script = """
import json
import numpy as np
from dropmodel.inference import Extractor, untrained_model
from tests.unit.dropmodel.conftest import SMALL
model = untrained_model(SMALL, device="cpu")
image = (np.arange(64 * 32 * 3).reshape(64, 32, 3) * 7 % 251).astype(np.uint8)
features = Extractor(model, precision="fp32", runtime="torch").extract([image]).features
print(json.dumps([model.weights_hash, features.vectors.tolist(), features.visibility.tolist()]))
"""
    plain = {**os.environ, "ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=plain, capture_output=True, text=True, check=True
    )
    known, vectors, visibility = json.loads(done.stdout)
    assert known == model.weights_hash
    image = (np.arange(64 * 32 * 3).reshape(64, 32, 3) * 7 % 251).astype(np.uint8)
    ours = Extractor(model, precision="fp32", runtime="torch").extract([image]).features
    assert (ours.vectors * np.array(vectors)).sum(axis=-1).min() > 0.999
    np.testing.assert_allclose(ours.visibility, visibility, atol=1e-3)


def test_the_recipe_names_all_that_decides_the_weights(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = {model.weights_hash}
    hashes.add(untrained_model(dataclasses.replace(SMALL, dim=24), device="cpu").weights_hash)
    monkeypatch.setattr(untrained, "_RECIPE", 2)
    hashes.add(untrained_model(SMALL, device="cpu").weights_hash)
    monkeypatch.undo()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    hashes.add(untrained_model(SMALL, device="cpu").weights_hash)
    assert len(hashes) == 4


def test_the_card_says_what_it_is(model: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    card = model.card
    assert (card.name, card.trained) == (UNTRAINED_NAME, False)
    assert card.backbone_weights.startswith("ImageNet")
    assert "never been trained" in card.data
    assert "not where they are in the picture" in card.notes
    assert "position encoder: 1d" in card.choices
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    bare = untrained_model(dataclasses.replace(SMALL, ppe="off"), device="cpu").card
    assert bare.backbone_weights == "random"
    assert bare.notes == "Masks are random."


@pytest.mark.parametrize("schema", [EIGHT, FIVE_V, stripes(3)], ids=lambda schema: schema.name)
def test_masks_follow_an_average_body(schema: Any, picture: Any) -> None:
    extractor = Extractor(
        untrained_model(dataclasses.replace(SMALL, schema=schema), device="cpu"), runtime="torch"
    )
    extraction = extractor.extract([picture(seed) for seed in range(4)])
    rows = np.arange(16)[None, :, None]
    heights = [
        float((rows * (extraction.labels == label)).sum() / (extraction.labels == label).sum())
        for label in range(1, len(schema) + 1)
        if (extraction.labels == label).any()
    ]
    assert len(heights) >= min(3, len(schema))
    assert heights[0] < 4
    assert heights[-1] > 11
    assert (extraction.labels > 0).mean() > 0.3


def test_other_switches_start_without_a_layout(picture: Any) -> None:
    for switch in ({"ppe": "mlp"}, {"ppe": "off", "dpu": "off"}, {"ppe": "2d"}):
        config = dataclasses.replace(SMALL, **switch)  # type: ignore[arg-type]
        extraction = Extractor(untrained_model(config, device="cpu"), runtime="torch").extract([picture()])
        assert (extraction.labels > 0).any()


def test_what_is_alike_to_the_backbone_stays_alike(picture: Any) -> None:
    model = untrained_model(dataclasses.replace(SMALL, dim=256), device="cpu")
    images = [picture(seed) for seed in range(12)]
    with torch.inference_mode():
        _, reid_map = model.network.backbone(Preprocessor((64, 32), model.device)(images))
        pooled = F.normalize(reid_map.mean((2, 3)) + reid_map.amax((2, 3)))
    ours = Extractor(model, precision="fp32", runtime="torch").extract(images).features.vectors[:, 0]
    pairs = np.triu_indices(12, 1)
    likeness = [(vectors @ vectors.T)[pairs] for vectors in (pooled.numpy(), ours)]
    assert np.corrcoef(likeness)[0, 1] > 0.9
