"""Data sets on disk: layout, table, masks, the same bytes whatever happens, and faults said in words."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dropmodel.errors import DataError
from dropmodel.synthetic.output.dataset import write_dataset
from dropmodel.synthetic.output.recipe import Cast, Recipe, simple
from dropmodel.synthetic.output.records import SCHEMA, read_rows
from tests.support import studio

SIZE = (16, 32)
RECIPE = Recipe(
    "tiny",
    7,
    SIZE,
    (
        Cast("train", "train", 1, 4, cameras=5, seen_by=3, frames=2),
        Cast("test", "held_out", 5, 3, cameras=3, seen_by=3, frames=2, occlusion="queries"),
    ),
)
NAME = re.compile(r"(\d{4})_c(\d+)s(\d+)_(\d{6})_(\d{2})\.jpg")

KILLED = """\
from pathlib import Path
from tests.support.studio import slow
from tests.unit.synthetic.test_dataset import RECIPE
from dropmodel.synthetic.output.dataset import write_dataset

if __name__ == "__main__":
    write_dataset(RECIPE, Path({out!r}), workers={workers}, opening=slow)
"""


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("data") / "set"
    assert write_dataset(RECIPE, out, workers=1, opening=studio.FakeStudio) == 4 * 3 * 2 + 3 * 3 * 2
    return out


def test_layout_is_that_of_market(made: Path) -> None:
    names = {
        folder: sorted(path.name for path in (made / folder).iterdir())
        for folder in ("bounding_box_train", "query", "bounding_box_test")
    }
    assert {folder: len(found) for folder, found in names.items()} == {
        "bounding_box_train": 24,
        "query": 9,
        "bounding_box_test": 9,
    }
    assert all(NAME.fullmatch(name) for found in names.values() for name in found)
    assert {name[:4] for name in names["query"]} == {"0005", "0006", "0007"}
    assert not (made / ".work").exists()
    assert sorted(path.name for path in made.iterdir()) == [
        "bounding_box_test",
        "bounding_box_train",
        "dataset.json",
        "masks",
        "meta.parquet",
        "others",
        "query",
    ]


def test_every_crop_has_a_row_and_a_mask(made: Path) -> None:
    rows = read_rows(made / "meta.parquet")
    assert list(rows[0]) == SCHEMA.names
    assert len({row["file"] for row in rows}) == len(rows) == 42
    for row in rows:
        with Image.open(made / row["file"]) as picture:
            assert (picture.size, picture.mode) == (SIZE, "RGB")
        mask = Path(row["file"]).with_suffix(".png")
        with Image.open(made / "masks" / mask) as labels:
            assert labels.mode == "P"
            values = np.asarray(labels)
        assert set(np.unique(values)) <= set(range(9))
        assert row["share_torso"] == pytest.approx(float((values == 2).mean()))
        assert (made / "others" / mask).exists() == row["others"] == (row["split"] == "query")
        assert len(row["joints"]) == 54
        assert json.loads(row["description"]) == {"upper": "grey jacket"}
        found = NAME.fullmatch(Path(row["file"]).name)
        assert found is not None
        assert (int(found[1]), int(found[2])) == (row["identity"], row["camera"])
        assert row["style"] == ("train" if row["split"] == "train" else "held_out")


def test_the_description_tells_what_it_is(made: Path) -> None:
    said = json.loads((made / "dataset.json").read_text())
    assert said["recipe"] == json.loads(json.dumps(RECIPE.to_dict()))
    assert said["licence"] == "CC0-1.0"
    assert set(said["made_with"]) == {"renderer", "numpy", "numba", "pillow"}
    assert said["crops_by_split"] == {"train": 24, "query": 9, "gallery": 9}


def test_the_number_of_workers_does_not_show(made: Path, tmp_path: Path) -> None:
    write_dataset(RECIPE, tmp_path / "set", workers=2, opening=studio.FakeStudio)
    assert contents(tmp_path / "set") == contents(made)


@pytest.mark.parametrize(("workers", "delay"), [(1, 0.0), (2, 0.25)])
def test_a_killed_run_goes_on_as_if_nothing_had_been(
    made: Path, tmp_path: Path, workers: int, delay: float
) -> None:
    out = tmp_path / "set"
    script = tmp_path / "run.py"
    script.write_text(KILLED.format(out=str(out), workers=workers))
    root = Path(__file__).parents[3]
    run = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(root)})
    begun = time.monotonic()
    while not list(out.glob(".work/rows/*.jsonl")):
        assert run.poll() is None
        assert time.monotonic() - begun < 60
        time.sleep(0.01)
    time.sleep(delay)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert not (out / "dataset.json").exists()
    write_dataset(RECIPE, out, workers=1, opening=studio.FakeStudio)
    assert contents(out) == contents(made)


def test_half_moved_and_half_made_persons_are_mended(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"

    class StopError(Exception):
        pass

    moved: list[str] = []
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if "units" in self.parts:
            moved.append(self.name)
            if len(moved) == 15:
                raise StopError
        return replace(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(StopError):
            write_dataset(RECIPE, out, workers=1, opening=studio.FakeStudio)
    assert list(out.glob(".work/units/0002/**/*.png"))
    (out / ".work" / "units" / "0004.99999.part" / "query").mkdir(parents=True)
    write_dataset(RECIPE, out, workers=1, opening=studio.FakeStudio)
    assert contents(out) == contents(made)


def test_a_finished_set_is_left_alone(made: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    assert write_dataset(RECIPE, made, workers=2, opening=studio.broken) == 42
    assert before == {path: path.stat().st_mtime_ns for path in made.rglob("*")}


def test_another_configuration_is_refused_in_words(made: Path) -> None:
    other = simple(4, 2, 1, SIZE, "validation", seed=8)
    with pytest.raises(DataError, match="its seed is 7, not 8") as told:
        write_dataset(other, made, opening=studio.FakeStudio)
    assert "persons, cameras, frames or style" in str(told.value)


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(DataError, match="not empty and holds no data set"):
        write_dataset(RECIPE, tmp_path, opening=studio.FakeStudio)
    with pytest.raises(DataError, match="is a file"):
        write_dataset(RECIPE, tmp_path / "letters.txt", opening=studio.FakeStudio)


def test_a_full_disk_is_said_and_a_bug_is_loud(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no space left .* it goes on"):
        write_dataset(RECIPE, tmp_path / "full", opening=studio.full)
    with pytest.raises(RuntimeError, match="the lamp fell down"):
        write_dataset(RECIPE, tmp_path / "bug", opening=studio.broken)


def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="may not be written: Read-only"):
        write_dataset(RECIPE, tmp_path / "set", opening=studio.sealed)
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written: Not a directory"):
        write_dataset(RECIPE, tmp_path / "file" / "set", opening=studio.FakeStudio)


def test_one_frame_a_camera_still_gives_queries_and_gallery() -> None:
    recipe = simple(4, 3, 1, SIZE, "train", seed=1)
    test = [unit for unit in recipe.units() if unit.cast.purpose == "test"]
    for unit in test:
        splits = [split for take in unit.takes() for split in take.splits]
        assert splits == ["query", "gallery", "gallery"]


def test_a_recipe_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown style 'sepia'"):
        Cast("train", "sepia", 1, 1, 1, 1, 1)
    with pytest.raises(ValueError, match="2 of 1 cameras"):
        Cast("train", "train", 1, 1, 1, 2, 1)
    with pytest.raises(ValueError, match="share persons"):
        Recipe("r", 1, SIZE, (Cast("train", "train", 1, 3, 1, 1, 1), Cast("test", "train", 3, 3, 1, 1, 1)))
    with pytest.raises(ValueError, match="sides of 16 to 2048"):
        simple(1, 1, 1, (8, 16), "train", 0)
