"""How far a run is, and the way to stop it."""

import threading
import time
from dataclasses import dataclass
from typing import Literal

Phase = Literal["scanning", "indexing", "embedding", "measuring", "finishing"]
"""Indexing is of new pictures, embedding of known ones with another model version, measuring of searches."""

_SMOOTHING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` images (None while they are still being counted), ``failed`` of them unreadable.

    ``rate`` is in images a second, smoothed over some seconds; 0 until it is known.
    """

    phase: Phase
    done: int
    total: int | None
    failed: int
    rate: float
    eta_seconds: float | None


def duration(seconds: float) -> str:
    """A length of time as people say it: "8 s", "2 min", "1 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{round(whole / 60)} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class CancelToken:
    """Asks a run to stop at the next batch. Any thread may cancel."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask to stop; asking twice is fine."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()


class Rate:
    """Images a second, as an average in which the last seconds count most."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.value = 0.0

    def add(self, count: int) -> None:
        """``count`` images are done since the last call."""
        now = time.perf_counter()
        seconds = max(now - self._last, 1e-6)
        self._last = now
        share = 1.0 if self.value == 0 else min(1.0, seconds / _SMOOTHING_SECONDS)
        self.value += share * (count / seconds - self.value)

    def eta(self, remaining: int) -> float | None:
        """Seconds until ``remaining`` more are done; None as long as nothing is known."""
        return remaining / self.value if self.value > 0 else None
