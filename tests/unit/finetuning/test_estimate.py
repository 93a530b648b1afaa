"""How long a run would take, tried before it is begun."""

import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from dropgui.cli import main
from dropgui.errors import UserError
from dropgui.finetuning import runs
from dropgui.finetuning.estimate import Estimate, estimate
from dropgui.finetuning.plan import TooLittleError
from dropgui.finetuning.recipe import Recipe
from dropgui.indexing.progress import CancelToken
from dropgui.library import Library
from dropgui.library.schema import Side
from tests.unit.finetuning.test_worker import RECIPE, Fake, fake

__all__ = ["fake"]


def left(library: Library) -> list[Path]:
    folder = runs.runs_dir(library)
    return list(folder.iterdir()) if folder.exists() else []


def test_it_is_told_and_nothing_is_kept(
    library: Library, fake: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(steps=300, seconds=2.0)
    options = ["--sources", "persons", "--device", "cpu", "--estimate", "--json"]
    assert main(["finetune", "--library", str(library.path), *options]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "seconds": 630.0,  # people are rendered first, once
        "step_seconds": 2.0,
        "steps": 300,
        "memory": 1000,
        "device": "cpu",
        "threads": RECIPE.threads,
        "cores": os.cpu_count(),
    }
    assert not left(library)
    assert not runs.runs(library)
    with library.read() as connection:
        assert not connection.execute(select(Side)).all(), "nobody is dealt a side by it"


def test_in_words() -> None:
    found = Estimate(725.0, 2.0, 300, 1_200_000_000, "cpu", 1, 2)
    assert found.words == "about 12 min on this machine (1 of 2 cores), 300 steps, 1.2 GB of memory"
    assert "(cuda:1)" in replace(found, device="cuda:1").words


def test_what_keeps_it_from_being_tried_is_said(library: Library, bare: Library, fake: Fake) -> None:
    fake(fail="memory")
    with pytest.raises(UserError, match="not enough memory for batches of 32"):
        estimate(library, RECIPE)
    fake(fail="kill")
    with pytest.raises(UserError, match="without a word"):
        estimate(library, RECIPE)
    assert not left(library)
    with pytest.raises(TooLittleError):
        estimate(bare, Recipe(sources=("persons",)))
    with pytest.raises(UserError, match="speed"):
        estimate(library, replace(RECIPE, settings={"speed": 9}))


def test_it_ends_when_it_is_to(library: Library, fake: Fake) -> None:
    fake(probe_seconds=600)
    cancel = CancelToken()
    found: list[Estimate | None] = []
    thread = threading.Thread(target=lambda: found.append(estimate(library, RECIPE, cancel)))
    thread.start()
    while not any((folder / "events.jsonl").exists() for folder in left(library)):
        time.sleep(0.02)
    cancel.cancel()
    thread.join(60)
    assert found == [None]
    assert not left(library)
