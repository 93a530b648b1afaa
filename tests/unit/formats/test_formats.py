"""Masks through every format and back: not a pixel is lost, and what is broken is told by its name."""

import base64
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Picture

from dropgui.formats import FORMATS, CropMask, FormatError, Parts, ReadMask, format_of, rle
from dropgui.formats.masks import Box, Labels
from dropgui.formats.outlines import filled
from dropmodel.parts import EIGHT, FIVE_V, IGNORE

HEAD, TORSO = EIGHT.label("head"), EIGHT.label("torso")
FILES = {"png": "out", "coco": "out.json", "coco-counts": "out.json", "cvat": "out.xml", "labelme": "out"}
KINDS = list(FORMATS)


def one(labels: Labels, image: str = "a/0001.jpg", box: Box | None = None, size: Any = None) -> CropMask:
    shape = size or (labels.shape[1], labels.shape[0])
    return CropMask(image, Path("/pictures") / image, shape, box, labels)


def bust() -> Labels:
    labels = np.zeros((16, 8), np.uint8)
    labels[1:5, 2:6], labels[5:12, 1:7], labels[13, 3:5] = HEAD, TORSO, IGNORE
    labels[8, 3:5] = 0  # a hole
    return labels


def back(kind: str, target: Path, masks: list[CropMask]) -> list[ReadMask]:
    assert FORMATS[kind].write(target, iter(masks), EIGHT) == len(masks)
    assert FORMATS[format_of(target)].read is FORMATS[kind].read
    return list(FORMATS[kind].read(target, Parts(EIGHT)))


def check_same(read: list[ReadMask], masks: list[CropMask]) -> None:
    assert [(found.image, found.box, found.polygons) for found in read] == [
        (mask.image, mask.box, 0) for mask in masks
    ]
    for found, mask in zip(read, masks, strict=True):
        assert found.labels.dtype == np.uint8
        np.testing.assert_array_equal(found.labels, mask.labels)


label_maps = arrays(
    np.uint8,
    st.tuples(st.integers(1, 24), st.integers(1, 24)),
    elements=st.sampled_from([0, 0, *range(1, 9), IGNORE]),
    fill=st.sampled_from([0, 2]),
)
names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='/\\:*?"<>|'), min_size=1, max_size=12
).filter(lambda name: name.strip(" .") == name)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=st.lists(label_maps, min_size=1, max_size=4), name=names)
def test_every_format_gives_back_what_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, kind: str, labels: list[Labels], name: str
) -> None:
    masks = [one(map_, f"{name}/{number} & <ä>.jpg") for number, map_ in enumerate(labels)]
    check_same(back(kind, tmp_path_factory.mktemp(kind) / FILES[kind], masks), masks)


@pytest.mark.parametrize("kind", KINDS)
def test_crops_of_one_picture_stay_apart(tmp_path: Path, kind: str) -> None:
    """Two persons whose boxes overlap; nothing of one may run into the other."""
    masks = [
        one(bust(), box=(0, 0, 8, 16), size=(30, 20)),
        one(bust()[::-1].copy(), box=(4, 2, 12, 18), size=(30, 20)),
        one(np.zeros((16, 8), np.uint8), box=(20, 0, 28, 16), size=(30, 20)),
        one(bust(), image="a/0002.jpg"),
    ]
    read = back(kind, tmp_path / FILES[kind], masks)
    order = {mask.box: place for place, mask in enumerate(masks)}
    check_same(sorted(read, key=lambda found: order[found.box]), masks)


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_of_background_alone_is_a_mask_too(tmp_path: Path, kind: str) -> None:
    masks = [one(np.zeros((5, 3), np.uint8)), one(np.full((5, 3), IGNORE, np.uint8), "b.jpg")]
    check_same(back(kind, tmp_path / FILES[kind], masks), masks)


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_mask_keeps_its_resolution(tmp_path: Path, kind: str) -> None:
    labels = np.random.default_rng(0).integers(0, 9, (540, 300), dtype=np.uint8).repeat(2, axis=0)
    masks = [one(labels)]
    check_same(back(kind, tmp_path / FILES[kind], masks), masks)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_half_written_and_nothing_overwritten(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "deep" / FILES[kind]

    def breaks() -> Any:
        yield one(bust())
        raise FormatError("the picture went away")

    with pytest.raises(FormatError, match="went away"):
        FORMATS[kind].write(target, breaks(), EIGHT)
    assert list(target.parent.iterdir()) == []
    FORMATS[kind].write(target, [one(bust())], EIGHT)
    before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    with pytest.raises(FormatError, match="exists already"):
        FORMATS[kind].write(target, [one(bust())], EIGHT)
    assert sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FormatError, match="cannot be written"):
        FORMATS[kind].write(tmp_path / "file" / FILES[kind], [one(bust())], EIGHT)


@pytest.mark.skipif(
    not Path("/dev/full").exists(),
    reason="no disk is filled for this",
)
@pytest.mark.parametrize("kind", ["coco", "cvat"])
def test_a_full_disk_leaves_nothing(tmp_path: Path, kind: str) -> None:
    target = tmp_path / FILES[kind]
    Path(f"{target}.partial").symlink_to("/dev/full")
    with pytest.raises(FormatError, match=r"No space left.*Free some space"):
        FORMATS[kind].write(target, [one(bust())] * 200, EIGHT)
    assert not target.exists()


# Run lengths ------------------------------------------------------------------------------------------


def pattern(name: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if name == "diagonal":
        return np.eye(9, 7, dtype=np.bool_)
    pixels = np.zeros((3, 4) if name == "corner" else (700, 90), np.bool_)
    if name == "corner":
        pixels[0, 0] = True
        return pixels
    pixels[13:601, 7:70] = True
    pixels[300:310, 20:30] = False
    return pixels


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("diagonal", "01900000000000I"),
        ("corner", "01;"),
        ("window", r"ai4\b0`3" + "0" * 24 + "cFjL4V3L" + "jL4V3L" * 8 + "jL4V3Y9" + "0" * 78 + "Se="),
    ],
)
def test_strings_are_those_of_pycocotools(name: str, text: str) -> None:
    """Written by pycocotools 2.0.11's ``encode`` of the same masks."""
    pixels = pattern(name)
    assert rle.to_string(rle.column_counts(pixels)) == text
    np.testing.assert_array_equal(rle.from_column_counts(rle.from_string(text), *pixels.shape), pixels)


@given(arrays(np.bool_, st.tuples(st.integers(1, 30), st.integers(1, 30))))
def test_run_lengths_come_back(pixels: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
    height, width = pixels.shape
    rows, columns = rle.row_counts(pixels), rle.column_counts(pixels)
    assert sum(rows) == sum(columns) == pixels.size
    np.testing.assert_array_equal(rle.from_row_counts(rows, height, width), pixels)
    np.testing.assert_array_equal(rle.from_column_counts(columns, height, width), pixels)
    assert rle.from_string(rle.to_string(columns)) == columns


@given(st.lists(st.integers(0, 2**40), max_size=20))
def test_strings_hold_any_counts(counts: list[int]) -> None:
    assert rle.from_string(rle.to_string(counts)) == counts


@given(st.text(max_size=30))
def test_other_text_is_no_string(text: str) -> None:
    try:
        rle.from_string(text)
    except ValueError:
        return
    assert set(text) <= {chr(48 + group) for group in range(64)}


# Outlines of other tools ------------------------------------------------------------------------------


def by_hand(points: list[tuple[float, float]], height: int, width: int) -> list[list[bool]]:
    """Even-odd, centre by centre."""
    result = []
    for row in range(height):
        y, line = row + 0.5, []
        for column in range(width):
            x, inside = column + 0.5, False
            for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
                if (y0 > y) != (y1 > y) and x >= x0 + (y - y0) * (x1 - x0) / (y1 - y0):
                    inside = not inside
            line.append(inside)
        result.append(line)
    return result


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(-8, 40), st.integers(-8, 40)), min_size=3, max_size=8),
    st.integers(1, 9),
    st.integers(1, 9),
)
def test_polygons_are_filled_by_their_centres(
    corners: list[tuple[int, int]], height: int, width: int
) -> None:
    points = [(x / 4, y / 4) for x, y in corners]
    np.testing.assert_array_equal(filled(points, height, width), by_hand(points, height, width))


def test_polygons_side_by_side_share_no_pixel() -> None:
    left = filled([(0, 0), (2.5, 0), (2.5, 4), (0, 4)], 4, 6)
    right = filled([(2.5, 0), (6, 0), (6, 4), (2.5, 4)], 4, 6)
    assert (left ^ right).all()


@pytest.mark.parametrize("points", [[(0, 0), (1, 1)], [(0, 0), (1, float("nan")), (2, 2)]])
def test_what_is_no_polygon(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="polygon"):
        filled(points, 4, 4)


def test_outlines_are_read_and_told(tmp_path: Path) -> None:
    corners = [0.0, 0.0, 4.0, 0.0, 4.0, 2.0, 0.0, 2.0]
    coco = {
        "images": [{"id": 7, "file_name": "x.jpg", "width": 6, "height": 3}],
        "categories": [{"id": 40, "name": "torso"}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 40, "segmentation": [corners]}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    (tmp_path / "cvat.xml").write_text(
        '<annotations><image id="0" name="x.jpg" width="6" height="3">'
        '<polygon label="torso" points="0,0;4,0;4,2;0,2"/></image></annotations>'
    )
    (tmp_path / "labelme.json").write_text(
        json.dumps(
            {
                "imagePath": "x.jpg", "imageWidth": 6, "imageHeight": 3,
                "shapes": [{"label": "torso", "points": [[0, 0], [4, 0], [4, 2], [0, 2]]}],
            }
        )
    )  # fmt: skip
    expected = np.zeros((3, 6), np.uint8)
    expected[:2, :4] = TORSO
    for name in ("coco.json", "cvat.xml", "labelme.json"):
        path = tmp_path / name
        (found,) = FORMATS[format_of(path)].read(path, Parts(EIGHT))
        assert (found.image, found.polygons) == ("x.jpg", 1)
        np.testing.assert_array_equal(found.labels, expected, err_msg=name)


# As other tools write and read them ------------------------------------------------------------------


def test_a_mask_of_cvats_own_manual(tmp_path: Path) -> None:
    """Runs go along the rows of the box, the first one of pixels that are not set."""
    path = tmp_path / "annotations.xml"
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta/>'
        '<image id="0" name="car.png" width="20" height="20">'
        '<mask label="car" source="manual" occluded="0" left="2" top="3" width="4" height="3" z_order="0" '
        'rle="1, 2, 1, 5, 2, 1"></mask></image></annotations>'
    )
    (found,) = FORMATS["cvat"].read(path, Parts(EIGHT, {"car": "head"}))
    np.testing.assert_array_equal(found.labels[3:6, 2:6] == HEAD, [[0, 1, 1, 0], [1, 1, 1, 1], [1, 0, 0, 1]])
    assert (found.labels > 0).sum() == 8


def test_the_higher_z_order_lies_above(tmp_path: Path) -> None:
    path = tmp_path / "annotations.xml"
    box = 'left="0" top="0" width="2" height="1"'
    path.write_text(
        '<annotations><image id="0" name="a.png" width="3" height="1">'
        f'<mask label="head" {box} rle="0, 2" z_order="2"/><mask label="torso" {box} rle="1, 1" z_order="1"/>'
        "</image></annotations>"
    )
    (found,) = FORMATS["cvat"].read(path, Parts(EIGHT))
    assert found.labels.tolist() == [[HEAD, HEAD, 0]]


def test_a_coco_file_is_one_for_others_too(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    FORMATS["coco-counts"].write(path, [one(bust())], EIGHT)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["images"] == [{"id": 1, "file_name": "a/0001.jpg", "width": 8, "height": 16}]
    head = data["annotations"][0]
    assert head["bbox"] == [2, 1, 4, 4]
    assert (head["area"], head["iscrowd"], head["image_id"]) == (16, 0, 1)
    assert head["segmentation"] == {"size": [16, 8], "counts": [33, 4, 12, 4, 12, 4, 12, 4, 43]}
    known = {category["id"]: category["name"] for category in data["categories"]}
    assert known[head["category_id"]] == "head"
    assert len({annotation["id"] for annotation in data["annotations"]}) == 3


def test_a_labelme_file_opens_its_picture(tmp_path: Path) -> None:
    picture = tmp_path / "pictures" / "a" / "0001.jpg"
    target = tmp_path / "out"
    FORMATS["labelme"].write(target, [CropMask("a/0001.jpg", picture, (8, 16), None, bust())], EIGHT)
    path = target / "a" / "0001.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    assert (path.parent / data["imagePath"]).resolve() == picture
    (shape,) = [shape for shape in data["shapes"] if shape["label"] == "head"]
    assert (shape["shape_type"], shape["points"]) == ("mask", [[2, 1], [5, 4]])
    with Picture.open(io.BytesIO(base64.b64decode(shape["mask"]))) as png:
        assert np.array(png).tolist() == [[1] * 4] * 4
    (found,) = FORMATS["labelme"].read(target, Parts(EIGHT))
    assert found.file == picture


def test_pictures_of_one_name_have_files_of_their_own(tmp_path: Path) -> None:
    masks = [one(bust(), "a.jpg"), one(bust()[::-1].copy(), "a.png")]
    check_same(back("labelme", tmp_path / "out", masks), masks)


def test_a_folder_can_be_read_with_other_eyes(tmp_path: Path) -> None:
    """What a spreadsheet and a picture viewer see of our own format."""
    FORMATS["png"].write(tmp_path / "out", [one(bust())], EIGHT)
    with (tmp_path / "out" / "masks.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    with Picture.open(tmp_path / "out" / row["mask"]) as png:
        assert np.array(png).tolist() == bust().tolist()
        assert png.convert("RGB").getpixel((3, 2)) == (0xCC, 0x79, 0xA7), "the head's colour"
    with (tmp_path / "out" / "parts.csv").open(encoding="utf-8") as file:
        parts = {row["part"]: int(row["label"]) for row in csv.DictReader(file)}
    assert parts == {"background": 0, **{part: EIGHT.label(part) for part in EIGHT.names}, "undecided": 255}


@pytest.mark.parametrize("kind", KINDS)
def test_parts_go_by_name_not_by_number(tmp_path: Path, kind: str) -> None:
    target = tmp_path / FILES[kind]
    FORMATS[kind].write(target, [one(bust())], EIGHT)
    with pytest.raises(FormatError, match=r"torso.*--part") as fault:
        list(FORMATS[kind].read(target, Parts(FIVE_V)))
    assert FILES[kind].partition(".")[0] in str(fault.value)
    renamed = dict.fromkeys(EIGHT.names, "legs") | {"head": "head", "torso": "upper_torso"}
    (found,) = FORMATS[kind].read(target, Parts(FIVE_V, renamed))
    table = {0: 0, HEAD: FIVE_V.label("head"), TORSO: FIVE_V.label("upper_torso"), IGNORE: IGNORE}
    assert found.labels.tolist() == [[table[int(label)] for label in row] for row in bust()]


# Broken files -----------------------------------------------------------------------------------------


def edit_json(target: Path, edit: Callable[[Any], object]) -> None:
    path = target if target.is_file() else target / "a" / "0001.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    edit(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def edit_xml(target: Path, edit: Callable[[Any], object]) -> None:
    tree = ET.parse(target)
    edit(tree.getroot())
    tree.write(target)


def replace_text(path: Path, old: str, new: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")


Harm = Callable[[Path], object]
PNG = "masks/a/0001.jpg.png"


def first(**values: object) -> Harm:
    return lambda p: edit_json(p, lambda d: d["annotations"][0].update(values))


def runs(**values: object) -> Harm:
    return lambda p: edit_json(p, lambda d: d["annotations"][0]["segmentation"].update(values))


def shape(**values: object) -> Harm:
    return lambda p: edit_json(p, lambda d: d["shapes"][0].update(values))


BROKEN: list[tuple[str, Harm, str]] = [
    ("coco", lambda p: p.write_text("{"), "no JSON"),
    ("coco", lambda p: p.write_bytes(b"\xff\xfe\x00\x01"), "not a text file"),
    ("coco", lambda p: p.write_text('{"annotations": 3, "images": []}'), "lacks"),
    ("coco", lambda p: edit_json(p, lambda d: d.pop("categories")), "lacks 'categories'"),
    ("coco", lambda p: edit_json(p, lambda d: d.update(categories=None)), "a list is missing"),
    ("coco", lambda p: edit_json(p, lambda d: d["images"][0].update(width="8")), "is no number"),
    ("coco", lambda p: edit_json(p, lambda d: d["images"][0].update(width=0)), "0 x 16 pixels"),
    ("coco", first(category_id=77), "annotation 1 of a/0001.jpg"),
    ("coco", runs(counts="01"), "do not fill"),
    ("coco", runs(counts="\x7f"), "no sign"),
    ("coco", runs(size=[4, 4]), "its picture 8 x 16"),
    ("coco", first(crop=[0, 0, 99, 4]), "not in its picture"),
    ("coco", first(crop="all"), "no box of a crop"),
    ("cvat", lambda p: p.write_text("<annotations><image"), "no XML"),
    ("cvat", lambda p: p.write_text("<svg/>"), "no images"),
    ("cvat", lambda p: edit_xml(p, lambda r: r[2].set("width", "wide")), "width of a/0001.jpg is 'wide'"),
    ("cvat", lambda p: edit_xml(p, lambda r: r[2][0].set("rle", "3, x")), "mask of a/0001.jpg"),
    ("cvat", lambda p: edit_xml(p, lambda r: r[2][0].set("rle", "3, 4")), "do not fill"),
    ("cvat", lambda p: edit_xml(p, lambda r: r[2][0].set("left", "-3")), "reaches out"),
    ("labelme", lambda p: (p / "a" / "0001.json").write_text("[]"), "describes no picture"),
    ("labelme", lambda p: edit_json(p, lambda d: d.pop("imagePath")), "'imagePath' is missing"),
    ("labelme", shape(mask="//"), "'head' cannot be read"),
    ("labelme", shape(points=[[0, 0], [9, 9]]), "not those of its box"),
    ("labelme", shape(points=[[6, 1], [9, 4]]), "reaches out"),
    ("labelme", shape(shape_type="circle"), "have no pixels"),
    ("png", lambda p: (p / "masks.csv").write_text("image\n"), "no column mask"),
    ("png", lambda p: replace_text(p / "masks.csv", "masks/a", "../a"), "0001.jpg.png is not in the folder"),
    ("png", lambda p: replace_text(p / "masks.csv", "png,,", "png,1,"), "line 2: a box is four whole"),
    ("png", lambda p: replace_text(p / "parts.csv", "1,head", "x,head"), "line 3: 'x' is no label"),
    ("png", lambda p: replace_text(p / "parts.csv", "2,torso", "3,torso"), "of the value 2"),
    ("png", lambda p: (p / "parts.csv").unlink(), "cannot be read: No such file"),
    ("png", lambda p: (p / PNG).unlink(), "There is no file"),
    ("png", lambda p: (p / PNG).write_bytes(b"x"), "it is no PNG, or damaged"),
    ("png", lambda p: Picture.new("RGB", (8, 16)).save(p / PNG), "picture of kind RGB"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "harm", "word"), BROKEN)
def test_broken_files_are_named(tmp_path: Path, kind: str, harm: Harm, word: str) -> None:
    target = tmp_path / FILES[kind]
    FORMATS[kind].write(target, [one(bust())], EIGHT)
    harm(target)
    with pytest.raises(FormatError) as fault:
        list(FORMATS[kind].read(target, Parts(EIGHT)))
    assert word in str(fault.value)
    assert str(target) in str(fault.value)


def test_files_that_are_no_masks(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    for name, word in (("none.json", "no file"), ("notes.txt", "no file of masks"), ("empty", "neither")):
        with pytest.raises(FormatError, match=word):
            format_of(tmp_path / name)


def test_a_name_that_xml_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="Rename it"):
        FORMATS["cvat"].write(tmp_path / "out.xml", [one(bust(), "a\x01.jpg")], EIGHT)
