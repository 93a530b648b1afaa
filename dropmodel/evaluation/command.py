"""``dropmodel evaluate``: its options, and what it prints and writes."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropmodel.evaluation.evaluate import Progress
    from dropmodel.evaluation.report import Report
    from dropmodel.inference import LoadedModel

_HELP = """\
Test a model: every query of the data set is looked for in its gallery. Prints Rank-1, 5, 10, mAP and mINP in
percent with 95 % intervals, how well body parts are found where the data set has masks, how well pairs are
told apart, and tables by chosen parts, by occlusion and by camera. A picture that cannot be read stops it.
"""


def add_evaluate(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """The command's options."""
    parser = add_parser(
        "evaluate",
        help="test a model on a data set",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", type=Path, required=True, metavar="FILE.safetensors")
    parser.add_argument(
        "--dataset", metavar="NAME", help="market1501, synthetic, ... (default: by its files)"
    )
    parser.add_argument("--root", type=Path, required=True, metavar="FOLDER", help="where the data set is")
    parser.add_argument("--masks", type=Path, help="masks that lie apart from the pictures")
    parser.add_argument("--labels", metavar="FORMAT", help="how those are written: eight, lip, coco, ...")
    parser.add_argument("--parts", metavar="A,B", help="compare these vectors only, such as head,torso")
    parser.add_argument("--rerank", action="store_true", help="re-rank by k-reciprocal neighbours")
    parser.add_argument(
        "--flip",
        action="store_true",
        help="look at each picture and its mirror image and take the mean: a little better, twice the time",
    )
    parser.add_argument("--no-tables", action="store_true", help="the summary only: several times quicker")
    parser.add_argument(
        "--calibration", default="isotonic", help="isotonic (default), logistic or none: fit of probabilities"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write it, single queries included")
    parser.add_argument("--against", type=Path, metavar="FILE.json", help="compare with an earlier --out")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="write curves and ranked lists as PNG")
    parser.add_argument(
        "--store", type=Path, metavar="FILE.safetensors", help="write the model with its calibration"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from dropmodel.data.datasets import guess_name, open_dataset
    from dropmodel.evaluation.compare import compare, read_queries
    from dropmodel.evaluation.evaluate import Options, evaluate
    from dropmodel.evaluation.rerank import Neighbourhood
    from dropmodel.inference import Extractor, load_model

    if arguments.calibration not in ("isotonic", "logistic", "none"):
        raise ValueError(f"unknown calibration {arguments.calibration!r}; choose isotonic, logistic or none")
    if arguments.store is not None and arguments.calibration == "none":
        raise ValueError("--store writes a calibration into the model, so --calibration must not be none")
    earlier = None if arguments.against is None else read_queries(arguments.against)
    name = arguments.dataset or guess_name(arguments.root)
    dataset = open_dataset(name, arguments.root, masks=arguments.masks, labels=arguments.labels)
    model = load_model(arguments.model, arguments.device)
    options = Options(
        parts=None if arguments.parts is None else tuple(map(str.strip, arguments.parts.split(","))),
        rerank=Neighbourhood() if arguments.rerank else None,
        tables=not arguments.no_tables,
        calibration=None if arguments.calibration == "none" else arguments.calibration,
        device=str(model.device) if model.device.type == "cuda" else "cpu",
    )
    with _Bar(len(dataset.query) + len(dataset.gallery)) as bar:
        report = evaluate(
            Extractor(model, batch_size=arguments.batch_size, flip=arguments.flip),
            dataset,
            options,
            model=model.card.name,
            weights_hash=model.weights_hash,
            flip=arguments.flip,
            progress=bar,
        )
    change = None if earlier is None else compare(earlier, report.queries)
    if arguments.json:
        told = report.to_dict() | ({} if change is None else {"change": change.to_dict(most=20)})
        _say(json.dumps(told, indent=2, allow_nan=False))
    else:
        _say("\n".join([*report.lines(), *([] if change is None else ["", *change.lines()])]))
    if arguments.out is not None:
        _write(arguments.out, json.dumps(report.to_dict(per_query=True), indent=1, allow_nan=False) + "\n")
    if arguments.plots is not None:
        from dropmodel.evaluation.plots import write_plots

        write_plots(report, dataset, arguments.plots)
    if arguments.store is not None:
        _store(model, report, arguments.store)
    return 0


def _store(model: "LoadedModel", report: "Report", path: Path) -> None:
    """Write ``model`` with the calibration of ``report`` in its card."""
    from dataclasses import replace

    from dropmodel.errors import DataError
    from dropmodel.inference import save_model

    if report.calibration is None:
        raise DataError(f"{path} is not written: {report.dataset} has too few persons to calibrate a model")
    card = replace(model.card, calibration=report.calibration.to_dict())
    save_model(replace(model, card=card), path)


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


class _Bar:
    """A count of pictures on stderr, where somebody watches."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self._add

    def __exit__(self, *exception: object) -> None:
        if self._shown and self._done:
            sys.stderr.write("\n")

    def _add(self, count: int) -> None:
        self._done += count
        if self._shown:
            sys.stderr.write(f"\r{self._done:,} of {self._total:,} pictures")
            sys.stderr.flush()
