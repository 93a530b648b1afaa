"""Runs from the first to the last step: learning, logs, faults, stopping, going on."""

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from dropmodel.data.loading import Batch
from dropmodel.errors import ConfigError, DataError, ModelError, TrainingError
from dropmodel.inference import load_model, read_info
from dropmodel.training import session
from dropmodel.training.checkpoint import load_checkpoint
from dropmodel.training.logs import JsonLog
from dropmodel.training.model import new_network
from dropmodel.training.session import Pictures, measured, open_data, train
from dropmodel.training.trainer import Hook, Step, Trainer
from tests.unit.dropmodel.training.drawn import config_for, curve, draw

CHANCES = (
    *("pad_crop", "warp", "paste", "erase", "light", "color", "tone", "blur", "noise", "jpeg"),
    *("gradient", "stretch", "low_resolution", "motion", "sharpen", "grey"),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("persons"))


def test_eight_persons_are_learnt_by_heart(root: Path, tmp_path: Path) -> None:
    config = config_for(
        root,
        "network.backbone=efficientnet_lite0",
        "schedule.epochs=1",
        "schedule.warmup=0.1",
        "data.persons=8",
        "data.passes=40",
        "optimiser.rate=2e-3",
        "optimiser.ema=0",
        "style.mixstyle=0",
        "style.norm_momentum=0.2",
        "validation.every=1",
        "runtime.checkpoint_steps=0",
        *(f"transforms.{name}=0" for name in CHANCES),
    )
    model = train(config, root, tmp_path / "run", device="cpu")
    assert model == tmp_path / "run" / "best.safetensors"
    card = read_info(model).card
    assert card.metrics["rank1"] == 1.0
    assert card.metrics["miou"] > 0.4
    assert card.trained
    assert "32 pictures of 8 persons, 32 with masks" in card.data
    lines = curve(tmp_path / "run")
    assert [line["step"] for line in lines if "validation" in line] == [40]
    assert lines[-1]["end"] == "done"
    assert (tmp_path / "run" / "tensorboard").is_dir()


def test_killed_and_resumed_the_curve_is_the_same(root: Path, tmp_path: Path) -> None:
    config = config_for(root, "losses.bank=instances", "losses.bank_size=64", "optimiser.accumulate=1")
    file = tmp_path / "config.toml"
    file.write_text(config.to_toml(), encoding="utf-8")
    train(config, root, tmp_path / "whole", device="cpu")

    killed = tmp_path / "killed"
    program = Path(__file__).with_name("drawn.py")
    repository = Path(__file__).parents[4]
    command = [sys.executable, str(program), str(file), str(root), str(killed), "--wait-after", "7"]
    with subprocess.Popen(command, cwd=repository, env={"PYTHONPATH": str(repository)}) as process:
        deadline = time.monotonic() + 60
        while not (killed / "waiting").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert (killed / "waiting").exists()
    with (killed / "log.jsonl").open("a") as log:
        log.write('{"step": 8, "epo')  # As a crash in the middle of a line leaves it.
    train(config, root, killed, resume=True, device="cpu")
    whole, resumed = curve(tmp_path / "whole"), curve(killed)
    assert len(whole) == len(resumed) == 13
    for a, b in zip(whole[:-1], resumed[:-1], strict=True):
        assert a["step"] == b["step"]
        assert a["rate"] == b["rate"]
        assert a["losses"] == pytest.approx(b["losses"], abs=1e-6)
        assert a["total"] == pytest.approx(b["total"], abs=1e-6)
    states = [load_checkpoint(run / "checkpoint.pt") for run in (tmp_path / "whole", killed)]
    for name, tensor in states[0]["ema"]["state"].items():
        assert torch.allclose(tensor, states[1]["ema"]["state"][name], atol=1e-6), name
    for name, tensor in states[0]["loss"].items():
        assert torch.allclose(tensor, states[1]["loss"][name], atol=1e-6), name


class Spoilt(Pictures):
    """Gives a batch whose third picture is lost to NaN from the fifth batch on."""

    def names(self, batch: Batch) -> Sequence[str]:
        return [Path(name).name for name in super().names(batch)]


def test_nan_stops_with_the_files_named_and_the_last_good_state(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = Trainer._images

    def spoil(self: Trainer, batch: Batch) -> torch.Tensor:
        made = images(self, batch)
        if self.progress.step == 4:
            made[2] = torch.nan
        return made

    monkeypatch.setattr(Trainer, "_images", spoil)
    monkeypatch.setattr(session, "Pictures", Spoilt)
    with pytest.raises(TrainingError, match=r"step 5: not a finite number in: .*_c[12]s1_.*\.jpg") as caught:
        train(config_for(root), root, tmp_path / "run", device="cpu")
    assert str(caught.value).count(".jpg") == 8
    state = load_checkpoint(tmp_path / "run" / "checkpoint.pt")
    assert state["progress"]["step"] == 4
    assert all(bool(torch.isfinite(t).all()) for t in state["network"].values())
    monkeypatch.setattr(Trainer, "_images", images)
    assert train(config_for(root), root, tmp_path / "run", resume=True, device="cpu") is not None


def test_a_run_is_not_overwritten_and_not_resumed_with_other_settings(root: Path, tmp_path: Path) -> None:
    config = config_for(root, "schedule.epochs=1", "data.passes=1")
    with pytest.raises(TrainingError, match="there is no checkpoint"):
        train(config, root, tmp_path / "run", resume=True, device="cpu")
    train(config, root, tmp_path / "run", device="cpu")
    with pytest.raises(TrainingError, match="holds a run already"):
        train(config, root, tmp_path / "run", device="cpu")
    other = replace(config, losses=replace(config.losses, parsing=3.0))
    with pytest.raises(TrainingError, match=r"other settings: losses\.parsing"):
        train(other, root, tmp_path / "run", resume=True, device="cpu")
    # How it is computed may change, as the advice after numbers that are not finite says.
    half = replace(config, runtime=replace(config.runtime, precision="fp16"))
    assert train(half, root, tmp_path / "run", resume=True, device="cpu") is not None
    assert train(config, root, tmp_path / "run", resume=True, device="cpu") is not None
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"rubbish")
    with pytest.raises(TrainingError, match=r"checkpoint\.pt: the checkpoint cannot be read"):
        train(config, root, tmp_path / "run", resume=True, device="cpu")


def test_an_interrupted_run_leaves_a_checkpoint_of_its_last_step(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupt(Hook):
        def after_step(self, trainer: Trainer, step: Step) -> None:
            if step.number == 2:
                signal.raise_signal(signal.SIGTERM)

    watchers = session._watchers
    monkeypatch.setattr(session, "_watchers", lambda *given: [*watchers(*given), Interrupt()])
    config = config_for(root, "runtime.checkpoint_steps=0")
    before = signal.getsignal(signal.SIGTERM)
    assert train(config, root, tmp_path / "run", device="cpu") is None
    assert signal.getsignal(signal.SIGTERM) == before
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["progress"]["step"] == 3
    assert not (tmp_path / "run" / "last.safetensors").exists()


def test_training_stops_when_the_metric_rises_no_more(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = iter([3.0, 5.0, 4.0, 5.0, 9.0])
    monkeypatch.setattr(session, "measured", lambda *_: {"map": next(values)})
    config = config_for(
        root, "schedule.epochs=5", "data.passes=1", "validation.every=1", "validation.patience=2"
    )
    train(config, root, tmp_path / "run", device="cpu")
    assert "did not rise in 2 validations" in str(curve(tmp_path / "run")[-1]["end"])
    assert read_info(tmp_path / "run" / "best.safetensors").card.metrics == {"map": 0.05}
    assert "4 epochs" in read_info(tmp_path / "run" / "last.safetensors").card.notes


def test_averaged_over_epochs_accumulated_and_in_half_precision(root: Path, tmp_path: Path) -> None:
    """The settings that are off by default, together, on the largest losses."""
    config = config_for(
        root,
        "optimiser.swa_from=1",
        "optimiser.recalibrate=2",
        "optimiser.accumulate=2",
        "optimiser.kind=sgd",
        "runtime.precision=bf16",
        "style.freeze_stem=true",
        "losses.foreground_triplet=1",
        "losses.angular_margin=0.2",
        "data.hold_out=2",
        "data.persons=3",
        "schedule.epochs=2",
    )
    model = train(config, root, tmp_path / "run", device="cpu")
    assert model is not None
    info = read_info(model)
    assert "24 pictures of 6 persons" in info.card.data
    assert any("averaged over the epochs" in phrase for phrase in info.card.recipe)
    assert info.config.identities == 0


def test_a_model_can_be_the_start(root: Path, tmp_path: Path) -> None:
    config = config_for(root, "schedule.epochs=1", "data.passes=1")
    first = train(config, root, tmp_path / "first", device="cpu")
    assert first is not None
    again = config_for(root, "schedule.epochs=1", "data.passes=1", f"runtime.start={first}")
    second = train(again, root, tmp_path / "second", device="cpu")
    assert second is not None
    assert "drop_lite (" in read_info(second).card.backbone_weights
    larger = replace(again.network, height=96, width=64)
    network, _ = new_network(replace(again, network=larger), 8)
    before, after = load_model(first, "cpu").network, network.state_dict()
    assert after["position.table"].shape[2] == 96 // 4
    assert torch.equal(after["head.classify.weight"], before.head.classify.weight)
    with pytest.raises(ModelError, match="another network"):
        new_network(replace(again, network=replace(larger, dim=16)), 8)


def test_a_set_without_training_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bounding_box_train").mkdir(parents=True)
    (tmp_path / "query").mkdir()
    (tmp_path / "bounding_box_test").mkdir()
    picture = Image.fromarray(np.zeros((64, 32, 3), np.uint8))
    for folder in ("query", "bounding_box_test"):
        picture.save(tmp_path / folder / "0001_c1s1_000001_00.jpg")
    with pytest.raises(DataError, match="no training pictures"):
        open_data(config_for(tmp_path, "data.masks=", "data.labels=").data, tmp_path)


def test_a_metric_that_cannot_be_measured_is_refused_before_the_first_epoch(
    root: Path, tmp_path: Path
) -> None:
    config = config_for(root, "data.masks=", "data.labels=", "validation.every=1", "validation.metric=miou")
    with pytest.raises(TrainingError, match="no picture tested on has a mask"):
        train(config, root, tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()
    with pytest.raises(ConfigError, match=r"metric must be one of rank1, .*; got 'mAP'"):
        config_for(root, "validation.metric=mAP")


def test_a_gradient_that_overflowed_is_null_in_the_log(tmp_path: Path) -> None:
    """JSON has no infinity, and other programs read the log."""
    trainer: Any = SimpleNamespace(progress=SimpleNamespace(step=0, batch=0))
    log = JsonLog(tmp_path)
    log.before_training(trainer)
    for number, length in enumerate((math.inf, 2.0), start=1):
        log.after_step(trainer, Step(number, 0.5, 1.0, {"triplet": 1.0}, 1e-3, length, 8, 0.1))
    log.close()
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert '"gradient": null' in lines[0]
    assert '"gradient": 2.0' in lines[1]


def test_the_command_says_what_is_wrong(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dropmodel.cli import main

    given = ["train", "drop_lite", "--root", str(root), "--out", str(tmp_path / "run"), "--device", "cpu"]
    assert main([*given, "--set", "losses.tripplet=1"]) == 2
    assert "did you mean losses.triplet?" in capsys.readouterr().err
    assert main([*given, "--resume"]) == 2
    assert "start without --resume" in capsys.readouterr().err


def test_the_command_trains(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dropmodel.cli import main

    file = tmp_path / "mine.toml"
    file.write_text(config_for(root, "data.passes=1", "validation.every=1").to_toml(), encoding="utf-8")
    out = tmp_path / "run"
    given = ["train", str(file), "--root", str(root), "--out", str(out), "--device", "cpu"]
    assert main([*given, "--epochs", "1"]) == 0
    captured = capsys.readouterr()
    assert captured.out.strip() == str(out / "best.safetensors")
    assert "32 pictures of 8 persons" in captured.err
    assert json.loads((out / "log.jsonl").read_text().splitlines()[0])["step"] == 1


def test_measures_are_percent(root: Path) -> None:
    from dropmodel.inference import untrained_model

    config = config_for(root)
    numbers = measured(untrained_model(config.network, device="cpu"), open_data(config.data, root))
    assert set(numbers) == {"rank1", "rank5", "rank10", "map", "minp", "miou"}
    assert all(0 <= value <= 100 for value in numbers.values())
