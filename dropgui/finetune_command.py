"""``dropgui finetune``: teaches a library's model, without a window and with the same worker."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from types import FrameType
from typing import Any

from dropgui.command_line import count_argument, ctrl_c, path_argument, progress_line
from dropgui.errors import UserError
from dropgui.finetuning import runs
from dropgui.finetuning.estimate import estimate
from dropgui.finetuning.follow import Follower, Story
from dropgui.finetuning.plan import Plan, TooLittleError, plan
from dropgui.finetuning.protocol import Command, Event
from dropgui.finetuning.recipe import PRESETS, SOURCES, Recipe, Source
from dropgui.finetuning.runs import Run
from dropgui.finetuning.words import CUT_SHORT, how_far, log_line, state_title
from dropgui.library import Library
from dropgui.session import Session
from dropgui.versions.use import use_version
from dropmodel.endings import STOPPED

_LOOK_SECONDS = 0.1
_CHOICES = (
    "sources",
    "adapt",
    "preset",
    "epochs",
    "batch",
    "rate",
    "crops",
    "device",
    "share",
    "seed",
    "set",
)


def parser() -> argparse.ArgumentParser:
    """What ``dropgui finetune`` takes."""
    top = argparse.ArgumentParser(
        prog="dropgui finetune",
        description="Teach a library's model with what people said in it: confirmed persons, corrected "
        "masks, or only the pictures as they are. What comes of it is a new model version beside the one in "
        "use.",
    )
    top.add_argument("--library", type=path_argument, required=True, help="library file (.droplib)")
    top.add_argument("--plan", action="store_true", help="only say what there is to teach with")
    top.add_argument("--estimate", action="store_true", help="only try how long it would take: two batches")
    top.add_argument("--resume", action="store_true", help="go on with the last run that was cut short")
    top.add_argument(
        "--use", action="store_true", help="use the new version when it is done, if it is better"
    )
    top.add_argument("--json", action="store_true", help="print JSON")
    recipe = top.add_argument_group("recipe")
    recipe.add_argument(
        "--sources", type=_sources, metavar="SOURCES", help="of persons,masks,adapt (default: what there is)"
    )
    recipe.add_argument(
        "--adapt", action="store_true", default=None, help="learn from crops that nobody was named in, too"
    )
    recipe.add_argument("--preset", choices=list(PRESETS), help="quick or thorough (default: quick)")
    recipe.add_argument("--epochs", type=count_argument, help="how often everything is shown")
    recipe.add_argument("--batch", type=count_argument, help="crops a step; fewer take less memory")
    recipe.add_argument("--rate", type=float, help="highest learning rate")
    recipe.add_argument("--crops", type=count_argument, help="at most so many crops without a name")
    recipe.add_argument("--device", help="auto, cpu, cuda, cuda:1, mps (default: auto)")
    recipe.add_argument("--share", type=float, help="share of the processor's cores, up to 1 (default: 0.5)")
    recipe.add_argument("--seed", type=int, help="of what is drawn by lot")
    recipe.add_argument(
        "--set",
        type=_setting,
        action="append",
        metavar="NAME=VALUE",
        help="any other setting of the engine, for those who know it; may be given several times",
    )
    return top


def run(arguments: argparse.Namespace) -> int:
    """Does what was asked for; returns the exit code."""
    with Library.open(arguments.library) as library:
        if arguments.plan:
            _print_plan(plan(library), as_json=arguments.json)
            return 0
        if arguments.estimate:
            return _estimate(library, _recipe(library, arguments), as_json=arguments.json)
        one = (
            _last(library, arguments)
            if arguments.resume
            else runs.prepare(library, _recipe(library, arguments))
        )
        story, stopped = _work(library, one)
        runs.mark_seen(one)
        return _report(library, runs.run(library, one.id), story, arguments, stopped=stopped)


def _estimate(library: Library, recipe: Recipe, *, as_json: bool) -> int:
    with ctrl_c() as cancel:
        found = estimate(library, recipe, cancel)
    if found is None:
        return STOPPED
    words = found.words
    print(json.dumps(asdict(found), indent=2) if as_json else f"{words[0].upper()}{words[1:]}.")
    return 0


def _last(library: Library, arguments: argparse.Namespace) -> Run:
    if given := [f"--{name}" for name in _CHOICES if getattr(arguments, name) is not None]:
        raise UserError(f"A run goes on as it began: leave out {', '.join(given)} with --resume.")
    found = next((one for one in runs.runs(library) if one.resumable), None)
    if found is None:
        raise UserError(f"No run of {library.path} was cut short. Start a new one, without --resume.")
    return found


def _recipe(library: Library, arguments: argparse.Namespace) -> Recipe:
    recipe = PRESETS[arguments.preset or "quick"].recipe
    names = ("epochs", "batch", "rate", "crops", "device", "share", "seed")
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    settings = dict(arguments.set or ())
    return replace(recipe, sources=_wanted(library, arguments), settings=settings, **given)


def _wanted(library: Library, arguments: argparse.Namespace) -> tuple[Source, ...]:
    """The sources that were named, or all labels that there are enough of."""
    wanted: list[Source] = list(arguments.sources or ())
    if not wanted:
        found = plan(library)
        wanted = [source for source in found.possible if source != "adapt"]
        if not wanted and not arguments.adapt:
            missing = "; or ".join(found.of(source).missing for source in ("persons", "masks"))
            hint = " Without any: --adapt." if found.of("adapt").possible else ""
            raise TooLittleError(f"There is too little to teach with. Needed: {missing}.{hint}")
    if arguments.adapt and "adapt" not in wanted:
        wanted.append("adapt")
    return tuple(source for source in SOURCES if source in wanted)


def _work(library: Library, one: Run) -> tuple[Story, bool]:
    """Runs the worker to its end, showing how far it is; whether somebody stopped it."""
    follower, story = Follower(one.events), Story()
    for event in follower.poll():  # of before a resume
        story.take(event)
    # Whatever ends this block closes the worker's standard input, which tells it to abort, and waits for it.
    with _show() as show, _obedient(one) as stops, runs.launch(library, one) as worker:
        while worker.poll() is None:
            _take(follower, story, show)
            time.sleep(_LOOK_SECONDS)
        _take(follower, story, show)
    return story, bool(stops)


def _take(follower: Follower, story: Story, show: Callable[[Event, Story], None]) -> None:
    for event in follower.poll():
        story.take(event)
        show(event, story)


def _report(library: Library, one: Run, story: Story, arguments: argparse.Namespace, *, stopped: bool) -> int:
    if story.error is not None:
        smaller = " ".join(f"--{name} {value:g}" for name, value in story.error["smaller"].items())
        raise UserError(story.error["message"] + (f" To try: {smaller}" if smaller else ""))
    if one.state == "interrupted":
        raise UserError(
            f"{CUT_SHORT} To go on: dropgui finetune --library {library.path} --resume, or start anew with a "
            f"smaller --batch. What it wrote is in {one.folder}."
        )
    if one.state == "aborted":
        print("Aborted; to go on: dropgui finetune --resume. Nothing else has changed.", file=sys.stderr)
        return STOPPED
    done = story.done or {}
    used = False
    if arguments.use and done.get("version") is not None:
        with Session(library) as session, ctrl_c() as cancel, progress_line() as show:
            used = use_version(session, done["version"], on_progress=show, cancel=cancel).version.active
    if arguments.json:
        names = ("version", "name", "alpha", "before", "after", "message")
        print(
            json.dumps({"run": one.id, "state": one.state, **{n: done.get(n) for n in names}, "used": used})
        )
    else:
        print(done.get("message", one.message))
        if done.get("version") is not None:
            print("It answers now." if used else f"To use it: dropgui models use {done['version']}.")
    return STOPPED if stopped else 0


def _print_plan(found: Plan, *, as_json: bool) -> None:
    if as_json:
        values = asdict(found)
        values["parent"] = None if found.parent is None else found.parent.name
        sources = {one.source: {**asdict(one), "possible": one.possible} for one in found.sources}
        print(json.dumps({**values, "sources": sources}, indent=2))
        return
    for one in found.sources:
        print(f"{one.source:>8}  {one.words}" + (f"; needed: {one.missing}" if one.missing else ""))
        for hint in one.hints:
            print(f"{'':>8}  {hint}")
    print(f"{'held out':>8}  {found.measured or 'nobody'}")


@contextmanager
def _obedient(one: Run) -> Iterator[list[Command]]:
    """The first Ctrl-C stops the run and keeps the best so far, the second aborts it."""
    told: list[Command] = []

    def stop(_signal: int, _frame: FrameType | None) -> None:
        told.append("abort" if told else "stop")
        runs.send(one, told[-1])
        words = "Aborting ..." if told[-1] == "abort" else "Stopping, and keeping the best so far ..."
        print(f"\n{words}", file=sys.stderr)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield told
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _show() -> Iterator[Callable[[Event, Story], None]]:
    """Tells of epochs on standard error, and of every step on one line where that is a terminal."""
    terminal = sys.stderr.isatty()
    clear = "\r\x1b[K" if terminal else ""

    def show(event: Event, story: Story) -> None:
        if text := log_line(event):
            print(f"{clear}{text}", file=sys.stderr)
        if terminal:
            line = f"{state_title(story.state)} · {how_far(story)}".removesuffix(" · ")
            print(f"{clear}{line}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print(end=clear, file=sys.stderr, flush=True)


def _sources(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in SOURCES]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is not of {', '.join(SOURCES)}")
    return names


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
