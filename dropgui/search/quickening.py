"""Makes searches of a large library quick, beside them: builds approximate codes, measures what they miss.

A thread of its own starts where an exact scan would take too long
(:data:`dropgui.search.scan.SLOW_SECONDS`) and the index has no codes in step. Until they are there, and
wherever they cannot be made, searches are exact.
"""

import logging
import threading
from dataclasses import dataclass
from enum import Enum

from dropgui.errors import UserError
from dropgui.search.approximate import FaissMissingError, Recall, build, is_wanted, measure_recall
from dropgui.search.index import PartIndex

log = logging.getLogger(__name__)

_PATIENCE = 5.0  # seconds: a program that asks once and ends shall not begin what it cannot finish


class Phase(Enum):
    """How searches of an index go."""

    EXACT = "exact"
    BUILDING = "building"
    APPROXIMATE = "approximate"
    UNAVAILABLE = "unavailable"
    """They are slow, and nothing can be done about it here; :attr:`Quickness.reason` says why."""


@dataclass(frozen=True, slots=True)
class Quickness:
    """``done`` in [0, 1] of the codes are built; ``recall`` is what they find, once that was measured."""

    phase: Phase = Phase.EXACT
    done: float = 0.0
    recall: Recall | None = None
    reason: str = ""


class Quickener:
    """Keeps the codes of an index in step while it is asked. Safe to use from any thread."""

    def __init__(self, index: PartIndex) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._done: float | None = None
        self._fault = ""

    @property
    def quickness(self) -> Quickness:
        """How searches go now."""
        approximate, done = self._index.approximate, self._done
        if approximate is not None and approximate.serves(self._index.rows):
            return Quickness(Phase.APPROXIMATE, 1.0, approximate.recall)
        if done is not None:
            return Quickness(Phase.BUILDING, done)
        return Quickness(Phase.UNAVAILABLE, reason=self._fault) if self._fault else Quickness()

    def look(self) -> None:
        """Begins where it is wanted; at once back, and nothing happens while it is under way."""
        if self._closed.is_set() or self._fault or not self._lacks() or not is_wanted(self._index):
            return
        with self._lock:
            if self._closed.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._work, name="quickening", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends what is under way, within seconds; it begins anew the next time. May be called twice."""
        with self._lock:
            self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _lacks(self) -> bool:
        approximate = self._index.approximate
        in_step = approximate is not None and approximate.serves(self._index.rows)
        return not in_step or approximate is None or approximate.recall is None

    def _work(self) -> None:
        if self._closed.wait(_PATIENCE):
            return
        try:
            if build(self._index, self._hear, self._closed.is_set):
                measure_recall(self._index, cancelled=self._closed.is_set)
        except FaissMissingError as missing:
            log.info("%s", missing)
            self._fault = str(missing)
        except UserError as fault:
            log.warning("Searches stay exact: %s", fault)
            self._fault = str(fault)
        except Exception as bug:  # exact searches answer just as well, so no fault here may end them
            log.exception("Searches stay exact: the quick ones could not be prepared")
            self._fault = f"{type(bug).__name__}: {bug}"
        finally:
            self._done = None

    def _hear(self, done: float) -> None:
        self._done = done
