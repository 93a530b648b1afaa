"""Gradients of depthwise convolutions against torch's own."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from dropmodel.network.backbones import build_backbone
from dropmodel.network.config import NetworkConfig
from dropmodel.training.cpu_convolutions import widen_slow_convolutions
from dropmodel.training.depthwise import DepthwiseConvolution

_SIDES = st.tuples(*[st.integers(0, 2)] * 4)


@settings(max_examples=40)
@given(
    size=st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(5, 9), st.integers(5, 9)),
    kernel=st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3, 5])),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=_SIDES,
    biased=st.booleans(),
    threads=st.integers(1, 3),
)
def test_gradients_are_torchs(
    size: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int, int, int],
    biased: bool,
    threads: int,
) -> None:
    torch.manual_seed(0)
    top, bottom, left, right = padding
    leaves = [torch.randn(size), torch.randn(size[1], 1, *kernel), torch.randn(size[1])]
    ours = [leaf.clone().requires_grad_() for leaf in leaves]
    theirs = [leaf.clone().requires_grad_() for leaf in leaves]
    x, weight, bias = ours
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        y = DepthwiseConvolution.apply(x, weight, bias if biased else None, stride, padding)  # type: ignore[no-untyped-call]
        x2, weight2, bias2 = theirs
        padded = F.pad(x2, (left, right, top, bottom))
        z = F.conv2d(padded, weight2, bias2 if biased else None, stride, groups=size[1])
        assert torch.allclose(y, z, atol=1e-5)
        above = torch.randn_like(z)
        y.backward(above)
        z.backward(above)  # type: ignore[no-untyped-call]
    finally:
        torch.set_num_threads(before)
    for mine, known in zip(ours, theirs, strict=True):
        assert (mine.grad is None) == (known.grad is None)
        if known.grad is not None:
            assert mine.grad is not None
            assert torch.allclose(mine.grad, known.grad, atol=1e-4)


@pytest.mark.parametrize("backbone", ["efficientnet_lite0", "mobilenetv3_small_050"])
def test_a_backbone_learns_the_same(backbone: str) -> None:
    torch.manual_seed(0)
    network = build_backbone(NetworkConfig(backbone=backbone, height=64, width=32)).train()
    images = torch.randn(4, 3, 64, 32)

    def gradients() -> dict[str, torch.Tensor]:
        network.zero_grad()
        network(images)[1].square().mean().backward()
        return {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}

    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 0.0
    exact = gradients()
    widen_slow_convolutions(network)
    found = gradients()
    assert found.keys() == exact.keys()
    largest = max(float(gradient.abs().max()) for gradient in exact.values())
    for name, gradient in exact.items():
        assert torch.allclose(found[name], gradient, rtol=1e-3, atol=1e-4 * largest), name
