"""``dropmodel check-dataset``: what is in a data set, and what is wrong with it."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropmodel.data.check import Report

_HELP = """\
Read all of a data set and tell what is in it: pictures, persons and cameras of each split, how often each
part of the body is labelled, and every fault. NAME is market1501, dukemtmc, occluded_duke, p_dukemtmc,
occluded_reid, msmt17, cuhk03, synthetic or folders (a folder a person); without it the files decide.
Exit status: 0 no fault, 1 faults, 2 the data set cannot be read at all.
"""
_SHOWN = 40
_TITLES = ("pictures", "persons", "cameras", "distractors", "labelled")


def add_check_dataset(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the command's parser."""
    parser = add_parser(
        "check-dataset",
        help="what is in a data set, and what is wrong with it",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("root", type=Path, metavar="ROOT")
    parser.add_argument("--masks", type=Path, help="folder or file with body parts for the pictures")
    parser.add_argument(
        "--labels",
        metavar="FORMAT",
        help="how --masks are written: eight, five_v, lip, atr, pascal, densepose, bodypix, pifpaf, soft, "
        "labelme, openpose, coco, coco_keypoints",
    )
    parser.add_argument("--schema", default="eight", help="parts to count in: eight (default) or five_v")
    parser.add_argument("--preview", type=Path, metavar="SHEET.png", help="draw crops with their parts")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from dropmodel.data.check import check_dataset, preview
    from dropmodel.data.datasets import guess_name, open_dataset
    from dropmodel.parts import get_schema

    name = arguments.name or guess_name(arguments.root)
    schema = get_schema(arguments.schema)
    dataset = open_dataset(name, arguments.root, masks=arguments.masks, labels=arguments.labels)
    report = check_dataset(dataset, schema)
    text = json.dumps(report.to_dict(), indent=2) if arguments.json else _text(report)
    sys.stdout.write(text + "\n")
    if arguments.preview is not None:
        preview(dataset, schema).save(arguments.preview)
        if not arguments.json:
            sys.stdout.write(f"preview: {arguments.preview}\n")
    return 1 if report.faults else 0


def _text(report: "Report") -> str:
    lines = [f"{report.name}  {report.root}", " " * 10 + "".join(f"{title:>13}" for title in _TITLES)]
    for name, split in report.splits.items():
        cameras = "unknown" if split.images and split.unknown_cameras == split.images else split.cameras
        values = (split.images, split.identities, cameras, split.distractors, split.labelled)
        lines.append(f"{name:10}" + "".join(f"{value:>13}" for value in values))
    if report.junk:
        lines.append(f"{report.junk} pictures are junk and left out")
    if report.parts:
        lines += ["", f"{'part':14}{'in pictures':>13}{'of pixels':>13}"]
        lines += [
            f"{name:14}{100 * pictures:>11.1f} %{100 * pixels:>11.2f} %"
            for name, (pictures, pixels) in report.parts.items()
        ]
        lines.append(f"{'undecided':14}{'':13}{100 * report.undecided:>11.2f} %")
    if report.levels:
        counts = ", ".join(f"{level}: {count}" for level, count in sorted(report.levels.items()))
        lines += ["", f"pictures by level of occlusion  {counts}"]
    lines += ["", *(f"note: {note}" for note in report.notes), f"faults: {len(report.faults)}"]
    lines += [f"  {fault}" for fault in report.faults[:_SHOWN]]
    if len(report.faults) > _SHOWN:
        lines.append(f"  ... and {len(report.faults) - _SHOWN} more; --json lists all")
    return "\n".join(lines)
