"""The sub-command ``dropmodel export``; outside its room, whose import takes torch's time."""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dropmodel.inference import LoadedModel

_HELP = """\
Write a model to hand on: to OUT.safetensors for this program (--half halves its size), to OUT.onnx for
others. The ONNX file takes any number of crops as they are, resized to the model's height and width: pixels
uint8 [N, H, W, 3] RGB. It gives
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
        help="write a model to hand on: ONNX, or half the size",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    export.add_argument("model", type=Path, metavar="MODEL.safetensors")
    export.add_argument("out", type=Path, metavar="OUT", help="ends in .onnx or .safetensors")
    export.add_argument("--half", action="store_true", help="store matrices as float16 (.safetensors only)")
    export.add_argument(
        "--card", type=Path, metavar="FILE.json", help="entries to write on the model's card, as info --json"
    )
    export.set_defaults(run=_export)


def _export(arguments: argparse.Namespace) -> int:
    from dropmodel.inference.weights import load_model

    model = load_model(arguments.model, "cpu")
    if arguments.card is not None:
        model = replace(model, card=model.card.edited(_entries(arguments.card)))
    if arguments.out.suffix.lower() == ".safetensors":
        _export_model(model, arguments.out, half=arguments.half)
    elif arguments.half:
        raise ValueError("--half is for a model file; choose a name that ends in .safetensors")
    else:
        _export_onnx(model, arguments.out)
    return 0


def _export_onnx(model: "LoadedModel", out: Path) -> None:
    from dropmodel.inference.export import export_onnx

    parity = export_onnx(model, out)
    equal = f"{100 * parity.labels:.2f} % of labels equal"
    print(f"{out}: cosine to torch's vectors at least {parity.cosine:.6f}, {equal}")


def _export_model(model: "LoadedModel", out: Path, *, half: bool) -> None:
    from dropmodel.inference.weights import load_model, save_model

    save_model(model, out, half=half)
    written = load_model(out, "cpu")
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB, weights {written.weights_hash}")


def _entries(path: Path) -> dict[str, Any]:
    """The object in a JSON file; ``ValueError`` names a file that holds none."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    if not isinstance(entries, dict):
        raise ValueError(f"{path} is not a JSON object")
    return entries
