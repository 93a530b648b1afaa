"""Which process did something, so that what a dead one left can be told from what a living one holds."""

import os
import sys
from pathlib import Path


def process_name(pid: int | None = None) -> str:
    """A process (default: this one) as ``<pid>:<start time>``.

    The start is left out where the system does not tell it.
    """
    number = os.getpid() if pid is None else pid
    try:
        # The name in parentheses may hold spaces; the start time is the 20th field after it.
        start = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        start = ""
    return f"{number}:{start}"


def runs(name: str) -> bool:
    """Whether the very process still runs: an id that the system gave to another one does not count."""
    pid = int(name.partition(":")[0])
    return _alive(pid) and process_name(pid) == name


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        # os.kill(pid, 0) would end the process on Windows. 0x1000: may only be asked about.
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
