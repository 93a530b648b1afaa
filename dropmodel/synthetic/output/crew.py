"""Worker processes that make pieces of a data set, and what became of them.

Every worker is a fresh process with one thread and a pipe of its own. When the main process dies, however it
dies, the pipe closes and the worker ends with the piece it is at.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from dropmodel.errors import DataError

_SINGLE_THREAD = dict.fromkeys(
    ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What went wrong in a worker; ``number`` is the errno of a fault of the system, else None."""

    text: str
    number: int | None


def worked_off(pieces: Sequence[Any], make: Callable[[Any], Any], workers: int) -> Iterator[tuple[Any, Any]]:
    """Pairs of a piece and what ``make`` returned for it, as they are done, by up to ``workers`` processes.

    ``make`` and the pieces are pickled. The first piece is made by one worker alone: what numba compiles
    there the others find in its cache. Raises ``OSError`` for a worker's fault of the system and
    :class:`~dropmodel.errors.DataError` where the system ended a worker.
    """
    if workers < 1:
        raise ValueError(f"{workers} workers; at least 1 is needed")
    crew: dict[Connection, SpawnProcess] = {}
    at_work: dict[Connection, Any] = {}
    waiting = list(reversed(pieces))

    def hand_out(connection: Connection) -> None:
        at_work[connection] = waiting.pop()
        connection.send(at_work[connection])

    try:
        if waiting:
            hand_out(_hired(crew, make))
        while at_work:
            for connection in wait(list(at_work)):
                assert isinstance(connection, Connection)
                result = _received(connection, crew[connection])
                yield at_work.pop(connection), result
                if waiting:
                    hand_out(connection)
                while waiting and len(crew) < workers:
                    hand_out(_hired(crew, make))
    finally:
        for connection, process in crew.items():
            connection.close()
            if connection in at_work:
                process.terminate()
            process.join()
            process.close()


def _hired(crew: dict[Connection, SpawnProcess], make: Callable[[Any], Any]) -> Connection:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, make), daemon=True)
    with _environment(_SINGLE_THREAD):
        process.start()
    theirs.close()
    crew[ours] = process
    return ours


def _received(connection: Connection, process: SpawnProcess) -> Any:
    try:
        result = connection.recv()
    except (EOFError, ConnectionResetError):
        process.join()
        raise DataError(
            f"the system ended a worker (status {process.exitcode}); most often memory ran out: "
            "run again with fewer workers, it goes on where it was"
        ) from None
    if isinstance(result, _Fault):
        if result.number is not None:
            raise OSError(result.number, result.text)
        raise RuntimeError(f"a worker failed:\n{result.text}")
    return result


def _serve(connection: Connection, make: Callable[[Any], Any]) -> None:
    """The life of a worker: pieces in, results out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            piece = connection.recv()
        except (EOFError, OSError):
            return
        result: Any
        try:
            result = make(piece)
        except OSError as error:
            result = _Fault(error.strerror or str(error), error.errno)
        except Exception:  # noqa: BLE001  # whatever it is, the main process must hear of it
            result = _Fault(traceback.format_exc(), None)
        try:
            connection.send(result)
        except OSError:
            return


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
