"""What the worker tells: every event to its standard output and into the run's folder."""

import os
import sys
import threading
import time
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, Any

from dropgui.finetuning.folder import Folder
from dropgui.finetuning.protocol import ENDED, State, event_line
from dropgui.library.processes import process_name

_BEAT_SECONDS = 2.0
_LAST_WORDS_SECONDS = 2.0


class Voice:
    """Tells events, and keeps ``state.json`` as fresh as two seconds. Safe to use from any thread.

    A reader that is slow or gone, and a disk that is full, keep nothing from going on. Takes standard output
    for itself: what else is printed goes to standard error.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        self._process = process_name()
        self._now: dict[str, Any] = {"state": "starting", "message": ""}
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        self._speaker = threading.Thread(target=self._speak, name="events", daemon=True)
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def open(self) -> None:
        """Begins; to be called once, by who has the folder's lock."""
        with suppress(OSError):
            self._file = self._folder.events.open("a", encoding="utf-8")
            if self._file.tell() and not self._folder.events.read_bytes().endswith(b"\n"):
                self._file.write("\n")  # a line that a kill cut short
        self._out = os.dup(sys.__stdout__.fileno()) if sys.__stdout__ is not None else None
        if self._out is not None:
            os.dup2(2, 1)
        self._speaker.start()
        self._heart.start()

    @property
    def state(self) -> State:
        """Where the run stands."""
        state: State = self._now["state"]
        return state

    def tell(self, event: str, **values: Any) -> None:
        """One event; see :mod:`dropgui.finetuning.protocol`."""
        line = event_line(event, **values)
        with self._lock:
            self._waiting.put(line.encode())
            if event == "step":
                self._now |= {"step": values["number"], "of": values["of"]}
            if self._file is not None:
                with suppress(OSError):
                    self._file.write(line)
                    self._file.flush()

    def turn(self, state: State, message: str = "", **values: Any) -> None:
        """The run's state is another now."""
        with self._lock:
            self._now |= {"state": state, "message": message}
        if state in ENDED:
            # Before the event: who hears that a run has ended finds it so.
            self._write()
        self.tell("state", state=state, message=message, **values)
        self._write()

    def close(self) -> None:
        """Waits a little until all is told."""
        self._ended.set()
        self._waiting.put(None)
        self._speaker.join(_LAST_WORDS_SECONDS)
        self._write()
        with self._lock, suppress(OSError):
            if self._file is not None:
                self._file.close()

    def _write(self) -> None:
        with self._lock, suppress(OSError):
            now = {**self._now, "process": self._process, "beat": round(time.time(), 3)}
            self._folder.write(self._folder.state, now)

    def _beat(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS):
            self._write()

    def _speak(self) -> None:
        """Writes what waits; a pipe that nobody reads holds up nothing but this thread."""
        while (line := self._waiting.get()) is not None:
            if self._out is None:
                continue
            try:
                os.write(self._out, line)
            except OSError:  # nobody is there any more
                self._out = None
