"""The starter model: the trained model that comes with the program, used wherever none is named.

A checkout may be without its file; then, and only then, the untrained model takes its place.
"""

import os
from pathlib import Path

import torch

from dropmodel.assets import asset
from dropmodel.errors import ModelError
from dropmodel.inference.untrained import untrained_model
from dropmodel.inference.weights import LoadedModel, load_model

VARIABLE = "DROPMODEL_STARTER"
"""Environment variable that names another file to start with; set to nothing, there is no starter model."""


def starter_path() -> Path | None:
    """The file of the starter model, None where there is none; whether it can be loaded is not looked at."""
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return Path(chosen) if chosen else None
    try:
        return asset("models", "starter.safetensors")
    except FileNotFoundError:
        return None


def starter_model(device: str | torch.device = "auto") -> LoadedModel:
    """The starter model, ready on ``device``; ``ModelError`` where there is none or the file is no such."""
    path = starter_path()
    if path is None:
        raise ModelError("the starter model is not here: install dropgui again, or name another model's file")
    model = load_model(path, device)
    if not model.card.trained:  # Libraries tell the starter model from the untrained one by this.
        raise ModelError(f"{path}: by its card this model is untrained, so it is no starter model")
    return model


def default_model(device: str | torch.device = "auto") -> LoadedModel:
    """The model to use where none is named: the starter model, without one the untrained model.

    A starter model that is there and cannot be loaded is a ``ModelError``, not a reason to do without.
    """
    return untrained_model(device=device) if starter_path() is None else starter_model(device)
