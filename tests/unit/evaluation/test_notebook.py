"""``Library.evaluate``: what the command and the page tell, for notebooks."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dropgui import Library, UserError
from dropgui.cli import main
from dropgui.library import Library as LibraryFile
from dropgui.library.models import own_calibration_of
from tests.unit.evaluation.made import make


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notebook") / "some.droplib"
    with LibraryFile.create(path) as file:
        make(file).session.close()
    return path


@pytest.fixture
def library(path: Path) -> Iterator[Library]:
    with Library.open(path, device="cpu") as opened:
        yield opened


def test_it_is_what_the_command_prints(
    library: Library, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phases = []
    found = library.evaluate(parts=["stripe_1"], on_progress=lambda progress: phases.append(progress.phase))
    assert phases[-1] == "finishing"
    arguments = ["evaluate", "--library", str(path), "--device", "cpu", "--parts", "stripe_1"]
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"{found}\n"
    assert main([*arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert found.to_dict() | {"recalibrated": False, "files": []} == printed
    assert library.evaluate("made", parts=["stripe_1"]).to_dict() == found.to_dict()
    assert library.evaluate(1).to_dict() != found.to_dict(), "other parts"


def test_tables_and_files(library: Library, tmp_path: Path) -> None:
    found = library.evaluate()
    records = found.to_records()
    assert [record["Measure"] for record in records[:2]] == ["Rank-1", "Rank-5"]
    assert records[0]["Percent"] == pytest.approx(found.to_dict()["rank1"], abs=0.01)
    table = found.to_pandas("parts") if pytest.importorskip("pandas") else None
    assert table is not None
    assert table["Compared by"].tolist()[0] == "Person and parts"
    assert table["mAP"].between(0, 100).all()
    with pytest.raises(KeyError, match="no table 'part' here, there are summary, parts"):
        found.to_records("part")
    assert {file.name for file in found.to_csv(tmp_path / "tables")} >= {"summary.csv", "parts.csv"}
    assert {file.suffix for file in found.to_charts(tmp_path / "curves")} == {".png"}
    found.to_html(tmp_path / "page.html")
    assert "Searches that went worst" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_percentages_are_fitted_and_taken_back(library: Library, path: Path) -> None:
    def own() -> object:
        with LibraryFile.open(path) as file:
            return own_calibration_of(file, 1)

    assert not library.forget_calibration()
    library.evaluate().recalibrate()
    assert own() is not None
    assert library.forget_calibration("made")
    assert own() is None


def test_what_cannot_be_measured_is_said(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no model version 'other'. There are: 'made' \(1\)"):
        library.evaluate("other")
    with pytest.raises(UserError, match="unknown part hat"):
        library.evaluate(parts=["hat"])
    with pytest.raises(UserError, match="names of files and folders"):
        library.evaluate(names=True)
    with Library.create(tmp_path / "empty.droplib") as empty, pytest.raises(UserError, match="Add a folder"):
        empty.evaluate()
