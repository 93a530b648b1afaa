"""The ladder: its steps, a small one from the command to the page, and what is said of the numbers."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from dropmodel.errors import DataError
from dropmodel.training.config import TrainConfig, load_config
from dropmodel.training.toml import to_table
from tests.benchmarks.ladder.__main__ import main
from tests.benchmarks.ladder.report import CLOSE, OPEN, put_into, section
from tests.benchmarks.ladder.results import Result
from tests.benchmarks.ladder.steps import BASE, DROP, Step, assignments, ladder, shared
from tests.unit.dropmodel.training.drawn import draw

STEPS = ladder()
PARTS = ("network", "losses", "optimiser", "schedule", "style", "data", "transforms", "validation")


def config(step: Step, epochs: int = 6) -> TrainConfig:
    return load_config(BASE, assignments(step, 0, epochs))


def settings(of: TrainConfig) -> set[str]:
    tables = to_table(of)
    return {f"{part}.{key}={_toml(value)}" for part in PARTS for key, value in tables[part].items()}


def _toml(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def test_the_chain_leads_from_the_base_to_drop() -> None:
    names = [
        "base",
        "dpu",
        "ppe",
        "wamp",
        "pct-centres",
        "pct-instances",
        "drop",
        "parsing-2",
        "parsing-alone",
    ]
    assert [step.name for step in STEPS] == names
    assert [step.before and step.before.name for step in STEPS] == [
        *(None, "base", "dpu", "ppe", "wamp", "wamp", "pct-centres", "drop", "parsing-2")
    ]
    base, drop = STEPS[0], STEPS[6]
    for name, step in ((BASE, base), (DROP, drop)):
        assert settings(config(step)) == settings(load_config(name, shared(6)))
    whole, preset = load_config(BASE, drop.changes), load_config(DROP)
    assert (whole.network, whole.losses) == (preset.network, preset.losses)


@pytest.mark.parametrize("step", STEPS[1:], ids=lambda step: step.name)
def test_a_step_is_the_one_before_and_its_change(step: Step) -> None:
    assert step.before is not None
    after = settings(config(step)) - settings(config(step.before))
    told = {change.partition("=")[0] for change in step.change}
    found = {setting.partition("=")[0] for setting in after}
    # PCT over centres names the bank that the preset has anyway.
    assert found == told - ({"losses.bank"} if step.name == "pct-centres" else set())
    assert {change for change in step.change if change.partition("=")[0] in found} <= after


def test_what_is_timed_in_epochs_keeps_its_share_of_a_run() -> None:
    preset = load_config(DROP)
    assert settings(load_config(DROP, shared(preset.schedule.epochs))) - settings(preset) == {
        *("network.height=128", "network.width=64", "transforms.height=128", "transforms.width=64"),
        *("data.workers=0", "validation.every=0"),
    }
    tenth = config(STEPS[0], preset.schedule.epochs // 10)
    for key in ("triplet_from", "triplet_ramp", "compactness_from"):
        assert getattr(tenth.losses, key) == pytest.approx(getattr(preset.losses, key) / 10)
    assert tenth.schedule.warmup == pytest.approx(preset.schedule.warmup / 10)
    assert tenth.optimiser.ema == pytest.approx(preset.optimiser.ema**10)


def options(root: Path, *more: str) -> list[str]:
    small = (
        *("network.backbone=lcnet_035", "network.height=64", "network.width=32", "network.dim=32"),
        *("data.persons=4", "data.pictures=2", "data.passes=6", "runtime.precision=fp32"),
        "runtime.checkpoint_steps=1",
    )
    sets = [word for setting in small for word in ("--set", setting)]
    chosen = ["--seeds", "0", "--epochs", "1", "--only", "base", "dpu"]
    return ["--root", str(root), "--out", str(root / "runs"), *chosen, *sets, *more]


def stop_after_a_step(log: Path) -> None:
    deadline = time.monotonic() + 120
    while not (log.exists() and log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGTERM)


def test_two_steps_from_the_command_to_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = draw(tmp_path)
    (root / "dataset.json").write_text("{}")  # With its masks beside it, this is a rendered set.
    runs, page = root / "runs", root / "results.md"
    page.write_text(f"# Results\nbefore\n{OPEN}\nold\n{CLOSE}\nafter\n")

    stopping = threading.Thread(target=stop_after_a_step, args=(runs / "base" / "seed-0" / "log.jsonl",))
    stopping.start()
    with pytest.raises(SystemExit):
        main(options(root, "--jobs", "1"))
    stopping.join()
    assert not list(runs.glob("*/*/last.safetensors"))

    assert main(options(root, "--report", str(page))) == 0
    assert "going on after step" in (runs / "base" / "seed-0" / "train.log").read_text()
    models = {path: path.stat().st_mtime_ns for path in runs.glob("*/*/last.safetensors")}
    assert len(models) == 2
    result = json.loads((runs / "dpu" / "seed-0" / "result.json").read_text())
    assert (result["step"], result["seed"]) == ("dpu", 0)
    assert f"network.dpu={load_config(DROP).network.dpu}" in result["assignments"]
    assert all(0 <= result["sets"]["test"][name] <= 100 for name in ("rank1", "map", "miou"))
    assert result["seconds"] > 0
    assert result["crops_per_s"] > 0
    assert result["machine"]
    text = page.read_text()
    assert text.startswith("# Results\nbefore\n")
    assert text.endswith(f"{CLOSE}\nafter\n")
    assert "old" not in text
    assert "| + DPU | 1 |" in text
    assert str(root) not in text
    assert "DROP is not compared with its base in Rank-1 yet" in text

    capsys.readouterr()
    assert main(options(root, "--also", f"again={root}")) == 0
    assert {path: path.stat().st_mtime_ns for path in models} == models
    result = json.loads((runs / "dpu" / "seed-0" / "result.json").read_text())
    assert result["sets"]["again"] == result["sets"]["test"]
    assert "### On `again`" in capsys.readouterr().out

    assert main(options(root, "--set", "losses.triplet=0.25")) == 2
    assert "other settings: losses.triplet;" in capsys.readouterr().err


def result(step: str, seed: int, rank1: float, miou: float | None = None) -> Result:
    numbers = {"rank1": rank1, "map": rank1 / 2, "miou": miou}
    return Result(step, seed, [], {}, {"test": numbers}, 600.0, 60.0, "A processor", 2, ["abc"], "2026-01-02")


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        ((52.0, 63.0, 74.0), "is ahead of its base by more than the spread over seeds in Rank-1 (+3.0 ± 1.0"),
        ((48.0, 57.0, 66.0), "is behind its base by more than the spread over seeds in Rank-1 (-3.0 ± 1.0"),
        ((52.0, 58.0, 70.0), "is not told apart from its base in Rank-1 (+0.0 ± 2.0, 3 seeds)"),
        ((55.0,), "is not told apart from its base in Rank-1 (+5.0): one seed has no spread"),
    ],
)
def test_the_sentence_follows_from_the_paired_differences(drop: tuple[float, ...], said: str) -> None:
    # The seeds lie far apart, their differences do not.
    results = [result("base", seed, rank1) for seed, rank1 in enumerate((50.0, 60.0, 70.0))]
    results += [result("drop", seed, rank1) for seed, rank1 in enumerate(drop)]
    assert f"DROP {said}" in section(results, STEPS, "command")


def test_a_change_is_paired_and_what_is_not_known_stays_open() -> None:
    results = [result("base", 0, 50.0, 40.0), result("base", 1, 60.0, 42.0), result("dpu", 1, 63.0)]
    lines = section(results, STEPS, "command").splitlines()
    assert "| base | 2 | 55.0 ± 7.1 | 27.5 ± 3.5 | 41.0 ± 1.4 | – | – | – |  |" in lines
    assert "| + DPU | 1 | 63.0 | 31.5 | – | +3.0 | +1.5 | – | base |" in lines
    assert lines[-2] == (
        "`command` · A processor, 2 cores · 2026-01-02 · tree abc · median run 10.0 min at 60 crops/s"
    )


def test_a_page_keeps_the_rest_of_itself(tmp_path: Path) -> None:
    page = tmp_path / "results.md"
    for word in ("first", "second"):
        put_into(page, f"{OPEN}\n{word}\n{CLOSE}\n")
    assert page.read_text() == f"# Results\n\n{OPEN}\nsecond\n{CLOSE}\n"
    page.write_text(f"mine\n{OPEN}\nmine too")
    with pytest.raises(DataError, match="never closed"):
        put_into(page, "new")
    assert page.read_text() == f"mine\n{OPEN}\nmine too"


def test_what_the_steps_change_cannot_be_set_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--root", "r", "--out", "o", "--set", "losses.parsing=1"])
    assert "the steps differ in losses.parsing" in capsys.readouterr().err
