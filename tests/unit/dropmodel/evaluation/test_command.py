"""``dropmodel evaluate`` through main()."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dropmodel.cli import main
from dropmodel.data.datasets import Dataset
from dropmodel.evaluation.calibration import Calibration
from dropmodel.inference import LoadedModel, load_model, save_model


@pytest.fixture(scope="module")
def saved(model: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    save_model(model, path)
    return path


def command(saved: Path, dataset: Dataset, *more: str) -> list[str]:
    folders = ["--masks", str(dataset.root / "masks"), "--labels", "eight"]
    base = ["evaluate", "--model", str(saved), "--dataset", "market1501", "--root", str(dataset.root)]
    return [*base, *folders, "--device", "cpu", *more]


def test_json_files_plots_and_calibration(
    saved: Path, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, stored = tmp_path / "report.json", tmp_path / "stored.safetensors"
    more = ["--json", "--out", str(out), "--plots", str(tmp_path / "plots"), "--store", str(stored)]
    assert main(command(saved, dataset, *more)) == 0
    told = json.loads(capsys.readouterr().out)
    for key in ("rank1", "rank5", "rank10", "map", "minp", "miou"):
        assert 0 <= told[key] <= 100
    assert (told["queries"], told["gallery"]) == (19, 37)
    assert told["dataset"] == "market1501"
    assert len(json.loads(out.read_text())["per_query"]) == 18
    assert (tmp_path / "plots" / "ranked.png").exists()
    again = load_model(stored, "cpu")
    assert again.weights_hash == told["weights_hash"]
    assert Calibration.from_dict(again.card.calibration).to_dict() == told["calibration"]

    assert main(command(saved, dataset, "--no-tables", "--rerank", "--against", str(out))) == 0
    printed = capsys.readouterr().out
    assert "re-ranked" in printed
    assert "queries got better" in printed
    assert not list(tmp_path.glob(".*"))


def test_the_report_says_whether_mirror_images_were_looked_at(
    saved: Path, dataset: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    short = ["--no-tables", "--calibration", "none"]
    told = []
    for more in ([], ["--flip"]):
        assert main(command(saved, dataset, *short, "--json", *more)) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert [report["flip"] for report in told] == [False, True]
    assert told[0]["verification"] != told[1]["verification"]
    assert main(command(saved, dataset, *short, "--flip", "--rerank")) == 0
    assert ", mean with the mirror image, re-ranked" in capsys.readouterr().out


def test_parts_are_chosen_by_name(saved: Path, dataset: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--parts", "head, torso", "--no-tables", "--calibration", "none", "--json"]
    assert main(command(saved, dataset, *more)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["parts"] == ["head", "torso"]
    assert told["calibration"] is None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--parts", "hat"], "unknown part hat"),
        (["--dataset", "nobody"], "unknown data set"),
        (["--root", "gone"], "gone"),
        (["--model", "gone.safetensors"], "no such file"),
        (["--against", "gone.json"], "gone.json"),
        (["--calibration", "guess"], "unknown calibration"),
        (["--calibration", "none", "--store", "x.safetensors"], "must not be none"),
    ],
)
def test_errors_are_one_line(
    more: list[str], says: str, saved: Path, dataset: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(saved, dataset, *more)) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("dropmodel: ")
    assert says in line


def test_a_broken_picture_is_one_line(
    saved: Path, tmp_path: Path, dataset: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("query", "bounding_box_test"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "0001_c1s1_000000_00.jpg").write_bytes(b"no picture")
    arguments = ["evaluate", "--model", str(saved), "--root", str(tmp_path), "--device", "cpu"]
    assert main(arguments) == 2
    assert "0001_c1s1_000000_00.jpg" in capsys.readouterr().err


def test_the_command_line_starts_without_torch() -> None:
    code = "import sys, dropmodel.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
