"""How a command ends: with an exit code and at most one line, never with a traceback for what is no bug.

Both commands, ``dropmodel`` and ``dropgui``, end here.
"""

import errno
import io
import os
import sys
import warnings
from collections.abc import Callable

DONE, FAULT = 0, 2
STOPPED = 130
"""Stopped with Ctrl-C; what a shell reports of programs that end this way by themselves, as the next one."""

UNREAD = 141
"""Whoever read the output has seen enough (``| head``)."""

_UNWRITTEN = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def ended(name: str, command: Callable[[], int]) -> int:
    """Runs ``command`` and returns its exit code, or the one of what cut it short.

    ``name`` is the program's. All output has been written when this returns: what cannot be written is told
    here (code 2), where Python would complain at the exit, or not at all.
    """
    _prepare_streams()
    # Pillow's words on odd tags in a sound picture; a picture that cannot be read is told of anyway.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    try:
        try:
            return command()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        _throw_output_away()
        return UNREAD
    except OSError as error:
        if not of_output(error):
            raise
        _throw_output_away()
        sys.stderr.write(f"{name}: the output could not be written: {error.strerror}.\n")
        return FAULT


def of_output(error: OSError) -> bool:
    """Whether it says that something could not be written, but not to which file: :func:`ended` tells it."""
    return error.filename is None and error.errno in _UNWRITTEN


def _prepare_streams() -> None:
    """Makes both streams take any text: closed ones as well, and names that their encoding does not have."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:
            setattr(sys, stream, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - to the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _throw_output_away() -> None:
    """What is still in the buffer has nowhere to go, and Python would complain about that at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
