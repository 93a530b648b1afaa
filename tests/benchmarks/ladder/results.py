"""What a run came to: its model measured, and its result file."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dropmodel.data.datasets import Dataset
from dropmodel.errors import DataError
from dropmodel.evaluation.evaluate import Options, evaluate
from dropmodel.inference import Extractor, load_model
from dropmodel.inference.devices import cpu_threads
from dropmodel.training import logs
from dropmodel.training.toml import to_table
from tests.benchmarks.ladder.runs import Run

_NUMBERS = ("rank1", "rank5", "rank10", "map", "minp", "miou", "queries", "gallery")

Numbers = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Result:
    """``sets`` are percentages by the name of the set; None where it has nothing to measure.

    ``seconds`` and ``crops_per_s`` are those of the training's steps, reading included; ``commits`` those of
    the trees the training was started from, more than one where it was taken up again.
    """

    step: str
    seed: int
    assignments: list[str]
    config: Mapping[str, Any]
    sets: Mapping[str, Numbers]
    seconds: float
    crops_per_s: float
    machine: str
    cores: int
    commits: list[str]
    date: str


def read_result(run: Run) -> Result | None:
    """The result of ``run``, None without one; ``DataError`` if it was made with other settings."""
    path = _file(run)
    if not path.exists():
        return None
    result = Result(**json.loads(path.read_text(encoding="utf-8")))
    now = _flat(to_table(run.config))
    # Keys that were added since are taken to leave everything as it was.
    changed = [key for key, value in _flat(result.config).items() if now.get(key) != value]
    if changed:
        raise DataError(f"{path} was made with other settings: {', '.join(changed)}; choose another --out")
    return result


def finish_run(run: Run, sets: Mapping[str, Dataset], device: str) -> None:
    """Measure the run's model on those of ``sets`` that its result does not tell yet, and write that."""
    known = read_result(run)
    told = {} if known is None else dict(known.sets)
    for name in sets:
        if name not in told:
            told[name] = measured(run.model, sets[name], device)
    seconds, rate = _speed(run)
    result = Result(
        step=run.step.name,
        seed=run.seed,
        assignments=list(run.assignments),
        config=to_table(run.config),
        sets=told,
        seconds=round(seconds, 1),
        crops_per_s=round(rate, 1),
        machine=_machine(device) if known is None else known.machine,
        cores=_cores() if known is None else known.cores,
        commits=list(dict.fromkeys(run.commits.read_text(encoding="utf-8").split())),
        date=datetime.now(UTC).date().isoformat(),
    )
    part = run.folder / "result.part"
    part.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    part.replace(_file(run))


def measured(model: Path, dataset: Dataset, device: str) -> Numbers:
    """The numbers of a model file on the query and gallery of ``dataset``."""
    with cpu_threads(1):
        reader = Extractor(load_model(model, device), batch_size=64, threads=1, runtime="torch")
        report = evaluate(reader, dataset, Options(tables=False, calibration=None)).to_dict()
    return {name: report[name] for name in _NUMBERS}


def _file(run: Run) -> Path:
    return run.folder / "result.json"


def _speed(run: Run) -> tuple[float, float]:
    """Seconds of all steps and crops a second, by the log, which reads as if the run had never stopped."""
    options = run.config
    batch = options.data.persons * options.data.pictures * options.optimiser.accumulate
    lines = (run.folder / logs.FILE).read_text(encoding="utf-8").splitlines()
    rates = [line["images_per_second"] for line in map(json.loads, lines) if "images_per_second" in line]
    seconds = sum(batch / rate for rate in rates)
    return seconds, len(rates) * batch / seconds


def _flat(table: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{path}{key}.") if isinstance(value, Mapping) else {f"{path}{key}": value}
    return flat


def _machine(device: str) -> str:
    """The processor's name, or the graphics card's where that computes."""
    if device != "cpu":
        import torch

        if torch.cuda.is_available():
            return torch.cuda.get_device_name()
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
