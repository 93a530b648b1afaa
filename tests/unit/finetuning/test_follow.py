"""Following what a run tells: every event once, whatever is cut short, and nothing twice after a resume."""

import json
import math
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dropgui.finetuning.follow import Follower, Story
from dropgui.finetuning.protocol import COMMANDS, command_line, event_line, read_command, read_events

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, width=32)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [finite(item) for item in value]
    return {key: finite(item) for key, item in value.items()} if isinstance(value, dict) else value


@given(VALUES)
def test_an_event_is_one_line_and_comes_back(value: Any) -> None:
    line = event_line("note", text=value)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    (event,) = read_events(line.splitlines())
    assert event["text"] == finite(value)


def test_no_number_that_json_has_not() -> None:
    line = event_line("clustered", agreement=math.nan, losses={"a": math.inf}, pair=(1.0, -math.inf))
    parsed = json.loads(line, parse_constant=lambda name: 1 / 0)
    assert (parsed["agreement"], parsed["losses"], parsed["pair"]) == (None, {"a": None}, [1.0, None])


@given(st.text())
def test_what_is_no_event_or_command_is_passed_over(text: str) -> None:
    assert read_events([text]) == []
    assert read_command(text) is None


def test_commands_come_back() -> None:
    assert [read_command(command_line(command)) for command in COMMANDS] == list(COMMANDS)
    assert read_command('{"do": "explode"}') is None
    assert read_command('{"do": ["stop"]}') is None


@given(st.lists(st.text(max_size=20), max_size=8), st.lists(st.integers(0, 400), max_size=6))
def test_a_follower_tells_each_event_once_however_it_is_written(texts: list[str], cuts: list[int]) -> None:
    import tempfile

    data = "".join(event_line("note", text=text) for text in texts).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        follower = Follower(path)
        assert follower.poll() == []
        heard, start = [], 0
        for end in [*sorted(min(cut, len(data)) for cut in cuts), len(data)]:
            with path.open("ab") as file:
                file.write(data[start:end])
            start = end
            heard += follower.poll()
    assert [event["text"] for event in heard] == texts


def test_after_a_resume_nothing_is_there_twice() -> None:
    story = Story()
    for number in range(1, 8):
        story.take({"event": "step", "number": number, "of": 9, "seconds_left": 1.0, "run": 1})
    story.take({"event": "epoch", "epoch": 1, "metrics": {}, "run": 1})
    story.take({"event": "error", "message": "killed"})
    story.take({"event": "state", "state": "starting", "resumed": True})
    assert story.error is None
    for number in range(5, 10):
        story.take({"event": "step", "number": number, "of": 9, "seconds_left": 0.5, "run": 2})
    story.take({"event": "epoch", "epoch": 1, "metrics": {}, "run": 2})
    assert [(event["number"], event["run"]) for event in story.steps] == [
        *((number, 1) for number in range(1, 5)),
        *((number, 2) for number in range(5, 10)),
    ]
    assert [event["run"] for event in story.epochs] == [2]
    assert (story.step, story.of, story.seconds_left) == (9, 9, 0.5)
    assert not story.ended


def test_what_a_newer_program_tells_is_passed_over() -> None:
    story = Story()
    story.take({"event": "weather", "sun": True})
    assert story == Story()
