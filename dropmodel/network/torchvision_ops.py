"""torchvision beside a CPU-only torch.

The registry's torchvision wheel is linked against CUDA. With a ``+cpu`` torch its compiled operators do not
load and ``import torchvision`` (and so ``import timm``) raises ``operator torchvision::nms does not exist``
(pytorch/vision #9077, #9085). Declaring the operators' schemas makes the import work; the operators
themselves stay unusable, and nothing here uses them.
"""

import importlib
import sys
import threading
from types import ModuleType

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_lock = threading.Lock()
_declared: list[torch.library.Library] = []  # A Library takes its operators back when it is collected.


def prepare_torchvision() -> ModuleType:
    """torchvision, imported; call it before importing timm, which imports torchvision itself.

    Does nothing more than the import where that works. Safe from any thread and as often as wanted.
    """
    with _lock:
        try:
            return importlib.import_module("torchvision")
        except RuntimeError as error:
            if _declared or "torchvision::nms" not in str(error):
                raise
            _declare()
            # The failed import leaves submodules behind that would be reused half-initialised.
            for name in [name for name in sys.modules if name.startswith("torchvision.")]:
                del sys.modules[name]
            return importlib.import_module("torchvision")


def _declare() -> None:
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        library.define(schema)  # type: ignore[no-untyped-call]
    _declared.append(library)
