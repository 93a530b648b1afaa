"""``python -m tests.benchmarks.ladder``."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dropmodel.data.datasets import guess_name, open_dataset
from dropmodel.errors import ConfigError, DataError
from dropmodel.training.config import load_config
from dropmodel.training.session import open_data
from tests.benchmarks import ladder as about
from tests.benchmarks.ladder.report import put_into, section
from tests.benchmarks.ladder.results import finish_run, read_result
from tests.benchmarks.ladder.runs import Run, climb
from tests.benchmarks.ladder.steps import DROP, Step, assignments, changed_keys, ladder

TEST = "test"
"""Name of the query and gallery of ROOT among the sets."""


def main(argv: Sequence[str] | None = None) -> int:
    """Train, measure and report; exit status 1 where a run failed, 2 where nothing could be done."""
    steps = ladder()
    arguments = _arguments(argv, steps)
    runs = [
        Run(
            step,
            seed,
            arguments.out / step.name / f"seed-{seed}",
            assignments(step, seed, arguments.epochs, arguments.set),
        )
        for seed in arguments.seeds
        for step in steps
    ]
    before = signal.signal(signal.SIGTERM, _end)
    try:
        return _climbed(arguments, runs, steps)
    except (ConfigError, DataError) as error:
        _say(str(error))
        return 2
    finally:
        signal.signal(signal.SIGTERM, before)


def _climbed(arguments: argparse.Namespace, runs: Sequence[Run], steps: Sequence[Step]) -> int:
    also = dict(arguments.also)
    sets = {TEST: open_data(runs[0].config.data, arguments.root)}
    sets |= {name: open_dataset(guess_name(root), root) for name, root in also.items()}
    command = _command(arguments)

    def report() -> str:
        results = [result for run in runs if (result := read_result(run)) is not None]
        text = section(results, steps, command) if results else ""
        if text and arguments.report is not None:
            put_into(arguments.report, text)
        return text

    def finish(run: Run) -> None:
        finish_run(run, sets, arguments.device)
        report()
        _say(f"{run.name}: done")

    def open_yet(run: Run) -> bool:
        result = read_result(run)
        return result is None or any(name not in result.sets for name in sets)

    todo = [run for run in runs if run.step.name in arguments.only and open_yet(run)]
    failed = climb(
        todo, arguments.root, jobs=arguments.jobs, device=arguments.device, finish=finish, say=_say
    )
    print(report())
    return 1 if failed else 0


def _arguments(argv: Sequence[str] | None, steps: Sequence[Step]) -> argparse.Namespace:
    names = [step.name for step in steps]
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.ladder",
        description=about.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, required=True, help="the data set to train and test on")
    parser.add_argument("--out", type=Path, required=True, metavar="RUNS", help="a folder for the runs")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=load_config(DROP).schedule.epochs)
    parser.add_argument("--jobs", type=int, default=2, help="runs at once, of one thread each")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="STEP", help=str(names))
    parser.add_argument(
        "--also", type=_named, action="append", default=[], metavar="NAME=ROOT", help="one more test set"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting for all steps alike"
    )
    parser.add_argument("--device", default="cpu", help="auto, cpu, cuda, ...")
    parser.add_argument("--report", type=Path, metavar="PAGE.md", help="put the section into this page")
    arguments = parser.parse_args(argv)
    taken = changed_keys(steps) & {setting.partition("=")[0].strip() for setting in arguments.set}
    if taken:
        parser.error(f"the steps differ in {', '.join(sorted(taken))}, which cannot be set for all")
    if arguments.epochs < 1 or arguments.jobs < 1:
        parser.error("--epochs and --jobs are at least 1")
    if TEST in dict(arguments.also):
        parser.error(f"{TEST} is the name of ROOT's own test; call the other set something else")
    return arguments


def _command(arguments: argparse.Namespace) -> str:
    """The command for the report, without the places of files."""
    words = ["python -m tests.benchmarks.ladder --root ROOT --out RUNS"]
    words += ["--seeds", *map(str, arguments.seeds), "--epochs", str(arguments.epochs)]
    words += ["--jobs", str(arguments.jobs), "--device", arguments.device]
    words += [f"--also {name}=ROOT" for name, _ in arguments.also]
    words += [f"--set {setting if '/' not in setting else _hidden(setting)}" for setting in arguments.set]
    return " ".join(words)


def _hidden(setting: str) -> str:
    return f"{setting.partition('=')[0]}=PATH"


def _named(text: str) -> tuple[str, Path]:
    name, equals, root = text.partition("=")
    if not (name and equals and root):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=ROOT")
    return name, Path(root)


def _end(number: int, frame: Any) -> None:
    """SIGTERM ends the ladder as an error would, so that its trainings are told."""
    sys.exit(128 + number)


def _say(text: str) -> None:
    print(f"ladder: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
