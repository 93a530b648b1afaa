"""Masks out of a library and into it again, as the commands do it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture
from sqlalchemy import delete, insert

from dropgui.cli import main
from dropgui.correction.exchange import export_masks, import_masks
from dropgui.correction.revisions import open_crop
from dropgui.formats import FORMATS, CropMask, FormatError
from dropgui.library import Library
from dropgui.library.corrections import add_correction, corrected_crops, labels_of, revisions, unpooled
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.library.reviews import set_review_state
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Crop, Mask
from dropgui.session import Session
from dropmodel.inference import save_model, untrained_model
from dropmodel.network.config import NetworkConfig
from dropmodel.parts import EIGHT, IGNORE
from tests.support.people import make_folder, person

FILES = {"png": "out", "coco": "out.json", "coco-counts": "out.json", "cvat": "out.xml", "labelme": "out"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    save_model(untrained_model(NetworkConfig(dim=16, height=64, width=32), device="cpu"), path)
    return path


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    """Pictures of two folders and a library of them."""
    place = tmp_path_factory.mktemp("indexed")
    make_folder(place / "entrance" / "day", identities=2, cameras=1)
    person(7, 0, 90, 50).save(place / "entrance" / "small.png")
    make_folder(place / "yard", identities=1, cameras=1)
    with (
        Library.create(place / "some.droplib") as library,
        Session(library, model=model, device="cpu") as session,
    ):
        session.index_folder(place / "entrance")
        session.index_folder(place / "yard")
    return place


@pytest.fixture
def path(tmp_path: Path, indexed: Path) -> Path:
    shutil.copy(indexed / "some.droplib", tmp_path)
    return tmp_path / "some.droplib"


def noise(session: Session, crop: int, seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    shape = open_crop(session, crop).labels.shape
    return np.random.default_rng(seed).choice(np.array([0, 1, 2, 8, IGNORE], np.uint8), shape)


def run(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert main([str(argument) for argument in arguments]) == code
    said = capsys.readouterr()
    assert (said.err if code == 0 else said.out) == ""
    return said.out if code == 0 else said.err


@pytest.mark.parametrize("kind", list(FORMATS))
def test_what_is_exported_is_what_the_editor_shows(
    tmp_path: Path, path: Path, model: Path, indexed: Path, kind: str
) -> None:
    """And imported into a library that knows nothing of it, it is there, pixel for pixel."""
    target = tmp_path / FILES[kind]
    with Library.open(path) as library, Session(library, model=model, device="cpu") as session:
        crops = crop_ids(library).tolist()
        for crop in crops[:3]:
            labels = noise(session, crop, crop)
            add_correction(library, crop, labels, EIGHT, base_revision=0)
        shown = {crop: open_crop(session, crop).labels for crop in crops}
        heard: list[tuple[int, int]] = []
        done = export_masks(session, target, kind, which="all", on_progress=lambda *step: heard.append(step))
        assert (done.masks, done.left_out) == (4, [])
        assert heard == [(number, 4) for number in range(1, 5)]
        again = import_masks(session, target)
        assert (again.saved, again.same, again.polygons) == ((), 4, 0), "the same is no news"
    shutil.copy(indexed / "some.droplib", path)
    with Library.open(path) as library, Session(library, model=model, device="cpu") as session:
        done_in = import_masks(session, target)
        assert set(done_in.saved) == set(crops[:3])
        assert done_in.same == 1, "the model's own needs no correction"
        for crop in crops[:3]:
            np.testing.assert_array_equal(labels_of(library, revisions(library, crop)[0]), shown[crop])
        assert set(unpooled(library)) == set(crops[:3])


def test_turned_pictures_and_two_crops_of_a_frame(tmp_path: Path, model: Path) -> None:
    """Every format, both ways, in the pixels of the upright picture."""
    folder, boxes = tmp_path / "hall", ((3, 2, 53, 92), (60, 10, 110, 100))
    folder.mkdir()
    lying = Picture.Exif()
    lying[0x0112] = 6  # its first row is the right edge
    person(2, 0, 90, 50).rotate(90, expand=True).save(folder / "turned.jpg", exif=lying)
    upside_down = Picture.Exif()
    upside_down[0x0112] = 3
    frame = Picture.new("RGB", (120, 104))
    frame.rotate(180).save(folder / "frame.jpg", exif=upside_down)
    with (
        Library.create(tmp_path / "own.droplib") as library,
        Session(library, model=model, device="cpu") as session,
    ):
        session.index_folder(folder)
        rows = crop_rows(library, crop_ids(library))
        (whole,) = (row for row in rows.values() if row.path.name == "frame.jpg")
        ends = [dict(zip(("left", "top", "right", "bottom"), box, strict=True)) for box in boxes]
        add = insert(Crop).values([{"image_id": whole.image_id, **box} for box in ends])
        library.write(lambda c: (c.execute(delete(Crop).where(Crop.id == whole.id)), c.execute(add)))
        drawn = {}
        for crop in crop_ids(library).tolist():
            drawn[crop] = noise(session, crop, crop)
            assert drawn[crop].shape == (90, 50), "upright"
            add_correction(library, crop, drawn[crop], EIGHT, base_revision=0)
        for kind in FORMATS:
            assert export_masks(session, tmp_path / kind / FILES[kind], kind).masks == 3
        for kind in FORMATS:
            library.write(lambda c: c.execute(delete(Mask).where(Mask.origin == "corrected")))
            assert set(import_masks(session, tmp_path / kind / FILES[kind]).saved) == set(drawn), kind
            for crop, labels in drawn.items():
                np.testing.assert_array_equal(labels_of(library, revisions(library, crop)[0]), labels)
        sizes = {image["file_name"]: (image["width"], image["height"])
                 for image in json.loads((tmp_path / "coco" / "out.json").read_text())["images"]}  # fmt: skip
        assert sizes == {"turned.jpg": (50, 90), "frame.jpg": (120, 104)}


def test_whose_masks_are_exported(tmp_path: Path, path: Path, model: Path) -> None:
    with Library.open(path) as library, Session(library, model=model, device="cpu") as session:
        crops = crop_ids(library).tolist()
        with pytest.raises(Exception, match="Review some first"):
            export_masks(session, tmp_path / "none", "png")
        add_correction(library, crops[0], noise(session, crops[0], 0), EIGHT, base_revision=0)
        set_review_state(library, crops[1:2], "accepted")
        set_review_state(library, crops[2:3], "skipped")
        for which, count in (("corrected", 1), ("reviewed", 2), ("all", 4)):
            done = export_masks(session, tmp_path / which, "png", which=which)  # type: ignore[arg-type]
            assert done.masks == count
        only = export_masks(
            session, tmp_path / "only", "png", which="all", crop_filter=CropFilter(folders=frozenset({2}))
        )
        assert only.masks == 1


def test_pictures_that_are_away_or_others(tmp_path: Path, indexed: Path, model: Path) -> None:
    """A mask that a person made needs no picture; one of the model's is drawn along its edges."""
    shutil.copytree(indexed / "entrance", tmp_path / "entrance")
    with (
        Library.create(tmp_path / "own.droplib") as library,
        Session(library, model=model, device="cpu") as session,
    ):
        session.index_folder(tmp_path / "entrance")
        crops = crop_ids(library).tolist()
        labels = noise(session, crops[0], 1)
        add_correction(library, crops[0], labels, EIGHT, base_revision=0)
        rows = crop_rows(library, crops)
        for crop in crops[:2]:
            rows[crop].path.unlink()
        person(9, 0, 60, 70).save(rows[crops[2]].path)
        for kind, name in FILES.items():
            done = export_masks(session, tmp_path / kind / name, kind, which="all")
            assert done.masks == len(crops) - 2
            assert [path for path, _ in done.left_out] == [rows[crop].path for crop in crops[1:3]]
            assert "no such file" in done.left_out[0][1]
            assert "of another size than when it was indexed" in done.left_out[1][1]


def test_the_commands(
    tmp_path: Path, path: Path, model: Path, indexed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--library", path, "--device", "cpu", "--model", model)
    with Library.open(path) as library, Session(library, model=model, device="cpu") as session:
        first = int(crop_ids(library)[0])
        labels = noise(session, first, 5)
        add_correction(library, first, labels, EIGHT, base_revision=0)
    said = run(capsys, "export-masks", tmp_path / "out.xml", *options, "--format", "cvat")
    assert said == f"Wrote 1 masks to {tmp_path / 'out.xml'}.\n"
    assert "entrance/day/0000_c1s1_000000_00.jpg" in (tmp_path / "out.xml").read_text(encoding="utf-8")
    everything = ("--which", "all", "--folder", indexed / "yard", "--json")
    said = run(capsys, "export-masks", tmp_path / "yard", *options, *everything)
    assert json.loads(said) == {"masks": 1, "left_out": []}
    shutil.copy(indexed / "some.droplib", path)
    said = run(capsys, "import-masks", tmp_path / "out.xml", *options, "--json")
    assert json.loads(said) == {"imported": 1, "same": 0, "polygons": 0, "pooled": 1, "left_out": []}
    with Library.open(path) as library:
        np.testing.assert_array_equal(labels_of(library, revisions(library, first)[0]), labels)
        assert crop_rows(library, [first])[first].review_state == "corrected"
        assert unpooled(library) == [], "its vectors are of the mask"
    said = run(capsys, "import-masks", tmp_path / "out.xml", *options)
    assert said == "Imported 0 masks; 1 were the same already.\n"


def test_the_commands_say_what_is_wrong(
    tmp_path: Path, path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--library", path, "--device", "cpu", "--model", model)
    said = run(capsys, "export-masks", tmp_path / "out", *options, code=2)
    assert "--which all" in said
    assert not (tmp_path / "out").exists()
    said = run(capsys, "export-masks", tmp_path / "out", *options, "--folder", tmp_path, code=2)
    assert f"{tmp_path} is not a folder of" in said
    said = run(capsys, "export-masks", path, *options, "--which", "all", "--format", "coco", code=2)
    assert f"{path} exists already" in said
    said = run(capsys, "import-masks", tmp_path / "none.json", *options, code=2)
    assert f"There is no file {tmp_path / 'none.json'}" in said
    with pytest.raises(SystemExit):
        main(["import-masks", "x.json", "--library", str(path), "--part", "hair"])
    assert "THEIRS=OURS" in capsys.readouterr().err


def mask(image: str, shape: tuple[int, int] = (128, 64), label: int = 1) -> CropMask:
    labels = np.full(shape, label, np.uint8)
    return CropMask(image, Path("/elsewhere") / image, (shape[1], shape[0]), None, labels)


NAME = "0000_c1s1_000000_00.jpg"
"""In both folders, in one of them below ``day``."""


@pytest.mark.parametrize(
    ("image", "folder"),
    [
        (f"entrance/day/{NAME}", "entrance"),
        (f"day/{NAME}", "entrance"),
        (f"images/train/entrance/day/{NAME}", "entrance"),
        (f"yard/{NAME}", "yard"),
        (NAME, "yard"),
        (f"batch 3/{NAME}", "yard"),
        ("day\\0001_c1s1_000000_00.jpg", "entrance"),
        ("0001_c1s1_000000_00.jpg", "entrance"),
    ],
)
def test_pictures_are_known_by_more_or_less_of_their_path(
    tmp_path: Path, path: Path, model: Path, image: str, folder: str
) -> None:
    """A name that is a picture's whole path in its folder is that picture, also with other folders before."""
    FORMATS["coco"].write(tmp_path / "in.json", [mask(image)], EIGHT)
    with Library.open(path) as library, Session(library, model=model, device="cpu") as session:
        (saved,) = import_masks(session, tmp_path / "in.json").saved
        assert crop_rows(library, [saved])[saved].folder == folder


@pytest.mark.parametrize(
    ("image", "shape", "word"),
    [
        ("other/nobody.jpg", (128, 64), "nobody.jpg is no picture of this library"),
        ("night/small.jpg", (128, 64), "is no picture"),
        ("small.png", (128, 64), "the mask of small.png has 64 x 128 pixels, the picture 50 x 90"),
    ],
)
def test_nothing_is_imported_where_something_is_wrong(
    tmp_path: Path, path: Path, model: Path, image: str, shape: tuple[int, int], word: str
) -> None:
    source = tmp_path / "in.json"
    FORMATS["coco"].write(source, [mask(f"yard/{NAME}"), mask(image, shape)], EIGHT)
    with Library.open(path) as library, Session(library, model=model, device="cpu") as session:
        with pytest.raises(FormatError, match=r"Nothing was imported") as fault:
            import_masks(session, source)
        assert word in str(fault.value)
        assert str(source) in str(fault.value)
        assert corrected_crops(library) == []
        done = import_masks(session, source, partly=True)
        assert len(done.saved) == len(corrected_crops(library)) == 1
        assert word in done.left_out[0]


def test_a_name_that_may_be_two_pictures(tmp_path: Path, model: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / "people" / folder).mkdir(parents=True)
        Picture.new("RGB", (16, 32), "red").save(tmp_path / "people" / folder / "1.png")
    FORMATS["coco"].write(tmp_path / "in.json", [mask("1.png", (32, 16))], EIGHT)
    with (
        Library.create(tmp_path / "own.droplib") as library,
        Session(library, model=model, device="cpu") as session,
    ):
        session.index_folder(tmp_path / "people")
        with pytest.raises(FormatError, match="may be 2 pictures"):
            import_masks(session, tmp_path / "in.json")


def test_other_names_of_parts(tmp_path: Path, path: Path, model: Path) -> None:
    source = tmp_path / "in.json"
    FORMATS["coco"].write(source, [mask(f"yard/{NAME}")], EIGHT)
    source.write_text(source.read_text().replace('"head"', '"hair"'))
    with Library.open(path) as library, Session(library, model=model, device="cpu") as session:
        with pytest.raises(FormatError, match=r"in\.json has a part 'hair'.*--part hair=head"):
            import_masks(session, source)
        (saved,) = import_masks(session, source, renamed={"hair": "head"}).saved
        assert set(np.unique(open_crop(session, saved).labels)) == {EIGHT.label("head")}


def test_the_library_is_not_harmed_by_a_file_that_breaks_in_the_middle(
    tmp_path: Path, path: Path, model: Path
) -> None:
    source = tmp_path / "in.xml"
    FORMATS["cvat"].write(source, [mask(f"yard/{NAME}"), mask(f"day/{NAME}")], EIGHT)
    content = source.read_text(encoding="utf-8")
    source.write_text(content[: content.rindex("<mask")], encoding="utf-8")
    with Library.open(path) as library, Session(library, model=model, device="cpu") as session:
        with pytest.raises(FormatError, match=r"in\.xml is not a CVAT file"):
            import_masks(session, source)
        assert corrected_crops(library) == []
