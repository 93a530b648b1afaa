"""The command, whole frames and contact sheets, with a quick studio in place of the renderer."""

import functools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dropmodel import cli
from dropmodel.cli import main
from dropmodel.errors import DataError
from dropmodel.synthetic.output import dataset, frames
from dropmodel.synthetic.output.records import read_rows
from dropmodel.synthetic.output.sheet import contact_sheet
from tests.support.studio import FakeStudio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        dataset, "write_dataset", functools.partial(dataset.write_dataset, opening=FakeStudio)
    )
    monkeypatch.setattr(frames, "write_frames", functools.partial(frames.write_frames, opening=FakeStudio))


def test_it_writes_a_set_and_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, sheet = tmp_path / "set", tmp_path / "sheet.png"
    options = ["--identities", "3", "--cameras", "2", "--size", "32x16", "--seed", "4", "--workers", "1"]
    assert main(["synthesize", str(out), *options, "--preview", str(sheet)]) == 0
    assert "12 crops" in capsys.readouterr().out
    rows = read_rows(out / "meta.parquet")
    assert [row["split"] for row in rows].count("train") == 8
    with Image.open(out / rows[0]["file"]) as picture:
        assert picture.size == (16, 32)
    with Image.open(sheet) as picture:
        assert picture.width > 2 * 2 * 16
        assert picture.height > 3 * 32
    assert contact_sheet(out, identities=1, height=64).height < 100
    assert main(["synthesize", str(out), "--identities", "9", "--size", "32x16"]) == 2
    assert "its seed is 4, not 0" in capsys.readouterr().err


def test_it_writes_a_protocol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "set"
    command = ["synthesize", str(out), "--workers", "1", "--protocol-size", "tiny", "--protocol"]
    assert main([*command, "synth-occluded"]) == 0
    assert len(list((out / "query").iterdir())) == 24
    assert main([*command, "market"]) == 2
    assert "unknown protocol 'market'" in capsys.readouterr().err


def test_it_writes_whole_frames(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "scenes"
    assert main(["synthesize", str(out), "--scenes", "3", "--workers", "1"]) == 0
    assert "3 frames, 6 persons" in capsys.readouterr().out
    lines = [json.loads(line) for line in (out / "people.jsonl").read_text().splitlines()]
    assert [line["file"] for line in lines] == [f"frames/00000{k}.jpg" for k in (1, 2, 3)]
    assert lines[0]["people"][1]["box"] == [50.0, 12.0, 66.0, 48.0]
    with Image.open(out / "owners" / "frames" / "000001.png") as owners:
        assert set(np.unique(np.asarray(owners))) == {0, 1, 2}
    with Image.open(out / "masks" / "frames" / "000001.png") as parts:
        assert np.asarray(parts).max() == 4
    assert main(["synthesize", str(out), "--scenes", "3"]) == 2
    assert "not an empty folder" in capsys.readouterr().err


def test_a_size_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["synthesize", str(tmp_path / "set"), "--size", "big"])
    assert "'big' is not HEIGHTxWIDTH" in capsys.readouterr().err


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == "numba" else object())
    arguments = cli._parser().parse_args(["synthesize", str(tmp_path / "set")])
    with pytest.raises(DataError, match=r"needs numba: install dropgui\[synthetic\]"):
        arguments.run(arguments)


def test_the_command_line_starts_without_the_renderer() -> None:
    code = "import sys, dropmodel.cli; sys.exit(any(n in sys.modules for n in ('numba', 'pyarrow', 'torch')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
