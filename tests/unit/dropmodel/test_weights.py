"""Model files: what comes back is what went in, and every wrong file says what is wrong."""

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from dropmodel.inference import Extractor, LoadedModel, ModelError, load_model, read_info, save_model
from dropmodel.inference.card import ModelCard
from dropmodel.inference.weights import FORMAT_KEY, FORMAT_VERSION, hash_weights


@pytest.fixture
def saved(model: LoadedModel, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_model(model, path)
    return path


def metadata(model: LoadedModel) -> dict[str, str]:
    return {
        FORMAT_KEY: str(FORMAT_VERSION),
        "config": json.dumps(model.config.to_dict()),
        "card": json.dumps(model.card.to_dict()),
    }


def test_a_round_trip_is_bit_equal_with_the_same_hash(model: LoadedModel, saved: Path) -> None:
    state_before = torch.random.get_rng_state()
    back = load_model(saved, "cpu")
    assert torch.equal(torch.random.get_rng_state(), state_before)
    ours, theirs = model.network.state_dict(), back.network.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert back.weights_hash == hash_weights(ours) == hash_weights(load_file(saved))
    assert back.weights_hash != model.weights_hash  # the untrained model's is that of its recipe
    assert (back.config, back.card, back.schema) == (model.config, model.card, model.schema)
    assert not back.network.training
    assert not any(parameter.requires_grad for parameter in back.network.parameters())
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-9, 1e-4, 1.0, 300.0]))
def test_half_is_rounded_once(model: LoadedModel, tmp_path: Path, seed: int, scale: float) -> None:
    """Whatever the weights: read from half and written in half again, they and their hash stay."""
    network = copy.deepcopy(model.network)
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=random) * scale)
    whole = LoadedModel.of(network, model.card, "cpu")
    path = tmp_path / "half.safetensors"
    save_model(whole, path, half=True)
    once = load_model(path, "cpu")
    save_model(once, path, half=True)
    assert load_model(path, "cpu").weights_hash == once.weights_hash
    save_model(once, path)
    assert load_model(path, "cpu").weights_hash == once.weights_hash
    before = network.state_dict()
    for name, tensor in once.network.state_dict().items():
        assert tensor.dtype == before[name].dtype
        if tensor.ndim < 2:
            assert torch.equal(tensor, before[name])
        else:
            torch.testing.assert_close(tensor, before[name], rtol=2**-11, atol=2**-25)


def test_half_is_half_the_size_and_answers_alike(
    model: LoadedModel, saved: Path, tmp_path: Path, picture: Any
) -> None:
    path = tmp_path / "half.safetensors"
    save_model(model, path, half=True)
    assert path.stat().st_size < 0.53 * saved.stat().st_size
    kinds = {(tensor.dtype, tensor.ndim >= 2) for tensor in load_file(path).values()}
    assert kinds == {(torch.float16, True), (torch.float32, False), (torch.int64, False)}
    images = [picture(seed) for seed in range(4)]
    ours, theirs = (
        Extractor(loaded, precision="fp32", runtime="torch").extract(images).features
        for loaded in (model, load_model(path, "cpu"))
    )
    assert (ours.vectors * theirs.vectors).sum(-1).min() > 0.9999
    np.testing.assert_allclose(ours.visibility, theirs.visibility, atol=2e-3)


def test_a_weight_too_large_for_half_is_named(model: LoadedModel, tmp_path: Path) -> None:
    network = copy.deepcopy(model.network)
    with torch.no_grad():
        network.head.classify.weight[3, 0] = -70_000.0
    large = LoadedModel.of(network, model.card, "cpu")
    path = tmp_path / "half.safetensors"
    with pytest.raises(ModelError, match=r"head\.classify\.weight has a weight of -70000.*ends at 65504"):
        save_model(large, path, half=True)
    assert not list(tmp_path.iterdir())
    save_model(large, path)
    assert load_model(path, "cpu").weights_hash == large.weights_hash


def test_the_hash_sees_values_names_and_shapes() -> None:
    base = {"a": torch.zeros(2, 3)}
    others = [{"b": torch.zeros(2, 3)}, {"a": torch.zeros(3, 2)}, {"a": torch.full((2, 3), 1e-30)}]
    assert len({hash_weights(state) for state in [base, *others]}) == 4
    turned = torch.zeros(1, 3, 2, 2).contiguous(memory_format=torch.channels_last)
    assert hash_weights({"a": turned}) == hash_weights({"a": torch.zeros(1, 3, 2, 2)})


def test_info_reads_no_weights(model: LoadedModel, saved: Path) -> None:
    info = read_info(saved)
    assert (info.config, info.card, info.schema) == (model.config, model.card, model.schema)


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".bin", ".ckpt", ".pkl", ".PTH"])
def test_pickles_are_refused_unopened(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ModelError, match="pickles, which can run any program"):
        load_model(tmp_path / f"model{suffix}")


def test_other_endings_missing_files_and_folders(tmp_path: Path, model: LoadedModel) -> None:
    with pytest.raises(ModelError, match=r"ends in \.safetensors"):
        read_info(tmp_path / "model.onnx")
    with pytest.raises(ModelError, match="no such file"):
        load_model(tmp_path / "gone.safetensors")
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(ModelError, match=r"folder\.safetensors"):
        load_model(tmp_path / "folder.safetensors")
    with pytest.raises(ModelError, match="could not be saved"):
        save_model(model, tmp_path / "nowhere" / "model.safetensors")


@pytest.mark.parametrize("keep", [0, 5, 1000, -100])
def test_cut_files_are_damaged(saved: Path, keep: int) -> None:
    saved.write_bytes(saved.read_bytes()[:keep])
    with pytest.raises(ModelError, match="damaged, cut short or not a safetensors file"):
        load_model(saved)


def test_foreign_and_newer_files(model: LoadedModel, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match="not made by dropmodel"):
        load_model(path)
    save_file({"a": torch.zeros(1)}, path, {**metadata(model), FORMAT_KEY: str(FORMAT_VERSION + 1)})
    with pytest.raises(ModelError, match="update the program"):
        load_model(path)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("config", "{", "description is wrong"),
        ("config", "[]", "the config is not an object"),
        ("config", '{"height": 65}', "height must be a multiple"),
        ("config", '{"colour": 1}', "unknown network configuration"),
        ("config", '{"backbone": "nobody"}', "cannot be built here"),
        ("card", "{}", "card lacks its name"),
        ("card", None, "the card is missing"),
    ],
)
def test_wrong_descriptions(
    model: LoadedModel, tmp_path: Path, key: str, value: str | None, says: str
) -> None:
    described = metadata(model)
    if value is None:
        del described[key]
    else:
        described[key] = value
    path = tmp_path / "model.safetensors"
    save_file({"a": torch.zeros(1)}, path, described)
    with pytest.raises(ModelError, match=says) as caught:
        load_model(path)
    assert str(path) in str(caught.value)


def test_weights_that_do_not_fit(model: LoadedModel, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    state = {name: tensor.contiguous() for name, tensor in model.network.state_dict().items()}
    name = "head.classify.bias"
    save_file({key: tensor for key, tensor in state.items() if key != name}, path, metadata(model))
    with pytest.raises(ModelError, match=r"lacks head\.classify\.bias"):
        load_model(path)
    save_file({**state, "extra": torch.zeros(1)}, path, metadata(model))
    with pytest.raises(ModelError, match="unknown extra"):
        load_model(path)
    save_file({**state, name: torch.zeros(3)}, path, metadata(model))
    with pytest.raises(ModelError, match=r"head\.classify\.bias is torch\.float32 \(3,\)"):
        load_model(path)
    for key, dtype in ((name, torch.float16), ("head.classify.weight", torch.bfloat16)):
        save_file({**state, key: state[key].to(dtype)}, path, metadata(model))
        with pytest.raises(ModelError, match=rf"{key} is {dtype}"):
            load_model(path)


def test_a_failed_save_leaves_the_old_file(
    model: LoadedModel, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("dropmodel.inference.weights.save_file", full)
    with pytest.raises(ModelError, match="No space left"):
        save_model(model, saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_device_that_is_not_there(saved: Path) -> None:
    for device in ("cuda:99", "toaster"):
        with pytest.raises(ModelError, match=device):
            load_model(saved, device)


def test_cards_survive_and_newer_entries_are_dropped() -> None:
    card = ModelCard("n", trained=True, metrics={"rank1": 0.5}, choices=("a", "b"), seeds=(1, 2))
    assert ModelCard.from_dict(json.loads(json.dumps(card.to_dict()))) == card
    assert ModelCard.from_dict({**card.to_dict(), "mood": "good"}) == card
    assert dataclasses.replace(card, name="m") != card


def test_older_cards_lack_entries() -> None:
    card = ModelCard.from_dict({"name": "n", "trained": True})
    assert (card.people, card.recipe, card.seeds, card.limits) == ("", (), (), ())


def test_a_card_is_edited_by_entries() -> None:
    card = ModelCard("n", trained=True, data="d", choices=("a",))
    entries = {
        "name": "starter",
        "people": "nobody",
        "seeds": [1],
        "limits": ["feet"],
        "metrics": {"map": 0.5},
    }
    edited = card.edited(entries)
    assert (edited.name, edited.people, edited.seeds, edited.limits) == ("starter", "nobody", (1,), ("feet",))
    assert (edited.data, edited.choices, edited.metrics) == ("d", ("a",), {"map": 0.5})
    with pytest.raises(ValueError, match="has no 'mood'"):
        card.edited({"mood": "good"})
    wrong = ({"limits": "feet"}, {"seeds": ["1"]}, {"trained": "yes"}, {"metrics": {"map": 50}}, {"data": 1})
    for entry in wrong:
        with pytest.raises(ValueError, match="cannot be"):
            card.edited(entry)
