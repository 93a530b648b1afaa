"""The one thread that writes to a library: callers hand it work and wait; views hear after the commit."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from dropgui.library.changes import NOTHING, Change
from dropgui.library.faults import told_kindly

T = TypeVar("T")

logger = logging.getLogger(__name__)

Subscriber = Callable[[Change], None]


class Writer:
    """Runs work in transactions, one at a time, on its own thread and connection."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._path = path
        self._connection = engine.connect()
        self._queue: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._changes: list[Change] = []
        self._unheard: deque[Change] = deque()
        self._publishing = False
        self._subscribers: list[Subscriber] = []
        self._thread = threading.Thread(target=self._work, name="library-writer", daemon=True)
        self._thread.start()

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Calls ``callback`` after each commit, on the writer thread; returns how to stop that."""
        with self._gate:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._gate:
                if callback in self._subscribers:
                    self._subscribers.remove(callback)

        return unsubscribe

    def transaction(self, work: Callable[[Connection], T], change: Change | Callable[[T], Change]) -> T:
        """Runs ``work`` in a transaction of its own, or inside the one that is calling.

        Blocks until it is committed; what ``work`` raises rolls it back and comes out here.
        """
        return self.run(lambda: self._transact(work, change))

    def run(self, action: Callable[[], T]) -> T:
        """Runs ``action`` on the writer thread and waits for it."""
        if threading.current_thread() is self._thread:
            return action()
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise RuntimeError(f"{self._path} is closed")
            self._queue.put((action, future))
        return future.result()

    @property
    def connection(self) -> Connection:
        """The writing connection; only for actions given to :meth:`run`."""
        return self._connection

    def close(self) -> None:
        """Finishes the work that was handed in and joins the thread. May be called twice."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            action, future = item
            try:
                future.set_result(action())
            except BaseException as error:  # noqa: BLE001 - the caller, who waits, gets every error
                future.set_exception(error)
            del item, action, future
        self._connection.close()

    def _transact(self, work: Callable[[Connection], T], change: Change | Callable[[T], Change]) -> T:
        nested = self._connection.in_transaction()
        before = len(self._changes)
        try:
            with (
                told_kindly(self._path),
                self._connection.begin_nested() if nested else self._connection.begin(),
            ):
                result = work(self._connection)
        except BaseException:
            del self._changes[before:]
            raise
        self._changes.append(change(result) if callable(change) else change)
        if not nested:
            self._publish()
        return result

    def _publish(self) -> None:
        """Tells every subscriber of the commit; one that writes again waits for its turn to be heard."""
        change, self._changes = Change.union(self._changes), []
        if change != NOTHING:
            self._unheard.append(change)
        if self._publishing:
            return
        self._publishing = True
        try:
            while self._unheard:
                change = self._unheard.popleft()
                with self._gate:
                    subscribers = tuple(self._subscribers)
                for subscriber in subscribers:
                    _call(subscriber, change)
        finally:
            self._publishing = False


def _call(subscriber: Subscriber, change: Change) -> None:
    try:
        subscriber(change)
    except Exception:  # the write is committed: its caller did nothing wrong, and other views must hear
        logger.exception("a subscriber of the library failed on %s", change)
