"""Where benchmarks of the window keep their things, and on what screen they run."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def screen() -> None:
    """Off screen where there is no display; before the application is made."""
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@contextmanager
def own_home() -> Iterator[Path]:
    """A throw-away folder that is also the program's home: settings and logs of the user stay untouched."""
    screen()
    with tempfile.TemporaryDirectory() as home:
        os.environ["DROPGUI_HOME"] = home
        yield Path(home)
