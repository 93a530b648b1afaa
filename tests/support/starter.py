"""A stand-in for the starter model: as a file like it, small, and made in a second."""

from dataclasses import replace
from pathlib import Path

from dropmodel.inference import save_model, untrained_model
from dropmodel.network.config import NetworkConfig

CONFIG = NetworkConfig(height=64, width=32, dim=16, parsing_channels=16, dpu="sum")


def make_starter(path: Path, *, trained: bool = True, seed: int = 7) -> Path:
    """Writes the file, as the program would get it."""
    model = untrained_model(CONFIG, seed=seed, device="cpu")
    card = replace(
        model.card,
        name="starter",
        trained=trained,
        data="rendered persons",
        people="no picture of a real person was used",
        limits=("lower legs <left, right> are mixed up",),
    )
    save_model(replace(model, card=card), path, half=True)
    return path
