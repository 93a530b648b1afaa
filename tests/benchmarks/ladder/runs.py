"""Runs: a training process each, some at once, that survive the ladder's end and can be taken up again."""

import fcntl
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dropmodel.training.checkpoint import FILE
from dropmodel.training.config import TrainConfig, load_config
from tests.benchmarks.ladder.steps import BASE, Step

REPOSITORY = Path(__file__).parents[3]

_PAUSE = 0.2
"""Seconds between two looks at the trainings."""

_PATIENCE = 120.0
"""Seconds a training gets to write its checkpoint when the ladder is stopped."""


@dataclass(frozen=True, slots=True)
class Run:
    """A ``step`` with a ``seed`` in its ``folder``."""

    step: Step
    seed: int
    folder: Path
    assignments: tuple[str, ...]

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.step.name}, seed {self.seed}"

    @property
    def config(self) -> TrainConfig:
        """What is trained."""
        return load_config(BASE, self.assignments)

    @property
    def model(self) -> Path:
        """There once the training is over."""
        return self.folder / "last.safetensors"

    @property
    def commits(self) -> Path:
        """A line for each start of the training: the commit of the tree."""
        return self.folder / "commits.txt"


class Training:
    """A run's training, from its start or its checkpoint to its model.

    The run's lock is passed on to the process: as long as one trains, whoever started it, no other begins.
    """

    def __init__(self, run: Run, root: Path, device: str) -> None:
        self.run = run
        self._root = root
        self._device = device
        run.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (run.folder / "lock").open("w", encoding="utf-8")
        self._locked = False
        self._process: subprocess.Popen[bytes] | None = None

    def over(self) -> bool:
        """Begin if that is possible now; whether the training has ended, well or not."""
        if not self._locked:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self._locked = True
        if self._process is None:
            if self.run.model.exists():
                return True
            self._process = self._started()
        return self._process.poll() is not None

    def terminate(self) -> None:
        """Ask for a checkpoint and an end."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def close(self) -> None:
        """Wait for the process to end."""
        if self._process is not None:
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._lock.close()

    def _started(self) -> subprocess.Popen[bytes]:
        run = self.run
        command = [sys.executable, "-m", "dropmodel", "train", BASE, "--root", str(self._root.resolve())]
        command += ["--out", str(run.folder.resolve()), "--device", self._device]
        for assignment in run.assignments:
            command += ["--set", assignment]
        if (run.folder / FILE).exists():
            command.append("--resume")
        with run.commits.open("a", encoding="utf-8") as commits:
            commits.write(f"{commit()}\n")
        with (run.folder / "train.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env={**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._lock.fileno(),),
            )


def climb(
    runs: Sequence[Run],
    root: Path,
    *,
    jobs: int,
    device: str,
    finish: Callable[[Run], None],
    say: Callable[[str], None],
) -> list[Run]:
    """Train ``runs`` in order, ``jobs`` at once, and ``finish`` each; those that failed are returned."""
    waiting, working, failed = deque(runs), list[Training](), list[Run]()
    try:
        while waiting or working:
            while waiting and len(working) < jobs:
                working.append(Training(waiting.popleft(), root, device))
                say(f"{working[-1].run.name}: training, {len(waiting)} runs to come")
            for training in [training for training in working if training.over()]:
                run = training.run
                if run.model.exists():
                    finish(run)
                else:
                    failed.append(run)
                    say(f"{run.name}: failed, see {run.folder / 'train.log'}")
                working.remove(training)
                training.close()
            time.sleep(_PAUSE)
    finally:
        for training in working:
            training.terminate()
        for training in working:
            training.close()
    return failed


def commit() -> str:
    """The commit of the working tree, marked where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"]
    try:
        found = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()
