"""The ONNX file answers as torch does, says what it is, and is not written when anything is wrong."""

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from dropmodel.cli import main
from dropmodel.errors import ModelError
from dropmodel.inference import LoadedModel, export, save_model
from dropmodel.inference.card import ModelCard
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop


@pytest.fixture(scope="module")
def made() -> LoadedModel:
    """A network whose label maps depend on the picture, as an untrained one's hardly do."""
    config = NetworkConfig(backbone="resnet10t", height=64, width=32, dim=16, parsing_channels=16)
    torch.manual_seed(0)
    network = Drop(config)
    torch.nn.init.normal_(network.head.classify.weight, std=2.0)
    network.train()
    for seed in range(8):
        network(patches(8, seed))
    return LoadedModel.of(network, ModelCard("test", trained=False), "cpu")


def patches(count: int, seed: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    return F.interpolate(torch.randn(count, 3, 8, 4, generator=random), size=(64, 32), mode="bilinear")


@pytest.fixture(scope="module")
def file(made: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written by the command."""
    folder = tmp_path_factory.mktemp("export")
    save_model(made, folder / "model.safetensors")
    assert main(["export", str(folder / "model.safetensors"), str(folder / "model.onnx")]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["model.onnx", "model.safetensors"]
    return folder / "model.onnx"


@pytest.mark.parametrize("count", [1, 9])
def test_it_answers_as_torch_does(made: LoadedModel, file: Path, count: int) -> None:
    runtime = importlib.import_module("onnxruntime")
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    pixels = (patches(count, 77).permute(0, 2, 3, 1) * 60 + 120).clamp(0, 255).to(torch.uint8)
    found = dict(
        zip(export.OUTPUTS, session.run(list(export.OUTPUTS), {export.INPUT: pixels.numpy()}), strict=True)
    )
    with torch.inference_mode():
        exact = dict(zip(export.OUTPUTS, export.Exportable(made.network)(pixels), strict=True))
    assert {k: (v.dtype.name, v.shape) for k, v in found.items()} == {
        k: (str(v.dtype).removeprefix("torch."), tuple(v.shape)) for k, v in exact.items()
    }
    assert ((found["vectors"] * exact["vectors"].numpy()).sum(-1) >= 0.9999).all()
    assert count == 1 or len(np.unique(found["labels"])) > 3
    assert (found["labels"] == exact["labels"].numpy()).mean() >= 0.999
    np.testing.assert_allclose(found["visibility"], exact["visibility"].numpy(), atol=1e-4)
    np.testing.assert_allclose(found["confidence"], exact["confidence"].numpy(), atol=1e-4)


def test_it_says_what_it_is(made: LoadedModel, file: Path) -> None:
    onnx = importlib.import_module("onnx")
    notes = {entry.key: entry.value for entry in onnx.load(file).metadata_props}
    assert notes["weights_hash"] == made.weights_hash
    assert json.loads(notes["vector_names"]) == list(made.schema.vector_names)
    assert NetworkConfig.from_dict(json.loads(notes["config"])) == made.config


def test_a_file_that_differs_is_not_kept(
    made: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_write", lambda *_: None)
    monkeypatch.setattr(export, "_describe", lambda *_: None)
    monkeypatch.setattr(export, "_compare", lambda *_: export.Parity(0.99, 1.0))
    with pytest.raises(ModelError, match=r"answers differ from torch's \(cosine 0\.99000"):
        export.export_onnx(made, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_wrong_names_and_missing_packages_are_told(
    made: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match=r"ends in \.onnx"):
        export.export_onnx(made, tmp_path / "model.pb")
    real = importlib.import_module

    def missing(name: str, package: str | None = None) -> Any:
        if name == "onnxscript":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ModelError, match=r"onnxscript is not installed.*dropgui\[export\]"):
        export.export_onnx(made, tmp_path / "model.onnx")
