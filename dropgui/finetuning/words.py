"""What is said of a run, in words of people: in the window and on a terminal."""

from collections.abc import Mapping

from dropgui.finetuning.follow import Story
from dropgui.finetuning.protocol import Event, State
from dropgui.finetuning.recipe import Source
from dropgui.finetuning.runs import Run
from dropgui.indexing.progress import duration
from dropgui.versions.words import TITLES, percent, size

METRICS = {name: TITLES[name] for name in ("map", "rank1", "miou")}
"""Titles of what is measured, by the names of the protocol."""

LOSSES = {
    "identity": "Who it is",
    "triplet": "Near and far",
    "compactness": "Compactness",
    "contrastive": "Contrast",
    "rejected": "Rejected matches",
    "contrast": "Groups",
    "parsing": "Masks",
}
"""Titles of losses, by the names of the engine without what they are of."""

SOURCES: Mapping[Source, tuple[str, str]] = {
    "persons": ("Confirmed persons: who is who", "Learn from persons that you confirmed"),
    "masks": ("Corrected masks: where the parts are", "Learn from masks that you corrected"),
    "adapt": (
        "Pictures as they are: the look of this library",
        "Learn from pictures that nobody named, by putting together what looks alike",
    ),
}
"""Title and a sentence of help for each source."""

HOW_TO_GET: Mapping[Source, str] = {
    "persons": "Search for somebody and say Y to the matches that show them.",
    "masks": "Select a crop, press E, and paint where the model is wrong.",
    "adapt": "Add a folder of pictures.",
}
"""What to do where there is too little of a source."""

_DEVICES = {"cpu": "the processor", "cuda": "the graphics card"}
_STATES: Mapping[State, str] = {
    "starting": "Starting…",
    "gathering": "Gathering pictures…",
    "probing": "Trying two batches, to tell how long it takes…",
    "running": "Learning",
    "pausing": "Pausing after this step…",
    "paused": "Paused",
    "stopping": "Stopping; the best so far is kept…",
    "aborting": "Aborting…",
    "registering": "Adding the new version…",
    "done": "Done",
    "stopped": "Stopped early",
    "aborted": "Aborted",
    "failed": "It did not work",
}


CUT_SHORT = "The run ended without a word; the system may have ended it for want of memory."
"""What is known of a worker that was killed."""


def ended(run: Run) -> str:
    """How a run ended, and that nothing is lost by it, in a sentence or two."""
    message = run.message or state_title("done")
    resumable = " It can be resumed." if run.resumable else ""
    match run.state:
        case "failed":
            return f"Teaching did not work: {message}{resumable}"
        case "interrupted":
            return f"Teaching was cut short. {CUT_SHORT} Nothing you made is lost.{resumable}"
        case "aborted":
            return f"Teaching was ended before it was done.{resumable}"
    return f"Teaching has ended. {message}"


def losses_of(losses: Mapping[str, float | None]) -> dict[str, float]:
    """Losses by title, those of one kind (of the whole body, of its parts) averaged."""
    kinds: dict[str, list[float]] = {}
    for name, value in losses.items():
        kind = "identity" if name.startswith("identity") else name.removeprefix("foreground_")
        if value is not None:
            kinds.setdefault(LOSSES.get(kind, kind), []).append(value)
    return {title: sum(values) / len(values) for title, values in kinds.items()}


def state_title(state: State) -> str:
    """A state as a heading."""
    return _STATES[state]


def how_far(story: Story) -> str:
    """How far a run is: "Step 120 of 300 · 4 min left · 1.2 GB"; empty until that is known."""
    words = []
    if story.of:
        words.append(f"Step {story.step:,} of {story.of:,}")
    left = story.seconds_left
    if left is not None and not story.ended:
        words.append(f"{duration(left)} left" if story.steps else f"about {duration(left)}")
    told = story.steps[-1] if story.steps else story.probe
    if told is not None:
        words.append(size(told["memory"]))
    if story.plan is not None:
        words.append(f"on {_DEVICES.get(story.plan['device'], story.plan['device'])}")
    return " · ".join(words)


def log_line(event: Event) -> str:
    """One event as a line of the log; empty for what is not worth one."""
    match event["event"]:
        case "state" if event["state"] == "starting" and event.get("resumed"):
            return "It goes on from where it was."
        case "gathered":
            lost = f"; the files of {event['left_out']:,} are gone" if event["left_out"] else ""
            return f"{event['train']:,} crops to learn from, {event['held_out']:,} held out{lost}."
        case "probe":
            return f"Two batches were tried: about {duration(event['seconds'])} for {event['steps']:,} steps."
        case "clustered":
            return (
                f"{event['clustered']:,} of {event['crops']:,} crops fell into {event['clusters']:,} groups."
            )
        case "epoch":
            when = f"After epoch {event['epoch']}" if event["epoch"] else "Before anything is learnt"
            return f"{when}: {measured(event['metrics']) or 'nobody to measure on'}."
        case "averaged":
            said = measured(event["metrics"])
            return f"With {100 * event['alpha']:.0f} % of what was learnt: {said}." if said else ""
        case "note":
            return str(event["text"])
    return ""


def measured(metrics: Mapping[str, float | None]) -> str:
    """Metrics in a line: "mAP 61.5 %, Rank-1 70.0 %"."""
    known = [(title, metrics.get(name)) for name, title in METRICS.items()]
    return ", ".join(f"{title} {percent(value)}" for title, value in known if value is not None)
