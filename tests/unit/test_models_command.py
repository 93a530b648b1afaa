"""``dropgui models``, through ``main``."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dropgui.cli import main
from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.models import active_model
from dropgui.library.queries import crop_ids
from dropmodel.inference import save_model, untrained_model
from tests.support.starter import CONFIG
from tests.unit.indexing.fake import pictures


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("models")
    made = []
    for seed, name in enumerate(("first", "second")):
        model = untrained_model(replace(CONFIG, parsing_channels=8), seed=seed, device="cpu")
        made.append(folder / f"{name}.safetensors")
        save_model(replace(model, card=replace(model.card, name=name, trained=True)), made[-1])
    return made


@pytest.fixture
def library(tmp_path: Path, files: list[Path], capsys: pytest.CaptureFixture[str]) -> str:
    path = str(tmp_path / "some.droplib")
    folder = pictures(tmp_path / "pictures", 5)
    assert main(["index", str(folder), "--library", path, "--model", str(files[0]), "--device", "cpu"]) == 0
    capsys.readouterr()
    return path


def said(capsys: pytest.CaptureFixture[str], library: str, command: str, *rest: str, code: int = 0) -> Any:
    """What the command prints as JSON, after what it prints for people is seen to be something."""
    assert main(["models", command, "--library", library, "--json", *rest]) == code
    printed = capsys.readouterr()
    assert printed.err == ""
    return json.loads(printed.out)


def fault(capsys: pytest.CaptureFixture[str], library: str, *arguments: str) -> str:
    assert main(["models", arguments[0], "--library", library, *arguments[1:]]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("dropgui: ")
    return printed.err


def test_from_import_to_drop(
    library: str, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (only,) = said(capsys, library, "list")
    assert (only["name"], only["active"], only["crops"], only["parent"]) == ("first", True, 5, None)
    assert said(capsys, library, "import", str(files[1])) == {"version": "second", "id": 2, "new": True}
    assert said(capsys, library, "import", str(files[1]))["new"] is False
    noted = said(capsys, library, "note", "second", "for night", "--name", "night")
    assert noted == {"version": "night", "id": 2, "notes": "for night"}
    used = said(capsys, library, "use", "night", "--device", "cpu")
    assert (used["active"], used["switched"], used["embedded"], used["left_out"]) == (True, True, 5, [])
    before, now = said(capsys, library, "list")
    assert (before["active"], before["previous"], before["ready"]) == (False, True, True)
    assert (now["active"], now["notes"], now["behind"]) == (True, "for night", 0)
    back = said(capsys, library, "rollback", "--device", "cpu")
    assert (back["version"], back["switched"], back["embedded"]) == ("first", True, 0)
    out = tmp_path / "night.safetensors"
    assert said(capsys, library, "export", "2", str(out)) == {"version": "night", "file": str(out)}
    assert out.exists()
    assert said(capsys, library, "drop", "night", "--vectors")["crops"] == 5
    assert [version["crops"] for version in said(capsys, library, "list")] == [5, 0]
    assert said(capsys, library, "drop", "night")["crops"] == 0
    assert len(said(capsys, library, "list")) == 1


def test_words_for_people(library: str, files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    def lines(*arguments: str) -> list[str]:
        assert main(["models", arguments[0], "--library", library, *arguments[1:]]) == 0
        return capsys.readouterr().out.splitlines()

    assert lines("import", str(files[1])) == ["Added 'second', number 2. To use it: dropgui models use 2."]
    (line,) = lines("use", "2", "--device", "cpu")
    assert line.startswith("'second' answers searches now. 5 pictures were embedded in ")
    assert lines("note", "2", "x" * 90) == ["second: " + "x" * 90]
    listed = lines("list")
    assert listed[0] == "    1  first: 5 crops, ready, rollback leads here"
    assert listed[1] == f"*   2  second: 5 crops, in use, {'x' * 60}…"
    assert lines("note", "2", "") == ["second: no note"]
    assert lines("rollback", "--device", "cpu")[0].startswith("'first' answers searches now.")
    assert lines("drop", "second") == ["Dropped 'second' (5 crops)."]


def test_pictures_that_are_gone(
    library: str, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = tmp_path / "pictures" / "0002.png"
    lost.unlink()
    said(capsys, library, "import", str(files[1]))
    report = said(capsys, library, "use", "second", "--device", "cpu", code=2)
    assert (report["active"], report["switched"], report["embedded"]) == (False, False, 4)
    assert [failure["path"] for failure in report["left_out"]] == [str(lost)]
    report = said(capsys, library, "use", "second", "--device", "cpu", "--leave-out")
    assert (report["active"], report["switched"], report["embedded"]) == (True, True, 0)


def test_faults(library: str, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no model version 'third'. There are: 'first' (1)." in fault(capsys, library, "use", "third")
    assert "no model version to go back to" in fault(capsys, library, "rollback")
    assert "'first' is in use" in fault(capsys, library, "drop", "first")
    assert "exists already" in fault(capsys, library, "export", "first", str(files[1]))
    assert "one of the two" in fault(capsys, library, "import")
    assert "one of the two" in fault(capsys, library, "import", "--starter", str(files[1]))
    assert "The starter model is not here" in fault(capsys, library, "import", "--starter")
    assert "Give a note" in fault(capsys, library, "note", "first")
    assert "There is no library" in fault(capsys, str(tmp_path / "none.droplib"), "list")


def test_two_versions_are_compared(
    library: str, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, library, "import", str(files[1]))
    assert "Confirm more persons" in fault(capsys, library, "compare", "first", "second", "--device", "cpu")
    assert "two different" in fault(capsys, library, "compare", "first", "1")
    with Library.open(Path(library)) as opened:
        crops = crop_ids(opened).tolist()
        for own in (crops[:2], crops[2:4]):
            confirm(opened, own)
    page = tmp_path / "told.html"
    told = said(capsys, library, "compare", "first", "second", "--device", "cpu", "--html", str(page))
    assert (told["before"], told["after"], told["persons"], told["fair"]) == ("first", "second", 2, False)
    assert told["results"].keys() == {"Rank-1", "mAP", "mINP"}
    assert "first → second" in page.read_text(encoding="utf-8")
    assert main(["models", "compare", "--library", library, "1", "2", "--device", "cpu"]) == 0
    printed = capsys.readouterr().out
    assert "it looks better than it is" in printed
    assert printed.splitlines()[-1].endswith("worse.")


def test_a_newer_starter_model_is_offered_and_taken(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library, folder = str(tmp_path / "some.droplib"), str(pictures(tmp_path / "pictures", 3))
    index = ["index", folder, "--library", library, "--device", "cpu"]
    monkeypatch.setenv("DROPMODEL_STARTER", str(files[0]))
    assert main(index) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("DROPMODEL_STARTER", str(files[1]))
    assert main(index) == 0
    assert "with the model 'first' and goes on with it" in capsys.readouterr().err
    assert said(capsys, library, "import", "--starter")["version"] == "second"
    assert said(capsys, library, "use", "second", "--device", "cpu")["switched"]
    assert main(index) == 0
    assert capsys.readouterr().err == ""
    with Library.open(Path(library)) as opened:
        active = active_model(opened)
    assert active is not None
    assert (active.name, active.weights_path) == ("second", None)
