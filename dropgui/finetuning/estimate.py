"""How long a run would take, tried before it is begun: two batches in a process of its own, thrown away."""

import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass

from dropgui.errors import UserError
from dropgui.finetuning import runs
from dropgui.finetuning.folder import REHEARSAL, Folder
from dropgui.finetuning.follow import story_of
from dropgui.finetuning.plan import check
from dropgui.finetuning.recipe import Recipe
from dropgui.indexing.progress import CancelToken, duration
from dropgui.library import Library
from dropgui.versions.words import size
from dropgui.weights.devices import cores
from dropgui.weights.loading import device_called

_LOOK_SECONDS = 0.05
_RENDER_SECONDS = 30.0  # once in a library: people against forgetting


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would take here: ``seconds`` for ``steps`` of ``step_seconds``, ``memory`` in bytes.

    ``device`` as torch calls it; ``threads`` of ``cores`` of the processor.
    """

    seconds: float
    step_seconds: float
    steps: int
    memory: int
    device: str
    threads: int
    cores: int

    @property
    def words(self) -> str:
        """For people: "about 12 min on this machine (1 of 2 cores)"."""
        where = self.device if self.device != "cpu" else f"{self.threads} of {self.cores} cores"
        return (
            f"about {duration(self.seconds)} on this machine ({where}), {self.steps:,} steps, "
            f"{size(self.memory)} of memory"
        )


def estimate(library: Library, recipe: Recipe, cancel: CancelToken | None = None) -> Estimate | None:
    """Tries two batches of what ``recipe`` would learn now; None where that was cancelled (it ends at once).

    Nothing is written but a folder that goes again, nobody is held out by it. Errors as of
    :func:`dropgui.finetuning.runs.prepare`, and a ``UserError`` for what went wrong in the trying.
    """
    runs.refuse_two(library)
    settings = recipe.config().to_dict()
    device_called(recipe.device)
    parent = check(library, recipe).parent
    assert parent is not None
    folder = runs.make_folder(library, parent)
    try:
        order = {"run": 0, "parent": parent.id, "recipe": recipe.to_dict(), "settings": settings}
        folder.write(folder.order, order)
        if not _tried(library, folder, cancel or CancelToken()):
            return None
        story = story_of(folder.events)
    except OSError as error:
        raise runs.RunError(f"It could not be tried: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)
    if story.error is not None:
        raise UserError(story.error["message"])
    if story.probe is None:
        raise UserError("It could not be tried: the worker ended without a word, maybe for want of memory.")
    to_render = settings["rehearse"] and not (runs.runs_dir(library) / REHEARSAL).exists()
    values = {name: story.probe[name] for name in ("step_seconds", "steps", "memory", "device")}
    seconds = story.probe["seconds"] + (_RENDER_SECONDS if to_render else 0)
    return Estimate(seconds, **values, threads=recipe.threads, cores=cores())


def _tried(library: Library, folder: Folder, cancel: CancelToken) -> bool:
    """Runs the worker to its end; False where it was cancelled."""
    command = [*runs.worker_command(library, folder.path), "--estimate"]
    with (
        folder.log.open("ab") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        ) as worker,
    ):
        try:
            while worker.poll() is None:
                if cancel.cancelled:
                    return False
                time.sleep(_LOOK_SECONDS)
        finally:
            with suppress(OSError):
                worker.kill()  # it has nothing to lose
    return True
