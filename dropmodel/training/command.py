"""The sub-command ``dropmodel train``."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

_HELP = """\
Train a model on a data set whose layout is known (Market-1501 and its kin, a folder a person, ...).

CONFIG is a preset (drop_lite, drop_resnet50, drop_hrnet_w32, base_lite, base_resnet50) or a TOML file; its
keys are described in dropmodel/training/config.py, and RUN/config.toml holds all of them with their values.
RUN gets the log (log.jsonl, tensorboard/), a checkpoint, best.safetensors and last.safetensors.
A run that was stopped in any way goes on with --resume. On several GPUs or machines:
  torchrun --nproc_per_node N -m dropmodel train CONFIG --root ROOT --out RUN
"""


def add_train(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add ``train`` to the commands."""
    train = add_parser(
        "train",
        help="train a model",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.add_argument("config", metavar="CONFIG", help="a preset's name or a TOML file")
    train.add_argument("--root", type=Path, required=True, help="the data set's folder")
    train.add_argument("--out", type=Path, required=True, metavar="RUN", help="the run's folder")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="assignments",
        help="change a setting, such as losses.parsing=0.35; as often as needed",
    )
    train.add_argument("--resume", action="store_true", help="go on from the checkpoint in RUN")
    train.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    train.add_argument("--epochs", type=int, help="short for --set schedule.epochs=N")
    train.set_defaults(run=_train)


def _train(arguments: argparse.Namespace) -> int:
    from dropmodel.training.config import load_config
    from dropmodel.training.session import train

    assignments = list(arguments.assignments)
    if arguments.epochs is not None:
        assignments.append(f"schedule.epochs={arguments.epochs}")

    first = os.environ.get("RANK", "0") == "0"  # Of several processes one speaks for all.

    def say(text: str) -> None:
        if first:
            print(text, file=sys.stderr, flush=True)

    config = load_config(arguments.config, assignments)
    model = train(
        config,
        arguments.root,
        arguments.out,
        resume=arguments.resume,
        device=arguments.device,
        say=say,
    )
    if model is None:
        say(f"stopped; go on with --resume: {arguments.out}")
        return 1
    if first:
        print(model)
    return 0
