"""What the worker is told: lines on its standard input, and those that are added to ``commands.jsonl``."""

import os
import threading
from collections.abc import Callable

from dropgui.finetuning.folder import Folder
from dropgui.finetuning.protocol import Command, read_command

_LOOK_SECONDS = 0.1
_STDIN = 0


class Ears:
    """Calls ``obey`` with each command, on a thread of its own, as long as the process lives.

    The end of standard input is an ``abort`` unless it is to ``stay``.
    """

    def __init__(self, folder: Folder, obey: Callable[[Command], None], *, stay: bool) -> None:
        self._folder = folder
        self._obey = obey
        self._stay = stay
        self._offset = 0
        self._ended = threading.Event()

    def open(self) -> None:
        """Begins to listen."""
        for target in (self._watch, self._listen):
            threading.Thread(target=target, name=f"commands{target.__name__}", daemon=True).start()

    def close(self) -> None:
        """Hears nothing more."""
        self._ended.set()

    def _hear(self, line: bytes) -> None:
        command = read_command(line.decode("utf-8", errors="replace"))
        if command is None or self._ended.is_set():
            return
        if command == "stay":
            self._stay = True
        else:
            self._obey(command)

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            try:
                with self._folder.commands.open("rb") as file:
                    file.seek(self._offset)
                    data = file.read()
            except OSError:
                continue
            whole = data[: data.rfind(b"\n") + 1]
            self._offset += len(whole)
            for line in whole.splitlines():
                self._hear(line)

    def _listen(self) -> None:
        # Not by sys.stdin: its lock, held by a thread that waits for ever, would break the interpreter's end.
        rest = b""
        while True:
            try:
                data = os.read(_STDIN, 4096)
            except OSError:
                data = b""
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._hear(line)
        if not self._stay and not self._ended.is_set():
            self._obey("abort")
