"""Checkpoints: everything a run needs to go on as if it had never stopped.

A checkpoint is built in full beside the last one and then takes its place, so that at any moment, power cut
or ``kill -9``, there is a whole one. It holds tensors and plain values only and is read with torch's
``weights_only``: opening one runs nothing.
"""

import os
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dropmodel.errors import TrainingError

FILE = "checkpoint.pt"
_VERSION = 1


def save_checkpoint(state: dict[str, Any], path: Path) -> None:
    """Write ``state`` to ``path``, whole or not at all; survives a power cut right after it returns."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save({"version": _VERSION, **state}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if os.name == "posix":  # Elsewhere a folder cannot be opened; there the rename is durable by itself.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """What :func:`save_checkpoint` wrote, tensors on the CPU; ``TrainingError`` names a file that is none."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingError(
            f"{path}: there is no checkpoint to go on from; start without --resume"
        ) from error
    except Exception as error:  # torch raises what its reader stumbles over, of any kind
        raise TrainingError(f"{path}: the checkpoint cannot be read ({error}); start anew") from error
    if not isinstance(state, dict) or state.get("version") != _VERSION:
        raise TrainingError(f"{path}: not a checkpoint of this version of the program; start anew")
    return state


def random_state(device: torch.device) -> dict[str, Any]:
    """The state of every random generator of this process, as plain values."""
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)  # noqa: NPY002
    version, internal, gauss_next = random.getstate()
    state: dict[str, Any] = {
        "torch": torch.get_rng_state(),
        "python": [version, list(internal), gauss_next],
        "numpy": [str(kind), torch.from_numpy(np.asarray(keys).astype(np.int64)), position, has_gauss, gauss],
    }
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def restore_random_state(state: dict[str, Any], device: torch.device) -> None:
    """Inverse of :func:`random_state`."""
    torch.set_rng_state(state["torch"])
    version, internal, gauss_next = state["python"]
    random.setstate((version, tuple(internal), gauss_next))
    kind, keys, position, has_gauss, gauss = state["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), position, has_gauss, gauss))  # noqa: NPY002
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)


def seed_everything(seed: int, process: int) -> None:
    """Seed torch, numpy and Python; each process of a distributed run draws its own numbers."""
    torch.manual_seed(seed + process)
    random.seed(seed + process)
    np.random.seed((seed + process) % 2**32)  # noqa: NPY002 - libraries draw from the global one
