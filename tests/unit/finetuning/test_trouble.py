"""What is told of an error that ended a run, and what to try instead."""

import errno
import sqlite3
from typing import Any

import pytest

from dropgui.errors import UserError
from dropgui.finetuning.trouble import trouble_of
from dropmodel.errors import NotFiniteError, OutOfMemoryError, TrainingError


def full_database() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def caused(by: Exception) -> Exception:
    error = RuntimeError("the checkpoint could not be written")
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "kind", "words", "smaller"),
    [
        (NotFiniteError("not a finite number in: triplet"), "numbers", "triplet", {"rate": 7.5e-5}),
        (OutOfMemoryError("there is not enough memory; try 16", 16), "memory", "There is", {"batch": 16}),
        (OutOfMemoryError("there is not enough memory", 0), "memory", "There is not", {}),
        (MemoryError(), "memory", "batches of 32", {"batch": 16}),
        (OSError(errno.ENOSPC, "No space left on device", "checkpoint.pt"), "disk", "disk is full", {}),
        (caused(OSError(errno.EDQUOT, "Quota exceeded")), "disk", "disk is full", {}),
        (caused(full_database()), "disk", "disk is full", {}),
        (OSError(errno.EACCES, "Permission denied", "checkpoint.pt"), "disk", "refused checkpoint.pt", {}),
        (TrainingError("PytorchStreamWriter failed writing file"), "disk", "failed writing", {}),
        (TrainingError("another run is in the folder"), "input", "Another run is in the folder.", {}),
        (UserError("Free some space."), "input", "Free some space.", {}),
        (ZeroDivisionError("a bug"), "bug", "ZeroDivisionError: a bug", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_has_its_kind_and_what_helps(
    error: Exception, kind: str, words: str, smaller: dict[str, Any]
) -> None:
    found = trouble_of(error, {"batch": 32, "rate": 3e-4})
    assert found.kind == kind
    assert words in found.message
    assert found.smaller == smaller
