"""``dropgui evaluate``, through ``main``, and the files that it writes."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dropgui.cli import main
from dropgui.library import Library
from dropgui.library.models import own_calibration_of
from tests.unit.evaluation.made import make


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = tmp_path / "some.droplib"
    with Library.create(path) as library:
        make(library).session.close()
    return str(path)


def said(capsys: pytest.CaptureFixture[str], path: str, *rest: str) -> Any:
    arguments = ["evaluate", "--library", path, "--device", "cpu", *rest]
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def fault(capsys: pytest.CaptureFixture[str], path: str, *rest: str) -> str:
    assert main(["evaluate", "--library", path, "--device", "cpu", *rest]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_files_and_numbers(path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, sheets, plots = tmp_path / "page.html", tmp_path / "csv", tmp_path / "plots"
    data = said(capsys, path, "--html", str(page), "--csv", str(sheets), "--plots", str(plots))
    assert data["persons"] == 10
    names = {"summary", "parts", "cameras", "cmc", "roc", "certainty", "queries"}
    assert {file.stem for file in sheets.iterdir()} == names
    with (sheets / "summary.csv").open(encoding="utf-8-sig") as file:
        rows = {row["Measure"]: row["Percent"] for row in csv.DictReader(file)}
    assert float(rows["mAP"]) == pytest.approx(data["map"], abs=0.01)
    assert float(rows["Rank-20"]) == pytest.approx(data["rank20"], abs=0.01)
    assert {file.stem for file in plots.iterdir()} == {"cmc", "roc", "certainty"}
    for drawn in plots.iterdir():
        with Image.open(drawn) as picture:
            assert picture.size == (1080, 810)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert text.count("data:image/png") == 3
    assert "Searches that went worst" in text
    assert "The picture cannot be read." in text, "there are no files"
    assert len(data["files"]) == 11


def test_words_for_people(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--library", path, "--device", "cpu", "--parts", "global,foreground"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "made"
    assert lines[1].startswith("Measured with 60 searches for 10 persons among 60 labelled crops")
    assert any(line.startswith("Rank-20") for line in lines)
    assert any(line.startswith("Whole picture + Whole person") for line in lines)
    assert any(line.startswith("c0       c1") for line in lines)
    assert any("calibrated on made people" in line for line in lines)


def test_calibrated_and_taken_back(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = said(capsys, path)["certainty"]
    assert said(capsys, path, "--forget-calibration") == {"version": "made", "forgotten": False}
    assert said(capsys, path, "--recalibrate")["recalibrated"]
    after = said(capsys, path)["certainty"]
    assert (before["own"], after["own"]) == (False, True)
    assert after["calibrated_on"] == "10 confirmed persons"
    assert after["in_use"]["even"]["ece"] < before["in_use"]["even"]["ece"]
    assert said(capsys, path, "--forget-calibration")["forgotten"]
    assert said(capsys, path)["certainty"] == before


def test_what_cannot_be(path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "unknown part hat" in fault(capsys, path, "--parts", "hat")
    assert "no model version 'x'" in fault(capsys, path, "--version", "x")
    assert "names of files and folders tell" in fault(capsys, path, "--names")
    few = tmp_path / "few.droplib"
    with Library.create(few) as library:
        make(library, persons=3).session.close()
    assert "It takes 8 persons and 100 pairs" in fault(capsys, str(few), "--recalibrate")
    with Library.open(few) as library:
        assert own_calibration_of(library, 1) is None
    none = tmp_path / "none.droplib"
    Library.create(none).close()
    assert "Nothing is indexed here yet" in fault(capsys, str(none))
    (tmp_path / "file").write_text("")
    assert "could not be made" in fault(capsys, path, "--csv", str(tmp_path / "file" / "csv"))
