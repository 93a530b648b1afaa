"""The ``dropgui`` command: opens the window, or indexes, searches, teaches and more without one.

Results go to standard output and nothing else does; progress and errors go to standard error. Exit codes:
0 done, 2 something the user can mend (one line says what), 130 stopped with Ctrl-C, 141 nobody read it all.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from dropgui import evaluate_command, finetune_command, masks_command, models_command, search_command
from dropgui.command_line import (
    add_library_options,
    ctrl_c,
    on_one_line,
    path_argument,
    progress_line,
    tell_of_starter,
)
from dropgui.errors import UserError
from dropgui.indexing import IndexReport
from dropgui.library import Library
from dropgui.library.forget import forget_folder
from dropgui.library.queries import folder_rows
from dropgui.search.wiping import wipe_caches
from dropgui.session import Session
from dropmodel.endings import FAULT, STOPPED, ended


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command with these arguments (default: the process's own); returns the exit code."""
    return ended("dropgui", lambda: _run(list(sys.argv[1:] if argv is None else argv)))


def _run(arguments: list[str]) -> int:
    try:
        if arguments and arguments[0] in _COMMANDS:
            parser, run = _COMMANDS[arguments[0]]
            return run(parser().parse_args(arguments[1:]))
        return _open_window(_window_parser().parse_args(arguments))
    except UserError as error:
        print(f"dropgui: {error}", file=sys.stderr)
        return FAULT


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropgui",
        description="Find the same person again in folders of pictures, by body part. Opens the window.",
        epilog="Without a window: dropgui index, search, export-masks, import-masks, evaluate, finetune, "
        "models, forget (each knows --help).",
    )
    parser.add_argument(
        "folders", metavar="FOLDER", nargs="*", type=path_argument, help="folders of pictures to index"
    )
    parser.add_argument("--library", type=path_argument, help="library file to open or make (.droplib)")
    parser.add_argument("--demo", action="store_true", help="open the demo gallery")
    return parser


def _index_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropgui index",
        description="Bring a library in step with folders of person crops. What is known is skipped.",
    )
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=path_argument)
    add_library_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--retry", action="store_true", help="read pictures again that failed before")
    return parser


def _search_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropgui search", description="Rank a library by how much its crops look like somebody."
    )
    add_library_options(parser)
    search_command.add_arguments(parser)
    return parser


def _forget_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropgui forget",
        description="Remove a folder and all that is known of its pictures from a library. "
        "The pictures themselves are not touched.",
    )
    parser.add_argument("folder", metavar="FOLDER", type=path_argument)
    parser.add_argument("--library", type=path_argument, required=True, help="library file (.droplib)")
    return parser


def _open_window(arguments: argparse.Namespace) -> int:
    for folder in arguments.folders:
        if folder.name == str(folder) and not folder.exists():  # more likely a command that we do not have
            raise UserError(
                f"There is neither a command nor a folder {str(folder)!r}. Commands are "
                f"{', '.join(_COMMANDS)}; without one the window opens."
            )
    from dropgui.app import run_window

    return run_window(arguments.library, arguments.folders, arguments.demo)


def _index(arguments: argparse.Namespace) -> int:
    reports: list[IndexReport] = []
    with (
        Library.open_or_create(arguments.library) as library,
        Session(library, model=arguments.model, device=arguments.device) as session,
        ctrl_c() as cancel,
        progress_line() as show,
    ):
        for folder in arguments.folders:
            reports.append(session.index_folder(folder, show, cancel, retry_faults=arguments.retry))
            if cancel.cancelled:
                break
        tell_of_starter(session)
    _print_reports(reports, as_json=arguments.json)
    if not any(report.cancelled for report in reports):
        return 0
    print("Stopped; what was indexed is kept. Run the same command again to go on.", file=sys.stderr)
    return STOPPED


def _forget(arguments: argparse.Namespace) -> int:
    with Library.open(arguments.library) as library:
        path = arguments.folder.expanduser().resolve()
        known = {folder.path: folder for folder in folder_rows(library)}
        if path not in known:
            listed = "".join(f"\n  {folder}" for folder in known) or " none"
            raise UserError(f"{path} is not a folder of {arguments.library}. It has:{listed}")
        forget_folder(library, known[path].id, wipe_cache=wipe_caches)
        print(f"Forgot {path} and its {known[path].crops:,} crops. The pictures are still there.")
    return 0


_COMMANDS: dict[str, tuple[Callable[[], argparse.ArgumentParser], Callable[[argparse.Namespace], int]]] = {
    "index": (_index_parser, _index),
    "search": (_search_parser, search_command.run),
    "forget": (_forget_parser, _forget),
    "export-masks": (masks_command.export_parser, masks_command.run_export),
    "import-masks": (masks_command.import_parser, masks_command.run_import),
    "models": (models_command.parser, models_command.run),
    "evaluate": (evaluate_command.parser, evaluate_command.run),
    "finetune": (finetune_command.parser, finetune_command.run),
}


def _print_reports(reports: list[IndexReport], *, as_json: bool) -> None:
    failed = [failure for report in reports for failure in report.failed]
    indexed, skipped = sum(r.indexed for r in reports), sum(r.skipped for r in reports)
    seconds = sum(report.seconds for report in reports)
    if as_json:
        failures = [{"path": str(failure.path), "reason": failure.reason} for failure in failed]
        data = {"indexed": indexed, "skipped": skipped, "failed": failures, "seconds": round(seconds, 3)}
        print(json.dumps(data, indent=2))
        return
    numbers = {
        "indexed": indexed,
        "known before": skipped,
        "found at a new place": sum(report.relinked for report in reports),
        "missing": sum(report.missing for report in reports),
        "unreadable": len(failed),
    }
    for title, number in numbers.items():
        if number or title == "indexed":
            print(f"{number:>10,}  {title}")
    for failure in failed:
        print(f"            {on_one_line(failure.path)}: {failure.reason}")
    print(f"{seconds:>10,.1f}  seconds")
