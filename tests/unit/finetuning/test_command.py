"""``dropgui finetune``: what it prints, refuses, and passes on."""

import json
import signal
import threading
import time
from pathlib import Path

import pytest

from dropgui.cli import main
from dropgui.finetuning import runs
from dropgui.library import Library
from dropgui.library.models import active_model
from tests.unit.finetuning.made import copied
from tests.unit.finetuning.test_worker import Fake, fake

__all__ = ["fake"]

QUIET = ["--set", "rehearse=0", "--device", "cpu"]


@pytest.fixture
def path(labelled: Path, tmp_path: Path) -> Path:
    return copied(labelled, tmp_path)


def test_the_plan_in_words_and_as_data(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finetune", "--library", str(path), "--plan"]) == 0
    words = capsys.readouterr().out
    assert "persons  8 persons with" in words
    assert "held out  2 persons (6 crops) and" in words
    assert main(["finetune", "--library", str(path), "--plan", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["parent"] == "starter"
    assert data["sources"]["persons"]["possible"] is True
    assert data["held_out_persons"] == 2


def test_too_little_is_refused_politely(
    indexed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copied(indexed, tmp_path)
    assert main(["finetune", "--library", str(path)]) == 2
    said = capsys.readouterr().err
    assert "8 more persons with two crops each; or 8 more corrected masks. Without any: --adapt." in said
    assert main(["finetune", "--library", str(path), "--sources", "masks"]) == 2
    assert "Needed: 8 more corrected masks. What there is enough for: adapt." in capsys.readouterr().err
    assert main(["finetune", "--library", str(path), "--resume"]) == 2
    assert "No run of" in capsys.readouterr().err
    assert main(["finetune", "--library", str(path), "--adapt", "--set", "speed=9"]) == 2
    assert "speed" in capsys.readouterr().err


def test_taught_and_used(path: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake(model=True, steps=3)
    assert main(["finetune", "--library", str(path), "--json", "--use", *QUIET]) == 0
    printed = capsys.readouterr()
    data = json.loads(printed.out)
    assert (data["state"], data["name"], data["after"], data["used"]) == (
        "finished",
        "starter 2",
        {"map": 0.6},
        True,
    )
    assert "After epoch 1: mAP 60.0 %." in printed.err
    with Library.open(path) as library:
        active = active_model(library)
        assert active is not None
        assert active.id == data["version"]
        one = runs.runs(library)[0]
        assert one.recipe.sources == ("persons", "masks")
        assert one.seen, "no window has to tell of it"


def test_what_failed_says_what_to_try_and_is_resumed(
    path: Path, fake: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(fail="memory", at=2)
    assert main(["finetune", "--library", str(path), *QUIET]) == 2
    assert "To try: --batch 16" in capsys.readouterr().err
    fake(fail="kill", at=4)
    assert main(["finetune", "--library", str(path), "--resume"]) == 2
    assert "ended without a word" in capsys.readouterr().err
    assert main(["finetune", "--library", str(path), "--resume", "--epochs", "3"]) == 2
    assert "leave out --epochs with --resume" in capsys.readouterr().err
    fake(steps=6)
    assert main(["finetune", "--library", str(path), "--resume"]) == 0
    assert "better" in capsys.readouterr().out


@pytest.mark.parametrize(("times", "state"), [(1, "stopped"), (2, "aborted")])
def test_ctrl_c_stops_and_again_aborts(
    path: Path, fake: Fake, capsys: pytest.CaptureFixture[str], times: int, state: str
) -> None:
    fake(steps=10_000, seconds=3.0)

    def press() -> None:
        with Library.open(path) as library:
            for wanted in ("running", "stopping")[:times]:
                while not (known := runs.runs(library)) or known[0].story().state != wanted:
                    time.sleep(0.05)
                signal.raise_signal(signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    assert main(["finetune", "--library", str(path), *QUIET]) == 130
    presser.join()
    with Library.open(path) as library:
        assert runs.runs(library)[0].state == state
