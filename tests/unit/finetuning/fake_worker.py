"""The worker with an engine that only pretends: ``python -m tests.unit.finetuning.fake_worker ...``.

The environment variable ``FAKE_ENGINE`` holds JSON: ``steps``, ``seconds`` a step, ``fail`` (``numbers``,
``memory``, ``full``, ``bug``, ``kill``) at step ``at``, or while it is tried where that is 0, which takes
``probe_seconds``; ``model``: whether it gives one. A checkpoint is the number of the step. Everything around
the engine is the real thing.
"""

import errno
import importlib.util
import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[3] / "dropmodel" / "training" / "finetune"


def plain_module(name: str) -> ModuleType:
    """A file of the engine without its package, which would import torch."""
    spec = importlib.util.spec_from_file_location(f"engine_{name}", ROOT / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


events, examples = plain_module("events"), plain_module("examples")


class FakeConfig:
    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values


@dataclass(frozen=True)
class Estimate:
    seconds: float
    step_seconds: float
    steps: int
    memory: int
    device: str


def fake() -> dict[str, Any]:
    given: dict[str, Any] = json.loads(os.environ.get("FAKE_ENGINE", "{}"))
    return {
        "steps": 20,
        "seconds": 0.01,
        "fail": "",
        "at": 0,
        "model": False,
        "probe_seconds": 0,
        **given,
    }


def probe(parent: Path, material: Any, config: Any, *, device: str = "auto") -> Estimate:
    settings = fake()
    time.sleep(settings["probe_seconds"])
    if settings["fail"] and not settings["at"]:
        fail(settings["fail"])
    seconds, steps = settings["seconds"], settings["steps"]
    return Estimate(steps * seconds, seconds, steps, 1000, "cpu")


def finetune(
    parent: Path, material: Any, folder: Path, config: Any, *,
    events: Any, control: Any, device: str = "auto", resume: bool = False,
) -> Any:  # fmt: skip
    settings = fake()
    folder.mkdir(exist_ok=True)
    checkpoint = folder / "checkpoint.pt"
    done = int(checkpoint.read_text()) if resume else 0
    print("something that a library prints")
    train, held_out = len(material.train), len(material.held_out)
    plan = (1, train, 0, 0, 0, 0, 0, held_out, 1, settings["steps"], "cpu")
    events.planned(Events.Plan(*plan))
    if not done:
        events.epoch(Events.EpochDone(0, {"map": 0.5}, best=True))
    for number in range(done + 1, settings["steps"] + 1):
        time.sleep(settings["seconds"])
        if settings["at"] == number:
            fail(settings["fail"])
        step = (number, settings["steps"], number / 10, 1 / number, {"triplet": 1 / number}, 1e-4, 0.01)
        events.step(Events.StepDone(*step, (settings["steps"] - number) * settings["seconds"], 1000))
        checkpoint.write_text(str(number))
        if control.pausing:
            events.paused(paused=True)
            control.wait()
            events.paused(paused=False)
        if control.ending == "abort":
            return Events.Outcome("aborted", None, "aborted; it can be taken up again")
        if control.ending == "stop":
            return outcome("stopped", parent, folder, settings)
    events.epoch(Events.EpochDone(1, {"map": 0.6}, best=True))
    return outcome("done", parent, folder, settings)


def outcome(ended: str, parent: Path, folder: Path, settings: dict[str, Any]) -> Any:
    if not settings["model"]:
        return Events.Outcome(ended, None, f"{ended}; nothing that was learnt is better")
    model = folder / "model.safetensors"
    another(parent, model)
    return Events.Outcome(ended, model, ended, 0.5, 1, {"map": 0.5}, {"map": 0.6})


def another(parent: Path, target: Path) -> None:
    """The parent with other weights."""
    from dropmodel.inference import load_model, save_model

    model = load_model(parent, "cpu")
    for weights in model.network.parameters():
        weights.data.mul_(1.01)
    save_model(model, target)


def fail(how: str) -> None:
    from dropmodel.errors import NotFiniteError, OutOfMemoryError

    match how:
        case "numbers":
            raise NotFiniteError("step 3: not a finite number in: triplet")
        case "memory":
            raise OutOfMemoryError("there is not enough memory for batches of 32 crops; try 16", 16)
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device", "checkpoint.pt")
        case "bug":
            raise ZeroDivisionError("a bug")
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)


Events = events


def tell_nice(by: int) -> int:
    """In place of the real one: behind everything else a process takes minutes on a busy machine."""
    print("nice", by, file=sys.stderr)
    return by


def main() -> int:
    engine = ModuleType("dropmodel.training.finetune")
    for name in ("Control", "Events", "Outcome"):
        setattr(engine, name, getattr(events, name))
    for name in ("Example", "Material"):
        setattr(engine, name, getattr(examples, name))
    vars(engine).update(FinetuneConfig=FakeConfig, finetune=finetune, probe=probe)
    sys.modules[engine.__name__] = engine
    from dropgui.finetuning import worker

    # Whether the parent knows the rendered people's parts is asked of torch, which takes seconds to import.
    worker.Worker._rehearsal = lambda *_: []  # type: ignore[method-assign]
    os.nice = tell_nice
    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
