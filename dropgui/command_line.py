"""What the commands without a window have in common: arguments, and words on standard error."""

import argparse
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from dropgui.indexing import CancelToken, Progress
from dropgui.session import Session

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def path_argument(text: str) -> Path:
    """A path as an argument; an empty one is none."""
    if not text:
        raise argparse.ArgumentTypeError("an empty path")
    return Path(text)


def on_one_line(path: Path) -> str:
    """A path as a line of a terminal can show it: line ends, escapes and turns of writing spelled out."""
    return _UNFIT.sub(lambda found: found[0].encode("unicode_escape").decode(), str(path))


def count_argument(text: str) -> int:
    """A whole number above 0 as an argument."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def add_library_options(parser: argparse.ArgumentParser) -> None:
    """Which library, under which model, on which device."""
    parser.add_argument("--library", type=path_argument, required=True, help="library file (.droplib)")
    parser.add_argument("--model", type=path_argument, help="model file (default: the library's own)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")


def tell_of_starter(session: Session) -> None:
    """Says, where it is so, that this library goes on with another model than the program's starter."""
    if session.starter_waits:
        name = session.index.model.name
        own = name if name.endswith("model") else f"model {name!r}"
        print(
            f"{session.library.path} was indexed with the {own} and goes on with it. To use this program's "
            "starter model: dropgui models import --starter, then dropgui models use.",
            file=sys.stderr,
        )


@contextmanager
def ctrl_c() -> Iterator[CancelToken]:
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
def progress_line() -> Iterator[Callable[[Progress], None] | None]:
    """Shows progress on one line of a terminal; None where standard error is not one."""
    if not sys.stderr.isatty():
        yield None
        return

    def show(progress: Progress) -> None:
        print(f"\r\x1b[K{describe_progress(progress)}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def describe_progress(progress: Progress) -> str:
    """One line for people: "indexing: 4,120 of 9,800, 47 a second, 2:00 left"."""
    if progress.total is None:
        return f"{progress.phase}: {progress.done:,} pictures found"
    text = f"{progress.phase}: {progress.done:,} of {progress.total:,}"
    if progress.rate:
        text += f", {progress.rate:,.0f} a second"
    if progress.eta_seconds is not None:
        minutes, seconds = divmod(round(progress.eta_seconds), 60)
        text += f", {minutes}:{seconds:02} left"
    return f"{text}, {progress.failed:,} unreadable" if progress.failed else text
