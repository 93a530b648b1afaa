"""The network's convolutions as an OpenVINO model, and the files it is kept in.

Nothing here reaches the network: OpenVINO's telemetry is shut out before its first import, and its PyTorch
frontend is used directly instead of ``openvino.convert_model`` (docs/decisions/0013).
"""

import hashlib
import importlib
import json
import os
import sys
import tempfile
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from platformdirs import user_cache_path
from torch import Tensor, nn

from dropmodel.inference.weights import LoadedModel
from dropmodel.network.drop import Drop


def is_installed() -> bool:
    """Whether the package is there; it is not imported."""
    return find_spec("openvino") is not None


def import_openvino() -> Any:
    """The package ``openvino`` without its telemetry. ``ImportError`` when it is missing or broken.

    ``import openvino`` alone sends an event to a server and leaves an id in the home folder. It can do
    without the package that does so, and takes a stand-in that does nothing when that cannot be imported:
    ``None`` in ``sys.modules`` is Python's way to say so, here for as long as the process lives.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    return importlib.import_module("openvino")


def default_cache() -> Path:
    """Where converted networks are kept: under ``DROPGUI_HOME`` if that is set, else the user's cache."""
    home = os.environ.get("DROPGUI_HOME")
    return (Path(home) / "cache" if home else user_cache_path("dropgui", appauthor=False)) / "openvino"


def cached_file(folder: Path, model: LoadedModel) -> Path:
    """Where ``model``'s conversion is kept; another for other weights, configuration or OpenVINO."""
    config = hashlib.sha256(json.dumps(model.config.to_dict(), sort_keys=True).encode()).hexdigest()
    size = f"{model.config.height}x{model.config.width}"
    return folder / f"{model.weights_hash[:32]}-{config[:8]}-{size}-{version('openvino')}.xml"


def convert(model: LoadedModel) -> Any:
    """:meth:`Drop.see` as ``openvino.Model``, in float32, for any number of pictures.

    Input: float32 [N, H, W, 3], normalised; outputs: the two maps. ``RuntimeError`` for a network that
    cannot be traced or has an operator OpenVINO does not know.
    """
    import_openvino()
    frontend = importlib.import_module("openvino.frontend")
    decoders = importlib.import_module("openvino.frontend.pytorch.ts_decoder")
    size = (model.config.height, model.config.width, 3)
    with warnings.catch_warnings(), torch.inference_mode(mode=False), torch.no_grad():
        # torch would rather have its newer exporter (OpenVINO's reader of that logs tracebacks), and it
        # warns of every size that is compared in Python: they are the same for all pictures.
        warnings.simplefilter("ignore")
        pixels = torch.zeros(2, *size)
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            _Trunk(model.network).eval(), pixels, check_trace=False
        )
    decoder = decoders.TorchScriptPythonDecoder(traced)  # must outlive the conversion
    reader = frontend.FrontEndManager().load_by_framework("pytorch")
    try:
        converted = reader.convert(reader.load(decoder))
    except (frontend.OpConversionFailure, frontend.GeneralFailure) as error:
        raise RuntimeError(str(error)) from error
    converted.reshape([-1, *size])
    return converted


def save(converted: Any, path: Path) -> None:
    """Keep ``converted`` as ``path`` and a ``.bin`` beside it, the old ones whole until then; ``OSError``."""
    openvino = import_openvino()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".converting-", dir=path.parent) as folder:
        part = Path(folder) / path.name
        openvino.save_model(converted, part, compress_to_fp16=False)
        # Weights first: with an older description they fail the check when read, and are replaced.
        part.with_suffix(".bin").replace(path.with_suffix(".bin"))
        part.replace(path)


class _Trunk(nn.Module):
    """:meth:`Drop.see` for pictures as they lie in memory: [N, H, W, 3]."""

    def __init__(self, network: Drop) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        return self.network.see(pixels.permute(0, 3, 1, 2))
