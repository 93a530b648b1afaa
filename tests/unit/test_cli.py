"""The command, run as users run it where that matters, else through ``main``."""

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from dropgui import cli
from dropgui.cli import main
from dropgui.command_line import describe_progress
from dropgui.indexing import Progress
from dropgui.library import Library
from dropgui.library.models import active_model, register_model
from dropgui.library.queries import counts
from dropgui.search.certainty import NO_MODEL
from dropmodel.evaluation.calibration import Calibration, Logistic
from dropmodel.inference import save_model, untrained_model
from dropmodel.network.config import NetworkConfig
from tests.unit.indexing.fake import picture

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    save_model(untrained_model(NetworkConfig(dim=32, height=64, width=32), device="cpu"), path)
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(8):
        picture(tmp_path / "größe" / f"{number}.png", number, size=(32, 64))
    (tmp_path / "größe" / "broken.jpg").write_text("no")
    return tmp_path / "größe"


@pytest.fixture
def library(tmp_path: Path, folder: Path, model: str, capsys: pytest.CaptureFixture[str]) -> str:
    path = str(tmp_path / "some.droplib")
    assert main(["index", str(folder), "--library", path, "--model", model, "--device", "cpu"]) == 0
    capsys.readouterr()
    return path


def fault(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a command which fails must say, and nothing on standard output."""
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("dropgui: ")
    assert "Traceback" not in said.err
    return said.err


def test_index_as_json(tmp_path: Path, folder: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["index", str(folder), "--library", str(tmp_path / "l.droplib"), "--json", "--model", model]
    assert main(arguments) == 0
    said = capsys.readouterr()
    data = json.loads(said.out)
    assert data.keys() == {"indexed", "skipped", "failed", "seconds"}
    assert (data["indexed"], data["skipped"]) == (8, 0)
    assert data["failed"] == [
        {"path": str(folder / "broken.jpg"), "reason": "it is not a picture of a known kind"}
    ]
    assert data["seconds"] > 0
    assert said.err == ""
    assert main(arguments) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["indexed"], again["skipped"], len(again["failed"])) == (0, 8, 1)


def test_index_for_people(
    tmp_path: Path, folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    picture(tmp_path / "second" / "a.png", size=(32, 64))
    folders = [str(folder), str(tmp_path / "second")]
    assert main(["index", *folders, "--library", str(tmp_path / "l.droplib"), "--model", model]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["         9  indexed", "         1  unreadable"]
    assert lines[2].strip() == f"{folder / 'broken.jpg'}: it is not a picture of a known kind"
    assert lines[3].endswith("seconds")


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no control characters in names")
def test_names_that_would_break_a_terminal_are_spelled(
    tmp_path: Path, folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    picture(folder / "two\nlines\x1b[31m \u202egnp.png", 9, size=(32, 64))
    (folder / "bad\r.jpg").touch()
    index = ["index", str(folder), "--library", str(tmp_path / "l.droplib"), "--model", model]
    assert main(index) == 0
    assert f"{folder}/bad\\r.jpg: the file is empty" in capsys.readouterr().out
    assert main(["search", str(folder / "3.png"), *index[2:4]]) == 0
    found = capsys.readouterr().out
    assert f"{folder}/two\\nlines\\x1b[31m \\u202egnp.png\n" in found
    assert f"{folder}/4.png\n" in found


def test_search_as_json(
    library: str, folder: Path, tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image = str(picture(tmp_path / "outside.png", 3, size=(32, 64)))  # looks like 3.png
    wanted = ["search", image, "--library", library, "--parts", "head,torso=2", "--top", "5", "--json"]
    assert main(wanted) == 0
    data = json.loads(capsys.readouterr().out)
    assert data.keys() == {"query", "matches"}
    assert data["query"]["parts"] == {"head": 1.0, "torso": 2.0}
    assert len(data["matches"]) == 5
    keys = {
        "path",
        "score",
        "pushed",
        "former_rank",
        "probability",
        "uncalibrated",
        "parts",
        "camera",
        "captured_at",
        "person",
        "verdict",
    }
    assert all(match.keys() == keys for match in data["matches"])
    assert data["query"]["images"] == [image]
    assert data["matches"][0]["path"] == str(folder / "3.png")
    assert data["matches"][0]["score"] == pytest.approx(1, abs=5e-3)
    assert data["matches"][0]["parts"].keys() == {"head", "torso"}
    scores = [match["score"] for match in data["matches"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("fresh", [False, True], ids=["stored", "read again"])
def test_a_picture_of_the_library_does_not_find_itself(
    library: str, folder: Path, model: str, fresh: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", model] if fresh else []
    assert main(["search", str(folder / "3.png"), "--library", library, "--json", *options]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {match["path"] for match in data["matches"]} == {
        str(folder / f"{number}.png") for number in range(8) if number != 3
    }


def test_a_library_of_the_untrained_model_is_told_of_the_starter(
    folder: Path, tmp_path: Path, starter_file: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    small = partial(untrained_model, NetworkConfig(dim=32, height=64, width=32))
    for place in ("dropmodel.inference", "dropmodel.inference.starter"):
        monkeypatch.setattr(f"{place}.untrained_model", small)
    library = str(tmp_path / "old.droplib")
    index = ["index", str(folder), "--library", library, "--device", "cpu"]
    search = ["search", str(folder / "3.png"), "--library", library]
    assert main(index) == main(search) == 0
    assert "starter" not in capsys.readouterr().err
    monkeypatch.setenv("DROPMODEL_STARTER", str(starter_file))
    for command in (index, search):
        assert main(command) == 0
        assert f"{library} was indexed with the untrained model" in capsys.readouterr().err
    new = str(tmp_path / "new.droplib")
    assert main(["index", str(folder), "--library", new, "--device", "cpu"]) == 0
    assert capsys.readouterr().err == ""


def test_probabilities_say_what_they_assume(
    library: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["search", str(folder / "3.png"), "--library", library, "--parts", "head,torso"]
    assert "not calibrated" in fault(capsys, *asked, "--least-probability", "0.5")
    with Library.open(Path(library)) as opened:
        model = active_model(opened)
        assert model is not None
        curves = {count: Logistic(2.0, -4.0) for count in (1, 2)}
        register_model(
            opened, name=model.name, schema=model.schema, dim=model.dim, weights_hash=model.weights_hash,
            trained=False, calibration=Calibration(curves, source="made people").to_dict(),
        )  # fmt: skip
    assert main(asked) == 0
    told = capsys.readouterr()
    assert "same" in told.out.splitlines()[0]
    assert "Percentages are calibrated on made people; they assume about 8 crops a person" in told.err
    two = [*asked[:1], str(folder / "4.png"), *asked[1:]]
    for uncalibrated in (two, [*asked, "--weights", "head=1,torso=0.5"]):
        assert main(uncalibrated) == 0
        told = capsys.readouterr()
        assert "same" not in told.out.splitlines()[0]
        assert "Not calibrated for " in told.err
        assert "Not calibrated for " in fault(capsys, *uncalibrated, "--least-probability", "0.5")
    assert main([*asked, "--json", "--least-probability", "0.4"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["query"]["prior"] == {"crops_a_person": 8.0, "crops": 8, "source": "made people"}
    assert data["query"]["least_probability"] == 0.4
    assert all(match["probability"] >= 0.4 for match in data["matches"])
    assert main([*asked, "--least-probability", "1"]) == 0
    assert "No match is good enough." in capsys.readouterr().out


def test_search_for_people(library: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "search",
        str(folder / "3.png"),
        "--library",
        library,
        "--parts",
        "head,left_foot",
        "--top",
        "2",
    ]
    assert main(arguments) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].split() == ["score", "head", "left_foot", "picture"]
    assert len(lines) == 3
    column = lines[0].index("picture")
    assert all(line[column:].startswith(str(folder)) for line in lines[1:])
    assert said.err == f"7 crops compared\n{NO_MODEL}\n"


def test_several_views_and_somebody_who_is_not_meant(
    library: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    views = [str(folder / "3.png"), str(folder / "4.png")]
    asked = ["search", *views, "--library", library, "--json", "--weights", "foreground=2"]
    assert main(asked) == 0
    plain = json.loads(capsys.readouterr().out)
    assert main([*asked, "--negative", str(folder / "5.png"), "--push", "1"]) == 0
    pushed = json.loads(capsys.readouterr().out)
    assert {match["path"] for match in plain["matches"]} == {
        str(folder / f"{number}.png") for number in range(8) if number not in {3, 4}
    }
    before, after = ({match["path"]: match["score"] for match in data["matches"]} for data in (plain, pushed))
    unwanted = str(folder / "5.png")
    others = [path for path in before if path != unwanted]
    assert after[unwanted] - before[unwanted] < min(after[path] - before[path] for path in others)
    assert pushed["query"]["negatives"] == [unwanted]
    assert pushed["query"]["parts"] == {"foreground": 2.0}
    assert "apart" not in plain["query"]
    assert main([*asked, "--same-picture", "--undecided", "--apart", "3"]) == 0
    apart = json.loads(capsys.readouterr().out)["query"]["apart"]
    assert apart == {"same_image": False, "minutes": 3.0, "decided": True}


def test_only_some_cameras_and_times(tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    for camera in (1, 2, 3):
        taken = {0x9003: f"2026:11:2{camera} 10:00:00"}
        exif = Image.Exif()
        exif[0x8769] = taken
        picture(tmp_path / "seen" / f"0001_c{camera}s1_{camera}.jpg", camera, size=(32, 64), exif=exif)
    library = str(tmp_path / "l.droplib")
    assert main(["index", str(tmp_path / "seen"), "--library", library, "--model", model]) == 0
    image = str(picture(tmp_path / "outside.png", 3, size=(32, 64)))

    def found(*options: str) -> set[str]:
        capsys.readouterr()
        assert main(["search", image, "--library", library, "--json", *options]) == 0
        return {match["camera"] for match in json.loads(capsys.readouterr().out)["matches"]}

    assert found() == {"c1", "c2", "c3"}
    assert found("--camera", "c1", "--camera", "c3") == {"c1", "c3"}
    assert found("--from", "2026-11-22") == {"c2", "c3"}
    assert found("--to", "2026-11-22") == {"c1", "c2"}
    assert found("--to", "2026-11-22T09:59") == {"c1"}
    assert found("--least-score", "2") == set()
    capsys.readouterr()
    assert main(["search", image, "--library", library, "--from", "2027-01-01"]) == 0
    assert "No other crop is known to be of that time" in capsys.readouterr().out
    assert main(["search", image, "--library", library, "--rerank"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["score", "was"]
    assert sorted(line.split()[1] for line in lines[1:]) == ["1", "2", "3"]
    assert "There are: c1, c2, c3." in fault(capsys, "search", image, "--library", library, "--camera", "c9")
    assert "person 'Anna'" in fault(capsys, "search", image, "--library", library, "--person", "Anna")
    assert "nobody to search for" in fault(capsys, "search", "--library", library)


def test_what_is_found_as_table_page_and_figure(
    library: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    asked = ["search", str(folder / "3.png"), "--library", library, "--parts", "head"]
    assert main([*asked, "--csv", "--html", str(out / "a.html"), "--figure", str(out / "a.svg")]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [int(row["rank"]) for row in rows] == list(range(1, 8))
    assert rows[0].keys() >= {"path", "score", "part_head"}
    assert (out / "a.html").read_text(encoding="utf-8").count("<img ") == 8
    assert (out / "a.svg").read_text(encoding="utf-8").count("<image ") == 8
    assert "ends in" in fault(capsys, *asked, "--figure", "a.gif")


def test_forget(library: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = fault(capsys, "forget", str(tmp_path), "--library", library)
    assert str(folder) in said
    assert main(["forget", str(folder), "--library", library]) == 0
    assert "8 crops" in capsys.readouterr().out
    with Library.open(Path(library)) as opened:
        assert counts(opened).images == 0
    assert len(list(folder.iterdir())) == 9


def test_faults_are_one_clear_line(
    library: str, folder: Path, tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image = str(folder / "3.png")
    assert "head, torso" in fault(capsys, "search", image, "--library", library, "--parts", "nose")
    assert "above 0" in fault(capsys, "search", image, "--library", library, "--parts", "head=-1")
    assert "above 0" in fault(capsys, "search", image, "--library", library, "--parts", "head=much")
    assert "no library" in fault(capsys, "search", image, "--library", str(tmp_path / "no.droplib"))
    broken = str(folder / "broken.jpg")
    assert "not a picture" in fault(capsys, "search", broken, "--library", library)
    new = str(tmp_path / "new.droplib")
    assert "no folder" in fault(capsys, "index", str(tmp_path / "none"), "--library", new)
    assert "is a picture" in fault(capsys, "index", image, "--library", new)
    assert "ends in .droplib" in fault(capsys, "index", str(folder), "--library", str(tmp_path / "l.db"))
    bad_model = ["--library", new, "--model", str(folder / "3.png")]
    assert "3.png" in fault(capsys, "index", str(folder), *bad_model)
    empty = str(tmp_path / "empty.droplib")
    Library.create(Path(empty)).close()
    assert "Nothing is indexed" in fault(capsys, "search", image, "--library", empty)


@pytest.mark.parametrize(
    "arguments",
    [["index"], ["search", "x.png"], ["index", "", "--library", "x.droplib"],
     ["search", "x.png", "--library", "x.droplib", "--top", "0"],
     ["search", "x.png", "--library", "x.droplib", "--from", "noon"],
     ["search", "x.png", "--library", "x.droplib", "--least-probability", "2"],
     ["search", "x.png", "--library", "x.droplib", "--json", "--csv"], ["--bogus"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_says_how(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: dropgui" in capsys.readouterr().err


def test_without_a_command_the_window_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[object, ...]] = []

    def note(given: argparse.Namespace) -> int:
        opened.append(tuple(vars(given).values()))
        return 7

    monkeypatch.setattr(cli, "_open_window", note)
    assert main(["--library", "l.droplib", "--demo", "one", "two"]) == 7
    assert main([]) == 7
    assert opened == [([Path("one"), Path("two")], Path("l.droplib"), True), ([], None, False)]


def test_progress_tells_people_what_they_want_to_know() -> None:
    scanning = Progress("scanning", 4120, None, 0, 0.0, None)
    assert describe_progress(scanning) == "scanning: 4,120 pictures found"
    indexing = Progress("indexing", 4120, 9800, 2, 47.3, 120.2)
    assert describe_progress(indexing) == "indexing: 4,120 of 9,800, 47 a second, 2:00 left, 2 unreadable"


def test_ctrl_c_keeps_the_work_and_says_how_to_go_on(tmp_path: Path, model: str) -> None:
    """A real process with a real signal; standard output stays JSON."""
    for number in range(1500):
        picture(tmp_path / "many" / f"{number}.png", number, size=(32, 64))
    library = tmp_path / "l.droplib"
    command = [sys.executable, "-m", "dropgui", "index", str(tmp_path / "many")]
    command += ["--library", str(library), "--model", model, "--device", "cpu", "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not library.exists():
        time.sleep(0.02)
    with Library.open_or_create(library) as opened:
        while counts(opened).indexed < 8:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        data = json.loads(out)
        assert 8 <= data["indexed"] == counts(opened).indexed < 1500
    assert "Run the same command again to go on" in err
    assert "Traceback" not in err


def test_a_reader_that_has_seen_enough_is_no_fault(library: str, folder: Path) -> None:
    """As with ``| head``: nobody reads our output any more."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "dropgui", "forget", str(folder), "--library", library]
    with os.fdopen(writing, "wb") as out:
        told = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.PIPE, check=False)
    assert (told.returncode, told.stderr) == (141, b"")


def test_names_that_are_no_text_are_one_clear_line(
    tmp_path: Path, library: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    for named in (folder, folder / "below"):
        said = fault(capsys, "index", str(named), "--library", library)
        assert "caf\\xe9" in said
        assert "is not valid text. Rename it" in said
    assert "There is no folder" in fault(capsys, "index", str(tmp_path / "typo"), "--library", library)


def test_a_command_that_we_do_not_have_opens_no_window(capsys: pytest.CaptureFixture[str]) -> None:
    said = fault(capsys, "serch", "picture.jpg")
    assert "neither a command nor a folder 'serch'" in said
    assert "index, search, forget" in said


def test_the_module_runs() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "dropgui", "index", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    assert "--library" in told.stdout
