"""The ``dropgui`` command: opens the window, or indexes, searches and forgets without one.

Results go to standard output and nothing else does; progress and errors go to standard error. Exit codes:
0 done, 2 something the user can mend (one line says what), 130 stopped with Ctrl-C, 141 nobody read it all.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from dropgui.errors import UserError
from dropgui.indexing import CancelToken, IndexReport, Progress
from dropgui.library import Library
from dropgui.library.forget import forget_folder
from dropgui.library.queries import crop_rows, crops_at, folder_rows
from dropgui.search import Answer, VectorQuery
from dropgui.search.wiping import wipe_caches
from dropgui.session import Session
from dropmodel.features import default_weights
from dropmodel.parts import PartSchema

_STOPPED = 130
_FAULT = 2
_UNREAD = 141  # what a shell reports of programs that end this way by themselves


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command with these arguments (default: the process's own); returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments and arguments[0] in _COMMANDS:
            parser, run = _COMMANDS[arguments[0]]
            code = run(parser().parse_args(arguments[1:]))
            print(end="", flush=True)
            return code
        return _open_window(_window_parser().parse_args(arguments))
    except UserError as error:
        print(f"dropgui: {error}", file=sys.stderr)
        return _FAULT
    except KeyboardInterrupt:
        return _STOPPED
    except BrokenPipeError:
        # Whoever read our output has seen enough (| head). What is still in the buffer has nowhere to go, and
        # Python would complain about that at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _UNREAD


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropgui",
        description="Find the same person again in folders of pictures, by body part. Opens the window.",
        epilog="Without a window: dropgui index, dropgui search, dropgui forget (each knows --help).",
    )
    parser.add_argument(
        "folders", metavar="FOLDER", nargs="*", type=_path, help="folders of pictures to index"
    )
    parser.add_argument("--library", type=_path, help="library file to open or make (.droplib)")
    parser.add_argument("--demo", action="store_true", help="open the demo gallery")
    return parser


def _index_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropgui index",
        description="Bring a library in step with folders of person crops. What is known is skipped.",
    )
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=_path)
    _add_common(parser)
    parser.add_argument("--retry", action="store_true", help="read pictures again that failed before")
    return parser


def _search_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropgui search", description="Rank a library by how much its crops look like a picture."
    )
    parser.add_argument("image", metavar="IMAGE", type=_path)
    _add_common(parser)
    parser.add_argument(
        "--parts", help="what counts, as head,torso or head=2,torso=1 (default: foreground and every part)"
    )
    parser.add_argument("--top", type=_count, default=20, help="how many matches (default: 20)")
    return parser


def _forget_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropgui forget",
        description="Remove a folder and all that is known of its pictures from a library. "
        "The pictures themselves are not touched.",
    )
    parser.add_argument("folder", metavar="FOLDER", type=_path)
    parser.add_argument("--library", type=_path, required=True, help="library file (.droplib)")
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--library", type=_path, required=True, help="library file (.droplib)")
    parser.add_argument("--model", type=_path, help="model file (default: the library's own; new: starter)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("an empty path")
    return Path(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _open_window(arguments: argparse.Namespace) -> int:
    from dropgui.app import run_window

    return run_window(arguments.library, arguments.folders, arguments.demo)


def _index(arguments: argparse.Namespace) -> int:
    reports: list[IndexReport] = []
    with (
        Library.open_or_create(arguments.library) as library,
        Session(library, model=arguments.model, device=arguments.device) as session,
        _ctrl_c() as cancel,
        _progress_line() as show,
    ):
        for folder in arguments.folders:
            reports.append(session.index_folder(folder, show, cancel, retry_faults=arguments.retry))
            if cancel.cancelled:
                break
        _tell_of_starter(session, arguments)
    _print_reports(reports, as_json=arguments.json)
    if not any(report.cancelled for report in reports):
        return 0
    print("Stopped; what was indexed is kept. Run the same command again to go on.", file=sys.stderr)
    return _STOPPED


def _search(arguments: argparse.Namespace) -> int:
    with (
        Library.open(arguments.library) as library,
        Session(library, model=arguments.model, device=arguments.device) as session,
    ):
        weights = _weights(arguments.parts, session.index.model.schema)
        own = crops_at(library, arguments.image)
        known = [row.id for row in crop_rows(library, own).values() if row.indexed]
        if known and arguments.model is None:
            features = session.features_of_crop(known[0])
        else:
            features = session.read_picture(arguments.image).features
        query = VectorQuery(features, weights, top=arguments.top, exclude=frozenset(own))
        answer = session.search(query)
        rows = crop_rows(library, [match.crop_id for match in answer.matches])
        paths = {crop_id: row.path for crop_id, row in rows.items()}
        _tell_of_starter(session, arguments)
    if arguments.json:
        print(json.dumps(_answer_data(arguments, weights, answer, paths), indent=2))
    else:
        _print_answer(answer, paths)
    return 0


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
    "search": (_search_parser, _search),
    "forget": (_forget_parser, _forget),
}


def _tell_of_starter(session: Session, arguments: argparse.Namespace) -> None:
    """Says, where it is so, that this library is still one of the untrained model."""
    if session.starter_waits:
        print(
            f"{arguments.library} was indexed with the untrained model and goes on with it. To use the "
            "starter model, index the folders into a new library.",
            file=sys.stderr,
        )


def _weights(text: str | None, schema: PartSchema) -> dict[str, float]:
    """``head=2,torso`` as weights; a UserError names the known parts."""
    if text is None:
        return default_weights(schema)
    weights = {}
    for piece in text.split(","):
        name, _, number = (word.strip() for word in piece.partition("="))
        if name not in schema.vector_names:
            raise UserError(f"There is no part {name!r}. Choose from {', '.join(schema.vector_names)}.")
        try:
            weights[name] = float(number or 1)
        except ValueError:
            weights[name] = 0.0
        if not 0 < weights[name] < float("inf"):
            raise UserError(f"The weight of {name} must be a number above 0, not {number!r}.")
    return weights


def _answer_data(
    arguments: argparse.Namespace, weights: dict[str, float], answer: Answer, paths: dict[int, Path]
) -> dict[str, Any]:
    return {
        "query": {
            "image": str(arguments.image),
            "library": str(arguments.library),
            "parts": weights,
            "top": arguments.top,
            "compared": answer.compared,
            "uncomparable": answer.uncomparable,
        },
        "matches": [
            {"path": str(paths[match.crop_id]), "score": match.score, "parts": match.parts}
            for match in answer.matches
        ],
    }


def _print_answer(answer: Answer, paths: dict[int, Path]) -> None:
    if not answer.matches:
        print("No crop shows any of these parts.")
        return
    names = list(answer.matches[0].parts)
    print("  ".join([" score", *(f"{name:>6}" for name in names), "picture"]))
    for match in answer.matches:
        cells = [
            f"{'-' if value is None else f'{value:.3f}':>{max(6, len(name))}}"
            for name, value in match.parts.items()
        ]
        print("  ".join([f"{match.score:6.3f}", *cells, str(paths[match.crop_id])]))
    hidden = f"; {answer.uncomparable:,} show none of these parts" if answer.uncomparable else ""
    print(f"{answer.compared:,} crops compared{hidden}", file=sys.stderr)


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
        print(f"            {failure.path}: {failure.reason}")
    print(f"{seconds:>10,.1f}  seconds")


@contextmanager
def _ctrl_c() -> Iterator[CancelToken]:
    """A token that the first Ctrl-C cancels; the second one ends the program at once."""
    cancel = CancelToken()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        cancel.cancel()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("\nStopping after this batch ...", file=sys.stderr)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress_line() -> Iterator[Callable[[Progress], None] | None]:
    """Shows progress on one line of a terminal; None where standard error is not one."""
    if not sys.stderr.isatty():
        yield None
        return

    def show(progress: Progress) -> None:
        print(f"\r\x1b[K{_describe(progress)}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _describe(progress: Progress) -> str:
    if progress.total is None:
        return f"{progress.phase}: {progress.done:,} pictures found"
    text = f"{progress.phase}: {progress.done:,} of {progress.total:,}"
    if progress.rate:
        text += f", {progress.rate:,.0f} a second"
    if progress.eta_seconds is not None:
        minutes, seconds = divmod(round(progress.eta_seconds), 60)
        text += f", {minutes}:{seconds:02} left"
    return f"{text}, {progress.failed:,} unreadable" if progress.failed else text
