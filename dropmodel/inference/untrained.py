"""A model before any training, so that the program runs from its first start.

Only the backbone has seen pictures (ImageNet). The rest is set up so that its answers make sense without
pretending to knowledge:

- the projections to vectors are random rotations: what is alike to the backbone stays alike;
- the position encoder and the parsing head together say where on a standing person's picture each part is
  on average. Until the model is trained the masks are that guess, with little of the picture in it.
"""

import hashlib
import json

import torch
from torch import Tensor

from dropmodel.inference.card import ModelCard, choices_of
from dropmodel.inference.devices import cpu_threads
from dropmodel.inference.weights import LoadedModel, hash_weights
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop
from dropmodel.network.imagenet import load_imagenet
from dropmodel.parts import EIGHT, FIVE_V, PartSchema

UNTRAINED_NAME = "untrained model"

_RECIPE = 1
"""The version of what is done here; to be raised with every change after which vectors are others."""

_LAYOUT_NOTE = "Masks show where body parts are on average, not where they are in the picture."
_RANDOM_NOTE = "Masks are random."

# Centre and spread along the height of a tight crop (0 top, 1 bottom), and share of the width, of the parts
# of a standing person: rough human proportions (a head is an eighth of the height and crops leave a margin).
_LAYOUT = {
    "head": (0.09, 0.05, 0.35),
    "torso": (0.32, 0.10, 0.5),
    "left_arm": (0.36, 0.12, 0.2),
    "right_arm": (0.36, 0.12, 0.2),
    "left_leg": (0.68, 0.11, 0.25),
    "right_leg": (0.68, 0.11, 0.25),
    "left_foot": (0.94, 0.04, 0.25),
    "right_foot": (0.94, 0.04, 0.25),
    "upper_torso": (0.25, 0.06, 0.6),
    "lower_torso": (0.42, 0.06, 0.6),
    "legs": (0.68, 0.11, 0.5),
    "feet": (0.94, 0.04, 0.5),
}
_BACKGROUND_SHARE = 0.2


def untrained_model(
    config: NetworkConfig | None = None,
    *,
    seed: int = 0,
    device: str | torch.device = "auto",
    download: bool = False,
) -> LoadedModel:
    """A network of ``config`` (default: :class:`NetworkConfig`) with ImageNet backbone weights if they are
    installed here (or may be downloaded), else random ones, and heads that never saw a person.

    The same ``seed`` gives the same weights up to the rounding of the processor, so vectors made on different
    machines can be compared. ``weights_hash`` is therefore that of the recipe: its version, ``config``,
    ``seed`` and the backbone's ImageNet tensors, which come bit by bit from their file. torch's global random
    state is left as it was.
    """
    shape = NetworkConfig() if config is None else config
    # One thread: decompositions on several round differently, and one machine should always give one model.
    with torch.random.fork_rng(devices=[]), cpu_threads(1):
        torch.manual_seed(seed)
        network = Drop(shape)
        origin = load_imagenet(network.backbone, shape.backbone, download=download)
        with torch.no_grad():
            knows_layout = _lay_out(network)
    card = ModelCard(
        name=UNTRAINED_NAME,
        trained=False,
        backbone_weights=origin or "random",
        data="none: heads and parsing have never been trained",
        licence="Apache-2.0",
        choices=choices_of(shape),
        notes=_LAYOUT_NOTE if knows_layout else _RANDOM_NOTE,
    )
    pretrained = "random" if origin is None else hash_weights(network.backbone.body.state_dict())
    return LoadedModel.of(network, card, device, weights_hash=_recipe_hash(shape, seed, pretrained))


def _recipe_hash(config: NetworkConfig, seed: int, backbone: str) -> str:
    """SHA-256 in hex of all that decides the weights; ``backbone`` names the backbone's own."""
    recipe = {
        "untrained model": _RECIPE,
        "config": config.to_dict(),
        "seed": seed,
        "backbone": backbone,
    }
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def _lay_out(network: Drop) -> bool:
    """Make position encoder and head answer with the average layout; false where they cannot."""
    if network.config.ppe not in ("1d", "2d"):
        return False
    rows = network.position.table.shape[2]
    wanted = _average_logits(network.config.schema, rows)  # [K + 1, rows]
    reader = network.head.classify.weight[:, :, 0, 0]  # [K + 1, C]; the norm before it is still the identity
    network.position.table.copy_((torch.linalg.pinv(reader) @ wanted)[None, :, :, None])
    return True


def _average_logits(schema: PartSchema, rows: int) -> Tensor:
    height = (torch.arange(rows) + 0.5) / rows
    if schema in (EIGHT, FIVE_V):
        layout = [_LAYOUT[name] for name in schema.names]
    else:  # Unknown parts: equal bands in their order.
        count = len(schema)
        layout = [((i + 0.5) / count, 0.4 / count, 0.6) for i in range(count)]
    parts = [
        torch.log(torch.tensor(share)) - (height - centre) ** 2 / (2 * spread**2)
        for centre, spread, share in layout
    ]
    background = torch.full_like(height, _BACKGROUND_SHARE).log()
    return torch.stack([background, *parts]).clamp_min(-4.0)
