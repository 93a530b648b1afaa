"""The sub-command ``dropmodel export``; outside its room, whose import takes torch's time."""

import argparse
from collections.abc import Callable
from pathlib import Path

_HELP = """\
Write a model as ONNX, for other programs. It takes any number of crops as they are, resized to the model's
height and width: pixels uint8 [N, H, W, 3] RGB. It gives
  vectors     float32 [N, 2+K, D] L2-normalised: global, foreground, then the parts
  visibility  float32 [N, 2+K]
  labels      uint8 [N, H/4, W/4] likeliest class of each cell, 0 background
  confidence  float32 [N, H/4, W/4]
Its answers are compared with the model's before the file is kept.
"""


def add_export(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add ``export`` to the commands."""
    export = add_parser(
        "export",
        help="write a model as ONNX",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    export.add_argument("model", type=Path, metavar="MODEL.safetensors")
    export.add_argument("out", type=Path, metavar="OUT.onnx")
    export.set_defaults(run=_export)


def _export(arguments: argparse.Namespace) -> int:
    from dropmodel.inference.export import export_onnx
    from dropmodel.inference.weights import load_model

    parity = export_onnx(load_model(arguments.model, "cpu"), arguments.out)
    equal = f"{100 * parity.labels:.2f} % of labels equal"
    print(f"{arguments.out}: cosine to torch's vectors at least {parity.cosine:.6f}, {equal}")
    return 0
