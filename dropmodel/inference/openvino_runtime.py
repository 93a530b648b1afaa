"""Running the network's convolutions on OpenVINO, and deciding whether to.

Only :meth:`Drop.see` runs there; pooling and vectors stay on torch, one code for both runtimes and for masks
that a person gave. Answers are compared with torch's before the first use of every extractor.
"""

import logging
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dropmodel.errors import ModelError
from dropmodel.inference import openvino_ir
from dropmodel.inference.devices import Precision, choose_dtype
from dropmodel.inference.weights import LoadedModel

Runtime = Literal["auto", "torch", "openvino"]

LEAST_COSINE = 0.999
"""Every vector of the probe must be at least this close to torch's in float32."""

MOST_DIFFERENCE = 0.02
"""No class probability of any cell of the probe may differ from torch's by more."""

_log = logging.getLogger(__name__)


class OpenVinoTrunk:
    """:meth:`Drop.see` on OpenVINO in float32; one call at a time."""

    def __init__(self, source: Any, threads: int | None) -> None:
        """``source``: an ``openvino.Model`` or the path of one; ``RuntimeError`` for a damaged file."""
        # Left to itself it computes in bfloat16 where the processor can.
        hints: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32"}
        if threads is not None:
            hints["INFERENCE_NUM_THREADS"] = threads
        self._compiled = openvino_ir.import_openvino().Core().compile_model(source, "CPU", hints)

    def __call__(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """``batch`` float32 [N, 3, H, W] on the CPU; the two maps of :meth:`Drop.see`, float32."""
        pixels = batch.permute(0, 2, 3, 1).contiguous().numpy()
        answer = self._compiled(pixels, share_inputs=True)
        return torch.from_numpy(answer[0]), torch.from_numpy(answer[1])


def choose_trunk(
    model: LoadedModel, runtime: Runtime, precision: Precision, threads: int | None, cache: Path | None
) -> OpenVinoTrunk | None:
    """The OpenVINO side of an extractor, or ``None`` for torch.

    ``auto`` takes OpenVINO where it is installed and torch would compute in float32 on the CPU: the same
    vectors about twice as fast. (Where the processor has bfloat16, torch's is no slower than OpenVINO's
    float32.) Should it fail, the log says so and torch it is. ``openvino`` insists: ``ValueError`` for a
    device or precision it does not serve, ``ModelError`` when it is not installed or cannot run the model.
    """
    if runtime not in ("auto", "torch", "openvino"):
        raise ValueError(f"unknown runtime {runtime!r}; use auto, torch or openvino")
    dtype = choose_dtype(precision, model.device)
    folder = openvino_ir.default_cache() if cache is None else cache
    if runtime == "openvino":
        if model.device.type != "cpu":
            raise ValueError(f"OpenVINO runs on the CPU here, the model is on {model.device}; load it on cpu")
        if precision not in ("auto", "fp32"):
            raise ValueError(f"OpenVINO computes in fp32 here; use precision fp32 or auto, not {precision}")
        if not openvino_ir.is_installed():
            raise ModelError("OpenVINO is not installed; get it with: pip install 'dropgui[openvino]'")
        return load_trunk(model, threads, folder)
    pays = model.device.type == "cpu" and dtype == torch.float32
    if runtime == "torch" or not pays or not openvino_ir.is_installed():
        return None
    try:
        return load_trunk(model, threads, folder)
    except ModelError as error:
        _log.warning("using torch instead: %s", error)
        return None


def load_trunk(model: LoadedModel, threads: int | None, cache: Path) -> OpenVinoTrunk:
    """``model`` on OpenVINO, from the folder ``cache`` or converted and kept there.

    ``ModelError`` when OpenVINO cannot run it or answers otherwise than torch.
    """
    try:
        kept = openvino_ir.cached_file(cache, model)
        trunk = _from_cache(model, threads, kept)
        if trunk is not None:
            return trunk
        converted = openvino_ir.convert(model)
        trunk = OpenVinoTrunk(converted, threads)
        if not agrees(model, trunk):
            raise ModelError(
                "OpenVINO's answers for this model differ from torch's (a cosine below "
                f"{LEAST_COSINE} or a probability off by {MOST_DIFFERENCE}); use the torch runtime"
            )
    except (RuntimeError, ImportError, AttributeError) as error:
        # AttributeError: a version of OpenVINO or torch without the interface that this uses.
        raise ModelError(f"OpenVINO cannot run this model: {error}; use the torch runtime") from error
    try:
        openvino_ir.save(converted, kept)
    except (OSError, RuntimeError) as error:
        _log.info("the conversion cannot be kept in %s and is made again next time: %s", cache, error)
    return trunk


def _from_cache(model: LoadedModel, threads: int | None, kept: Path) -> OpenVinoTrunk | None:
    if not kept.exists():
        return None
    try:
        trunk = OpenVinoTrunk(kept, threads)
        if agrees(model, trunk):
            return trunk
        reason = "its answers differ from the model's"
    except RuntimeError as error:
        reason = str(error)
    _log.info("%s is damaged and is made again: %s", kept, reason)
    return None


@torch.inference_mode()
def agrees(model: LoadedModel, trunk: OpenVinoTrunk) -> bool:
    """Whether both runtimes say the same of four made-up pictures; see the limits above."""
    batch = _probe(model)
    exact = model.network(batch)
    found = model.network.read(*trunk(batch))
    # |a - b|^2 = 2 - 2 cos for unit vectors; and 0 where both are empty, which random weights may give.
    apart = (F.normalize(exact.neck, dim=-1) - F.normalize(found.neck, dim=-1)).square().sum(-1).max()
    difference = (exact.masks - found.masks).abs().max()
    return bool((apart <= 2 - 2 * LEAST_COSINE) & (difference <= MOST_DIFFERENCE))


def _probe(model: LoadedModel) -> Tensor:
    """Coloured patches, float32 [4, 3, H, W], about as bright and as varied as normalised pictures."""
    patches = torch.randn(4, 3, 16, 8, generator=torch.Generator().manual_seed(0))
    return F.interpolate(patches, size=(model.config.height, model.config.width), mode="nearest")
