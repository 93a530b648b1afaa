"""A window in which a run goes on, for a test to kill: ``python -m tests.gui.teach_window LIBRARY``.

Prints the worker's process id once there are steps, and then only lives. The worker's engine is made up
(``FAKE_ENGINE``, see ``tests.unit.finetuning.fake_worker``).
"""

import sys

from dropgui.finetuning import runs
from dropgui.main_window import MainWindow
from tests.gui.drive import run_main, wait_until
from tests.gui.teaching import made_up, started, worker_of


def main() -> None:
    def script(window: MainWindow) -> None:
        started(window)
        print(worker_of(window), flush=True)
        wait_until(lambda: False, "somebody kills this", 600_000)

    runs.worker_command = made_up
    MainWindow._load_model = lambda self: None  # type: ignore[method-assign]
    run_main(["--library", sys.argv[1]], script)


if __name__ == "__main__":
    main()
