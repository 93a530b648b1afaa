"""The worker in a process of its own, with a made-up engine: what it tells, hears, and leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dropgui.finetuning import runs
from dropgui.finetuning.folder import Folder, WorkerLock
from dropgui.finetuning.follow import Follower, Story
from dropgui.finetuning.protocol import command_line, read_events
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.runs import Run, RunError
from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.models import active_model, model_versions
from dropgui.search import VectorQuery
from dropgui.session import Session
from tests.unit.finetuning.made import crops_of

ROOT = Path(__file__).parents[3]
RECIPE = Recipe(sources=("persons", "masks"), device="cpu", settings={"rehearse": 0.0})

Fake = Callable[..., None]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Sets how the made-up engine behaves, which all runs of the test have."""

    def command(library: Library, folder: Path) -> list[str]:
        module = "tests.unit.finetuning.fake_worker"
        return [sys.executable, "-m", module, str(library.path), str(folder)]

    def behave(**values: Any) -> None:
        monkeypatch.setenv("FAKE_ENGINE", json.dumps(values))

    monkeypatch.setattr(runs, "worker_command", command)
    monkeypatch.chdir(ROOT)
    behave()
    return behave


@pytest.fixture
def run(library: Library, fake: Fake) -> Iterator[Run]:
    one = runs.prepare(library, RECIPE)
    yield one
    while runs.running(library) is not None:  # a test that failed in the midst of it
        runs.send(one, "abort")
        time.sleep(0.1)


class Watcher:
    """Follows a run."""

    def __init__(self, run: Run) -> None:
        self.follower, self.story, self.states = Follower(run.events), Story(), [""]

    def look(self) -> Story:
        for event in self.follower.poll():
            self.story.take(event)
            if event["event"] == "state":
                self.states.append(event["state"])
        return self.story

    def wait(self, condition: Callable[[Story], object], seconds: float = 60) -> Story:
        deadline = time.monotonic() + seconds
        while not condition(self.look()):
            assert time.monotonic() < deadline, f"waited in vain; the last was {self.story}"
            time.sleep(0.02)
        return self.story


def beat(run: Run) -> float:
    """When the worker last said that it lives."""
    found: float = Folder(run.folder).read(Folder(run.folder).state)["beat"]
    return found


def ended(worker: "subprocess.Popen[bytes]") -> int:
    """The exit code; closes our end of its standard input."""
    code = worker.wait(60)
    assert worker.stdin is not None
    worker.stdin.close()
    return code


def test_a_run_from_beginning_to_end(library: Library, run: Run, fake: Fake) -> None:
    fake(model=True, steps=5)
    watcher = Watcher(run)
    worker = runs.launch(library, run)
    assert ended(worker) == 0
    story = watcher.look()
    assert watcher.states[1:] == ["starting", "gathering", "probing", "running", "registering", "done"]
    assert [event["number"] for event in story.steps] == [1, 2, 3, 4, 5]
    assert story.probe is not None
    assert story.probe["steps"] == 5
    assert story.gathered is not None
    assert story.gathered["left_out"] == 0
    assert story.done is not None
    parent = active_model(library)
    assert parent is not None
    assert parent.name == "starter", "the model in use stays"
    version = model_versions(library)[-1]
    assert (version.id, version.name, version.parent_id) == (story.done["version"], "starter 2", parent.id)
    assert version.metrics == {"map": 0.6}
    assert "corrected masks" in version.data
    after = runs.run(library, run.id)
    assert (after.state, after.result_id, after.resumable) == ("finished", version.id, False)
    assert (after.before, after.after) == ({"map": 0.5}, {"map": 0.6})
    assert "mAP 50.0 % → 60.0 %" in after.message
    left = {path.name for path in run.folder.iterdir()}
    assert left == {"events.jsonl", "state.json", "worker.log", "recipe.json", "lock"}
    assert "something that a library prints" in (run.folder / "worker.log").read_text()


def test_killed_it_goes_on_where_it_was_with_what_it_began_with(
    library: Library, run: Run, fake: Fake
) -> None:
    fake(fail="kill", at=6, steps=9)
    worker = runs.launch(library, run)
    assert ended(worker) == -signal.SIGKILL
    killed = runs.run(library, run.id)
    assert (killed.state, killed.resumable) == ("interrupted", True)
    before = run.story()
    assert before.step == 5
    assert not before.ended
    confirm(library, crops_of(library, 20))
    fake(steps=9)
    assert ended(runs.launch(library, killed)) == 0
    story = run.story()
    assert [event["number"] for event in story.steps] == list(range(1, 10))
    assert story.gathered == {**(before.gathered or {}), "time": (story.gathered or {})["time"]}
    assert story.state == "done"
    assert "better" in story.message
    assert len(model_versions(library)) == 1


def test_what_goes_wrong_is_told_and_the_model_in_use_stays(library: Library, run: Run, fake: Fake) -> None:
    fake(fail="bug", at=3)
    assert ended(runs.launch(library, run)) == 1
    story = run.story()
    assert story.error is not None
    assert (story.error["kind"], story.error["smaller"]) == ("bug", {})
    assert "ZeroDivisionError: a bug" in story.error["message"] == story.message
    after = runs.run(library, run.id)
    assert (after.state, after.resumable) == ("failed", True)
    assert "Traceback" in (run.folder / "worker.log").read_text()
    active = active_model(library)
    assert active is not None
    assert active.id == run.parent_id


def test_a_run_that_failed_goes_on(library: Library, run: Run, fake: Fake) -> None:
    fake(fail="full", at=3, steps=6)
    assert ended(runs.launch(library, run)) == 1
    story = run.story()
    assert story.error is not None
    assert story.error["kind"] == "disk"
    with Session(library, device="cpu") as session:
        crop = crops_of(library, 0)[0]
        answer = session.search(VectorQuery(session.features_of_crop(crop), {"foreground": 1.0}))
    assert answer.matches[0].crop_id == crop
    fake(steps=6)
    assert ended(runs.launch(library, runs.run(library, run.id))) == 0
    assert [event["number"] for event in run.story().steps] == [1, 2, 3, 4, 5, 6]
    assert run.story().error is None


def test_pause_resume_and_stop(library: Library, run: Run, fake: Fake) -> None:
    fake(steps=10_000, seconds=0.05)
    watcher = Watcher(run)
    worker = runs.launch(library, run)
    watcher.wait(lambda story: story.steps)
    assert runs.run(library, run.id).state == "running"
    runs.send(run, "pause")
    watcher.wait(lambda story: story.state == "paused")
    assert watcher.states[-2:] == ["pausing", "paused"]
    steps = watcher.story.step
    first = beat(run)
    watcher.wait(lambda _: beat(run) > first)
    assert watcher.look().step == steps, "it waits, and lives"
    runs.send(run, "resume")
    watcher.wait(lambda story: story.step > steps)
    assert watcher.story.state == "running"
    runs.send(run, "stop")
    assert ended(worker) == 0
    assert watcher.look().state == "stopped"
    assert watcher.states[-3:] == ["stopping", "registering", "stopped"]
    assert not runs.run(library, run.id).resumable
    assert "nice 10\n" in (run.folder / "worker.log").read_text(), "it was behind everything else"


def test_an_abort_does_not_wait_for_a_long_step(library: Library, run: Run, fake: Fake) -> None:
    fake(steps=3, seconds=300)
    watcher = Watcher(run)
    worker = runs.launch(library, run)
    watcher.wait(lambda story: story.plan is not None)
    runs.send(run, "abort")
    assert ended(worker) == 0, "not after 300 seconds"
    assert watcher.look().state == "aborted"
    assert watcher.states[-2:] == ["aborting", "aborted"]
    after = runs.run(library, run.id)
    assert (after.state, after.resumable) == ("aborted", True)


def test_when_whoever_started_it_is_gone_it_aborts(library: Library, run: Run, fake: Fake) -> None:
    fake(steps=60, seconds=0.05)
    watcher = Watcher(run)
    worker = runs.launch(library, run)
    watcher.wait(lambda story: story.steps)
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(30) == 0
    assert watcher.look().state == "aborted"


def test_it_can_be_told_to_stay_later(library: Library, run: Run, fake: Fake) -> None:
    fake(steps=60, seconds=0.05)
    watcher = Watcher(run)
    worker = runs.launch(library, run)
    watcher.wait(lambda story: story.steps)
    assert worker.stdin is not None
    worker.stdin.write(command_line("stay").encode())
    worker.stdin.close()
    assert worker.wait(30) == 0
    assert watcher.look().state == "done"


def test_the_same_is_told_on_standard_output_and_nothing_else(library: Library, run: Run, fake: Fake) -> None:
    fake(steps=4)
    process = subprocess.run(
        [*runs.worker_command(library, run.folder), "--stay"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 0
    lines = process.stdout.decode().splitlines()
    assert read_events(lines) == [json.loads(line) for line in lines]
    assert process.stdout == Folder(run.folder).events.read_bytes()
    assert b"something that a library prints" in process.stderr
    assert run.story().state == "done", "nobody was there, and it was to stay"


def test_a_reader_that_stops_reading_holds_up_nothing(library: Library, run: Run, fake: Fake) -> None:
    fake(steps=600, seconds=0)
    command = [*runs.worker_command(library, run.folder), "--stay"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.wait(60) == 0, "its pipe is full, and still it ended"
        assert process.stdout is not None
        process.stdout.close()
    assert run.story().step == 600


def test_only_one_worker_and_one_run_at_a_time(library: Library, run: Run, fake: Fake) -> None:
    fake(steps=10_000, seconds=0.05)
    watcher = Watcher(run)
    worker = runs.launch(library, run)
    with pytest.raises(RunError, match="going on"):
        runs.launch(library, run)
    watcher.wait(lambda story: story.steps)
    with pytest.raises(RunError, match="going on"):
        runs.prepare(library, RECIPE)
    with pytest.raises(RunError, match="Stop it first"):
        runs.remove(library, run)
    second = subprocess.run(
        runs.worker_command(library, run.folder), stdin=subprocess.DEVNULL, timeout=60, check=False
    )
    assert second.returncode == 3
    os.kill(worker.pid, signal.SIGKILL)
    ended(worker)
    assert runs.running(library) is None
    runs.remove(library, run)
    assert runs.runs(library) == []
    assert not run.folder.exists()


def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    folder, mine, other = Folder(tmp_path), WorkerLock(Folder(tmp_path)), WorkerLock(Folder(tmp_path))
    assert not folder.is_worked_on()
    assert mine.acquire()
    assert folder.is_worked_on()
    assert not other.acquire()
    mine.release()
    assert not folder.is_worked_on()
    assert other.acquire()
    other.release()
