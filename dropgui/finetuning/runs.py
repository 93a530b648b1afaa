"""The runs of a library: started, listed, spoken to, resumed, deleted.

A run is a row (``training_runs``) and a folder beside the library (:mod:`dropgui.finetuning.folder`). Its
work is done by a process of its own that outlives whoever started it, if it is told to stay.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select

from dropgui.errors import UserError
from dropgui.finetuning.folder import Folder
from dropgui.finetuning.follow import Story, story_of
from dropgui.finetuning.plan import check, summary
from dropgui.finetuning.protocol import ENDED, Command, State, command_line
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.split import deal
from dropgui.library import Library
from dropgui.library.changes import Change
from dropgui.library.processes import process_name
from dropgui.library.processes import runs as process_runs
from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import TrainingRun
from dropgui.weights.loading import device_called, load_version

RunState = Literal["running", "finished", "stopped", "aborted", "failed", "interrupted"]

_NEW = "new-"
_DATA = "data"
_STRAY_SECONDS = 3600  # a folder that nobody has finished by then never will be
_CHANGED = Change(jobs=True)
_NEW_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # Windows
_OF_ENDED: dict[State, RunState] = {
    "done": "finished",
    "stopped": "stopped",
    "aborted": "aborted",
    "failed": "failed",
}


class RunError(UserError):
    """A run cannot be started, resumed or deleted; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``state`` is ``interrupted`` where the worker died without a word (a kill, no power).

    ``resumable``: it did not come to its end and can go on from where it was. ``parent_id`` and ``result_id``
    are model versions, None where they are gone or there is none. ``message`` is the last word of the worker.
    ``before`` and ``after``: what parent and version reached on the held-out crops, empty without a version.
    ``seen``: whether somebody was told how it ended (:func:`mark_seen`).
    """

    id: int
    folder: Path
    state: RunState
    resumable: bool
    recipe: Recipe
    data: str
    parent_id: int | None
    result_id: int | None
    started_at: datetime
    message: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    seen: bool

    @property
    def events(self) -> Path:
        """What the run tells, for a :class:`~dropgui.finetuning.follow.Follower`."""
        return Folder(self.folder).events

    def story(self) -> Story:
        """What it has told until now."""
        return story_of(self.events)


def runs_dir(library: Library) -> Path:
    """Where the folders of this library's runs are; may not exist yet."""
    return library.path.with_name(library.path.name + ".runs")


def runs(library: Library) -> list[Run]:
    """All runs, newest first."""
    with library.read() as connection:
        rows = connection.execute(select(TrainingRun).order_by(TrainingRun.id.desc())).all()
    return [_run(library, row) for row in rows]


def run(library: Library, run_id: int) -> Run:
    """One run; :class:`RunError` where there is none."""
    for one in runs(library):
        if one.id == run_id:
            return one
    raise RunError(f"There is no run {run_id} in {library.path}.")


def running(library: Library) -> Run | None:
    """The run that goes on now, in whatever process."""
    return next((one for one in runs(library) if one.state == "running"), None)


def prepare(library: Library, recipe: Recipe) -> Run:
    """A new run, ready to be launched; deals out who is held out.

    :class:`~dropgui.finetuning.plan.TooLittleError`, :class:`~dropgui.finetuning.recipe.RecipeError`,
    :class:`RunError`, and what :func:`dropgui.weights.loading.load_version` raises for lost weights.
    """
    refuse_two(library)
    settings = recipe.config().to_dict()
    device_called(recipe.device)
    parent = check(library, recipe).parent
    assert parent is not None
    deal(library)
    config = {**recipe.to_dict(), _DATA: summary(recipe, check(library, recipe))}

    order = {"parent": parent.id, "recipe": recipe.to_dict(), "settings": settings}
    made = make_folder(library, parent)

    def work(connection: Connection) -> int:
        values = {"parent_id": parent.id, "config": config}
        run_id = connection.execute(insert(TrainingRun).values(values).returning(TrainingRun.id)).scalar_one()
        target = _folder(library, run_id).path
        shutil.rmtree(target, ignore_errors=True)  # of a program that was killed before its row was written
        made.write(made.order, {"run": run_id, **order})
        made.path.rename(target)
        return run_id

    try:
        run_id = library.write(work, change=_CHANGED)
    except OSError as error:
        raise _no_folder(made.path, error) from error
    finally:
        shutil.rmtree(made.path, ignore_errors=True)
    return run(library, run_id)


def launch(library: Library, run: Run, *, stay: bool = False) -> "subprocess.Popen[bytes]":
    """Starts the worker, or takes the run up where it was; returns its process.

    Its standard input is a pipe: when this process ends the run is aborted and can be resumed, unless it is
    told to ``stay``. What it tells is read from :attr:`Run.events`. :class:`RunError` where it cannot be.
    """
    folder = Folder(run.folder)
    if folder.is_worked_on():
        raise RunError("This run is going on already.")
    refuse_two(library)
    if not folder.parent.is_file():
        raise RunError("This run has come to its end. Start a new one.")
    try:
        for said in (folder.commands, folder.state, folder.seen):  # to, by and of an earlier worker
            said.unlink(missing_ok=True)
        with folder.log.open("ab") as log:
            worker = subprocess.Popen(  # noqa: S603 - our own program
                [*worker_command(library, run.folder), *(["--stay"] if stay else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                # In a group of its own: Ctrl-C in a terminal is for us to hear and to pass on.
                start_new_session=True,
                creationflags=_NEW_GROUP,
            )
    except OSError as error:
        raise RunError(f"The worker could not be started: {error.strerror or error}.") from error
    with suppress(OSError), folder.state.open("x", encoding="utf-8") as state:
        # Until the worker says so itself.
        json.dump({"state": "starting", "process": process_name(worker.pid)}, state)
    return worker


def worker_command(library: Library, folder: Path) -> list[str]:
    """The program and arguments that do the work of a run's folder."""
    return [sys.executable, "-m", "dropgui.train_worker", os.fspath(library.path), os.fspath(folder)]


def send(run: Run, command: Command) -> None:
    """Tells the worker something, whoever started it; :class:`RunError` where it cannot be told."""
    try:
        with Folder(run.folder).commands.open("a", encoding="utf-8") as file:
            file.write(command_line(command))
    except OSError as error:
        raise RunError(f"The run could not be told to {command}: {error.strerror or error}.") from error


def mark_seen(run: Run) -> None:
    """Notes that somebody was told how a run ended; where that cannot be written, they are told again."""
    with suppress(OSError):
        Folder(run.folder).seen.touch()


def left_behind(library: Library) -> Run | None:
    """The newest run, if it ended and nobody was told of that."""
    newest = next(iter(runs(library)), None)
    if newest is None or newest.state == "running" or newest.seen or not newest.folder.is_dir():
        return None
    return newest


def remove(library: Library, run: Run) -> None:
    """Deletes a run and its folder; a version that came of it stays. :class:`RunError` while it goes on."""
    if any(one.id == run.id and one.state == "running" for one in runs(library)):
        raise RunError("This run is going on. Stop it first.")

    def work(connection: Connection) -> None:
        connection.execute(delete(TrainingRun).where(TrainingRun.id == run.id))
        shutil.rmtree(run.folder, ignore_errors=True)

    library.write(work, change=_CHANGED)


def refuse_two(library: Library) -> None:
    """:class:`RunError` where a run goes on in this library already."""
    if running(library) is not None:
        raise RunError("A run is going on in this library. Wait for it, or stop it first.")


def make_folder(library: Library, parent: ModelVersionRow) -> Folder:
    """A folder with the weights to start from, not yet under its name; :class:`RunError`.

    Whoever makes it removes it; one that a kill left is removed an hour later.
    """
    root = runs_dir(library)
    try:
        root.mkdir(exist_ok=True)
        for stray in root.glob(f"{_NEW}*"):
            if time.time() - stray.stat().st_mtime > _STRAY_SECONDS:
                shutil.rmtree(stray, ignore_errors=True)
        folder = Folder(Path(tempfile.mkdtemp(prefix=_NEW, dir=root)))
    except OSError as error:
        raise _no_folder(root, error) from error
    try:
        found = load_version(library, parent, device_called("cpu"))
        if found.file is None:
            from dropmodel.inference import save_model

            save_model(found.model, folder.parent)
        else:
            shutil.copyfile(found.file, folder.parent)
    except BaseException as error:
        shutil.rmtree(folder.path, ignore_errors=True)
        if isinstance(error, OSError):
            raise _no_folder(folder.path, error) from error
        raise
    return folder


def _no_folder(path: Path, error: OSError) -> RunError:
    return RunError(
        f"The folder {path} of the run could not be made: {error.strerror or error}. Free some space and "
        "make sure you may write there."
    )


def _folder(library: Library, run_id: int) -> Folder:
    return Folder(runs_dir(library) / f"{run_id:04}")


def _run(library: Library, row: Row[Any]) -> Run:
    folder = _folder(library, row.id)
    last = folder.read(folder.state)
    state = _state(folder, last.get("state"), str(last.get("process", "0")), row.result_id)
    recipe = {name: value for name, value in row.config.items() if name != _DATA}
    return Run(
        id=row.id,
        folder=folder.path,
        state=state,
        resumable=state not in {"running", "finished", "stopped"} and folder.parent.is_file(),
        recipe=Recipe.from_dict(recipe),
        data=row.config.get(_DATA, ""),
        parent_id=row.parent_id,
        result_id=row.result_id,
        started_at=row.started_at,
        message=str(last.get("message", "")),
        before=row.metrics.get("before", {}),
        after=row.metrics.get("after", {}),
        seen=folder.seen.exists(),
    )


def _state(folder: Folder, last: object, process: str, result_id: int | None) -> RunState:
    if folder.is_worked_on() or (last == "starting" and process_runs(process)):
        return "running"
    if result_id is not None and last not in ENDED:
        return "finished"  # Killed between the version and the last word.
    return next((state for ended, state in _OF_ENDED.items() if ended == last), "interrupted")
