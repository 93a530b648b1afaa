"""``dropgui export-masks`` and ``dropgui import-masks``: masks to other tools and back, without a window."""

import argparse
import json
import sys

from dropgui.command_line import add_library_options, path_argument
from dropgui.correction.effect import catch_up
from dropgui.correction.exchange import Hear, export_masks, import_masks
from dropgui.errors import UserError
from dropgui.formats import FORMATS
from dropgui.library import Library
from dropgui.library.queries import folder_rows
from dropgui.library.rows import CropFilter
from dropgui.session import Session

_FORMATS = "; ".join(f"{name}: {kind.title}" for name, kind in FORMATS.items())


def export_parser() -> argparse.ArgumentParser:
    """Of ``dropgui export-masks``."""
    parser = argparse.ArgumentParser(
        prog="dropgui export-masks",
        description="Write body-part masks for other tools, at full resolution, pixel for pixel as the "
        "editor shows them.",
    )
    parser.add_argument("target", metavar="TARGET", type=path_argument, help="file or folder to write")
    add_library_options(parser)
    parser.add_argument("--format", choices=FORMATS, default="png", help=f"{_FORMATS} (default: png)")
    parser.add_argument(
        "--which",
        choices=("corrected", "reviewed", "all"),
        default="reviewed",
        help="masks made by hand; those and the accepted ones; the model's too (default: reviewed)",
    )
    parser.add_argument("--folder", type=path_argument, help="only pictures of this folder of the library")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def import_parser() -> argparse.ArgumentParser:
    """Of ``dropgui import-masks``."""
    parser = argparse.ArgumentParser(
        prog="dropgui import-masks",
        description="Take body-part masks of other tools into a library, as corrections of its pictures. "
        "Nothing that was there is lost: every mask is a new revision.",
    )
    parser.add_argument("source", metavar="SOURCE", type=path_argument, help="file or folder to read")
    add_library_options(parser)
    parser.add_argument("--format", choices=FORMATS, help=f"{_FORMATS} (default: by its name)")
    parser.add_argument(
        "--part",
        metavar="THEIRS=OURS",
        action="append",
        default=[],
        type=_renaming,
        help="a part of the file is this one of the library, or background (may be given several times)",
    )
    parser.add_argument("--partly", action="store_true", help="leave out what cannot be imported")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def run_export(arguments: argparse.Namespace) -> int:
    """Writes the masks and says how many."""
    with (
        Library.open(arguments.library) as library,
        Session(library, model=arguments.model, device=arguments.device) as session,
    ):
        done = export_masks(
            session,
            arguments.target,
            arguments.format,
            which=arguments.which,
            crop_filter=_only(library, arguments),
            on_progress=_line("exported"),
        )
    if arguments.json:
        left_out = [{"path": str(path), "reason": reason} for path, reason in done.left_out]
        print(json.dumps({"masks": done.masks, "left_out": left_out}, indent=2))
    else:
        print(f"Wrote {done.masks:,} masks to {arguments.target}.")
        for _, reason in done.left_out:
            print(f"Left out: {reason}")
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Reads the masks, pools the vectors of their crops, and says how many."""
    with (
        Library.open(arguments.library) as library,
        Session(library, model=arguments.model, device=arguments.device) as session,
    ):
        done = import_masks(
            session,
            arguments.source,
            arguments.format,
            renamed=dict(arguments.part),
            partly=arguments.partly,
            on_progress=_line("imported"),
        )
        pooled = catch_up(session, _line("vectors brought up to date")) if done.saved else 0
    numbers = {"imported": len(done.saved), "same": done.same, "polygons": done.polygons, "pooled": pooled}
    if arguments.json:
        print(json.dumps({**numbers, "left_out": list(done.left_out)}, indent=2))
        return 0
    print(f"Imported {len(done.saved):,} masks; {done.same:,} were the same already.")
    if done.polygons:
        print(f"{done.polygons:,} of their parts were outlines: a pixel is in one where its centre is.")
    for fault in done.left_out:
        print(f"Left out: {fault}")
    return 0


def _renaming(text: str) -> tuple[str, str]:
    theirs, _, ours = text.rpartition("=")
    if not theirs or not ours:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form THEIRS=OURS")
    return theirs, ours


def _only(library: Library, arguments: argparse.Namespace) -> CropFilter:
    if arguments.folder is None:
        return CropFilter()
    path = arguments.folder.expanduser().resolve()
    known = {folder.path: folder.id for folder in folder_rows(library)}
    if path not in known:
        raise UserError(f"{path} is not a folder of {library.path}. It has: {', '.join(map(str, known))}")
    return CropFilter(folders=frozenset({known[path]}))


def _line(words: str) -> Hear | None:
    """Shows progress on one line of a terminal; None where standard error is not one."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        end = "\r\x1b[K" if done == total else ""
        print(f"\r\x1b[K{words}: {done:,} of {total:,}{end}", end="", file=sys.stderr, flush=True)

    return show
