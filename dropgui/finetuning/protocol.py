"""What the worker of a run and those who watch it say to each other: one JSON object a line, UTF-8.

The worker is ``python -m dropgui.train_worker LIBRARY FOLDER``, a process of its own
(:func:`dropgui.finetuning.runs.launch`). What it tells goes to its standard output and, the same lines, to
``events.jsonl`` in the run's folder, so that a window that was closed reads there what it missed and goes on
reading (:class:`dropgui.finetuning.follow.Follower`). Every line has ``event`` and ``time`` (seconds since
1970). Numbers that are not finite are null; shares are 0..1, sizes bytes, durations seconds.

- ``state``: ``state``, one of :data:`STATES`; ``message`` in words, may be empty. The last one of a run is
  one of :data:`ENDED`; without it the worker was killed. With ``starting``: ``resumed``, whether the run goes
  on from a checkpoint.
- ``gathered``: ``train``, ``held_out``, ``rejected``, ``rehearsal``, how many crops (pairs) are used;
  ``left_out``, how many were chosen and whose file is gone.
- ``probe``, before the first step and not after a resume: ``seconds`` the run will take, ``step_seconds``,
  ``steps``, ``memory``.
- ``plan``: the fields of :class:`dropmodel.training.finetune.Plan`.
- ``step``: the fields of :class:`dropmodel.training.finetune.StepDone`: ``number``, ``of``, ``epoch``,
  ``total``, ``losses`` by name, ``rate``, ``seconds``, ``seconds_left``, ``memory``. After a resume numbers
  come again: the later line counts, and takes the place of all that had come after it.
- ``epoch``: the fields of :class:`dropmodel.training.finetune.EpochDone`: ``epoch`` (0: the parent),
  ``metrics`` (``map``, ``rank1``, ``miou``, those that could be measured), ``best``.
- ``clustered``: the fields of :class:`dropmodel.training.finetune.Clustered`: ``epoch``, ``clusters``,
  ``clustered`` of ``crops``, ``agreement`` (null for the first).
- ``averaged``: ``alpha``, ``metrics``: a share of what was learnt that was measured at the end.
- ``note``: ``text``, a sentence for the log.
- ``error``: ``kind``, one of ``memory``, ``numbers``, ``disk``, ``input`` or ``bug``; ``message``: what
  happened and what to do; ``smaller``: fields of a recipe to try instead, empty where there are none.
- ``done``, right before the last ``state``: ``version``, the id of the new model version, null where nothing
  was better than the parent; its ``name``; ``alpha``; ``before`` and ``after``, metrics of parent and version
  on the held-out crops; ``message``.

The worker is told ``{"do": ...}`` by a line on its standard input, or by one at the end of ``commands.jsonl``
in the folder (:func:`dropgui.finetuning.runs.send`):

- ``pause``: wait after the running step (``pausing``, then ``paused``); ``resume``: go on.
- ``stop``: end after the running step and keep the best so far; ``abort``: end and keep nothing but the
  checkpoint, from which the run can be resumed. Each is answered at once by a ``state``.
- ``stay``: go on when standard input ends. Without it (and without ``--stay``) the end of standard input is
  an ``abort``: whoever started the run is gone.

Exit codes: 0 the run ended as it should (also stopped or aborted), 1 it failed, 3 another worker is at it.
"""

import json
import math
import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

State = Literal[
    "starting",
    "gathering",
    "probing",
    "running",
    "pausing",
    "paused",
    "stopping",
    "aborting",
    "registering",
    "done",
    "stopped",
    "aborted",
    "failed",
]
STATES: tuple[State, ...] = get_args(State)
ENDED: frozenset[State] = frozenset({"done", "stopped", "aborted", "failed"})
"""What a run can end as; all others are of a worker that lives, or was killed."""

Command = Literal["pause", "resume", "stop", "abort", "stay"]
COMMANDS: tuple[Command, ...] = get_args(Command)

Event = dict[str, Any]


def event_line(event: str, **values: Any) -> str:
    """An event as a line, its end included."""
    return json.dumps(_plain({"event": event, "time": round(time.time(), 3), **values})) + "\n"


def command_line(command: Command) -> str:
    """A command as a line, its end included."""
    return json.dumps({"do": command}) + "\n"


def read_events(lines: Iterable[str]) -> list[Event]:
    """The events of some whole lines; what is none, such as a line that a kill cut short, is left out."""
    parsed = (_parsed(line) for line in lines)
    return [event for event in parsed if isinstance(event.get("event"), str)]


def read_command(line: str) -> Command | None:
    """The command of a line; None for what is none."""
    found = _parsed(line).get("do")
    return found if found in COMMANDS else None


def _parsed(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _plain(value: Any) -> Any:
    """``value`` as JSON can hold it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
