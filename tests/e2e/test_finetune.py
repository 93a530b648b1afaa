"""Teaching for real: command, worker process and engine, until the model finds and parses better.

The model is the small stand-in, which knows nothing: what it can do afterwards it learnt in the run. What
teaching brings to the starter model is measured by ``tests.benchmarks.finetune``.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dropgui.finetuning import runs
from dropgui.finetuning.follow import Follower, Story
from dropgui.finetuning.recipe import Recipe, Source
from dropgui.finetuning.runs import Run
from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.models import active_model, model_versions
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.search import VectorQuery
from dropgui.session import Session
from dropgui.versions.compare import compare_versions
from dropgui.versions.exchange import export_version, import_version
from dropgui.versions.held_out import HeldOut
from dropgui.versions.use import roll_back, use_version
from tests.support.starter import make_starter
from tests.support.tinted import make_tinted
from tests.unit.finetuning.made import copied, correct

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PERSONS, STRANGERS = range(32), range(100, 116)
SETTINGS = {"rehearse": 0.0, "backbone_rate": 1.0, "norm_momentum": 0.0, "adapt_norms": 0.0, "ema": 0.0}
"""All of the stand-in learns: the usual settings are for a parent that is good already."""

OPTIONS = ["--batch", "16", "--epochs", "4", "--rate", "2e-4", "--device", "cpu", "--json"]
OPTIONS += [f"--set={name}={value}" for name, value in SETTINGS.items()]
METRIC: dict[Source, str] = {"persons": "map", "masks": "miou", "adapt": "map"}


def make(folder: Path, identities: range, model: Path) -> Path:
    """A closed library in which all are named and some masks corrected."""
    make_tinted(folder / "people", identities)
    path = folder / "some.droplib"
    Library.create(path).close()
    with closing(sqlite3.connect(path)) as file, file:
        # Who is held out hangs on it, and with that what teaching brings to so few.
        file.execute("UPDATE meta SET value = 'the same in every run' WHERE key = 'library_id'")
    with Library.open(path) as library:
        with Session(library, model=model, device="cpu") as session:
            session.index_folder(folder / "people")
        crops: dict[str, list[int]] = {}
        for crop, row in crop_rows(library, crop_ids(library)).items():
            crops.setdefault(row.path.name[:4], []).append(crop)
        for theirs in crops.values():
            confirm(library, theirs)
        correct(library, [theirs[0] for theirs in list(crops.values())[:24]])
    return path


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("school")
    return make(folder, PERSONS, make_starter(folder / "model.safetensors"))


@pytest.fixture(scope="module")
def elsewhere(school: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Other people, seen by the same cameras, found with the same model."""
    return make(tmp_path_factory.mktemp("elsewhere"), STRANGERS, school.parent / "model.safetensors")


@pytest.fixture
def path(school: Path, tmp_path: Path) -> Path:
    return copied(school, tmp_path)


def finetune(path: Path, *options: str) -> dict[str, Any]:
    """What ``dropgui finetune`` prints."""
    command = [sys.executable, "-m", "dropgui", "finetune", "--library", str(path), "--json", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def answer(session: Session, crop: int) -> list[tuple[int, float]]:
    found = session.search(VectorQuery(session.features_of_crop(crop), {"foreground": 1.0}))
    return [(match.crop_id, match.score) for match in found.matches]


@pytest.mark.parametrize("source", ["persons", "masks", "adapt"])
def test_each_source_raises_what_it_teaches_also_of_strangers_in_another_library(
    path: Path, elsewhere: Path, tmp_path: Path, source: Source
) -> None:
    done = finetune(path, "--sources", source, *OPTIONS)
    metric = METRIC[source]
    assert done["state"] == "finished"
    assert done["after"][metric] > done["before"][metric]
    file = tmp_path / "taught.safetensors"
    with Library.open(path) as library, Session(library, device="cpu") as session:
        export_version(session, done["version"], file)
    other = copied(elsewhere, tmp_path / "other")
    with Library.open(other) as library, Session(library, device="cpu") as session:
        before = session.model_version
        after = import_version(session, file)
        rows = crop_rows(library, crop_ids(library))
        persons = {row.person_id for row in rows.values() if row.person_id is not None}
        masks = [crop for crop, row in rows.items() if row.review_state == "corrected"]
        compared = compare_versions(session, before.id, after.id, HeldOut.of(library, persons, masks))
        assert compared is not None
        assert compared.measures[metric].change > 0
        use_version(session, before.id)  # its vectors follow the masks that were corrected meanwhile
        crop = min(rows)
        first = answer(session, crop)
        assert use_version(session, after.id).switched
        assert answer(session, crop) != first
        roll_back(session)
        assert answer(session, crop) == first, "back is back, to the last digit"


def wait(run: Run, condition: Callable[[Story], object]) -> Story:
    follower, story = Follower(run.events), Story()
    deadline = time.monotonic() + 200
    while not condition(story):
        assert time.monotonic() < deadline, f"waited in vain; the last was {story}"
        for event in follower.poll():
            story.take(event)
        time.sleep(0.02)
    return story


def recipe(**values: Any) -> Recipe:
    fields = {"rate": 2e-4, **values}
    return Recipe(("persons",), epochs=4, batch=16, device="cpu", settings=SETTINGS, **fields)


def ended(worker: "subprocess.Popen[bytes]") -> int:
    code = worker.wait(100)
    assert worker.stdin is not None
    worker.stdin.close()
    return code


@pytest.mark.parametrize("killed", ["command", "worker", "both"])
def test_killed_without_warning_and_resumed(path: Path, killed: str) -> None:
    command = [sys.executable, "-m", "dropgui", "finetune", "--library", str(path), "--sources", "persons"]
    with subprocess.Popen(
        [*command, *OPTIONS], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as window:
        with Library.open(path) as library:
            while not (known := runs.runs(library)):
                time.sleep(0.05)
            run = known[0]
            wait(run, lambda story: story.step >= 14)
            process = json.loads((run.folder / "state.json").read_text())["process"]
            if killed in {"command", "both"}:
                window.kill()
            if killed in {"worker", "both"}:
                os.kill(int(process.partition(":")[0]), signal.SIGKILL)
        window.wait(60)
    with Library.open(path) as library:
        while runs.running(library) is not None:
            time.sleep(0.05)
        (run,) = runs.runs(library)
        assert run.state == ("aborted" if killed == "command" else "interrupted")
        assert run.resumable
        before = run.story().steps
        with library.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        with Session(library, device="cpu") as session:
            assert answer(session, 1)[0][0] == 1, "the model in use answers"
    done = finetune(path, "--resume")
    assert done["after"]["map"] > done["before"]["map"]
    with Library.open(path) as library:
        story = runs.run(library, run.id).story()
    assert [event["number"] for event in story.steps] == list(range(1, story.of + 1))
    kept = [event for event in story.steps if event in before]
    assert len(kept) >= 10, "no more is done again than since the last checkpoint"


def test_stop_is_heard_at_once_and_obeyed_soon(path: Path) -> None:
    with Library.open(path) as library:
        run = runs.prepare(library, recipe())
        worker = runs.launch(library, run)
        wait(run, lambda story: any(epoch["best"] and epoch["epoch"] >= 1 for epoch in story.epochs))
        told = time.time()
        runs.send(run, "stop")
        assert ended(worker) == 0
        story = run.story()
        stopping = next(
            json.loads(line)["time"] for line in run.events.read_text().splitlines() if '"stopping"' in line
        )
        assert stopping - told < 1
        assert time.time() - told < 10
        assert story.state == "stopped"
        assert story.step < story.of
        assert len(model_versions(library)) == 2, "the best so far is kept"
        active = active_model(library)
        assert active is not None
        assert active.id == run.parent_id


def test_a_disk_that_is_full_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = runs.worker_command

    def cramped(library: Library, folder: Path) -> list[str]:
        code = (
            "import os, resource, sys;"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY));"
            "os.execv(sys.argv[1], sys.argv[1:])"
        )
        return [sys.executable, "-c", code, *real(library, folder)]

    with Library.open(path) as library:
        run = runs.prepare(library, recipe())
        monkeypatch.setattr(runs, "worker_command", cramped)
        assert ended(runs.launch(library, run)) == 1
        story = run.story()
        assert story.error is not None
        assert story.error["kind"] == "disk"
        assert "disk is full" in story.error["message"]
        assert [version.id for version in model_versions(library)] == [run.parent_id]
        monkeypatch.setattr(runs, "worker_command", real)
        assert ended(runs.launch(library, runs.run(library, run.id))) == 0
        assert run.story().state == "done"


def test_numbers_beyond_all_bounds_are_told_with_a_smaller_rate(path: Path) -> None:
    with Library.open(path) as library:
        run = runs.prepare(library, recipe(rate=1e18))
        assert ended(runs.launch(library, run)) == 1
        story = run.story()
        assert story.error is not None
        assert story.error["kind"] == "numbers"
        assert story.error["smaller"]["rate"] < 1e18
        assert runs.run(library, run.id).state == "failed"
        active = active_model(library)
        assert active is not None
        assert active.id == run.parent_id
