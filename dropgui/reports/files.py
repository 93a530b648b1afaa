"""Writing a report's file as a whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from dropgui.errors import UserError


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` once it is written; a UserError where that cannot be."""
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with beside.open("xb") as file:
            yield file
        beside.replace(path)
    except OSError as error:
        raise UserError(f"{path} could not be written: {error.strerror}.") from error
    finally:
        beside.unlink(missing_ok=True)
