"""The command, through main(): what it writes, says and returns."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dropmodel.cli import main
from dropmodel.inference import LoadedModel, load_model, save_model
from dropmodel.inference.weights import hash_weights
from dropmodel.parts import EIGHT, FIVE_V


@pytest.fixture
def saved(model: LoadedModel, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_model(model, path)
    return path


@pytest.fixture
def folder(picture: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "inner").mkdir(parents=True)
    for number, name in enumerate(["a.png", "b.png", "inner/a.png"]):
        Image.fromarray(picture(number, 100, 50)).save(folder / name)
    (folder / "notes.txt").write_text("not a picture")
    (folder / ".ipynb_checkpoints").mkdir()
    for hidden in ("._a.png", ".ipynb_checkpoints/a.png"):
        (folder / hidden).write_bytes(b"what macOS and notebooks leave behind")
    return folder


def test_extract_writes_what_it_documents(
    saved: Path, folder: Path, model: LoadedModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "vectors.npz"
    status = main(["extract", str(folder), "--model", str(saved), "--out", str(out), "--device", "cpu"])
    assert status == 0
    assert "3 pictures" in capsys.readouterr().out
    with np.load(out, allow_pickle=False) as data:
        assert set(data) == {"paths", "names", "vectors", "visibility", "model"}
        assert data["paths"].tolist() == [str(folder / name) for name in ("a.png", "b.png", "inner/a.png")]
        assert tuple(data["names"]) == EIGHT.vector_names
        assert (data["vectors"].shape, data["vectors"].dtype) == ((3, 10, 16), np.float32)
        assert data["visibility"].shape == (3, 10)
        assert str(data["model"]) == hash_weights(model.network.state_dict())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "model.safetensors",
        "pictures",
        "vectors.npz",
    ]


def test_bad_pictures_are_listed_and_the_rest_goes_on(
    saved: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, bad = tmp_path / "vectors.npz", folder / "bad.jpg"
    bad.write_bytes(b"")
    command = ["extract", str(folder), "--model", str(saved), "--out", str(out), "--half", "--json"]
    assert main(command) == 1
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert summary["images"] == 3
    assert summary["failed"] == [{"path": str(bad), "reason": "the file is empty"}]
    assert summary["trained"] is False
    assert printed.err.strip() == f"dropmodel: {bad}: the file is empty"
    with np.load(out) as data:
        assert data["vectors"].dtype == np.float16
        assert str(bad) not in data["paths"].tolist()


def test_only_bad_pictures_still_write_an_empty_file(saved: Path, tmp_path: Path) -> None:
    out = tmp_path / "vectors.npz"
    assert main(["extract", str(tmp_path / "gone.jpg"), "--model", str(saved), "--out", str(out)]) == 1
    with np.load(out) as data:
        assert data["vectors"].shape == (0, 10, 16)


def test_vectors_that_cannot_be_written_name_their_file(
    saved: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "vectors.npz"
    assert main(["extract", str(folder), "--model", str(saved), "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"dropmodel: {out} could not be written: No such file or directory\n"


def test_parse_writes_indexed_maps_and_overlays(saved: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "masks"
    command = ["parse", str(folder), "--model", str(saved), "--out", str(out), "--batch-size", "2"]
    assert main(command) == 0
    expected = {f"{name}.{kind}.png" for name in ("a", "b", "a-2") for kind in ("labels", "overlay")}
    assert {path.name for path in out.iterdir()} == expected
    with Image.open(out / "a.labels.png") as labels, Image.open(folder / "a.png") as picture:
        assert labels.mode == "P"
        assert labels.size == picture.size == (50, 100)
        assert set(np.unique(np.asarray(labels))) <= set(range(9))
        colors = labels.getpalette()
        assert colors is not None
        assert colors[3:6] == [0xCC, 0x79, 0xA7]
        index, original = np.asarray(labels), np.asarray(picture)
    with Image.open(out / "a.overlay.png") as drawn:
        mixed = np.asarray(drawn)
    np.testing.assert_array_equal(mixed[index == 0], original[index == 0])
    assert (mixed[index == 1] != original[index == 1]).any()


def test_create_then_info(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new.safetensors"
    shape = ["--backbone", "resnet18", "--schema", "five_v", "--height", "64", "--width", "32"]
    assert main(["create", str(path), *shape]) == 0
    assert "backbone weights: random" in capsys.readouterr().out
    assert load_model(path, "cpu").schema == FIVE_V
    assert main(["info", str(path)]) == 0
    told = capsys.readouterr().out
    assert "trained    no" in told
    assert "resnet18, random" in told
    assert "64 x 32 pixels" in told
    assert main(["info", str(path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["config"]["backbone"] == "resnet18"
    assert data["card"]["trained"] is False
    assert data["card"]["created"]


def test_without_a_model_it_says_what_it_uses(
    folder: Path, model: LoadedModel, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("dropmodel.inference.starter.untrained_model", lambda device: model)
    assert main(["extract", str(folder), "--out", str(tmp_path / "vectors.npz")]) == 0
    assert "using the untrained model" in capsys.readouterr().err
    assert main(["info"]) == 2
    assert "name a model file" in capsys.readouterr().err


def test_without_a_model_named_the_starter_is_used(
    folder: Path, starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, masks = tmp_path / "vectors.npz", tmp_path / "masks"
    assert main(["extract", str(folder), "--out", str(out), "--device", "cpu"]) == 0
    assert main(["parse", str(folder), "--out", str(masks), "--device", "cpu"]) == 0
    assert capsys.readouterr().err == ""
    with np.load(out) as data:
        assert str(data["model"]) == load_model(starter, "cpu").weights_hash
    assert main(["info"]) == 0
    told = capsys.readouterr().out
    assert "name       starter" in told
    assert "people     no picture of a real person was used" in told
    assert "limit      lower legs" in told
    assert max(map(len, told.splitlines())) <= 100


def test_extract_with_the_mirror_image(
    saved: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["extract", str(folder), "--model", str(saved), "--device", "cpu"]
    plain, both = tmp_path / "plain.npz", tmp_path / "both.npz"
    assert main([*command, "--out", str(plain), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["flip"] is False
    assert main([*command, "--out", str(both), "--flip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["flip"] is True
    with np.load(plain) as one, np.load(both) as other:
        cosine = (one["vectors"] * other["vectors"]).sum(-1)
        assert 0.5 < cosine.min() < 0.9999
    assert main([*command, "--out", str(both), "--flip"]) == 0
    assert "mean with the mirror image" in capsys.readouterr().out


def test_export_in_half_with_a_card(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card, out = tmp_path / "card.json", tmp_path / "starter.safetensors"
    card.write_text(json.dumps({"name": "starter", "people": "nobody real"}))
    assert main(["export", str(saved), str(out), "--half", "--card", str(card)]) == 0
    model = load_model(out, "cpu")
    assert model.weights_hash in capsys.readouterr().out
    assert (model.card.name, model.card.people) == ("starter", "nobody real")
    assert out.stat().st_size < 0.53 * saved.stat().st_size
    again = tmp_path / "again.safetensors"
    assert main(["export", str(out), str(again)]) == 0
    assert load_model(again, "cpu").weights_hash == model.weights_hash


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["info", "gone.safetensors"], "no such file"),
        (["info", "model.pth"], "pickles"),
        (["extract", "EMPTY", "--out", "x.npz", "--model", "MODEL"], "there are no pictures"),
        (["extract", "a.png", "--out", "x.npz", "--model", "MODEL", "--device", "toaster"], "toaster"),
        (["extract", "a.png", "--out", "x.npz", "--model", "MODEL", "--batch-size", "0"], "batch_size"),
        (["extract", "a.png", "--out", "no/such/x.npz", "--model", "MODEL"], "No such file"),
        (["create", "x.safetensors", "--backbone", "nobody"], "unknown backbone"),
        (["create", "x.safetensors", "--schema", "nine"], "unknown part schema"),
        (["create", "x.pth"], "pickles"),
        (["export", "MODEL", "x.onnx", "--half"], "--half is for a model file"),
        (["export", "MODEL", "x.safetensors", "--card", "MODEL"], "is not JSON"),
        (["export", "MODEL", "x.safetensors", "--card", "gone.json"], "gone.json"),
    ],
)
def test_errors_are_one_line_and_status_two(
    command: list[str], says: str, saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    names = {"EMPTY": str(empty), "MODEL": str(saved)}
    assert main([names.get(word, word) for word in command]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert says in lines[-1]
    assert lines[-1].startswith("dropmodel: ")
    assert "Traceback" not in "".join(lines)
    assert not list(empty.iterdir())
