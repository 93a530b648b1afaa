"""check-dataset: counts, coverage, every fault; the command's two faces and its exit status."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dropmodel.cli import main
from dropmodel.data.check import check_dataset, preview
from dropmodel.data.datasets import open_dataset
from dropmodel.parts import EIGHT, FIVE_V, IGNORE
from tests.unit.dropmodel.data.conftest import parts_map


def test_a_sound_set(synthetic: Path) -> None:
    report = check_dataset(open_dataset("synthetic", synthetic))
    assert report.faults == []
    assert report.notes == []
    train = report.splits["train"]
    assert (train.images, train.identities, train.cameras, train.labelled) == (36, 6, 3, 36)
    labels = parts_map(64, 32)
    for label, name in enumerate(EIGHT.names, start=1):
        pictures, pixels = report.parts[name]
        assert pictures == 1.0
        assert pixels == pytest.approx((labels == label).mean())
    assert report.undecided == 0.0
    five = check_dataset(open_dataset("synthetic", synthetic), FIVE_V)
    assert five.undecided > 0.1  # the torso cannot be told into halves


def test_every_fault_is_found(synthetic: Path) -> None:
    dataset = open_dataset("synthetic", synthetic)
    broken, unmasked, odd, strange = dataset.train[:4]
    broken.path.write_bytes(b"cut short")
    masks = [sample.mask for sample in (unmasked, odd, strange)]
    assert all(mask is not None for mask in masks)
    masks[0].unlink()  # type: ignore[union-attr]
    Image.fromarray(parts_map(32, 16)).save(masks[1])  # type: ignore[arg-type]
    Image.fromarray(np.full((64, 32), 77, np.uint8)).save(masks[2])  # type: ignore[arg-type]
    alone = dataset.query[0]
    gallery = tuple(
        sample
        for sample in dataset.gallery
        if sample.identity != alone.identity or sample.camera == alone.camera
    )
    mixed = replace(
        dataset,
        gallery=(*gallery, replace(dataset.train[9], identity=dataset.train[9].identity), dataset.query[5]),
    )
    faults = {(fault.kind, fault.path): str(fault) for fault in check_dataset(mixed).faults}
    kinds = [kind for kind, _ in faults]
    assert ("picture", broken.path) in faults
    assert "is missing" in faults["mask", unmasked.path]
    assert "is 16 x 32 pixels, its picture 32 x 64" in faults["mask size", masks[1]]
    assert any("has no class 77" in text for text in faults.values())
    assert "1 persons are in training and in the test: 2" in faults["identities", None]
    assert "not in the gallery at another camera" in faults["query", alone.path]
    assert kinds.count("twice") == 2


def test_notes_are_no_faults(synthetic: Path) -> None:
    dataset = open_dataset("synthetic", synthetic)
    lonely = replace(dataset, name="market1501", train=dataset.train[:1])
    report = check_dataset(lonely)
    assert report.faults == []
    assert "1 training persons have one picture only" in report.notes
    assert any("published are 12936 of 751" in note for note in report.notes)
    mask = dataset.train[0].mask
    assert mask is not None
    Image.fromarray(np.full((64, 32), IGNORE, np.uint8)).save(mask)
    assert "1 pictures have no parts" in check_dataset(lonely).notes


def test_the_preview_shows_all_it_can(synthetic: Path) -> None:
    dataset = open_dataset("synthetic", synthetic)
    whole = preview(dataset, count=12, height=64)
    dataset.train[0].path.write_bytes(b"")
    assert preview(dataset, count=12, height=64).size == whole.size
    assert preview(replace(dataset, train=(), query=(), gallery=())).width > 0
    bare = preview(replace(dataset, labels=None), count=4, height=64)
    assert bare.size[0] < whole.size[0]


def test_the_command(synthetic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.png"
    assert main(["check-dataset", "synthetic", str(synthetic), "--preview", str(sheet)]) == 0
    text = capsys.readouterr().out
    assert "faults: 0" in text
    assert "left_foot" in text
    assert sheet.exists()
    (synthetic / "dataset.json").write_text("{}")
    next((synthetic / "query").iterdir()).write_bytes(b"")
    assert main(["check-dataset", str(synthetic), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "synthetic"
    assert told["splits"]["train"]["images"] == 36
    assert [fault["kind"] for fault in told["faults"]] == ["picture"]
    assert told["parts"]["head"]["pictures"] == 1.0
    assert main(["check-dataset", "market1501", str(tmp_path / "nowhere")]) == 2
    assert "nowhere: there is no such folder" in capsys.readouterr().err


def test_many_faults_are_cut_in_text_only(synthetic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in synthetic.glob("bounding_box_*/*.jpg"):
        path.write_bytes(b"")
    assert main(["check-dataset", "synthetic", str(synthetic)]) == 1
    assert "and 5 more; --json lists all" in capsys.readouterr().out
