"""Model files: ``.safetensors`` with configuration, schema and card in the metadata.

Only that format is read. ``.pth`` and its kin are pickles: opening one can run any program it holds.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from dropmodel.errors import ModelError
from dropmodel.inference.card import ModelCard
from dropmodel.inference.devices import choose_device
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop
from dropmodel.parts import PartSchema

FORMAT_KEY = "dropmodel_format"
FORMAT_VERSION = 2
"""The newest that is read: 1 has tensors as the network has them, 2 may have matrices in half."""

_FULL, _HALF = 1, 2

_PICKLES = {".pth", ".pt", ".bin", ".ckpt", ".pkl"}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a model file says of itself, without its weights."""

    config: NetworkConfig
    card: ModelCard

    @property
    def schema(self) -> PartSchema:
        """The parts the model knows."""
        return self.config.schema


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A network ready for inference (eval mode, on ``device``) and what is known about it.

    ``weights_hash`` is a SHA-256 in hex; embeddings are only comparable under one hash. A model from a file
    has that of its tensors (:func:`hash_weights`): the same from any file with the same weights. The
    untrained model has that of its recipe (:func:`~dropmodel.inference.untrained.untrained_model`), because
    processors round its tensors differently. Written to a file it is a model from a file, with its own hash;
    so is a model written in half (:func:`save_model`), which rounds its tensors.
    """

    network: Drop
    config: NetworkConfig
    schema: PartSchema
    card: ModelCard
    device: torch.device
    weights_hash: str

    @classmethod
    def of(
        cls,
        network: Drop,
        card: ModelCard,
        device: str | torch.device = "auto",
        *,
        weights_hash: str | None = None,
    ) -> "LoadedModel":
        """Move ``network`` to ``device``, set it to eval mode and freeze its parameters.

        ``weights_hash``: ``None`` takes that of the tensors.
        """
        chosen = choose_device(device)
        ready = network.eval().requires_grad_(requires_grad=False).to(chosen)
        # torch's own stubs leave out this form of Module.to.
        ready = ready.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        known = hash_weights(ready.state_dict()) if weights_hash is None else weights_hash
        return cls(ready, network.config, network.config.schema, card, chosen, known)


def hash_weights(state: Mapping[str, Tensor]) -> str:
    """SHA-256 in hex over name, type, shape and bytes of every tensor, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def save_model(model: LoadedModel, path: str | os.PathLike[str], *, half: bool = False) -> None:
    """Write ``model`` to ``path`` (``.safetensors``), whole or not at all; ``ModelError`` says why not.

    ``half`` stores matrices and kernels (two dimensions or more) as float16, in about half the space; what
    is loaded from there is float32 again, rounded: a model with a hash of its own, which it keeps however
    often it is written in half again. Norms and biases stay float32: they are few, and variances reach far
    down.
    """
    target = _checked_name(Path(path))
    metadata = {
        FORMAT_KEY: str(_HALF if half else _FULL),
        "config": json.dumps(model.config.to_dict()),
        "card": json.dumps(model.card.to_dict()),
    }
    state = {name: tensor.cpu().contiguous() for name, tensor in model.network.state_dict().items()}
    if half:
        state = {name: _halved(target, name, tensor) for name, tensor in state.items()}
    _write(target, state, metadata)


def copy_model(source: str | os.PathLike[str], path: str | os.PathLike[str], card: ModelCard) -> None:
    """Write the model file ``source`` to ``path`` with ``card`` in place of its own, whole or not at all.

    The tensors stay as they are stored, in half or in full, so it is the same model with the same hash.
    ``ModelError`` as of :func:`load_model` and :func:`save_model`.
    """
    file, target = _checked_name(Path(source)), _checked_name(Path(path))
    try:
        with safe_open(file, framework="pt") as reader:
            metadata = dict(reader.metadata() or {})
            _read_metadata(file, metadata)
            state = {name: reader.get_tensor(name) for name in reader.keys()}  # noqa: SIM118 - not a mapping
    except (OSError, SafetensorError) as error:
        raise _unreadable(file, error) from error
    _write(target, state, {**metadata, "card": json.dumps(card.to_dict())})


def _write(target: Path, state: dict[str, Tensor], metadata: dict[str, str]) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        os.close(handle)
        part = Path(name)
        try:
            save_file(state, part, metadata)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"{target}: the model could not be saved: {reason}") from error


def read_info(path: str | os.PathLike[str]) -> ModelInfo:
    """Configuration and card of the model file ``path``; reads its header only. ``ModelError`` as below."""
    file = _checked_name(Path(path))
    try:
        with safe_open(file, framework="pt") as reader:
            return _read_metadata(file, reader.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise _unreadable(file, error) from error


def load_model(path: str | os.PathLike[str], device: str | torch.device = "auto") -> LoadedModel:
    """The model in ``path``, ready on ``device``.

    ``ModelError`` when the file is missing, of another kind, damaged, from a newer program, or does not
    hold exactly the tensors its configuration asks for.
    """
    file = _checked_name(Path(path))
    info = read_info(file)
    try:
        with safe_open(file, framework="pt") as reader:
            state = {name: reader.get_tensor(name) for name in reader.keys()}  # noqa: SIM118 - not a mapping
    except (OSError, SafetensorError) as error:
        raise _unreadable(file, error) from error
    network = _build(file, info.config)
    _check_tensors(file, network.state_dict(), state)
    network.load_state_dict(
        state
    )  # Copies into the network's own float32, which widens what is stored in half.
    try:
        return LoadedModel.of(network, info.card, device)
    except ValueError as error:
        raise ModelError(str(error)) from error


def _checked_name(path: Path) -> Path:
    if path.suffix.lower() in _PICKLES:
        raise ModelError(
            f"{path}: {path.suffix} files are Python pickles, which can run any program when opened, so they "
            "are refused; use a .safetensors model made with dropmodel"
        )
    if path.suffix.lower() != ".safetensors":
        raise ModelError(f"{path}: a model file ends in .safetensors; choose another file")
    return path


def _unreadable(path: Path, error: Exception) -> ModelError:
    if isinstance(error, FileNotFoundError):
        return ModelError(f"{path}: there is no such file; choose another model")
    if isinstance(error, OSError):
        return ModelError(f"{path}: the model cannot be read: {error}; check the file's permissions")
    return ModelError(
        f"{path}: the file is damaged, cut short or not a safetensors file; get it again ({error})"
    )


def _read_metadata(path: Path, metadata: Mapping[str, str]) -> ModelInfo:
    version = metadata.get(FORMAT_KEY)
    if version is None:
        raise ModelError(f"{path}: this safetensors file was not made by dropmodel; choose another model")
    if not version.isdecimal() or int(version) > FORMAT_VERSION:
        raise ModelError(
            f"{path}: the model has format {version}, this program reads up to {FORMAT_VERSION}; "
            "update the program"
        )
    try:
        config = NetworkConfig.from_dict(_json_object(metadata, "config"))
        card = ModelCard.from_dict(_json_object(metadata, "card"))
    except (ValueError, TypeError) as error:
        raise ModelError(f"{path}: the model's description is wrong: {error}; get the file again") from error
    return ModelInfo(config, card)


def _json_object(metadata: Mapping[str, str], key: str) -> dict[str, Any]:
    if key not in metadata:
        raise ValueError(f"the {key} is missing")
    value = json.loads(metadata[key])
    if not isinstance(value, dict):
        raise ValueError(f"the {key} is not an object")
    return value


def _build(path: Path, config: NetworkConfig) -> Drop:
    # Random initial values are drawn and thrown away; the caller's random state must not notice.
    with torch.random.fork_rng(devices=[]):
        try:
            return Drop(config)
        except ValueError as error:
            raise ModelError(f"{path}: this model cannot be built here: {error}") from error


def _is_matrix(tensor: Tensor) -> bool:
    return tensor.dtype == torch.float32 and tensor.ndim >= 2


def _halved(path: Path, name: str, tensor: Tensor) -> Tensor:
    """``tensor`` as it is stored in half; ``ModelError`` where that would make a number infinite."""
    if not _is_matrix(tensor):
        return tensor
    stored = tensor.half()
    beyond = tensor[stored.isinf() & tensor.isfinite()]
    if beyond.numel():
        raise ModelError(
            f"{path} is not written: {name} has a weight of {float(beyond[0]):g}, and half precision ends at "
            f"{torch.finfo(torch.float16).max:g}; write the model in full"
        )
    return stored


def _check_tensors(path: Path, expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> None:
    missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    if missing or extra:
        which = f"lacks {missing[0]}" if missing else f"has an unknown {extra[0]}"
        count = len(missing) + len(extra)
        raise ModelError(
            f"{path}: the weights do not fit the model's description ({count} tensors differ: it {which}); "
            "get the file again"
        )
    for name, tensor in expected.items():
        other = found[name]
        halved = other.dtype == torch.float16 and _is_matrix(tensor)
        if other.shape != tensor.shape or (other.dtype != tensor.dtype and not halved):
            raise ModelError(
                f"{path}: {name} is {other.dtype} {tuple(other.shape)}, the model's description asks for "
                f"{tensor.dtype} {tuple(tensor.shape)}; get the file again"
            )
