"""The network before training, and the model that comes out of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import torch
from torch.nn import functional as F

from dropmodel.errors import ModelError
from dropmodel.inference.card import ModelCard, choices_of
from dropmodel.inference.weights import LoadedModel, load_model
from dropmodel.network.drop import Drop
from dropmodel.network.imagenet import load_imagenet
from dropmodel.training.config import TrainConfig
from dropmodel.training.trainer import Trainer

_CLASSIFIERS = "embed.classifiers."
_POSITIONS = "position.table"


def new_network(config: TrainConfig, identities: int) -> tuple[Drop, str]:
    """An untrained network with ``identities`` classes, and where its weights come from, in words.

    From the model ``runtime.start`` if one is named (all but its classifiers; the table of positions of one
    for another input size is stretched), else from ImageNet weights where they are installed or may be
    fetched, else random. Draws from torch's global generator.
    """
    network = Drop(replace(config.network, identities=identities))
    start = config.runtime.start
    if start:
        model = load_model(start, "cpu")
        shape = config.network
        found = replace(model.config, height=shape.height, width=shape.width, identities=0)
        if found != replace(shape, identities=0):
            raise ModelError(
                f"{start}: this model has another network than the configuration's; change one of them"
            )
        state = model.network.state_dict()
        if _POSITIONS in state:
            rows, columns = network.position.table.shape[-2:]
            state[_POSITIONS] = F.interpolate(state[_POSITIONS], (rows, columns), mode="bilinear")
        missing = network.load_state_dict(state, strict=False).missing_keys
        assert all(name.startswith(_CLASSIFIERS) for name in missing)
        return network, f"{model.card.name} ({model.weights_hash[:12]})"
    origin = None
    if config.runtime.imagenet:
        origin = load_imagenet(network.backbone, config.network.backbone, download=config.runtime.download)
    return network, origin or "random"


def finished_model(trainer: Trainer, origin: str, data: str, numbers: Mapping[str, float]) -> LoadedModel:
    """A copy of what ``trainer`` has learnt, ready for inference: averaged, without classifiers, with a card.

    ``numbers`` in percent go on the card as shares. With SWA the batch norms are measured anew.
    """
    config = trainer.config
    state = {
        name: value.detach().clone()
        for name, value in trainer.averaged_state().items()
        if not name.startswith(_CLASSIFIERS)
    }
    with torch.random.fork_rng(devices=[]):  # The initial values are thrown away.
        network = Drop(config.network)
    network.load_state_dict(state)
    network.to(trainer.device)
    if trainer.swa is not None:
        trainer.recalibrate(network)
    card = ModelCard(
        name=config.name,
        trained=True,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        backbone_weights=origin,
        data=data,
        metrics={name: value / 100 for name, value in numbers.items() if name in _SHARES},
        licence="Apache-2.0",
        choices=choices_of(config.network),
        recipe=_recipe(config),
        seeds=(config.runtime.seed,),
        notes=f"{trainer.progress.step} steps in {trainer.epoch} epochs of {config.data.persons} persons x "
        f"{config.data.pictures} pictures a batch.",
    )
    return LoadedModel.of(network, card, trainer.device)


_SHARES = frozenset({"rank1", "rank5", "rank10", "map", "minp", "miou", "pixel_accuracy"})


def _recipe(config: TrainConfig) -> tuple[str, ...]:
    """How it was trained, a phrase each."""
    losses, optimiser, schedule, style = config.losses, config.optimiser, config.schedule, config.style
    weights = {
        "identity, global": losses.identity_global,
        "identity, foreground": losses.identity_foreground,
        "identity, joined parts": losses.identity_concat,
        "contrastive": losses.contrastive,
        "part triplet": losses.triplet,
        "foreground triplet": losses.foreground_triplet,
        f"compactness ({losses.bank})": losses.compactness,
        "parsing": losses.parsing,
    }
    phrases = [
        "losses: " + ", ".join(f"{name} {weight:g}" for name, weight in weights.items() if weight),
        f"{losses.classifier} identity classifiers",
        f"{optimiser.kind}, rate {optimiser.rate:g}, weight decay {optimiser.weight_decay:g}",
        f"{schedule.epochs} epochs, {schedule.kind} after {schedule.warmup:g} of warm-up",
    ]
    if optimiser.swa_from:
        phrases.append(f"weights averaged over the epochs from {optimiser.swa_from} on, norms measured anew")
    elif optimiser.ema:
        phrases.append(f"exponential average of the weights, {optimiser.ema:g} stays a step")
    if style.mixstyle:
        phrases.append(f"MixStyle after stages {style.mixstyle_stages} with probability {style.mixstyle:g}")
    return tuple(phrases)
