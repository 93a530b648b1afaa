"""Uses another version with a slow model, for a test to kill.

Run as ``python -m tests.unit.versions.slow_use LIBRARY VERSION WHERE``. WHERE is ``embedding``: it says on
standard output how many pictures were shown after each batch; ``switching``: it kills itself in the
transaction that switches; ``switched``: right after that.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import Connection

from dropgui.library import Library
from dropgui.library.events import log_event
from dropgui.versions.use import use_version
from tests.unit.versions.made import MadeSession


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    path, version, where = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with Library.open(path) as library, MadeSession(library) as session:
        network = session.network(version)
        if where == "embedding":
            network.seconds = 0.02
            network.after_batch = lambda: print(network.pictures, flush=True)
        elif where == "switching":

            def log_and_die(connection: Connection, action: str, detail: str | None = None) -> None:
                log_event(connection, action, detail)
                if action == "model activated":
                    die()

            sys.modules["dropgui.library.models"].__dict__["log_event"] = log_and_die
        else:
            library.subscribe(lambda change: die() if change.models else None)
        use_version(session, version)


if __name__ == "__main__":
    main()
