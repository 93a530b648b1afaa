"""The network: shapes for all backbones and switches, gradients, pooling, visibilities, positions."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dropmodel.network.backbones import build_backbone, early_norms
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop, resize_masks
from dropmodel.network.embedding import EmbeddingHeads
from dropmodel.network.parsing import PositionEncoder
from dropmodel.network.pooling import pool, pooled_channels
from dropmodel.network.visibility import visibilities
from dropmodel.parts import EIGHT, FIVE_V, stripes

SMALL = NetworkConfig(height=64, width=32, dim=8, parsing_channels=8)

# At 256 x 128: stage widths, strides, width and stride of the re-identification map.
BACKBONES: dict[str, tuple[tuple[int, ...], tuple[int, ...], int, int]] = {
    "efficientnet_lite0": ((24, 40, 112, 320), (4, 8, 16, 16), 320, 16),
    "resnet50": ((256, 512, 1024, 2048), (4, 8, 16, 16), 2048, 16),
    "hrnet_w32": ((32, 64, 128, 256), (4, 8, 16, 32), 480, 4),
    "vit_tiny_patch16_224": ((192,) * 4, (16,) * 4, 192, 16),
    "resnet18": ((64, 128, 256, 512), (4, 8, 16, 16), 512, 16),
    "mobilenetv3_small_100": ((16, 24, 48, 576), (4, 8, 16, 16), 576, 16),
}


def images(count: int = 2, height: int = 64, width: int = 32) -> torch.Tensor:
    return torch.randn(count, 3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", BACKBONES)
def test_backbones_give_the_documented_maps(name: str) -> None:
    channels, strides, reid_channels, reid_stride = BACKBONES[name]
    backbone = build_backbone(NetworkConfig(backbone=name, height=64, width=32)).eval()
    with torch.no_grad():
        stages, reid = backbone(images(1))
    assert [tuple(stage.shape) for stage in stages] == [
        (1, c, 64 // s, 32 // s) for c, s in zip(channels, strides, strict=True)
    ]
    assert tuple(reid.shape) == (1, reid_channels, 64 // reid_stride, 32 // reid_stride)
    assert (backbone.channels, backbone.strides) == (channels, strides)
    assert (backbone.reid_channels, backbone.reid_stride) == (reid_channels, reid_stride)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "resnet50", "resnet18"])
def test_last_stride_two_halves_the_last_map(name: str) -> None:
    backbone = build_backbone(NetworkConfig(backbone=name, height=64, width=32, last_stride=2)).eval()
    with torch.no_grad():
        stages, reid = backbone(images(1))
    assert backbone.reid_stride == backbone.strides[-1] == 32
    assert stages[2].shape[-2:] == (4, 2)
    assert reid.shape[-2:] == (2, 1)


def test_channels_last_backbones_are_turned() -> None:
    name = "swin_tiny_patch4_window7_224"
    with pytest.raises(ValueError, match="last_stride 2"):
        build_backbone(NetworkConfig(backbone=name))
    backbone = build_backbone(NetworkConfig(backbone=name, height=128, width=64, last_stride=2)).eval()
    with torch.no_grad():
        stages, _ = backbone(images(1, 128, 64))
    assert [tuple(stage.shape[1:]) for stage in stages] == [
        (96, 32, 16), (192, 16, 8), (384, 8, 4), (768, 4, 2)
    ]  # fmt: skip


def test_unknown_backbones_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown backbone 'resnet51'"):
        build_backbone(NetworkConfig(backbone="resnet51"))


SWITCHES: list[dict[str, Any]] = [
    {},
    {"dpu": "sum"},
    {"dpu": "off"},
    {"upsample": "pixelshuffle"},
    {"upsample": "pixelshuffle", "dpu": "sum", "ppe": "mlp"},
    {"ppe": "2d"},
    {"ppe": "off"},
    {"pooling": "wamp_concat"},
    {"pooling": "gwap"},
    {"schema": FIVE_V},
    {"schema": stripes(3), "dpu": "off", "ppe": "2d"},
    {"backbone": "hrnet_w32", "dpu": "off"},
    {"backbone": "vit_tiny_patch16_224"},
]


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: "-".join(map(str, switch)) or "default")
def test_every_switch_runs_and_trains_every_parameter(switch: dict[str, Any]) -> None:
    config = dataclasses.replace(SMALL, identities=5, **switch)
    torch.manual_seed(0)
    network = Drop(config).train()
    output = network(images(4))
    vectors, classes = len(config.schema) + 2, len(config.schema) + 1
    assert output.raw.shape == output.neck.shape == (4, vectors, 8)
    assert output.parsing_logits.shape == output.probabilities.shape == (4, classes, 16, 8)
    assert output.visibility.shape == output.visible.shape == (4, vectors)
    assert {name: tuple(logits.shape) for name, logits in output.identity_logits.items()} == dict.fromkeys(
        ("global", "foreground", "concat"), (4, 5)
    )
    torch.testing.assert_close(output.probabilities.sum(1), torch.ones(4, 16, 8))
    loss = sum(logits.square().sum() for logits in output.identity_logits.values())
    (loss + output.raw.square().sum() + output.parsing_logits.square().sum()).backward()
    frozen = {name for name, parameter in network.named_parameters() if not parameter.requires_grad}
    assert frozen == {f"embed.necks.{index}.bias" for index in range(3)}
    # Maps that a stage does not hand on (HRNet's stem of other scales, a transformer's class token) aside.
    untouched = {
        name
        for name, parameter in network.named_parameters()
        if parameter.requires_grad and parameter.grad is None
    }
    assert not {name for name in untouched if not name.startswith("backbone.")}
    dead = {
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is not None and not parameter.grad.any() and not name.startswith("backbone.")
    }
    assert not dead


def test_parsing_reaches_the_identity_through_the_masks() -> None:
    torch.manual_seed(0)
    network = Drop(SMALL).train()
    network(images(4)).raw[:, 2:].square().sum().backward()
    weight = network.head.classify.weight
    assert weight.grad is not None
    assert weight.grad.abs().sum() > 0


def test_no_classifier_without_identities_and_half_precision_runs() -> None:
    network = Drop(SMALL).eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        output = network(images(2))
    assert output.identity_logits == {}
    assert output.neck.dtype == output.probabilities.dtype == torch.float32


def test_necks_have_no_bias_and_parts_share_a_head() -> None:
    heads = EmbeddingHeads(6, dataclasses.replace(SMALL, schema=FIVE_V)).eval()
    same = torch.rand(1, 1, 6).expand(1, 7, 6)
    raw = heads(same).raw[0]
    for k in range(3, 7):
        torch.testing.assert_close(raw[k], raw[2])
    assert not torch.equal(raw[0], raw[1])
    assert all(not neck.bias.any() for neck in heads.necks if isinstance(neck, nn.BatchNorm1d))


@pytest.mark.parametrize("kind", ["1d", "2d", "mlp"])
def test_the_position_encoder_serves_other_heights(kind: Any) -> None:
    encoder = PositionEncoder(kind, 3, (8, 4))
    with torch.no_grad():
        small = encoder(torch.zeros(1, 3, 8, 4))
        large = encoder(torch.zeros(1, 3, 16, 4))
    assert large.shape == (1, 3, 16, 4)
    # Two rows of the larger map span one of the smaller.
    pairs = large.unflatten(2, (8, 2)).mean(3)
    torch.testing.assert_close(pairs[:, :, 1:-1], small[:, :, 1:-1], atol=0.05, rtol=0.05)
    if kind != "2d":
        torch.testing.assert_close(large, large[..., :1].expand_as(large))


def test_the_network_serves_another_height_than_it_was_built_for() -> None:
    with torch.no_grad():
        output = Drop(SMALL).eval()(images(1, 96, 32))
    assert output.probabilities.shape == (1, 9, 24, 8)


def plain_pool(features: Any, mask: Any, pooling: str) -> list[float]:
    average, peak = [], []
    for channel in features:
        weighted = [float(m) * float(f) for m, f in zip(mask.flat, channel.flat, strict=True)]
        average.append(sum(weighted) / max(float(mask.sum()), 1e-6))
        peak.append(max(weighted))
    if pooling == "gwap":
        return average
    return average + peak if pooling == "wamp_concat" else [a + p for a, p in zip(average, peak, strict=True)]


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), pooling=st.sampled_from(["wamp_sum", "wamp_concat", "gwap"]))
def test_pooling_is_the_formula(seed: int, pooling: Any) -> None:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(2, 3, 4, 2)).astype(np.float32)
    masks = rng.random((2, 5, 4, 2)).astype(np.float32)
    masks[:, 0] = 0
    found = pool(torch.from_numpy(features), torch.from_numpy(masks), pooling).numpy()
    assert found.shape == (2, 5, pooled_channels(3, pooling))
    for n in range(2):
        for j in range(5):
            np.testing.assert_allclose(found[n, j], plain_pool(features[n], masks[n, j], pooling), atol=1e-4)
    assert not found[:, 0].any()


def test_visibilities_by_hand() -> None:
    masks = torch.zeros(2, 4, 1, 3)
    masks[0, :, 0, 0] = torch.tensor([0.1, 0.7, 0.2, 0.0])
    masks[0, :, 0, 1] = torch.tensor([0.5, 0.1, 0.4, 0.0])
    masks[0, :, 0, 2] = torch.tensor([1.0, 0.0, 0.0, 0.0])
    # The second picture is all undecided: nothing is visible.
    seen = visibilities(masks)
    torch.testing.assert_close(seen.continuous[0], torch.tensor([1.0, 0.7, 0.7, 0.4, 0.0]))
    assert seen.binary[0].tolist() == [True, True, True, False, False]
    assert seen.continuous[1].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert seen.binary[1].tolist() == [True, False, False, False, False]


def test_given_masks_are_pooled_and_the_networks_own_still_told() -> None:
    network = Drop(SMALL).eval()
    masks = torch.zeros(1, 9, 64, 32)
    masks[:, 1, :32] = 1
    masks[:, 0, 32:] = 1
    with torch.no_grad():
        own, given_ = network(images(1)), network(images(1), masks)
    torch.testing.assert_close(own.probabilities, given_.probabilities)
    torch.testing.assert_close(given_.masks[:, 1, :8], torch.ones(1, 8, 8))
    torch.testing.assert_close(own.raw[:, 0], given_.raw[:, 0])
    assert not torch.allclose(own.raw[:, 1:3], given_.raw[:, 1:3])
    assert given_.visibility[0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_masks_shrink_by_area_and_grow_smoothly() -> None:
    half = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
    torch.testing.assert_close(resize_masks(half, (1, 1)), torch.tensor([[[[0.5]]]]))
    grown = resize_masks(half, (4, 4))
    assert grown.shape == (1, 1, 4, 4)
    assert 0 <= float(grown.min()) <= float(grown.max()) <= 1


def test_config_survives_json_and_takes_a_schema_by_name() -> None:
    config = NetworkConfig(backbone="resnet50", schema=FIVE_V, ppe="2d", identities=3)
    assert NetworkConfig.from_dict(config.to_dict()) == config
    assert NetworkConfig.from_dict({"schema": "five_v"}).schema == FIVE_V
    assert (config.parsing_width, NetworkConfig().parsing_width) == (256, 96)
    assert NetworkConfig().schema == EIGHT


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"height": 100}, "height must be a multiple of 32"),
        ({"width": 0}, "width must be a whole number of at least 32"),
        ({"dim": 1.5}, "dim must be a whole number"),
        ({"identities": True}, "identities must be a whole number"),
        ({"dpu": "add"}, "dpu must be one of concat, sum, off"),
        ({"last_stride": 3}, "last_stride must be one of 1, 2"),
        ({"backbone": ""}, "backbone must be the name"),
        ({"schema": "nine"}, "unknown part schema"),
        ({"schema": {"name": "x"}}, "part schema is incomplete"),
        ({"schema": 8}, "schema must be a PartSchema"),
        ({"colour": 1}, "unknown network configuration: colour"),
    ],
)
def test_wrong_configurations_are_named(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        NetworkConfig.from_dict(wrong)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "resnet50", "resnet18"])
def test_ibn_keeps_the_tensors_and_takes_style_out_of_half_the_channels(name: str) -> None:
    plain = build_backbone(NetworkConfig(backbone=name, height=64, width=32))
    mixed = build_backbone(NetworkConfig(backbone=name, height=64, width=32, norm="ibn"))
    mixed.load_state_dict(plain.state_dict())
    norms = early_norms(mixed)
    assert len(norms) >= 6
    norm: Any = norms[0].train()
    norm.act = norm.drop = nn.Identity()
    x = torch.randn(4, norm.num_features, 6, 5)
    half = norm.num_features // 2
    styled = x * torch.tensor([1.0, 2, 3, 4])[:, None, None, None] + 5
    y, z = norm(x), norm(styled)
    torch.testing.assert_close(y[:, :half], z[:, :half], atol=1e-3, rtol=1e-3)
    assert not torch.allclose(y[:, half:], z[:, half:], atol=1e-2)
    torch.testing.assert_close(norm.running_mean[:half], torch.zeros(half))
    assert norm.running_mean[half:].abs().min() > 0.01


def test_ibn_where_it_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="norm ibn"):
        build_backbone(NetworkConfig(backbone="vit_tiny_patch16_224", height=64, width=32, norm="ibn"))


@pytest.mark.parametrize("fixed", [False, True])
def test_fixed_masks_learn_from_parsing_alone(fixed: bool) -> None:
    network = Drop(SMALL).train()
    network.fixed_masks = fixed
    output = network(images(4))
    weight = network.head.classify.weight
    output.raw.square().sum().backward()
    assert (weight.grad is None) == fixed
    assert network.backbone.body.conv_stem.weight.grad is not None
    weight.grad = None
    network(images(4)).parsing_logits.square().sum().backward()
    assert weight.grad is not None
