"""What is kept of warnings, errors and crashes: two files in the data folder, never sent anywhere."""

import faulthandler
import logging
import logging.handlers
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NEWEST_BYTES = 2**20


@contextmanager
def kept_logs(folder: Path) -> Iterator[None]:
    """While inside, log warnings and errors to ``dropgui.log`` and hard crashes to ``crash.log``."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "dropgui.log", maxBytes=_NEWEST_BYTES, backupCount=1, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    root = logging.getLogger()
    root.addHandler(handler)
    watched = faulthandler.is_enabled()  # a test runner or PYTHONFAULTHANDLER looks after crashes already
    try:
        with (folder / "crash.log").open("a", encoding="utf-8") as crashes:
            if not watched:
                faulthandler.enable(crashes)
            try:
                yield
            finally:
                if not watched:
                    faulthandler.disable()
    finally:
        root.removeHandler(handler)
        handler.close()
