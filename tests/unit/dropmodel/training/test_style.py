"""MixStyle, frozen stems, weight averages, convolutions in fp32."""

import pytest
import torch
from torch import nn

from dropmodel.network.backbones import build_backbone
from dropmodel.network.config import NetworkConfig
from dropmodel.training.averaging import WeightAverage, recalibrate_norms
from dropmodel.training.config import StyleConfig
from dropmodel.training.cpu_convolutions import widen_slow_convolutions
from dropmodel.training.style import MixStyle, apply_style


def mixed(share: float = 1.0, *, training: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    x = torch.randn(4, 3, 6, 5) * torch.arange(1, 5.0)[:, None, None, None] + 2
    return x, MixStyle(share, 0.1)(nn.Identity().train(training), (), x)


def test_mixing_keeps_content_and_gives_statistics_between_those_of_two_crops() -> None:
    x, y = mixed()
    assert not torch.allclose(x, y)
    normal = [(z - z.mean((2, 3), keepdim=True)) / z.std((2, 3), keepdim=True) for z in (x, y)]
    assert torch.allclose(normal[0], normal[1], atol=1e-4)
    deviations = x.std((2, 3), correction=0)
    assert bool((y.std((2, 3), correction=0) <= deviations.max(0).values + 1e-4).all())
    assert bool((y.std((2, 3), correction=0) >= deviations.min(0).values - 1e-4).all())


def test_mixing_happens_in_training_only_and_as_often_as_asked() -> None:
    for x, y in (mixed(training=False), mixed(0.0)):
        assert y is x


def test_no_gradient_through_the_statistics() -> None:
    x = torch.randn(2, 3, 4, 4, requires_grad=True)
    torch.autograd.backward(MixStyle(1.0, 0.1)(nn.Identity(), (), x).sum())
    assert x.grad is not None
    # Were the mean part of the graph, moving every cell alike would change nothing.
    assert float(x.grad.sum()) > 1


@pytest.mark.parametrize("name", ["efficientnet_lite0", "resnet18", "resnet50"])
def test_early_stages_are_found(name: str) -> None:
    backbone = build_backbone(NetworkConfig(backbone=name, height=64, width=32))
    frozen = apply_style(backbone, StyleConfig(mixstyle=1.0, freeze_stem=True, norm_momentum=0.02))
    assert sum(len(m._forward_hooks) for m in backbone.modules()) == 2
    assert len(frozen) == 2
    assert not any(p.requires_grad for module in frozen for p in module.parameters())
    assert {m.momentum for m in backbone.modules() if isinstance(m, nn.BatchNorm2d)} == {0.02}
    images = torch.randn(2, 3, 64, 32)
    backbone.train()
    torch.manual_seed(1)
    one = backbone(images)[1]
    torch.manual_seed(2)
    assert not torch.allclose(one, backbone(images)[1])


def test_mixstyle_on_a_transformer_is_refused() -> None:
    backbone = build_backbone(NetworkConfig(backbone="vit_tiny_patch16_224", height=64, width=32))
    with pytest.raises(ValueError, match="convolutional"):
        apply_style(backbone, StyleConfig(mixstyle=0.5))


def test_an_average_of_weights_follows_and_a_mean_is_one() -> None:
    module = nn.BatchNorm1d(2)
    ema, mean = WeightAverage(module), WeightAverage(module)
    for value in (1.0, 2.0, 3.0):
        nn.init.constant_(module.weight, value)
        module(torch.randn(4, 2))
        ema.move(module, 0.9)
        mean.add(module)
    assert mean.state["weight"].tolist() == [2.0, 2.0]
    assert 1.0 < float(ema.state["weight"][0]) < 3.0
    assert int(ema.state["num_batches_tracked"]) == 3


def test_norms_measured_anew_have_the_batches_statistics() -> None:
    network = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.9)).train()
    norm = network[0]
    assert isinstance(norm, nn.BatchNorm1d)
    norm.running_mean = torch.full((3,), 9.0)
    batches = [torch.randn(16, 3) + i for i in range(4)]
    recalibrate_norms(network, batches)
    assert torch.allclose(norm.running_mean, torch.stack([b.mean(0) for b in batches]).mean(0), atol=1e-5)
    assert norm.momentum == 0.1
    assert not network.training


def test_convolutions_in_fp32_compute_the_same_and_keep_their_names() -> None:
    backbone = build_backbone(NetworkConfig(height=64, width=32)).eval()
    images, names = torch.randn(2, 3, 64, 32), list(backbone.state_dict())
    with torch.no_grad():
        exact = backbone(images)[1]
        widen_slow_convolutions(backbone)
        assert torch.equal(backbone(images)[1], exact)
        with torch.autocast("cpu", torch.bfloat16):
            assert backbone(images)[1].dtype == torch.bfloat16
    assert list(backbone.state_dict()) == names
    wide = [m for m in backbone.modules() if type(m).__name__.startswith("Wide")]
    assert len(wide) == 11
