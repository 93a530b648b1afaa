"""What the commands without a window have in common: arguments, and words on standard error."""

import argparse
import sys
from pathlib import Path

from dropgui.session import Session


def path_argument(text: str) -> Path:
    """A path as an argument; an empty one is none."""
    if not text:
        raise argparse.ArgumentTypeError("an empty path")
    return Path(text)


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
    """Says, where it is so, that this library is still one of the untrained model."""
    if session.starter_waits:
        print(
            f"{session.library.path} was indexed with the untrained model and goes on with it. To use the "
            "starter model, index the folders into a new library.",
            file=sys.stderr,
        )
