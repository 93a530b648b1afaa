"""Configuration: presets, files, single settings, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from dropmodel.errors import ConfigError
from dropmodel.training.config import PRESETS, LossConfig, ScheduleConfig, TrainConfig, load_config
from dropmodel.training.toml import parse_assignments


@pytest.mark.parametrize("name", PRESETS)
def test_presets_load_and_survive_being_written(name: str, tmp_path: Path) -> None:
    config = load_config(name)
    assert config.name == name
    (tmp_path / "again.toml").write_text(config.to_toml(), encoding="utf-8")
    assert load_config(tmp_path / "again.toml") == config


@pytest.mark.parametrize("name", [name for name in PRESETS if name.startswith("base_")])
def test_the_base_has_every_change_off_and_nothing_else_differs(name: str) -> None:
    base, drop = load_config(name), load_config(name.replace("base_", "drop_"))
    assert (base.network.dpu, base.network.ppe, base.network.pooling) == ("off", "off", "gwap")
    assert (base.losses.compactness, base.losses.parsing) == (0.0, 0.35)
    assert drop.network.dpu != "off"
    assert (drop.network.ppe, drop.network.pooling) == ("1d", "wamp_sum")
    assert (base.optimiser, base.schedule, base.style) == (drop.optimiser, drop.schedule, drop.style)


def test_a_file_changes_its_base_and_settings_change_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('base = "drop_lite"\n[network]\nheight = 128\nwidth = 64\n[losses]\nparsing = 2\n')
    config = load_config(file, ["losses.triplet=0.25", "data.labels=lip", "network.schema=five_v"])
    assert (config.losses.parsing, config.losses.triplet) == (2.0, 0.25)
    assert config.data.labels == "lip"
    assert config.network.schema.name == "five_v"
    assert config.network.dim == load_config("drop_lite").network.dim
    assert config.transforms.size == (128, 64)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("losses.tripplet=1", r"unknown key losses.tripplet; did you mean losses.triplet\?"),
        ("optimizer.rate=1", r"unknown key optimizer; did you mean optimiser\?"),
        ("qqq=1", r"unknown key qqq; known are name, data"),
        ("losses.triplet=high", "losses.triplet must be a number, got 'high'"),
        ("schedule.epochs=2.5", "schedule.epochs must be a whole number"),
        ("losses.bank=sums", "losses.bank must be one of centres, instances; got 'sums'"),
        ("network.dpu=on", "network.dpu must be one of concat, sum, off"),
        ("network.height=100", "network: height must be a multiple of 32"),
        ("network.schema=nine", "network.schema: unknown part schema 'nine'"),
        ("losses.temperature=0", "losses: temperature must be at least 1e-06"),
        ("optimiser.ema=1.0", "optimiser: ema must be at least 0 and less than 1"),
        ("transforms.zoom=[1.0]", "transforms.zoom must be a list of 2"),
        ("losses=3", "losses is a table of keys"),
        ("style.mixstyle_stages=[7]", "style: mixstyle_stages are of 1, 2, 3"),
        ("losses.parsing", "is not KEY=VALUE"),
    ],
)
def test_faults_name_the_key(assignment: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config("drop_lite", [assignment])


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "there is no such file"), ("a = = 1", "not a TOML file"), ("base = 3", "base must be the name")],
)
def test_faults_name_the_file(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=rf"mine\.toml.*{message}") as fault:
        load_config(file)
    assert str(fault.value).count("mine.toml") == 1


def test_a_fault_of_a_base_names_the_file_of_the_base(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('base = "other.toml"')
    (tmp_path / "other.toml").write_text("a = = 1")
    with pytest.raises(ConfigError, match=r"^.*other\.toml: not a TOML file"):
        load_config(tmp_path / "mine.toml")


def test_an_unknown_preset_lists_them() -> None:
    with pytest.raises(ConfigError, match="drop_lite, drop_resnet50"):
        load_config("drop_huge")


def test_assignments_take_toml_values_and_plain_text() -> None:
    found: dict[str, Any] = parse_assignments(["a.b=[1, 2]", "a.c=true", "d=plain text", 'e="1"'])
    assert found == {"a": {"b": [1, 2], "c": True}, "d": "plain text", "e": "1"}


def test_text_of_every_kind_survives_being_written(tmp_path: Path) -> None:
    name = 'a "b" \\ c\n\tü\x7f'
    (tmp_path / "x.toml").write_text(TrainConfig(name=name).to_toml(), encoding="utf-8")
    assert load_config(tmp_path / "x.toml").name == name


def test_rates_warm_up_and_fall() -> None:
    steps = ScheduleConfig(epochs=120)
    assert [round(steps.factor(e), 6) for e in (0, 5, 10, 39.9, 40, 70)] == [0.01, 0.505, 1, 1, 0.1, 0.01]
    cosine = ScheduleConfig(epochs=20, kind="cosine", warmup=10.0, final=0.1)
    assert [round(cosine.factor(e), 6) for e in (10, 15, 20, 99)] == [1, 0.55, 0.1, 0.1]


def test_triplets_come_in_slowly() -> None:
    losses = LossConfig(triplet_from=2.0, triplet_ramp=4.0)
    assert [losses.triplet_share(e) for e in (0, 1.9, 2, 4, 6, 9)] == [0, 0, 0, 0.5, 1, 1]
    assert LossConfig().triplet_share(0) == 1
