"""The process that does a run's work: gathers, tries, teaches, and adds what came of it as a model version.

What learns is :mod:`dropmodel.training.finetune`. The library is only read until the end, and not open
between.
"""

import argparse
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dropgui.finetuning.choice import Choice, choose
from dropgui.finetuning.ears import Ears
from dropgui.finetuning.folder import REHEARSAL, Folder, WorkerLock
from dropgui.finetuning.gather import gather
from dropgui.finetuning.protocol import Command
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.result import add_version, sentence, words_of
from dropgui.finetuning.split import split_of
from dropgui.finetuning.trouble import Trouble, diverged, trouble_of
from dropgui.finetuning.voice import Voice
from dropgui.library import Library
from dropmodel.errors import MissingPackageError
from dropmodel.parts import EIGHT

if TYPE_CHECKING:
    from dropmodel.training.finetune import Control, Events, Example, Material, Outcome

_FAILED, _TAKEN = 1, 3
_PATIENCE_SECONDS = 8.0
"""An abort that a long step keeps waiting ends the process after this; the checkpoint is whole at all
times."""

logger = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """``LIBRARY FOLDER [--stay | --estimate]``: does the run of that folder; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m dropgui.train_worker", description="Does a run's work.")
    parser.add_argument("library", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stay", action="store_true", help="go on when standard input ends")
    parser.add_argument("--estimate", action="store_true", help="only try how long it takes")
    arguments = parser.parse_args(argv)
    folder = Folder(arguments.folder)
    lock = WorkerLock(folder)
    if not lock.acquire():
        sys.stderr.write(f"Another worker is at {folder.path} already.\n")
        return _TAKEN
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        return Worker(arguments.library, folder, stay=arguments.stay, only_try=arguments.estimate).run()
    finally:
        lock.release()


class Worker:
    """One run of a folder in this process; with ``only_try`` it ends once it is known how long it takes."""

    def __init__(self, library: Path, folder: Folder, *, stay: bool = False, only_try: bool = False) -> None:
        self._library_path = library
        self._folder = folder
        order = folder.read(folder.order)
        self._recipe = Recipe.from_dict(order["recipe"])
        self._settings: dict[str, Any] = order["settings"]
        self._only_try = only_try
        self._parent_id: int = order["parent"]
        self._run_id: int = order["run"]
        self._voice = Voice(folder)
        self._ears = Ears(folder, self._obey, stay=stay)
        self._control: Control | None = None
        self._told: list[Command] = []
        self._gate = threading.Lock()

    def run(self) -> int:
        """The whole of it; whatever happens is told, and the last word is a state."""
        _be_modest(self._settings["threads"])
        resumed = self._folder.checkpoint.is_file()
        self._voice.open()
        self._voice.turn("starting", resumed=resumed)
        self._ears.open()
        try:
            return self._work(resumed=resumed)
        except BaseException as error:
            trouble = trouble_of(error, self._settings)
            if trouble.kind == "bug":
                logger.exception("the run failed")
            self._fail(trouble)
            return _FAILED
        finally:
            self._ears.close()
            self._voice.close()

    def _work(self, *, resumed: bool) -> int:
        from dropmodel.training.finetune import Control, FinetuneConfig, finetune, probe

        config = FinetuneConfig.from_dict(self._settings)
        device = self._recipe.device
        with self._gate:
            self._control = Control()
            for command in self._told:
                _tell(self._control, command)
        self._turn("gathering")
        material = self._gather()
        if not resumed and not self._control.ending:
            self._turn("probing")
            estimate = probe(self._folder.parent, material, config, device=device)
            self._voice.tell("probe", **_values(estimate))
        if self._only_try:
            self._voice.turn("done")
            return 0
        self._turn("running")
        outcome = finetune(
            self._folder.parent,
            material,
            self._folder.learning,
            config,
            events=teller(self._voice, self._turn),
            control=self._control,
            device=device,
            resume=resumed,
        )
        return self._end(outcome)

    def _gather(self) -> "Material":
        """What was chosen at the start of the run, whatever people said since."""
        known = self._folder.read(self._folder.choice)
        with Library.open(self._library_path) as library:
            choice = Choice.from_dict(known) if known else choose(library, self._recipe, split_of(library))
            gathered = gather(library, choice, self._parent_id)
        rehearsal = self._rehearsal(gathered.material.train) if choice.rehearsed or not known else []
        if not known:
            choice = replace(choice, rehearsed=bool(rehearsal))
            self._folder.write(self._folder.choice, choice.to_dict())
        material = replace(gathered.material, rehearsal=rehearsal)
        self._voice.tell(
            "gathered",
            train=len(material.train),
            held_out=len(material.held_out),
            rejected=len(material.rejected),
            rehearsal=len(material.rehearsal),
            left_out=gathered.left_out,
        )
        return material

    def _rehearsal(self, train: "Sequence[Example]") -> "list[Example]":
        """Rendered people, against forgetting; none where the parent knows other parts than they have.

        Where it is only tried how long it takes, and they are not rendered yet, those in ``train`` stand in.
        """
        from dropmodel.inference import read_info
        from dropmodel.training.finetune.rehearsal import rehearsal

        if not self._settings["rehearse"] or read_info(self._folder.parent).schema != EIGHT:
            return []
        cache = self._folder.path.parent / REHEARSAL
        if not cache.exists() and self._only_try:
            return stand_ins(train)
        if not cache.exists():
            self._voice.tell("note", text="Rendering people against forgetting; once in this library.")
        try:
            return rehearsal(cache)
        except MissingPackageError as error:
            self._voice.tell("note", text=f"Without rehearsal: {error}")
            return []

    def _end(self, outcome: "Outcome") -> int:
        if outcome.ended == "aborted":
            self._voice.turn("aborted", sentence(outcome.message))
            return 0
        with self._gate:  # From here on it is too late to be told anything.
            self._ears.close()
            self._voice.turn("registering")
        version = None
        if outcome.model is not None:
            with Library.open(self._library_path) as library:
                version = add_version(library, self._run_id, self._parent_id, outcome)
        words = words_of(outcome, version)
        self._voice.tell(
            "done",
            version=None if version is None else version.id,
            name=None if version is None else version.name,
            alpha=outcome.alpha,
            before=outcome.before,
            after=outcome.after,
            message=words,
        )
        self._folder.drop_weights()
        if outcome.ended == "diverged":
            self._fail(diverged(outcome.message, self._settings))
            return _FAILED
        self._voice.turn("stopped" if outcome.ended == "stopped" else "done", words)
        return 0

    def _fail(self, trouble: Trouble) -> None:
        self._voice.tell("error", kind=trouble.kind, message=trouble.message, smaller=trouble.smaller)
        self._voice.turn("failed", trouble.message)

    def _turn(self, state: Any) -> None:
        """Another state, unless the run is about to end: that stays on show until it does."""
        with self._gate:
            if not {"stop", "abort"} & set(self._told):
                self._voice.turn(state)

    def _obey(self, command: Command) -> None:
        """Passes a command on and answers at once."""
        with self._gate:
            before = set(self._told)
            self._told.append(command)
            if self._control is not None:
                _tell(self._control, command)
            if command == "abort" and command not in before:
                self._voice.turn("aborting")
                patience = threading.Timer(_PATIENCE_SECONDS, self._leave)
                patience.daemon = True
                patience.start()
            elif before & {"stop", "abort"}:
                return
            elif command == "stop":
                self._voice.turn("stopping")
            elif command == "pause" and self._voice.state != "paused":
                self._voice.turn("pausing")
            elif command == "resume" and self._voice.state == "pausing":
                self._voice.turn("running")

    def _leave(self) -> None:
        if self._voice.state == "aborting":
            self._voice.turn("aborted", "Aborted in the midst of a long step.")
            self._voice.close()
            os._exit(0)


def stand_ins(train: "Sequence[Example]") -> "list[Example]":
    """Crops that cost as much as rendered people do: as many, as if of so many persons."""
    from dropmodel.training.finetune.rehearsal import CROPS, PERSONS

    return [
        replace(train[place % len(train)], person=place // CROPS)
        for place in range(PERSONS * CROPS if train else 0)
    ]


def teller(voice: Voice, turn: "Callable[[Any], None]") -> "Events":
    """The engine's events as those of the protocol."""
    from dropmodel.training.finetune import Events

    class Teller(Events):
        def planned(self, plan: Any) -> None:
            voice.tell("plan", **_values(plan))

        def clustered(self, clusters: Any) -> None:
            voice.tell("clustered", **_values(clusters))

        def step(self, step: Any) -> None:
            voice.tell("step", **_values(step))

        def epoch(self, epoch: Any) -> None:
            voice.tell("epoch", **_values(epoch))

        def averaged(self, alpha: float, metrics: Any) -> None:
            voice.tell("averaged", alpha=alpha, metrics=metrics)

        def paused(self, *, paused: bool) -> None:
            turn("paused" if paused else "running")

        def note(self, text: str) -> None:
            voice.tell("note", text=text)

    return Teller()


def _tell(control: "Control", command: Command) -> None:
    {
        "pause": control.pause,
        "resume": control.resume,
        "stop": control.stop,
        "abort": control.abort,
    }[command]()


def _values(record: Any) -> dict[str, Any]:
    return {item.name: getattr(record, item.name) for item in fields(record)}


def _be_modest(threads: int) -> None:
    """No more than its share of the processor, and behind everything that somebody waits for."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # as the window has it: docs/decisions/0004
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)
