"""The smallest protocol made for real: in time, complete, and the same bytes in whatever process."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from dropmodel.cli import main
from dropmodel.synthetic.output.pictures import save_mask, save_picture
from dropmodel.synthetic.output.protocols import protocol
from dropmodel.synthetic.studio import Studio

RECIPE = protocol("synth-occluded", "tiny")
NAME = re.compile(r"\d{4,}_c\d+s\d+_\d{6}_\d{2}\.jpg")


def processor_seconds() -> float:
    """Of this process and of its children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for style in ("train", "held_out"):  # numba compiles once a checkout; that is not what is timed
        list(Studio(style, 1, RECIPE.size).shots(1, 1, 1, occluded=True))
    out = tmp_path_factory.mktemp("tiny") / "synth-occluded"
    start = processor_seconds()
    arguments = ["--protocol", "synth-occluded", "--protocol-size", "tiny", "--workers", "2"]
    assert main(["synthesize", str(out), *arguments]) == 0
    assert processor_seconds() - start < 120, "a minute on two cores, whatever else they do"
    return out


def rows(root: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(root / "meta.parquet").to_pylist()
    return found


def test_every_crop_has_a_name_a_mask_and_a_row(tiny: Path) -> None:
    pictures = sorted(
        str(path.relative_to(tiny)) for path in tiny.glob("[bq]*/*.jpg") if NAME.fullmatch(path.name)
    )
    assert len(pictures) == sum(1 for unit in RECIPE.units() for take in unit.takes() for _ in take.splits)
    assert pictures == sorted(row["file"] for row in rows(tiny))
    for name in pictures:
        with (
            Image.open(tiny / name) as picture,
            Image.open((tiny / "masks" / name).with_suffix(".png")) as mask,
        ):
            assert picture.size == mask.size == RECIPE.size
            assert np.asarray(mask).max() <= 8


def test_rows_say_what_the_masks_show(tiny: Path) -> None:
    for row in rows(tiny):
        with Image.open((tiny / "masks" / row["file"]).with_suffix(".png")) as mask:
            shown = np.asarray(mask)
        assert row["share_torso"] == pytest.approx((shown == 2).mean(), abs=0.01)
        assert row["share_head"] == pytest.approx((shown == 1).mean(), abs=0.01)


def test_queries_are_hidden_and_the_gallery_is_whole(tiny: Path) -> None:
    occluded = {split: [] for split in ("query", "gallery")}  # type: dict[str, list[float]]
    for row in rows(tiny):
        if row["split"] in occluded:
            occluded[row["split"]].append(row["occluded"])
    assert np.median(occluded["query"]) > 0.15
    assert np.quantile(occluded["gallery"], 0.9) < 0.06


def test_another_process_makes_the_same_bytes(tiny: Path, tmp_path: Path) -> None:
    """The crops were made by two workers; here they are made again in another order, by this process."""
    units = list(RECIPE.units())
    compared = 0
    for unit in (units[-1], units[0]):
        studio = Studio(unit.cast.style, unit.seed, unit.size)
        for take in reversed(list(unit.takes())):
            names = sorted(
                path
                for path in tiny.glob(f"[bq]*/{unit.name}_c{take.camera}s*.jpg")
                if (path.parent.name == "query") == (take.splits[0] == "query")
            )
            shots = list(studio.shots(unit.identity, take.camera, len(take.splits), take.occluded))
            for path, shot in zip(names, shots, strict=True):
                save_picture(shot.picture, tmp_path / "again.jpg")
                assert (tmp_path / "again.jpg").read_bytes() == path.read_bytes()
                save_mask(shot.parts, tmp_path / "again.png")
                mask = (tiny / "masks" / path.relative_to(tiny)).with_suffix(".png")
                assert (tmp_path / "again.png").read_bytes() == mask.read_bytes()
                compared += 1
    assert compared >= 12
