"""A model before any training, so that the program runs from its first start."""

import torch

from dropmodel.inference.card import ModelCard
from dropmodel.inference.weights import LoadedModel
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop
from dropmodel.network.imagenet import load_imagenet

UNTRAINED_NAME = "untrained model"


def untrained_model(
    config: NetworkConfig | None = None,
    *,
    seed: int = 0,
    device: str | torch.device = "auto",
    download: bool = False,
) -> LoadedModel:
    """A network of ``config`` (default: :class:`NetworkConfig`) with ImageNet backbone weights if they are
    installed here (or may be downloaded), else random ones, and heads that never saw a person.

    The same ``seed`` gives the same weights; torch's global random state is left as it was.
    """
    shape = NetworkConfig() if config is None else config
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Drop(shape)
        origin = load_imagenet(network.backbone, shape.backbone, download=download)
    card = ModelCard(
        name=UNTRAINED_NAME,
        trained=False,
        backbone_weights=origin or "random",
        data="none",
    )
    return LoadedModel.of(network, card, device)
