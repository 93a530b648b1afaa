"""The readers: what is read from each layout, and what is said where something is missing or misnamed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from scipy.io import savemat

from dropmodel.data.datasets import DATASETS, Dataset, guess_name, hold_out, open_dataset, with_masks
from dropmodel.errors import DataError
from tests.unit.dropmodel.data.conftest import Write


def touched(root: Path, *names: str) -> Path:
    """Empty files: reading a layout opens no picture."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def told(dataset: Dataset, split: str) -> list[tuple[int, int]]:
    return [(sample.identity, sample.camera) for sample in dataset.split(split)]


MARKET = (
    "bounding_box_train/0002_c1s1_000451_03.jpg",
    "bounding_box_train/0007_c3s3_077419_03.jpg",
    "query/0001_c1s1_001051_00.jpg",
    "bounding_box_test/-1_c1s1_000401_03.jpg",
    "bounding_box_test/0000_c1s1_000151_01.jpg",
    "bounding_box_test/0001_c2s1_000301_00.jpg",
)


def test_market_leaves_junk_out_and_distractors_in(tmp_path: Path) -> None:
    root = touched(tmp_path, *MARKET, "bounding_box_test/Thumbs.db")
    dataset = open_dataset("market1501", root)
    assert told(dataset, "train") == [(2, 1), (7, 3)]
    assert told(dataset, "query") == [(1, 1)]
    assert told(dataset, "gallery") == [(0, 1), (1, 2)]
    assert dataset.junk == 1
    assert dataset.identities == (2, 7)
    assert dataset.labels is None
    assert guess_name(root) == "market1501"


def test_an_archive_in_a_folder_of_its_own_is_found(tmp_path: Path) -> None:
    touched(tmp_path / "Market-1501-v15.09.15", *MARKET)
    touched(tmp_path, "__MACOSX/Market-1501-v15.09.15/._query")
    assert guess_name(tmp_path) == "market1501"
    assert open_dataset("market1501", tmp_path).root == tmp_path / "Market-1501-v15.09.15"


def test_names_in_capitals_are_read(tmp_path: Path) -> None:
    root = touched(tmp_path, *MARKET, "query/0001_C4S1_001051_00.JPG")
    assert told(open_dataset("market1501", root), "query") == [(1, 4), (1, 1)]


def test_what_archives_of_macos_leave_behind_is_nobody(tmp_path: Path) -> None:
    persons = ("occluded_body_images/001/a.tif", "whole_body_images/001/a.tif")
    root = touched(tmp_path, *persons, "whole_body_images/__MACOSX/._001.jpg")
    assert told(open_dataset("occluded_reid", root), "gallery") == [(1, 2)]


@pytest.mark.parametrize("name", ["dukemtmc", "occluded_duke"])
def test_duke_names(tmp_path: Path, name: str) -> None:
    root = touched(
        tmp_path,
        "bounding_box_train/0001_c2_f0046182.jpg",
        "query/0005_c8_f0000001.jpg",
        "bounding_box_test/0005_c1_f0000002.jpg",
    )
    dataset = open_dataset(name, root)
    assert (told(dataset, "train"), told(dataset, "query"), told(dataset, "gallery")) == (
        [(1, 2)],
        [(5, 8)],
        [(5, 1)],
    )


def test_occluded_reid_queries_are_occluded(tmp_path: Path) -> None:
    root = touched(tmp_path, "occluded_body_images/001/001_01.tif", "whole_body_images/001/001_01.tif")
    dataset = open_dataset("occluded_reid", root)
    assert dataset.train == ()
    assert (told(dataset, "query"), told(dataset, "gallery")) == ([(1, 1)], [(1, 2)])
    assert guess_name(root) == "occluded_reid"


def test_p_dukemtmc(tmp_path: Path) -> None:
    kinds = ("occluded_body_images", "whole_body_images")
    root = touched(
        tmp_path,
        *(f"train/{kind}/0005/0005_c1_f1.jpg" for kind in kinds),
        *(f"test/{kind}/0009/a.jpg" for kind in kinds),
    )
    dataset = open_dataset("p_dukemtmc", root)
    assert told(dataset, "train") == [(5, 1), (5, 2)]
    assert (told(dataset, "query"), told(dataset, "gallery")) == ([(9, 1)], [(9, 2)])
    assert guess_name(root) == "p_dukemtmc"
    (tmp_path / "test" / kinds[0] / "anna").mkdir()
    with pytest.raises(DataError, match=r"anna: the folder's name is not a person's number"):
        open_dataset("p_dukemtmc", root)


@pytest.mark.parametrize("folders", [("train", "test"), ("mask_train_v2", "mask_test_v2")])
def test_msmt17_test_persons_are_others(tmp_path: Path, folders: tuple[str, str]) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir()
    name = "0000_000_{:02d}_0303morning_0015_0.jpg"
    (tmp_path / "list_train.txt").write_text(f"0000/{name.format(1)} 0\n")
    (tmp_path / "list_val.txt").write_text(f"0003/{name.format(15)} 3\n\n")
    (tmp_path / "list_query.txt").write_text(f"\ufeff0000/{name.format(2)} 0\r\n", "utf-8")
    (tmp_path / "list_gallery.txt").write_text(f"0001/{name.format(4)} 1\n")
    dataset = open_dataset("msmt17", tmp_path)
    assert told(dataset, "train") == [(1, 1), (4, 15)]  # 0 would be a distractor.
    assert (told(dataset, "query"), told(dataset, "gallery")) == ([(5, 2)], [(6, 4)])
    assert dataset.query[0].path == tmp_path / folders[1] / "0000" / name.format(2)
    (tmp_path / "list_gallery.txt").write_text("0000/picture.jpg 7\n")
    with pytest.raises(DataError, match=r"picture.jpg: the name does not tell"):
        open_dataset("msmt17", tmp_path)
    (tmp_path / "list_gallery.txt").write_text("only-a-name.jpg\n")
    with pytest.raises(DataError, match=r"list_gallery.txt, line 1"):
        open_dataset("msmt17", tmp_path)
    (tmp_path / "list_query.txt").write_bytes(b"caf\xe9.jpg 0")
    with pytest.raises(DataError, match=r"list_query.txt is not a text file in UTF-8"):
        open_dataset("msmt17", tmp_path)
    (tmp_path / "list_query.txt").unlink()
    with pytest.raises(DataError, match=r"list_query.txt is missing"):
        open_dataset("msmt17", tmp_path)


CUHK = {"train": ["1_001_1_01.png"], "query": ["2_001_1_01.png"], "gallery": ["2_001_2_06.png"]}


def cuhk_split(tmp_path: Path, kind: str) -> Path:
    (tmp_path / "images_labeled").mkdir()
    if kind == "json":
        file = tmp_path / "splits_new_labeled.json"
        split = {name: [[f"C:\\elsewhere\\{row}", 0, 0] for row in rows] for name, rows in CUHK.items()}
        file.write_text(json.dumps([split]))
        return file
    file = tmp_path / "cuhk03_new_protocol_config_labeled.mat"
    names = np.array([[name] for rows in CUHK.values() for name in rows], dtype=object)
    places: dict[str, Any] = {f"{split}_idx": [[place]] for place, split in enumerate(CUHK, start=1)}
    savemat(file, {"filelist": names, **places})
    return file


@pytest.mark.parametrize("kind", ["json", "mat"])
def test_cuhk03_by_its_split_file(tmp_path: Path, kind: str) -> None:
    file = cuhk_split(tmp_path, kind)
    for root in (tmp_path, file):
        dataset = open_dataset("cuhk03", root)
        assert told(dataset, "train") == [(10_001, 1)]
        assert (told(dataset, "query"), told(dataset, "gallery")) == ([(20_001, 1)], [(20_001, 2)])
        assert dataset.gallery[0].path == tmp_path / "images_labeled" / "2_001_2_06.png"
    file.write_text("[]")
    with pytest.raises(DataError, match=file.name):
        open_dataset("cuhk03", tmp_path)


def test_cuhk03_in_markets_layout(tmp_path: Path) -> None:
    touched(tmp_path / "labeled", "bounding_box_train/0003_c1_12.png")
    assert told(open_dataset("cuhk03", tmp_path), "train") == [(3, 1)]
    assert guess_name(tmp_path) == "cuhk03"
    touched(tmp_path / "detected", "bounding_box_train/0003_c1_12.png")
    with pytest.raises(DataError, match="two kinds of boxes"):
        open_dataset("cuhk03", tmp_path)


def test_synthetic_has_masks_and_levels(synthetic: Path) -> None:
    dataset = open_dataset("synthetic", synthetic)
    assert (len(dataset.train), len(dataset.query), len(dataset.gallery)) == (36, 9, 9)
    assert dataset.labels == "eight"
    sample = dataset.query[0]
    assert sample.mask == synthetic / "masks" / "query" / f"{sample.path.stem}.png"
    assert sample.level is None
    rows = {"file": [f"query/{sample.path.name}"], "level": pa.array([3], pa.int8())}
    pq.write_table(pa.table(rows), synthetic / "meta.parquet")
    assert open_dataset("synthetic", synthetic).query[0].level == 3
    (synthetic / "meta.parquet").write_bytes(b"not a table")
    with pytest.raises(DataError, match=r"meta.parquet cannot be read"):
        open_dataset("synthetic", synthetic)


def test_synthetic_opens_without_pyarrow(synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (synthetic / "meta.parquet").touch()
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert open_dataset("synthetic", synthetic).query[0].level is None


def test_folders_and_cameras_by_name(tmp_path: Path) -> None:
    root = touched(
        tmp_path,
        "anna/c2_0001.jpg",
        "anna/street_cam12_7.png",
        "anna/mac3.jpg",
        "ben/Camera-4.jpg",
        "ben/0001.jpg",
        "distractors/x.jpg",
        "notes.txt",
    )
    dataset = open_dataset("folders", root)
    assert told(dataset, "train") == [(1, 2), (1, -1), (1, 12), (2, -2), (2, 4)]
    assert dataset.identities == (1, 2)
    assert dataset.junk == 1  # Distractors are no person to learn.
    assert guess_name(root) == "folders"


def test_folders_with_splits_share_persons_by_name(tmp_path: Path) -> None:
    root = touched(
        tmp_path, "train/carl/1.jpg", "query/dora/1.jpg", "gallery/dora/2.jpg", "gallery/eve/3.jpg",
        "gallery/distractors/x.jpg",
    )  # fmt: skip
    dataset = open_dataset("folders", root)
    assert [sample.identity for sample in dataset.gallery] == [0, 3, 4]
    assert dataset.query[0].identity == 3
    # Unknown cameras never are the same one.
    assert (
        len({sample.camera for split in ("train", "query", "gallery") for sample in dataset.split(split)})
        == 5
    )


@pytest.mark.parametrize("name", DATASETS)
def test_missing_folders_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="nowhere: there is no such folder"):
        open_dataset(name, tmp_path / "nowhere")
    with pytest.raises(DataError, match=str(tmp_path)):
        open_dataset(name, tmp_path)


def test_names_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    root = touched(tmp_path, "bounding_box_train/portrait.jpg")
    with pytest.raises(DataError, match=r"portrait.jpg: the name does not tell.*0002_c1s1_000451_03.jpg"):
        open_dataset("market1501", root)
    with pytest.raises(ValueError, match="unknown data set 'mars'; choose market1501"):
        open_dataset("mars", root)


def test_masks_of_another_folder(tmp_path: Path) -> None:
    root = touched(tmp_path / "set", *MARKET)
    masks = touched(
        tmp_path / "masks",
        "query/0001_c1s1_001051_00.jpg.confidence_fields.npy",
        "0002_c1s1_000451_03.npy",
    )
    dataset = open_dataset("market1501", root, masks=masks, labels="pifpaf")
    assert dataset.labels == "pifpaf"
    assert dataset.query[0].mask == masks / "query" / "0001_c1s1_001051_00.jpg.confidence_fields.npy"
    assert [sample.mask for sample in dataset.train] == [masks / "0002_c1s1_000451_03.npy", None]
    with pytest.raises(DataError, match=r"no labelme masks of market1501; expected one like .*\.json"):
        with_masks(dataset, masks, "labelme")
    with pytest.raises(DataError, match="no such file"):
        with_masks(dataset, masks, "coco")
    with pytest.raises(ValueError, match="unknown label format"):
        with_masks(dataset, masks, "crayon")
    with pytest.raises(ValueError, match="go together"):
        open_dataset("market1501", root, masks=masks)


def test_persons_are_held_out(synthetic: Path) -> None:
    dataset = open_dataset("synthetic", synthetic)
    held = hold_out(dataset, 2, seed=1)
    assert len(held.identities) == 4
    assert not set(held.identities) & {sample.identity for sample in held.gallery}
    assert (len(held.train), len(held.query), len(held.gallery)) == (24, 6, 6)
    for query in held.query:
        assert any(g.identity == query.identity and g.camera != query.camera for g in held.gallery)
    assert hold_out(dataset, 2, seed=1) == held
    with pytest.raises(ValueError, match="6 persons cannot be held out"):
        hold_out(dataset, 6)


def test_a_person_with_one_picture_a_camera_asks_once(tmp_path: Path, write: Write) -> None:
    root = touched(tmp_path, *(f"{name}/c{camera}.jpg" for name in ("anna", "ben") for camera in (1, 2, 3)))
    held = hold_out(open_dataset("folders", root), 1)
    assert (len(held.query), len(held.gallery)) == (1, 2)


def test_sample_pictures_are_pictures(synthetic: Path) -> None:
    with Image.open(open_dataset("synthetic", synthetic).train[0].path) as opened:
        assert opened.size == (32, 64)
