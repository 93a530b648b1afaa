"""Two processes (gloo) make the step that one process makes on both batches together."""

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from dropmodel.network.drop import Drop
from dropmodel.training.config import LossConfig
from dropmodel.training.distributed import process_group
from dropmodel.training.shared_norm import share_batch_norms
from tests.unit.dropmodel.training.drawn import config_for, curve, draw
from tests.unit.dropmodel.training.pair import BANKS, NETWORK, data, two_steps


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two processes' gradients, and their training run in ``run``."""
    folder = tmp_path_factory.mktemp("pair")
    root, file = draw(folder / "persons"), folder / "mine.toml"
    more = ("schedule.epochs=1", "validation.every=1", "data.passes=1")
    file.write_text(config_for(root, *more).to_toml(), encoding="utf-8")
    repository = Path(__file__).parents[4]
    launch = ["-m", "torch.distributed.run", "--nproc_per_node=2", "--master_port", str(free_port())]
    program = [str(Path(__file__).with_name("pair.py")), str(folder), str(file), str(root)]
    done = subprocess.run(
        [sys.executable, *launch, *program, str(folder / "run")],
        cwd=repository,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    # One of the two tells of the run.
    assert done.stdout.count("best.safetensors") == 1
    assert done.stderr.count("32 pictures of 8 persons") == 1
    return folder


@pytest.mark.parametrize("config", BANKS, ids=lambda config: config.bank)
def test_a_step_of_two_processes_is_one_of_the_joined_batch(pair: Path, config: LossConfig) -> None:
    alone = two_steps(config)
    both = [torch.load(pair / f"{config.bank}{number}.pt", weights_only=True) for number in (0, 1)]
    assert both[0]["total"] == pytest.approx(alone.total, abs=1e-4)
    for other in both:
        assert other["gradients"].keys() == alone.gradients.keys()
        for name, gradient in alone.gradients.items():
            gap = float((other["gradients"][name] - gradient).norm())
            # What stays are roundings: sums run in another order, through a network that enlarges them.
            assert gap < 1e-4 + 5e-3 * float(gradient.norm()), name
        for name, tensor in alone.state.items():
            assert torch.allclose(other["state"][name].float(), tensor.float(), atol=1e-5), name
        for name, tensor in alone.bank.items():
            assert torch.allclose(other["bank"][name].float(), tensor.float(), atol=1e-4), name


def test_the_command_trains_in_two_processes_as_one_run(pair: Path) -> None:
    run = pair / "run"
    assert [line["step"] for line in curve(run) if "total" in line] == [1, 2]
    assert (run / "best.safetensors").exists()
    assert json.loads((run / "log.jsonl").read_text().splitlines()[-1])["end"] == "done"


def test_a_process_of_several_gpus_has_its_own_and_waits_for_long_validations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What torch is asked for where there are GPUs, which no test here has."""
    asked: list[tuple[object, ...]] = []

    def join(backend: str, *, timeout: timedelta, device_id: torch.device) -> None:
        asked.append((backend, timeout > timedelta(hours=1), device_id))

    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: asked.append(("current", device)))
    monkeypatch.setattr(dist, "init_process_group", join)
    monkeypatch.setattr(dist, "destroy_process_group", lambda: asked.append(("left",)))
    own = torch.device("cuda", 1)
    with process_group(torch.device("cuda")) as device:
        assert device == own
    assert asked == [("current", own), ("nccl", True, own), ("left",)]


def test_shared_norms_change_nothing_in_one_process() -> None:
    torch.manual_seed(0)
    network = Drop(NETWORK).train()
    names = list(network.state_dict())
    images = data()[0]
    torch.manual_seed(1)
    expected = network(images).neck
    share_batch_norms(network)
    share_batch_norms(network)
    torch.manual_seed(1)
    assert torch.allclose(network(images).neck, expected, atol=1e-5)
    assert list(network.state_dict()) == names
