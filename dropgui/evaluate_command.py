"""``dropgui evaluate``: how well a model version finds the persons of a library, without a window."""

import argparse
import json
import sys

from dropgui.command_line import ctrl_c, path_argument, progress_line
from dropgui.evaluation import words
from dropgui.evaluation.evaluate import evaluate_version, version_wanted
from dropgui.evaluation.files import save_page, write_charts, write_tables
from dropgui.evaluation.recalibrate import forget_calibration, recalibrate_as_measured
from dropgui.evaluation.result import Evaluation, Options
from dropgui.evaluation.text import lines
from dropgui.library import Library
from dropgui.library.rows import ModelVersionRow
from dropgui.session import Session
from dropmodel.endings import STOPPED

_HELP = """\
Measure a model version on the labelled crops of a library: every one is looked for among all the others, from
the vectors that are stored. Prints Rank-1 to 20, mAP and mINP in percent with 95 % ranges, by parts and by
cameras, how well pairs are told apart, whether percentages come true, and how well masks fit corrected ones.
Nothing is written to the library unless you say --recalibrate or --forget-calibration.
"""


def parser() -> argparse.ArgumentParser:
    """What ``dropgui evaluate`` takes."""
    top = argparse.ArgumentParser(
        prog="dropgui evaluate", description=_HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = top.add_argument
    add("--library", type=path_argument, required=True, help="library file (.droplib)")
    add("--version", metavar="VERSION", help="name or number (default: the version in use)")
    add(
        "--parts", metavar="A,B", help="compare these vectors, such as head,torso (default: person and parts)"
    )
    add(
        "--names",
        action="store_true",
        help="take the persons from the names of files and folders, not from those that were confirmed; "
        "nobody is made or confirmed by it",
    )
    add(
        "--held-out",
        action=argparse.BooleanOptionalAction,
        help="only persons whom no version was taught with (default: where the version was taught here)",
    )
    add("--json", action="store_true", help="print JSON")
    add("--html", metavar="FILE", type=path_argument, help="write all of it as a page for a browser")
    add("--csv", metavar="DIR", type=path_argument, help="write the tables")
    add("--plots", metavar="DIR", type=path_argument, help="write the curves as pictures")
    change = top.add_mutually_exclusive_group()
    change.add_argument(
        "--recalibrate",
        action="store_true",
        help="fit the percentages of searches to this library's labelled pairs, and use that from now on",
    )
    change.add_argument(
        "--forget-calibration", action="store_true", help="take that back; nothing is measured"
    )
    add("--device", default="auto", help="auto, cpu, cuda, cuda:1 (default: auto)")
    return top


def run(arguments: argparse.Namespace) -> int:
    """Measures, and does what was asked for with it; returns the exit code."""
    with Library.open(arguments.library) as library:
        version = version_wanted(library, arguments.version)
        if arguments.forget_calibration:
            return _forget(library, version, as_json=arguments.json)
        options = Options(
            "names" if arguments.names else "persons",
            arguments.held_out,
            None if arguments.parts is None else tuple(map(str.strip, arguments.parts.split(","))),
        )
        with (
            Session(library, device=arguments.device) as session,
            ctrl_c() as cancel,
            progress_line() as show,
        ):
            found = evaluate_version(session, version.id, options, on_progress=show, cancel=cancel)
        if found is None:
            return STOPPED
        written = _write(found, library, arguments)
        if arguments.recalibrate:
            recalibrate_as_measured(library, found)
        if arguments.json:
            data = found.to_dict() | {"recalibrated": arguments.recalibrate, "files": written}
            print(json.dumps(data, indent=2, allow_nan=False))
        else:
            print("\n".join(lines(found)))
            if arguments.recalibrate:
                print(words.recalibrated(found.version))
            for path in written:
                print(f"Wrote {path}.", file=sys.stderr)
    return 0


def _forget(library: Library, version: ModelVersionRow, *, as_json: bool) -> int:
    forgotten = forget_calibration(library, version.id)
    if as_json:
        print(json.dumps({"version": version.name, "forgotten": forgotten}, indent=2))
    else:
        print(words.FORGOTTEN if forgotten else words.NOTHING_TO_FORGET)
    return 0


def _write(found: Evaluation, library: Library, arguments: argparse.Namespace) -> list[str]:
    written = []
    if arguments.csv is not None:
        written += write_tables(found, arguments.csv)
    if arguments.plots is not None:
        written += write_charts(found, arguments.plots)
    if arguments.html is not None:
        save_page(found, library, arguments.html)
        written.append(arguments.html)
    return [str(path) for path in written]
