"""Following a run by what it tells: every event once, and what they come to."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dropgui.finetuning.protocol import ENDED, Event, State, read_events


class Follower:
    """Reads a run's ``events.jsonl`` from its beginning, as far as it is written each time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def poll(self) -> list[Event]:
        """The events since the last call; empty where there are none, or no file yet."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        return read_events(whole.decode("utf-8", errors="replace").splitlines())


@dataclass(slots=True)
class Story:
    """What a run has told so far, with nothing in it twice: for curves, a log, and where it stands.

    ``steps``, ``epochs``, ``clusters`` are events as they came, in rising order of ``number`` and ``epoch``;
    ``notes`` texts; ``probe``, ``plan``, ``gathered``, ``done``, ``error`` the last event of that kind.
    """

    state: State = "starting"
    message: str = ""
    steps: list[Event] = field(default_factory=list)
    epochs: list[Event] = field(default_factory=list)
    clusters: list[Event] = field(default_factory=list)
    averaged: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    probe: Event | None = None
    plan: Event | None = None
    gathered: Event | None = None
    done: Event | None = None
    error: Event | None = None

    @property
    def ended(self) -> bool:
        """Whether the worker said a last word."""
        return self.state in ENDED

    @property
    def step(self) -> int:
        """How many steps are done."""
        return int(self.steps[-1]["number"]) if self.steps else 0

    @property
    def of(self) -> int:
        """How many steps the run has; 0 until that is known."""
        known: dict[str, Any] = self.plan or self.probe or {}
        return int(self.steps[-1]["of"] if self.steps else known.get("steps", 0))

    @property
    def seconds_left(self) -> float | None:
        """How long it still takes; None where that is not known."""
        if self.steps:
            left: float | None = self.steps[-1]["seconds_left"]
            return left
        return None if self.probe is None else self.probe["seconds"]

    def take(self, event: Event) -> None:
        """Adds one event."""
        match event["event"]:
            case "state":
                self.state, self.message = event["state"], event.get("message", "")
                if self.state == "starting":
                    self.done = self.error = None
            case "step":
                _put(self.steps, event, "number")
            case "epoch":
                _put(self.epochs, event, "epoch")
            case "clustered":
                _put(self.clusters, event, "epoch")
            case "averaged":
                _put(self.averaged, event, "alpha")
            case "note":
                self.notes.append(event["text"])
            case "probe" | "plan" | "gathered" | "done" | "error" as name:
                setattr(self, name, event)


def story_of(path: Path) -> Story:
    """What a run has told until now; ``path`` is its ``events.jsonl``."""
    story = Story()
    for event in Follower(path).poll():
        story.take(event)
    return story


def _put(events: list[Event], event: Event, key: str) -> None:
    """Adds an event in the place of those that a resumed run has gone behind."""
    while events and events[-1][key] >= event[key]:
        events.pop()
    events.append(event)
