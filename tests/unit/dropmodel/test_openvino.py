"""The OpenVINO runtime: the same answers, one conversion, no network, and torch when anything is wrong."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dropmodel.errors import ModelError
from dropmodel.inference import Extractor, LoadedModel, openvino_ir, openvino_runtime, untrained_model
from tests.unit.dropmodel.conftest import SMALL

# Never pytest.importorskip: importing openvino before its telemetry is shut out sends an event.
needs_openvino = pytest.mark.skipif(not openvino_ir.is_installed(), reason="openvino is not installed")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openvino")


@pytest.fixture
def fast(model: LoadedModel, cache: Path) -> Extractor:
    return Extractor(model, batch_size=4, runtime="openvino", cache=cache)


@needs_openvino
def test_it_answers_as_torch_does(fast: Extractor, extractor: Extractor, picture: Any) -> None:
    assert (fast.runtime, fast.dtype) == ("openvino", torch.float32)
    assert extractor.runtime == "torch"
    images = [picture(seed, 70 + seed, 40) for seed in range(6)]
    maps = [np.full((16, 8), seed % 9, np.uint8) for seed in range(6)]
    for found, exact in [
        (fast.extract(images), extractor.extract(images)),
        (fast.pool(images, maps), extractor.pool(images, maps)),
    ]:
        np.testing.assert_allclose(found.features.vectors, exact.features.vectors, atol=1e-4)
        np.testing.assert_allclose(found.features.visibility, exact.features.visibility, atol=1e-4)
        np.testing.assert_allclose(found.confidence, exact.confidence, atol=1e-4)
        assert (found.labels == exact.labels).mean() > 0.999


@needs_openvino
def test_neighbours_in_the_batch_do_not_matter(
    fast: Extractor, model: LoadedModel, cache: Path, picture: Any
) -> None:
    images = [picture(seed) for seed in range(7)]
    alone = Extractor(model, batch_size=1, runtime="openvino", cache=cache).extract(images)
    together = fast.extract(images)
    np.testing.assert_allclose(alone.features.vectors, together.features.vectors, atol=1e-5)
    np.testing.assert_allclose(alone.confidence, together.confidence, atol=1e-5)


@needs_openvino
def test_a_model_is_converted_once(
    model: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "new" / "folder"
    Extractor(model, runtime="openvino", cache=cache)
    kept = sorted(path.name for path in cache.iterdir())
    assert [Path(name).suffix for name in kept] == [".bin", ".xml"]
    assert kept[0].startswith(model.weights_hash[:32])
    monkeypatch.setattr(openvino_ir, "convert", lambda model: pytest.fail("converted again"))
    assert Extractor(model, runtime="openvino", threads=1, cache=cache).runtime == "openvino"
    # The same weights in a network of another shape are another conversion.
    other = dataclasses.replace(model, config=dataclasses.replace(SMALL, last_stride=2))
    assert openvino_ir.cached_file(cache, other) != openvino_ir.cached_file(cache, model)


@needs_openvino
@pytest.mark.parametrize("damage", ["no xml", "short xml", "no bin", "short bin", "other bin"])
def test_a_damaged_conversion_is_made_again(
    model: LoadedModel,
    cache: Path,
    tmp_path: Path,
    damage: str,
    fast: Extractor,
    picture: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for path in cache.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    kept = openvino_ir.cached_file(tmp_path, model)
    how, suffix = damage.split()
    path = kept.with_suffix(f".{suffix}")
    whole = path.read_bytes()
    if how == "no":
        path.unlink()
    elif how == "short":
        path.write_bytes(whole[: len(whole) // 2])
    else:
        numbers = np.frombuffer(whole[: len(whole) // 4 * 4], np.float32).copy()
        weights = (np.abs(numbers) > 1e-4) & (np.abs(numbers) < 0.4)  # leaves sizes and scales
        numbers[weights] *= np.random.default_rng(0).choice([0.5, 2.0], int(weights.sum()))
        path.write_bytes(numbers.tobytes() + whole[len(numbers) * 4 :])
    mended = Extractor(model, runtime="openvino", cache=tmp_path)
    images = [picture(seed) for seed in range(2)]
    vectors = fast.extract(images).features.vectors
    np.testing.assert_allclose(mended.extract(images).features.vectors, vectors, atol=1e-5)
    monkeypatch.setattr(openvino_ir, "convert", lambda model: pytest.fail("converted again"))
    assert Extractor(model, runtime="openvino", cache=tmp_path).runtime == "openvino"
    assert len(list(tmp_path.iterdir())) == 2


@needs_openvino
def test_a_cache_that_cannot_be_written_is_done_without(model: LoadedModel, tmp_path: Path) -> None:
    cache = tmp_path / "file"
    cache.write_text("not a folder")
    assert Extractor(model, runtime="openvino", cache=cache).runtime == "openvino"


@needs_openvino
@pytest.mark.noisy
def test_answers_that_differ_are_not_used(
    model: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    see = openvino_runtime.OpenVinoTrunk.__call__

    def wrong(self: Any, batch: torch.Tensor) -> Any:
        reid_map, logits = see(self, batch)
        return reid_map + 0.3 * reid_map.std() * torch.randn_like(reid_map), logits

    monkeypatch.setattr(openvino_runtime.OpenVinoTrunk, "__call__", wrong)
    assert Extractor(model, precision="fp32", cache=tmp_path).runtime == "torch"
    assert "differ from torch's" in caplog.text
    assert "using torch instead" in caplog.text
    with pytest.raises(ModelError, match="differ from torch's"):
        Extractor(model, runtime="openvino", cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


@needs_openvino
def test_wrong_masks_alone_are_noticed(model: LoadedModel, cache: Path, fast: Extractor) -> None:
    assert fast._trunk is not None
    trunk = fast._trunk

    def shifted(batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        reid_map, logits = trunk(batch)
        logits[:, 3, 0, 0] += 1.0
        return reid_map, logits

    assert openvino_runtime.agrees(model, trunk)
    assert not openvino_runtime.agrees(model, shifted)  # type: ignore[arg-type]


@needs_openvino
def test_vectors_that_are_empty_in_both_agree(cache: Path) -> None:
    model = untrained_model(SMALL, device="cpu")
    norm = model.network.embed.parts[1]
    assert isinstance(norm, torch.nn.BatchNorm1d)
    norm.bias.fill_(-1e6)  # nothing is left after the ReLU
    extractor = Extractor(model, runtime="openvino", cache=cache)
    assert not extractor.extract([np.zeros((64, 32, 3), np.uint8)]).features.vectors[:, 2:].any()


@pytest.mark.noisy
def test_a_network_it_cannot_convert_runs_on_torch(
    model: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(model: LoadedModel) -> Any:
        raise RuntimeError("unknown operator")

    monkeypatch.setattr(openvino_ir, "is_installed", lambda: True)
    monkeypatch.setattr(openvino_ir, "cached_file", lambda folder, model: folder / "x.xml")
    monkeypatch.setattr(openvino_ir, "convert", refuse)
    assert Extractor(model, precision="fp32", cache=tmp_path).runtime == "torch"
    assert "OpenVINO cannot run this model: unknown operator" in caplog.text


@needs_openvino
def test_auto_takes_it_where_torch_would_compute_in_fp32(
    model: LoadedModel, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for native_bf16, runtime in ((False, "openvino"), (True, "torch")):
        monkeypatch.setattr("dropmodel.inference.devices._native_bf16", lambda native=native_bf16: native)
        assert Extractor(model, cache=cache).runtime == runtime
        assert Extractor(model, precision="fp32", cache=cache).runtime == "openvino"
        assert Extractor(model, runtime="openvino", cache=cache).dtype == torch.float32


def test_without_the_package(model: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_ir, "find_spec", lambda name: None)
    assert Extractor(model, precision="fp32", cache=tmp_path).runtime == "torch"
    with pytest.raises(ModelError, match=r"pip install 'dropgui\[openvino\]'"):
        Extractor(model, runtime="openvino", cache=tmp_path)


def test_what_it_does_not_serve(model: LoadedModel, tmp_path: Path) -> None:
    half = Extractor(model, precision="bf16", cache=tmp_path)
    assert (half.runtime, half.dtype) == ("torch", torch.bfloat16)
    assert Extractor(model, runtime="torch", cache=tmp_path).runtime == "torch"
    with pytest.raises(ValueError, match="OpenVINO computes in fp32"):
        Extractor(model, runtime="openvino", precision="bf16", cache=tmp_path)
    elsewhere = dataclasses.replace(model, device=torch.device("meta"))
    with pytest.raises(ValueError, match="load it on cpu"):
        Extractor(elsewhere, runtime="openvino", cache=tmp_path)
    with pytest.raises(ValueError, match="unknown runtime"):
        Extractor(model, runtime="onnx", cache=tmp_path)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_where_conversions_are_kept(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert openvino_ir.default_cache() == own_home / "cache" / "openvino"
    monkeypatch.delenv("DROPGUI_HOME")
    assert openvino_ir.default_cache().parent.name == "dropgui"


_WATCHED = """
import logging, sys
from pathlib import Path

seen, said = [], []
REACHING_OUT = ("socket.", "subprocess.", "os.fork", "os.posix_spawn", "os.system", "urllib.", "http.")
sys.addaudithook(lambda event, args: seen.append(event) if event.startswith(REACHING_OUT) else None)

class Keeper(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())

logging.getLogger().addHandler(Keeper(logging.WARNING))

import numpy as np
from dropmodel.inference import Extractor, untrained_model
from dropmodel.network.config import NetworkConfig

model = untrained_model(NetworkConfig(height=64, width=32, dim=16, parsing_channels=16), device="cpu")
seen.clear()  # torch asks for the processor's name
extractor = Extractor(model, runtime="openvino")
extractor.extract([np.zeros((64, 32, 3), np.uint8)])
assert "openvino.tools.ovc" in sys.modules
telemetry = [name for name in sys.modules if name.startswith("openvino_telemetry")]
assert telemetry == ["openvino_telemetry"] and sys.modules["openvino_telemetry"] is None, telemetry
assert type(sys.modules["openvino.tools.ovc"].telemetry).__module__ == "openvino.tools.ovc.telemetry_stub"
assert not seen, seen
assert not said, said
assert not list(Path.home().iterdir()), list(Path.home().iterdir())
import socket
try:
    socket.create_connection(("127.0.0.1", 9), 1).close()
except OSError:
    pass
assert "socket.connect" in seen, "the watch itself does not work"
"""


@needs_openvino
def test_it_reaches_out_to_nobody_and_is_quiet(tmp_path: Path, own_home: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", _WATCHED],
        cwd=Path(__file__).parents[3],
        env={"PATH": "", "HOME": str(home), "DROPGUI_HOME": str(own_home), "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stderr == ""
    assert len(list((own_home / "cache" / "openvino").iterdir())) == 2
