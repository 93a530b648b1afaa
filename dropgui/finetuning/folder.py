"""The folder of one run, beside the library: what it was told, what it told, and where it stands.

``recipe.json`` what was ordered, ``choice.json`` which crops are learnt from (ids only),
``parent.safetensors`` the weights it starts from, ``learning/`` the engine's own files, ``events.jsonl`` and
``commands.jsonl`` (:mod:`dropgui.finetuning.protocol`), ``state.json`` where it stood last, ``worker.log``
what the process wrote beside that, ``lock`` which is held as long as a worker lives, ``seen`` which is there
once somebody was told how the run ended.
"""

import json
import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from dropgui.library.processes import process_name

REHEARSAL = "rehearsal"
"""The folder of rendered people, beside those of the runs."""

_LOCK_SECONDS = 2.0
_PAUSE = 0.02


class Folder:
    """The files of a run; may not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.order = path / "recipe.json"
        self.choice = path / "choice.json"
        self.parent = path / "parent.safetensors"
        self.learning = path / "learning"
        self.events = path / "events.jsonl"
        self.commands = path / "commands.jsonl"
        self.state = path / "state.json"
        self.log = path / "worker.log"
        self.lock = path / "lock"
        self.seen = path / "seen"

    @property
    def checkpoint(self) -> Path:
        """From where the run can go on, if it is there."""
        return self.learning / "checkpoint.pt"

    def write(self, path: Path, values: Any) -> None:
        """JSON into one of the files, whole or not at all; ``OSError``."""
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(values, indent=1), encoding="utf-8")
        part.replace(path)

    def read(self, path: Path) -> dict[str, Any]:
        """JSON from one of the files; empty where it is missing or broken."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def is_worked_on(self) -> bool:
        """Whether a worker lives, in any process."""
        try:
            with self.lock.open("rb+") as file:
                return not _take(file, shared=True)
        except OSError:
            return False

    def drop_weights(self) -> None:
        """Removes what only a run that is to go on needs; what it told stays. What cannot go stays too."""
        shutil.rmtree(self.learning, ignore_errors=True)
        for path in (self.parent, self.choice):
            with suppress(OSError):
                path.unlink(missing_ok=True)


class WorkerLock:
    """Held by the worker of a folder as long as its process lives, however that ends."""

    def __init__(self, folder: Folder) -> None:
        self._path = folder.lock
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Takes it; False where another worker has it. Those who only look hold it for an instant."""
        file = self._path.open("ab+")
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _take(file, shared=False):
            if time.monotonic() > deadline:
                file.close()
                return False
            time.sleep(_PAUSE)
        file.seek(0)
        file.truncate()
        file.write(process_name().encode())
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        """Lets go of it."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _take(file: IO[bytes], *, shared: bool) -> bool:
    """Locks an open file until it is closed; False where that cannot be."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(2**30)  # A lock there keeps nobody from reading whose it is.
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file.fileno(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sync(path: Path) -> None:
    """Makes sure that a file is on the disk; ``OSError``."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
