"""A model as an ONNX file that other programs run, checked against torch before it is kept.

The file takes crops as bytes and gives what a search needs; only the resizing is left to the caller. Needs
the packages ``onnx``, ``onnxscript`` and ``onnxruntime``.
"""

import contextlib
import importlib
import io
import json
import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dropmodel.errors import ModelError
from dropmodel.inference.preprocess import IMAGENET_MEAN, IMAGENET_STD
from dropmodel.inference.weights import LoadedModel
from dropmodel.network.drop import Drop

LEAST_COSINE = 0.9999
"""Every vector of the probe must be at least this close to torch's."""

LEAST_AGREEMENT = 0.999
"""Share of the probe's cells that must have torch's label."""

INPUT = "pixels"
OUTPUTS = ("vectors", "visibility", "labels", "confidence")

_PROBE = 6


class Parity(NamedTuple):
    """How near the file's answers are to torch's: the worst cosine, the share of equal labels."""

    cosine: float
    labels: float


class Exportable(nn.Module):
    """The network from bytes to answers.

    ``pixels`` uint8 [N, H, W, 3] RGB to ``vectors`` float32 [N, 2 + K, D], L2-normalised; ``visibility``
    float32 [N, 2 + K]; ``labels`` uint8 [N, H/4, W/4]; ``confidence`` float32 of the same shape. As
    :class:`~dropmodel.inference.extractor.Extraction` has them.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, network: Drop) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN)[:, None, None] * 255)
        self.register_buffer("scale", 1 / (torch.tensor(IMAGENET_STD)[:, None, None] * 255))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See the class."""
        images = (pixels.permute(0, 3, 1, 2).float() - self.mean) * self.scale
        output = self.network(images)
        binary = self.network.config.visibility == "binary"
        visibility = output.visible.float() if binary else output.visibility
        confidence, labels = output.masks.max(1)
        return F.normalize(output.neck, dim=-1), visibility, labels.to(torch.uint8), confidence


def export_onnx(model: LoadedModel, path: str | os.PathLike[str]) -> Parity:
    """Write ``model``, which must be on the CPU, as the ONNX file ``path``, whole or not at all.

    Any number of crops go in at once; names, schema, card and hash of the model are in the file's metadata.
    ``ModelError`` when a package is missing, the network cannot be written, or its answers differ.
    """
    target = Path(path)
    if target.suffix.lower() != ".onnx":
        raise ModelError(f"{target}: an ONNX file ends in .onnx; choose another name")
    packages = {name: _package(name) for name in ("onnx", "onnxscript", "onnxruntime")}
    network = Exportable(model.network).eval()
    pixels = _probe(model)
    try:
        with tempfile.TemporaryDirectory(prefix=".exporting-", dir=target.parent) as folder:
            part = Path(folder) / target.name
            _write(network, pixels, part)
            _describe(packages["onnx"], model, part)
            parity = _compare(packages["onnxruntime"], network, pixels, part)
            if parity.cosine < LEAST_COSINE or parity.labels < LEAST_AGREEMENT:
                raise ModelError(
                    f"{target}: not written: the file's answers differ from torch's (cosine "
                    f"{parity.cosine:.5f}, {100 * parity.labels:.2f} % of labels equal); please report this "
                    "model's configuration"
                )
            part.replace(target)
    except OSError as error:
        raise ModelError(f"{target}: the file could not be written: {error}") from error
    return parity


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ModelError(f"{name} is not installed; get it with: pip install 'dropgui[export]'") from error


def _write(network: Exportable, pixels: Tensor, path: Path) -> None:
    quiet = logging.getLogger("torch.onnx")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        # The exporter warns of its own insides and prints as it goes.
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                (pixels,),
                path,
                input_names=[INPUT],
                output_names=list(OUTPUTS),
                dynamic_shapes=({0: torch.export.Dim("crops", min=1)},),
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    except (RuntimeError, torch.onnx.OnnxExporterError) as error:
        raise ModelError(f"this model cannot be written as ONNX: {error}") from error
    finally:
        quiet.setLevel(level)


def _describe(onnx: Any, model: LoadedModel, path: Path) -> None:
    """Put into the file what a program must know to use it."""
    proto = onnx.load(path)
    notes = {
        "config": json.dumps(model.config.to_dict()),
        "card": json.dumps(model.card.to_dict()),
        "vector_names": json.dumps(model.schema.vector_names),
        "weights_hash": model.weights_hash,
    }
    for key, value in notes.items():
        entry = proto.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(proto, path)


def _compare(runtime: Any, network: Exportable, pixels: Tensor, path: Path) -> Parity:
    session = runtime.InferenceSession(os.fspath(path), providers=["CPUExecutionProvider"])
    cosines, equal = [], []
    for batch in (pixels, pixels[:1]):  # Another number of crops than it was traced with.
        with torch.inference_mode():
            vectors, _, labels, _ = network(batch)
        found = session.run(["vectors", "labels"], {INPUT: batch.numpy()})
        other = torch.from_numpy(found[0])
        # 1 for two empty vectors, which random weights may give.
        cosines.append(float((1 - (vectors - other).square().sum(-1) / 2).min()))
        equal.append(float((labels == torch.from_numpy(found[1])).float().mean()))
    return Parity(min(cosines), min(equal))


def _probe(model: LoadedModel) -> Tensor:
    """Coloured patches, uint8 [N, H, W, 3]."""
    patches = torch.rand(_PROBE, 3, 16, 8, generator=torch.Generator().manual_seed(0)) * 255
    size = (model.config.height, model.config.width)
    return F.interpolate(patches, size=size, mode="bilinear").to(torch.uint8).permute(0, 2, 3, 1).contiguous()
