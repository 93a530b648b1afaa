"""Whole runs on a tiny parent: what they tell and give, how they end, and how they go on."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dropmodel.data.loading import Batch
from dropmodel.errors import DataError, OutOfMemoryError, TrainingError
from dropmodel.inference import load_model
from dropmodel.training.finetune import Control, Material, Outcome, StepDone, finetune, probe, teaching
from dropmodel.training.finetune.tuner import Tuner
from dropmodel.training.trainer import Trainer
from tests.unit.dropmodel.training.finetune.made import SMALL, Told, draw, make_parent, material


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_parent(tmp_path_factory.mktemp("parent") / "parent.safetensors")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    draw(folder)
    return folder


@pytest.fixture(scope="module")
def lessons(pictures: Path) -> Material:
    return material(pictures)


ALL = replace(SMALL, adapt=1.0)


def weights(path: Path) -> Mapping[str, torch.Tensor]:
    return load_model(path, "cpu").network.state_dict()


def test_all_sources_together(parent: Path, lessons: Material, tmp_path: Path) -> None:
    told = Told()
    before = parent.read_bytes()
    found = finetune(parent, lessons, tmp_path / "run", ALL, events=told, device="cpu")
    assert parent.read_bytes() == before
    assert (found.ended, found.message) == ("done", "done")
    (plan,) = told.plans
    assert (plan.persons, plan.confirmed, plan.rejected) == (4, 15, 1)
    assert (plan.corrected, plan.weak, plan.unlabelled) == (4, 12, 1)
    assert (plan.rehearsal, plan.held_out, plan.steps) == (8, 8, 6)
    assert [step.number for step in told.steps] == [1, 2, 3, 4, 5, 6]
    names = set().union(*(step.losses for step in told.steps))
    assert names >= {"identity_global", "identity_concat", "triplet", "compactness", "parsing"}
    assert names >= {"contrast", "rejected"}
    assert all(step.of == 6 and step.memory > 0 and step.seconds_left >= 0 for step in told.steps)
    assert [epoch.epoch for epoch in told.epochs] == [0, 1, 2]
    assert all(set(epoch.metrics) == {"map", "rank1", "miou"} for epoch in told.epochs)
    assert [clusters.epoch for clusters in told.clusters] == [0, 1]
    assert told.alphas == [0.5, 1.0]
    assert found.before == told.epochs[0].metrics
    if found.model is not None:
        taught = load_model(found.model, "cpu")
        assert taught.card.metrics == found.after
        assert "4 corrected masks" in taught.card.data
        assert "small" in taught.card.backbone_weights


def test_material_that_teaches_nothing_is_refused(
    parent: Path, lessons: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nameless = [replace(example, person=None, corrected=None) for example in lessons.train[:9]]
    for steps in (0, 3):
        with pytest.raises(DataError, match="nothing to learn from"):
            finetune(parent, Material(nameless), tmp_path / "run", replace(SMALL, steps=steps), device="cpu")
    adapting = replace(SMALL, persons=0.0, masks=0.0, adapt=1.0, epochs=1)
    # The last of these batches would be of one crop, which has no statistics.
    monkeypatch.setattr(teaching, "_NORM_BATCH", 4)
    found = finetune(parent, Material(nameless), tmp_path / "run", adapting, device="cpu")
    assert found.ended == "done"
    for count in (9, 1):
        strangers = np.full(count, -1, np.int64)
        monkeypatch.setattr(teaching, "cluster", lambda *_, found=strangers: found)
        with pytest.raises(DataError, match="no two crops are alike enough"):
            finetune(parent, Material(nameless[:count]), tmp_path / f"{count}", adapting, device="cpu")


def test_it_learns_by_heart(parent: Path, pictures: Path, tmp_path: Path) -> None:
    examples = draw(pictures)
    renamed = [replace(example, person=(example.person or 0) + 100) for example in examples]
    config = replace(
        SMALL, epochs=3, steps=25, batch=16, rate=5e-3, norm_momentum=0.1, frozen_stages=0, alphas=(1.0,)
    )
    found = finetune(parent, Material(examples, renamed), tmp_path / "run", config, device="cpu")
    assert found.model is not None
    assert found.after["miou"] > found.before["miou"] + 0.1
    assert found.after["map"] > found.before["map"]


def test_the_answer_lies_between_the_parent_and_what_was_learnt(
    parent: Path, lessons: Material, tmp_path: Path
) -> None:
    blind = replace(lessons, held_out=())
    found = {
        alpha: finetune(parent, blind, tmp_path / str(alpha), replace(SMALL, alpha=alpha), device="cpu")
        for alpha in (0.0, 0.25, 1.0)
    }
    states = {alpha: weights(outcome.model) for alpha, outcome in found.items() if outcome.model}
    assert set(states) == {0.0, 0.25, 1.0}
    for name, start in weights(parent).items():
        assert torch.equal(states[0.0][name], start)
        if start.is_floating_point():
            expected = 0.75 * start + 0.25 * states[1.0][name]
            assert torch.allclose(states[0.25][name], expected, atol=1e-5)
    moved = [name for name, start in weights(parent).items() if not torch.equal(states[1.0][name], start)]
    assert any("position" in name for name in moved)
    assert not any("running" in name or "conv_stem" in name for name in moved)


def test_nothing_better_than_the_parent_gives_no_model(
    parent: Path, lessons: Material, tmp_path: Path
) -> None:
    config = replace(SMALL, rate=1e-8)
    found = finetune(parent, lessons, tmp_path / "run", config, device="cpu")
    if found.after.items() <= found.before.items():
        assert found.model is None
        assert "nothing that was learnt is better" in found.message


def same(a: Mapping[int, tuple[float, ...]], b: Mapping[int, tuple[float, ...]]) -> bool:
    return all(a[step] == pytest.approx(b[step], abs=1e-6) for step in {*a} & {*b})


def test_killed_and_taken_up_again_the_curve_is_the_same(
    parent: Path, pictures: Path, tmp_path: Path
) -> None:
    whole, rest = Told(), Told()
    lessons = material(pictures)
    one = finetune(parent, lessons, tmp_path / "whole", ALL, events=whole, device="cpu")
    killed = tmp_path / "killed"
    root = Path(__file__).parents[5]
    program = [
        sys.executable,
        str(Path(__file__).with_name("made.py")),
        str(parent),
        str(pictures),
        str(killed),
    ]
    with subprocess.Popen(
        [*program, "--wait-after", "5"], cwd=root, env={"PYTHONPATH": str(root)}
    ) as process:
        deadline = time.monotonic() + 240
        while not (killed / "waiting").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    two = finetune(parent, lessons, killed, ALL, events=rest, device="cpu", resume=True)
    assert [step.number for step in rest.steps] == [5, 6]
    assert same(whole.curve(), rest.curve())
    assert two.before == one.before
    assert two.after == pytest.approx(one.after)
    assert two.alpha == one.alpha


class Ending(Told):
    """Does something to the run after a step."""

    def __init__(self, after: int, act: Any) -> None:
        super().__init__()
        self._after, self._act = after, act

    def step(self, step: StepDone) -> None:
        super().step(step)
        if step.number == self._after:
            self._act()


def test_aborted_and_taken_up_again(parent: Path, lessons: Material, tmp_path: Path) -> None:
    whole = Told()
    finetune(parent, lessons, tmp_path / "whole", ALL, events=whole, device="cpu")
    control = Control()
    first = Ending(4, control.abort)
    found = finetune(parent, lessons, tmp_path / "run", ALL, events=first, control=control, device="cpu")
    assert (found.ended, found.model) == ("aborted", None)
    assert not (tmp_path / "run" / "model.safetensors").exists()
    rest = Told()
    finetune(parent, lessons, tmp_path / "run", ALL, events=rest, device="cpu", resume=True)
    assert [step.number for step in first.steps + rest.steps] == [1, 2, 3, 4, 5, 6]
    assert same(whole.curve(), first.curve())
    assert same(whole.curve(), rest.curve())


def test_stopped_it_keeps_the_best_so_far(parent: Path, lessons: Material, tmp_path: Path) -> None:
    control = Control()
    told = Ending(4, control.stop)
    found = finetune(parent, lessons, tmp_path / "run", SMALL, events=told, control=control, device="cpu")
    assert found.ended == "stopped"
    assert len(told.steps) == 4
    better = told.epochs[1].metrics if told.epochs[1].best else None
    assert (found.model is not None) == (better is not None)
    early = Ending(1, (quick := Control()).stop)
    found = finetune(parent, lessons, tmp_path / "early", SMALL, events=early, control=quick, device="cpu")
    assert (found.ended, found.model) == ("stopped", None)
    assert "before anything was measured" in found.message


def test_a_pause_waits_and_changes_nothing(parent: Path, lessons: Material, tmp_path: Path) -> None:
    whole = Told()
    finetune(parent, lessons, tmp_path / "whole", SMALL, events=whole, device="cpu")
    control = Control()
    told = Ending(2, control.pause)
    outcome: list[Outcome] = []

    def run() -> None:
        outcome.append(
            finetune(parent, lessons, tmp_path / "run", SMALL, events=told, control=control, device="cpu")
        )

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 240
    while told.pauses != [True] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(told.steps) == 2
    control.resume()
    thread.join(240)
    assert told.pauses == [True, False]
    assert outcome[0].ended == "done"
    assert same(whole.curve(), told.curve())


def test_numbers_beyond_bounds_end_it_with_the_last_good_state(
    parent: Path, lessons: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = Trainer._images

    def spoil(self: Trainer, batch: Batch) -> torch.Tensor:
        made = images(self, batch)
        if self.progress.step == 4:
            made[2] = torch.nan
        return made

    monkeypatch.setattr(Tuner, "_images", spoil)
    told = Told()
    found = finetune(parent, lessons, tmp_path / "run", SMALL, events=told, device="cpu")
    assert found.ended == "diverged"
    assert "smaller rate than 0.001" in found.message
    assert len(told.steps) == 4
    if found.model is not None:
        assert all(torch.isfinite(x).all() for x in weights(found.model).values())


def test_memory_that_runs_out_names_a_smaller_batch(
    parent: Path, lessons: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Trainer, batch: Batch) -> torch.Tensor:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to ...")

    monkeypatch.setattr(Tuner, "_images", full)
    with pytest.raises(OutOfMemoryError, match="try a batch of 16 crops") as caught:
        finetune(parent, lessons, tmp_path / "run", replace(SMALL, batch=32), device="cpu")
    assert caught.value.batch == 16
    with pytest.raises(OutOfMemoryError, match="as small as it can be") as caught:
        probe(parent, lessons, SMALL, device="cpu")
    assert caught.value.batch == 0


def test_another_run_is_not_touched(parent: Path, lessons: Material, tmp_path: Path) -> None:
    finetune(parent, replace(lessons, held_out=()), tmp_path, replace(SMALL, epochs=1), device="cpu")
    with pytest.raises(TrainingError, match="holds a run already"):
        finetune(parent, lessons, tmp_path, SMALL, device="cpu")
    with pytest.raises(TrainingError, match="another material, settings"):
        finetune(parent, lessons, tmp_path, SMALL, device="cpu", resume=True)
    with pytest.raises(TrainingError, match="no checkpoint"):
        finetune(parent, lessons, tmp_path / "none", SMALL, device="cpu", resume=True)


def test_a_probe_tells_how_long_it_takes_and_leaves_nothing(parent: Path, lessons: Material) -> None:
    short, long = (probe(parent, lessons, replace(ALL, epochs=epochs), device="cpu") for epochs in (1, 1000))
    assert (short.steps, long.steps) == (3, 3000)
    assert 0 < short.seconds < long.seconds
    assert short.memory > 0


def test_what_cannot_be_learnt_from_is_named(parent: Path, lessons: Material, tmp_path: Path) -> None:
    gone = replace(lessons.train[3], path=tmp_path / "gone.png")
    with pytest.raises(DataError, match=r"gone\.png: there is no such file"):
        finetune(parent, replace(lessons, train=[*lessons.train, gone]), tmp_path / "a", SMALL, device="cpu")
    far = replace(lessons.train[3], box=(500, 500, 600, 700))
    with pytest.raises(DataError, match="lies outside the picture"):
        finetune(parent, replace(lessons, train=[*lessons.train, far]), tmp_path / "b", SMALL, device="cpu")
    both = replace(lessons, held_out=lessons.train)
    with pytest.raises(DataError, match="both taught and held out"):
        finetune(parent, both, tmp_path / "c", SMALL, device="cpu")
    wrong = replace(lessons.train[0], corrected=np.full((4, 4), 9, np.uint8))
    with pytest.raises(DataError, match="class 9; 'eight' ends at 8"):
        finetune(parent, Material([wrong]), tmp_path / "d", SMALL, device="cpu")
    with pytest.raises(DataError, match="nothing to learn from"):
        finetune(parent, Material([]), tmp_path / "e", SMALL, device="cpu")
