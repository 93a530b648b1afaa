"""What went wrong in a run, in words, with something smaller to try where that would help."""

import errno
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dropgui.errors import UserError
from dropgui.finetuning.result import sentence
from dropgui.library.faults import DiskFullError
from dropmodel.errors import (
    ConfigError,
    DataError,
    ImageError,
    MissingPackageError,
    ModelError,
    NotFiniteError,
    OutOfMemoryError,
    TrainingError,
)

Kind = Literal["memory", "numbers", "disk", "input", "bug"]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Trouble:
    """``smaller``: fields of a recipe to try instead, empty where there are none."""

    kind: Kind
    message: str
    smaller: Mapping[str, Any] = field(default_factory=dict)


def trouble_of(error: BaseException, settings: Mapping[str, Any]) -> Trouble:
    """What to tell of an error that ended a run with these settings of the engine."""
    match error:
        case OutOfMemoryError():
            return Trouble("memory", sentence(str(error)), {"batch": error.batch} if error.batch else {})
        case MemoryError():
            batch = settings["batch"]
            half = batch // 2
            return Trouble(
                "memory",
                f"There is not enough memory for batches of {batch} crops. Close other programs, or "
                "try a smaller batch.",
                {"batch": half} if half >= 4 else {},
            )
        case NotFiniteError():
            return diverged(str(error), settings)
        case DiskFullError():
            return Trouble("disk", str(error))
        case UserError():
            return Trouble("input", str(error))
        case (
            ConfigError()
            | DataError()
            | ImageError()
            | MissingPackageError()
            | ModelError()
            | TrainingError()
        ):
            return Trouble("disk" if _is_full(error) else "input", sentence(str(error)))
        case OSError() | RuntimeError() if _is_full(error):
            return Trouble(
                "disk",
                "The disk is full, so the run could not be kept. Free some space and resume it: it goes on "
                "from its last checkpoint.",
            )
        case OSError():
            where = f" {error.filename}" if error.filename else ""
            return Trouble(
                "disk", f"The disk refused{where}: {error.strerror or error}. Then resume the run."
            )
        case _:
            return Trouble("bug", f"Something unexpected happened: {type(error).__name__}: {error}")


def diverged(text: str, settings: Mapping[str, Any]) -> Trouble:
    """Numbers went beyond all bounds, as ``text`` says: steps were too large."""
    return Trouble("numbers", sentence(text), {"rate": settings["rate"] / 4})


def _is_full(error: BaseException | None) -> bool:
    """Whether a full disk is behind it; torch tells of one in words only."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return True
        text = str(error)
        if "No space left" in text or "PytorchStreamWriter failed" in text or "File too large" in text:
            return True
        error = error.__cause__ or error.__context__
    return False
